//! Which server.

use std::net::{IpAddr, Ipv6Addr};
#[cfg(unix)]
use std::path::PathBuf;
use std::str::FromStr;

/// Which server.
#[derive(Clone, Debug)]
pub enum Server {
    /// By its name or address.
    Tcp {
        /// A name or an IP address, without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// A unix-domain socket.
    #[cfg(unix)]
    Unix(PathBuf),
}

impl Server {
    /// The name its certificate must be for.
    #[must_use]
    pub fn host(&self) -> &str {
        match self {
            Self::Tcp { host, .. } => host,
            #[cfg(unix)]
            Self::Unix(_) => "localhost",
        }
    }

    pub(super) fn has_address(&self) -> bool {
        matches!(self, Self::Tcp { .. })
    }

    /// By what the server is called, not by what a resolver makes of that.
    pub(super) fn is_this_machine(&self) -> bool {
        let host = self.host();
        let address = host.parse::<IpAddr>();
        address.is_ok_and(|address| address.is_loopback()) || host.eq_ignore_ascii_case("localhost")
    }
}

impl FromStr for Server {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix:") {
            return unix(path);
        }
        let (host, port) = text.rsplit_once(':').ok_or("there is no port in it")?;
        let port = port.parse().map_err(|error| format!("the port: {error}"))?;
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match bracketed {
            Some(address) if address.parse::<Ipv6Addr>().is_ok() => address,
            Some(_) => return Err("brackets are for IPv6 addresses".into()),
            None if host.is_empty() => return Err("there is no host in it".into()),
            None if host.contains(':') => return Err("an IPv6 address needs brackets".into()),
            None => host,
        };
        Ok(Self::Tcp { host: host.into(), port })
    }
}

#[cfg(unix)]
fn unix(path: &str) -> Result<Server, String> {
    if path.is_empty() {
        Err("there is no path in it".into())
    } else {
        Ok(Server::Unix(path.into()))
    }
}

#[cfg(not(unix))]
fn unix(_: &str) -> Result<Server, String> {
    Err("this system has no unix-domain sockets".into())
}
