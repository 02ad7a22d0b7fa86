//! The name of a unix-domain socket, in the file system.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

/// The name of a unix-domain socket that this process has bound. Removed when dropped, unless it is
/// another's by then.
pub struct Name {
    path: PathBuf,
    /// Device and inode.
    identity: (u64, u64),
}

impl Name {
    /// Binds a socket, in place of one that nobody listens on any more if there is one.
    pub fn bind<T>(path: &Path, bind: impl Fn(&Path) -> io::Result<T>) -> io::Result<(T, Self)> {
        // Of two processes that find the same socket forsaken, the second must find the first's.
        let _one_at_a_time = lock_directory(path);
        let socket = match bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_forsaken(path) => {
                fs::remove_file(path)?;
                bind(path)?
            }
            result => result?,
        };
        let name = Self { path: path.into(), identity: identity(path)? };
        Ok((socket, name))
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|identity| identity == self.identity) {
            // What can't be removed is found forsaken by the next.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A lock for as long as it is there; none where the directory may not be read, or somebody else
/// keeps it locked.
fn lock_directory(path: &Path) -> Option<File> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = File::open(directory.unwrap_or(Path::new("."))).ok()?;
    for _ in 0..100 {
        if flock(&directory, FlockOperation::NonBlockingLockExclusive).is_ok() {
            return Some(directory);
        }
        thread::sleep(Duration::from_millis(10));
    }
    None
}

/// Whether it is a socket on which nobody listens.
fn is_forsaken(path: &Path) -> bool {
    let socket = fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
    let refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    socket && UnixStream::connect(path).is_err_and(refused)
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs::symlink_metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}
