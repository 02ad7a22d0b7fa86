//! Commands: what was taken is written as it is meant.

use bytes::BytesMut;
use smtp_proto::syntax::command::{Attributes, Command, CommandErrorKind, Url};

use crate::grammar::{no_control, parameters, same};
use crate::wire;

/// Takes octets for the line of a command, without its CRLF.
pub fn check(line: &[u8]) {
    let parsed = match Command::parse(line) {
        Ok(parsed) => parsed,
        Err(error) => {
            let shown = error.to_string();
            assert!(!shown.is_empty());
            no_control(&shown);
            let at = match error.kind() {
                CommandErrorKind::Control { at, .. } | CommandErrorKind::Encoding { at } => *at,
                CommandErrorKind::Sender(error) | CommandErrorKind::Recipient(error) => error.at,
                CommandErrorKind::Param(error) => error.at,
                _ => 0,
            };
            assert!(at <= line.len(), "{error:?} lies outside of the line");
            return;
        }
    };
    let mut written = BytesMut::new();
    parsed.write(&mut written);
    let lines = wire::whole_lines(&written);
    assert_eq!(lines.len(), 1, "one command became {lines:?}");
    assert_eq!(Command::parse(lines[0]).as_ref(), Ok(&parsed));
    match parsed {
        Command::Mail { from, params } => {
            same(&from.into_owned());
            parameters(&params);
        }
        Command::Rcpt { to, params } => {
            same(&to.into_owned());
            parameters(&params);
        }
        Command::Auth { initial: Some(initial), .. } => {
            let _ = initial.decode();
        }
        Command::Burl { url, .. } => {
            let again: Url = url.as_str().parse().expect("what was parsed is a URL");
            assert_eq!((again.borrowed(), again.host()), (url, url.host()));
        }
        Command::Etrn(node) => same(&node.into_owned()),
        Command::Atrn(domains) => same(&domains.into_owned()),
        Command::XClient(found) | Command::XForward(found) => attributes(&found),
        _ => {}
    }
}

/// Attributes can be built again from what they say.
fn attributes(found: &Attributes<&str>) {
    let mut copy = Attributes::none();
    for attribute in found.iter() {
        copy.push(attribute.name(), attribute.value()).expect("what was parsed can be built");
    }
    assert!(copy.iter().eq(found.iter()) && copy.iter().next().is_some());
    assert_eq!((copy.addr(), copy.port()), (found.addr(), found.port()));
}
