//! Replies: from a server's octets to a reply, and back to octets.

use bytes::BytesMut;
use smtp_proto::syntax::capability::{Capabilities, Capability};
use smtp_proto::syntax::reply::{
    Code, EnhancedCode, Reply, ReplyLimits, ReplyLine, ReplyParser, write_reply,
};
use smtp_proto::syntax::text::Text;

use crate::grammar::no_control;
use crate::wire;

const LIMITS: ReplyLimits = ReplyLimits { lines: 16, octets: 2048 };

/// Text for people leaves so much room in a line, whatever stands in front of it.
const SHORT: usize = 480;

/// Takes octets for replies, and for the text of one.
pub fn check(data: &[u8]) {
    let mut parser = ReplyParser::new(LIMITS);
    for line in wire::lines(data) {
        if let Ok(line) = ReplyLine::parse(line) {
            assert!(line.code.as_u16() / 100 < 6);
        }
        match parser.push(line) {
            Ok(None) => assert!(parser.is_within_reply()),
            Ok(Some(reply)) => {
                assert!(!parser.is_within_reply());
                received(&reply);
            }
            Err(error) => assert!(!error.to_string().contains(char::is_control)),
        }
    }
    if let Ok(text) = str::from_utf8(data) {
        sent(text);
    }
}

fn received(reply: &Reply) {
    let lines: Vec<&[u8]> = reply.lines().collect();
    assert!((1..=LIMITS.lines).contains(&lines.len()));
    assert!(lines.iter().map(|line| line.len()).sum::<usize>() <= LIMITS.octets);
    let shown = reply.to_string();
    assert!(shown.starts_with(&reply.code().to_string()));
    assert!(!shown.contains(['\r', '\n', '\0']), "{shown:?}");
    no_control(&shown.replace('\t', " "));

    let mut written = BytesMut::new();
    reply.write(&mut written);
    let again = Reply::parse(&written).expect("what is written can be read");
    assert_eq!((again.code(), again.enhanced()), (reply.code(), reply.enhanced()));
    if lines.iter().all(|line| line.len() < SHORT) {
        assert_eq!(&again, reply);
    }
    if reply.code() != Code::OK {
        watch(&written); // 250 may be the reply to EHLO, which is not folded
    }

    let capabilities = Capabilities::from_reply(reply);
    for capability in capabilities.iter() {
        let written = capability.to_string();
        assert_eq!(Capability::parse(written.as_bytes()), Some(capability), "{written:?}");
        assert!(capabilities.get(capability.keyword()).is_some());
        assert!(capability.extension().is_none_or(|extension| capabilities.has(extension)));
    }
    assert!(capabilities.auth().all(|mechanism| capabilities.supports_auth(mechanism)));
    assert_ne!(capabilities.size(), Some(0));
}

/// Whatever the text, what is written is one reply and has its words.
fn sent(text: &str) {
    let code = Code::new(550).expect("a code");
    let enhanced = text.split(' ').next().and_then(|word| EnhancedCode::parse(word.as_bytes()));
    let lines: Vec<Text> = text.lines().map(Text::lossy).collect();
    let mut written = BytesMut::new();
    write_reply(&mut written, code, enhanced, lines.iter().map(Text::as_str));
    watch(&written);
    // Where a text is folded and begins with what looks like an enhanced code, `Reply` repeats that; and
    // more lines can be written than are read.
    let readable = lines.len() <= ReplyLimits::default().lines;
    if readable && lines.iter().all(|line| line.as_str().len() < SHORT) {
        let reply = Reply::new(code, enhanced, &lines);
        let mut same = BytesMut::new();
        reply.write(&mut same);
        assert_eq!(written, same, "the two ways to write a reply");
        assert_eq!(Reply::parse(&written).as_ref(), Ok(&reply));
    }
    // Not to be trusted at all.
    written.clear();
    write_reply(&mut written, code, enhanced, [text]);
    watch(&written);
}

fn watch(written: &[u8]) {
    let mut replies = wire::Replies::default();
    replies.push(written);
    replies.finish();
    assert_eq!(replies.codes.len(), 1, "one reply became {:?}", replies.codes);
}
