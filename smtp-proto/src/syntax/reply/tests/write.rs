use alloc::string::String;
use alloc::vec::Vec;

use bytes::BytesMut;
use proptest::prelude::*;

use super::super::{Code, EnhancedCode, Reply, write_extensions, write_reply};
use crate::syntax::text::Text;

fn written(code: Code, enhanced: Option<EnhancedCode>, lines: &[&str]) -> String {
    let mut out = BytesMut::new();
    write_reply(&mut out, code, enhanced, lines.iter().copied());
    String::from_utf8(out.to_vec()).unwrap()
}

fn rewritten(reply: &Reply) -> BytesMut {
    let mut out = BytesMut::new();
    reply.write(&mut out);
    out
}

#[test]
fn plain() {
    let ok = Some(EnhancedCode::positive(0, 0));
    assert_eq!(written(Code::OK, ok, &["done"]), "250 2.0.0 done\r\n");
    assert_eq!(written(Code::OK, None, &["done"]), "250 done\r\n");
    assert_eq!(written(Code::OK, None, &[]), "250 \r\n");
    assert_eq!(written(Code::OK, None, &[""]), "250 \r\n");
    assert_eq!(written(Code::OK, ok, &[]), "250 2.0.0 \r\n");
    assert_eq!(written(Code::CHALLENGE, None, &[""]), "334 \r\n");
    assert_eq!(
        written(Code::OK, None, &["mx.example.org", "SIZE 1000", "HELP"]),
        "250-mx.example.org\r\n250-SIZE 1000\r\n250 HELP\r\n"
    );
    assert_eq!(
        written(Code::OK, ok, &["one", "", "three"]),
        "250-2.0.0 one\r\n250-2.0.0 \r\n250 2.0.0 three\r\n"
    );
}

#[test]
fn an_enhanced_code_of_another_class_is_left_out() {
    let enhanced = Some(EnhancedCode::permanent(1, 1));
    assert_eq!(written(Code::OK, enhanced, &["a"]), "250 a\r\n");
    assert_eq!(written(Code::START_MAIL_INPUT, enhanced, &["a"]), "354 a\r\n");
    let reply = Reply::new(Code::OK, enhanced, &[Text::new("a").unwrap()]);
    assert_eq!(reply.enhanced(), None);
}

#[test]
fn no_second_reply_can_be_forged() {
    assert_eq!(
        written(Code::MAILBOX_UNAVAILABLE, None, &["no\r\n250 yes\0"]),
        "550 no  250 yes \r\n"
    );
}

#[test]
fn folded_at_spaces() {
    let text = "0123456789 ".repeat(100);
    let written = written(Code::TRANSACTION_FAILED, Some(EnhancedCode::permanent(7, 1)), &[&text]);
    assert_eq!(written.lines().count(), 3);
    let mut joined = String::new();
    for line in written.split_inclusive('\n') {
        assert!(line.len() <= 512 && line.len() > 490 || line.starts_with("554 "));
        joined += line.get("554-5.7.1 ".len()..).unwrap().trim_end();
        joined += " ";
    }
    assert_eq!(joined, text);
}

/// Every text length around the limit, with and without a space at the place to fold.
#[test]
fn folding_is_exact() {
    for room in [506, 500] {
        let enhanced = (room == 500).then_some(EnhancedCode::permanent(0, 0));
        let lines = |text: &str| {
            let written = written(Code::MAILBOX_UNAVAILABLE, enhanced, &[text]);
            assert!(written.split_inclusive("\r\n").all(|line| line.len() <= 512));
            written.lines().map(|line| line.len() - (506 - room) - 4).collect::<Vec<_>>()
        };
        let long = |n| "x".repeat(n);
        assert_eq!(lines(&long(room)), [room]);
        assert_eq!(lines(&long(room + 1)), [room, 1]);
        assert_eq!(lines(&(long(room) + " ")), [room]);
        assert_eq!(lines(&(long(room) + " y")), [room, 1]);
        assert_eq!(lines(&(long(room - 1) + " y")), [room - 1, 1]);
        assert_eq!(lines(&(String::from("a ") + &long(room))), [1, room]);
        assert_eq!(lines(&(String::from(" ") + &long(room))), [room, 1]);
        // Two octets each, and at the last place that fits there is only half of one.
        assert_eq!(lines(&(String::from("a") + &"ü".repeat(300))), [room - 1, 602 - room]);
    }
}

