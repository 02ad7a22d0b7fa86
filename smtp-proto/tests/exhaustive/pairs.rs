//! A client and a server on one wire that is cut after each octet, in each direction. Both have to come
//! to their end, and what the client knows of its messages has to be true.

use bytes::Bytes;
use smtp_proto::client::{self, Envelope, NotSent};
use smtp_proto::server::{self, Refusal};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::address::ForwardPath;
use smtp_proto::syntax::capability::Extension;
use smtp_proto::{Client, Machine, Server, Step};

use crate::rig::{Asks, Rig, Writes};
use crate::{Tally, calmly, spread};

/// The messages. The second is refused at its end.
const CONTENTS: [&[u8]; 3] = [b".one\r\n.\r\n", b"two\r\n", b""];
const REFUSED: usize = 1;
const RECIPIENTS: [&str; 3] = ["yes@example", "no@example", "also@example"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

/// After so many octets in one direction nothing more gets through there; in the other direction
/// neither, or as before.
#[derive(Clone, Copy, Debug)]
struct Cut {
    direction: Direction,
    after: usize,
    half: bool,
}

#[derive(Debug)]
struct Scene {
    lmtp: bool,
    extensions: Vec<Extension>,
}

fn scenes() -> Vec<Scene> {
    let sets: [&[Extension]; 4] = [
        &[],
        &[Extension::Pipelining],
        &[Extension::Chunking],
        &[Extension::Pipelining, Extension::Chunking],
    ];
    let both =
        |set: &&[Extension]| [false, true].map(|lmtp| Scene { lmtp, extensions: set.to_vec() });
    sets.iter().flat_map(both).collect()
}

/// The client's user.
#[derive(Default)]
struct Sender {
    begun: usize,
    content: Option<Bytes>,
    /// By message: what each outcome was.
    outcomes: [Vec<bool>; 3],
    not_sent: [Option<NotSent>; 3],
    closed: bool,
}

impl Sender {
    fn event(&mut self, client: &mut Client, event: client::Event) -> Result<(), String> {
        if self.closed {
            return Err(format!("{event:?} after the last event"));
        }
        match event {
            client::Event::Ready => match CONTENTS.get(self.begun) {
                Some(content) => {
                    let to = RECIPIENTS.map(|to| to.parse::<ForwardPath>().unwrap());
                    let from = format!("{}@example", self.begun).parse().unwrap();
                    client.send(Envelope::new(from, to)).unwrap();
                    self.content = Some(Bytes::from_static(content)).filter(|c| !c.is_empty());
                    self.begun += 1;
                }
                None => client.quit().unwrap(),
            },
            client::Event::Body { .. } => match self.content.take() {
                Some(content) => client.body(content).unwrap(),
                None => client.finish().unwrap(),
            },
            client::Event::Outcome { transaction, reply, .. } => {
                self.outcomes[usize::try_from(transaction.0).unwrap()].push(reply.is_positive());
            }
            client::Event::NotSent { transaction, reason } => {
                let place = &mut self.not_sent[usize::try_from(transaction.0).unwrap()];
                if place.replace(reason).is_some() {
                    return Err("not sent, and again not sent".into());
                }
            }
            client::Event::Closed(_) => self.closed = true,
            client::Event::Fault(fault) => return Err(fault.to_string()),
            _ => {}
        }
        Ok(())
    }
}

/// The application above the server.
#[derive(Default)]
struct Receiver {
    message: usize,
    body: Vec<u8>,
    /// By message: how often it was taken.
    taken: [usize; 3],
    closed: bool,
}

impl Receiver {
    fn event(&mut self, server: &mut Server, event: server::Event) -> Result<(), String> {
        if self.closed {
            return Err(format!("{event:?} after the last event"));
        }
        match event {
            server::Event::Mail { from, .. } => {
                let from = from.to_string();
                self.message = from[1..2].parse().unwrap();
                self.body.clear();
                server.accept().unwrap();
            }
            server::Event::Rcpt { to, .. } if to.to_string().contains("no@") => {
                server.reject(Refusal::no_such_user()).unwrap();
            }
            server::Event::Body(piece) => self.body.extend_from_slice(&piece),
            server::Event::Deliver { .. } => {
                if self.body != CONTENTS[self.message] {
                    return Err(format!("{} has come as {:?}", self.message, self.body));
                }
                if self.message == REFUSED {
                    server.reject(Refusal::local_error()).unwrap();
                } else {
                    self.taken[self.message] += 1;
                    server.accept().unwrap();
                }
            }
            server::Event::Closed(_) => self.closed = true,
            event if event.is_question() => server.accept().unwrap(),
            _ => {}
        }
        Ok(())
    }
}

/// Polls until there is no event; whether it is done.
fn settle<M: Machine>(
    rig: &mut Rig<M>,
    mut on_event: impl FnMut(&mut M, M::Event) -> Result<(), String>,
) -> Result<bool, String>
where
    M::Event: Asks + PartialEq + std::fmt::Debug,
{
    loop {
        match rig.poll()? {
            Step::Event(event) => on_event(&mut rig.machine, event)?,
            Step::Wait(_) => return Ok(false),
            Step::Done => return Ok(true),
            step => return Err(format!("{step:?}")),
        }
    }
}

/// Carries octets from one to the other, at most so many; whether some got through.
fn carry<A: Machine, B: Machine>(from: &mut Rig<A>, to: &mut Rig<B>, most: usize) -> bool
where
    A::Event: Asks + PartialEq + std::fmt::Debug,
    B::Event: Asks + PartialEq + std::fmt::Debug,
{
    let before = from.output.len();
    from.write_some(most);
    let mut rest = from.output[before..].to_vec();
    while !rest.is_empty() && !to.machine.inbox().is_closed() {
        let fed = to.feed(&rest);
        rest.drain(..fed);
        if fed == 0 {
            break;
        }
    }
    assert!(rest.is_empty() || to.machine.inbox().is_closed(), "no room for {} octets", rest.len());
    from.output.len() > before
}

/// Nothing comes any more, nothing can be written any more; whether that is new.
fn shut<M: Machine>(rig: &mut Rig<M>, no_input: bool, no_output: bool) -> bool
where
    M::Event: Asks + PartialEq + std::fmt::Debug,
{
    let inbox = no_input && !rig.machine.inbox().is_closed();
    let outbox = no_output && !rig.machine.outbox().is_closed();
    if inbox {
        rig.machine.inbox().close();
    }
    if outbox {
        rig.machine.outbox().close();
    }
    inbox || outbox
}

/// Plays a scene, and says how many octets went up and down.
fn play(scene: &Scene, cut: Option<Cut>) -> Result<(usize, usize), String> {
    let mut client_config = client::Config::new("client.example".parse().unwrap());
    let mut server_config = server::Config::new("mx.example".parse().unwrap());
    server_config.extensions.clone_from(&scene.extensions);
    if scene.lmtp {
        client_config.protocol = Protocol::Lmtp;
        server_config.protocol = Protocol::Lmtp;
    }
    let mut client = Rig::new(Client::new(client_config), Writes::All, 0);
    let mut server = Rig::new(Server::new(server_config), Writes::All, 0);
    let (mut sender, mut receiver) = (Sender::default(), Receiver::default());
    let limit = |direction| cut.filter(|cut| cut.direction == direction).map(|cut| cut.after);
    for _ in 0..1000 {
        let c = settle(&mut client, |machine, event| sender.event(machine, event))?;
        let s = settle(&mut server, |machine, event| receiver.event(machine, event))?;
        if c && s {
            check(scene, &sender, &receiver, cut.is_none())?;
            return Ok((client.output.len(), server.output.len()));
        }
        let up = limit(Direction::Up).map_or(usize::MAX, |limit| limit - client.output.len());
        let down = limit(Direction::Down).map_or(usize::MAX, |limit| limit - server.output.len());
        let mut moved = carry(&mut client, &mut server, up) | carry(&mut server, &mut client, down);
        let (up, down) = (up == 0, down == 0);
        let half = cut.is_some_and(|cut| cut.half);
        // Who is done closes the connection.
        let (no_up, no_down) = (up || down && !half || c, down || up && !half || s);
        moved |= shut(&mut client, no_down, no_up || s);
        moved |= shut(&mut server, no_up, no_down || c);
        if !moved {
            return Err("nothing moves any more".into());
        }
    }
    Err("it does not end".into())
}

fn check(scene: &Scene, sender: &Sender, receiver: &Receiver, whole: bool) -> Result<(), String> {
    if !sender.closed || !receiver.closed {
        return Err("somebody was not told of the end".into());
    }
    let recipients = if scene.lmtp { 2 } else { 1 };
    for message in 0..sender.begun {
        let (outcomes, not_sent) = (&sender.outcomes[message], &sender.not_sent[message]);
        let taken = receiver.taken[message];
        let good = outcomes.iter().filter(|good| **good).count();
        let ends = outcomes.len() == recipients || not_sent.is_some();
        let once = outcomes.len() + usize::from(not_sent.is_some()) <= recipients;
        // It may be taken although nobody heard so, if the client does not know; and never the other
        // way round.
        let doubtful = matches!(not_sent, Some(NotSent::Unknown(_)));
        let honest = good <= taken && taken <= recipients && (taken == good || doubtful);
        let right = whole == (outcomes.len() == recipients) || !whole;
        if !(ends && once && honest && right) {
            return Err(format!(
                "message {message}: {outcomes:?} {not_sent:?}, taken {taken} times"
            ));
        }
    }
    Ok(())
}

fn every_cut(step: usize) -> Tally {
    let tally = spread(&scenes(), |scene, tally| {
        let (up, down) = play(scene, None).map_err(|error| format!("{scene:?}: {error}"))?;
        for (direction, octets) in [(Direction::Up, up), (Direction::Down, down)] {
            for after in (0..=octets).step_by(step) {
                for half in [false, true] {
                    let cut = Cut { direction, after, half };
                    tally.add("cuts of the wire between a client and a server", 1);
                    calmly(|| play(scene, Some(cut)))
                        .map_err(|error| format!("{scene:?}, {cut:?}: {error}"))?;
                }
            }
        }
        Ok(())
    });
    tally.print("both");
    tally
}

#[test]
fn every_cut_of_a_wire() {
    assert!(every_cut(1).total() > 5_000);
}
