//! Messages, from wherever their content comes.

use std::fs::File;
use std::io::{self, Write};
use std::task::{Context, Poll};

use bytes::Bytes;
use smtp_driver::PollRead;
use smtp_driver::client::{BodySource, Connector, ReaderBody, quit, send, send_all};
use smtp_proto::client::Chunking;
use smtp_proto::server::{Event, Transfer};

use crate::World;
use crate::support::{Ear, News, Served, client_config, envelope, serve, server_config};

const WAYS: [(Chunking, Transfer); 2] =
    [(Chunking::Never, Transfer::Data), (Chunking::Always, Transfer::Chunked)];

fn roomy<W: World>() -> (Served, Ear<News>) {
    let mut config = server_config();
    config.limits.message = 64 << 20;
    serve::<W>(config, |_| {})
}

fn client<W: World>(chunking: Chunking) -> Connector<W::Runtime> {
    let mut config = client_config();
    config.chunking = chunking;
    Connector::new(config)
}

/// Sends one message; returns what arrived of it, and how.
fn through<W: World>(
    (server, news): &(Served, Ear<News>),
    chunking: Chunking,
    body: impl BodySource,
) -> (Vec<u8>, Transfer) {
    let address = server.address();
    W::block_on(async {
        let mut conn = client::<W>(chunking).connect(address).await.unwrap();
        let delivery = send(&mut conn, envelope(), body).await.unwrap();
        assert!(delivery.is_complete(), "{delivery:?}");
        quit(&mut conn).await.unwrap();
    });
    let mut way = None;
    let content = news.find(|news| match news {
        News::Event(Event::Message(transfer)) => {
            way = Some(transfer);
            None
        }
        News::Message(content) => Some(content),
        _ => None,
    });
    (content, way.unwrap())
}

/// So many octets, with dots where they matter.
fn text(octets: usize) -> Bytes {
    let line = format!(".{}\r\n", "x".repeat(61));
    Bytes::from(line.repeat(octets / 64))
}

pub fn octets_arrive_as_they_are<W: World>() {
    let server = roomy::<W>();
    let tricky = Bytes::from_static(b".\r\n..\r\n\r\nQUIT\r\n.\r\n");
    for (chunking, transfer) in WAYS {
        for body in [tricky.clone(), text(1 << 20), Bytes::new()] {
            let arrived = through::<W>(&server, chunking, body.clone());
            assert!(arrived == (body.to_vec(), transfer), "{chunking:?}, {} octets", body.len());
        }
    }
    server.0.finish();
}

/// A reader that has something now and then.
struct Hesitant {
    content: Bytes,
    hesitates: bool,
}

impl PollRead for Hesitant {
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        self.hesitates = !self.hesitates;
        if self.hesitates {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = self.content.split_to(self.content.len().min(space.len()).min(777));
        space[..piece.len()].copy_from_slice(&piece);
        Poll::Ready(Ok(piece.len()))
    }
}

pub fn a_reader_is_a_source<W: World>() {
    let server = roomy::<W>();
    for (chunking, transfer) in WAYS {
        let reader = Hesitant { content: text(300_000), hesitates: false };
        let arrived = through::<W>(&server, chunking, ReaderBody::new(reader));
        assert!(arrived == (text(300_000).to_vec(), transfer), "{chunking:?}");
    }
    server.0.finish();
}

pub fn a_file_is_a_source<W: World>() {
    let server = roomy::<W>();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&text(1 << 20)).unwrap();
    for (chunking, transfer) in WAYS {
        let reader = W::file(File::open(file.path()).unwrap());
        let arrived = through::<W>(&server, chunking, ReaderBody::new(reader));
        assert!(arrived == (text(1 << 20).to_vec(), transfer), "{chunking:?}");
    }
    server.0.finish();
}

/// More than any buffer on the way holds.
#[cfg(unix)]
pub fn a_flood_comes_through_a_pipe<W: World>() {
    const FLOOD: usize = 32 << 20;
    let server = roomy::<W>();
    for (chunking, transfer) in WAYS {
        let (reader, mut writer) = io::pipe().unwrap();
        let writing = std::thread::spawn(move || writer.write_all(&text(FLOOD)).unwrap());
        let reader = W::file(std::os::fd::OwnedFd::from(reader).into());
        let arrived = through::<W>(&server, chunking, ReaderBody::new(reader));
        assert!(arrived == (text(FLOOD).to_vec(), transfer), "{chunking:?}");
        writing.join().unwrap();
    }
    server.0.finish();
}

/// One begins before the outcome of the other is in.
pub fn messages_follow_each_other<W: World>() {
    const COUNT: usize = 20;
    let (server, news) = roomy::<W>();
    let address = server.address();
    for (chunking, _) in WAYS {
        let message = |number| (envelope(), Bytes::from(format!("message {number}\r\n")));
        let mut reported = Vec::new();
        W::block_on(async {
            let mut conn = client::<W>(chunking).connect(address).await.unwrap();
            let report = |number, outcome: Result<smtp_driver::client::Delivery, _>| {
                assert!(outcome.unwrap().is_complete());
                reported.push(number);
            };
            send_all(&mut conn, (0..COUNT).map(message), report).await.unwrap();
            quit(&mut conn).await.unwrap();
        });
        assert!(reported.into_iter().eq(0..COUNT));
        for number in 0..COUNT {
            let content = news.find(|news| match news {
                News::Message(content) => Some(content),
                _ => None,
            });
            assert_eq!(content, message(number).1);
        }
    }
    server.finish();
}
