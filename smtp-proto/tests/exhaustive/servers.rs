//! Every dialogue with the server machine, damaged: nothing is taken for delivered that the client has
//! not finished, and what is acknowledged is what was taken, once.

use smtp_proto::body::Newlines;
use smtp_proto::server::{Config, Event};
use smtp_proto::session::Protocol;
use smtp_proto::{Machine, Server, Tls};

use super::damage::{
    Answers, Damage, Scene, Stage, User, corruptions, cuts, kind, name, scenes, thin,
};
use super::reading::{Message, Reader, check_replies, normalize};
use crate::dialogue::parse::Side;
use crate::dialogue::server::{answer, config, describe};
use crate::{Tally, calmly, spread};

/// The application above the server. It answers as in the dialogue, or else says yes.
struct Application<'a> {
    answers: Answers<'a>,
    content: Vec<u8>,
    /// How often it was asked to deliver something.
    asked: usize,
    /// The content of each message that it took for delivered; in LMTP for each recipient.
    taken: Vec<Vec<u8>>,
    closed: bool,
}

impl Application<'_> {
    /// Answers as somebody said beforehand; whether that was yes.
    fn answer(&mut self, server: &mut Server, event: &Event) -> bool {
        let mut accepted = false;
        if self.answers.is_empty() {
            return accepted;
        }
        let what = describe(event);
        let is_body = matches!(event, Event::Body(_));
        let fits = self.answers.take(|expected| match &expected.body {
            Some(_) => is_body,
            None => crate::dialogue::matches(&expected.text, &what),
        });
        for call in fits.iter().flat_map(|expected| &expected.answers) {
            let done = answer(server, call).is_ok();
            accepted |= done && call.starts_with("accept") && !call.contains(" ! ");
        }
        accepted
    }
}

impl User<Server> for Application<'_> {
    fn event(&mut self, server: &mut Server, event: Event) -> Result<(), String> {
        match &event {
            Event::Message(_) | Event::Mail { .. } => self.content.clear(),
            Event::Body(piece) => self.content.extend_from_slice(piece),
            Event::Closed(_) | Event::Turned => self.closed = true,
            Event::Deliver { octets, .. } => {
                self.asked += 1;
                if *octets != self.content.len() as u64 {
                    return Err(format!("{event:?} of {} octets", self.content.len()));
                }
            }
            _ => {}
        }
        let mut accepted = self.answer(server, &event);
        if event.is_question() && !accepted {
            // Refused if there is no question any more.
            accepted = server.accept().is_ok();
        }
        if accepted && matches!(event, Event::Deliver { .. }) {
            self.taken.push(self.content.clone());
        }
        Ok(())
    }

    fn rescue(&mut self, server: &mut Server) -> Result<(), String> {
        server.accept().map_err(|error| error.to_string())
    }

    fn call(&mut self, server: &mut Server, what: &str) {
        if what == "shutdown" {
            server.shutdown();
        } else {
            let _ = answer(server, what);
        }
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}

/// What a performance came to.
struct Run {
    fed: Vec<u8>,
    output: Vec<u8>,
    asked: usize,
    taken: Vec<Vec<u8>>,
}

/// A scene, and what is known of it without damage.
struct Known<'a> {
    scene: &'a Scene,
    config: Config,
    tls: bool,
    reader: Reader,
    undamaged: Run,
}

impl<'a> Known<'a> {
    fn new(scene: &'a Scene) -> Result<Self, String> {
        let (config, tls) = config(&scene.header)?;
        let resumed = scene.answers.iter().flat_map(|expected| &expected.answers);
        let resumed = resumed.filter_map(|call| call.strip_prefix("resume ")).next_back();
        let resumed = resumed.map_or(0, |words| match words.split_once(' ') {
            Some((_, recipients)) => recipients.parse().unwrap(),
            None => 1,
        });
        let reader = Reader { lmtp: config.protocol == Protocol::Lmtp, resumed };
        let undamaged = perform(scene, &config, tls, Damage::None)?;
        Ok(Self { scene, config, tls, reader, undamaged })
    }

    fn try_out(&self, damage: Damage) -> Result<(), String> {
        let test = || self.judge(damage, &perform(self.scene, &self.config, self.tls, damage)?);
        calmly(test).map_err(|error| name(self.scene, damage, &error))
    }

