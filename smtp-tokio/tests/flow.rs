//! Bytes in quantity and in haste.

mod support;

use std::time::Duration;

use bytes::Bytes;
use smtp_driver::client::{self, Login};
use smtp_driver::{Connection, Error, Stream as DriverStream};
use smtp_proto::client::{Chunking, Event as ClientEvent};
use smtp_proto::server::{Event, Server};
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::text::Text;
use smtp_proto::{Machine, client as proto};
use smtp_tokio::{ClientConnection, Clock, ReaderBody, client_connection, server_connection};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use support::{client_config, envelope, server_config, take_all};

const FLOOD: usize = 32 << 20;

fn flood() -> Bytes {
    let line = format!(".{}\r\n", "x".repeat(61));
    Bytes::from(line.repeat(FLOOD / 64))
}

fn roomy() -> smtp_proto::server::Config {
    let mut config = server_config();
    config.limits.message = 64 << 20;
    config.limits.useless = u32::MAX;
    config
}

async fn established<IO>(io: IO, config: proto::Config) -> ClientConnection<IO>
where
    IO: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let mut conn = client_connection(io, config, None);
    client::establish(&mut conn, &Login::default()).await.unwrap();
    conn
}

#[tokio::test]
async fn a_flood_of_content_passes_a_narrow_pipe() {
    let body = flood();
    for chunking in [false, true] {
        let (ours, theirs) = duplex(8 << 10);
        let server = tokio::spawn(async move {
            take_all(&mut server_connection(theirs, roomy(), None)).await.unwrap()
        });
        let mut config = client_config();
        config.chunking = if chunking { Chunking::Always } else { Chunking::Never };
        let mut conn = established(ours, config).await;
        let delivery = client::send(&mut conn, envelope(), body.clone()).await.unwrap();
        assert!(delivery.is_complete());
        client::quit(&mut conn).await.unwrap();
        assert_eq!(server.await.unwrap(), [FLOOD as u64]);
    }
}

/// All questions at once, each with an answer of 4 KiB: the client writes on while replies come.
#[tokio::test]
async fn a_flood_of_replies_passes_while_commands_come() {
    const QUESTIONS: usize = 8 << 10;
    let mut config = roomy();
    config.extensions.push(Extension::Vrfy);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move {
        let (io, _) = listener.accept().await.unwrap();
        let mut conn = server_connection(io, config, None);
        let answer = vec![Text::new("x".repeat(500).into_boxed_str()).unwrap(); 8];
        while let Some(event) = conn.next().await.unwrap() {
            match event {
                Event::Verify { .. } => conn.accept_with(&answer).unwrap(),
                question if question.is_question() => conn.accept().unwrap(),
                _ => {}
            }
        }
    });
    let (mut reader, mut writer) = TcpStream::connect(address).await.unwrap().into_split();
    let writing = tokio::spawn(async move {
        let questions = format!("HELO c\r\n{}QUIT\r\n", "VRFY somebody\r\n".repeat(QUESTIONS));
        writer.write_all(questions.as_bytes()).await.unwrap();
        writer
    });
    // Long enough for everything to be full.
    sleep(Duration::from_millis(100)).await;
    let mut replies = Vec::new();
    reader.read_to_end(&mut replies).await.unwrap();
    assert!(replies.len() > QUESTIONS * 4000);
    assert!(replies.ends_with(b"\r\n") && replies.windows(6).any(|w| w == b"\r\n221 "));
    drop(writing.await.unwrap());
    server.await.unwrap();
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

async fn impatient_server(io: DuplexStream, tls: Option<support::Certificate>) -> Vec<u8> {
    let mut config = roomy();
    config.starttls = tls.is_some();
    let tls = tls.map(|tls| smtp_tokio::tls::server_config(&tls.chain, &tls.key).unwrap());
    let mut conn: Connection<Server, _, _> = server_connection(io, config, tls);
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

#[tokio::test]
async fn nothing_is_lost_when_futures_are_dropped() {
    for encrypted in [false, true] {
        let certificate = support::Certificate::new("haste", "mx.example.org");
        let trust = certificate.client("mx.example.org");
        let (ours, theirs) = duplex(61);
        let server = tokio::spawn(impatient_server(theirs, encrypted.then_some(certificate)));
        let mut conn = client_connection(ours, client_config(), encrypted.then_some(trust));
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

#[tokio::test]
async fn a_reader_is_a_body() {
    let (ours, theirs) = duplex(1024);
    let server = tokio::spawn(async move {
        take_all(&mut server_connection(theirs, roomy(), None)).await.unwrap()
    });
    let mut conn = established(ours, client_config()).await;
    let content = "a line of text\r\n".repeat(20_000);
    let body = ReaderBody::new(content.as_bytes());
    assert!(client::send(&mut conn, envelope(), body).await.unwrap().is_complete());
    client::quit(&mut conn).await.unwrap();
    assert_eq!(server.await.unwrap(), [content.len() as u64]);
}
