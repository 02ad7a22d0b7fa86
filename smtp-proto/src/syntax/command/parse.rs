//! From a line to a command.

use super::error::form;
use super::{
    AtrnDomains, Attributes, Command, CommandError, CommandErrorKind, EtrnNode, InitialResponse,
    Mechanism, Query, Url, common,
};
use crate::syntax::address::{AddressLiteral, ForwardPath, HelloName, ReversePath};
use crate::syntax::params::Params;
use crate::syntax::verb::Verb;

use CommandErrorKind::{MissingArgument, Syntax, UnexpectedArgument};

impl<'a> Command<'a> {
    /// Takes a line apart, given without its CRLF. Allocates nothing.
    ///
    /// Verbs and keywords may be in any case. These deviations are put up with, since clients do
    /// them and nothing can be mistaken for something else: white space at the end, more than one
    /// space or tab behind the verb, more than one space between arguments, spaces behind `FROM:`
    /// and `TO:`.
    ///
    /// Anything else is refused, above all control characters wherever they are, and octets above
    /// 0x7F but for UTF-8 in the arguments of MAIL, RCPT, VRFY and EXPN (RFC 6531 section 3.3).
    /// Whether the client may use UTF-8 is not known here.
    ///
    /// A verb that is not known is no error, but [`Command::Unknown`].
    pub fn parse(line: &'a [u8]) -> Result<Command<'a>, CommandError> {
        if let Some(command) = common::parse(line) {
            return Ok(command);
        }
        parse(line).map_err(|kind| {
            let word = line.split(|octet| matches!(octet, b' ' | b'\t')).next();
            CommandError::new(word.and_then(Verb::parse), kind)
        })
    }
}

pub(super) fn parse(line: &[u8]) -> Result<Command<'_>, CommandErrorKind> {
    let Line { text, ascii, tab } = validate(line)?;
    let end = line.iter().position(|octet| matches!(octet, b' ' | b'\t')).unwrap_or(line.len());
    let (word, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    if word.is_empty() {
        return Err(match rest.trim_ascii() {
            "" => CommandErrorKind::Empty,
            _ => Syntax("a verb at the beginning of the line"),
        });
    }
    let verb = Verb::parse(word.as_bytes());
    if !ascii && !matches!(verb, Some(Verb::Mail | Verb::Rcpt | Verb::Vrfy | Verb::Expn)) {
        let at = line.iter().position(|octet| !octet.is_ascii()).unwrap_or_default();
        return Err(CommandErrorKind::Encoding { at });
    }
    let argument = rest.trim_ascii_start();
    let start = line.len() - argument.len();
    let argument = argument.trim_ascii_end();
    if tab && let Some(at) = argument.bytes().position(|octet| octet == b'\t') {
        return Err(CommandErrorKind::Control { octet: b'\t', at: start + at });
    }
    match verb {
        Some(verb) => arguments(verb, argument, start),
        None => Ok(Command::Unknown { verb: word, argument }),
    }
}

/// A line without control characters other than HT.
struct Line<'a> {
    text: &'a str,
    ascii: bool,
    tab: bool,
}

fn validate(line: &[u8]) -> Result<Line<'_>, CommandErrorKind> {
    // No way out of the loop, so that the compiler can look at many octets at once.
    let (mut control, mut all) = (false, 0);
    for octet in line {
        control |= octet.is_ascii_control();
        all |= octet;
    }
    if control {
        let mut octets = line.iter().copied().enumerate();
        let bad = octets.find(|(_, octet)| octet.is_ascii_control() && *octet != b'\t');
        if let Some((at, octet)) = bad {
            return Err(CommandErrorKind::Control { octet, at });
        }
    }
    let text = str::from_utf8(line)
        .map_err(|error| CommandErrorKind::Encoding { at: error.valid_up_to() })?;
    let ascii = all.is_ascii();
    if !ascii && let Some((at, c)) = text.char_indices().find(|(_, c)| is_c1(*c)) {
        let octet = u8::try_from(c).unwrap_or_default();
        return Err(CommandErrorKind::Control { octet, at });
    }
    // What is left of control characters are tabs.
    Ok(Line { text, ascii, tab: control })
}

/// The control characters of Unicode beyond US-ASCII.
fn is_c1(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9F}')
}

/// What follows the verb: `argument` has no white space around it and begins at `start`.
fn arguments(verb: Verb, argument: &str, start: usize) -> Result<Command<'_>, CommandErrorKind> {
    Ok(match verb {
        Verb::Ehlo => Command::Ehlo(hello(argument)?),
        Verb::Helo => Command::Helo(hello(argument)?),
        Verb::Lhlo => Command::Lhlo(hello(argument)?),
        Verb::Mail => mail(argument, start)?,
        Verb::Rcpt => rcpt(argument, start)?,
        Verb::Data => alone(argument, Command::Data)?,
        Verb::Bdat => bdat(argument)?,
        Verb::Rset => alone(argument, Command::Rset)?,
        Verb::Noop => Command::Noop(optional(argument)),
        Verb::Quit => alone(argument, Command::Quit)?,
        Verb::Vrfy => Command::Vrfy(query(argument)?),
        Verb::Expn => Command::Expn(query(argument)?),
        Verb::Help => Command::Help(optional(argument)),
        Verb::StartTls => alone(argument, Command::StartTls)?,
        Verb::Auth => auth(argument)?,
        Verb::Etrn => match required(argument)? {
            argument if argument.contains(' ') => return Err(UnexpectedArgument),
            argument => Command::Etrn(EtrnNode::parse(argument).map_err(CommandErrorKind::Etrn)?),
        },
        Verb::Atrn => Command::Atrn(AtrnDomains::parse(argument).map_err(CommandErrorKind::Atrn)?),
        Verb::Burl => burl(argument)?,
        Verb::XClient => Command::XClient(attributes(verb, argument)?),
        Verb::XForward => Command::XForward(attributes(verb, argument)?),
    })
}

