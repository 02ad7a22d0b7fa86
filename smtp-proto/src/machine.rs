//! The contract between a protocol machine and whatever drives it.
//!
//! A machine is two boxes and a poll. Bytes from the peer go into the [`Inbox`], bytes for the peer
//! leave through the [`Outbox`], and [`Machine::poll`] says what comes next. A machine reads no
//! clock and does no I/O; it is told the time and asks for what it needs.
//!
//! A driver does this, for ever:
//!
//! 1. poll the machine;
//! 2. hand [`Step::Event`] to the application, which answers it if it is a question;
//! 3. on [`Step::Wait`], do the I/O that was asked for, at most until the deadline;
//! 4. on [`Step::Upgrade`], shake hands over the stream and report with [`Machine::upgraded`];
//! 5. on [`Step::Turn`], put a machine of the other side in its place;
//! 6. on [`Step::Done`], close the stream.

use alloc::boxed::Box;
use core::fmt;

use bytes::Bytes;

use crate::buffer::{Inbox, Outbox};

/// A point in time, as the distance from an epoch that the driver chose.
///
/// The only rule is that it never goes backwards.
pub type Time = core::time::Duration;

/// A sans-IO protocol machine: [`Server`](crate::server::Server) or
/// [`Client`](crate::client::Client).
///
/// What every machine guarantees:
///
/// - `poll` does a bounded amount of work, and polling twice with nothing new changes nothing;
/// - [`Inbox::space`] is not empty while [`Wait::read`] is set;
/// - [`Wait::write`] is set if and only if the outbox holds something;
/// - neither box ever grows past its limit;
/// - events and output do not depend on how the input was cut into pieces, except for how much
///   is passed on of a message that is refused while it comes;
/// - after [`Step::Done`] there is only [`Step::Done`];
/// - when the driver has [closed](Outbox::close) the outbox and the [inbox](Inbox::close), because the
///   stream is broken, the machine comes to its end at once.
///
/// A handshake that fails is the end of the connection: drop the machine. No transaction is open
/// then. The trait is there for drivers to be generic; only this crate can make the boxes that a
/// machine needs.
pub trait Machine {
    /// What the machine tells and asks. Owned, so that it can be kept and sent.
    type Event;

    /// `server` or `client`, for logs.
    const ROLE: &'static str;

    /// Whether the outbox holds replies and nothing else, so that a log may look into it: not for
    /// who sends commands, passwords and messages.
    const REPLIES: bool;

    /// What a log may say of an event: no secrets, and nothing of a message.
    fn outline(event: &Self::Event) -> Outline<'_>;

    /// Says what comes next. `now` must not be earlier than in any call before.
    fn poll(&mut self, now: Time) -> Step<Self::Event>;

    /// Where bytes from the peer go.
    fn inbox(&mut self) -> &mut Inbox;

    /// Where bytes for the peer come from.
    fn outbox(&mut self) -> &mut Outbox;

    /// The stream is encrypted from here on.
    ///
    /// To be called after the handshake that [`Step::Upgrade`] asked for, or before the first
    /// `poll` when the connection began with TLS (implicit TLS, RFC 8314).
    fn upgraded(&mut self, tls: Tls);
}

/// What a log may say of an event.
#[derive(Clone, Copy)]
pub struct Outline<'a> {
    /// The command it is about, or what else: `RCPT`, `greeting`, `TLS`.
    pub name: &'static str,
    /// An address, a reply, a fault.
    pub detail: Option<&'a dyn fmt::Display>,
    /// What it is for a mail transaction.
    pub transaction: Option<Mark>,
    /// It comes again and again, as each piece of content does.
    pub minor: bool,
}

/// What an event is for a mail transaction. Where several overlap, they have numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// It begins with this event.
    Begins,
    /// The event is about this one, which may begin with it.
    Within(u64),
    /// This one is over.
    Ends(u64),
    /// Whichever is open is over.
    Over,
}

/// What comes next.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<E> {
    /// Something to know or to answer.
    Event(E),
    /// Nothing more until I/O or time moves.
    Wait(Wait),
    /// Shake hands (TLS) over the stream, then call [`Machine::upgraded`].
    ///
    /// Appears only when the outbox is empty and no byte of the peer is waiting in the inbox
    /// (RFC 3207 section 4.2 and the injection attacks against implementations that kept some).
    Upgrade {
        /// When to give up and drop the connection.
        until: Option<Time>,
    },
    /// The two peers go on over this stream with their roles reversed (ATRN, RFC 2645 section 5.3):
    /// this machine is done, and one of the other side takes its place.
    ///
    /// Appears only when the outbox is empty and no byte of the peer is waiting in the inbox.
    Turn,
    /// A question is open: answer it before polling again.
    Unanswered,
    /// Everything is written, or never will be. Close the stream.
    Done,
}

/// What a machine is waiting for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wait {
    /// Bytes from the peer are wanted: read into [`Inbox::space`].
    pub read: bool,
    /// Bytes for the peer are waiting: write from the outbox.
    pub write: bool,
    /// Poll again at this time, whether or not anything moved.
    pub until: Option<Time>,
}

/// What is known of an encrypted connection; whatever the driver can tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Protocol version, like `TLSv1.3`.
    pub protocol: Option<Box<str>>,
    /// Cipher suite, by its IANA name.
    pub cipher: Option<Box<str>>,
    /// The server name the client asked for (SNI, RFC 6066 section 3).
    pub server_name: Option<Box<str>>,
    /// The peer's end-entity certificate in DER, if it presented one.
    pub peer_certificate: Option<Bytes>,
    /// What an AUTH exchange can be bound to this connection by: SCRAM-SHA-256-PLUS and the like.
    pub exporter: Option<Exporter>,
}

/// 32 octets that are the same at both ends of one TLS connection, and of no other (RFC 9266 section
/// 2): exported with the label `EXPORTER-Channel-Binding` and an empty context. `Debug` does not
/// print them.
///
/// Only to be had where each connection has a master secret of its own: with TLS 1.3.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Exporter(pub [u8; 32]);

impl fmt::Debug for Exporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Exporter(..)")
    }
}
