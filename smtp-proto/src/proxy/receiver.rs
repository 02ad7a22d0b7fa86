//! From a stream to a header, and not one octet further.

use alloc::vec::Vec;

use super::{DEFAULT_LIMIT, Header, ProxyError, Scan, v1, v2};

/// Reads a header of either version.
///
/// A driver reads into [`space`](Self::space) and says with [`commit`](Self::commit) how much it
/// got. What stands behind the header belongs to TLS or to SMTP and can't be given back, so there is
/// never more space than what surely belongs to the header. A header of version 2 takes three reads.
/// The line of version 1 does not say how long it is: six reads or so for IPv4, fifteen for the
/// longest IPv6 addresses, and two octets at a time of what is ignored behind `UNKNOWN`.
///
/// What comes of it does not depend on how the octets were cut. A line has no more than 107 octets,
/// and room for what version 2 announces is made when that is known to be within the limit.
#[derive(Clone, Debug)]
pub struct Receiver {
    limit: usize,
    /// What has come, and behind it the space for more.
    octets: Vec<u8>,
    filled: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// At least so many octets more belong to the header.
    Wanted(usize),
    Whole,
    Refused(ProxyError),
}

impl Receiver {
    /// Takes version 2 headers with up to [`DEFAULT_LIMIT`] octets behind their length.
    #[must_use]
    pub fn new() -> Receiver {
        Receiver::with_limit(DEFAULT_LIMIT)
    }

    /// Takes version 2 headers with up to `limit` octets behind their length. Addresses take 12
    /// octets for IPv4, 36 for IPv6 and 216 for UNIX sockets.
    #[must_use]
    pub fn with_limit(limit: usize) -> Receiver {
        // Any header has at least these.
        let state = State::Wanted(v1::SHORTEST.min(v2::FIXED));
        Receiver { limit, octets: Vec::new(), filled: 0, state }
    }

    /// Where the next octets go. Empty only when the header is complete or refused.
    ///
    /// What it holds before the read has no meaning.
    pub fn space(&mut self) -> &mut [u8] {
        let wanted = match self.state {
            State::Wanted(wanted) => wanted,
            State::Whole | State::Refused(_) => 0,
        };
        self.octets.resize(self.filled.saturating_add(wanted), 0);
        self.octets.get_mut(self.filled..).unwrap_or_default()
    }

    /// The first `octets` of [`space`](Self::space) were filled; more than it has count as all.
    ///
    /// `None` if there is more to come. An error stays, and the connection has to be dropped: nothing
    /// is to be taken for what the header was to say. After the header there is nothing more.
    pub fn commit(&mut self, octets: usize) -> Result<Option<Header>, ProxyError> {
        match self.state {
            State::Wanted(_) => {}
            State::Whole => return Ok(None),
            State::Refused(error) => return Err(error),
        }
        self.filled = self.filled.saturating_add(octets).min(self.octets.len());
        let come = self.octets.get(..self.filled).unwrap_or_default();
        let result = read(come, self.limit);
        self.state = match &result {
            Ok(Progress::Wanted(wanted)) => State::Wanted(*wanted),
            Ok(Progress::Whole(_)) => State::Whole,
            Err(error) => State::Refused(*error),
        };
        match result? {
            Progress::Wanted(_) => Ok(None),
            Progress::Whole(header) => Ok(Some(header)),
        }
    }

    /// Whether no octet has come yet. A connection that ends so was a look at whether the port is
    /// open; one that ends later was [`ProxyError::Truncated`].
    #[must_use]
    pub fn is_untouched(&self) -> bool {
        self.filled == 0
    }
}

impl Default for Receiver {
    fn default() -> Receiver {
        Receiver::new()
    }
}

enum Progress {
    Wanted(usize),
    Whole(Header),
}

/// The first octet says which version it is: they have no beginning in common.
fn read(octets: &[u8], limit: usize) -> Result<Progress, ProxyError> {
    type Parse = fn(&[u8]) -> Result<Header, ProxyError>;
    let (scan, parse): (Scan, Parse) = match octets.first() {
        None => return Ok(Progress::Wanted(v1::SHORTEST.min(v2::FIXED))),
        Some(first) if v1::SIGNATURE.first() == Some(first) => (v1::scan(octets)?, v1::parse),
        Some(_) => (v2::scan(octets, limit)?, v2::parse),
    };
    match scan {
        Scan::Wanted(wanted) => Ok(Progress::Wanted(wanted)),
        Scan::Whole(length) => {
            let header = parse(octets.get(..length).unwrap_or_default())?;
            // There was no space for more than the shortest header that begins like this one.
            match octets.len().checked_sub(length) {
                Some(0) => Ok(Progress::Whole(header)),
                _ => Err(ProxyError::Malformed("shorter than any header that is valid")),
            }
        }
    }
}
