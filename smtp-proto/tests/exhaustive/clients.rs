//! Every dialogue with the client machine, damaged: each recipient has one outcome, and none is good
//! without a final reply of the server's that says so.

use std::collections::BTreeMap;

use smtp_proto::client::{Config, Event, NotSent};
use smtp_proto::session::Protocol;
use smtp_proto::{Client, Machine, Tls};

use super::damage::{
    Answers, Damage, Scene, Stage, User, corruptions, cuts, kind, name, scenes, thin,
};
use super::reading::Reader;
use crate::dialogue::client::{User as Speaker, config, describe};
use crate::dialogue::parse::Side;
use crate::{Tally, calmly, spread};

/// The user of the client. It asks for what it asks for in the dialogue, and then says QUIT.
struct Caller<'a> {
    answers: Answers<'a>,
    speaker: Speaker,
    question: Option<Event>,
    lmtp: bool,
    books: BTreeMap<u64, Account>,
    /// The codes of all outcomes, in order.
    outcomes: Vec<u16>,
    closed: bool,
}

/// What the client has told of a transaction.
#[derive(Debug, Default)]
struct Account {
    /// Recipients that were accepted, by their number.
    accepted: Vec<usize>,
    resumed: bool,
    /// Outcomes, by the recipient's number.
    outcomes: Vec<Option<usize>>,
    not_sent: Option<NotSent>,
}

impl Account {
    fn note(&mut self, event: &Event, lmtp: bool) -> Result<(), String> {
        let over = self.not_sent.is_some() || (!lmtp && !self.outcomes.is_empty());
        let accepted = |index: usize| self.accepted.contains(&index) || self.resumed;
        let right = !over
            && match event {
                Event::Outcome { recipient: Some(index), .. } => {
                    lmtp && accepted(*index) && !self.outcomes.contains(&Some(*index))
                }
                Event::Outcome { recipient: None, .. } => {
                    !lmtp && (self.resumed || !self.accepted.is_empty())
                }
                Event::Recipient { index, .. } => {
                    !accepted(*index) && self.outcomes.is_empty() && !self.resumed
                }
                Event::Sender { .. } | Event::Resumed { .. } => self.accepted.is_empty(),
                _ => true,
            };
        if !right {
            return Err(format!("{event:?} after {self:?}"));
        }
        match event {
            Event::Recipient { index, reply, .. } if reply.is_positive() => {
                self.accepted.push(*index);
            }
            Event::Outcome { recipient, .. } => self.outcomes.push(*recipient),
            Event::NotSent { reason, .. } => self.not_sent = Some(reason.clone()),
            Event::Resumed { .. } => self.resumed = true,
            _ => {}
        }
        Ok(())
    }

    /// Nobody who was accepted is left without a word.
    fn is_settled(&self, lmtp: bool) -> bool {
        let told = if lmtp {
            !self.accepted.is_empty() && self.accepted.len() == self.outcomes.len()
        } else {
            self.outcomes.len() == 1
        };
        self.not_sent.is_some() || told || (self.resumed && !self.outcomes.is_empty())
    }
}

impl Caller<'_> {
    fn answer(&mut self, client: &mut Client, event: &Event) {
        if self.answers.is_empty() {
            return;
        }
        // What the server says may be damaged; what it is about is not.
        let what = describe(event);
        let known = match event {
            Event::Sender { .. }
            | Event::Recipient { .. }
            | Event::Outcome { .. }
            | Event::NotSent { .. }
            | Event::Resumed { .. }
            | Event::Body { .. } => 2,
            _ => 1,
        };
        let about = |text: &str| text.split(' ').take(known).eq(what.split(' ').take(known));
        if let Some(expected) = self.answers.take(|expected| about(&expected.text)) {
            for call in &expected.answers {
                self.say(client, call, &expected.content);
            }
        }
    }

    fn say(&mut self, client: &mut Client, call: &str, content: &[u8]) {
        let _ = self.speaker.answer(client, call, content);
        if call.contains(" ! ") {
            return;
        }
        // Each transaction that was begun is owed an end, even if nobody hears of it before.
        if let Some(last) = self.speaker.last_transaction() {
            self.books.entry(last.0).or_default();
        }
    }
}

