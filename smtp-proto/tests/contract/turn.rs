//! ATRN (RFC 2645): a client and a server talk, reverse their roles over the same stream, and mail goes the
//! other way, however the octets are cut and whoever is the first to know.

use std::mem;

use bytes::Bytes;
use proptest::prelude::*;
use smtp_proto::client::{self, Envelope};
use smtp_proto::error::Close;
use smtp_proto::server::{self, Refusal};
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::command::Mechanism;
use smtp_proto::syntax::reply::{Code, EnhancedCode};
use smtp_proto::syntax::text::Text;
use smtp_proto::{Client, Machine, Server, Step, Tls, Wait};

use super::pair::Pipe;
use crate::rig::{Random, Rig, Writes};

/// What an end of the stream does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Wait(Wait),
    Upgrade,
    Turn,
    Done,
}

/// An end of the stream, in the role that it has.
enum End {
    Client(Rig<Client>),
    Server(Rig<Server>),
}

impl End {
    fn client(name: &str) -> Self {
        let mut config = client::Config::new(name.parse().unwrap());
        config.auth_without_tls = true;
        Self::Client(Rig::new(Client::new(config), Writes::All, 0))
    }

    fn server(name: &str, set: impl Fn(&mut server::Config)) -> Self {
        let mut config = server::Config::new(name.parse().unwrap());
        set(&mut config);
        Self::Server(Rig::new(Server::new(config), Writes::All, 0))
    }

    fn upgraded(&mut self) {
        match self {
            Self::Client(rig) => rig.machine.upgraded(Tls::default()),
            Self::Server(rig) => rig.machine.upgraded(Tls::default()),
        }
    }

    fn is_encrypted(&self) -> bool {
        match self {
            Self::Client(rig) => rig.machine.tls().is_some(),
            Self::Server(rig) => rig.machine.tls().is_some(),
        }
    }

    /// Goes on until it has to wait.
    fn settle(&mut self, user: &mut User) -> At {
        match self {
            Self::Client(rig) => settle(rig, |machine, event| user.on_client(machine, event)),
            Self::Server(rig) => settle(rig, |machine, event| user.on_server(machine, &event)),
        }
    }

    fn write(&mut self, to: &mut Pipe, random: &mut Random) {
        match self {
            Self::Client(rig) => to.take_from(&mut rig.machine, random),
            Self::Server(rig) => to.take_from(&mut rig.machine, random),
        }
    }

    fn read(&mut self, from: &mut Pipe, random: &mut Random) {
        match self {
            Self::Client(rig) => from.give_to(rig, random),
            Self::Server(rig) => from.give_to(rig, random),
        }
    }
}

fn settle<M: Machine>(rig: &mut Rig<M>, mut on_event: impl FnMut(&mut M, M::Event)) -> At
where
    M::Event: crate::rig::Asks + PartialEq + std::fmt::Debug,
{
    loop {
        match rig.poll().unwrap() {
            Step::Event(event) => on_event(&mut rig.machine, event),
            Step::Wait(wait) => return At::Wait(wait),
            Step::Upgrade { .. } => return At::Upgrade,
            Step::Turn => return At::Turn,
            Step::Done => return At::Done,
            Step::Unanswered => panic!("a question was left unanswered"),
        }
    }
}

/// Who is above an end: the customer who asks for its mail, or the provider who has it.
#[derive(Default)]
struct User {
    /// The provider says so often that there is no mail.
    refusals: usize,
    /// The provider's mail for the customer.
    mail: Vec<Vec<u8>>,
    /// The customer's: what has come.
    received: Vec<Vec<u8>>,
    body: Vec<u8>,
    outcomes: Vec<u16>,
    turned: bool,
    closed: Option<Close>,
}

impl User {
    fn on_client(&mut self, client: &mut Client, event: client::Event) {
        use client::Event;
        assert_eq!(self.closed, None, "{event:?}");
        match event {
            Event::Ready if self.turned => self.send(client),
            Event::Ready => Self::ask_for_mail(client),
            Event::Body { .. } if self.body.is_empty() => client.finish().unwrap(),
            Event::Body { .. } => client.body(Bytes::from(mem::take(&mut self.body))).unwrap(),
            // The provider may have no mail at present.
            Event::Answer(reply) => assert_eq!(reply.code().as_u16(), 453),
            Event::Outcome { reply, .. } => self.outcomes.push(reply.code().as_u16()),
            Event::Turned => assert!(!mem::replace(&mut self.turned, true)),
            Event::Closed(close) => self.closed = Some(close),
            Event::Fault(_) | Event::NotSent { .. } | Event::Refused(_) => panic!("{event:?}"),
            _ => {}
        }
    }

    fn ask_for_mail(client: &mut Client) {
        if client.start_tls().is_ok() || client.authenticate("PLAIN", Some(b"\0a\0b")).is_ok() {
            return;
        }
        client.atrn(&"example.org,example.com".parse().unwrap()).unwrap();
    }

