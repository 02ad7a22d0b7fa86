//! Sockets of async-io, which async-std and smol share.

use std::future::Future;
use std::io;
use std::marker::PhantomData;
use std::net::{IpAddr, SocketAddr, TcpListener};
#[cfg(unix)]
use std::os::unix::net::UnixListener;
use std::task::{Context, Poll, ready};

use async_io::Async;
use async_net::TcpStream;
#[cfg(unix)]
use async_net::unix::UnixStream;
use smtp_driver::Runtime;
use smtp_driver::client::Target;
#[cfg(unix)]
use smtp_driver::net::unix_name;
use smtp_driver::net::{begin_connect, connected};
use smtp_driver::server::Accept;

use crate::{Clock, Io};

/// Where tasks are run.
pub trait Spawn: Send + Sync + 'static {
    /// Runs a task, detached: it ends by itself.
    fn spawn(task: impl Future<Output = ()> + Send + 'static);
}

/// Sockets and clocks of async-io, with tasks by `S`.
#[derive(Clone, Copy, Debug)]
pub struct AsyncIo<S>(PhantomData<fn() -> S>);

impl<S: Spawn> Runtime for AsyncIo<S> {
    type Clock = Clock;
    type TcpListener = Io<Async<TcpListener>>;
    type TcpStream = Io<TcpStream>;
    #[cfg(unix)]
    type UnixListener = Io<Async<UnixListener>>;
    #[cfg(unix)]
    type UnixStream = Io<UnixStream>;

    fn tcp_listener(socket: TcpListener) -> io::Result<Self::TcpListener> {
        Async::new_nonblocking(socket).map(Io)
    }

    #[cfg(unix)]
    fn unix_listener(socket: UnixListener) -> io::Result<Self::UnixListener> {
        Async::new_nonblocking(socket).map(Io)
    }

    async fn resolve(target: Target) -> io::Result<Vec<SocketAddr>> {
        blocking::unblock(move || target.resolve()).await
    }

    async fn connect_tcp(to: SocketAddr, from: Option<IpAddr>) -> io::Result<Self::TcpStream> {
        let socket = Async::new_nonblocking(begin_connect(to, from)?)?;
        socket.writable().await?;
        connected(socket.get_ref())?;
        Ok(Io(socket.into()))
    }

    #[cfg(unix)]
    fn unix_stream(socket: std::os::unix::net::UnixStream) -> io::Result<Self::UnixStream> {
        Async::new_nonblocking(socket).map(|socket| Io(socket.into()))
    }

    fn spawn(task: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        S::spawn(task);
        Ok(())
    }
}

impl Accept for Io<Async<TcpListener>> {
    type Transport = Io<TcpStream>;
    type Address = SocketAddr;

    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(Self::Transport, Option<SocketAddr>)>> {
        let (stream, peer) = ready!(poll_accept(&self.0, cx, TcpListener::accept))?;
        // If this fails, all is as correct and a little slower.
        let _ = stream.set_nodelay(true);
        Poll::Ready(Async::new(stream).map(|stream| (Io(stream.into()), Some(peer))))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().local_addr()
    }
}

#[cfg(unix)]
impl Accept for Io<Async<UnixListener>> {
    type Transport = Io<UnixStream>;
    type Address = String;

    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(Self::Transport, Option<SocketAddr>)>> {
        let (stream, _) = ready!(poll_accept(&self.0, cx, UnixListener::accept))?;
        Poll::Ready(Async::new(stream).map(|stream| (Io(stream.into()), None)))
    }

    fn local_addr(&self) -> io::Result<String> {
        self.0.get_ref().local_addr().map(|address| unix_name(address.as_pathname()))
    }
}

fn poll_accept<L, T>(
    socket: &Async<L>,
    cx: &mut Context<'_>,
    accept: impl Fn(&L) -> io::Result<T>,
) -> Poll<io::Result<T>> {
    loop {
        match accept(socket.get_ref()) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                ready!(socket.poll_readable(cx))?;
            }
            result => return Poll::Ready(result),
        }
    }
}
