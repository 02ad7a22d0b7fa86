//! What can go wrong, by whose doing.
//!
//! A [`Misuse`] is our caller's bug, and leaves the machine as it was. A [`Fault`] is the peer's
//! breach, and has already been answered. A [`Close`] says why a conversation is over. Errors of
//! the stream itself belong to the driver.

use alloc::boxed::Box;

use thiserror::Error;

use crate::syntax::command::CommandError;
use crate::syntax::reply::{Code, Reply, ReplyError};
use crate::syntax::verb::Verb;

/// A call that makes no sense at this point of the conversation. The machine is unchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Misuse {
    /// An answer without a question.
    #[error("no question is open: nothing to answer")]
    NoQuestion,
    /// An answer that does not fit the question that is open.
    #[error("this answer does not fit the question that is open: {0}")]
    WrongAnswer(&'static str),
    /// A request to a client that is not ready for one.
    #[error("the client is not ready for a request: {0}")]
    NotReady(&'static str),
    /// A request that is out of sequence.
    #[error("out of sequence: {0}")]
    OutOfSequence(&'static str),
}

/// A breach of the protocol by the peer.
///
/// A server has answered it with the right reply; a client has ended the conversation.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// A command that could not be parsed.
    #[error("{0}")]
    Command(#[from] CommandError),
    /// A line longer than the limit.
    #[error("line longer than {limit} octets")]
    LineTooLong {
        /// The limit, CRLF included.
        limit: usize,
    },
    /// A line feed without a carriage return before it, in a command or a reply.
    #[error("bare LF: lines end with CR LF")]
    BareLineFeed,
    /// A verb that is not known.
    #[error("unknown command")]
    UnknownVerb,
    /// A verb that is known but not offered here.
    #[error("{0} is not offered here")]
    NotOffered(Verb),
    /// A command out of sequence.
    #[error("{0} is out of sequence")]
    OutOfSequence(Verb),
    /// A parameter of an extension that was not announced.
    #[error("{0} with a parameter that was not announced")]
    UnknownParameter(Verb),
    /// A parameter with a value that makes no sense or is not offered.
    #[error("{0} with a bad value of a parameter")]
    BadParameter(Verb),
    /// A message of a kind that was announced as not welcome (NO-SOLICITING).
    #[error("a message of a kind that is not welcome")]
    Solicitation,
    /// A non-ASCII address in a transaction without SMTPUTF8.
    #[error("{0} with a non-ASCII address, without SMTPUTF8")]
    NeedsSmtpUtf8(Verb),
    /// A command that needs authentication first.
    #[error("{0} before authentication")]
    AuthenticationRequired(Verb),
    /// A command that needs TLS first.
    #[error("{0} before STARTTLS")]
    EncryptionRequired(Verb),
    /// A verb of the application's own where none is allowed: TLS or authentication is required
    /// first, or the connection was refused.
    #[error("a private command where none is allowed")]
    PrivateNotNow,
    /// A SASL mechanism that is not offered.
    #[error("a SASL mechanism that is not offered")]
    UnknownMechanism,
    /// A SASL response that is not base64.
    #[error("a SASL response that is not base64")]
    SaslEncoding,
    /// The client gave up an AUTH exchange.
    #[error("the client cancelled the AUTH exchange")]
    SaslCancelled,
    /// No recipient was accepted, and the content is sent all the same.
    #[error("{0} without a valid recipient")]
    NoRecipients(Verb),
    /// More recipients than the limit.
    #[error("more than {limit} recipients")]
    TooManyRecipients {
        /// The limit.
        limit: usize,
    },
    /// Recipients in more domains than the limit.
    #[error("recipients in more than {limit} domains")]
    TooManyDomains {
        /// The limit.
        limit: usize,
    },
    /// A message larger than the limit, by declaration or in fact.
    #[error("message larger than {limit} octets")]
    MessageTooLarge {
        /// The limit.
        limit: u64,
    },
    /// A line of message text longer than the limit.
    #[error("message line longer than {limit} octets")]
    BodyLineTooLong {
        /// The limit, CRLF included.
        limit: usize,
    },
    /// A bare CR or a bare LF in message text.
    #[error("bare CR or LF in the message")]
    BareNewline,
    /// A BDAT command behind which it is not known where the next command begins.
    #[error("BDAT that cannot be framed")]
    Framing,
    /// Octets before the greeting.
    #[error("octets before the greeting")]
    EarlyTalker,
    /// Octets in the clear behind STARTTLS or behind the reply to it.
    #[error("octets in the clear behind STARTTLS")]
    Injection,
    /// Octets behind ATRN or the reply to it, where it was the peer's turn to listen.
    #[error("octets behind ATRN, before the roles were reversed")]
    OutOfTurn,
    /// A reply that could not be parsed.
    #[error("{0}")]
    Reply(#[from] ReplyError),
    /// A reply that no command asked for.
    #[error("reply {0} without a command")]
    UnexpectedReply(Code),
    /// A reply whose class makes no sense for the command.
    #[error("reply {code} to {command}")]
    WrongReply {
        /// The reply's code.
        code: Code,
        /// The command it came for.
        command: &'static str,
    },
}

/// Why a conversation is over.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Close {
    /// QUIT and its reply.
    #[error("QUIT")]
    Quit,
    /// The peer closed the connection, or it broke.
    #[error("the peer closed the connection")]
    Peer,
    /// The peer did not do in time what it should have.
    #[error("timed out waiting for {0}")]
    Timeout(&'static str),
    /// The server refused the connection or the client at the greeting or the hello.
    #[error("the greeting was a refusal")]
    Refused,
    /// The peer went past a limit on the number of errors, attempts or useless commands.
    #[error("too many {0}")]
    TooMany(&'static str),
    /// The conversation could not go on after a breach of the protocol.
    #[error("protocol breach: {0}")]
    Fault(Fault),
    /// The server was told to shut down.
    #[error("shutting down")]
    Shutdown,
    /// The server said 421.
    #[error("the server closed the connection: {0}")]
    Unavailable(Box<Reply>),
    /// A message was broken off, by its sender or because the server refused it before its end, and
    /// there was no other way to end it.
    #[error("a message was broken off")]
    Abandoned,
}
