//! Any stream of Tokio's, and futures that are dropped before they come to anything.

mod support;

use bytes::Bytes;
use smtp_driver::Stream as DriverStream;
use smtp_driver::client::{self, Login};
use smtp_proto::client::{Chunking, Event as ClientEvent};
use smtp_proto::server::Event;
use smtp_proto::{Machine, client as proto};
use smtp_tokio::rustls::RootCertStore;
use smtp_tokio::rustls::pki_types::ServerName;
use smtp_tokio::{
    ClientConnection, ClientTls, Clock, Connection, Error, Io, ReaderBody, ServerTls, tls,
};
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, duplex};

use support::{client_config, client_on, envelope, server_config, server_on, take_all};

const FLOOD: usize = 32 << 20;

fn roomy() -> smtp_proto::server::Config {
    let mut config = server_config();
    config.limits.message = 64 << 20;
    config
}

async fn established<T>(io: T, config: proto::Config) -> ClientConnection<T>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut conn = client_on(io, config, None);
    client::establish(&mut conn, &Login::default()).await.unwrap();
    conn
}

#[tokio::test]
async fn a_flood_of_content_passes_a_narrow_pipe() {
    let line = format!(".{}\r\n", "x".repeat(61));
    let body = Bytes::from(line.repeat(FLOOD / 64));
    for chunking in [Chunking::Never, Chunking::Always] {
        let (ours, theirs) = duplex(8 << 10);
        let server =
            tokio::spawn(
                async move { take_all(&mut server_on(theirs, roomy(), None)).await.unwrap() },
            );
        let mut config = client_config();
        config.chunking = chunking;
        let mut conn = established(ours, config).await;
        let delivery = client::send(&mut conn, envelope(), body.clone()).await.unwrap();
        assert!(delivery.is_complete());
        client::quit(&mut conn).await.unwrap();
        assert_eq!(server.await.unwrap(), [FLOOD as u64]);
    }
}

#[tokio::test]
async fn a_reader_is_a_body() {
    let (ours, theirs) = duplex(1024);
    let server =
        tokio::spawn(async move { take_all(&mut server_on(theirs, roomy(), None)).await.unwrap() });
    let mut conn = established(ours, client_config()).await;
    let content = "a line of text\r\n".repeat(20_000);
    let body = ReaderBody::new(Io(content.as_bytes()));
    assert!(client::send(&mut conn, envelope(), body).await.unwrap().is_complete());
    client::quit(&mut conn).await.unwrap();
    assert_eq!(server.await.unwrap(), [content.len() as u64]);
}

/// The next event, although the future is dropped again and again before it comes.
async fn impatient<M: Machine, S: DriverStream>(
    conn: &mut Connection<M, S, Clock>,
    haste: &mut u32,
) -> Result<Option<M::Event>, Error> {
    loop {
        *haste = haste.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let yields = *haste >> 30;
        tokio::select! {
            biased;
            event = conn.next() => return event,
            () = async { for _ in 0..yields { tokio::task::yield_now().await } } => {}
        }
    }
}

async fn impatient_server(io: DuplexStream, tls: Option<ServerTls>) -> Vec<u8> {
    let mut config = roomy();
    config.starttls = tls.is_some();
    let mut conn = server_on(io, config, tls);
    let (mut haste, mut content) = (1, Vec::new());
    while let Some(event) = impatient(&mut conn, &mut haste).await.unwrap() {
        match event {
            Event::Body(piece) => content.extend_from_slice(&piece),
            question if question.is_question() => conn.accept().unwrap(),
            _ => {}
        }
    }
    content
}

/// What a server and its client need for TLS.
fn both_sides() -> (ServerTls, ClientTls) {
    let pair = rcgen::generate_simple_self_signed(["mx.example.org".to_owned()]).unwrap();
    let files = tempfile::tempdir().unwrap();
    let (chain, key) = (files.path().join("chain.pem"), files.path().join("key.pem"));
    std::fs::write(&chain, pair.cert.pem()).unwrap();
    std::fs::write(&key, pair.signing_key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    tls::pem_roots(&mut roots, &chain).unwrap();
    let config = tls::client_config(roots).unwrap();
    let name = ServerName::try_from("mx.example.org").unwrap();
    (tls::server_config(&chain, &key).unwrap().into(), ClientTls { config, name })
}

#[tokio::test]
async fn nothing_is_lost_when_futures_are_dropped() {
    for encrypted in [false, true] {
        let (server_tls, client_tls) = both_sides();
        let (ours, theirs) = duplex(61);
        let server = tokio::spawn(impatient_server(theirs, encrypted.then_some(server_tls)));
        let mut conn = client_on(ours, client_config(), encrypted.then_some(client_tls));
        let body = Bytes::from("a line of text\r\n".repeat(4000));
        let (mut rest, mut haste, mut sent, mut accepted) = (body.clone(), 2, 0, 0);
        while let Some(event) = impatient(&mut conn, &mut haste).await.unwrap() {
            match event {
                ClientEvent::Ready if encrypted && conn.tls().is_none() => {
                    conn.start_tls().unwrap();
                }
                ClientEvent::Ready if sent == 0 => {
                    conn.send(envelope()).unwrap();
                    sent += 1;
                }
                ClientEvent::Ready => conn.quit().unwrap(),
                ClientEvent::Body { .. } if rest.is_empty() => conn.finish().unwrap(),
                ClientEvent::Body { .. } => {
                    conn.body(rest.split_to(rest.len().min(1000))).unwrap();
                }
                ClientEvent::Outcome { reply, .. } => accepted += u32::from(reply.is_positive()),
                _ => {}
            }
        }
        assert_eq!(accepted, 1);
        assert_eq!(server.await.unwrap(), body);
    }
}
