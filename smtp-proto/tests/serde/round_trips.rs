//! What was written can be read, and is what it was.

use proptest::prelude::*;

use crate::{generate, round_trip};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::address::Host;
use smtp_proto::syntax::capability::{Capabilities, Extension};
use smtp_proto::syntax::params::BodyType;
use smtp_proto::syntax::reply::{Class, Code, EnhancedCode, Reply, Status};
use smtp_proto::syntax::verb::Verb;

proptest! {
    #[test]
    fn addresses(mailbox in generate::mailbox(), host in generate::host()) {
        round_trip(&mailbox);
        round_trip(&host);
        match host {
            Host::Domain(domain) => round_trip(&domain),
            Host::Literal(literal) => round_trip(&literal),
        }
    }

    #[test]
    fn paths(from in generate::reverse_path(), to in generate::forward_path()) {
        round_trip(&from);
        round_trip(&to);
    }

    #[test]
    fn names(hello in generate::hello(), mechanism in generate::mechanism()) {
        round_trip(&hello);
        round_trip(&mechanism);
        // Two mechanisms are equal in any case, but the name stays as it was given.
        let json = serde_json::to_string(&mechanism).unwrap();
        prop_assert_eq!(json, format!("\"{mechanism}\""));
    }

    #[test]
    fn texts(text in generate::text()) {
        round_trip(&text);
    }

    #[test]
    fn parameters(params in generate::params(), auth in generate::auth()) {
        round_trip(&params);
        round_trip(&auth);
    }

    #[test]
    fn enhanced_codes(enhanced in generate::enhanced()) {
        round_trip(&enhanced);
    }

    #[test]
    fn replies(reply in generate::reply()) {
        round_trip(&reply);
    }

    #[test]
    fn envelopes(envelope in generate::envelope()) {
        round_trip(&envelope);
        envelope.to.iter().for_each(round_trip);
    }

    #[test]
    fn capabilities(lines in generate::capability_lines()) {
        let capabilities = generate::announced(&lines);
        round_trip(&capabilities);
        let mut written = lines;
        written.push("HELP".to_owned());
        prop_assert_eq!(
            serde_json::to_value(&capabilities).unwrap(),
            serde_json::to_value(&written).unwrap()
        );
    }

    /// Whatever a value holds, borrowed it is written as owned it is.
    #[test]
    fn borrowed_forms(
        envelope in generate::envelope(),
        host in generate::host(),
        hello in generate::hello(),
        text in generate::text(),
        mechanism in generate::mechanism(),
    ) {
        fn same(one: &impl serde::Serialize, other: &impl serde::Serialize) {
            assert_eq!(serde_json::to_string(one).unwrap(), serde_json::to_string(other).unwrap());
        }
        same(&envelope.from, &envelope.from.borrowed());
        same(&envelope.params, &envelope.params.borrowed());
        for recipient in &envelope.to {
            same(&recipient.path, &recipient.path.borrowed());
            if let Some(mailbox) = recipient.path.mailbox() {
                same(&mailbox.into_owned(), &mailbox);
            }
        }
        same(&host, &host.borrowed());
        match &host {
            Host::Domain(domain) => same(domain, &domain.borrowed()),
            Host::Literal(literal) => same(literal, &literal.borrowed()),
        }
        same(&hello, &hello.borrowed());
        same(&text, &text.borrowed());
        same(&mechanism, &mechanism.borrowed());
    }
}

const VERBS: [&str; 20] = [
    "EHLO", "HELO", "LHLO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "NOOP", "QUIT", "VRFY", "EXPN",
    "HELP", "STARTTLS", "AUTH", "ETRN", "BURL", "ATRN", "XCLIENT", "XFORWARD",
];

#[test]
fn all_of_what_is_few() {
    for verb in VERBS {
        round_trip(&Verb::parse(verb.as_bytes()).unwrap());
    }
    Extension::ALL.iter().for_each(round_trip);
    Status::ALL.iter().for_each(round_trip);
    (200..600).for_each(|code| round_trip(&Code::new(code).unwrap()));
    for class in [Class::Positive, Class::Intermediate, Class::Transient, Class::Permanent] {
        round_trip(&class);
    }
    for body in [BodyType::SevenBit, BodyType::EightBitMime, BodyType::BinaryMime] {
        round_trip(&body);
    }
    for protocol in [Protocol::Smtp, Protocol::Submission, Protocol::Lmtp] {
        round_trip(&protocol);
    }
    round_trip(&Capabilities::none());
    round_trip(&EnhancedCode::permanent(1, 1));
}

/// A reply may be longer than what a client takes by default.
#[test]
fn long_replies() {
    let line = smtp_proto::syntax::text::Text::lossy(&"x".repeat(100));
    round_trip(&Reply::new(Code::HELP, None, &vec![line; 2000]));
}

/// No server can make a reply that can't be written: what is not UTF-8 is lost, and only that.
#[test]
fn replies_that_are_not_utf8() {
    let reply = Reply::parse(b"550-5.1.1 caf\xE9\r\n550 5.1.1 \xFF ok\r\n").unwrap();
    let json = serde_json::to_string(&reply).unwrap();
    assert_eq!(json, r#"{"code":550,"enhanced":"5.1.1","lines":["5.1.1 caf�","5.1.1 � ok"]}"#);
    let read: Reply = serde_json::from_str(&json).unwrap();
    assert_eq!((read.code(), read.enhanced()), (reply.code(), reply.enhanced()));
    assert_eq!(read.text(), reply.text());
    round_trip(&read);
}
