//! A sender, and what it says passed on to the next hop and back.
//!
//! Each question of our server's is put to the next hop, and answered with what that says. Content
//! is passed on a piece at a time: while the next hop has no room for one, the sender is not read
//! from.

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use smtp_driver::server::Peer;
use smtp_driver::{Clock, Connection, Error, Stream};
use smtp_proto::client::{Envelope, Recipient};
use smtp_proto::error::Close;
use smtp_proto::server::{Event, Refusal, Server};
use smtp_proto::syntax::address::{HelloName, ReversePath};
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::params::{BodyType, Known, Param, Params, Size, SmtpUtf8};
use smtp_proto::syntax::verb::Verb;
use tracing::{info, warn};

use crate::answer;
use crate::next_hop::NextHop;
use crate::trace::{Hops, Trace};
use crate::wire::{Route, Wire};

/// Relays what one sender has, to the end of the conversation.
pub(crate) async fn relay<S: Stream, C: Clock, T: Wire>(
    route: Arc<Route<T>>,
    mut sender: Connection<Server, S, C>,
    peer: Peer,
) {
    let mut session = Session { next: NextHop::new(route), peer, hello: None, mail: None };
    if let Err(error) = session.talk(&mut sender).await {
        warn!("{error}");
    }
    session.next.quit().await;
}

struct Session<T: Wire> {
    next: NextHop<T>,
    peer: Peer,
    hello: Option<(Verb, HelloName)>,
    mail: Option<Mail>,
}

/// A transaction with the sender.
struct Mail {
    from: ReversePath,
    /// Our trace, until it is on its way.
    trace: Bytes,
    hops: Hops,
}

impl<T: Wire> Session<T> {
    async fn talk<S: Stream, C: Clock>(
        &mut self,
        sender: &mut Connection<Server, S, C>,
    ) -> Result<(), Error> {
        loop {
            let busy = self.next.is_busy();
            let event = tokio::select! {
                biased;
                () = self.next.watch() => continue,
                event = next_unless(busy, sender) => event?,
            };
            match event {
                None => return Ok(()),
                Some(Event::Hello { verb, name }) => {
                    self.hello = Some((verb, name));
                    sender.accept()?;
                }
                Some(Event::Mail { from, params }) => self.mail(sender, from, &params).await?,
                Some(Event::Rcpt { to, params }) => {
                    let recipient = self.next.recipient(Recipient { path: to, params });
                    match meanwhile(sender, recipient).await {
                        Ok(reply) => answer::agree(sender, &reply)?,
                        Err(refusal) => sender.reject(refusal)?,
                    }
                }
                Some(Event::Message(_)) => match meanwhile(sender, self.next.content()).await {
                    Ok(()) => sender.accept()?,
                    Err(refusal) => sender.reject(refusal)?,
                },
                Some(Event::Body(piece)) => {
                    if let Err(refusal) = self.pass_on(piece) {
                        sender.reject(refusal)?;
                    }
                }
                Some(Event::Deliver { recipient, octets }) => {
                    self.deliver(sender, recipient, octets).await?;
                }
                // Whatever was said in the clear may have been said by anybody.
                Some(Event::Secured(_)) => self.hello = None,
                Some(Event::Aborted(_)) => {
                    self.next.abandon();
                    self.mail = None;
                }
                Some(Event::Fault(fault)) => info!("{fault}"),
                Some(Event::Closed(close)) if close != Close::Quit => info!("{close}"),
                Some(question) if question.is_question() => sender.accept()?,
                Some(_) => {}
            }
        }
    }

    async fn mail<S: Stream, C: Clock>(
        &mut self,
        sender: &mut Connection<Server, S, C>,
        from: ReversePath,
        params: &Params,
    ) -> Result<(), Error> {
        // The server has looked at the values.
        let utf8 = params.has::<SmtpUtf8>();
        let trace = Bytes::from(self.trace(sender, utf8));
        let longer = |size: u64| size.saturating_add(trace.len() as u64);
        let mut envelope = Envelope::new(from.clone(), []);
        envelope.body = params.value().ok().flatten().unwrap_or(BodyType::SevenBit);
        envelope.size = params.value().ok().flatten().map(|Size(size)| longer(size));
        envelope.smtputf8 = utf8;
        // What is asked for by DSN stays the same to the end (RFC 3461 section 5.2.1).
        for param in params.iter().filter(|param| is_of_dsn(*param)) {
            // There is room for as many as there were.
            let _ = envelope.params.push(param.keyword, param.value);
        }
        match meanwhile(sender, self.next.open(envelope)).await {
            Ok(reply) => {
                self.mail = Some(Mail { from, trace, hops: Hops::new() });
                answer::agree(sender, &reply)?;
            }
            Err(refusal) => sender.reject(refusal)?,
        }
        Ok(())
    }

    /// The line that says that the message was here.
    fn trace(&self, server: &Server, utf8: bool) -> String {
        let (verb, name) = match &self.hello {
            Some((verb, name)) => (*verb, name.as_str()),
            None => (Verb::Helo, "unknown"),
        };
        let by = &server.config().hostname;
        Trace { hello: (verb, name), utf8, address: self.peer.ip(), by, tls: server.tls() }.line()
    }

    /// Passes a piece of content on. An error: the message is to be refused.
    fn pass_on(&mut self, piece: Bytes) -> Result<(), Refusal> {
        let mail = self.mail.as_mut().ok_or_else(Refusal::local_error)?;
        if !mail.hops.push(&piece) {
            self.next.abandon();
            return Err(answer::in_circles());
        }
        let trace = std::mem::take(&mut mail.trace);
        self.next.piece(if trace.is_empty() { piece } else { [trace, piece].concat().into() })
    }

    /// Answers for the whole message, or in LMTP for one recipient of several.
    async fn deliver<S: Stream, C: Clock>(
        &mut self,
        sender: &mut Connection<Server, S, C>,
        recipient: Option<usize>,
        octets: u64,
    ) -> Result<(), Error> {
        if octets == 0
            && recipient.unwrap_or(0) == 0
            && let Err(refusal) = self.pass_on(Bytes::new())
        {
            sender.reject(refusal)?;
            return Ok(());
        }
        match meanwhile(sender, self.next.outcome(recipient.unwrap_or(0))).await {
            Ok(reply) => {
                if let Some(mail) = &self.mail {
                    info!("relayed {octets} octets from {}: {reply}", mail.from);
                }
                answer::agree(sender, &reply)?;
            }
            Err(refusal) => {
                info!("not relayed: {refusal}");
                sender.reject(refusal)?;
            }
        }
        Ok(())
    }
}

fn is_of_dsn(param: Param<'_>) -> bool {
    let known = Known::find(Verb::Mail, param.keyword);
    known.is_some_and(|known| known.extension() == Extension::Dsn)
}

/// What the sender says next; nothing while there would be no place for it.
async fn next_unless<S: Stream, C: Clock>(
    busy: bool,
    sender: &mut Connection<Server, S, C>,
) -> Result<Option<Event>, Error> {
    if busy {
        sender.flush().await;
        return pending().await;
    }
    sender.next().await
}

/// Waits for the next hop. The sender gets meanwhile what it was answered before: it may have said
/// more than it waits for, and each answer takes its time.
async fn meanwhile<S: Stream, C: Clock, A>(
    sender: &mut Connection<Server, S, C>,
    answer: impl Future<Output = A>,
) -> A {
    let mut answer = pin!(answer);
    tokio::select! {
        biased;
        answer = &mut answer => return answer,
        () = sender.flush() => {}
    }
    answer.await
}
