//! Commands, and the values in them: what was taken is written as it is meant.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use bytes::BytesMut;
use smtp_proto::syntax::address::{
    AddressLiteral, Domain, ForwardPath, HelloName, Host, Mailbox, ReversePath,
};
use smtp_proto::syntax::command::{
    AtrnDomains, Attributes, Command, CommandErrorKind, EtrnNode, Mechanism, Url,
};
use smtp_proto::syntax::params::{
    AuthParam, BodyType, By, ConNeg, ConPerm, EnvId, HoldFor, HoldUntil, Known, MtPriority, Mtrk,
    Notify, Orcpt, Parameter, Params, RequireTls, Ret, Rrvs, Size, SmtpUtf8, Solicit, TransId,
    Xverp,
};
use smtp_proto::syntax::text::Text;
use smtp_proto::syntax::verb::Verb;
use smtp_proto::syntax::{base64, xtext};

use crate::wire;

/// The first octet chooses what the rest is taken for; a letter takes all of it for a command.
pub fn check(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    if !choice.is_ascii_digit() {
        command(data);
    } else if *choice == b'0' {
        octets(rest);
    } else if let Ok(text) = str::from_utf8(rest) {
        values(text);
    }
}

fn command(line: &[u8]) {
    let parsed = match Command::parse(line) {
        Ok(parsed) => parsed,
        Err(error) => {
            let shown = error.to_string();
            assert!(!shown.is_empty() && !shown.contains(char::is_control), "{shown:?}");
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
            round_trip::<ReversePath>(from);
            parameters(&params);
        }
        Command::Rcpt { to, params } => {
            round_trip::<ForwardPath>(to);
            parameters(&params);
        }
        Command::Auth { initial: Some(initial), .. } => {
            let _ = initial.decode();
        }
        Command::Burl { url, .. } => {
            let again: Url = url.as_str().parse().expect("what was parsed is a URL");
            assert_eq!((again.borrowed(), again.host()), (url, url.host()));
        }
        Command::Etrn(node) => round_trip::<EtrnNode>(node),
        Command::Atrn(domains) => round_trip::<AtrnDomains>(domains),
        Command::XClient(found) | Command::XForward(found) => attributes(&found),
        _ => {}
    }
}

fn parameters(params: &Params<&str>) {
    let mut copy = Params::none();
    for param in params.iter() {
        copy.push(param.keyword, param.value).expect("what was parsed can be written");
        assert_eq!(params.get(&param.keyword.to_ascii_lowercase()), Some(param));
    }
    assert_eq!(copy.borrowed(), *params);
    for param in params.iter() {
        for verb in [Verb::Mail, Verb::Rcpt] {
            let _ = Known::find(verb, param.keyword).map(|known| known.accepts(param));
        }
    }
    if let Ok(Some(auth)) = params.value::<AuthParam>() {
        no_control(&format!("{auth:?}"));
    }
    typed::<AuthParam>(params);
    typed::<BodyType>(params);
    typed::<By>(params);
    typed::<ConNeg>(params);
    typed::<ConPerm>(params);
    typed::<EnvId>(params);
    typed::<HoldFor>(params);
    typed::<HoldUntil>(params);
    typed::<MtPriority>(params);
    typed::<Mtrk>(params);
    typed::<Notify>(params);
    typed::<Orcpt>(params);
    typed::<RequireTls>(params);
    typed::<Ret>(params);
    typed::<Rrvs>(params);
    typed::<Size>(params);
    typed::<SmtpUtf8>(params);
    typed::<Solicit>(params);
    typed::<TransId>(params);
    typed::<Xverp>(params);
}

/// What a parameter says can be written, and says the same again.
fn typed<P: Parameter + PartialEq + Debug>(params: &Params<&str>) {
    if let Ok(Some(parameter)) = params.value::<P>() {
        let mut copy = Params::none();
        copy.set(&parameter).expect("what was parsed can be written");
        assert_eq!(copy.value().as_ref(), Ok(&Some(parameter)));
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

/// Each value by itself, from a text that may be anything.
fn values(text: &str) {
    if let Ok(mailbox) = Mailbox::parse(text) {
        round_trip::<Mailbox>(mailbox);
        assert_eq!(
            mailbox.as_str().len(),
            mailbox.local_part().len() + 1 + mailbox.domain().as_str().len()
        );
        no_control(&mailbox.unquoted());
        let domain = mailbox.domain().to_string();
        let again = Mailbox::from_parts(&mailbox.unquoted(), &domain).expect("the same parts");
        assert!(again.same_as(&mailbox), "{again} is not {mailbox}");
    }
    if let Ok(domain) = Domain::parse(text) {
        round_trip::<Domain>(domain);
    }
    if let Ok(literal) = AddressLiteral::parse(text) {
        round_trip::<AddressLiteral>(literal);
        let _ = literal.ip();
    }
    if let Ok(host) = Host::parse(text) {
        round_trip::<Host>(host);
    }
    if let Ok(name) = HelloName::parse(text) {
        round_trip::<HelloName>(name);
        let _ = name.host();
    }
    if let Ok(path) = ReversePath::parse(text) {
        round_trip::<ReversePath>(path);
    }
    if let Ok(path) = ForwardPath::parse(text) {
        round_trip::<ForwardPath>(path);
    }
    if let Ok(path) = text.parse::<ReversePath>() {
        assert_eq!(ReversePath::parse(&path.to_string()), Ok(path.borrowed()));
    }
    if let Ok(path) = text.parse::<ForwardPath>() {
        assert_eq!(ForwardPath::parse(&path.to_string()), Ok(path.borrowed()));
    }
    if let Ok(params) = Params::parse(text) {
        parameters(&params);
    }
    if let Some((keyword, value)) = text.split_once('=') {
        let mut params = Params::none();
        if params.push(keyword, Some(value)).is_ok() {
            round_trip::<Params>(params);
        }
    }
    if let Some(mechanism) = Mechanism::parse(text) {
        no_control(mechanism.as_str());
    }
    match Text::new(text) {
        Ok(fine) => assert_eq!(Text::lossy(text).as_str(), fine.as_str()),
        Err(_) => assert!(Text::new(Text::lossy(text).as_str()).is_ok()),
    }
    let mut encoded = String::new();
    xtext::encode(text, &mut encoded).expect("a String takes everything");
    assert!(encoded.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'='), "{encoded:?}");
    if let Ok(decoded) = xtext::decode(&encoded) {
        assert_eq!(decoded, text);
    }
    if let Ok(decoded) = xtext::decode(text) {
        no_control(&decoded);
    }
}

fn octets(octets: &[u8]) {
    let mut encoded = BytesMut::new();
    base64::encode(octets, &mut encoded);
    assert_eq!(base64::decode(&encoded).as_deref(), Ok(octets));
    if let Ok(decoded) = base64::decode(octets) {
        let mut again = BytesMut::new();
        base64::encode(&decoded, &mut again);
        assert_eq!(again, octets, "there is one way to write it");
    }
}

/// What is written is one line, and is read as what it was.
fn round_trip<Owned>(value: impl Display)
where
    Owned: FromStr<Err: Debug> + Display,
{
    let written = value.to_string();
    no_control(&written);
    let again: Owned = written.parse().expect(&written);
    assert_eq!(again.to_string(), written);
}

fn no_control(text: &str) {
    assert!(!text.contains(char::is_control), "{text:?} has a control character");
}