#[test]
fn what_programs_read_is_not_folded() {
    let long = "AUTH ".repeat(200);
    let mut out = BytesMut::new();
    write_extensions(&mut out, ["a", long.as_str()]);
    assert_eq!(out[..].split(|&octet| octet == b'\n').count(), 2 + 1);
    let extensions = Reply::parse(&out).unwrap();
    assert_eq!(rewritten(&extensions), out);
    // With a text for people it is another matter.
    assert_eq!(written(Code::START_MAIL_INPUT, None, &[&long]).lines().count(), 2);
    assert_eq!(written(Code::OK, None, &["a", &long]).lines().count(), 3);
    let challenge = "x".repeat(12288);
    assert_eq!(written(Code::CHALLENGE, None, &[&challenge]).lines().count(), 1);
    // A greeting, on the other hand, is for people.
    assert_eq!(written(Code::READY, None, &[&long]).lines().count(), 2);
}

#[test]
fn owned_replies() {
    let lines = [Text::new("no such user").unwrap(), Text::new("here").unwrap()];
    let reply = Reply::new(Code::MAILBOX_UNAVAILABLE, Some(EnhancedCode::permanent(1, 1)), &lines);
    assert_eq!(reply.enhanced(), Some(EnhancedCode::permanent(1, 1)));
    assert_eq!(reply.text(), "no such user here");
    assert_eq!(&rewritten(&reply)[..], &b"550-5.1.1 no such user\r\n550 5.1.1 here\r\n"[..]);
    let empty = Reply::new::<&str>(Code::OK, None, &[]);
    assert_eq!(&rewritten(&empty)[..], b"250 \r\n");
    assert_eq!(empty.lines().count(), 1);
    let empty = Reply::new::<&str>(Code::OK, Some(EnhancedCode::positive(0, 0)), &[]);
    assert_eq!(&rewritten(&empty)[..], b"250 2.0.0 \r\n");
}

#[test]
fn a_latin_1_text_is_folded_too() {
    let octets = [&b"550 5.0.0 "[..], &b"\xBF".repeat(600), b"\r\n"].concat();
    let out = rewritten(&Reply::parse(&octets).unwrap());
    let lengths: Vec<_> = out.split_inclusive(|octet| *octet == b'\n').map(<[u8]>::len).collect();
    assert_eq!(lengths, [512, 112]);
    assert!(Reply::parse(&out).is_ok());
}

proptest! {
    #[test]
    fn write_then_parse(
        code in 200..600u16,
        enhanced in proptest::option::of((0..1000u16, 0..1000u16)),
        lines in proptest::collection::vec("[ -~\t\u{A0}-\u{2FF}]{0,120}", 0..5),
    ) {
        let code = Code::new(code).unwrap();
        let enhanced = enhanced.and_then(|(s, d)| EnhancedCode::new(code.class(), s, d));
        let texts: Vec<_> = lines.iter().map(|line| Text::new(line.as_str()).unwrap()).collect();
        let reply = Reply::new(code, enhanced, &texts);
        if enhanced.is_some() {
            prop_assert_eq!(reply.enhanced(), enhanced);
        }
        let out = rewritten(&reply);
        prop_assert_eq!(&Reply::parse(&out), &Ok(reply));
        let mut direct = BytesMut::new();
        write_reply(&mut direct, code, enhanced, lines.iter().map(String::as_str));
        prop_assert_eq!(direct, out);
    }

    #[test]
    fn never_too_long(
        code in 400..600u16,
        text in "([ -~]{0,400}|[\u{80}-\u{10FFFF}]{0,300}){1,5}",
        subject in 0..1000u16,
    ) {
        let code = Code::new(code).unwrap();
        let enhanced = EnhancedCode::new(code.class(), subject, 0);
        let text: String = text.chars().filter(|c| !c.is_control()).collect();
        let mut out = BytesMut::new();
        write_reply(&mut out, code, enhanced, [&*text]);
        let reply = Reply::parse(&out).unwrap();
        prop_assert!(out.split_inclusive(|octet| *octet == b'\n').all(|line| line.len() <= 512));
        prop_assert!(reply.lines().all(|line| str::from_utf8(line).is_ok()));
        let squeeze = |text: &str| text.replace(' ', "");
        prop_assert_eq!(squeeze(&reply.text()), squeeze(&text));
    }
}
