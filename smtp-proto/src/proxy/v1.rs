//! Version 1: a line of text (section 2.1).

#![expect(clippy::arithmetic_side_effects, reason = "places in a line of 107 octets at most")]

use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use super::header::{Addresses, v6_addr};
use super::{Command, Endpoint, Header, ProxyError, Scan, Tlvs, Transport, Version, agree};

/// The longest line, CRLF included.
pub(super) const LONGEST: usize = 107;
/// The shortest: `PROXY UNKNOWN` and CRLF.
pub(super) const SHORTEST: usize = 15;

pub(super) const SIGNATURE: &[u8] = b"PROXY ";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Tcp4,
    Tcp6,
    Unknown,
}

/// Each with the octets that can't be anything else.
const PROTOCOLS: [(Protocol, &[u8]); 3] =
    [(Protocol::Tcp4, b"TCP4 "), (Protocol::Tcp6, b"TCP6 "), (Protocol::Unknown, b"UNKNOWN")];

/// How far a line has come. What is found is found at the same octet, however much is there.
pub(super) fn scan(line: &[u8]) -> Result<Scan, ProxyError> {
    if !agree(line, SIGNATURE) {
        return Err(ProxyError::NotProxy);
    }
    let word = line.get(SIGNATURE.len()..).unwrap_or_default();
    let Some((protocol, name)) = PROTOCOLS.into_iter().find(|(_, name)| agree(word, name)) else {
        return Err(ProxyError::Malformed("neither TCP4, TCP6 nor UNKNOWN"));
    };
    let Some(rest) = word.strip_prefix(name) else {
        return Ok(Scan::Wanted(SHORTEST.saturating_sub(line.len()).max(1)));
    };
    if protocol == Protocol::Unknown && !matches!(rest.first(), None | Some(b' ' | b'\r')) {
        return Err(ProxyError::Malformed("neither TCP4, TCP6 nor UNKNOWN"));
    }
    let wanted = match end(rest)? {
        End::Whole(length) => return Ok(Scan::Whole(SIGNATURE.len() + name.len() + length)),
        End::LineFeed => 1,
        End::Nowhere => still(protocol, rest),
    };
    match LONGEST.saturating_sub(line.len()) {
        0 => Err(ProxyError::LineTooLong),
        room => Ok(Scan::Wanted(wanted.min(room))),
    }
}

enum End {
    /// Behind so many octets.
    Whole(usize),
    /// CR is there, LF is awaited.
    LineFeed,
    Nowhere,
}

fn end(octets: &[u8]) -> Result<End, ProxyError> {
    let Some(at) = memchr::memchr2(b'\r', b'\n', octets) else { return Ok(End::Nowhere) };
    match octets.get(at..).unwrap_or_default() {
        [b'\r', b'\n', ..] => Ok(End::Whole(at + 2)),
        [b'\r'] => Ok(End::LineFeed),
        _ => Err(ProxyError::Malformed("the line ends with CRLF and holds no other CR or LF")),
    }
}

/// The fewest octets by which the fields so far become a line.
fn still(protocol: Protocol, fields: &[u8]) -> usize {
    let crlf = 2;
    let spaces = memchr::memchr_iter(b' ', fields).count();
    let field = fields.rsplit(|octet| *octet == b' ').next().unwrap_or_default();
    let (shortest, address) = match protocol {
        Protocol::Unknown => return crlf,
        Protocol::Tcp4 => ("0.0.0.0".len(), still_v4(field)),
        Protocol::Tcp6 => ("::".len(), still_v6(field)),
    };
    let port = usize::from(field.is_empty());
    crlf + match spaces {
        0 => address + " ".len() + shortest + " 0 0".len(),
        1 => address + " 0 0".len(),
        2 => port + " 0".len(),
        _ => port,
    }
}

/// Dots, each with the digit behind it, and a digit where none is.
fn still_v4(address: &[u8]) -> usize {
    let dots = memchr::memchr_iter(b'.', address).count();
    2 * 3_usize.saturating_sub(dots) + usize::from(matches!(address.last(), None | Some(b'.')))
}

