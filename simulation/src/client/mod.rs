//! The client's application, in two kinds: event by event, and through the helpers of the driver.

use std::time::Duration;

use bytes::Bytes;
use smtp_driver::client::Fate;
use smtp_driver::{Drain, DrainWatch};
use smtp_proto::client::{Client, Envelope, NotSent};
use smtp_proto::error::Close;
use smtp_proto::syntax::address::ReversePath;
use smtp_proto::syntax::params::BodyType;
use smtp_proto::timeouts::ClientTimeouts;

use crate::content::{self, Kind};
use crate::drive::{Conn, Patience, Patient, Side};
use crate::executor::Executor;
use crate::faults;
use crate::ledger::Told;
use crate::names;
use crate::network::Pipe;
use crate::plan::Plan;
use crate::server::serve;
use crate::watch::Watch;
use crate::world::World;

mod by_events;
mod helped;
mod source;

/// What a client needs to make connections, and whatever is the same for all of them.
#[derive(Clone)]
pub(crate) struct Network {
    pub(crate) world: World,
    pub(crate) plan: Plan,
    pub(crate) executor: Executor,
    pub(crate) drain: Option<DrainWatch>,
}

impl Network {
    /// A connection, with a server at its other end.
    pub(crate) fn connect(&self) -> (Side, Conn<Client>) {
        let Self { world, plan, .. } = self;
        let mut state = world.state();
        let pipe = state.pipes.len();
        for manners in plan.manners {
            let octets = plan.octets();
            let faults = if plan.calm {
                [].into()
            } else {
                faults::schedule(&mut state.rng, plan.patience, octets)
            };
            state.pipes.push(Pipe::new(manners, faults));
        }
        drop(state);
        self.executor.spawn(serve(world.clone(), plan.clone(), pipe + 1, self.drain.clone()));
        let watch = Watch::client("client", world.now());
        Side::connect(world, plan, pipe, Client::new(plan.client.clone()), watch)
    }
}

/// The client's task, from the first connection to the last.
pub(crate) async fn converse(network: Network) {
    let (side, conn) = network.connect();
    if network.plan.helped {
        helped::converse(network, side, conn).await;
    } else {
        by_events::converse(&network, side, conn).await;
    }
}

/// Tells a server to end, and later cuts it off.
pub(crate) async fn operate(world: World, drain: Drain, begin: Duration, cut: Duration) {
    world.sleep(begin).await;
    world.say("operator", "the server is to end");
    world.count("drain begun");
    drain.begin();
    world.sleep(cut).await;
    world.say("operator", "the server is cut off");
    drain.cut();
}

/// A message to be sent.
struct Draft {
    number: usize,
    envelope: Envelope,
    content: Bytes,
}

impl Draft {
    /// Writes one, and enters it into the books.
    fn random(world: &World, plan: &Plan) -> Self {
        let mut state = world.state();
        let kind = Kind::random(&mut state.rng);
        let octets = state.rng.usize(..=plan.content);
        let content = Bytes::from(content::content(&mut state.rng, kind, octets));
        let recipients = state.rng.usize(1..=plan.recipients);
        let number = state.ledger.enter(content.clone(), recipients);
        let from = match state.rng.u32(..8) {
            0 => ReversePath::Null,
            _ => format!("m{number}@client.example.com").parse().expect("an address"),
        };
        let to = (0..recipients).map(|recipient| names::path((number, recipient)));
        let mut envelope = Envelope::new(from, to);
        envelope.body = match kind {
            Kind::Binary => BodyType::BinaryMime,
            Kind::EightBit if plan.calm || state.rng.bool() => BodyType::EightBitMime,
            _ => BodyType::SevenBit,
        };
        drop(state);
        Self { number, envelope, content }
    }
}

impl Patient for Client {
    fn patience(&mut self, _: bool) -> Patience {
        Patience { limit: longest(&self.config().timeouts), drips: false }
    }
}

fn longest(timeouts: &ClientTimeouts) -> Duration {
    let ClientTimeouts {
        greeting,
        hello,
        mail,
        rcpt,
        data,
        data_block,
        chunk,
        content,
        auth,
        starttls,
        handshake,
        other,
        quit,
    } = timeouts;
    let all = [
        greeting, hello, mail, rcpt, data, data_block, chunk, content, auth, starttls, handshake,
        other, quit,
    ];
    all.into_iter().max().copied().unwrap_or_default()
}

/// How long this may be waited for.
fn limit(timeouts: &ClientTimeouts, what: &str) -> Duration {
    match what {
        "the greeting" => timeouts.greeting,
        "the reply to EHLO" | "the reply to HELO" | "the reply to LHLO" => timeouts.hello,
        "the reply to MAIL" => timeouts.mail,
        "the reply to RCPT" => timeouts.rcpt,
        "the reply to DATA" => timeouts.data,
        "the peer to take data" => timeouts.data_block,
        "the reply to BDAT" => timeouts.chunk,
        "the reply to the message" | "the reply to BDAT LAST" => timeouts.content,
        "the reply to AUTH" => timeouts.auth,
        "the reply to STARTTLS" => timeouts.starttls,
        "the TLS handshake" => timeouts.handshake,
        "the reply to QUIT" | "the peer to close" => timeouts.quit,
        _ => timeouts.other,
    }
}

/// What the library says of a message that has no outcome, in the words of the books.
fn told(reason: &NotSent) -> Told {
    match reason {
        NotSent::Unknown(_) => Told::Unknown,
        NotSent::Closed(_) => Told::Lost,
        _ => Told::NotSent,
    }
}

fn fate(fate: &Fate) -> Told {
    match fate {
        Fate::Accepted(_) => Told::Accepted,
        Fate::Refused(_) => Told::Refused,
        Fate::NotSent(reason) => told(reason),
    }
}

fn how_it_ended(close: &Close) -> &'static str {
    match close {
        Close::Timeout(_) => "client ends: timeout",
        Close::Quit => "client ends: QUIT",
        Close::Peer => "client ends: peer gone",
        Close::Unavailable(_) => "client ends: 421",
        Close::Refused => "client ends: refused",
        Close::Fault(_) => "client ends: fault",
        Close::Abandoned => "client ends: message broken off",
        _ => "client ends: otherwise",
    }
}
