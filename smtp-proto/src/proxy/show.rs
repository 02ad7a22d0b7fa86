//! A header in a log line.

use core::fmt;

use super::{Command, Endpoint, Header, Transport, Version};

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Version::V1 => "v1",
            Version::V2 => "v2",
        })
    }
}

impl fmt::Display for Endpoint {
    /// `192.0.2.1:25`, `[2001:db8::1]:25`, `unix:/run/smtp.sock`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Ip(address) => address.fmt(f),
            Endpoint::Unix(path) => write!(f, "unix:{}", path.escape_ascii()),
        }
    }
}

impl fmt::Display for Header {
    /// For a log, in one line: `PROXY v2 192.0.2.1:56324 -> 198.51.100.7:25 tls="TLSv1.3"`.
    ///
    /// The name of a client's certificate is shown only if the proxy has verified it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PROXY {}", self.version)?;
        match (&self.addresses, self.command) {
            (_, Command::Local) => f.write_str(" local")?,
            (None, Command::Proxy) => f.write_str(" unknown")?,
            (Some(addresses), Command::Proxy) => {
                write!(f, " {} -> {}", addresses.source, addresses.destination)?;
                if addresses.transport == Transport::Datagram {
                    f.write_str(" (datagrams)")?;
                }
            }
        }
        if let Some(authority) = &self.tlvs.authority {
            write!(f, " authority={authority:?}")?;
        }
        if let Some(ssl) = self.tlvs.ssl.as_ref().filter(|ssl| ssl.is_tls()) {
            write!(f, " tls={:?}", ssl.version.as_deref().unwrap_or_default())?;
            if let Some(name) = ssl.verified_name() {
                write!(f, " client={name:?}")?;
            }
        }
        if let Some(id) = &self.tlvs.unique_id {
            write!(f, " id=\"{}\"", id.escape_ascii())?;
        }
        Ok(())
    }
}
