//! `mailin`. Its parser is not public: a session is brought to where the command belongs.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::mpsc::{Receiver, Sender, channel};

use mailin::response::OK;
use mailin::{Handler, Response, Session, SessionBuilder};
use smtp_proto::syntax::command::Command;
use smtp_proto::syntax::params::BodyType;
use smtp_proto::syntax::verb::Verb;

use super::Reading;

/// Tells what it is told.
struct Tell(Sender<Vec<String>>, Sender<Vec<u8>>);

impl Handler for Tell {
    fn helo(&mut self, _: IpAddr, domain: &str) -> Response {
        let _ = self.0.send(vec![domain.to_owned()]);
        OK
    }

    fn mail(&mut self, _: IpAddr, _: &str, from: &str) -> Response {
        let _ = self.0.send(vec![from.to_owned()]);
        OK
    }

    fn rcpt(&mut self, to: &str) -> Response {
        let _ = self.0.send(vec![to.to_owned()]);
        OK
    }

    fn data(&mut self, octets: &[u8]) -> io::Result<()> {
        let _ = self.1.send(octets.to_owned());
        Ok(())
    }
}

/// What is said before a verb can be.
fn before(verb: Option<Verb>) -> &'static [&'static [u8]] {
    const ALL: [&[u8]; 3] =
        [b"HELO a.example\r\n", b"MAIL FROM:<a@b.example>\r\n", b"RCPT TO:<c@d.example>\r\n"];
    match verb {
        Some(Verb::Mail | Verb::Vrfy) => &ALL[..1],
        Some(Verb::Rcpt) => &ALL[..2],
        Some(Verb::Data) => &ALL,
        _ => &[],
    }
}

type Told = (Receiver<Vec<String>>, Receiver<Vec<u8>>);

fn session(verb: Option<Verb>) -> (Session<Tell>, Told) {
    let (say, said) = channel();
    let (write, written) = channel();
    let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let mut session = SessionBuilder::new("mx.example.org").build(peer, Tell(say, write));
    for line in before(verb) {
        session.process(line);
    }
    while said.try_recv().is_ok() {}
    (session, (said, written))
}

/// The verb a line begins with.
pub fn verb(line: &[u8]) -> Option<Verb> {
    line.split(|octet| matches!(octet, b' ' | b'\t')).next().and_then(Verb::parse)
}

/// What it makes of a line, given without its CRLF.
pub fn command(line: &[u8]) -> Reading {
    let verb = verb(line);
    let (mut session, (said, _)) = session(verb);
    let response = session.process(&[line, b"\r\n"].concat());
    match (response.code, verb) {
        // Out of sequence, or not offered: the command itself is good.
        (200..400 | 503, Some(verb)) => {
            let mut taken = vec![verb.as_str().to_owned()];
            taken.extend(said.try_recv().unwrap_or_default());
            Reading::Taken(taken)
        }
        _ => Reading::Refused,
    }
}

/// What it should make of a line that we take to say this.
pub fn expected(command: &Command<'_>) -> Reading {
    let Some(verb) = command.verb() else { return Reading::Refused };
    let mut said = vec![verb.as_str().to_owned()];
    let bare = |path: String| path.trim_matches(['<', '>']).to_owned();
    match command {
        Command::Ehlo(name) | Command::Helo(name) => said.push(name.as_str().to_owned()),
        Command::Mail { from, .. } => said.push(bare(from.to_string())),
        Command::Rcpt { to, .. } => said.push(bare(to.to_string())),
        _ => {}
    }
    Reading::Taken(said)
}

/// Whether it understands these parameters: none, or one BODY that is not BINARYMIME.
pub fn knows_parameters(command: &Command<'_>) -> bool {
    match command {
        Command::Mail { params, .. } => {
            let body = params.value::<BodyType>();
            let known = matches!(body, Ok(Some(BodyType::SevenBit | BodyType::EightBitMime)));
            params.is_empty() || params.iter().count() == 1 && known
        }
        Command::Rcpt { params, .. } => params.is_empty(),
        _ => true,
    }
}

/// What it makes of what follows DATA, which it is given line by line as its own server does: up to
/// each LF.
pub fn data(octets: &[u8]) -> (Option<usize>, Vec<u8>) {
    let (mut session, (_, written)) = session(Some(Verb::Data));
    session.process(b"DATA\r\n");
    let mut taken = 0;
    let mut end = None;
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        taken += line.len();
        if session.process(line).code == 250 {
            end = Some(taken);
            break;
        }
    }
    (end, written.try_iter().flatten().collect())
}
