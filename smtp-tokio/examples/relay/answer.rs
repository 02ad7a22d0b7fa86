//! What the sender is told: the next hop's own words, or why there are none.
//!
//! | next hop | sender |
//! |---|---|
//! | a reply to MAIL, RCPT, DATA or the message | the same: code, enhanced code and text |
//! | can't be reached | 451 4.4.1 |
//! | wants no conversation | 451 4.3.2 |
//! | no TLS where it has to be | 451 4.7.4 |
//! | TLS fails | 451 4.7.5 |
//! | 421 | 451 in its words: the sender may stay |
//! | connection lost, no reply in time | 451 4.4.2 |
//! | does not keep to the protocol | 451 4.5.0 |
//! | does not take messages so large | 552 5.3.4 |
//! | lacks 8BITMIME | 554 5.6.3 |
//! | lacks BINARYMIME, or CHUNKING for it | 554 5.6.1 |
//! | takes no more recipients, or domains of recipients | 452 4.5.3 |
//! | lacks DSN, which it had | 451 4.3.3: the sender finds it gone when it comes back |
//! | lacks SMTPUTF8 | 550 5.6.7, to a recipient 553 5.6.7 |

use smtp_driver::Error;
use smtp_driver::client::{ConnectError, EstablishError, Lost};
use smtp_proto::client::{NotSent, SendError};
use smtp_proto::error::{Close, Misuse};
use smtp_proto::server::{Refusal, Server};
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::reply::{Code, EnhancedCode, Reply};
use smtp_proto::syntax::text::Text;

/// Says yes in the next hop's words.
pub(crate) fn agree(server: &mut Server, reply: &Reply) -> Result<(), Misuse> {
    let words: Vec<Text> = reply.texts().map(|line| Text::lossy(&line)).collect();
    match reply.enhanced() {
        Some(enhanced) if server.accept_as(reply.code(), enhanced, &words).is_ok() => Ok(()),
        // No enhanced code, or a code that our own question does not take.
        _ => server.accept_with(&words),
    }
}

/// The next hop's refusal.
pub(crate) fn refused(reply: &Reply) -> Refusal {
    Refusal::from_reply(reply).unwrap_or_else(Refusal::local_error)
}

/// There is no connection. Whatever the reason is, it is not the message.
pub(crate) fn unreachable(error: &ConnectError) -> Refusal {
    match error {
        ConnectError::Establish(EstablishError::Refused(reply)) => {
            transient(3, 2, &format!("The next hop takes no mail from here: {reply}"))
        }
        ConnectError::Establish(EstablishError::TlsMissing | EstablishError::TlsRefused(_)) => {
            transient(7, 4, "The next hop has no TLS")
        }
        ConnectError::Establish(EstablishError::Lost(Lost::Failed(Error::Tls(_)))) => {
            transient(7, 5, "There is no safe connection to the next hop")
        }
        ConnectError::Unreachable(attempts) if attempts.iter().any(|one| one.handshake) => {
            transient(7, 5, "There is no safe connection to the next hop")
        }
        ConnectError::Establish(EstablishError::Lost(Lost::Closed(close))) => lost(close),
        ConnectError::Establish(_) => transient(4, 2, "The connection to the next hop was lost"),
        _ => transient(4, 1, "The next hop can't be reached"),
    }
}

/// The next hop can't take the message. Nothing was said to it.
pub(crate) fn unsuited(error: &SendError) -> Refusal {
    match error {
        SendError::TooLarge { .. } => {
            permanent(Code::EXCEEDED_STORAGE, 3, 4, "The next hop does not take messages so large")
        }
        SendError::Missing(Extension::EightBitMime) => seven_bit_only(),
        SendError::Missing(Extension::BinaryMime | Extension::Chunking) => {
            permanent(Code::TRANSACTION_FAILED, 6, 1, "The next hop takes no binary content")
        }
        SendError::Missing(Extension::SmtpUtf8) => {
            permanent(Code::MAILBOX_UNAVAILABLE, 6, 7, "The next hop lacks SMTPUTF8")
        }
        SendError::Missing(Extension::Dsn) => {
            transient(3, 3, "The next hop takes no requests for notifications any more")
        }
        SendError::Exceeds { .. } => refusal(
            Code::INSUFFICIENT_STORAGE,
            EnhancedCode::transient(5, 3),
            "The next hop takes no more recipients at a time",
        ),
        SendError::SmtpUtf8NotSaid => {
            permanent(Code::MAILBOX_NAME_NOT_ALLOWED, 6, 7, "Non-ASCII address without SMTPUTF8")
        }
        _ => Refusal::local_error(),
    }
}

/// The content is not for the next hop, which was not known before it came, if MAIL did not say it.
pub(crate) fn seven_bit_only() -> Refusal {
    let text = "The next hop takes 7-bit text only, and nothing is converted here";
    permanent(Code::TRANSACTION_FAILED, 6, 3, text)
}

/// The transaction has come to nothing at the next hop.
pub(crate) fn not_sent(reason: &NotSent) -> Refusal {
    match reason {
        NotSent::Sender(reply) | NotSent::Content(reply) => refused(reply),
        NotSent::Closed(close) => lost(close),
        // Only the sender can keep it now: it will try again, and if the next hop has it after all,
        // it has it twice (RFC 1047).
        NotSent::Unknown(Close::Unavailable(reply)) => gone(reply),
        NotSent::Unknown(_) => {
            transient(4, 2, "The next hop got the message and was lost before it answered")
        }
        _ => Refusal::local_error(),
    }
}

/// The connection has ended.
pub(crate) fn lost(close: &Close) -> Refusal {
    match close {
        Close::Unavailable(reply) => gone(reply),
        Close::Timeout(_) => too_late(),
        Close::Fault(_) => transient(5, 0, "The next hop does not keep to the protocol"),
        _ => transient(4, 2, "The connection to the next hop was lost"),
    }
}

/// The next hop takes longer than the sender would wait.
pub(crate) fn too_late() -> Refusal {
    transient(4, 2, "The next hop does not answer in time")
}

/// The message has been here before, or everywhere else.
pub(crate) fn in_circles() -> Refusal {
    // X.4.6 would say the same, but for now (RFC 3463 section 3.5).
    permanent(Code::TRANSACTION_FAILED, 4, 0, "Too many hops: the message is going in circles")
}

/// The next hop said 421. From us that would end the sender's connection, too.
fn gone(reply: &Reply) -> Refusal {
    let enhanced = reply.enhanced().unwrap_or(EnhancedCode::transient(4, 2));
    let lines = reply.texts().map(|line| Text::lossy(&line));
    refusal(Code::LOCAL_ERROR, enhanced, "").with_lines(lines)
}

fn transient(subject: u8, detail: u8, text: &str) -> Refusal {
    refusal(Code::LOCAL_ERROR, EnhancedCode::transient(subject, detail), text)
}

fn permanent(code: Code, subject: u8, detail: u8, text: &str) -> Refusal {
    refusal(code, EnhancedCode::permanent(subject, detail), text)
}

fn refusal(code: Code, enhanced: EnhancedCode, text: &str) -> Refusal {
    Refusal::new(code, enhanced, Text::lossy(text)).unwrap_or_else(Refusal::local_error)
}
