//! What is written is read as what it was.

use std::net::SocketAddr;

use proptest::collection::vec;
use proptest::prelude::*;
use smtp_proto::proxy::{Endpoint, Header, ProxyError, Receiver, Tlvs, Version, WriteError};

use super::samples::{HAPROXY_TCP, headers, tlv, v2};
use crate::{header, receive};

/// So many cases, or `$PROPTEST_CASES`. Failures are printed, and not kept in files.
pub(crate) fn config() -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let cases = wanted.unwrap_or(400);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn v1_octets(header: &Header) -> Result<Vec<u8>, WriteError> {
    let mut out = b"before".to_vec();
    let result = header.write_v1(&mut out);
    let written = out.split_off(6);
    assert!(out == b"before" && result.is_ok() != written.is_empty());
    result.map(|()| written)
}

fn v2_octets(header: &Header, checksum: bool) -> Vec<u8> {
    let mut out = b"before".to_vec();
    header.write_v2(&mut out, checksum).unwrap();
    let written = out.split_off(6);
    assert_eq!(out, b"before");
    written
}

/// What it says, without the form it came in.
fn said(header: &Header) -> impl PartialEq + std::fmt::Debug {
    let ends = (header.source().cloned(), header.destination().cloned());
    (header.command(), header.transport(), ends, header.tlvs().clone())
}

fn round_trip(original: &Header) {
    for checksum in [false, true] {
        let written = v2_octets(original, checksum);
        let outcome = receive(&mut Receiver::with_limit(65535), &written, &[usize::MAX]);
        let again = outcome.result.unwrap().unwrap();
        assert_eq!(said(&again), said(original));
        assert_eq!(again.version(), Version::V2);
        assert_eq!(v2_octets(&again, checksum), written);
    }
    if let Ok(written) = v1_octets(original) {
        let again = header(&written);
        assert_eq!(said(&again), said(original));
        assert_eq!(again.version(), Version::V1);
        assert_eq!(v1_octets(&again), Ok(written));
    }
    assert!(!original.to_string().contains(char::is_control));
}

#[test]
fn samples() {
    for octets in headers() {
        round_trip(&header(&octets));
    }
}

#[test]
fn octets_of_haproxy() {
    assert_eq!(v2_octets(&header(HAPROXY_TCP), true), HAPROXY_TCP);
}

