//! Which server is meant.

use std::fmt;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

/// Which server is meant: `"mx.example.org:25"`, `("mx.example.org", 25)`, `"[2001:db8::1]:25"`, or
/// addresses that are known already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// Host and port in one text.
    Text(Box<str>),
    Host(Box<str>, u16),
    Addresses(Box<[SocketAddr]>),
}

impl Target {
    /// Its addresses, in the order they are to be tried in. Blocks, unless they are known.
    pub fn resolve(&self) -> io::Result<Vec<SocketAddr>> {
        match &self.0 {
            Kind::Text(text) => text.to_socket_addrs().map(Iterator::collect),
            Kind::Host(host, port) => (&**host, *port).to_socket_addrs().map(Iterator::collect),
            Kind::Addresses(addresses) => Ok(addresses.to_vec()),
        }
    }

    /// Its addresses if nobody has to be asked for them.
    #[must_use]
    pub fn known(&self) -> Option<Vec<SocketAddr>> {
        match &self.0 {
            Kind::Text(text) => text.parse().ok().map(|address| vec![address]),
            Kind::Host(host, port) => host.parse().ok().map(|ip| vec![SocketAddr::new(ip, *port)]),
            Kind::Addresses(addresses) => Some(addresses.to_vec()),
        }
    }
}

impl From<&str> for Target {
    fn from(text: &str) -> Self {
        Self(Kind::Text(text.into()))
    }
}

impl From<String> for Target {
    fn from(text: String) -> Self {
        Self(Kind::Text(text.into()))
    }
}

impl From<(&str, u16)> for Target {
    fn from((host, port): (&str, u16)) -> Self {
        Self(Kind::Host(host.into(), port))
    }
}

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Self {
        Self(Kind::Addresses([address].into()))
    }
}

impl From<&[SocketAddr]> for Target {
    fn from(addresses: &[SocketAddr]) -> Self {
        Self(Kind::Addresses(addresses.into()))
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Text(text) => f.write_str(text),
            Kind::Host(host, port) => write!(f, "{host}:{port}"),
            Kind::Addresses(addresses) => {
                for (index, address) in addresses.iter().enumerate() {
                    let separator = if index == 0 { "" } else { ", " };
                    write!(f, "{separator}{address}")?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn an_address_needs_no_resolver() {
        let known = |target: Target| target.known().map(|found| found[0].to_string());
        assert_eq!(known("[2001:db8::1]:25".into()).unwrap(), "[2001:db8::1]:25");
        assert_eq!(known(("192.0.2.1", 587).into()).unwrap(), "192.0.2.1:587");
        assert_eq!(known(("2001:db8::1", 25).into()).unwrap(), "[2001:db8::1]:25");
        assert_eq!(known("mx.example.org:25".into()), None);
        assert!(Target::from("mx.example.org").resolve().is_err(), "there is no port");
    }
}
