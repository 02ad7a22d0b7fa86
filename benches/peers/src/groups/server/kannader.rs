//! kannader's server, over a stream in memory that is always ready.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::{io, mem};

use async_trait::async_trait;
use duplexify::Duplex;
use futures::executor::block_on;
use futures::{AsyncRead, AsyncReadExt, AsyncWrite};
use smtp_message::{DataUnescaper, Email, EscapedDataReader};
use smtp_server::{
    Config, ConnectionMetadata, Decision, IsAlreadyTls, MailMetadata, interact, protocol, reply,
};

use super::Served;
use crate::corpus::dialogues::Dialogue;

type Boxed = Duplex<Pin<Box<dyn Send + AsyncRead>>, Pin<Box<dyn Send + AsyncWrite>>>;

/// What a client says, piece by piece, and what it hears.
struct Stream {
    pieces: Arc<Vec<Vec<u8>>>,
    next: usize,
    at: usize,
    output: Arc<Mutex<Vec<u8>>>,
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let stream = self.get_mut();
        let Some(piece) = stream.pieces.get(stream.next) else { return Poll::Ready(Ok(0)) };
        let rest = &piece[stream.at..];
        let n = rest.len().min(buffer.len());
        buffer[..n].copy_from_slice(&rest[..n]);
        if n == rest.len() {
            (stream.next, stream.at) = (stream.next + 1, 0);
        } else {
            stream.at += n;
        }
        Poll::Ready(Ok(n))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.output.lock().expect("one thread").extend_from_slice(octets);
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut output = self.output.lock().expect("one thread");
        slices.iter().for_each(|slice| output.extend_from_slice(slice));
        Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Takes everything.
#[derive(Default)]
struct Keep {
    mails: Mutex<Vec<Vec<u8>>>,
}

#[async_trait]
impl Config for Keep {
    type ConnectionUserMeta = ();
    type MailUserMeta = ();
    type Protocol = protocol::Smtp;

    fn hostname(&self, _: &ConnectionMetadata<()>) -> &str {
        "mx.example.org"
    }

    fn can_do_tls(&self, _: &ConnectionMetadata<()>) -> bool {
        false
    }

    async fn tls_accept<IO>(&self, _: IO, _: &mut ConnectionMetadata<()>) -> io::Result<Boxed>
    where
        IO: 'static + Unpin + Send + AsyncRead + AsyncWrite,
    {
        Err(io::ErrorKind::Unsupported.into())
    }

    async fn new_mail(&self, _: &mut ConnectionMetadata<()>) {}

    async fn filter_from(
        &self,
        from: Option<Email>,
        _: &mut MailMetadata<()>,
        _: &mut ConnectionMetadata<()>,
    ) -> Decision<Option<Email>> {
        Decision::Accept { reply: reply::okay_from().convert(), res: from }
    }

    async fn filter_to(
        &self,
        to: Email,
        _: &mut MailMetadata<()>,
        _: &mut ConnectionMetadata<()>,
    ) -> Decision<Email> {
        Decision::Accept { reply: reply::okay_to().convert(), res: to }
    }

    async fn handle_mail<'resp, R>(
        &'resp self,
        reader: &mut EscapedDataReader<'_, R>,
        _: MailMetadata<()>,
        _: &'resp mut ConnectionMetadata<()>,
    ) -> Decision<()>
    where
        R: Send + Unpin + AsyncRead,
    {
        let mut content = Vec::new();
        let read = reader.read_to_end(&mut content).await;
        if read.is_err() || !reader.is_finished() {
            return Decision::Reject { reply: reply::bad_sequence().convert() };
        }
        reader.complete();
        let written = DataUnescaper::new(true).unescape(&mut content).written;
        content.truncate(written);
        self.mails.lock().expect("one thread").push(content);
        Decision::Accept { reply: reply::okay_mail().convert(), res: () }
    }
}

pub(super) fn server(dialogue: &Dialogue) -> impl FnMut(&Dialogue, &mut Served) + use<> {
    let pieces = Arc::new(dialogue.pieces.clone());
    move |_, served| {
        let output = Arc::new(Mutex::new(mem::take(&mut served.output)));
        let pieces = Arc::clone(&pieces);
        let stream = Stream { pieces, next: 0, at: 0, output: Arc::clone(&output) };
        let config = Arc::new(Keep::default());
        let done = interact(stream, IsAlreadyTls::No, (), Arc::clone(&config));
        block_on(done).expect("the dialogue has an end");
        for mail in config.mails.lock().expect("one thread").iter() {
            served.mails += 1;
            served.keep(mail);
        }
        served.output = mem::take(&mut *output.lock().expect("one thread"));
    }
}
