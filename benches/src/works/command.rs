//! Commands: taken apart, and written.

use std::hint::black_box;

use bytes::BytesMut;
use smtp_proto::syntax::command::Command;

use crate::corpora::lines;
use crate::work::{Unit, Work};

/// Commands: taken apart, and written.
///
/// # Panics
///
/// If a line is not what its corpus says.
#[must_use]
pub fn command() -> Vec<Work> {
    let long_address: &[&str] = vec![&*lines::long_address().leak()].leak();
    let valid = [
        ("session-plain", lines::PLAIN),
        ("session-esmtp", lines::ESMTP),
        ("without-params", lines::WITHOUT_PARAMS),
        ("with-params", lines::WITH_PARAMS),
        ("long-address", long_address),
    ];
    let read = valid.into_iter().map(|(name, lines)| parse(name, lines, true));
    let invalid = parse("invalid", lines::INVALID, false);
    let written = valid.into_iter().map(|(name, lines)| write(name, lines));
    read.chain([invalid]).chain(written).collect()
}

fn parse(name: &str, lines: &'static [&str], valid: bool) -> Work {
    for line in lines {
        assert_eq!(Command::parse(line.as_bytes()).is_ok(), valid, "{line}");
    }
    let answer = if valid { lines.len() } else { 0 };
    Work::new(format!("parse/{name}"), (lines.len(), Unit::Line), answer, move || {
        let parsed = lines.iter().map(|line| Command::parse(black_box(line.as_bytes())));
        parsed.filter(|command| black_box(command).is_ok()).count()
    })
}

fn write(name: &str, lines: &'static [&str]) -> Work {
    let parsed = lines.iter().map(|line| Command::parse(line.as_bytes()));
    let commands: Vec<_> = parsed.map(|command| command.expect("a command")).collect();
    let expected = lines.join("\r\n") + "\r\n";
    let mut out = BytesMut::with_capacity(expected.len());
    write_all(&commands, &mut out);
    assert_eq!(out, expected);
    Work::new(format!("write/{name}"), (lines.len(), Unit::Line), expected.len(), move || {
        out.clear();
        write_all(black_box(&commands), &mut out);
        black_box(&out).len()
    })
}

fn write_all(commands: &[Command<'_>], out: &mut BytesMut) {
    for command in commands {
        command.write(out);
    }
}
