//! How octets come, and what is left of them.

use proptest::collection::vec;
use proptest::prelude::*;
use smtp_proto::proxy::{Header, ProxyError, Receiver};

use super::samples::{HAPROXY_CERTIFICATE, HAPROXY_LOCAL, HAPROXY_TCP, headers};
use crate::{BEHIND, Outcome, read, receive};

/// How many octets the header that these begin with says it has, if it has an end.
fn says(octets: &[u8]) -> Option<usize> {
    if octets.first() == Some(&b'P') {
        return octets.windows(2).position(|pair| pair == b"\r\n").map(|at| at + 2);
    }
    octets.get(14..16).map(|length| 16 + usize::from(u16::from_be_bytes([length[0], length[1]])))
}

#[test]
fn nothing_behind_a_header_is_taken() {
    for octets in headers() {
        let stream = [&octets, BEHIND].concat();
        for most in [1, 2, 3, 5, 7, 16, 100, usize::MAX] {
            let outcome = receive(&mut Receiver::new(), &stream, &[most]);
            assert!(matches!(outcome.result, Some(Ok(_))), "{}", octets.escape_ascii());
            assert_eq!(&stream[outcome.taken..], BEHIND, "{}", octets.escape_ascii());
        }
    }
}

#[test]
fn every_cut_leads_to_the_same() {
    for octets in headers() {
        let stream = [&octets, BEHIND].concat();
        let whole = read(&stream);
        for first in 1..octets.len() {
            let outcome = receive(&mut Receiver::new(), &stream, &[first, usize::MAX]);
            assert_eq!((outcome.result, outcome.taken), (whole.result.clone(), whole.taken));
        }
        let bytewise = receive(&mut Receiver::new(), &stream, &[1]);
        assert_eq!((&bytewise.result, bytewise.taken), (&whole.result, whole.taken));
        assert_eq!(bytewise.reads, octets.len());
    }
}

#[test]
fn every_truncation_wants_more_and_never_too_much() {
    for octets in headers() {
        for end in 0..octets.len() {
            for most in [1, usize::MAX] {
                let mut receiver = Receiver::new();
                let outcome = receive(&mut receiver, &octets[..end], &[most]);
                assert_eq!((outcome.result, outcome.taken), (None, end));
                assert_eq!(receiver.is_untouched(), end == 0);
                let space = receiver.space().len();
                assert!((1..=octets.len() - end).contains(&space));
                assert_eq!(receiver.commit(0), Ok(None), "nothing came");
                assert_eq!(receiver.space().len(), space);
            }
        }
    }
}

/// Reads are what a header costs.
#[test]
fn few_reads() {
    assert_eq!(read(HAPROXY_CERTIFICATE).reads, 3);
    assert_eq!(read(HAPROXY_LOCAL).reads, 3);
    assert_eq!(read(b"PROXY UNKNOWN\r\n").reads, 1);
    let usual = b"PROXY TCP4 192.168.100.200 198.51.100.7 56324 25\r\n";
    let long = ["ffff"; 8].join(":");
    let long = format!("PROXY TCP6 {long} {long} 65535 65535\r\n");
    let reads = (read(usual).reads, read(long.as_bytes()).reads);
    assert_eq!(reads, (6, 15));
}

/// By any other if the header is short, else by those that differ in one bit or mean something.
#[test]
fn every_octet_replaced() {
    for octets in headers() {
        let mut stream = [&octets, BEHIND].concat();
        for at in 0..octets.len() {
            let was = stream[at];
            let values: Vec<u8> = if octets.len() < 64 {
                (0..=0xFF).collect()
            } else {
                (0..8).map(|bit| was ^ 1 << bit).chain(*b"\0\r\n 0:.f\xFF").collect()
            };
            for value in values {
                stream[at] = value;
                check(&stream);
            }
            stream[at] = was;
        }
    }
}

