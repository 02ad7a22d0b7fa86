//! What the caller may ask for when the client is ready.

use alloc::format;

use super::pipeline::Awaited;
use super::{Client, Envelope, Idle, Question, RequestError, SendError, TransactionId};
use crate::error::Misuse;
use crate::session::Act;
use crate::syntax::capability::{Extension, XClientOffer, XForwardOffer};
use crate::syntax::command::{AtrnDomains, AttributeName, Attributes, Command, EtrnNode, Query};
use crate::syntax::text::Text;
use crate::syntax::verb::Verb;

/// Octets of a command, CRLF included, that every server takes (RFC 5321 section 4.5.3.1.4).
pub(super) const LINE: usize = 512;

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
    pub fn etrn(&mut self, node: &EtrnNode) -> Result<(), RequestError> {
        self.may_use(Verb::Etrn)?;
        self.request(&Command::Etrn(node.borrowed()), Awaited::Request(Verb::Etrn));
        Ok(())
    }

    /// ATRN: asks for the mail of these domains, or of all that the server has mail of for us, over
    /// this connection (RFC 2645). Needs AUTH.
    ///
    /// If it is accepted, [`Event::Turned`](super::Event::Turned) is the last event, and a server takes
    /// the place of this machine. A refusal is told with [`Event::Answer`](super::Event::Answer); 453
    /// is one that says that there is no mail.
    pub fn atrn(&mut self, domains: &AtrnDomains) -> Result<(), RequestError> {
        self.may_use(Verb::Atrn)?;
        self.nothing_in_flight()?;
        if !self.authenticated {
            return Err(Misuse::OutOfSequence("ATRN needs authentication first").into());
        }
        self.request(&Command::Atrn(domains.borrowed()), Awaited::Request(Verb::Atrn));
        Ok(())
    }

    /// XCLIENT: tells the server what is known of the client that this one speaks for (Postfix).
    ///
    /// [`Event::Answer`](super::Event::Answer) has the reply. If it is positive (220), hello is said
    /// again, and LOGIN has decided whether the client is authenticated: what AUTH did before is undone.
    /// So where a command would be too long and two are sent, LOGIN goes into the last.
    pub fn xclient(&mut self, attributes: &Attributes) -> Result<(), RequestError> {
        let offer = self.capabilities.offer::<XClientOffer>();
        self.may_tell(Verb::XClient, attributes, |name| {
            offer.is_some_and(|offer| offer.has(name))
        })?;
        self.login = attributes.login().flatten().is_some();
        self.request(&Command::XClient(attributes.borrowed()), Awaited::Request(Verb::XClient));
        Ok(())
    }

    /// XFORWARD: tells the server what to log of the client of the next message (Postfix). Not while
    /// replies to another are still to come: a RSET that clears it up would undo this.
    pub fn xforward(&mut self, attributes: &Attributes) -> Result<(), RequestError> {
        let offer = self.capabilities.offer::<XForwardOffer>();
        self.may_tell(Verb::XForward, attributes, |name| {
            offer.is_some_and(|offer| offer.has(name))
        })?;
        self.request(&Command::XForward(attributes.borrowed()), Awaited::Request(Verb::XForward));
        Ok(())
    }

    /// A verb that this crate does not know, with an argument that may be empty. It must not change
    /// how the conversation goes. [`Event::Answer`](super::Event::Answer) has the reply.
    ///
    /// # Errors
    ///
    /// Not now, or verb or argument don't fit into a command, or this crate does know the verb.
    pub fn private(&mut self, verb: &str, argument: &str) -> Result<(), RequestError> {
        self.may_ask()?;
        let well_formed =
            !verb.is_empty() && verb.bytes().all(|octet| octet.is_ascii_alphanumeric());
        if !well_formed {
            return Err(RequestError::Argument("does not begin with a verb"));
        }
        if Verb::parse(verb.as_bytes()).is_some() {
            return Err(RequestError::Argument("begins with a verb that has a method of its own"));
        }
        if !argument.is_empty() {
            ascii_argument(argument)?;
        }
        self.request(&Command::Unknown { verb, argument }, Awaited::Private);
        Ok(())
    }

    /// EHLO or LHLO once more, to hear what the server offers now: behind AUTH it may be something else,
    /// like what BURL can fetch (RFC 4468 section 3.1).
    ///
    /// [`Event::Hello`](super::Event::Hello) has the reply. A refusal changes nothing, and is told with
    /// [`Event::Answer`](super::Event::Answer).
    pub fn hello(&mut self) -> Result<(), Misuse> {
        self.may_ask()?;
        self.nothing_in_flight()?;
        self.permits(Act::Hello)?;
        self.take_turn();
        self.say_hello();
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

    /// Whether a verb of an extension may be used now.
    fn may_use(&self, verb: Verb) -> Result<(), RequestError> {
        self.may_ask()?;
        self.permits(Act::of(verb))?;
        match verb.extension().filter(|needed| !self.capabilities.has(*needed)) {
            Some(missing) => Err(RequestError::Missing(missing)),
            None => Ok(()),
        }
    }

    /// Whether these attributes may be told by this verb, XCLIENT or XFORWARD.
    fn may_tell(
        &self,
        verb: Verb,
        attributes: &Attributes,
        takes: impl Fn(AttributeName) -> bool,
    ) -> Result<(), RequestError> {
        self.may_use(verb)?;
        self.nothing_in_flight()?;
        if attributes.iter().next().is_none() {
            return Err(RequestError::Argument("names no attribute"));
        }
        if !attributes.iter().all(|attribute| takes(attribute.name())) {
            return Err(RequestError::Argument("has an attribute that the server does not take"));
        }
        if format!("{verb} {attributes}\r\n").len() > LINE {
            return Err(RequestError::Argument("is too long for one command: use several"));
        }
        Ok(())
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
