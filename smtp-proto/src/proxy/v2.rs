//! Version 2: octets (section 2.2).

use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use super::header::{Addresses, v6_addr};
use super::{Command, Endpoint, Header, ProxyError, Scan, Tlvs, Transport, Version, agree, tlv};

pub(super) const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// Octets of the fixed part: signature, version and command, family and transport, length.
pub(super) const FIXED: usize = SIGNATURE.len() + 4;

/// Octets of the path of a UNIX socket.
pub(super) const PATH: usize = 108;

/// The upper half of the octet that says what the addresses are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Unspecified = 0,
    Inet = 1,
    Inet6 = 2,
    Unix = 3,
}

impl Family {
    /// That of a family and a transport, `None` for what "must be rejected as invalid".
    ///
    /// The transport may be unspecified, too; the addresses are to be ignored then.
    fn read(octet: u8) -> Option<(Family, Option<Transport>)> {
        let family = match octet >> 4 {
            0 => Family::Unspecified,
            1 => Family::Inet,
            2 => Family::Inet6,
            3 => Family::Unix,
            _ => return None,
        };
        match octet & 0x0F {
            0 => Some((family, None)),
            1 => Some((family, Some(Transport::Stream))),
            2 => Some((family, Some(Transport::Datagram))),
            _ => None,
        }
    }

    /// Octets of both addresses, whatever the transport.
    fn octets(self) -> usize {
        match self {
            Family::Unspecified => 0,
            Family::Inet => 2 * (4 + 2),
            Family::Inet6 => 2 * (16 + 2),
            Family::Unix => 2 * PATH,
        }
    }
}

/// How far a header has come. What is found is found at the same octet, however much is there.
pub(super) fn scan(octets: &[u8], limit: usize) -> Result<Scan, ProxyError> {
    if !agree(octets, SIGNATURE) {
        return Err(ProxyError::NotProxy);
    }
    let fixed = octets.get(SIGNATURE.len()..).unwrap_or_default();
    let Some((first, rest)) = fixed.split_first() else {
        return Ok(Scan::Wanted(FIXED.saturating_sub(octets.len())));
    };
    let command = command(*first)?;
    let mut addresses = 0;
    // "The family which is ignored" if the connection is the sender's own.
    if let (Command::Proxy, Some(octet)) = (command, rest.first()) {
        let (family, _) = Family::read(*octet)
            .ok_or(ProxyError::Malformed("an address family or a transport that is not known"))?;
        addresses = family.octets();
    }
    let &[_, high, low, ..] = rest else {
        return Ok(Scan::Wanted(FIXED.saturating_sub(octets.len())));
    };
    let announced = usize::from(u16::from_be_bytes([high, low]));
    if announced > limit {
        return Err(ProxyError::TooLong { announced, limit });
    }
    if announced < addresses {
        return Err(ProxyError::Malformed("shorter than its addresses"));
    }
    match (FIXED + announced).saturating_sub(octets.len()) {
        0 => Ok(Scan::Whole(FIXED + announced)),
        wanted => Ok(Scan::Wanted(wanted)),
    }
}

fn command(octet: u8) -> Result<Command, ProxyError> {
    match (octet >> 4, octet & 0x0F) {
        (2, 0) => Ok(Command::Local),
        (2, 1) => Ok(Command::Proxy),
        (2, _) => Err(ProxyError::Malformed("a command that is neither LOCAL nor PROXY")),
        (version, _) => Err(ProxyError::Version(version)),
    }
}

/// Reads a header that [`scan`] has found whole.
pub(super) fn parse(header: &[u8]) -> Result<Header, ProxyError> {
    let (fixed, rest) = header.split_at_checked(FIXED).unwrap_or_default();
    let &[.., first, second, _, _] = fixed else {
        return Err(ProxyError::NotProxy);
    };
    let (family, transport) = Family::read(second).unwrap_or((Family::Unspecified, None));
    let split = rest.split_at_checked(family.octets());
    if command(first)? == Command::Local {
        // Whatever is in it, it has to be accepted. Only where it can be read as TLVs with a
        // checksum must that be right.
        return match split.map_or(Ok(()), |(_, tlvs)| tlv::verify(header, tlvs)) {
            Err(ProxyError::Checksum) => Err(ProxyError::Checksum),
            _ => Ok(Header::local()),
        };
    }
    let (octets, tlvs) = split.ok_or(ProxyError::Malformed("shorter than its addresses"))?;
    tlv::verify(header, tlvs)?;
    let tlvs = Tlvs::parse(tlvs)?;
    let addresses = transport.and_then(|transport| addresses(family, transport, octets));
    Ok(Header::new(Version::V2, Command::Proxy, addresses, tlvs))
}

fn addresses(family: Family, transport: Transport, octets: &[u8]) -> Option<Addresses> {
    let (source, destination) = match family {
        Family::Unspecified => return None,
        Family::Inet => pair::<4>(octets, |ip, port| (Ipv4Addr::from(ip), port).into())?,
        Family::Inet6 => pair::<16>(octets, |ip, port| v6_addr(Ipv6Addr::from(ip), port))?,
        Family::Unix => {
            let (source, destination) = octets.split_at_checked(PATH)?;
            (path(source), path(destination))
        }
    };
    Some(Addresses { transport, source, destination })
}

/// Two addresses of `N` octets, then two ports.
fn pair<const N: usize>(
    octets: &[u8],
    address: impl Fn([u8; N], u16) -> SocketAddr,
) -> Option<(Endpoint, Endpoint)> {
    let (source, rest) = octets.split_first_chunk::<N>()?;
    let (destination, ports) = rest.split_first_chunk::<N>()?;
    let &[a, b, c, d] = ports else { return None };
    let source = address(*source, u16::from_be_bytes([a, b]));
    let destination = address(*destination, u16::from_be_bytes([c, d]));
    Some((Endpoint::Ip(source), Endpoint::Ip(destination)))
}

/// What stands before the first NUL.
fn path(octets: &[u8]) -> Endpoint {
    let path = octets.split(|octet| *octet == 0).next().unwrap_or_default();
    Endpoint::Unix(path.into())
}