    fn judge(&self, damage: Damage, run: &Run) -> Result<(), String> {
        let whole = !matches!(damage, Damage::Reset(_) | Damage::Broken(_) | Damage::Deaf(_));
        let seen = self.reader.read(&run.fed, &run.output);
        let acknowledged = self.taken(&seen);
        if whole {
            check_replies(&run.output)?;
            // What was said is what was done, in whole.
            same(&acknowledged, &run.taken)?;
            if acknowledged.len() != run.taken.len() {
                return Err(format!("{} taken, not {seen:?}", run.taken.len()));
            }
            let finals: usize = seen.iter().map(|message| message.replies.len()).sum();
            if run.asked > finals {
                return Err(format!("asked to deliver {} times, not for {seen:?}", run.asked));
            }
            return Ok(());
        }
        // A reply that nobody hears may be missing; what is taken was there in whole all the same.
        same(&acknowledged, &run.taken)?;
        let sent = self.reader.read(&run.fed, &self.undamaged.output);
        let finished = self.taken(&sent);
        if acknowledged.len() > run.taken.len() || run.taken.len() > finished.len() {
            let (acknowledged, finished) = (acknowledged.len(), finished.len());
            let taken = run.taken.len();
            return Err(format!("{acknowledged} acknowledged, {taken} taken, {finished} finished"));
        }
        same(&finished, &run.taken)
    }

    /// The content of what was acknowledged, as the application should have got it; for each recipient.
    fn taken(&self, messages: &[Message]) -> Vec<Option<Vec<u8>>> {
        let content = |message: &Message| {
            let content = message.content.clone()?;
            let normalize = self.config.newlines == Newlines::Normalize && !message.binary;
            Some(if normalize { crate::exhaustive::reading::normalize(&content) } else { content })
        };
        let mut taken = Vec::new();
        for message in messages {
            taken.extend((0..message.positive()).map(|_| content(message)));
        }
        taken
    }
}

/// Compares as far as both go. Of what the server fetched itself the content is not known.
fn same(known: &[Option<Vec<u8>>], taken: &[Vec<u8>]) -> Result<(), String> {
    for (known, taken) in known.iter().zip(taken) {
        if known.as_ref().is_some_and(|known| known != taken) {
            let (known, taken) = (known.clone().unwrap_or_default(), crate::dialogue::quote(taken));
            return Err(format!("taken {taken}, sent {}", crate::dialogue::quote(&known)));
        }
    }
    Ok(())
}

fn perform(scene: &Scene, config: &Config, tls: bool, damage: Damage) -> Result<Run, String> {
    let application = Application {
        answers: Answers::new(scene),
        content: Vec::new(),
        asked: 0,
        taken: Vec::new(),
        closed: false,
    };
    let mut server = Server::new(config.clone());
    if tls {
        server.upgraded(Tls::default());
    }
    let mut stage = Stage::new(server, application);
    stage.perform(scene, damage)?;
    let Application { asked, taken, .. } = stage.user;
    Ok(Run { fed: stage.fed, output: stage.rig.output, asked, taken })
}

fn every(of: &str, damages: impl Fn(&Known<'_>) -> Vec<Damage> + Sync) -> Tally {
    let scenes = scenes(Side::Server);
    let mut tally = spread(&scenes, |scene, tally| {
        let known = Known::new(scene).map_err(|error| name(scene, Damage::None, &error))?;
        known.try_out(Damage::None)?;
        for damage in damages(&known) {
            tally.add(kind(damage), 1);
            known.try_out(damage)?;
        }
        Ok(())
    });
    tally.add("dialogues", scenes.len() as u64);
    tally.print(of);
    tally
}

#[test]
fn some_corruptions_of_every_dialogue() {
    every("server", |known| thin(corruptions(known.scene, false), 311));
}

#[test]
#[ignore = "millions of conversations: for an optimised build"]
fn every_corruption_of_every_dialogue() {
    let tally = every("server", |known| corruptions(known.scene, known.scene.input.len() <= 150));
    assert!(tally.total() > 1_000_000, "{tally:?}");
}

#[test]
fn some_cuts_of_every_dialogue() {
    every("server", |known| thin(cuts(known.scene, known.undamaged.output.len()), 61));
}

#[test]
#[ignore = "a quarter of a million conversations: for an optimised build"]
fn every_cut_of_every_dialogue() {
    every("server", |known| cuts(known.scene, known.undamaged.output.len()));
}

/// A reader that is wrong would not notice anything. It finds what the applications took.
#[test]
fn the_reader_finds_what_was_taken() {
    let taken = std::sync::atomic::AtomicUsize::new(0);
    spread(&scenes(Side::Server), |scene, _| {
        let known = Known::new(scene)?;
        let messages = known.reader.read(&known.undamaged.fed, &known.undamaged.output);
        let positive: usize = messages.iter().map(Message::positive).sum();
        taken.fetch_add(positive, std::sync::atomic::Ordering::Relaxed);
        Ok(())
    });
    let taken = taken.into_inner();
    println!("server: {taken} messages taken in all dialogues");
    assert!(taken > 100);
    assert_eq!(normalize(b"\r\r\n\n"), b"\r\n\r\n\r\n");
}