    fn send(&mut self, client: &mut Client) {
        let Some(content) = self.mail.pop() else { return client.quit().unwrap() };
        let from = "lester@example.net".parse().unwrap();
        let envelope = Envelope::new(from, ["<eva@example.com>".parse().unwrap()]);
        client.send(envelope).unwrap();
        self.body = content;
    }

    fn on_server(&mut self, server: &mut Server, event: &server::Event) {
        use server::Event;
        assert_eq!(self.closed, None, "{event:?}");
        match event {
            Event::Atrn { domains } => {
                assert_eq!(domains.as_str(), "example.org,example.com");
                if let Some(left) = self.refusals.checked_sub(1) {
                    self.refusals = left;
                    server.reject(no_mail()).unwrap();
                    return;
                }
            }
            Event::Mail { .. } => assert!(self.turned, "mail before the roles are reversed"),
            Event::Message(_) => self.body.clear(),
            Event::Body(piece) => self.body.extend_from_slice(piece),
            Event::Deliver { .. } => self.received.push(mem::take(&mut self.body)),
            Event::Turned => assert!(!mem::replace(&mut self.turned, true)),
            Event::Closed(close) => self.closed = Some(close.clone()),
            Event::Fault(_) | Event::Aborted(_) => panic!("{event:?}"),
            _ => {}
        }
        if event.is_question() {
            server.accept().unwrap();
        }
    }
}

fn no_mail() -> Refusal {
    let code = Code::new(453).unwrap();
    Refusal::new(code, EnhancedCode::parse(b"4.3.2").unwrap(), Text::lossy("No mail")).unwrap()
}

fn provider(config: &mut server::Config, starttls: bool) {
    config.extensions.push(Extension::Atrn);
    config.mechanisms = vec![Mechanism::parse("PLAIN".into()).unwrap()];
    config.auth_without_tls = !starttls;
    config.starttls = starttls;
}

proptest! {
    #![proptest_config(crate::cases(200))]

    #[test]
    fn mail_goes_the_other_way(
        starttls in any::<bool>(),
        refusals in 0..3_usize,
        mail in proptest::collection::vec(proptest::collection::vec(b'a'..=b'z', 0..300), 0..4),
        capacities in prop::sample::select(vec![(1, 1), (1, 9999), (9999, 1), (9999, 9999), (7, 7)]),
        seed in any::<u64>(),
    ) {
        let mut random = Random::new(seed);
        let mut ends = [
            End::client("example.org"),
            End::server("example.net", |config| provider(config, starttls)),
        ];
        let mut users = [
            User::default(),
            User { refusals, mail: mail.clone(), ..User::default() },
        ];
        // What each of them sends.
        let mut pipes = [Pipe::new(capacities.0), Pipe::new(capacities.1)];
        loop {
            let at = [ends[0].settle(&mut users[0]), ends[1].settle(&mut users[1])];
            if at == [At::Done, At::Done] {
                break;
            }
            if at == [At::Upgrade, At::Upgrade] {
                ends.iter_mut().for_each(End::upgraded);
                continue;
            }
            let mut possible = Vec::new();
            for (me, other) in [(0, 1), (1, 0)] {
                match at[me] {
                    At::Turn => possible.push((me, 't')),
                    At::Wait(wait) if wait.write && pipes[me].room() > 0 => possible.push((me, 'w')),
                    _ => {}
                }
                if matches!(at[me], At::Wait(wait) if wait.read) && !pipes[other].is_empty() {
                    possible.push((me, 'r'));
                }
            }
            prop_assert!(!possible.is_empty(), "nothing moves: {:?}", at);
            let choice = usize::try_from(random.number() % possible.len() as u64).unwrap();
            let (me, what) = possible[choice];
            match what {
                't' => {
                    let encrypted = ends[me].is_encrypted();
                    prop_assert_eq!(encrypted, starttls);
                    ends[me] = match ends[me] {
                        End::Client(_) => End::server("example.org", |_| {}),
                        End::Server(_) => End::client("example.net"),
                    };
                    if encrypted {
                        ends[me].upgraded();
                    }
                }
                'w' => ends[me].write(&mut pipes[me], &mut random),
                _ => ends[me].read(&mut pipes[1 - me], &mut random),
            }
        }
        prop_assert!(pipes.iter().all(Pipe::is_empty));
        let [customer, provider] = users;
        prop_assert!(customer.turned && provider.turned);
        prop_assert_eq!(customer.closed, Some(Close::Quit));
        prop_assert_eq!(provider.closed, Some(Close::Quit));
        prop_assert_eq!(provider.outcomes, vec![250; mail.len()]);
        let sent: Vec<Vec<u8>> = mail.into_iter().rev().collect();
        prop_assert_eq!(customer.received, sent);
    }
}
