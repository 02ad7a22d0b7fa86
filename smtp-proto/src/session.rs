//! The sequence rules of SMTP, in one table that both machines consult.
//!
//! The table maps (phase, act, reply class) to the next phase. It never sees bytes and does not
//! know whose side it is on: a server asks it whether a command is in sequence (503 if not) and
//! moves on with the class of the reply it sends; a client asks it whether its caller's request
//! is in sequence and moves on with the class of the reply it receives.
//!
//! RFC 5321 sections 4.1.4 and 4.3.2, RFC 3030 section 2, RFC 3207 section 4, RFC 4954 section 4.

pub use crate::syntax::protocol::Protocol;

use crate::syntax::reply::Class;
use crate::syntax::verb::Verb;

/// How far a conversation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Connected; the greeting has not been sent.
    Connect,
    /// The greeting was a refusal (554, 521): only QUIT is left.
    Refused,
    /// Greeted, or encrypted anew: EHLO, HELO or LHLO comes next.
    Greeted,
    /// Said hello; no transaction is open.
    Ready,
    /// MAIL was accepted, no recipient yet.
    Mail,
    /// At least one recipient was accepted.
    Rcpt,
    /// 354 was sent: message content up to the final dot.
    Data,
    /// At least one BDAT chunk was accepted, the last one is still to come.
    Chunks,
    /// A chunk was refused: nothing but RSET (or a hello) gets out of here (RFC 3030 section 2).
    Failed,
    /// In the middle of an AUTH exchange.
    Auth,
    /// 220 was the answer to STARTTLS: the handshake comes next.
    Tls,
    /// ATRN was accepted: the peers go on with their roles reversed, in a conversation of its own.
    Turned,
    /// Over.
    Closed,
}

/// What happens in a conversation: a command, or something that gets a reply like a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// The server's greeting.
    Greeting,
    /// EHLO, HELO or LHLO.
    Hello,
    /// MAIL.
    Mail,
    /// RCPT.
    Rcpt,
    /// DATA.
    Data,
    /// The end of the content that DATA began.
    Content,
    /// BDAT without LAST.
    Chunk,
    /// BDAT with LAST.
    LastChunk,
    /// RSET.
    Rset,
    /// NOOP, VRFY, EXPN, HELP or an unknown verb: whatever changes nothing.
    Query,
    /// QUIT.
    Quit,
    /// STARTTLS.
    StartTls,
    /// The TLS handshake; it counts as positive when it succeeded.
    Handshake,
    /// AUTH.
    Auth,
    /// A line of the client's in an AUTH exchange.
    AuthResponse,
    /// ETRN.
    Etrn,
    /// ATRN.
    Atrn,
    /// XCLIENT.
    XClient,
    /// XFORWARD.
    XForward,
}

impl Act {
    /// The act that a verb performs; BDAT and BURL are [`Act::Chunk`] here, whatever follows them.
    #[must_use]
    pub fn of(verb: Verb) -> Self {
        match verb {
            Verb::Ehlo | Verb::Helo | Verb::Lhlo => Self::Hello,
            Verb::Mail => Self::Mail,
            Verb::Rcpt => Self::Rcpt,
            Verb::Data => Self::Data,
            Verb::Bdat | Verb::Burl => Self::Chunk,
            Verb::Rset => Self::Rset,
            Verb::Noop | Verb::Vrfy | Verb::Expn | Verb::Help => Self::Query,
            Verb::Quit => Self::Quit,
            Verb::StartTls => Self::StartTls,
            Verb::Auth => Self::Auth,
            Verb::Etrn => Self::Etrn,
            Verb::Atrn => Self::Atrn,
            Verb::XClient => Self::XClient,
            Verb::XForward => Self::XForward,
        }
    }
}

impl Phase {
    /// Every phase, in the order of a conversation.
    pub const ALL: [Self; 13] = [
        Self::Connect,
        Self::Refused,
        Self::Greeted,
        Self::Ready,
        Self::Mail,
        Self::Rcpt,
        Self::Data,
        Self::Chunks,
        Self::Failed,
        Self::Auth,
        Self::Tls,
        Self::Turned,
        Self::Closed,
    ];

    /// Whether an act is in sequence here.
    #[must_use]
    pub fn permits(self, act: Act) -> bool {
        self.row(act).is_some()
    }

    /// The phase after an act that got a reply of this class; `None` if it was out of sequence.
    ///
    /// A 421, which ends a conversation in any phase, is not in the table.
    #[must_use]
    pub fn next(self, act: Act, class: Class) -> Option<Self> {
        let row = self.row(act)?;
        Some(match class {
            Class::Positive => row.positive,
            Class::Intermediate => row.intermediate,
            Class::Transient | Class::Permanent => row.negative,
        })
    }

