//! What the caller may ask for when the client is ready.

use super::pipeline::Awaited;
use super::{Client, Envelope, Idle, Question, RequestError, SendError, TransactionId};
use crate::error::Misuse;
use crate::session::Act;
use crate::syntax::capability::Extension;
use crate::syntax::command::{Command, Query};
use crate::syntax::text::Text;
use crate::syntax::verb::Verb;

impl Client {
    /// Sends a message. [`Event::Body`](super::Event::Body) asks for its content, once it is wanted.
    /// [`begin`](Self::begin) is for a message whose recipients are not all known yet.
    ///
    /// The transaction ends with [`Event::Outcome`](super::Event::Outcome), in LMTP one for each
    /// accepted recipient, or with [`Event::NotSent`](super::Event::NotSent).
    ///
    /// # Errors
    ///
    /// The server can't take the message, or not now. Nothing was sent.
    pub fn send(&mut self, envelope: Envelope) -> Result<TransactionId, SendError> {
        self.may_begin()?;
        if envelope.to.is_empty() {
            return Err(SendError::NoRecipients);
        }
        let id = self.begin(envelope)?;
        self.begin_content()?;
        Ok(id)
    }

    /// Asks for TLS on this connection (RFC 3207).
    ///
    /// A refusal is told with [`Event::Answer`](super::Event::Answer); whether to go on in the
    /// clear is for the caller to decide.
    pub fn start_tls(&mut self) -> Result<(), RequestError> {
        self.may_ask()?;
        self.nothing_in_flight()?;
        if self.tls.is_some() {
            return Err(Misuse::OutOfSequence("TLS is active already").into());
        }
        self.permits(Act::StartTls)?;
        if !self.capabilities.has(Extension::StartTls) {
            return Err(RequestError::Missing(Extension::StartTls));
        }
        self.request(&Command::StartTls, Awaited::StartTls);
        Ok(())
    }

    /// VRFY: whether there is such a user or mailbox (RFC 5321 section 3.5).
    pub fn verify(&mut self, user: &str) -> Result<(), RequestError> {
        self.may_ask()?;
        let query = self.query(user)?;
        self.request(&Command::Vrfy(query), Awaited::Request(Verb::Vrfy));
        Ok(())
    }

    /// EXPN: who is on a list (RFC 5321 section 3.5).
    pub fn expand(&mut self, list: &str) -> Result<(), RequestError> {
        self.may_ask()?;
        let query = self.query(list)?;
        self.request(&Command::Expn(query), Awaited::Request(Verb::Expn));
        Ok(())
    }

    /// HELP, in general or on a topic.
    pub fn help(&mut self, topic: Option<&str>) -> Result<(), RequestError> {
        self.may_ask()?;
        topic.map_or(Ok(()), ascii_argument)?;
        self.request(&Command::Help(topic), Awaited::Request(Verb::Help));
        Ok(())
    }

    /// ETRN: starts the server's queue for a host (RFC 1985).
    pub fn etrn(&mut self, node: &str) -> Result<(), RequestError> {
        self.may_ask()?;
        self.permits(Act::Etrn)?;
        if !self.capabilities.has(Extension::Etrn) {
            return Err(RequestError::Missing(Extension::Etrn));
        }
        ascii_argument(node)?;
        self.request(&Command::Etrn(node), Awaited::Request(Verb::Etrn));
        Ok(())
    }

    /// NOOP.
    pub fn noop(&mut self) -> Result<(), Misuse> {
        self.may_ask()?;
        self.request(&Command::Noop(None), Awaited::Request(Verb::Noop));
        Ok(())
    }

    /// RSET. Needed for nothing: a transaction that fails is cleared away without it.
    pub fn reset(&mut self) -> Result<(), Misuse> {
        self.may_ask()?;
        self.permits(Act::Rset)?;
        self.request(&Command::Rset, Awaited::Request(Verb::Rset));
        Ok(())
    }

    /// QUIT, behind everything that is still in flight. There is no request after it.
    pub fn quit(&mut self) -> Result<(), Misuse> {
        self.may_ask()?;
        self.permits(Act::Quit)?;
        self.request(&Command::Quit, Awaited::Quit);
        Ok(())
    }

    /// There is nothing to ask for now.
    ///
    /// Requests may be made at any time from here on, until the next
    /// [`Event::Ready`](super::Event::Ready). That comes when everything in flight is answered, or
    /// never if nothing is.
    pub fn idle(&mut self) -> Result<(), Misuse> {
        self.may_ask()?;
        self.take_turn();
        self.idle = Some(Idle::Undisturbed);
        Ok(())
    }

    /// Whether a request may be made.
    pub(super) fn may_ask(&self) -> Result<(), Misuse> {
        match self.question {
            Some(Question::Ready) => Ok(()),
            Some(_) => Err(Misuse::NotReady("another question is open")),
            None if self.idle.is_some() => Ok(()),
            None if self.end.is_some() => Err(Misuse::NotReady("the conversation is over")),
            None => Err(Misuse::NotReady("it has not asked for a request")),
        }
    }

    pub(super) fn nothing_in_flight(&self) -> Result<(), Misuse> {
        if self.pipeline.is_empty() && self.transactions.is_empty() {
            return Ok(());
        }
        Err(Misuse::NotReady("replies are still to come"))
    }

    /// Whether the table of phases has an act here, once all replies are in.
    pub(super) fn permits(&self, act: Act) -> Result<(), Misuse> {
        if self.phase_ahead().permits(act) {
            return Ok(());
        }
        Err(Misuse::OutOfSequence("the conversation is not at a point where this is allowed"))
    }

    pub(super) fn request(&mut self, command: &Command<'_>, awaited: Awaited) {
        self.command(command, awaited);
        self.take_turn();
    }

    pub(super) fn take_turn(&mut self) {
        self.question = None;
        self.idle = None;
    }

    /// The argument of VRFY or EXPN, with leave to answer in UTF-8 if it is UTF-8
    /// (RFC 6531 section 3.7.4.2).
    fn query<'a>(&self, text: &'a str) -> Result<Query<'a>, RequestError> {
        argument(text)?;
        let smtputf8 = !text.is_ascii();
        if smtputf8 && !self.capabilities.has(Extension::SmtpUtf8) {
            return Err(RequestError::Missing(Extension::SmtpUtf8));
        }
        Ok(Query { text, smtputf8 })
    }
}

/// Whether a text can't become anything but an argument.
fn argument(text: &str) -> Result<(), RequestError> {
    if text.trim().is_empty() {
        return Err(RequestError::Argument("is empty"));
    }
    Text::new(text).map_err(|_| RequestError::Argument("holds a control character"))?;
    Ok(())
}

fn ascii_argument(text: &str) -> Result<(), RequestError> {
    argument(text)?;
    if text.is_ascii() { Ok(()) } else { Err(RequestError::Argument("is not ASCII")) }
}
