//! Headers of the PROXY protocol: what is read of them, and what is left behind them.

use smtp_proto::proxy::{Command, Header, ProxyError, Receiver, Version};

/// Smaller than what the octets can announce, so that it is reached.
const LIMIT: usize = 1024;

/// The result, `None` if the stream ended too early, and how many octets were taken.
type Outcome = (Option<Result<Header, ProxyError>>, usize);

/// Takes octets for a stream that begins with a header.
pub fn check(data: &[u8]) {
    let (result, taken) = receive(LIMIT, data, usize::MAX);
    for most in [1, 2 + data.len() % 13] {
        let (other, other_taken) = receive(LIMIT, data, most);
        assert_eq!(other, result, "cut into {most}");
        if !matches!(result, Some(Err(_))) {
            assert_eq!(other_taken, taken, "cut into {most}");
        }
    }
    match result {
        None => assert_eq!(taken, data.len()),
        Some(Err(error)) => no_control(&error.to_string()),
        Some(Ok(header)) => {
            assert_eq!(Some(taken), says(data), "an octet behind the header was taken");
            received(&header);
        }
    }
}

/// Reads at most so many octets at a time.
fn receive(limit: usize, data: &[u8], most: usize) -> Outcome {
    let mut receiver = Receiver::with_limit(limit);
    let mut rest = data;
    loop {
        let space = receiver.space();
        assert!(!space.is_empty() && space.len() <= limit.max(107));
        let read = space.len().min(rest.len()).min(most);
        let (piece, after) = rest.split_at(read);
        space[..read].copy_from_slice(piece);
        rest = after;
        let result = receiver.commit(read).transpose();
        if result.is_some() {
            assert!(receiver.space().is_empty());
        }
        if result.is_some() || read == 0 {
            return (result, data.len() - rest.len());
        }
    }
}

/// How many octets the header says it has.
fn says(data: &[u8]) -> Option<usize> {
    if data.starts_with(b"PROXY ") {
        return data.windows(2).position(|pair| pair == b"\r\n").map(|at| at + 2);
    }
    data.get(14..16).map(|length| 16 + usize::from(u16::from_be_bytes([length[0], length[1]])))
}

fn received(header: &Header) {
    no_control(&header.to_string());
    assert_eq!(header.source().is_some(), header.destination().is_some());
    if header.command() == Command::Local {
        assert_eq!(header, &Header::local());
    }
    if let Some(ssl) = &header.tlvs().ssl {
        assert!(ssl.is_tls() || !ssl.has_certificate());
        assert!(ssl.has_certificate() || !ssl.is_verified());
    }
    for checksum in [false, true] {
        let mut written = Vec::new();
        header.write_v2(&mut written, checksum).expect("it is shorter than what was read");
        let again = whole(&written);
        assert_eq!(again.version(), Version::V2);
        same(header, &again);
        let mut twice = Vec::new();
        again.write_v2(&mut twice, checksum).expect("it was written once");
        assert_eq!(twice, written);
        if checksum {
            damaged(&written);
        }
    }
    let mut written = Vec::new();
    if header.write_v1(&mut written).is_ok() {
        let again = whole(&written);
        assert_eq!(again.version(), Version::V1);
        same(header, &again);
    } else {
        assert!(written.is_empty() && header.version() == Version::V2);
    }
}

/// The header that was written. What is written may be longer than what was read, by a checksum.
fn whole(written: &[u8]) -> Header {
    let (result, taken) = receive(usize::MAX, written, usize::MAX);
    assert_eq!(taken, written.len());
    result.expect("it is complete").expect("what is written can be read")
}

fn same(one: &Header, other: &Header) {
    assert_eq!(one.command(), other.command());
    assert_eq!(one.transport(), other.transport());
    assert_eq!(one.source(), other.source());
    assert_eq!(one.destination(), other.destination());
    assert_eq!(one.tlvs(), other.tlvs());
}

/// A bit of what stands before the checksum, or of the checksum, that is not what it was.
fn damaged(written: &[u8]) {
    for at in
        [written.len() - 1, written.len() - 4, written.len() - 8].into_iter().filter(|at| *at >= 16)
    {
        let mut written = written.to_vec();
        written[at] ^= 1;
        let (result, _) = receive(usize::MAX, &written, usize::MAX);
        assert!(!matches!(result, Some(Ok(header)) if header.command() == Command::Proxy));
    }
}

fn no_control(text: &str) {
    assert!(!text.contains(char::is_control), "{text:?} has a control character");
}
