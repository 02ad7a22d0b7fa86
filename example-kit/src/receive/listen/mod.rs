//! The socket: where to listen.

#[cfg(unix)]
mod name;

use std::fmt;
#[cfg(unix)]
use std::path::PathBuf;
use std::str::FromStr;

#[cfg(unix)]
pub use name::Name;

/// Where to listen.
#[derive(Clone, Debug)]
pub enum Listen {
    /// An address or a name, and a port.
    Tcp(String),
    /// A unix-domain socket.
    #[cfg(unix)]
    Unix(PathBuf),
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("unix:") {
            None => Ok(Self::Tcp(text.into())),
            #[cfg(unix)]
            Some(path) if !path.is_empty() => Ok(Self::Unix(path.into())),
            #[cfg(unix)]
            Some(_) => Err("there is no path in it".into()),
            #[cfg(not(unix))]
            Some(_) => Err("this system has no unix-domain sockets".into()),
        }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => f.write_str(address),
            #[cfg(unix)]
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}
