//! Values of every kind, by their grammar.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use smtp_proto::client::{Envelope, Recipient};
use smtp_proto::syntax::address::{ForwardPath, HelloName, Host, Mailbox, ReversePath};
use smtp_proto::syntax::capability::{Capabilities, Extension};
use smtp_proto::syntax::command::Mechanism;
use smtp_proto::syntax::params::{AuthParam, BodyType, Params};
use smtp_proto::syntax::reply::{Class, Code, EnhancedCode, Reply};
use smtp_proto::syntax::text::Text;

pub(crate) fn host() -> impl Strategy<Value = Host> {
    let v4 = any::<[u8; 4]>().prop_map(|[a, b, c, d]| format!("[{a}.{b}.{c}.{d}]"));
    let v6 = any::<std::net::Ipv6Addr>().prop_map(|ip| format!("[IPv6:{ip}]"));
    let domain = "([a-zA-Z0-9]([a-zA-Z0-9-]{0,5}[a-z0-9])?|[ü中]{1,3})([.][a-z0-9]{1,9}){0,3}";
    // Not every way of writing an IPv6 address is SMTP's.
    prop_oneof![domain, v4, v6, "\\[[a-z]{1,5}:[!-Z^-~]{1,9}\\]"]
        .prop_filter_map("a host", |text| text.parse().ok())
}

pub(crate) fn mailbox() -> impl Strategy<Value = Mailbox> {
    let atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~ü中😀-]{1,5}";
    let dot_string = format!("{atom}([.]{atom}){{0,2}}");
    let quoted = "\"([ !#-\\[\\]-~é]|\\\\[ -~]){1,20}\"";
    let local = proptest::string::string_regex(&format!("({dot_string}|{quoted})")).unwrap();
    (local, host()).prop_map(|(local, host)| format!("{local}@{host}").parse().unwrap())
}

pub(crate) fn reverse_path() -> impl Strategy<Value = ReversePath> {
    prop_oneof![Just(ReversePath::Null), mailbox().prop_map(ReversePath::Mailbox)]
}

pub(crate) fn forward_path() -> impl Strategy<Value = ForwardPath> {
    prop_oneof![Just(ForwardPath::Postmaster), mailbox().prop_map(ForwardPath::Mailbox)]
}

pub(crate) fn hello() -> impl Strategy<Value = HelloName> {
    "[!-~]{1,30}".prop_map(|name| name.parse().unwrap())
}

pub(crate) fn mechanism() -> impl Strategy<Value = Mechanism> {
    "[A-Za-z0-9_-]{1,20}".prop_map(|name| name.parse().unwrap())
}

pub(crate) fn text() -> impl Strategy<Value = Text> {
    prop_oneof!["[\\t -~é中\"\\\\]{0,20}", any::<String>()].prop_map(|text| Text::lossy(&text))
}

pub(crate) fn params() -> impl Strategy<Value = Params> {
    let param = ("[A-Za-z0-9][A-Za-z0-9-]{0,6}", option::of("[!-<>-~é中]{1,12}"));
    prop::collection::vec(param, 0..6).prop_map(|list| {
        let mut params = Params::none();
        for (keyword, value) in list {
            // The keyword may be there already.
            let _ = params.push(&keyword, value.as_deref());
        }
        params
    })
}

pub(crate) fn auth() -> impl Strategy<Value = AuthParam> {
    prop_oneof![Just(AuthParam::Null), mailbox().prop_map(AuthParam::Mailbox)]
}

pub(crate) fn code() -> impl Strategy<Value = Code> {
    (200u16..600).prop_map(|code| Code::new(code).unwrap())
}

pub(crate) fn enhanced() -> impl Strategy<Value = EnhancedCode> {
    let class = select(vec![Class::Positive, Class::Transient, Class::Permanent]);
    (class, 0u16..1000, 0u16..1000)
        .prop_map(|(class, subject, detail)| EnhancedCode::new(class, subject, detail).unwrap())
}

/// Replies as a server writes them, and as they are received: some lines with an enhanced code.
pub(crate) fn reply() -> impl Strategy<Value = Reply> {
    let written = (code(), option::of(enhanced()), prop::collection::vec(text(), 0..4))
        .prop_map(|(code, enhanced, text)| Reply::new(code, enhanced, &text));
    let line = "([245][.][0-9]{1,3}[.][0-9]{1,4} ?)?[\\t -~é\u{80}\u{9F}]{0,12}";
    let received = (code(), prop::collection::vec(line, 1..4)).prop_map(|(code, lines)| {
        let (last, before) = lines.split_last().unwrap();
        let before: Vec<_> = before.iter().map(|line| format!("{code}-{line}\r\n")).collect();
        let octets = format!("{}{code} {last}\r\n", before.concat());
        Reply::parse(octets.as_bytes()).unwrap()
    });
    prop_oneof![written, received]
}

/// Lines of a reply to EHLO, in the one way in which this crate writes them.
pub(crate) fn capability_lines() -> impl Strategy<Value = Vec<String>> {
    let keyword = prop_oneof![
        select(Extension::ALL.to_vec()).prop_map(|extension| extension.to_string()),
        "X-[A-Za-z0-9-]{1,6}",
    ];
    let line = (keyword, "( [!-~]{1,9}){0,3}").prop_map(|(keyword, args)| keyword + &args);
    prop::collection::vec(line, 0..8)
}

/// What a client makes of these lines.
pub(crate) fn announced(lines: &[String]) -> Capabilities {
    let greeting = "250-mx.example greets you\r\n";
    let lines: Vec<_> = lines.iter().map(|line| format!("250-{line}\r\n")).collect();
    let reply = format!("{greeting}{}250 HELP\r\n", lines.concat());
    Capabilities::from_reply(&Reply::parse(reply.as_bytes()).unwrap())
}

pub(crate) fn recipient() -> impl Strategy<Value = Recipient> {
    (forward_path(), params()).prop_map(|(path, params)| Recipient { path, params })
}

pub(crate) fn envelope() -> impl Strategy<Value = Envelope> {
    let bodies = vec![BodyType::SevenBit, BodyType::EightBitMime, BodyType::BinaryMime];
    let size = option::of(any::<u64>());
    let to = prop::collection::vec(recipient(), 0..4);
    let flags = any::<(bool, bool)>();
    (reverse_path(), to, select(bodies), size, flags, option::of(auth()), params()).prop_map(
        |(from, to, body, size, (smtputf8, burl), auth, params)| Envelope {
            to,
            body,
            size,
            smtputf8,
            burl,
            auth,
            params,
            ..Envelope::new(from, [])
        },
    )
}
