//! Tokio's sockets, and its tasks.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::task::{Context, Poll};

use smtp_driver::Runtime;
use smtp_driver::client::Target;
#[cfg(unix)]
use smtp_driver::net::unix_name;
use smtp_driver::server::Accept;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream};
use tokio::task::spawn_blocking;

use crate::{Clock, Io};

/// Tokio. Everything is to be called from within one of its runtimes.
#[derive(Clone, Copy, Debug)]
pub struct Tokio;

impl Runtime for Tokio {
    type Clock = Clock;
    type TcpListener = Io<TcpListener>;
    type TcpStream = Io<TcpStream>;
    #[cfg(unix)]
    type UnixListener = Io<UnixListener>;
    #[cfg(unix)]
    type UnixStream = Io<UnixStream>;

    fn tcp_listener(socket: std::net::TcpListener) -> io::Result<Io<TcpListener>> {
        TcpListener::from_std(socket).map(Io)
    }

    #[cfg(unix)]
    fn unix_listener(socket: std::os::unix::net::UnixListener) -> io::Result<Io<UnixListener>> {
        UnixListener::from_std(socket).map(Io)
    }

    async fn resolve(target: Target) -> io::Result<Vec<SocketAddr>> {
        spawn_blocking(move || target.resolve()).await?
    }

    async fn connect_tcp(to: SocketAddr, from: Option<IpAddr>) -> io::Result<Io<TcpStream>> {
        let socket = if to.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        if let Some(from) = from {
            socket.bind(SocketAddr::new(from, 0))?;
        }
        socket.set_nodelay(true)?;
        socket.connect(to).await.map(Io)
    }

    #[cfg(unix)]
    fn unix_stream(socket: std::os::unix::net::UnixStream) -> io::Result<Io<UnixStream>> {
        UnixStream::from_std(socket).map(Io)
    }

    fn spawn(task: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        tokio::spawn(task);
        Ok(())
    }
}

impl Accept for Io<TcpListener> {
    type Transport = Io<TcpStream>;
    type Address = SocketAddr;

    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(Io<TcpStream>, Option<SocketAddr>)>> {
        self.0.poll_accept(cx).map_ok(|(stream, peer)| {
            // If this fails, all is as correct and a little slower.
            let _ = stream.set_nodelay(true);
            (Io(stream), Some(peer))
        })
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

#[cfg(unix)]
impl Accept for Io<UnixListener> {
    type Transport = Io<UnixStream>;
    type Address = String;

    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(Io<UnixStream>, Option<SocketAddr>)>> {
        self.0.poll_accept(cx).map_ok(|(stream, _)| (Io(stream), None))
    }

    fn local_addr(&self) -> io::Result<String> {
        self.0.local_addr().map(|address| unix_name(address.as_pathname()))
    }
}
