//! `smtp-codec`.

use smtp_codec::parse::command::command as parse_command;
use smtp_codec::parse::response::Reply_line;
use smtp_codec::types::{Command as Theirs, DomainOrAddress};
use smtp_proto::syntax::command::Command;

use super::Reading;

/// What it makes of a line, given without its CRLF.
pub fn command(line: &[u8]) -> Reading {
    let line = [line, b"\r\n"].concat();
    let Ok(([], command)) = parse_command(&line) else { return Reading::Refused };
    Reading::Taken(match command {
        Theirs::Ehlo { domain_or_address } => vec!["EHLO".into(), host(&domain_or_address)],
        Theirs::Helo { domain_or_address } => vec!["HELO".into(), host(&domain_or_address)],
        Theirs::Mail { reverse_path, parameters } => {
            vec!["MAIL".into(), reverse_path, parameters.len().to_string()]
        }
        Theirs::Rcpt { forward_path, parameters } => {
            let path = forward_path.trim_matches(['<', '>']).to_owned();
            vec!["RCPT".into(), path, parameters.len().to_string()]
        }
        Theirs::Data => vec!["DATA".into()],
        Theirs::Rset => vec!["RSET".into()],
        Theirs::Vrfy { .. } => vec!["VRFY".into()],
        Theirs::Expn { .. } => vec!["EXPN".into()],
        Theirs::Help { .. } => vec!["HELP".into()],
        Theirs::Noop { .. } => vec!["NOOP".into()],
        Theirs::Quit => vec!["QUIT".into()],
        Theirs::StartTLS => vec!["STARTTLS".into()],
        Theirs::AuthLogin(initial) => {
            vec!["AUTH".into(), "LOGIN".into(), initial.unwrap_or_default()]
        }
        Theirs::AuthPlain(initial) => {
            vec!["AUTH".into(), "PLAIN".into(), initial.unwrap_or_default()]
        }
    })
}

fn host(host: &DomainOrAddress) -> String {
    match host {
        DomainOrAddress::Domain(domain) => domain.clone(),
        DomainOrAddress::Address(address) => format!("[{address}]"),
    }
}

/// What it should make of a line that we take to say this.
pub fn expected(command: &Command<'_>) -> Reading {
    let Some(verb) = command.verb() else { return Reading::Refused };
    let mut said = vec![verb.as_str().to_owned()];
    let bare = |path: String| path.trim_matches(['<', '>']).to_owned();
    match command {
        Command::Ehlo(name) | Command::Helo(name) => said.push(name.as_str().to_owned()),
        Command::Mail { from, params } => {
            said.extend([bare(from.to_string()), params.iter().count().to_string()]);
        }
        Command::Rcpt { to, params } => {
            said.extend([bare(to.to_string()), params.iter().count().to_string()]);
        }
        Command::Auth { mechanism, initial } => {
            said.push(mechanism.as_str().to_ascii_uppercase());
            said.push(initial.map_or("", |initial| initial.as_str()).to_owned());
        }
        _ => {}
    }
    Reading::Taken(said)
}

/// What it makes of octets that may begin with a reply: the code, and how many octets it took.
pub fn reply(octets: &[u8]) -> Reading {
    match Reply_line(octets) {
        Ok((rest, line)) => {
            let code = String::from_utf8_lossy(&line[..3]).into_owned();
            Reading::Taken(vec![code, (octets.len() - rest.len()).to_string()])
        }
        Err(error) if error.is_incomplete() => Reading::Unknown,
        Err(_) => Reading::Refused,
    }
}