impl User<Client> for Caller<'_> {
    fn event(&mut self, client: &mut Client, event: Event) -> Result<(), String> {
        let about = match &event {
            Event::Sender { transaction, .. }
            | Event::Recipient { transaction, .. }
            | Event::Resumed { transaction, .. }
            | Event::Outcome { transaction, .. }
            | Event::NotSent { transaction, .. } => Some(*transaction),
            _ => None,
        };
        if let Some(transaction) = about {
            let account = self.books.get_mut(&transaction.0);
            account.ok_or("an unknown transaction")?.note(&event, self.lmtp)?;
        }
        match &event {
            Event::Outcome { reply, .. } => self.outcomes.push(reply.code().as_u16()),
            Event::Closed(_) | Event::Turned => {
                self.closed = true;
                let open = self.books.iter().find(|(_, account)| !account.is_settled(self.lmtp));
                if let Some((id, account)) = open {
                    return Err(format!("{event:?}, and {id} has no end: {account:?}"));
                }
            }
            _ => {}
        }
        self.answer(client, &event);
        self.question = event.is_question().then_some(event);
        Ok(())
    }

    fn rescue(&mut self, client: &mut Client) -> Result<(), String> {
        let question = self.question.take();
        let done = match &question {
            Some(Event::Body { transaction, .. }) => {
                self.speaker.body(client, *transaction).or_else(|_| {
                    client.finish().or_else(|_| client.abandon()).map_err(|error| error.to_string())
                })
            }
            Some(Event::Challenge(_)) => client.cancel().map_err(|error| error.to_string()),
            _ => client.quit().or_else(|_| client.idle()).map_err(|error| error.to_string()),
        };
        done.map_err(|error| format!("{question:?} can't be answered: {error}"))
    }

    fn call(&mut self, client: &mut Client, what: &str) {
        self.say(client, what, &[]);
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}

struct Run {
    fed: Vec<u8>,
    output: Vec<u8>,
    outcomes: Vec<u16>,
}

struct Known<'a> {
    scene: &'a Scene,
    config: Config,
    tls: bool,
    undamaged: Run,
}

impl<'a> Known<'a> {
    fn new(scene: &'a Scene) -> Result<Self, String> {
        let (config, tls) = config(&scene.header)?;
        let undamaged = perform(scene, &config, tls, Damage::None)?;
        Ok(Self { scene, config, tls, undamaged })
    }

    fn try_out(&self, damage: Damage) -> Result<(), String> {
        let test = || self.judge(damage, &perform(self.scene, &self.config, self.tls, damage)?);
        calmly(test).map_err(|error| name(self.scene, damage, &error))
    }

    /// Good outcomes are those that the server gave, in order. Of those that it gave, none is missing
    /// if nothing else was wrong.
    fn judge(&self, damage: Damage, run: &Run) -> Result<(), String> {
        let lmtp = self.config.protocol == Protocol::Lmtp;
        let reader = Reader { lmtp, resumed: if lmtp { 2 } else { 1 } };
        let seen = reader.read(&run.output, &run.fed);
        let said = seen.iter().filter(|message| !message.in_vain);
        let said: Vec<u16> = said.flat_map(|message| &message.replies).copied().collect();
        let good = |codes: &[u16]| -> Vec<u16> {
            codes.iter().copied().filter(|code| code / 100 == 2).collect()
        };
        let (told, said) = (good(&run.outcomes), good(&said));
        let exact = matches!(damage, Damage::None | Damage::End(_));
        if !said.starts_with(&told) || (exact && said != told) {
            return Err(format!("told {told:?}, but the server said {said:?}"));
        }
        Ok(())
    }
}

fn perform(scene: &Scene, config: &Config, tls: bool, damage: Damage) -> Result<Run, String> {
    let caller = Caller {
        answers: Answers::new(scene),
        speaker: Speaker::default(),
        question: None,
        lmtp: config.protocol == Protocol::Lmtp,
        books: BTreeMap::new(),
        outcomes: Vec::new(),
        closed: false,
    };
    let mut client = Client::new(config.clone());
    if tls {
        client.upgraded(Tls::default());
    }
    let mut stage = Stage::new(client, caller);
    stage.perform(scene, damage)?;
    Ok(Run { fed: stage.fed, output: stage.rig.output, outcomes: stage.user.outcomes })
}

fn every(of: &str, damages: impl Fn(&Known<'_>) -> Vec<Damage> + Sync) -> Tally {
    let scenes = scenes(Side::Client);
    let mut tally = spread(&scenes, |scene, tally| {
        let known = Known::new(scene).map_err(|error| name(scene, Damage::None, &error))?;
        known.try_out(Damage::None)?;
        tally.add("good outcomes without damage", known.undamaged.outcomes.len() as u64);
        for damage in damages(&known) {
            tally.add(kind(damage), 1);
            known.try_out(damage)?;
        }
        Ok(())
    });
    tally.add("dialogues", scenes.len() as u64);
    tally.print(of);
    assert!(tally.0["good outcomes without damage"] > 50, "{tally:?}");
    tally
}

#[test]
fn some_corruptions_of_every_dialogue() {
    every("client", |known| thin(corruptions(known.scene, false), 311));
}

#[test]
#[ignore = "millions of conversations: for an optimised build"]
fn every_corruption_of_every_dialogue() {
    let tally = every("client", |known| corruptions(known.scene, known.scene.input.len() <= 150));
    assert!(tally.total() > 1_000_000, "{tally:?}");
}

#[test]
fn some_cuts_of_every_dialogue() {
    every("client", |known| thin(cuts(known.scene, known.undamaged.output.len()), 61));
}

#[test]
#[ignore = "a hundred thousand conversations: for an optimised build"]
fn every_cut_of_every_dialogue() {
    every("client", |known| cuts(known.scene, known.undamaged.output.len()));
}
