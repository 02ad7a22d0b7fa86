//! Conversations with a client, as scripts and against a server that keeps books.

mod auth;
mod books;
mod chunks;
mod content;
mod defects;
mod early;
mod hello;
mod lmtp;
mod open;
mod pause;
mod peer;
mod random;
mod recipients;
mod requests;
mod rig;
mod time;
mod turn;
mod window;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::client::{Config, Envelope, Event, NotSent};
use crate::error::Close;
use crate::session::Protocol;
use crate::syntax::address::ForwardPath;
use crate::syntax::reply::Reply;

/// How replies are cut: whole, or in pieces of so many octets.
const CUTS: [usize; 4] = [usize::MAX, 1, 2, 7];

fn config() -> Config {
    Config::new("client.example".parse().unwrap())
}

fn lmtp() -> Config {
    Config { protocol: Protocol::Lmtp, ..config() }
}

/// Message `t`, to so many recipients.
fn envelope(t: u64, recipients: usize) -> Envelope {
    let to = (0..recipients).map(|i| format!("r{t}-{i}@x").parse::<ForwardPath>().unwrap());
    Envelope::new(format!("s{t}@x").parse().unwrap(), to)
}

/// An event in a few words.
fn show(event: &Event) -> String {
    let code = |reply: &Reply| reply.code().as_u16();
    match event {
        Event::Ready => "ready".into(),
        Event::Body { transaction, .. } => format!("body {}", transaction.0),
        Event::Challenge(text) => {
            format!("challenge {}", text.expose().escape_ascii()).trim_end().into()
        }
        Event::Greeted(reply) => format!("greeted {}", code(reply)),
        Event::Refused(reply) => format!("refused {}", code(reply)),
        Event::Hello { reply, capabilities } => {
            let all: Vec<_> = capabilities.iter().map(|capability| capability.keyword()).collect();
            format!("hello {} {}", code(reply), all.join(" ")).trim_end().into()
        }
        Event::Secured(_) => "secured".into(),
        Event::Authenticated(reply) => format!("authenticated {}", code(reply)),
        Event::Sender { transaction, reply } => format!("sender {} {}", transaction.0, code(reply)),
        Event::Recipient { transaction, index, reply } => {
            format!("recipient {}.{index} {}", transaction.0, code(reply))
        }
        Event::Outcome { transaction, recipient: None, reply } => {
            format!("outcome {} {}", transaction.0, code(reply))
        }
        Event::Outcome { transaction, recipient: Some(index), reply } => {
            format!("outcome {}.{index} {}", transaction.0, code(reply))
        }
        Event::Resumed { transaction, offset } => format!("resumed {} {offset}", transaction.0),
        Event::Turned => "turned".into(),
        Event::NotSent { transaction, reason } => {
            let reason = match reason {
                NotSent::Sender(reply) => format!("sender {}", code(reply)),
                NotSent::NoRecipients => "no recipients".into(),
                NotSent::Content(reply) => format!("content {}", code(reply)),
                NotSent::Abandoned => "abandoned".into(),
                NotSent::Closed(close) => format!("closed {}", show_close(close)),
                NotSent::Unknown(close) => format!("unknown {}", show_close(close)),
            };
            format!("not sent {} {reason}", transaction.0)
        }
        Event::Answer(reply) => format!("answer {}", code(reply)),
        Event::Fault(fault) => format!("fault {fault}"),
        Event::Closed(close) => format!("closed {}", show_close(close)),
    }
}

fn show_close(close: &Close) -> String {
    match close {
        Close::Unavailable(reply) => format!("unavailable {}", reply.code()),
        Close::Timeout(what) => format!("timeout {what}"),
        Close::Fault(_) => "fault".into(),
        other => format!("{other:?}").to_lowercase(),
    }
}
