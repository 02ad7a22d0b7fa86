//! What a log may say of a server's events.

use super::{Event, Transfer};
use crate::machine::{Mark, Outline};

impl Event {
    /// What a log may say of it: no secrets, and nothing of a message.
    pub(super) fn outline(&self) -> Outline<'_> {
        let outline = |name| Outline { name, detail: None, transaction: None, minor: false };
        match self {
            Self::Connected => outline("connected"),
            Self::Hello { verb, name } => Outline { detail: Some(name), ..outline(verb.as_str()) },
            Self::StartTls => outline("STARTTLS"),
            Self::Auth { mechanism, .. } => Outline { detail: Some(mechanism), ..outline("AUTH") },
            Self::AuthResponse(_) => outline("AUTH, a response"),
            Self::Mail { from, .. } => {
                Outline { detail: Some(from), transaction: Some(Mark::Begins), ..outline("MAIL") }
            }
            Self::Rcpt { to, .. } => Outline { detail: Some(to), ..outline("RCPT") },
            Self::Message(Transfer::Data) => outline("DATA"),
            Self::Message(Transfer::Chunked) => outline("BDAT"),
            Self::Deliver { octets, .. } => {
                Outline { detail: Some(octets), ..outline("message complete, octets") }
            }
            Self::Verify { query, .. } => Outline { detail: Some(query), ..outline("VRFY") },
            Self::Expand { query, .. } => Outline { detail: Some(query), ..outline("EXPN") },
            Self::Help { .. } => outline("HELP"),
            Self::Etrn { node } => Outline { detail: Some(node), ..outline("ETRN") },
            Self::Atrn { domains } => Outline { detail: Some(domains), ..outline("ATRN") },
            // The URL may hold a secret.
            Self::Burl { .. } => outline("BURL"),
            Self::XClient(attributes) => Outline { detail: Some(attributes), ..outline("XCLIENT") },
            Self::XForward(attributes) => {
                Outline { detail: Some(attributes), ..outline("XFORWARD") }
            }
            Self::Private { verb, .. } => {
                Outline { detail: Some(verb), ..outline("a verb of one's own") }
            }
            Self::Body(_) => Outline { minor: true, ..outline("content") },
            Self::Secured(_) => outline("TLS"),
            Self::Aborted(_) => {
                Outline { transaction: Some(Mark::Over), ..outline("transaction aborted") }
            }
            Self::Fault(fault) => Outline { detail: Some(fault), ..outline("fault") },
            Self::Turned => outline("roles reversed"),
            Self::Closed(close) => {
                Outline { detail: Some(close), transaction: Some(Mark::Over), ..outline("closed") }
            }
        }
    }
}
