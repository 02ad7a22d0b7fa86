//! Transactions whose recipients are not known at the start.
//!
//! [`Client::begin`] leaves the envelope open: behind the RCPTs that are known nothing is sent, and
//! nothing asked, until the caller goes on. So a relay can tell its own client what the next hop
//! says to each recipient (RFC 5321 section 3.3), and hears in the meantime if the next hop goes
//! away.

use core::slice;

use super::content::Content;
use super::sending::{Next, Sending};
use super::{Client, Envelope, Recipient, SendError, Transaction, TransactionId};
use crate::error::Misuse;
use crate::session::Act;
use crate::syntax::params::{SmtpUtf8, TransId};
use crate::syntax::verb::Verb;

impl Client {
    /// Begins a message whose recipients come one by one: says MAIL, and RCPT for those that the
    /// envelope holds already, possibly none.
    ///
    /// [`Event::Sender`](super::Event::Sender) and [`Event::Recipient`](super::Event::Recipient)
    /// tell the replies. Meanwhile no question is open, so that the client can be polled: with
    /// [`add_recipient`](Self::add_recipient), [`begin_content`](Self::begin_content) and
    /// [`abandon`](Self::abandon) the caller goes on when it likes. No deadline runs while no reply
    /// is due. Nothing else can be asked for until the transaction is given up or its content is on
    /// its way.
    ///
    /// A refused MAIL ends the transaction with [`NotSent`](super::Event::NotSent); refused
    /// recipients don't, there may be others.
    ///
    /// [`Envelope::smtputf8`] has to be set here if a recipient that needs it may come.
    ///
    /// # Errors
    ///
    /// As of [`send`](Self::send), but the envelope need not name anybody. Nothing was sent.
    pub fn begin(&mut self, envelope: Envelope) -> Result<TransactionId, SendError> {
        let reset = self.may_begin()?;
        self.check_envelope(&envelope)?;
        let params = self.mail_params(&envelope).map_err(SendError::Params)?;
        let content = self.content_for(&envelope);
        let id = TransactionId(self.next_id);
        self.next_id = self.next_id.saturating_add(1);
        let mut transaction = Transaction::new(id, envelope.to.len());
        transaction.chunked = matches!(content, Content::Chunks(_));
        transaction.burl = envelope.burl;
        transaction.resumable = params.has::<TransId>();
        self.transactions.push_back(transaction);
        self.quota.begin();
        self.quota.count(&envelope.to);
        let next = if reset { Next::Reset } else { Next::Mail };
        let seven_bit = !self.takes_eight_bit(&params);
        let paused = false;
        self.sending = Some(Sending { envelope, params, next, content, seven_bit, paused });
        self.take_turn();
        Ok(id)
    }

    /// Adds a recipient to the envelope that is open, and returns its index. RCPT goes out as soon
    /// as PIPELINING and the window allow; behind [`Event::Resumed`](super::Event::Resumed) there is
    /// none, since the server knows.
    ///
    /// # Errors
    ///
    /// MAIL did not say SMTPUTF8, and the recipient needs it; its parameters can't be sent, or it would
    /// be more than the server takes; or no envelope is open, perhaps because MAIL was refused
    /// meanwhile. Nothing was sent.
    pub fn add_recipient(&mut self, recipient: Recipient) -> Result<usize, SendError> {
        let (sending, transaction) = self.open_envelope()?;
        let utf8 = sending.params.has::<SmtpUtf8>();
        let index = transaction.recipients;
        if recipient.needs_smtputf8() && !utf8 {
            return Err(SendError::SmtpUtf8NotSaid);
        }
        self.check_params(Verb::Rcpt, &recipient.params)?;
        self.quota.check(index, slice::from_ref(&recipient))?;
        self.quota.count(slice::from_ref(&recipient));
        let lmtp = self.is_lmtp();
        let (sending, transaction) = self.open_envelope()?;
        transaction.recipients = index.saturating_add(1);
        if transaction.resumed {
            transaction.accept(lmtp);
        } else {
            sending.envelope.to.push(recipient);
        }
        Ok(index)
    }

    /// Closes the envelope that is open: there are no more recipients. From here on it goes as after
    /// [`send`](Self::send), and [`Event::Body`](super::Event::Body) asks for the content.
    ///
    /// If all recipients are refused, or there are none, the transaction ends with
    /// [`NotSent::NoRecipients`](super::NotSent::NoRecipients), and no content is asked for.
    ///
    /// # Errors
    ///
    /// No envelope is open, perhaps because MAIL was refused meanwhile.
    pub fn begin_content(&mut self) -> Result<(), Misuse> {
        let (_, transaction) = self.open_envelope()?;
        transaction.open = false;
        Ok(())
    }

    /// What of the transaction whose envelope is open the caller may still change.
    pub(super) fn open_envelope(&mut self) -> Result<(&mut Sending, &mut Transaction), Misuse> {
        match (&mut self.sending, self.transactions.back_mut()) {
            (Some(_), Some(transaction)) if transaction.is_hopeless() => {
                Err(Misuse::OutOfSequence("the transaction has failed"))
            }
            (Some(sending), Some(transaction)) if transaction.open => Ok((sending, transaction)),
            _ => Err(Misuse::OutOfSequence("no envelope is open")),
        }
    }

    /// Whether a transaction may be begun; if so, whether RSET has to come before MAIL.
    pub(super) fn may_begin(&self) -> Result<bool, Misuse> {
        self.may_ask()?;
        // See `Next::Reset`.
        let reset = self.phase_ahead().in_transaction()
            || self.transactions.iter().any(|transaction| transaction.chunked);
        if !reset {
            self.permits(Act::Mail)?;
        }
        Ok(reset)
    }
}
