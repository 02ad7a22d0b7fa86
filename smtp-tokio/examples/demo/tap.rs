//! Shows what goes over a connection, from above the encryption.

use std::io::{self, IoSlice, IsTerminal};
use std::task::{Context, Poll};

use smtp_driver::{PollRead, Stream, Transport};
use smtp_proto::Tls;

/// A stream that prints every line that goes through it.
pub(crate) struct Tap<S> {
    inner: S,
    sent: Lines,
    received: Lines,
    /// Something was sent and not answered yet.
    waiting: bool,
    round_trips: usize,
}

/// A direction, and the part of its last line that has come.
struct Lines {
    mark: &'static str,
    colour: &'static str,
    partial: Vec<u8>,
}

impl<S> Tap<S> {
    pub(crate) fn new(inner: S) -> Self {
        let lines = |mark, colour| Lines { mark, colour, partial: Vec::new() };
        Self {
            inner,
            sent: lines("C:", "\x1b[36m"),
            received: lines("S:", "\x1b[32m"),
            waiting: false,
            round_trips: 0,
        }
    }

    /// How often the client had to wait for the server before it could go on.
    pub(crate) fn round_trips(&self) -> usize {
        self.round_trips
    }
}

impl Lines {
    fn push(&mut self, octets: &[u8]) {
        for line in octets.split_inclusive(|&octet| octet == b'\n') {
            self.partial.extend_from_slice(line);
            if line.ends_with(b"\n") {
                let line = std::mem::take(&mut self.partial);
                let line = line.strip_suffix(b"\n").unwrap_or(&line);
                self.print(&printable(line.strip_suffix(b"\r").unwrap_or(line)));
            }
        }
    }

    fn print(&self, line: &str) {
        let (mark, colour) = (self.mark, self.colour);
        let line = match line.strip_prefix("AUTH PLAIN ") {
            Some(_) => "AUTH PLAIN (user name and password)",
            None => line,
        };
        if io::stdout().is_terminal() {
            println!("  {colour}{mark} {line}\x1b[0m");
        } else {
            println!("  {mark} {line}");
        }
    }
}

/// A line as a terminal may see it.
fn printable(line: &[u8]) -> String {
    let show = |c: char| match c {
        '\0'..' ' | '\x7F' => c.escape_default().to_string(),
        _ => c.to_string(),
    };
    String::from_utf8_lossy(line).chars().map(show).collect()
}

impl<S: Stream> PollRead for Tap<S> {
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        let result = self.inner.poll_read(cx, space);
        if let Poll::Ready(Ok(octets)) = result {
            self.round_trips += usize::from(std::mem::take(&mut self.waiting));
            self.received.push(&space[..octets]);
        }
        result
    }
}

impl<S: Stream> Transport for Tap<S> {
    fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = self.inner.poll_write_vectored(cx, slices);
        if let Poll::Ready(Ok(mut octets)) = result {
            self.waiting = true;
            for slice in slices {
                let here = octets.min(slice.len());
                self.sent.push(&slice[..here]);
                octets -= here;
            }
        }
        result
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.poll_flush(cx)
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner.poll_shutdown(cx)
    }
}

impl<S: Stream> Stream for Tap<S> {
    fn poll_upgrade(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Tls>> {
        let result = self.inner.poll_upgrade(cx);
        if let Poll::Ready(Ok(tls)) = &result {
            let unknown = || "unknown".into();
            let protocol = tls.protocol.clone().unwrap_or_else(unknown);
            let cipher = tls.cipher.clone().unwrap_or_else(unknown);
            println!("  -- encrypted from here on: {protocol}, {cipher} --");
        }
        result
    }
}
