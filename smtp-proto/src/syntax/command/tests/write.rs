//! Commands on their way out.

use alloc::string::String;

use bytes::BytesMut;
use proptest::prelude::*;

use super::super::{
    AtrnDomains, Attributes, Command, EtrnNode, InitialResponse, Mechanism, Query, Url,
};
use super::parse;
use crate::syntax::address::{ForwardPath, HelloName, Mailbox, ReversePath};
use crate::syntax::params::Params;
use crate::syntax::verb::Verb;

fn written(command: &Command<'_>) -> String {
    let mut out = BytesMut::new();
    command.write(&mut out);
    String::from_utf8(out.to_vec()).unwrap()
}

#[test]
fn as_it_was_read() {
    for line in [
        "EHLO client.example.org",
        "HELO client",
        "LHLO [192.0.2.1]",
        "MAIL FROM:<>",
        "MAIL FROM:<a@example.org> SIZE=10 BODY=8BITMIME",
        "RCPT TO:<a@example.org>",
        "RCPT TO:<\"a b\"@example.org> NOTIFY=NEVER",
        "RCPT TO:<用户@例子.example>",
        "DATA",
        "BDAT 0",
        "BDAT 18446744073709551615 LAST",
        "RSET",
        "NOOP",
        "NOOP text, and more",
        "QUIT",
        "VRFY smith@example.org",
        "VRFY jürgen SMTPUTF8",
        "EXPN staff",
        "HELP",
        "HELP MAIL",
        "STARTTLS",
        "AUTH PLAIN",
        "AUTH EXTERNAL =",
        "AUTH plain dGVzdA==",
        "ETRN @example.org",
        "XYZZY",
    ] {
        let command = parse(line);
        assert_eq!(written(&command), String::from(line) + "\r\n");
    }
    assert_eq!(written(&parse("rcpt to: <@x:a@y>   A   B=c ")), "RCPT TO:<a@y> A B=c\r\n");
}

#[test]
fn no_second_command_can_be_forged() {
    let text = "a\r\nQUIT\0";
    assert_eq!(written(&Command::Noop(Some(text))), "NOOP a  QUIT \r\n");
    assert_eq!(written(&Command::Help(Some(text))), "HELP a  QUIT \r\n");
    assert_eq!(written(&Command::Unknown { verb: text, argument: "" }), "a  QUIT \r\n");
    let query = Query { text, smtputf8: false };
    assert_eq!(written(&Command::Vrfy(query)), "VRFY a  QUIT \r\n");
    assert_eq!(written(&Command::Expn(query)), "EXPN a  QUIT \r\n");
}

/// What a strategy picked for one command; not all of it is used for each.
fn command<'a>(
    kind: u8,
    name: &'a str,
    mailbox: &'a str,
    params: &'a str,
    (size, flag): (u64, bool),
    base64: &'a str,
) -> Command<'a> {
    let hello = HelloName::parse(name).unwrap();
    let mailbox = Mailbox::parse(mailbox).unwrap();
    let params = Params::parse(params).unwrap();
    let query = Query { text: name, smtputf8: flag };
    match kind {
        0 => Command::Ehlo(hello),
        1 => Command::Helo(hello),
        2 => Command::Lhlo(hello),
        3 if flag => Command::Mail { from: ReversePath::Null, params },
        3 => Command::Mail { from: ReversePath::Mailbox(mailbox), params },
        4 if flag => Command::Rcpt { to: ForwardPath::Postmaster, params },
        4 => Command::Rcpt { to: ForwardPath::Mailbox(mailbox), params },
        5 => Command::Data,
        6 => Command::Bdat { size, last: flag },
        7 => Command::Rset,
        8 => Command::Noop(flag.then_some(name)),
        9 => Command::Quit,
        10 => Command::Vrfy(query),
        11 => Command::Expn(query),
        12 => Command::Help(flag.then_some(name)),
        13 => Command::StartTls,
        14 => Command::Auth {
            mechanism: Mechanism::parse("SCRAM-SHA-256").unwrap(),
            initial: flag.then(|| InitialResponse::parse(base64).unwrap()),
        },
        15 => Command::Etrn(EtrnNode::parse("#queue").unwrap()),
        16 if flag => Command::Atrn(AtrnDomains::parse("").unwrap()),
        16 => Command::Atrn(AtrnDomains::parse("example.org,a.example.com").unwrap()),
        17 => Command::Burl { url: Url::parse("imap://a@b/c;uid=1?d").unwrap(), last: flag },
        18 => Command::XClient(Attributes::parse(Verb::XClient, "NAME=a+2Bb PORT=1").unwrap()),
        19 => Command::XForward(Attributes::parse(Verb::XForward, "SOURCE=LOCAL").unwrap()),
        _ => Command::Unknown { verb: "XYZZY", argument: "plugh" },
    }
}

proptest! {
    #[test]
    fn write_then_parse(
        kind in 0..21u8,
        name in "[!-~]{1,60}",
        mailbox in r#"([a-z]{1,8}(\.[!#-'*+/-9=?^_`{-~a-zé]{1,8}){0,2}|"[a-z @<>,é]{1,9}")@[a-zü]{1,9}"#,
        params in "(A(=[!-<>-~]{1,9})?)?( B(=[!-<>-~é]{1,9})?)? ?",
        number in any::<(u64, bool)>(),
        base64 in "([A-Za-z0-9+/]{4}){1,9}|([A-Za-z0-9+/]{4}){0,9}[A-Za-z0-9+/]{3}=|=",
    ) {
        prop_assume!(Mailbox::parse(&mailbox).is_ok());
        let command = command(kind, &name, &mailbox, &params, number, &base64);
        let line = written(&command);
        let line = line.strip_suffix("\r\n").unwrap();
        prop_assert!(!line.contains(['\r', '\n', '\0']));
        prop_assert_eq!(Command::parse(line.as_bytes()), Ok(command));
    }
}
