//! mailrs' session. It leaves lines and the end of content to its user.

use std::str::from_utf8;

use mailrs_smtp_proto::{
    Command, Event, Response, Session, SessionConfig, format_ehlo_response, parse_command,
    unstuff_data,
};
use memchr::memmem;

use super::Served;
use crate::corpus::dialogues::Dialogue;
use crate::lines::LineBuffer;

pub(super) fn serve(dialogue: &Dialogue, served: &mut Served) {
    let config = SessionConfig { max_recipients: 1000, ..SessionConfig::default() };
    let mut session = Session::new("mx.example.org", config);
    let greeting = Response::greeting(&session.hostname).format_greeting();
    served.output.extend_from_slice(greeting.as_bytes());
    let end = memmem::Finder::new(b"\r\n.\r\n");
    let mut lines = LineBuffer::default();
    // Content without its end, and up to where the end was looked for.
    let mut content: Option<(Vec<u8>, usize)> = None;
    for piece in &dialogue.pieces {
        lines.push(piece);
        loop {
            if let Some((octets, looked)) = &mut content {
                let before = octets.len();
                octets.extend_from_slice(lines.rest());
                let Some(at) = end.find(&octets[*looked..]) else {
                    *looked = octets.len().saturating_sub(4);
                    lines.skip(octets.len() - before);
                    break;
                };
                let whole = *looked + at + 5;
                octets.truncate(whole);
                lines.skip(whole - before);
                served.keep(&unstuff_data(octets));
                served.mails += 1;
                content = None;
                served.output.extend_from_slice(Response::data_ok().format().as_bytes());
            }
            let Some(line) = lines.next() else { break };
            let line = from_utf8(line).map(|line| line.trim_end_matches("\r\n"));
            let reply = match line.map(parse_command) {
                Ok(Ok(command)) => match session.handle_command(&command) {
                    Event::Reply(_) if matches!(command, Command::Ehlo(_)) => {
                        format_ehlo_response(&session.hostname, &session.capabilities())
                    }
                    Event::NeedData { .. } => {
                        content = Some((Vec::new(), 0));
                        Response::data_start().format()
                    }
                    Event::Reply(response) | Event::Shutdown(response) => response.format(),
                    _ => Response::bad_sequence().format(),
                },
                _ => Response::syntax_error().format(),
            };
            served.output.extend_from_slice(reply.as_bytes());
        }
    }
}
