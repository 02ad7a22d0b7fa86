//! Stalwart's receivers, with states written by hand: what the crate leaves to its users, and no more.
//! Sender and recipients are kept, the order of commands is checked, and replies are fixed octets.

use stalwart::request::receiver::{DataReceiver, RequestReceiver};
use stalwart::{Error, Request};

use super::Served;
use crate::corpus::dialogues::Dialogue;

#[derive(Default)]
struct Session {
    extended: bool,
    from: Option<String>,
    to: Vec<String>,
    content: Vec<u8>,
}

enum Next {
    Command,
    Content,
    Quit,
}

pub(super) fn serve(dialogue: &Dialogue, served: &mut Served) {
    let mut buffer = vec![0; 16 << 10];
    let mut requests = RequestReceiver::default();
    let mut data: Option<DataReceiver> = None;
    let mut session = Session::default();
    served.output.extend_from_slice(b"220 mx.example.org ESMTP\r\n");
    for piece in &dialogue.pieces {
        buffer[..piece.len()].copy_from_slice(piece);
        let mut octets = buffer[..piece.len()].iter();
        while !octets.as_slice().is_empty() {
            if let Some(receiver) = &mut data {
                if !receiver.ingest(&mut octets, &mut session.content) {
                    break;
                }
                data = None;
                served.keep(&session.content);
                served.mails += 1;
                session.from = None;
                session.to.clear();
                session.content.clear();
                served.output.extend_from_slice(b"250 2.0.0 OK\r\n");
                continue;
            }
            match requests.ingest(&mut octets) {
                Ok(request) => match session.answer(request, &mut served.output) {
                    Next::Command => {}
                    Next::Content => data = Some(DataReceiver::new()),
                    Next::Quit => return,
                },
                Err(Error::NeedsMoreData { .. }) => break,
                Err(_) => served.output.extend_from_slice(b"500 5.5.2 Syntax error\r\n"),
            }
        }
    }
}

impl Session {
    fn answer<T: AsRef<str>>(&mut self, request: Request<T>, output: &mut Vec<u8>) -> Next {
        let reply: &[u8] = match request {
            Request::Ehlo { .. } => {
                self.extended = true;
                self.from = None;
                self.to.clear();
                b"250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-8BITMIME\r\n\
                  250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 CHUNKING\r\n"
            }
            Request::Mail { from } if self.extended && self.from.is_none() => {
                self.from = Some(from.address.as_ref().to_owned());
                b"250 2.1.0 OK\r\n"
            }
            Request::Rcpt { to } if self.from.is_some() => {
                self.to.push(to.address.as_ref().to_owned());
                b"250 2.1.5 OK\r\n"
            }
            Request::Data if !self.to.is_empty() => {
                output.extend_from_slice(b"354 Start mail input\r\n");
                return Next::Content;
            }
            Request::Mail { .. } | Request::Rcpt { .. } | Request::Data => {
                b"503 5.5.1 Bad sequence of commands\r\n"
            }
            Request::Rset => {
                self.from = None;
                self.to.clear();
                b"250 2.0.0 OK\r\n"
            }
            Request::Noop { .. } => b"250 2.0.0 OK\r\n",
            Request::Quit => {
                output.extend_from_slice(b"221 2.0.0 Bye\r\n");
                return Next::Quit;
            }
            _ => b"502 5.5.1 Not implemented\r\n",
        };
        output.extend_from_slice(reply);
        Next::Command
    }
}
