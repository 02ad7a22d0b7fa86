//! Encryption that is none, by nobody's library: every octet is changed by a key that both sides
//! have said a half of.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use smtp_driver::{PollRead, Transport};
use smtp_proto::Tls;

use super::End;

/// How much is changed at a time.
const PIECE: usize = 1000;

/// What both halves of the key make.
pub(crate) const KEY: u8 = 0x66;

pub(crate) struct Masked {
    end: End,
    key: u8,
}

/// What is between the clear and the masked: each side says its half of the key. The client begins,
/// as in TLS: what a server says behind its reply to STARTTLS would still be in the clear.
pub(crate) struct Exchange {
    end: Option<End>,
    ours: u8,
    theirs: Option<u8>,
    /// What is done, in this order.
    steps: &'static [Step],
}

#[derive(Clone, Copy)]
enum Step {
    Say,
    Hear,
}

impl Exchange {
    pub(crate) fn of_client(end: End) -> Self {
        Self { end: Some(end), ours: 0x06, theirs: None, steps: &[Step::Say, Step::Hear] }
    }

    pub(crate) fn of_server(end: End) -> Self {
        Self { end: Some(end), ours: 0x60, theirs: None, steps: &[Step::Hear, Step::Say] }
    }
}

impl Future for Exchange {
    type Output = io::Result<(Masked, Tls)>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { end: slot, ours, theirs, steps } = &mut *self;
        let end = slot.as_mut().expect("the handshake is over");
        while let [step, rest @ ..] = steps {
            match step {
                Step::Say => {
                    ready!(end.poll_write_vectored(cx, &[IoSlice::new(&[*ours])]))?;
                }
                Step::Hear => {
                    let mut half = [0];
                    if ready!(end.poll_read(cx, &mut half))? == 0 {
                        return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()));
                    }
                    *theirs = Some(half[0]);
                }
            }
            *steps = rest;
        }
        let key = *ours ^ theirs.expect("it was heard");
        let tls = Tls { protocol: Some(format!("key {key:x}").into()), ..Tls::default() };
        Poll::Ready(Ok((Masked { end: slot.take().expect("looked at above"), key }, tls)))
    }
}

impl PollRead for Masked {
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        let count = ready!(self.end.poll_read(cx, space))?;
        space[..count].iter_mut().for_each(|octet| *octet ^= self.key);
        Poll::Ready(Ok(count))
    }
}

impl Transport for Masked {
    fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let all = slices.iter().flat_map(|slice| slice.iter());
        let piece: Vec<u8> = all.take(PIECE).map(|octet| octet ^ self.key).collect();
        self.end.poll_write_vectored(cx, &[IoSlice::new(&piece)])
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.end.poll_flush(cx)
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.end.poll_shutdown(cx)
    }
}
