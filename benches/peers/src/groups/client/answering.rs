//! A server in memory that answers at once, the same for every client. It looks for the ends of lines
//! and of content, and takes everything.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use memchr::memmem;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

const END: &[u8] = b"\r\n.\r\n";

#[derive(Debug)]
pub(crate) struct Answering {
    finder: memmem::Finder<'static>,
    content: bool,
    /// The last octets of content that may be part of its end.
    tail: Vec<u8>,
    replies: Vec<u8>,
    read: usize,
    pub(crate) mails: usize,
    pub(crate) octets: usize,
    /// Where content is kept while it is looked at whether it is right, one after the other.
    pub(crate) kept: Option<Vec<u8>>,
}

impl Answering {
    /// As after the connection was accepted: the greeting is there to be read.
    pub(crate) fn new() -> Self {
        Self {
            finder: memmem::Finder::new(END),
            content: false,
            tail: Vec::new(),
            replies: b"220 mx.example.org ESMTP\r\n".to_vec(),
            read: 0,
            mails: 0,
            octets: 0,
            kept: None,
        }
    }

    /// A client has written this. Commands come in whole lines.
    pub(crate) fn heard(&mut self, mut octets: &[u8]) {
        while !octets.is_empty() {
            if self.content {
                octets = self.hear_content(octets);
                continue;
            }
            let Some(end) = memchr::memchr(b'\n', octets) else {
                panic!("a command that is not written in one piece");
            };
            let reply: &[u8] = match octets[0] {
                b'E' => {
                    b"250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n\
                      250-8BITMIME\r\n250 SMTPUTF8\r\n"
                }
                b'D' => {
                    self.content = true;
                    self.tail.extend_from_slice(b"\r\n");
                    b"354 Go on\r\n"
                }
                b'Q' => b"221 2.0.0 Bye\r\n",
                _ => b"250 2.1.0 OK\r\n",
            };
            self.replies.extend_from_slice(reply);
            octets = &octets[end + 1..];
        }
    }

    /// Goes up to the end of the content, and returns what is behind it.
    fn hear_content<'a>(&mut self, octets: &'a [u8]) -> &'a [u8] {
        // The end may have begun in what was written before.
        let before = self.tail.len();
        self.tail.extend_from_slice(&octets[..octets.len().min(END.len())]);
        let over = self.finder.find(&self.tail).map(|at| at + END.len() - before);
        let over = over.or_else(|| self.finder.find(octets).map(|at| at + END.len()));
        let (content, rest) = octets.split_at(over.unwrap_or(octets.len()));
        self.octets += content.len();
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(content);
        }
        if over.is_some() {
            self.content = false;
            self.tail.clear();
            self.mails += 1;
            self.replies.extend_from_slice(b"250 2.0.0 OK\r\n");
        } else {
            if content.len() >= END.len() {
                self.tail.clear();
                self.tail.extend_from_slice(&content[content.len() - (END.len() - 1)..]);
            }
            let excess = self.tail.len().saturating_sub(END.len() - 1);
            self.tail.drain(..excess);
        }
        rest
    }

    /// What the client reads next.
    pub(crate) fn said(&mut self) -> &[u8] {
        if self.read == self.replies.len() {
            self.replies.clear();
            self.read = 0;
        }
        &self.replies[self.read..]
    }

    /// The client has taken so much of it.
    pub(crate) fn advance(&mut self, octets: usize) {
        self.read += octets;
    }
}

impl AsyncRead for Answering {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let answering = self.get_mut();
        let said = answering.said();
        let n = said.len().min(buffer.remaining());
        buffer.put_slice(&said[..n]);
        answering.advance(n);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Answering {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.get_mut().heard(octets);
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
