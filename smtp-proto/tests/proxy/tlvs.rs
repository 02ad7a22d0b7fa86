//! What version 2 says beyond addresses.

use smtp_proto::proxy::{ProxyError, Tlvs};

use super::samples::{
    HAPROXY_CERTIFICATE, HAPROXY_LOCAL, HAPROXY_TCP, HAPROXY_TLS, V4, tlv, v2, with_tlvs,
};
use crate::{error, header, malformed};

/// The checksum in its slowest form, for an independent opinion.
pub(crate) fn crc32c(octets: &[u8]) -> u32 {
    !octets.iter().fold(!0, |crc, octet| {
        (0..8).fold(crc ^ u32::from(*octet), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0x82F6_3B78 } else { crc >> 1 }
        })
    })
}

#[test]
fn as_haproxy_sends_them() {
    let tcp = header(HAPROXY_TCP);
    assert_eq!(tcp.to_string(), "PROXY v2 127.0.0.1:53434 -> 127.0.0.1:7002");
    assert_eq!(tcp.tlvs(), &Tlvs::default());
    assert_eq!(header(HAPROXY_LOCAL).to_string(), "PROXY v2 local");

    let without = header(HAPROXY_TLS);
    assert_eq!(without.tlvs().alpn.as_deref(), Some(&b"smtp"[..]));
    assert_eq!(without.tlvs().authority.as_deref(), Some("mx.example"));
    assert_eq!(without.tlvs().unique_id.as_deref(), Some(&b"7F000001:A1A6_--"[..]));
    let ssl = without.tlvs().ssl.as_ref().unwrap();
    assert!(ssl.is_tls() && !ssl.has_certificate());
    assert_eq!(ssl.version.as_deref(), Some("TLSv1.3"));
    assert_eq!(ssl.cipher.as_deref(), Some("TLS_AES_256_GCM_SHA384"));
    assert_eq!(ssl.signature_algorithm.as_deref(), Some("RSA-SHA256"));
    assert_eq!(ssl.key_algorithm.as_deref(), Some("RSA2048"));
    // No certificate, and zero all the same.
    assert_eq!((ssl.verify, ssl.is_verified(), ssl.verified_name()), (0, false, None));

    let with = header(HAPROXY_CERTIFICATE);
    let ssl = with.tlvs().ssl.as_ref().unwrap();
    assert!(ssl.has_certificate() && ssl.is_verified());
    assert_eq!(ssl.verified_name(), Some("client.example"));
    assert_eq!(
        with.to_string(),
        "PROXY v2 127.0.0.1:41388 -> 127.0.0.1:7003 authority=\"mx.example\" tls=\"TLSv1.3\" \
         client=\"client.example\" id=\"7F000001:A1AC_--\""
    );
}

#[test]
fn each_type() {
    let header = header(&with_tlvs(&[
        &tlv(0x04, b""),
        &tlv(0xE0, b"first"),
        &tlv(0x01, b"\x02h2"),
        &tlv(0x02, "bücher.example".as_bytes()),
        &tlv(0x04, b"\0\0\0"),
        &tlv(0x05, &[0xFF; 128]),
        &tlv(0x30, b"blue"),
        &tlv(0xE0, b""),
        &tlv(0x00, b"\0"),
    ]));
    let tlvs = header.tlvs();
    assert_eq!(tlvs.alpn.as_deref(), Some(&b"\x02h2"[..]));
    assert_eq!(tlvs.authority.as_deref(), Some("bücher.example"));
    assert_eq!(tlvs.unique_id.as_deref(), Some(&[0xFF; 128][..]));
    assert_eq!(tlvs.netns.as_deref(), Some("blue"));
    let others: Vec<_> = tlvs.others().collect();
    assert_eq!(others, [(0xE0, &b"first"[..]), (0xE0, b""), (0x00, b"\0")]);
}

#[test]
fn about_tls() {
    let types = [0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27];
    let mut value = vec![0x03, 0x12, 0x34, 0x56, 0x78];
    for kind in types {
        value.extend(tlv(kind, format!("text {kind}").as_bytes()));
    }
    value.extend(tlv(0x28, b"\x30\x82\0"));
    value.extend(tlv(0x29, b"\xFF"));
    let header = header(&with_tlvs(&[&tlv(0x20, &value)]));
    let ssl = header.tlvs().ssl.as_deref().unwrap();
    assert_eq!((ssl.client, ssl.verify), (0x03, 0x1234_5678));
    assert!(ssl.has_certificate() && !ssl.is_verified());
    assert_eq!(ssl.verified_name(), None, "nobody has verified it");
    for (field, text) in [
        (&ssl.version, "text 33"),
        (&ssl.common_name, "text 34"),
        (&ssl.cipher, "text 35"),
        (&ssl.signature_algorithm, "text 36"),
        (&ssl.key_algorithm, "text 37"),
        (&ssl.group, "text 38"),
        (&ssl.signature_scheme, "text 39"),
    ] {
        assert_eq!(field.as_deref(), Some(text));
    }
    assert_eq!(ssl.client_certificate.as_deref(), Some(&b"\x30\x82\0"[..]));
    assert_eq!(ssl.others().collect::<Vec<_>>(), [(0x29, &b"\xFF"[..])]);

    // Flags without that of TLS mean nothing.
    let plain = crate::header(&with_tlvs(&[&tlv(0x20, &[0x06, 0, 0, 0, 0])]));
    let ssl = plain.tlvs().ssl.as_deref().unwrap();
    assert!(!ssl.is_tls() && !ssl.has_certificate() && !ssl.is_verified());
    assert_eq!(plain.to_string(), "PROXY v2 192.0.2.1:56324 -> 198.51.100.7:25");
}

