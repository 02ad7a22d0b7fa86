//! The glance at common forms against the parser that knows all of them.

use super::super::{common, parse};
use alloc::vec::Vec;

const LINES: [&str; 24] = [
    "EHLO client.example.org",
    "ehlo [192.0.2.1]",
    "EHLO a_b",
    "MAIL FROM:<>",
    "MAIL FROM:<> SIZE=10",
    "mail from:<alice@example.org>",
    "MAIL FROM:<a.b-c+d@x-y.example> SIZE=1 BODY=8BITMIME size2",
    "MAIL FROM:<a@b> SIZE=1 Size=2",
    "MAIL FROM:<a@b> X-A=1 X-a",
    "MAIL FROM:<a@b> XVERP=+=",
    "RCPT TO:<bob@example.net>",
    "rcpt to:<b@d> NOTIFY=NEVER ORCPT=rfc822;b@d",
    "RCPT TO:<Postmaster>",
    "RCPT TO:<b\u{fc}@ex\u{e4}mple.org>",
    "MAIL FROM:<\u{fc}@b> A=\u{e4}",
    "MAIL FROM:<\"a b\"@c>",
    "RCPT TO:<a@[192.0.2.1]>",
    "RCPT TO:<@a,@b:c@d>",
    "BDAT 1234",
    "bdat 1234567890123456789 last",
    "DATA",
    "RSET",
    "noop",
    "QUIT",
];

fn assert_same(line: &[u8]) -> bool {
    let Some(found) = common::parse(line) else { return false };
    let text = alloc::string::String::from_utf8_lossy(line);
    assert_eq!(parse::parse(line), Ok(found), "{text:?}");
    true
}

#[test]
fn common_forms_are_common() {
    let others: Vec<_> = LINES.into_iter().filter(|line| !assert_same(line.as_bytes())).collect();
    assert_eq!(
        others,
        [
            "MAIL FROM:<a@b> SIZE=1 Size=2",
            "MAIL FROM:<a@b> X-A=1 X-a",
            "RCPT TO:<Postmaster>",
            "MAIL FROM:<\"a b\"@c>",
            "RCPT TO:<a@[192.0.2.1]>",
            "RCPT TO:<@a,@b:c@d>",
        ]
    );
}

/// Every octet replaced by every other, left out, doubled, or followed by any.
#[test]
fn one_octet_away_both_agree() {
    let mut taken = 0;
    for line in LINES {
        for at in 0..=line.len() {
            let (before, after) = line.as_bytes().split_at(at);
            let rest = after.get(1..).unwrap_or_default();
            taken += usize::from(assert_same(&[before, rest].concat()));
            for octet in 0..=255 {
                taken += usize::from(assert_same(&[before, &[octet], rest].concat()));
                taken += usize::from(assert_same(&[before, &[octet], after].concat()));
            }
        }
    }
    assert!(taken > 20_000, "{taken}");
}

#[test]
fn at_the_limits_both_agree() {
    for local in 62..=66 {
        for label in 61..=65 {
            for labels in 1..=5 {
                let domain = [alloc::vec!["d".repeat(label); labels]].concat().join(".");
                for verb in ["MAIL FROM", "RCPT TO"] {
                    let line = alloc::format!("{verb}:<{}@{domain}>", "l".repeat(local));
                    let common = assert_same(line.as_bytes());
                    assert_eq!(common, parse::parse(line.as_bytes()).is_ok(), "{line}");
                }
                assert_same(alloc::format!("EHLO {domain}").as_bytes());
            }
        }
    }
    for count in 30..=34 {
        let params: Vec<_> = (0..count).map(|n| alloc::format!("K{n}=v")).collect();
        let line = alloc::format!("MAIL FROM:<> {}", params.join(" "));
        assert_eq!(assert_same(line.as_bytes()), count <= 32);
    }
}