#[test]
fn constructors() {
    let header =
        Header::proxied("192.0.2.1:56324".parse().unwrap(), "198.51.100.7:25".parse().unwrap());
    assert_eq!(v1_octets(&header).unwrap(), b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 25\r\n");
    assert_eq!(v2_octets(&header, false), v2(0x21, 0x11, &[super::samples::V4]));
    assert_eq!(header.to_string(), "PROXY v2 192.0.2.1:56324 -> 198.51.100.7:25");
    round_trip(&header);

    assert_eq!(v2_octets(&Header::local(), false), v2(0x20, 0x00, &[]));
    assert_eq!(v1_octets(&Header::local()), Err(WriteError::NotInVersion1("LOCAL")));
    round_trip(&Header::local());
}

/// One header has one family.
#[test]
fn families_that_differ() {
    let (v4, v6) = ("192.0.2.1:1".parse().unwrap(), "[2001:db8::1]:25".parse().unwrap());
    let mapped = Endpoint::Ip("[::ffff:192.0.2.1]:1".parse().unwrap());
    let header = Header::proxied(v4, v6);
    assert_eq!(header.source(), Some(&mapped));
    assert_eq!(v1_octets(&header).unwrap(), b"PROXY TCP6 ::ffff:192.0.2.1 2001:db8::1 1 25\r\n");
    assert_eq!(Header::proxied(v6, v4).destination(), Some(&mapped));
    // What the wire can't tell is not in the header.
    let scoped = SocketAddr::V6(std::net::SocketAddrV6::new("fe80::1".parse().unwrap(), 1, 2, 3));
    let source = Header::proxied(scoped, v6).source().and_then(Endpoint::socket_addr);
    assert_eq!(source, Some("[fe80::1]:1".parse().unwrap()));
    round_trip(&Header::proxied(scoped, v4));
}

#[test]
fn what_version_1_can_not_tell() {
    let refused = |octets: &[u8]| v1_octets(&header(octets)).unwrap_err().to_string();
    for (octets, what) in [
        (v2(0x20, 0x00, &[]), "LOCAL"),
        (v2(0x21, 0x12, &[&[0; 12]]), "datagrams"),
        (v2(0x21, 0x31, &[&[0; 216]]), "UNIX sockets"),
        (v2(0x21, 0x00, &[&tlv(0xE0, b"")]), "TLVs"),
    ] {
        let text = format!("version 1 of the PROXY protocol can't tell {what}: use version 2");
        assert_eq!(refused(&octets), text);
    }
    assert_eq!(v1_octets(&header(&v2(0x21, 0x00, &[]))).unwrap(), b"PROXY UNKNOWN\r\n");
}

#[test]
fn tlvs_are_added_as_they_are_received() {
    let plain = || Header::proxied("[::1]:1".parse().unwrap(), "[::2]:25".parse().unwrap());
    let header = plain()
        .with_tlv(Tlvs::AUTHORITY, b"mx.example")
        .and_then(|header| header.with_tlv(0xE0, b"custom"))
        .and_then(|header| header.with_tlv(Tlvs::NOOP, b"left out"))
        .and_then(|header| header.with_tlv(Tlvs::CRC32C, b"left out"))
        .unwrap();
    assert_eq!(header.tlvs().authority.as_deref(), Some("mx.example"));
    assert_eq!(header.tlvs().others().collect::<Vec<_>>(), [(0xE0, &b"custom"[..])]);
    round_trip(&header);
    for (kind, value) in [(Tlvs::AUTHORITY, &b"a"[..]), (Tlvs::NETNS, b"\n"), (Tlvs::SSL, b"")] {
        let result = header.clone().with_tlv(kind, value);
        assert!(matches!(result, Err(ProxyError::Malformed(_))), "{result:?}");
    }
    let local = Header::local().with_tlv(Tlvs::AUTHORITY, b"left out").unwrap();
    assert_eq!(local, Header::local());
}

#[test]
fn the_longest() {
    let local = "192.0.2.1:1".parse().unwrap();
    let with = |octets| Header::proxied(local, local).with_tlv(0xE0, &vec![0; octets]);
    round_trip(&with(65535 - 12 - 3 - 7).unwrap());
    let mut out = Vec::new();
    let longest = with(65535 - 12 - 3).unwrap();
    assert_eq!(longest.write_v2(&mut out, false), Ok(()));
    assert_eq!(out.len(), 16 + 65535);
    out.clear();
    let too_long = WriteError::TooLong { octets: 65535 + 7 };
    assert_eq!(longest.write_v2(&mut out, true), Err(too_long));
    assert_eq!(
        too_long.to_string(),
        "PROXY header of 65542 octets behind its length, at most 65535 fit"
    );
    assert_eq!(
        with(65535).unwrap().write_v2(&mut out, false),
        Err(WriteError::TooLong { octets: 65535 + 15 })
    );
    assert!(out.is_empty());
    let error = ProxyError::TooLong { announced: 65536, limit: 65535 };
    assert_eq!(with(65536), Err(error));
}

#[test]
fn in_a_log() {
    let mut path = [0; 216];
    path[..7].copy_from_slice(b"/a b\n\"\xFF");
    assert_eq!(
        header(&v2(0x21, 0x32, &[&path, &tlv(5, b"\"\n\xFF"), &tlv(2, b"\"quoted\" x=\"")]))
            .to_string(),
        r#"PROXY v2 unix:/a b\n\"\xff -> unix: (datagrams) authority="\"quoted\" x=\"" id="\"\n\xff""#
    );
    assert_eq!(header(b"PROXY UNKNOWN\r\n").to_string(), "PROXY v1 unknown");
}

/// TLVs of every type, most of them valid.
fn any_tlv() -> impl Strategy<Value = (u8, Vec<u8>)> {
    let octets = || vec(any::<u8>(), 0..20);
    let text = || "[a-zé.]{0,12}".prop_map(String::into_bytes);
    let sub = prop_oneof![(0x21..=0x27_u8, text()), (0x28..=0xFF_u8, octets())];
    let ssl = (any::<[u8; 5]>(), vec(sub, 0..6)).prop_map(|(start, subs)| {
        let subs = subs.iter().flat_map(|(kind, value)| tlv(*kind, value));
        start.into_iter().chain(subs).collect()
    });
    prop_oneof![
        (prop::sample::select(vec![Tlvs::AUTHORITY, Tlvs::NETNS]), text()),
        (prop::sample::select(vec![Tlvs::ALPN, Tlvs::UNIQUE_ID]), octets()),
        (Just(Tlvs::SSL), ssl),
        (any::<u8>(), octets()),
    ]
}

fn any_header() -> impl Strategy<Value = Header> {
    let proxied = any::<[SocketAddr; 2]>().prop_map(|[from, to]| Header::proxied(from, to));
    let bare = prop_oneof![
        10 => proxied,
        1 => Just(Header::local()),
        1 => prop::sample::select(headers()).prop_map(|octets| header(&octets)),
    ];
    (bare, vec(any_tlv(), 0..8)).prop_map(|(header, tlvs)| {
        // Those that are refused are left out.
        tlvs.iter().fold(header, |header, (kind, value)| {
            header.clone().with_tlv(*kind, value).unwrap_or(header)
        })
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn any_header_makes_the_round_trip(header in any_header()) {
        round_trip(&header);
    }
}