/// Not exact: `1:2` needs more than nothing.
fn still_v6(address: &[u8]) -> usize {
    match address {
        [] => 2,
        [.., b':', b':'] => 0,
        [.., b':'] => 1,
        _ => 0,
    }
}

/// Reads a line that [`scan`] has found whole.
pub(super) fn parse(line: &[u8]) -> Result<Header, ProxyError> {
    let header = |addresses| Header::new(Version::V1, Command::Proxy, addresses, Tlvs::default());
    let word = line.strip_prefix(SIGNATURE).unwrap_or_default();
    // "The receiver must ignore anything presented before the CRLF."
    if word.starts_with(b"UNKNOWN") {
        return Ok(header(None));
    }
    let fields = word.strip_suffix(b"\r\n").and_then(|line| core::str::from_utf8(line).ok());
    let mut fields = fields.unwrap_or_default().split(' ');
    let mut next = || fields.next().unwrap_or_default();
    let (protocol, source, destination) = (next(), next(), next());
    let (from, to) = (port(next())?, port(next())?);
    if fields.next().is_some() {
        return Err(ProxyError::Malformed("more behind the ports"));
    }
    let end = |text, port| {
        let end = if protocol == "TCP4" { v4(text, port) } else { v6(text, port) };
        let wrong = "an address that is none, or not of the family that was announced";
        end.map(Endpoint::Ip).ok_or(ProxyError::Malformed(wrong))
    };
    let (source, destination) = (end(source, from)?, end(destination, to)?);
    Ok(header(Some(Addresses { transport: Transport::Stream, source, destination })))
}

fn v4(text: &str, port: u16) -> Option<SocketAddr> {
    // The parser of `core` takes no leading zeros, which to some readers mean octal.
    text.parse().ok().map(|ip: Ipv4Addr| (ip, port).into())
}

fn v6(text: &str, port: u16) -> Option<SocketAddr> {
    text.parse().ok().map(|ip: Ipv6Addr| v6_addr(ip, port))
}

/// A port: digits, no sign, no leading zero.
fn port(text: &str) -> Result<u16, ProxyError> {
    let digits = text.bytes().all(|octet| octet.is_ascii_digit());
    let port = text.parse().ok().filter(|_| digits && (text == "0" || !text.starts_with('0')));
    port.ok_or(ProxyError::Malformed("a port that is not a number from 0 to 65535"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing can be shorter than the shortest lines: the bound is exact for them.
    #[test]
    fn the_shortest_lines_are_read_at_once() {
        for (line, name) in [
            (&b"PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n"[..], "TCP4 "),
            (b"PROXY TCP6 :: :: 0 0\r\n", "TCP6 "),
        ] {
            let known = SIGNATURE.len() + name.len();
            for come in known..line.len() {
                assert_eq!(scan(&line[..come]), Ok(Scan::Wanted(line.len() - come)));
            }
            assert_eq!(scan(line), Ok(Scan::Whole(line.len())));
        }
    }

    #[test]
    fn addresses_that_may_be_complete_want_nothing_more() {
        for (address, wanted) in [("", 2), (":", 1), ("1:", 1), ("1::", 0), ("1:2:3:4:5:6:7:8", 0)]
        {
            assert_eq!(still_v6(address.as_bytes()), wanted);
        }
        for (address, wanted) in [("", 7), ("1", 6), ("1.", 5), ("1.2.3.", 1), ("1.2.3.4", 0)] {
            assert_eq!(still_v4(address.as_bytes()), wanted);
        }
    }

    #[test]
    fn ports() {
        assert_eq!((port("0"), port("25"), port("65535")), (Ok(0), Ok(25), Ok(65535)));
        for text in ["", "00", "025", "+1", "-1", "65536", "1 ", "2\0", "٣", "99999999999999999999"]
        {
            assert!(port(text).is_err(), "{text:?}");
        }
    }
}
