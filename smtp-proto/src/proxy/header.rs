//! What a header says.

use alloc::boxed::Box;
use core::net::{IpAddr, SocketAddr, SocketAddrV4, SocketAddrV6};

use super::{ProxyError, Tlvs};

/// A header of the PROXY protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    pub(super) version: Version,
    pub(super) command: Command,
    pub(super) addresses: Option<Addresses>,
    pub(super) tlvs: Tlvs,
}

/// The form of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// A line of text (section 2.1).
    V1,
    /// Octets (section 2.2).
    V2,
}

/// Whose connection it is (section 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// The sender's own, such as a health check: the endpoints are those of the connection itself.
    Local,
    /// A client's, whom the sender passes on.
    Proxy,
}

/// How the client talks to the proxy (section 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// TCP, or a stream over a UNIX socket.
    Stream,
    /// UDP, or datagrams over a UNIX socket.
    Datagram,
}

/// One end of the client's connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Endpoint {
    /// An IP address and a port.
    Ip(SocketAddr),
    /// The path of a UNIX socket: at most 108 octets, none of them NUL. Empty if it has none.
    Unix(Box<[u8]>),
}

impl Endpoint {
    /// The address, unless it is a UNIX socket.
    #[must_use]
    pub fn socket_addr(&self) -> Option<SocketAddr> {
        match self {
            Endpoint::Ip(address) => Some(*address),
            Endpoint::Unix(_) => None,
        }
    }
}

/// Both ends, of one family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Addresses {
    pub(super) transport: Transport,
    pub(super) source: Endpoint,
    pub(super) destination: Endpoint,
}

impl Header {
    /// For a connection of the sender's own, such as a health check.
    #[must_use]
    pub fn local() -> Header {
        Header::new(Version::V2, Command::Local, None, Tlvs::default())
    }

    /// For a client that came from `source` over TCP and wanted to reach `destination`.
    ///
    /// Where only one of them is IPv6, the other becomes the IPv6 address that stands for it
    /// (`::ffff:192.0.2.1`): a header has one family. Scopes and flow labels are left out.
    #[must_use]
    pub fn proxied(source: SocketAddr, destination: SocketAddr) -> Header {
        let v6 = source.is_ipv6() || destination.is_ipv6();
        let end = |address: SocketAddr| {
            Endpoint::Ip(match address.ip() {
                IpAddr::V4(ip) if v6 => v6_addr(ip.to_ipv6_mapped(), address.port()),
                IpAddr::V4(ip) => SocketAddrV4::new(ip, address.port()).into(),
                IpAddr::V6(ip) => v6_addr(ip, address.port()),
            })
        };
        let (source, destination) = (end(source), end(destination));
        let addresses = Addresses { transport: Transport::Stream, source, destination };
        Header::new(Version::V2, Command::Proxy, Some(addresses), Tlvs::default())
    }

    /// Adds a TLV, for instance a [`Tlvs::AUTHORITY`]; refuses what a receiver refuses.
    ///
    /// What a receiver ignores is left out: [`Tlvs::NOOP`], and all TLVs of a [`Command::Local`]. So
    /// is [`Tlvs::CRC32C`], which [`write_v2`](Header::write_v2) computes.
    pub fn with_tlv(mut self, kind: u8, value: &[u8]) -> Result<Header, ProxyError> {
        let limit = usize::from(u16::MAX);
        if value.len() > limit {
            return Err(ProxyError::TooLong { announced: value.len(), limit });
        }
        if self.command == Command::Proxy {
            self.tlvs.push(kind, value)?;
        }
        Ok(self)
    }

    pub(super) fn new(
        version: Version,
        command: Command,
        addresses: Option<Addresses>,
        tlvs: Tlvs,
    ) -> Header {
        Header { version, command, addresses, tlvs }
    }

    /// The form it came in.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whose connection it is. `UNKNOWN` of version 1 is a [`Command::Proxy`] without addresses.
    #[must_use]
    pub fn command(&self) -> Command {
        self.command
    }

    /// How the client talks to the proxy, if the addresses are known.
    #[must_use]
    pub fn transport(&self) -> Option<Transport> {
        self.addresses.as_ref().map(|addresses| addresses.transport)
    }

    /// Where the client is. If that is not known, the connection's own address is to be used.
    #[must_use]
    pub fn source(&self) -> Option<&Endpoint> {
        self.addresses.as_ref().map(|addresses| &addresses.source)
    }

    /// What the client has connected to. If that is not known, the connection's own address is to be
    /// used.
    #[must_use]
    pub fn destination(&self) -> Option<&Endpoint> {
        self.addresses.as_ref().map(|addresses| &addresses.destination)
    }

    /// What else it says. Nothing in version 1, and in a [`Command::Local`].
    #[must_use]
    pub fn tlvs(&self) -> &Tlvs {
        &self.tlvs
    }
}

/// Neither a scope nor a flow label: the wire has none.
pub(super) fn v6_addr(ip: core::net::Ipv6Addr, port: u16) -> SocketAddr {
    SocketAddrV6::new(ip, port, 0, 0).into()
}
