//! What the user hears, and progress.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use smtp_driver::client::{Delivery, Fate, SendFailure};
use smtp_proto::client::NotSent;

use super::args::Args;
use super::message::Message;
use super::status::Status;

/// More octets or messages than this, and there is a progress bar.
const LONG: (u64, usize) = (4 << 20, 50);

/// What was told so far, and what is to be told at the end.
pub(super) struct Report {
    pub(super) progress: ProgressBar,
    /// Messages have to be told apart.
    several: bool,
    verbose: bool,
    recipients: u64,
    began: Instant,
    so_far: Mutex<SoFar>,
}

struct SoFar {
    status: Status,
    messages: u64,
    accepted: u64,
    refused: u64,
    not_sent: u64,
}

impl Report {
    pub(super) fn new(messages: &[Message], args: &Args) -> Self {
        let octets = messages.iter().map(|message| message.length).sum::<u64>();
        let octets = octets.saturating_mul(args.repeat as u64);
        let count = messages.len().saturating_mul(args.repeat);
        let long = octets > LONG.0 || count > LONG.1;
        let target = if long && io::stderr().is_terminal() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let style = "{bar:30} {percent:>3} %  {decimal_bytes}/{decimal_total_bytes}  \
                     {decimal_bytes_per_sec}  {msg}  {eta} left";
        let progress = ProgressBar::with_draw_target(Some(octets), target)
            .with_style(ProgressStyle::with_template(style).expect("a template"));
        Self {
            progress,
            several: count > 1,
            verbose: args.verbose,
            recipients: args.to.len() as u64,
            began: Instant::now(),
            so_far: Mutex::new(SoFar {
                status: Status::OK,
                messages: 0,
                accepted: 0,
                refused: 0,
                not_sent: 0,
            }),
        }
    }

    /// What became of a message.
    pub(super) fn message(&self, name: &str, outcome: &Result<Delivery, SendFailure>) {
        let mut so_far = self.so_far();
        so_far.messages += 1;
        match outcome {
            Ok(delivery) => {
                for recipient in &delivery.recipients {
                    let fate = &recipient.fate;
                    so_far.worsen(recipient.into());
                    *so_far.count(fate) += 1;
                    let quiet = matches!(fate, Fate::Accepted(_)) && !self.verbose;
                    if !quiet {
                        self.line(name, format_args!("{} {}", recipient.path, Told(fate)));
                    }
                }
            }
            Err(failure) => {
                so_far.not_sent += self.recipients;
                so_far.worsen(failure.into());
                self.line(name, failure);
            }
        }
        if !self.progress.is_hidden() {
            self.progress.set_message(format!("{} done", so_far.messages));
        }
    }

    /// Messages that no connection came to.
    pub(super) fn left_over(&self, count: usize, status: Status) {
        let mut so_far = self.so_far();
        so_far.not_sent += self.recipients.saturating_mul(count as u64);
        so_far.worsen(status);
        if self.several {
            self.print(format_args!("not sent: {count} messages"));
        }
    }

    /// A line about anything else.
    pub(super) fn print(&self, what: impl fmt::Display) {
        self.progress.suspend(|| eprintln!("send: {what}"));
    }

    pub(super) fn print_if_verbose(&self, what: impl fmt::Display) {
        if self.verbose {
            self.print(what);
        }
    }

    fn line(&self, name: &str, what: impl fmt::Display) {
        if self.several {
            self.print(format_args!("{name}: {what}"));
        } else {
            self.print(what);
        }
    }

    /// The last line; and how it all went.
    pub(super) fn finish(&self) -> Status {
        self.progress.finish_and_clear();
        let SoFar { status, messages, accepted, refused, not_sent } = &*self.so_far();
        let unsent = if *not_sent > 0 { format!(", {not_sent} not sent") } else { String::new() };
        let seconds = self.began.elapsed().as_secs_f64();
        let rate = if *messages > 1 {
            let count = u32::try_from(*messages).unwrap_or(u32::MAX);
            format!(", {:.0} messages per second", f64::from(count) / seconds)
        } else {
            String::new()
        };
        // Whoever listens no longer does not want to know.
        let _ = writeln!(
            io::stdout(),
            "{messages} {}; recipients: {accepted} accepted, {refused} refused{unsent}; {seconds:.2} s{rate}",
            if *messages == 1 { "message" } else { "messages" },
        );
        *status
    }

    fn so_far(&self) -> MutexGuard<'_, SoFar> {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SoFar {
    fn worsen(&mut self, status: Status) {
        self.status = self.status.or_worse(status);
    }

    fn count(&mut self, fate: &Fate) -> &mut u64 {
        match fate {
            Fate::Accepted(_) => &mut self.accepted,
            Fate::Refused(_) | Fate::NotSent(NotSent::Sender(_) | NotSent::Content(_)) => {
                &mut self.refused
            }
            Fate::NotSent(_) => &mut self.not_sent,
        }
    }
}

/// What became of a message for a recipient, behind the recipient.
struct Told<'a>(&'a Fate);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Fate::Accepted(reply) => write!(f, "accepted: {reply}"),
            Fate::Refused(reply) => write!(f, "refused: {reply}"),
            Fate::NotSent(reason) => match reason {
                NotSent::Sender(reply) => write!(f, "refused, with the sender: {reply}"),
                NotSent::Content(reply) => write!(f, "refused, with the message: {reply}"),
                NotSent::NoRecipients => f.write_str("not sent: every recipient was refused"),
                NotSent::Abandoned => f.write_str("not sent: broken off"),
                NotSent::Closed(close) => write!(f, "not sent: {close}"),
                NotSent::Unknown(close) => {
                    write!(f, "sent, and the server may have it or not: {close}")
                }
                other => write!(f, "not sent: {other:?}"),
            },
        }
    }
}
