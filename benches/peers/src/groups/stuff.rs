//! Content becomes what follows DATA, with bare newlines made CRLF where the peer does that.

use std::hint::black_box;
use std::io::IoSlice;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures::AsyncWriteExt;
use futures::executor::block_on;
use io_smtp::coroutine::{SmtpCoroutine, SmtpCoroutineState, SmtpYield};
use io_smtp::rfc5321::data::SmtpData;
use memchr::memmem;
use smtp_message::EscapingDataWriter;
use smtp_proto::body::dot::Stuffer;
use smtp_proto::body::{OutgoingNewlines, Sink};

use crate::contest::{Absent, Contest, Contestant, Item, Side, Topic, Verdict};
use crate::corpus::bodies::{self, content, judge_stuffed, stuffed};
use crate::groups::client::senders;

const ABSENT: &[Absent] = &[
    ("Stalwart smtp-proto, mailrs-smtp-proto, smtp-codec, mailin", "have nothing for this"),
    (
        "kannader smtp-message",
        "can't write content that begins with a dot: the first write takes nothing",
    ),
];

pub(super) fn topics() -> Vec<Topic> {
    let about = |body| match body {
        "text" => "1 MiB of text in lines of 76",
        "base64" => "1 MiB of base64 in lines of 76",
        "dot lines" => "every line begins with a dot",
        _ => "text whose lines end with LF alone",
    };
    bodies::CONTENT
        .map(|corpus| {
            let about = about(corpus);
            Topic { group: "stuff", corpus, item: Item::Octets, lines: None, about }
        })
        .into()
}

pub(super) fn contest(topic: Topic) -> Contest {
    let content = content(topic.corpus);
    let shared = Bytes::from(content.clone());
    let newlines = OutgoingNewlines::Normalize;
    let mut contestants = vec![
        ours_shared(&content),
        writer("smtp-proto (this), copied", Side::Ours, &content, move |_, wire| {
            let mut stuffer = Stuffer::new(newlines);
            stuffer.stuff(shared.clone(), wire).expect("nothing is refused");
            stuffer.finish(wire).expect("nothing is refused");
        }),
    ];
    contestants.extend(senders::stuffing(&content));
    contestants.extend([
        writer("io-smtp", Side::Peer, &content, io_smtp),
        memmem_limit(&content),
        writer("memcpy", Side::Limit, &content, |content, wire| wire.extend_from_slice(content)),
    ]);
    if !content.starts_with(b".") {
        contestants.push(writer("kannader smtp-message", Side::Peer, &content, kannader));
    }
    Contest { topic, items: content.len(), contestants, absent: ABSENT }
}

/// Somebody who appends to a vector. It has to be as much each time.
fn writer(
    name: &'static str,
    side: Side,
    content: &[u8],
    mut run: impl FnMut(&[u8], &mut Vec<u8>) + 'static,
) -> Contestant {
    let content = content.to_vec();
    let mut wire = Vec::with_capacity(content.len() * 2);
    run(&content, &mut wire);
    let octets = wire.len();
    let verdict = match side {
        Side::Limit => Verdict::none(),
        _ => Verdict::octets(judge_stuffed(&content, &wire)),
    };
    Contestant::new(name, side, verdict, move || {
        wire.clear();
        run(black_box(&content), &mut wire);
        assert_eq!(black_box(&wire).len(), octets);
    })
}

/// As the client has it: spans of content are shared with what is written, not copied.
fn ours_shared(content: &[u8]) -> Contestant {
    /// Counts, as a queue of pieces would.
    struct Pieces(usize);
    impl Sink for Pieces {
        fn literal(&mut self, octets: &[u8]) {
            self.0 += black_box(octets).len();
        }
        fn share(&mut self, piece: Bytes) {
            self.0 += black_box(piece).len();
        }
    }
    fn stuff(content: Bytes, sink: &mut impl Sink) {
        let mut stuffer = Stuffer::new(OutgoingNewlines::Normalize);
        stuffer.stuff(content, sink).expect("nothing is refused");
        stuffer.finish(sink).expect("nothing is refused");
    }
    let octets = stuffed(content).len();
    let content = Bytes::from(content.to_vec());
    let mut wire = Vec::new();
    stuff(content.clone(), &mut wire);
    let verdict = Verdict::octets(judge_stuffed(&content, &wire));
    Contestant::new("smtp-proto (this), shared", Side::Ours, verdict, move || {
        let mut pieces = Pieces(0);
        stuff(black_box(&content).clone(), &mut pieces);
        assert_eq!(pieces.0, octets);
    })
}

/// Wants to own the content, and gives a vector of its own.
fn io_smtp(content: &[u8], wire: &mut Vec<u8>) {
    let mut data = SmtpData::new(content.to_vec());
    let mut reply: Option<&[u8]> = None;
    let mut commands = 0;
    loop {
        match data.resume(reply.take()) {
            SmtpCoroutineState::Yielded(SmtpYield::WantsWrite(octets)) => {
                commands += 1;
                if commands == 2 {
                    *wire = octets;
                    return;
                }
            }
            SmtpCoroutineState::Yielded(SmtpYield::WantsRead) => reply = Some(b"354 go on\r\n"),
            SmtpCoroutineState::Complete(_) => panic!("it has not sent the content yet"),
        }
    }
}

fn kannader(content: &[u8], wire: &mut Vec<u8>) {
    /// Takes several slices at once, as a socket does.
    struct Socket<'a>(&'a mut Vec<u8>);
    impl futures::AsyncWrite for Socket<'_> {
        fn poll_write(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            octets: &[u8],
        ) -> Poll<std::io::Result<usize>> {
            self.get_mut().0.extend_from_slice(octets);
            Poll::Ready(Ok(octets.len()))
        }
        fn poll_write_vectored(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            slices: &[IoSlice<'_>],
        ) -> Poll<std::io::Result<usize>> {
            let wire = self.get_mut();
            slices.iter().for_each(|slice| wire.0.extend_from_slice(slice));
            Poll::Ready(Ok(slices.iter().map(|slice| slice.len()).sum()))
        }
        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
            Poll::Ready(Ok(()))
        }
        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }
    block_on(async {
        let mut writer = EscapingDataWriter::new(Socket(wire));
        writer.write_all(content).await.expect("a vector takes everything");
        writer.finish().await.expect("a vector takes everything");
    });
}

/// As KumoMTA goes about it: looks for LF dot, and doubles the dots. Nothing is made CRLF, nothing copied.
fn memmem_limit(content: &[u8]) -> Contestant {
    let content = content.to_vec();
    let finder = memmem::Finder::new(b"\n.");
    let count = move || finder.find_iter(black_box(&content)).count();
    let found = count();
    Contestant::new("memmem for LF dot", Side::Limit, Verdict::none(), move || {
        assert_eq!(count(), found);
    })
}