/// What holds for any stream. Returns what came of it.
fn check(stream: &[u8]) -> Outcome {
    let outcome = read(stream);
    let bytewise = receive(&mut Receiver::new(), stream, &[1]);
    assert_eq!(outcome.result, bytewise.result, "{}", stream.escape_ascii());
    match &outcome.result {
        Some(Ok(_)) => {
            assert_eq!(Some(outcome.taken), says(stream), "{}", stream.escape_ascii());
            assert_eq!(outcome.taken, bytewise.taken);
        }
        Some(Err(error)) => assert!(!error.to_string().contains(char::is_control)),
        None => assert_eq!(outcome.taken, stream.len()),
    }
    outcome
}

#[test]
fn what_is_damaged_is_noticed() {
    for octets in [HAPROXY_TCP, HAPROXY_CERTIFICATE] {
        let good = read(octets).result;
        for at in 0..octets.len() {
            for bit in 0..8 {
                let mut damaged = octets.to_vec();
                damaged[at] ^= 1 << bit;
                match check(&damaged).result {
                    Some(Err(_)) => {}
                    None => assert!(matches!(at, 14 | 15), "longer than it is: {at}"),
                    // The checksum is not found where its type, 12 octets behind the length, was hit.
                    result => assert!(at == 28 && result != good, "{at}: {result:?}"),
                }
            }
        }
    }
}

#[test]
fn a_receiver_takes_what_it_has_space_for() {
    let mut receiver = Receiver::default();
    assert_eq!(receiver.commit(usize::MAX), Ok(None), "no space was asked for");
    assert!(receiver.is_untouched());
    receiver.space().copy_from_slice(b"PROXY UNKNOWN\r\n");
    assert!(receiver.clone().commit(14).unwrap().is_none());
    assert!(receiver.commit(usize::MAX).unwrap().is_some());
    assert_eq!(receiver.commit(1), Ok(None));

    let mut refused = Receiver::new();
    refused.space()[0] = b'E';
    assert_eq!(refused.commit(1), Err(ProxyError::NotProxy));
    assert!(refused.space().is_empty() && !refused.is_untouched());
    assert_eq!(refused.commit(0), Err(ProxyError::NotProxy));
}

#[test]
fn headers_go_where_connections_go() {
    fn everywhere<T: Send + Sync + Clone + 'static>() {}
    everywhere::<Header>();
    everywhere::<Receiver>();
    everywhere::<ProxyError>();
}

proptest! {
    #![proptest_config(crate::proxy::write::config())]

    #[test]
    fn any_stream(
        start in prop::sample::select(headers()),
        keep in any::<prop::sample::Index>(),
        tail in prop_oneof![
            vec(any::<u8>(), 0..80),
            "[ .:0-9a-f\r\n]{0,80}".prop_map(String::into_bytes),
        ],
    ) {
        let keep = keep.index(start.len() + 1);
        check(&[&start[..keep], &tail].concat());
    }

    #[test]
    fn any_cuts(
        start in prop::sample::select(headers()),
        cuts in vec(1..30_usize, 1..20),
    ) {
        let stream = [&start, BEHIND].concat();
        let outcome = receive(&mut Receiver::new(), &stream, &cuts);
        prop_assert_eq!(outcome.result, read(&stream).result);
        prop_assert_eq!(&stream[outcome.taken..], BEHIND);
    }

    /// However the addresses are written.
    #[test]
    fn any_line(
        source in prop_oneof![
            "([0-9a-f]{1,4}:){7}[0-9a-f]{1,4}",
            "([0-9a-f]{1,4}:){1,6}:([0-9a-f]{1,4})?",
            "([0-9a-f]{1,2}:){6}[1-9]{1,2}[.]0[.]2[.][1-9]",
            "::(ffff:)?1[.]0[.]2[.][1-9]",
        ],
        destination in any::<std::net::Ipv6Addr>(),
        ports in any::<[u16; 2]>(),
    ) {
        let [from, to] = ports;
        let line = format!("PROXY TCP6 {source} {destination} {from} {to}\r\n");
        let stream = [line.as_bytes(), BEHIND].concat();
        let outcome = check(&stream);
        prop_assert!(matches!(outcome.result, Some(Ok(_))), "{line:?}");
        prop_assert_eq!(&stream[outcome.taken..], BEHIND);
    }
}