    /// Whether a mail transaction is open.
    #[must_use]
    pub fn in_transaction(self) -> bool {
        matches!(self, Self::Mail | Self::Rcpt | Self::Data | Self::Chunks | Self::Failed)
    }

    /// The table itself. Rows say where a positive, an intermediate and a negative reply lead.
    #[allow(clippy::match_same_arms)] // in a table each rule has its own line
    fn row(self, act: Act) -> Option<Row> {
        use Phase::{Auth, Chunks, Closed, Connect, Data, Failed, Greeted, Mail, Rcpt, Ready};
        use Phase::{Refused, Tls, Turned};
        Some(match (self, act) {
            // Where no command is read, one thing can happen.
            (Connect, Act::Greeting) => Row::new(Greeted, Refused, Refused),
            (Refused, Act::Quit) => Row::always(Closed),
            (Data, Act::Content) => Row::always(Ready),
            (Auth, Act::AuthResponse) => Row::new(Ready, Auth, Ready),
            (Tls, Act::Handshake) => Row::if_positive(Greeted, Closed),
            (Connect | Refused | Data | Auth | Tls | Turned | Closed, _) => return None,

            (_, Act::Quit) => Row::always(Closed),
            (_, Act::Query) => Row::always(self),
            (_, Act::Hello) => Row::if_positive(Ready, self),
            (Greeted, Act::Rset) => Row::always(Greeted),
            (_, Act::Rset) => Row::if_positive(Ready, self),

            (Ready, Act::StartTls) => Row::if_positive(Tls, Ready),
            (Ready, Act::Auth) => Row::new(Ready, Auth, Ready),
            (Ready, Act::Etrn | Act::XForward) => Row::always(Ready),
            (Ready, Act::Atrn) => Row::if_positive(Turned, Ready),
            // Back to where a connection begins: what the proxy tells counts from there.
            (Greeted | Ready, Act::XClient) => Row::if_positive(Greeted, self),

            // 355: the transaction was begun on another connection, and goes on (RFC 1845 section 4).
            (Ready, Act::Mail) => Row::new(Mail, Rcpt, Ready),
            (Mail | Rcpt, Act::Rcpt) => Row::if_positive(Rcpt, self),
            // A server may answer 354 although no recipient was accepted (RFC 5321 section 3.3).
            (Mail | Rcpt, Act::Data) => Row::new(self, Data, self),

            (Mail, Act::Chunk | Act::LastChunk) => Row::always(Mail),
            (Rcpt | Chunks, Act::Chunk) => Row::if_positive(Chunks, Failed),
            (Rcpt | Chunks, Act::LastChunk) => Row::always(Ready),
            // What was already on its way behind a refused chunk is thrown away, up to the last.
            (Failed, Act::Chunk) => Row::always(Failed),
            (Failed, Act::LastChunk) => Row::always(Ready),
            _ => return None,
        })
    }
}

/// Where each class of reply leads.
#[derive(Clone, Copy)]
struct Row {
    positive: Phase,
    intermediate: Phase,
    negative: Phase,
}

impl Row {
    const fn new(positive: Phase, intermediate: Phase, negative: Phase) -> Self {
        Self { positive, intermediate, negative }
    }

    const fn if_positive(positive: Phase, otherwise: Phase) -> Self {
        Self::new(positive, otherwise, otherwise)
    }

    const fn always(next: Phase) -> Self {
        Self::new(next, next, next)
    }
}

/// What an act that succeeded makes both sides forget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgets {
    /// The transaction: reverse-path, recipients and content so far.
    pub transaction: bool,
    /// What EHLO said: the client's name, the server's extensions.
    pub hello: bool,
    /// Who the client is (AUTH).
    pub identity: bool,
}

impl Forgets {
    /// What an act makes both sides forget once it got a positive reply.
    ///
    /// EHLO acts like RSET (RFC 5321 section 4.1.4); neither undoes AUTH; TLS undoes everything
    /// (RFC 3207 section 4.2), and so does XCLIENT, which may say itself who the client is.
    #[must_use]
    pub fn after(act: Act) -> Self {
        match act {
            Act::Hello => Self { transaction: true, hello: true, identity: false },
            Act::Rset | Act::Content | Act::LastChunk | Act::Quit => {
                Self { transaction: true, ..Self::default() }
            }
            Act::Handshake | Act::XClient => {
                Self { transaction: true, hello: true, identity: true }
            }
            _ => Self::default(),
        }
    }
}
