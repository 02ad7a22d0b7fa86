//! A transport in memory, which is at home in every world.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

use smtp_driver::rustls::ServerConfig;
use smtp_driver::tls::{ClientTls, TlsTransport};
use smtp_driver::{Handshake, PollRead, Transport};

/// One end of a connection. The other learns when it is dropped.
pub(crate) struct End {
    incoming: Arc<Pipe>,
    outgoing: Arc<Pipe>,
}

/// Hears what one end says.
pub(crate) struct Tap(Arc<Pipe>);

/// A connection whose ends hold so many octets that were not read yet.
pub(crate) fn duplex(room: usize) -> (End, End) {
    let pipe = || Arc::new(Pipe(Mutex::new(Content { room, ..Content::default() })));
    let (there, back) = (pipe(), pipe());
    let here = End { incoming: Arc::clone(&back), outgoing: Arc::clone(&there) };
    (here, End { incoming: there, outgoing: back })
}

impl End {
    pub(crate) fn tap(&self) -> Tap {
        Tap(Arc::clone(&self.outgoing))
    }

    /// Reads no more, and lets the other end know.
    pub(crate) fn abandon(&mut self) {
        self.incoming.change(|content| content.abandoned = true);
    }

    pub(crate) async fn say(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let write = poll_fn(|cx| self.poll_write_vectored(cx, &[IoSlice::new(rest)]));
            rest = &rest[write.await.unwrap()..];
        }
    }

    /// Reads one line, octet by octet.
    pub(crate) async fn line(&mut self) -> String {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut octet = [0];
            let read = poll_fn(|cx| self.poll_read(cx, &mut octet)).await.unwrap();
            assert_eq!(read, 1, "a line end expected behind {:?}", String::from_utf8_lossy(&line));
            line.extend(octet);
        }
        String::from_utf8(line).unwrap()
    }
}

impl Tap {
    /// All that was said so far.
    pub(crate) fn heard(&self) -> Vec<u8> {
        self.0.content().log.clone()
    }
}

struct Pipe(Mutex<Content>);

#[derive(Default)]
struct Content {
    octets: VecDeque<u8>,
    room: usize,
    /// Everything that ever was in it.
    log: Vec<u8>,
    /// Nothing more will come.
    ended: bool,
    /// Nobody will read it.
    abandoned: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Pipe {
    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap()
    }

    fn change(&self, change: impl FnOnce(&mut Content)) {
        let mut content = self.content();
        change(&mut content);
        let wakers = [content.reader.take(), content.writer.take()];
        drop(content);
        wakers.into_iter().flatten().for_each(Waker::wake);
    }
}

impl PollRead for End {
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut content = self.incoming.content();
        if content.octets.is_empty() && !content.ended {
            content.reader = Some(cx.waker().clone());
            return Poll::Pending;
        }
        drop(content);
        let mut count = 0;
        self.incoming.change(|content| {
            count = space.len().min(content.octets.len());
            for (slot, octet) in space.iter_mut().zip(content.octets.drain(..count)) {
                *slot = octet;
            }
        });
        Poll::Ready(Ok(count))
    }
}

impl Transport for End {
    fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut content = self.outgoing.content();
        if content.abandoned || content.ended {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let room = content.room.saturating_sub(content.octets.len());
        if room == 0 {
            content.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        drop(content);
        let mut count = 0;
        self.outgoing.change(|content| {
            for octet in slices.iter().flat_map(|slice| slice.iter()).take(room) {
                content.octets.push_back(*octet);
                content.log.push(*octet);
                count += 1;
            }
        });
        Poll::Ready(Ok(count))
    }

    fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outgoing.change(|content| content.ended = true);
        Poll::Ready(Ok(()))
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.outgoing.change(|content| content.ended = true);
        self.abandon();
    }
}

/// A listener wants transports that rustls could encrypt; here nobody asks it to.
impl TlsTransport for End {
    type Secure = Self;

    fn accept_tls(self, _: Arc<ServerConfig>) -> Handshake<Self> {
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }

    fn connect_tls(self, _: ClientTls) -> Handshake<Self> {
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }
}
