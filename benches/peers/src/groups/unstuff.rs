//! What follows DATA becomes content.

use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::mpsc::{self, Sender};
use std::{io, mem};

use memchr::memmem;
use smtp_message::DataUnescaper;
use smtp_proto::body::Newlines;
use smtp_proto::body::dot::Unstuffer;
use stalwart::request::receiver::DataReceiver;

use crate::contest::{Absent, Contest, Contestant, Item, Prepared, Side, Topic, Verdict};
use crate::corpus::bodies::{self, judge_unstuffed, wire};
use crate::lines::LineBuffer;

/// How the octets come: at once, as TCP segments bring them, as large reads bring them.
const PIECES: [(&str, usize); 3] =
    [("whole", usize::MAX), ("in 1,460", 1460), ("in 16 KiB", 16 << 10)];

/// A body and a way to cut it, by the name of the corpus.
const CORPORA: [[&str; 3]; 7] = [
    ["text, whole", "text, in 1,460", "text, in 16 KiB"],
    ["base64, whole", "base64, in 1,460", "base64, in 16 KiB"],
    ["dot lines, whole", "dot lines, in 1,460", "dot lines, in 16 KiB"],
    ["dots only, whole", "dots only, in 1,460", "dots only, in 16 KiB"],
    ["empty lines, whole", "empty lines, in 1,460", "empty lines, in 16 KiB"],
    ["LF only, whole", "LF only, in 1,460", "LF only, in 16 KiB"],
    ["LF dot, whole", "LF dot, in 1,460", "LF dot, in 16 KiB"],
];

const ABSENT: &[Absent] = &[
    ("smtp-codec", "has nothing for content"),
    ("mailrs-smtp-proto", "where it is not in the table: it wants the content whole"),
    ("lettre, mail-send, async-smtp, io-smtp", "clients: they receive no content"),
];

pub(super) fn topics() -> Vec<Topic> {
    let about = |body| match body {
        "text" => "1 MiB of text in lines of 76",
        "base64" => "1 MiB of base64 in lines of 76",
        "dot lines" => "every line begins with a stuffed dot",
        "dots only" => "every line is one stuffed dot",
        "empty lines" => "every line is empty",
        "LF only" => "text whose lines end with LF alone",
        _ => "LF and dot, over and over",
    };
    CORPORA
        .iter()
        .flat_map(|corpora| corpora.iter())
        .map(|&corpus| {
            let about = about(cut(corpus).0);
            Topic { group: "unstuff", corpus, item: Item::Octets, lines: None, about }
        })
        .collect()
}

fn cut(corpus: &str) -> (&str, usize) {
    let (body, pieces) = corpus.split_once(", ").expect("a body and a way to cut it");
    let size = PIECES.iter().find(|(name, _)| *name == pieces).expect("it is in the list").1;
    (body, size)
}

pub(super) fn contest(topic: Topic) -> Contest {
    let (body, piece) = cut(topic.corpus);
    debug_assert!(bodies::WIRE.contains(&body));
    let wire = wire(body);
    let piece = piece.min(wire.len());
    let items = wire.len();
    let mut contestants = vec![
        ours("smtp-proto (this), in place", &wire, piece, Newlines::Reject, false),
        ours("smtp-proto (this), copied out", &wire, piece, Newlines::Reject, true),
        ours("smtp-proto (this), bare LF kept", &wire, piece, Newlines::Keep, false),
        stalwart(&wire, piece),
        kannader(&wire, piece),
        mailin(&wire, piece),
    ];
    if piece == wire.len() {
        contestants.push(mailrs(&wire));
    }
    contestants.extend([scan(&wire, piece), copy(&wire, piece)]);
    Contest { topic, items, contestants, absent: ABSENT }
}

/// Decodes each piece in place, as the server does with what it has read. Reads are not measured: the
/// octets are put back before each pass.
fn ours(
    name: &'static str,
    wire: &[u8],
    piece: usize,
    newlines: Newlines,
    copied: bool,
) -> Contestant {
    struct State {
        wire: Vec<u8>,
        buffer: Vec<u8>,
        content: Vec<u8>,
        kept: usize,
    }
    let run = move |state: &mut State, keep: &mut dyn FnMut(&[u8])| {
        let mut unstuffer = Unstuffer::new(newlines);
        let (mut at, mut end, mut kept) = (0, piece, 0);
        loop {
            let data = &mut state.buffer[at..end];
            let decoded = unstuffer.decode(data);
            keep(&data[..decoded.kept]);
            kept += decoded.kept;
            at += decoded.consumed;
            if decoded.done {
                break;
            }
            // What was not consumed comes again, in front of the next piece.
            end = state.buffer.len().min(end + piece);
        }
        assert!(at == state.wire.len() && (kept == state.kept || state.kept == 0));
        kept
    };
    let put_back = |state: &mut State| state.buffer.copy_from_slice(&state.wire);
    let mut state = State {
        wire: wire.to_vec(),
        buffer: wire.to_vec(),
        content: Vec::with_capacity(wire.len()),
        kept: 0,
    };
    let mut content = Vec::new();
    state.kept = run(&mut state, &mut |kept| content.extend_from_slice(kept));
    // A message that is refused has no content to be right or wrong.
    let refused = newlines == Newlines::Reject && has_bare_newline(wire);
    let verdict = match refused {
        true if state.kept < wire.len() => Verdict::octets(Err("refuses bare LF".into())),
        true => Verdict::octets(Err("bare LF went unnoticed".into())),
        false => Verdict::octets(judge_unstuffed(wire, &content)),
    };
    let measured = move |state: &mut State| {
        if copied {
            let mut content = std::mem::take(&mut state.content);
            content.clear();
            run(state, &mut |kept| content.extend_from_slice(kept));
            state.content = content;
        } else {
            run(state, &mut |kept| _ = black_box(kept));
        }
    };
    Contestant::new(name, Side::Ours, verdict, Prepared { state, prepare: put_back, run: measured })
}

