//! Version 2.

use smtp_proto::proxy::{Command, Endpoint, Header, ProxyError, Receiver, Transport, Version};

use super::samples::{SIGNATURE, V4, tlv, v2};
use crate::{error, header, malformed, read, receive};

#[test]
fn families_and_transports() {
    let octets: Vec<u8> = (0..36).collect();
    for (low, transport) in [(1, Transport::Stream), (2, Transport::Datagram)] {
        let v4 = header(&v2(0x21, 0x10 | low, &[V4]));
        assert_eq!((v4.version(), v4.command()), (Version::V2, Command::Proxy));
        assert_eq!(v4.transport(), Some(transport));
        let source = Endpoint::Ip("192.0.2.1:56324".parse().unwrap());
        let destination = Endpoint::Ip("198.51.100.7:25".parse().unwrap());
        assert_eq!((v4.source(), v4.destination()), (Some(&source), Some(&destination)));

        let v6 = header(&v2(0x21, 0x20 | low, &[&octets]));
        assert_eq!(v6.transport(), Some(transport));
        let source = "[1:203:405:607:809:a0b:c0d:e0f]:8225".parse().unwrap();
        let destination = "[1011:1213:1415:1617:1819:1a1b:1c1d:1e1f]:8739".parse().unwrap();
        assert_eq!(v6.source(), Some(&Endpoint::Ip(source)));
        assert_eq!(v6.destination(), Some(&Endpoint::Ip(destination)));

        let mut paths = [0; 216];
        paths[..5].copy_from_slice(b"/a\0b\0");
        paths[108..].fill(b'x');
        let unix = header(&v2(0x21, 0x30 | low, &[&paths]));
        assert_eq!(unix.transport(), Some(transport));
        assert_eq!(unix.source(), Some(&Endpoint::Unix(b"/a"[..].into())));
        assert_eq!(unix.destination(), Some(&Endpoint::Unix([b'x'; 108].into())));
        assert_eq!(unix.source().and_then(Endpoint::socket_addr), None);
    }
}

/// "The receiver should ignore address information", and the addresses that are there are skipped.
#[test]
fn unspecified() {
    let authority = tlv(0x02, b"mx.example");
    for (octet, addresses) in [(0x00, 0), (0x01, 0), (0x02, 0), (0x10, 12), (0x20, 36), (0x30, 216)]
    {
        let header = header(&v2(0x21, octet, &[&vec![9; addresses], &authority]));
        assert_eq!((header.command(), header.source()), (Command::Proxy, None), "{octet:#x}");
        assert_eq!((header.transport(), header.destination()), (None, None));
        assert_eq!(header.tlvs().authority.as_deref(), Some("mx.example"));
    }
}

/// "Must be rejected as invalid by receivers", as soon as they are there.
#[test]
fn what_is_not_assigned() {
    for octet in 0..=0xFF {
        let octets = [SIGNATURE, &[0x21, octet]].concat();
        let known = octet >> 4 <= 3 && octet & 0x0F <= 2;
        let outcome = receive(&mut Receiver::new(), &octets, &[usize::MAX]);
        assert_eq!(outcome.result.is_none(), known, "{octet:#x}");
        let outcome = receive(&mut Receiver::new(), &octets[..12], &[1]);
        assert_eq!(outcome.result, None);
    }
    for octet in 0..=0xFF {
        let octets = [SIGNATURE, &[octet]].concat();
        match receive(&mut Receiver::new(), &octets, &[1]).result {
            None => assert!(matches!(octet, 0x20 | 0x21)),
            Some(Err(ProxyError::Version(version))) => {
                assert_eq!(version, octet >> 4);
                assert_ne!(version, 2);
            }
            Some(result) => {
                assert!(matches!(result, Err(ProxyError::Malformed(_))) && octet >> 4 == 2);
            }
        }
    }
}

/// "The receiver must accept this connection as valid and must … discard the protocol block
/// including the family which is ignored."
#[test]
fn local() {
    assert_eq!(header(&v2(0x20, 0x00, &[])), Header::local());
    for family in 0..=0xFF {
        for block in [&b""[..], b"x", &[0; 12], V4, &[0x03; 36], &[0xFF; 300]] {
            assert_eq!(header(&v2(0x20, family, &[block])), Header::local());
        }
    }
    assert_eq!(header(&v2(0x20, 0x00, &[&tlv(0x02, b"\xFF"), &tlv(0x20, b"")])), Header::local());
}

/// Where there is a checksum, it has to be right.
#[test]
fn local_with_a_checksum() {
    for (family, addresses) in [(0x00, &b""[..]), (0x11, V4), (0x21, &[0; 36])] {
        let mut octets = v2(0x20, family, &[addresses, &tlv(0x03, &[0; 4])]);
        assert_eq!(error(&octets), ProxyError::Checksum);
        let checksum = super::tlvs::crc32c(&octets).to_be_bytes();
        let at = octets.len() - 4;
        octets[at..].copy_from_slice(&checksum);
        assert_eq!(header(&octets), Header::local());
        octets[at] ^= 1;
        assert_eq!(error(&octets), ProxyError::Checksum);
        // Not readable as TLVs: nothing is known of a checksum.
        octets[at - 1] += 1;
        assert_eq!(header(&octets), Header::local());
    }
}

#[test]
fn shorter_than_its_addresses() {
    for (octet, addresses) in [(0x11, 12), (0x12, 12), (0x21, 36), (0x31, 216), (0x30, 216)] {
        for short in [0, 1, addresses - 1] {
            let octets = v2(0x21, octet, &[&vec![0; short]]);
            malformed(&octets);
            assert_eq!(read(&octets).taken, 16, "refused by its length alone");
        }
        header(&v2(0x21, octet, &[&vec![0; addresses]]));
    }
}

#[test]
fn the_limit() {
    let filled = |octets: usize| v2(0x21, 0x11, &[V4, &tlv(0x04, &vec![0; octets - 15])]);
    for (limit, octets) in [(64, 64), (64, 15), (4096, 4096), (usize::MAX, 65535)] {
        let outcome = receive(&mut Receiver::with_limit(limit), &filled(octets), &[usize::MAX]);
        assert_eq!(outcome.taken, 16 + octets);
        assert!(outcome.result.unwrap().is_ok());
    }
    for (limit, announced) in [(64, 65), (64, 65535), (0, 15), (4096, 4097)] {
        let outcome = receive(&mut Receiver::with_limit(limit), &filled(announced), &[usize::MAX]);
        assert_eq!(outcome.result, Some(Err(ProxyError::TooLong { announced, limit })));
        assert_eq!(outcome.taken, 16, "refused by its length alone");
    }
    assert_eq!(error(&filled(4097)), ProxyError::TooLong { announced: 4097, limit: 4096 });
    // The sender's own connection is no exception.
    let local = v2(0x20, 0, &[&[0; 5000]]);
    assert_eq!(error(&local), ProxyError::TooLong { announced: 5000, limit: 4096 });
}
