//! The trace a relay leaves (RFC 5321 section 4.4), and the traces of others.

use std::net::IpAddr;

use smtp_proto::Tls;
use smtp_proto::syntax::address::AsciiDomain;
use smtp_proto::syntax::verb::Verb;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// More hops than this are a loop (RFC 5321 section 6.3).
const HOPS: usize = 100;

/// What a `Received` line tells.
pub(crate) struct Trace<'a> {
    /// How the client said hello, and which name it gave itself.
    pub(crate) hello: (Verb, &'a str),
    pub(crate) utf8: bool,
    /// Where it is; a unix-domain socket has no address.
    pub(crate) address: Option<IpAddr>,
    /// Our own name.
    pub(crate) by: &'a AsciiDomain,
    pub(crate) tls: Option<&'a Tls>,
}

impl Trace<'_> {
    /// The line, folded.
    pub(crate) fn line(&self) -> String {
        let (verb, name) = self.hello;
        let hello = printable(name);
        let protocol = protocol(verb, self.utf8, self.tls.is_some());
        let address = match self.address {
            Some(IpAddr::V4(address)) => format!(" ([{address}])"),
            Some(IpAddr::V6(address)) => format!(" ([IPv6:{address}])"),
            None => String::new(),
        };
        let tls = self.tls.map(|tls| {
            let facts = [tls.protocol.as_deref(), tls.cipher.as_deref()];
            let facts: Vec<&str> = facts.into_iter().flatten().collect();
            format!("\r\n\t({})", facts.join(" "))
        });
        let (by, tls) = (self.by, tls.unwrap_or_default());
        let date = OffsetDateTime::now_utc().format(&Rfc2822).unwrap_or_default();
        format!(
            "Received: from {hello}{address}\r\n\tby {by} with {protocol}{tls};\r\n\t{date}\r\n"
        )
    }
}

/// How the client speaks, by the names of RFC 3848 section 2 and RFC 6531 section 4.3.
fn protocol(verb: Verb, utf8: bool, tls: bool) -> &'static str {
    match (verb, utf8, tls) {
        (Verb::Lhlo, false, false) => "LMTP",
        (Verb::Lhlo, false, true) => "LMTPS",
        (Verb::Lhlo, true, false) => "UTF8LMTP",
        (Verb::Lhlo, true, true) => "UTF8LMTPS",
        (Verb::Ehlo, false, false) => "ESMTP",
        (Verb::Ehlo, false, true) => "ESMTPS",
        (Verb::Ehlo, true, false) => "UTF8SMTP",
        (Verb::Ehlo, true, true) => "UTF8SMTPS",
        _ => "SMTP",
    }
}

/// A client may call itself what it likes; here it can't be anything but a name.
fn printable(name: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    name.chars().map(|c| if harmless(c) { c } else { '?' }).collect()
}

/// Counts the `Received` lines of a message as it streams by. Keeps nothing of it.
#[derive(Debug)]
pub(crate) struct Hops {
    count: usize,
    place: Place,
}

#[derive(Clone, Copy, Debug)]
enum Place {
    /// In a line of the header section that is so far the beginning of the field name, by so many
    /// octets.
    Name(usize),
    /// A CR begins the line: it may be the empty one.
    Cr,
    /// In any other line of it.
    Line,
    /// The header section is over.
    Body,
}

impl Hops {
    const FIELD: &[u8] = b"received:";

    pub(crate) fn new() -> Self {
        Self { count: 0, place: Place::Name(0) }
    }

    /// Looks at the next piece. `false`: the message is going in circles.
    pub(crate) fn push(&mut self, piece: &[u8]) -> bool {
        for octet in piece {
            self.place = match (self.place, octet) {
                (Place::Body, _) => break,
                (Place::Name(0) | Place::Cr, b'\n') => Place::Body,
                (_, b'\n') => Place::Name(0),
                (Place::Name(0), b'\r') => Place::Cr,
                (Place::Name(seen), octet) if octet.eq_ignore_ascii_case(&Self::FIELD[seen]) => {
                    if seen + 1 == Self::FIELD.len() {
                        self.count += 1;
                        Place::Line
                    } else {
                        Place::Name(seen + 1)
                    }
                }
                _ => Place::Line,
            };
        }
        self.count <= HOPS
    }
}
