//! Sockets on their way to a server, for worlds that have no way of their own.

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
#[cfg(unix)]
use std::os::{fd::OwnedFd, unix::net::UnixStream};
use std::path::Path;
use std::time::Duration;

#[cfg(unix)]
use socket2::SockAddr;
use socket2::{Domain, Protocol, Socket, Type};

use crate::Clock;

/// How long to wait before a server whose queue is full is tried again.
const QUEUE_FULL: Duration = Duration::from_millis(10);

/// Begins to connect to an address, from another if one is given. The socket does not block, has
/// `TCP_NODELAY`, and can be written to once [`connected`] has something to say.
pub fn begin_connect(to: SocketAddr, from: Option<IpAddr>) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::for_address(to), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    socket.set_tcp_nodelay(true)?;
    if let Some(from) = from {
        socket.bind(&SocketAddr::new(from, 0).into())?;
    }
    match socket.connect(&to.into()) {
        Err(error) if !is_in_progress(&error) => Err(error),
        _ => Ok(socket.into()),
    }
}

/// What came of it; [`NotConnected`](io::ErrorKind::NotConnected): nothing so far.
pub fn connected(socket: &TcpStream) -> io::Result<()> {
    match socket.take_error()? {
        Some(error) => Err(error),
        None => socket.peer_addr().map(drop),
    }
}

/// Connects to a unix-domain socket. The result does not block.
///
/// There is no waiting in the queue of such a socket without blocking: if it is full, this tries
/// again.
#[cfg(unix)]
pub async fn connect_unix(clock: &mut impl Clock, path: &Path) -> io::Result<UnixStream> {
    let address = SockAddr::unix(path)?;
    loop {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        match socket.connect(&address) {
            Ok(()) => return Ok(OwnedFd::from(socket).into()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                let until = clock.now().saturating_add(QUEUE_FULL);
                poll_fn(|cx| clock.poll_until(cx, until)).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// What a unix-domain socket is called.
#[must_use]
pub fn unix_name(path: Option<&Path>) -> String {
    path.map_or_else(|| "unnamed".into(), |path| path.display().to_string())
}

fn is_in_progress(error: &io::Error) -> bool {
    let raw = error.raw_os_error();
    error.kind() == io::ErrorKind::WouldBlock || (cfg!(unix) && raw == Some(libc::EINPROGRESS))
}
