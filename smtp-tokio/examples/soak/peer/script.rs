//! A message by hand, in steps, that can be broken off at any octet.

use std::io;

use super::wire::Wire;
use super::{Attempt, HELLO, RECIPIENT, SENDER, Trouble, Visit};
use crate::ledger::Fate;
use crate::message::Message;

/// What goes out at once, and what has to come before the next.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) octets: Vec<u8>,
    /// The first digits of the replies.
    replies: &'static str,
    /// It holds the end of the message.
    pub(super) is_content: bool,
}

/// From EHLO to QUIT.
pub(super) fn steps(message: &Message, bdat: bool) -> Vec<Step> {
    let step = |octets: Vec<u8>, replies| Step { octets, replies, is_content: false };
    let hello = step(format!("EHLO {HELLO}\r\n").into_bytes(), "2");
    let quit = step(b"QUIT\r\n".to_vec(), "2");
    let mut envelope = format!("MAIL FROM:<{SENDER}>\r\nRCPT TO:<{RECIPIENT}>\r\n").into_bytes();
    if bdat {
        // Two chunks: the message is not whole before the second is.
        let (first, second) = message.content.split_at(message.content.len() / 2);
        envelope.extend_from_slice(format!("BDAT {}\r\n", first.len()).as_bytes());
        envelope.extend_from_slice(first);
        let mut last = format!("BDAT {} LAST\r\n", second.len()).into_bytes();
        last.extend_from_slice(second);
        let content = Step { octets: last, replies: "", is_content: true };
        vec![hello, step(envelope, "222"), content, quit]
    } else {
        envelope.extend_from_slice(b"DATA\r\n");
        let content = Step { octets: message.dotted(), replies: "", is_content: true };
        vec![hello, step(envelope, "223"), content, quit]
    }
}

/// How a message came out, or how far it came.
pub(super) struct Sending<'a> {
    wire: &'a mut Wire,
    attempt: Option<Attempt>,
}

impl<'a> Sending<'a> {
    /// Reads the greeting.
    pub(super) async fn begin(
        visit: &Visit,
        wire: &'a mut Wire,
        message: &Message,
    ) -> Result<Self, Trouble> {
        wire.greeting().await?;
        Ok(Self { wire, attempt: Some(visit.attempt(message)) })
    }

    pub(super) fn wire(&mut self) -> &mut Wire {
        self.wire
    }

    /// Writes a part of the message that does not hold its end, or a command.
    pub(super) async fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.wire.write(octets).await
    }

    /// Nothing of the content's end was written, and nothing will be.
    pub(super) fn unfinished(&mut self) {
        self.settle(Fate::Unfinished);
    }

    /// Reads the replies to a step of which everything was written.
    pub(super) async fn replies(&mut self, step: &Step) -> Result<(), Trouble> {
        if step.is_content {
            let reply = self.wire.reply().await?;
            if let Some(attempt) = self.attempt.take() {
                attempt.replied(reply.code);
            }
            return match reply.code {
                421 => Err(Trouble::Told),
                200..300 => Ok(()),
                _ => Err(Trouble::Rejected(reply.text)),
            };
        }
        for digit in step.replies.chars() {
            if let Err(trouble) = self.wire.want(digit).await {
                self.unfinished();
                return Err(trouble);
            }
        }
        Ok(())
    }

    fn settle(&mut self, fate: Fate) {
        if let Some(attempt) = self.attempt.take() {
            attempt.settle(fate);
        }
    }
}

/// All of it, each step written by `write`.
pub(super) async fn play<W>(
    visit: &mut Visit,
    wire: &mut Wire,
    message: &Message,
    bdat: bool,
    write: W,
) -> Result<(), Trouble>
where
    W: AsyncFn(&mut Visit, &mut Wire, &[u8]) -> io::Result<()>,
{
    let mut sending = Sending::begin(visit, wire, message).await?;
    for step in steps(message, bdat) {
        // What failed to be written in the middle may still have been written to its end, for all we
        // know of an error.
        if let Err(error) = write(visit, sending.wire(), &step.octets).await {
            if !step.is_content {
                sending.unfinished();
            }
            return Err(error.into());
        }
        sending.replies(&step).await?;
    }
    Ok(())
}
