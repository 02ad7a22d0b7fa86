//! A blocking socket is an asynchronous one that is always ready: the same loop, the same client,
//! without a runtime and with a waker that does nothing.

use std::future::Future;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use smtp_driver::client::{self, Login};
use smtp_driver::{Clock, Connection, Stream};
use smtp_proto::client::{Client, Envelope};
use smtp_proto::server::{Config, Event, Server};
use smtp_proto::{Time, Tls, Wait};

/// How long one direction may keep the other waiting.
const SLICE: Duration = Duration::from_millis(1);

struct Blocking {
    socket: TcpStream,
    epoch: Instant,
    limit: Duration,
}

impl Blocking {
    fn new(socket: TcpStream) -> Self {
        Self { socket, epoch: Instant::now(), limit: SLICE }
    }
}

fn ready(result: io::Result<usize>) -> Poll<io::Result<usize>> {
    match result {
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            Poll::Pending
        }
        result => Poll::Ready(result),
    }
}

impl Stream for Blocking {
    fn prepare(&mut self, wait: Wait) {
        let left = wait.until.map_or(Duration::MAX, |until| until.saturating_sub(self.now()));
        match (wait.read, wait.write) {
            (true, true) => self.limit = SLICE,
            (false, false) => thread::sleep(left.min(Duration::from_secs(1))),
            _ => self.limit = left.clamp(SLICE, Duration::from_secs(1)),
        }
    }

    fn poll_read(&mut self, _: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        self.socket.set_read_timeout(Some(self.limit))?;
        ready(self.socket.read(space))
    }

    fn poll_write_vectored(
        &mut self,
        _: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.socket.set_write_timeout(Some(self.limit))?;
        ready(self.socket.write_vectored(slices))
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.socket.shutdown(Shutdown::Write))
    }

    fn poll_upgrade(&mut self, _: &mut Context<'_>) -> Poll<io::Result<Tls>> {
        Poll::Ready(Err(ErrorKind::Unsupported.into()))
    }
}

impl Clock for Blocking {
    fn now(&self) -> Time {
        self.epoch.elapsed()
    }

    fn poll_until(&mut self, _: &mut Context<'_>, until: Time) -> Poll<()> {
        if until <= self.now() { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// Runs a future that blocks by itself.
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

fn serve(socket: TcpStream) -> Vec<u8> {
    let clock = Blocking::new(socket.try_clone().unwrap());
    let config = Config::new("mx.example.org".parse().unwrap());
    let mut conn = Connection::new(Server::new(config), Blocking::new(socket), clock);
    let mut content = Vec::new();
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        match conn.poll_next(&mut cx) {
            Poll::Ready(Ok(None)) => return content,
            Poll::Ready(Ok(Some(Event::Body(piece)))) => content.extend_from_slice(&piece),
            Poll::Ready(Ok(Some(event))) if event.is_question() => conn.accept().unwrap(),
            Poll::Ready(Ok(Some(_))) | Poll::Pending => {}
            Poll::Ready(Err(error)) => panic!("{error}"),
        }
    }
}

#[test]
fn a_message_goes_through_blocking_sockets() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || serve(listener.accept().unwrap().0));

    let socket = TcpStream::connect(address).unwrap();
    let clock = Blocking::new(socket.try_clone().unwrap());
    let config = smtp_proto::client::Config::new("client.example.com".parse().unwrap());
    let mut conn = Connection::new(Client::new(config), Blocking::new(socket), clock);
    let to = ["b@example.org".parse().unwrap()];
    let envelope = Envelope::new("a@example.com".parse().unwrap(), to);
    let content = Bytes::from("a line of text\r\n".repeat(500_000));
    run(client::establish(&mut conn, &Login::default())).unwrap();
    let delivery = run(client::send(&mut conn, envelope, content.clone())).unwrap();
    assert!(delivery.is_complete());
    run(client::quit(&mut conn)).unwrap();
    assert!(server.join().unwrap() == content);
}
