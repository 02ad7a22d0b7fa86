//! What can be wrong with a command.

use core::fmt;

use super::{AtrnError, AttributeError, EtrnError, UrlError};
use crate::syntax::address::AddressError;
use crate::syntax::params::ParamError;
use crate::syntax::verb::Verb;

/// Why a line is not a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandError {
    verb: Option<Verb>,
    kind: CommandErrorKind,
}

/// What is wrong with a line. Offsets are in octets, from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommandErrorKind {
    /// There is nothing but white space.
    #[error("an empty line, expected a command")]
    Empty,
    /// A control character.
    #[error("control character U+{octet:04X} at offset {at}, expected printable characters only")]
    Control {
        /// The character, up to U+009F.
        octet: u8,
        /// Its offset in the line.
        at: usize,
    },
    /// Something that is not UTF-8, or not US-ASCII where only that may be.
    #[error("the octet at offset {at} is neither US-ASCII nor, where that is allowed, UTF-8")]
    Encoding {
        /// Its offset in the line.
        at: usize,
    },
    /// An argument is missing.
    #[error("the argument is missing")]
    MissingArgument,
    /// There is an argument too many.
    #[error("there is an argument too many")]
    UnexpectedArgument,
    /// The argument of EHLO, HELO or LHLO can be no name of a host.
    #[error("the name of the client is not 1 to 255 printable characters without a space")]
    HelloName,
    /// The reverse-path; the offset is that in the line.
    #[error("bad sender: {0}")]
    Sender(AddressError),
    /// The forward-path; the offset is that in the line.
    #[error("bad recipient: {0}")]
    Recipient(AddressError),
    /// A parameter of MAIL or RCPT; the offset is that in the line.
    #[error("bad parameter: {0}")]
    Param(ParamError),
    /// The argument of BDAT. Nobody knows how many octets of a chunk follow.
    #[error("the size of the chunk is not a number")]
    ChunkSize,
    /// The first argument of AUTH.
    #[error("a mechanism's name is 1 to 20 letters, digits, hyphens and underscores")]
    Mechanism,
    /// The second argument of AUTH.
    #[error("the initial response is neither base64 nor \"=\"")]
    InitialResponse,
    /// The argument of ETRN.
    #[error("{0}")]
    Etrn(EtrnError),
    /// The argument of ATRN.
    #[error("{0}")]
    Atrn(AtrnError),
    /// The URL of BURL.
    #[error("{0}")]
    Url(UrlError),
    /// The attributes of XCLIENT or XFORWARD.
    #[error("{0}")]
    Attribute(AttributeError),
    /// The arguments have another form than this.
    #[error("bad syntax, expected \"{0}\"")]
    Syntax(&'static str),
}

impl CommandError {
    pub(super) fn new(verb: Option<Verb>, kind: CommandErrorKind) -> CommandError {
        CommandError { verb, kind }
    }

    /// The verb, if the line begins with one.
    #[must_use]
    pub fn verb(&self) -> Option<Verb> {
        self.verb
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &CommandErrorKind {
        &self.kind
    }
}

impl core::error::Error for CommandError {}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use CommandErrorKind::{MissingArgument, UnexpectedArgument};
        let Some(verb) = self.verb else {
            return write!(f, "{}", self.kind);
        };
        write!(f, "{}: {}", verb.as_str(), self.kind)?;
        match self.kind {
            MissingArgument | UnexpectedArgument => write!(f, ", expected \"{}\"", form(verb)),
            _ => Ok(()),
        }
    }
}

/// What a command looks like.
pub(super) fn form(verb: Verb) -> &'static str {
    match verb {
        Verb::Ehlo => "EHLO host",
        Verb::Helo => "HELO host",
        Verb::Lhlo => "LHLO host",
        Verb::Mail => "MAIL FROM:<address> [parameters]",
        Verb::Rcpt => "RCPT TO:<address> [parameters]",
        Verb::Bdat => "BDAT octets [LAST]",
        Verb::Noop => "NOOP [text]",
        Verb::Vrfy => "VRFY user",
        Verb::Expn => "EXPN list",
        Verb::Help => "HELP [topic]",
        Verb::Auth => "AUTH mechanism [initial-response]",
        Verb::Etrn => "ETRN host",
        Verb::Burl => "BURL url [LAST]",
        Verb::Atrn => "ATRN [domain,...]",
        Verb::XClient => "XCLIENT name=value ...",
        Verb::XForward => "XFORWARD name=value ...",
        Verb::Data | Verb::Rset | Verb::Quit | Verb::StartTls => verb.as_str(),
    }
}
