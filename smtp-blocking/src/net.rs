//! Sockets and threads.

use std::future::{Future, poll_fn};
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::thread;

use smtp_driver::Runtime;
use smtp_driver::client::Target;
use smtp_driver::net::{begin_connect, connected, unix_name};
use smtp_driver::server::Accept;

use crate::park::Interest;
use crate::{Clock, Io, Socket, block_on};

/// Threads: each task has one of its own.
#[derive(Clone, Copy, Debug)]
pub struct Threads;

impl Runtime for Threads {
    type Clock = Clock;
    type TcpListener = Io<Socket<TcpListener>>;
    type TcpStream = Io<Socket<TcpStream>>;
    type UnixListener = Io<Socket<UnixListener>>;
    type UnixStream = Io<Socket<UnixStream>>;

    fn tcp_listener(socket: TcpListener) -> io::Result<Self::TcpListener> {
        Ok(Io(Socket::new(socket)))
    }

    fn unix_listener(socket: UnixListener) -> io::Result<Self::UnixListener> {
        Ok(Io(Socket::new(socket)))
    }

    async fn resolve(target: Target) -> io::Result<Vec<SocketAddr>> {
        elsewhere(move || target.resolve()).await?
    }

    async fn connect_tcp(to: SocketAddr, from: Option<IpAddr>) -> io::Result<Self::TcpStream> {
        let socket = Socket::new(begin_connect(to, from)?);
        poll_fn(|cx| match connected(socket.get_ref()) {
            Err(error) if error.kind() == io::ErrorKind::NotConnected => {
                socket.wait(cx, Interest::Write);
                Poll::Pending
            }
            result => Poll::Ready(result),
        })
        .await?;
        Ok(Io(socket))
    }

    fn unix_stream(socket: UnixStream) -> io::Result<Self::UnixStream> {
        Ok(Io(Socket::new(socket)))
    }

    fn spawn(task: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        // Not moved from frame to frame: what a stack has touched it keeps.
        let task = Box::pin(task);
        thread::Builder::new().name("smtp".into()).spawn(move || block_on(task)).map(drop)
    }
}

impl Accept for Io<Socket<TcpListener>> {
    type Transport = Io<Socket<TcpStream>>;
    type Address = SocketAddr;

    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(Self::Transport, Option<SocketAddr>)>> {
        let (stream, peer) = ready!(poll_accept(&self.0, cx, TcpListener::accept))?;
        stream.set_nonblocking(true)?;
        // If this fails, all is as correct and a little slower.
        let _ = stream.set_nodelay(true);
        Poll::Ready(Ok((Io(Socket::new(stream)), Some(peer))))
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().local_addr()
    }
}

impl Accept for Io<Socket<UnixListener>> {
    type Transport = Io<Socket<UnixStream>>;
    type Address = String;

    fn poll_accept(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<(Self::Transport, Option<SocketAddr>)>> {
        let (stream, _) = ready!(poll_accept(&self.0, cx, UnixListener::accept))?;
        stream.set_nonblocking(true)?;
        Poll::Ready(Ok((Io(Socket::new(stream)), None)))
    }

    fn local_addr(&self) -> io::Result<String> {
        self.0.get_ref().local_addr().map(|address| unix_name(address.as_pathname()))
    }
}

fn poll_accept<L: AsFd + Send + Sync + 'static, T>(
    socket: &Socket<L>,
    cx: &mut Context<'_>,
    accept: impl Fn(&L) -> io::Result<T>,
) -> Poll<io::Result<T>> {
    match accept(socket.get_ref()) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
            socket.wait(cx, Interest::Read);
            Poll::Pending
        }
        result => Poll::Ready(result),
    }
}

/// Runs what blocks and can't be told to stop on a thread of its own.
async fn elsewhere<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let place: Arc<Mutex<(Option<T>, Option<Waker>)>> = Arc::new(Mutex::new((None, None)));
    let theirs = Arc::clone(&place);
    thread::Builder::new().name("smtp-resolve".into()).spawn(move || {
        let result = work();
        let mut place = theirs.lock().unwrap_or_else(PoisonError::into_inner);
        place.0 = Some(result);
        let waker = place.1.take();
        drop(place);
        if let Some(waker) = waker {
            waker.wake();
        }
    })?;
    let result = poll_fn(|cx| {
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(result) = place.0.take() else {
            place.1 = Some(cx.waker().clone());
            return Poll::Pending;
        };
        Poll::Ready(result)
    });
    Ok(result.await)
}
