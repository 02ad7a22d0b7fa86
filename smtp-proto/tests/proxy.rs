//! Headers of the PROXY protocol: what is read, what is refused, and that nothing behind a header is
//! ever touched.

mod proxy {
    pub(crate) mod lines;
    pub(crate) mod octets;
    pub(crate) mod samples;
    pub(crate) mod stream;
    pub(crate) mod tlvs;
    pub(crate) mod write;
}

use smtp_proto::proxy::{Header, ProxyError, Receiver};

/// What stands behind each header.
pub(crate) const BEHIND: &[u8] = b"EHLO client.example\r\n";

/// What came of a stream, and how many octets were taken from it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// `None` if the stream ended too early.
    pub(crate) result: Option<Result<Header, ProxyError>>,
    pub(crate) taken: usize,
    pub(crate) reads: usize,
}

/// Reads a header from a stream that gives at most so many octets at a time; again from the first
/// number behind the last.
pub(crate) fn receive(receiver: &mut Receiver, stream: &[u8], cuts: &[usize]) -> Outcome {
    let mut rest = stream;
    let mut outcome = Outcome { result: None, taken: 0, reads: 0 };
    for cut in cuts.iter().cycle() {
        let space = receiver.space();
        assert!(!space.is_empty(), "nothing is there to read into");
        let read = space.len().min(rest.len()).min(*cut);
        if read == 0 {
            break;
        }
        let (piece, after) = rest.split_at(read);
        space[..read].copy_from_slice(piece);
        rest = after;
        outcome.reads += 1;
        outcome.taken += read;
        outcome.result = receiver.commit(read).transpose();
        assert!(!receiver.is_untouched());
        if let Some(result) = &outcome.result {
            assert!(receiver.space().is_empty(), "more is wanted behind the header");
            assert_eq!(receiver.commit(1), result.clone().map(|_| None), "it stays as it is");
            break;
        }
    }
    outcome
}

/// As it comes.
pub(crate) fn read(stream: &[u8]) -> Outcome {
    receive(&mut Receiver::new(), stream, &[usize::MAX])
}

/// The header that these octets are, which have to be one and no more.
#[track_caller]
pub(crate) fn header(octets: &[u8]) -> Header {
    let outcome = read(octets);
    assert_eq!(outcome.taken, octets.len(), "{}", octets.escape_ascii());
    match outcome.result {
        Some(Ok(header)) => header,
        other => panic!("{other:?}: {}", octets.escape_ascii()),
    }
}

/// Why these octets are refused.
#[track_caller]
pub(crate) fn error(octets: &[u8]) -> ProxyError {
    match read(octets).result {
        Some(Err(error)) => error,
        other => panic!("{other:?}: {}", octets.escape_ascii()),
    }
}

#[track_caller]
pub(crate) fn malformed(octets: &[u8]) {
    let error = error(octets);
    assert!(matches!(error, ProxyError::Malformed(_)), "{error:?}: {}", octets.escape_ascii());
}
