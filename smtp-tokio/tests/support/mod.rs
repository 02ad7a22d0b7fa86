//! Certificates, configurations, and a server that takes everything.
#![allow(dead_code, reason = "not every test uses everything")]

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::Mutex;
use std::task::{Context, Poll};
use std::time::Duration;

use smtp_driver::Error;
use smtp_proto::server::Event;
use smtp_proto::{client, server};
use smtp_tokio::{Accept, ClientTls, ServerConnection, tls};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};

pub(crate) fn server_config() -> server::Config {
    server::Config::new("mx.example.org".parse().unwrap())
}

pub(crate) fn client_config() -> client::Config {
    client::Config::new("client.example.com".parse().unwrap())
}

pub(crate) fn envelope() -> client::Envelope {
    let to = ["b@example.org".parse().unwrap()];
    client::Envelope::new("a@example.com".parse().unwrap(), to)
}

/// A certificate of its own authority, in PEM files.
pub(crate) struct Certificate {
    pub(crate) chain: PathBuf,
    pub(crate) key: PathBuf,
}

impl Certificate {
    /// For this name; `test` keeps the files of different tests apart.
    pub(crate) fn new(test: &str, name: &str) -> Self {
        let pair = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let place = std::env::temp_dir();
        let file = |kind: &str, pem: String| {
            let path = place.join(format!("smtp-tokio-{}-{test}-{kind}.pem", std::process::id()));
            fs::write(&path, pem).unwrap();
            path
        };
        Self {
            chain: file("chain", pair.cert.pem()),
            key: file("key", pair.signing_key.serialize_pem()),
        }
    }

    /// What a client needs to trust it, under this name.
    pub(crate) fn client(&self, name: &'static str) -> ClientTls {
        let mut roots = RootCertStore::empty();
        tls::pem_roots(&mut roots, &self.chain).unwrap();
        ClientTls {
            config: tls::client_config(roots).unwrap(),
            name: ServerName::try_from(name).unwrap(),
        }
    }

    pub(crate) fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(&self.chain).unwrap()
    }
}

impl Drop for Certificate {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.chain);
        let _ = fs::remove_file(&self.key);
    }
}

/// Takes every message; returns the octets of each.
pub(crate) async fn take_all<IO: AsyncRead + AsyncWrite + Unpin>(
    conn: &mut ServerConnection<IO>,
) -> Result<Vec<u64>, Error> {
    let mut messages = Vec::new();
    while let Some(event) = conn.next().await? {
        if let Event::Deliver { octets, .. } = event {
            messages.push(octets);
        }
        if event.is_question() {
            conn.accept()?;
        }
    }
    Ok(messages)
}

/// Reads until the text ends like this.
pub(crate) async fn expect(io: &mut (impl AsyncRead + Unpin), end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        let octet = tokio::time::timeout(Duration::from_secs(1000), io.read_u8()).await;
        text.push(char::from(
            octet
                .unwrap_or_else(|_| panic!("{text:?}"))
                .unwrap_or_else(|error| panic!("{error}, {end:?} expected behind {text:?}")),
        ));
    }
    text
}

pub(crate) async fn say(io: &mut (impl AsyncWrite + Unpin), text: &str) {
    io.write_all(text.as_bytes()).await.unwrap();
}

/// Reads to the end, however it comes.
pub(crate) async fn rest(io: &mut (impl AsyncRead + Unpin)) -> String {
    let mut octets = Vec::new();
    let _ = io.read_to_end(&mut octets).await;
    String::from_utf8(octets).unwrap()
}

/// A socket whose connections come from a channel.
pub(crate) struct Channel<IO>(pub(crate) Mutex<mpsc::UnboundedReceiver<io::Result<IO>>>);

impl<IO> Channel<IO> {
    pub(crate) fn new() -> (mpsc::UnboundedSender<io::Result<IO>>, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (sender, Self(Mutex::new(receiver)))
    }
}

impl<IO: AsyncRead + AsyncWrite + Unpin + Send + 'static> Accept for Channel<IO> {
    type Io = IO;
    type Peer = ();

    fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(IO, ())>> {
        match self.0.lock().unwrap().poll_recv(cx) {
            Poll::Ready(Some(result)) => Poll::Ready(result.map(|io| (io, ()))),
            _ => Poll::Pending,
        }
    }
}