fn alone<'a>(argument: &str, command: Command<'a>) -> Result<Command<'a>, CommandErrorKind> {
    if argument.is_empty() { Ok(command) } else { Err(UnexpectedArgument) }
}

fn optional(argument: &str) -> Option<&str> {
    (!argument.is_empty()).then_some(argument)
}

fn required(argument: &str) -> Result<&str, CommandErrorKind> {
    optional(argument).ok_or(MissingArgument)
}

/// RFC 2821 had words behind an address literal, to tell more of the client; a server is wise to be
/// prepared for them (RFC 5321 section 4.1.1.1), and nobody needs them.
fn hello(argument: &str) -> Result<HelloName<&str>, CommandErrorKind> {
    let argument = required(argument)?;
    let name = match argument.split_once(' ') {
        Some((literal, _)) if AddressLiteral::parse(literal).is_ok() => literal,
        _ => argument,
    };
    HelloName::parse(name).map_err(|_| CommandErrorKind::HelloName)
}

fn mail(argument: &str, start: usize) -> Result<Command<'_>, CommandErrorKind> {
    let path = after_keyword(argument, "FROM:", Verb::Mail)?;
    let at = start + argument.len() - path.len();
    let (from, rest) = ReversePath::parse_prefix(path).map_err(|mut error| {
        error.at += at;
        CommandErrorKind::Sender(error)
    })?;
    let params = params(rest, at + path.len(), Verb::Mail)?;
    Ok(Command::Mail { from, params })
}

fn rcpt(argument: &str, start: usize) -> Result<Command<'_>, CommandErrorKind> {
    let path = after_keyword(argument, "TO:", Verb::Rcpt)?;
    let at = start + argument.len() - path.len();
    let (to, rest) = ForwardPath::parse_prefix(path).map_err(|mut error| {
        error.at += at;
        CommandErrorKind::Recipient(error)
    })?;
    let params = params(rest, at + path.len(), Verb::Rcpt)?;
    Ok(Command::Rcpt { to, params })
}

fn after_keyword<'a>(
    argument: &'a str,
    keyword: &str,
    verb: Verb,
) -> Result<&'a str, CommandErrorKind> {
    match required(argument)?.split_at_checked(keyword.len()) {
        Some((found, path)) if found.eq_ignore_ascii_case(keyword) => {
            Ok(path.trim_start_matches(' '))
        }
        _ => Err(Syntax(form(verb))),
    }
}

/// What follows a path and ends at `end`.
fn params(rest: &str, end: usize, verb: Verb) -> Result<Params<&str>, CommandErrorKind> {
    match rest.strip_prefix(' ').map(|rest| rest.trim_start_matches(' ')) {
        None if rest.is_empty() => Ok(Params::none()),
        None => Err(Syntax(form(verb))),
        Some(text) => Params::parse(text).map_err(|mut error| {
            error.at += end - text.len();
            CommandErrorKind::Param(error)
        }),
    }
}

fn bdat(argument: &str) -> Result<Command<'_>, CommandErrorKind> {
    let (size, marker) = split_word(required(argument)?);
    if !size.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(CommandErrorKind::ChunkSize);
    }
    // The only thing that can be wrong with some digits is that they are too many.
    let size = size.parse().unwrap_or(u64::MAX);
    Ok(Command::Bdat { size, last: is_last(marker, Verb::Bdat)? })
}

fn burl(argument: &str) -> Result<Command<'_>, CommandErrorKind> {
    let (url, marker) = split_word(required(argument)?);
    let url = Url::parse(url).map_err(CommandErrorKind::Url)?;
    Ok(Command::Burl { url, last: is_last(marker, Verb::Burl)? })
}

fn is_last(marker: &str, verb: Verb) -> Result<bool, CommandErrorKind> {
    match split_word(marker) {
        ("", _) => Ok(false),
        (last, "") if last.eq_ignore_ascii_case("LAST") => Ok(true),
        (last, _) if last.eq_ignore_ascii_case("LAST") => Err(UnexpectedArgument),
        _ => Err(Syntax(form(verb))),
    }
}

fn attributes(verb: Verb, argument: &str) -> Result<Attributes<&str>, CommandErrorKind> {
    Attributes::parse(verb, required(argument)?).map_err(CommandErrorKind::Attribute)
}

fn auth(argument: &str) -> Result<Command<'_>, CommandErrorKind> {
    let (mechanism, initial) = split_word(required(argument)?);
    let mechanism = Mechanism::parse(mechanism).ok_or(CommandErrorKind::Mechanism)?;
    let initial = match initial {
        "" => None,
        text => Some(InitialResponse::parse(text).ok_or(CommandErrorKind::InitialResponse)?),
    };
    Ok(Command::Auth { mechanism, initial })
}

fn query(argument: &str) -> Result<Query<'_>, CommandErrorKind> {
    let argument = required(argument)?;
    Ok(match argument.rsplit_once(' ') {
        Some((text, keyword)) if keyword.eq_ignore_ascii_case("SMTPUTF8") => {
            Query { text: text.trim_ascii_end(), smtputf8: true }
        }
        _ => Query { text: argument, smtputf8: false },
    })
}

/// The first word, and what follows the spaces behind it.
fn split_word(argument: &str) -> (&str, &str) {
    let (word, rest) = argument.split_once(' ').unwrap_or((argument, ""));
    (word, rest.trim_ascii_start())
}
