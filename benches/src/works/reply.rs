//! Replies: taken apart, and written.

use std::hint::black_box;

use bytes::BytesMut;
use smtp_proto::syntax::reply::{
    Code, EnhancedCode, Reply, ReplyLimits, ReplyParser, write_extensions, write_reply,
};

use crate::corpora::replies;
use crate::work::{Unit, Work};

/// Replies: taken apart, and written. Counted in lines.
#[must_use]
pub fn reply() -> Vec<Work> {
    vec![
        parse("parse/one-line", replies::ONE_LINE),
        parse("parse/ehlo", replies::EHLO),
        write("write/one-line", replies::ONE_LINE, |out| {
            let enhanced = Some(EnhancedCode::positive(1, 5));
            write_reply(out, Code::OK, enhanced, [black_box("Recipient OK")]);
        }),
        write("write/ehlo", replies::EHLO, |out| {
            write_extensions(out, black_box(replies::EHLO).iter().map(|line| &line[4..]));
        }),
    ]
}

fn parse(name: &str, lines: &'static [&str]) -> Work {
    let mut parser = ReplyParser::new(ReplyLimits::default());
    let reply = push_all(&mut parser, lines).expect("a whole reply");
    assert_eq!(reply.code(), Code::OK);
    assert!(reply.lines().eq(lines.iter().map(|line| &line.as_bytes()[4..])), "{reply}");
    Work::new(name, (lines.len(), Unit::Line), 1, move || {
        usize::from(black_box(push_all(&mut parser, lines)).is_some())
    })
}

fn push_all(parser: &mut ReplyParser, lines: &[&str]) -> Option<Reply> {
    let mut reply = None;
    for line in lines {
        reply = parser.push(black_box(line.as_bytes())).expect("a reply");
    }
    reply
}

fn write(name: &str, lines: &'static [&str], write: impl Fn(&mut BytesMut) + 'static) -> Work {
    let expected = lines.join("\r\n") + "\r\n";
    let mut out = BytesMut::with_capacity(expected.len());
    write(&mut out);
    assert_eq!(out, expected);
    Work::new(name, (lines.len(), Unit::Line), expected.len(), move || {
        out.clear();
        write(&mut out);
        black_box(&out).len()
    })
}