#[test]
fn lengths_that_do_not_fit() {
    let short_ssl = |value: &[u8]| malformed(&with_tlvs(&[&tlv(0x20, value)]));
    for tail in [&[0xE0][..], &[0xE0, 0], &[0xE0, 0, 1], &[0xE0, 0xFF, 0xFF, 0]] {
        malformed(&with_tlvs(&[tail]));
        malformed(&with_tlvs(&[&tlv(0x02, b"mx.example"), tail]));
        malformed(&v2(0x21, 0x00, &[tail]));
        short_ssl(&[&[1, 0, 0, 0, 0], tail].concat());
    }
    for octets in 0..5 {
        short_ssl(&vec![0; octets]);
    }
    for octets in [0, 3, 5] {
        malformed(&with_tlvs(&[&tlv(0x03, &vec![0; octets])]));
    }
    malformed(&with_tlvs(&[&tlv(0x05, &[0; 129])]));
}

#[test]
fn texts_have_no_controls() {
    for text in [&b"a\0"[..], b"a\r\nb", b"\x7F", b"\xFF", b"\xC2\x85", b"\xC0\x80", b"a\tb"] {
        malformed(&with_tlvs(&[&tlv(0x02, text)]));
        malformed(&with_tlvs(&[&tlv(0x30, text)]));
        for kind in 0x21..=0x27 {
            let value = [&[1, 0, 0, 0, 0], &tlv(kind, text)[..]].concat();
            malformed(&with_tlvs(&[&tlv(0x20, &value)]));
        }
    }
}

/// Two readers must not be able to pick different ones.
#[test]
fn there_is_one_of_each() {
    let checksum = tlv(0x03, &[0; 4]);
    malformed(&with_tlvs(&[&checksum, &checksum]));
    for (kind, value) in
        [(0x01, &b"h2"[..]), (0x02, b"a"), (0x05, b"1"), (0x20, &[0; 5]), (0x30, b"blue")]
    {
        malformed(&with_tlvs(&[&tlv(kind, value), &tlv(kind, value)]));
    }
    for kind in 0x21..=0x28 {
        let twice = [&[1, 0, 0, 0, 0], &tlv(kind, b"a")[..], &tlv(kind, b"b")].concat();
        malformed(&with_tlvs(&[&tlv(0x20, &twice)]));
    }
}

#[test]
fn checksums() {
    for behind in [&b""[..], &tlv(0x02, b"mx.example")] {
        let mut octets = with_tlvs(&[&tlv(0xE0, b"custom"), &tlv(0x03, &[0; 4]), behind]);
        let checksum = crc32c(&octets).to_be_bytes();
        let at = octets.len() - behind.len() - 4;
        octets[at..at + 4].copy_from_slice(&checksum);
        assert!(header(&octets).source().is_some());
        for at in 16..octets.len() {
            octets[at] ^= 0x10;
            // Where the type of the checksum or a length was hit, there is none to be found.
            match error_or_none(&octets) {
                Some(error) => assert!(
                    matches!(error, ProxyError::Checksum | ProxyError::Malformed(_)),
                    "{error}"
                ),
                None => assert!(!header(&octets).tlvs().others().all(|(kind, _)| kind == 0xE0)),
            }
            octets[at] ^= 0x10;
        }
    }
    // A damaged header is called damaged, whatever else would be wrong with it.
    assert_eq!(
        error(&with_tlvs(&[&tlv(0x02, b"\xFF"), &tlv(0x03, &[0; 4])])),
        ProxyError::Checksum
    );
}

fn error_or_none(octets: &[u8]) -> Option<ProxyError> {
    crate::read(octets).result.and_then(Result::err)
}

/// The addresses of [`V4`], and as many TLVs as there is room for: one allocation for all of them.
#[test]
fn many() {
    let empty = tlv(0xE0, b"").repeat((4096 - V4.len()) / 3);
    assert_eq!(header(&with_tlvs(&[&empty])).tlvs().others().count(), 1361);
}