fn has_bare_newline(wire: &[u8]) -> bool {
    wire.windows(2).any(|pair| (pair[0] == b'\r') != (pair[1] == b'\n'))
}

/// Somebody who appends the content to a vector. It has to be as long each time.
fn appending(
    name: &'static str,
    wire: &[u8],
    mut run: impl FnMut(&[u8], &mut Vec<u8>) + 'static,
) -> Contestant {
    let wire = wire.to_vec();
    let mut content = Vec::with_capacity(wire.len());
    run(&wire, &mut content);
    let octets = content.len();
    let verdict = Verdict::octets(judge_unstuffed(&wire, &content));
    Contestant::new(name, Side::Peer, verdict, move || {
        content.clear();
        run(black_box(&wire), &mut content);
        assert_eq!(black_box(&content).len(), octets);
    })
}

fn stalwart(wire: &[u8], piece: usize) -> Contestant {
    appending("Stalwart smtp-proto", wire, move |wire, content| {
        let mut receiver = DataReceiver::new();
        for piece in wire.chunks(piece) {
            receiver.ingest(&mut piece.iter(), content);
        }
    })
}

/// It wants to be given everything at once.
fn mailrs(wire: &[u8]) -> Contestant {
    appending("mailrs-smtp-proto", wire, |wire, content| {
        *content = mailrs_smtp_proto::unstuff_data(wire);
    })
}

/// Goes line by line. Dots are taken away in its session, so that one is around it.
fn mailin(wire: &[u8], piece: usize) -> Contestant {
    struct Keep(Vec<u8>, Sender<Vec<u8>>);
    impl mailin::Handler for Keep {
        fn data(&mut self, line: &[u8]) -> io::Result<()> {
            self.0.extend_from_slice(line);
            Ok(())
        }
        fn data_end(&mut self) -> mailin::Response {
            let content = mem::take(&mut self.0);
            self.1.send(content).expect("it is received");
            mailin::response::OK
        }
    }
    let (keep, kept) = mpsc::channel();
    let client = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let capacity = Vec::with_capacity(wire.len());
    let mut session =
        mailin::SessionBuilder::new("mx.example.org").build(client, Keep(capacity, keep));
    session.process(b"EHLO client.example.org\r\n");
    let mut lines = LineBuffer::default();
    appending("mailin, in its session", wire, move |wire, content| {
        for command in ["MAIL FROM:<a@b.example>\r\n", "RCPT TO:<c@d.example>\r\n", "DATA\r\n"] {
            session.process(command.as_bytes());
        }
        for piece in wire.chunks(piece) {
            lines.push(piece);
            while let Some(line) = lines.next() {
                session.process(line);
            }
        }
        *content = kept.recv().expect("the content has an end");
    })
}

/// Decodes in place. What it could not decide goes in front of the next piece.
fn kannader(wire: &[u8], piece: usize) -> Contestant {
    struct State {
        wire: Vec<u8>,
        buffer: Vec<u8>,
        kept: usize,
    }
    let run = move |state: &mut State, keep: &mut dyn FnMut(&[u8])| {
        let mut unescaper = DataUnescaper::new(true);
        let (mut at, mut end, mut kept) = (0, piece, 0);
        loop {
            let data = &mut state.buffer[at..end];
            let decoded = unescaper.unescape(data);
            keep(&data[..decoded.written]);
            kept += decoded.written;
            at += decoded.unhandled_idx;
            if end == state.buffer.len() {
                break;
            }
            end = state.buffer.len().min(end + piece);
        }
        assert!(kept == state.kept || state.kept == 0);
    };
    let mut state = State { wire: wire.to_vec(), buffer: wire.to_vec(), kept: 0 };
    let mut content = Vec::new();
    run(&mut state, &mut |kept| content.extend_from_slice(kept));
    state.kept = content.len();
    let verdict = Verdict::octets(judge_unstuffed(wire, &content));
    let prepare = |state: &mut State| state.buffer.copy_from_slice(&state.wire);
    let run = move |state: &mut State| run(state, &mut |kept| _ = black_box(kept));
    let work = Prepared { state, prepare, run };
    Contestant::new("kannader smtp-message, in place", Side::Peer, verdict, work)
}

/// Looks for what might begin with a dot, and does nothing about it.
fn scan(wire: &[u8], piece: usize) -> Contestant {
    let wire = wire.to_vec();
    let finder = memmem::Finder::new(b"\r\n.");
    let count = move || -> usize {
        black_box(&wire[..]).chunks(piece).map(|piece| finder.find_iter(piece).count()).sum()
    };
    let found = count();
    Contestant::new("memmem for CRLF dot", Side::Limit, Verdict::none(), move || {
        assert_eq!(count(), found);
    })
}

fn copy(wire: &[u8], piece: usize) -> Contestant {
    let wire = wire.to_vec();
    let mut content = Vec::with_capacity(wire.len());
    Contestant::new("memcpy", Side::Limit, Verdict::none(), move || {
        content.clear();
        for piece in black_box(&wire[..]).chunks(piece) {
            content.extend_from_slice(piece);
        }
        assert_eq!(black_box(&content).len(), wire.len());
    })
}
