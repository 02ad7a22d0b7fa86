//! The socket: where to listen.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;
#[cfg(unix)]
use std::time::Duration;

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

/// The name of a unix-domain socket that this process has bound. Removed when dropped, unless it is
/// another's by then.
#[cfg(unix)]
pub struct Name {
    path: PathBuf,
    /// Device and inode.
    identity: (u64, u64),
}

#[cfg(unix)]
impl Name {
    /// Binds a socket, in place of one that nobody listens on any more if there is one.
    pub fn bind<T>(path: &Path, bind: impl Fn(&Path) -> io::Result<T>) -> io::Result<(T, Self)> {
        // Of two processes that find the same socket forsaken, the second must find the first's.
        let _one_at_a_time = lock_directory(path);
        let socket = match bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_forsaken(path) => {
                std::fs::remove_file(path)?;
                bind(path)?
            }
            result => result?,
        };
        let name = Self { path: path.into(), identity: identity(path)? };
        Ok((socket, name))
    }
}

#[cfg(unix)]
impl Drop for Name {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|identity| identity == self.identity) {
            // What can't be removed is found forsaken by the next.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// A lock for as long as it is there; none where the directory may not be read, or somebody else
/// keeps it locked.
#[cfg(unix)]
fn lock_directory(path: &Path) -> Option<std::fs::File> {
    use rustix::fs::{FlockOperation, flock};

    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = std::fs::File::open(directory.unwrap_or(Path::new("."))).ok()?;
    for _ in 0..100 {
        if flock(&directory, FlockOperation::NonBlockingLockExclusive).is_ok() {
            return Some(directory);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    None
}

/// Whether it is a socket on which nobody listens.
#[cfg(unix)]
fn is_forsaken(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    use std::os::unix::net::UnixStream;

    let socket = std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    let refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    socket && UnixStream::connect(path).is_err_and(refused)
}

#[cfg(unix)]
fn identity(path: &Path) -> io::Result<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;

    let metadata = std::fs::symlink_metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}
