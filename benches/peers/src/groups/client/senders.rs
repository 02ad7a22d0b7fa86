//! The peers' clients, driven as their documentation says, on a stream in memory.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use async_smtp::{Envelope, SendableEmail, SmtpClient, SmtpTransport};
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream};
use lettre::transport::smtp::extension::ClientId;
use mail_send::smtp::message::Message;
use tokio::io::{AsyncRead, AsyncWrite, BufReader, ReadBuf};
use tokio::runtime::{Builder, Runtime};

use super::answering::Answering;
use crate::contest::{Contestant, Side, Verdict};
use crate::corpus::bodies::judge_stuffed;

/// lettre wants to own its stream, so that what was heard is looked at from outside.
#[derive(Clone, Debug)]
pub(super) struct Shared(Arc<Mutex<Answering>>);

impl Shared {
    fn with<T>(&self, look: impl FnOnce(Pin<&mut Answering>) -> T) -> T {
        look(Pin::new(&mut *self.0.lock().expect("one thread")))
    }
}

impl AsyncRead for Shared {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.with(|answering| answering.poll_read(context, buffer))
    }
}

impl AsyncWrite for Shared {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.with(|answering| answering.poll_write(context, octets))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsyncTokioStream for Shared {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        Ok(SocketAddr::from(([127, 0, 0, 1], 25)))
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a runtime of one thread")
}

/// Sends so many copies of a message on one connection, and returns what the server heard.
pub(super) type Send = Box<dyn FnMut(Answering, usize) -> Answering>;

const FROM: &str = "alice@example.org";
const TO: &str = "bob@example.net";

pub(super) fn mail_send(content: &[u8]) -> Send {
    let runtime = runtime();
    let content = content.to_vec();
    Box::new(move |answering, mails| {
        runtime.block_on(async {
            let timeout = Duration::from_secs(60);
            let mut client = mail_send::SmtpClient { stream: answering, timeout };
            client.read().await.expect("a greeting");
            client.ehlo("client.example.org").await.expect("a reply to EHLO");
            for _ in 0..mails {
                let message = Message::new(FROM, [TO], &content[..]);
                client.send(message).await.expect("it is accepted");
            }
            client.stream
        })
    })
}

pub(super) fn async_smtp(content: &[u8]) -> Send {
    let runtime = runtime();
    let content = content.to_vec();
    let address = |text: &str| text.parse().expect("an address");
    let envelope = Envelope::new(Some(address(FROM)), vec![address(TO)]).expect("an envelope");
    Box::new(move |answering, mails| {
        runtime.block_on(async {
            let stream = BufReader::new(answering);
            let mut client = SmtpTransport::new(SmtpClient::new(), stream).await.expect("EHLO");
            for _ in 0..mails {
                let email = SendableEmail::new(envelope.clone(), &content[..]);
                client.send(email).await.expect("it is accepted");
            }
            client.into_inner().into_inner().into_inner()
        })
    })
}

pub(super) fn lettre(content: &[u8]) -> Send {
    let runtime = runtime();
    let content = content.to_vec();
    let address = |text: &str| text.parse().expect("an address");
    let envelope =
        lettre::address::Envelope::new(Some(address(FROM)), vec![address(TO)]).expect("envelope");
    let hello = ClientId::Domain("client.example.org".into());
    Box::new(move |answering, mails| {
        let stream = Shared(Arc::new(Mutex::new(answering)));
        runtime.block_on(async {
            let own = Box::new(stream.clone());
            let connection = AsyncSmtpConnection::connect_with_transport(own, &hello).await;
            let mut connection = connection.expect("a reply to EHLO");
            for _ in 0..mails {
                connection.send(&envelope, &content).await.expect("it is accepted");
            }
        });
        let last = Arc::into_inner(stream.0).expect("lettre is done with it");
        last.into_inner().expect("one thread")
    })
}

/// The same for nothing but the content: a mail more or less costs little beside a MiB.
pub(crate) fn stuffing(content: &[u8]) -> Vec<Contestant> {
    let senders: [(&'static str, Send); 3] = [
        ("lettre, one mail", lettre(content)),
        ("mail-send, one mail", mail_send(content)),
        ("async-smtp, one mail", async_smtp(content)),
    ];
    senders
        .into_iter()
        .map(|(name, mut send)| {
            let mut answering = Answering::new();
            answering.kept = Some(Vec::new());
            let heard = send(answering, 1);
            let octets = heard.octets;
            let verdict = judge_stuffed(content, &heard.kept.unwrap_or_default());
            Contestant::new(name, Side::Peer, Verdict::octets(verdict), move || {
                assert_eq!(send(Answering::new(), 1).octets, octets);
            })
        })
        .collect()
}
