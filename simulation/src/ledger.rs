//! Who was told what, and who got what: the two sides' books, and whether they agree.

use std::time::Duration;

use bytes::Bytes;
use smtp_proto::server::Transfer;

use crate::content::{as_lines, ended};
use crate::statistics::Statistics;

/// What became of a message for one recipient, as the client tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// The server has taken it.
    Accepted,
    /// The server refused it.
    Refused,
    /// The server does not have it, for whatever other reason.
    NotSent,
    /// The same, since the connection was lost before it could.
    Lost,
    /// The connection was lost when the server may have had it.
    Unknown,
}

/// The books of one conversation.
#[derive(Default)]
pub(crate) struct Ledger {
    messages: Vec<Entry>,
    /// Nothing goes wrong in this conversation.
    pub(crate) calm: bool,
    /// How long a handshake computes, at most.
    pub(crate) computation: Duration,
}

struct Entry {
    content: Bytes,
    recipients: Vec<Recipient>,
}

#[derive(Default)]
struct Recipient {
    told: Option<Told>,
    delivered: u32,
}

impl Ledger {
    /// Enters a message that is going to be sent; returns its number.
    pub(crate) fn enter(&mut self, content: Bytes, recipients: usize) -> usize {
        let recipients = (0..recipients).map(|_| Recipient::default()).collect();
        self.messages.push(Entry { content, recipients });
        self.messages.len() - 1
    }

    /// The client says what became of it.
    pub(crate) fn tell(&mut self, (message, recipient): (usize, usize), told: Told) {
        let slot = &mut self.messages[message].recipients[recipient];
        assert!(
            slot.told.is_none(),
            "message {message}, recipient {recipient}: told {:?}, then {told:?}",
            slot.told,
        );
        slot.told = Some(told);
    }

    /// The server's application has taken it.
    pub(crate) fn deliver(
        &mut self,
        (message, recipient): (usize, usize),
        content: &[u8],
        (transfer, binary): (Transfer, bool),
    ) {
        let entry = &mut self.messages[message];
        let expected = match (transfer, binary) {
            (Transfer::Data, _) => ended(as_lines(&entry.content)),
            (Transfer::Chunked, false) => as_lines(&entry.content),
            (Transfer::Chunked, true) => entry.content.to_vec(),
        };
        assert!(
            content == expected,
            "message {message} arrived as\n{}\nand not as\n{}",
            content.escape_ascii(),
            expected.escape_ascii(),
        );
        let slot = &mut entry.recipients[recipient];
        slot.delivered += 1;
        assert!(slot.delivered == 1, "message {message}, recipient {recipient}: delivered twice");
    }

    /// Compares the books when everything is over. `told`: the client lived long enough to tell.
    pub(crate) fn close(&self, statistics: &mut Statistics, told: bool) {
        for (number, message) in self.messages.iter().enumerate() {
            statistics.count("messages");
            for (index, recipient) in message.recipients.iter().enumerate() {
                let delivered = recipient.delivered > 0;
                let (what, right) = match (recipient.told, delivered) {
                    (Some(Told::Accepted), _) => ("recipients: acknowledged", delivered),
                    (Some(Told::Refused), _) => ("recipients: refused", !delivered),
                    (Some(Told::NotSent), _) => ("recipients: not sent", !delivered),
                    (Some(Told::Lost), _) => ("recipients: not sent, connection lost", !delivered),
                    (Some(Told::Unknown), true) => ("recipients: unknown, delivered", true),
                    (Some(Told::Unknown), false) => ("recipients: unknown, not delivered", true),
                    (None, true) => ("recipients: nobody left to tell, delivered", !told),
                    (None, false) => ("recipients: nobody left to tell, not delivered", !told),
                };
                statistics.count(what);
                assert!(
                    right,
                    "message {number}, recipient {index}: told {:?}, delivered: {delivered}",
                    recipient.told,
                );
                assert!(
                    !self.calm || !matches!(recipient.told, Some(Told::Unknown | Told::Lost)),
                    "message {number}, recipient {index}: nothing went wrong, but {:?}",
                    recipient.told,
                );
            }
        }
    }
}
