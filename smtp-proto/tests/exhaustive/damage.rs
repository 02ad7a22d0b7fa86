//! One side of a dialogue, the peer's octets damaged in one place or the connection cut there.

use std::fs;
use std::time::Duration;

use smtp_proto::{Machine, Step, Tls, Wait};

use crate::dialogue::files;
use crate::dialogue::parse::{Boundary, Expected, Item, Script, Side};
use crate::rig::{Asks, Rig, Writes};

/// Who waits for longer than that behind the end of the stream hangs.
const LONGEST_DELAY: Duration = Duration::from_secs(60);

/// One thing that goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    None,
    /// The octet at this place of what the peer sends becomes another.
    Replace(usize, u8),
    Delete(usize),
    /// It comes twice.
    Repeat(usize),
    /// So many octets come from the peer, and then the end of its stream.
    End(usize),
    /// So many octets come from the peer, and then nothing can be read or written any more.
    Reset(usize),
    /// So many octets can be written, and then neither written nor read.
    Broken(usize),
    /// So many octets can be written, and no more; what the peer sends still comes.
    Deaf(usize),
}

/// What is put in the place of an octet where not every other is: what means something to a parser of
/// lines, commands, replies, numbers or addresses, the ends of ranges, and each bit by itself.
pub(crate) fn replacements(octet: u8) -> Vec<u8> {
    let mut all = b"\0\t\n\r .-+=<>@,:;*\"\\()[]%/0123459aAxX~\x01\x1b\x7f\x80\xc3\xff".to_vec();
    all.extend((0..8).map(|bit| octet ^ (1 << bit)));
    all.sort_unstable();
    all.dedup();
    all.retain(|other| *other != octet);
    all
}

/// A dialogue as seen by one side.
pub(crate) struct Scene {
    pub(crate) name: String,
    pub(crate) header: Vec<String>,
    /// All that the peer sends.
    pub(crate) input: Vec<u8>,
    acts: Vec<Act>,
    /// What the user does about which event.
    pub(crate) answers: Vec<Expected>,
}

enum Act {
    /// The input up to here is sent.
    Feed(usize),
    Boundary(Boundary),
}

/// The dialogues of one side.
pub(crate) fn scenes(side: Side) -> Vec<Scene> {
    let scene = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let script = Script::parse(&fs::read_to_string(&path).unwrap()).unwrap();
        let header = match side {
            Side::Server => script.server.clone()?,
            Side::Client => script.client.clone()?,
        };
        let mut scene =
            Scene { name, header, input: Vec::new(), acts: Vec::new(), answers: Vec::new() };
        for item in script.items(side) {
            match item {
                Item::Turn(turn) => {
                    scene.input.extend_from_slice(&turn.input);
                    scene.acts.push(Act::Feed(scene.input.len()));
                    let answered = |expected: &Expected| !expected.answers.is_empty();
                    scene.answers.extend(turn.events.into_iter().filter(answered));
                }
                Item::Boundary(_, boundary) => scene.acts.push(Act::Boundary(boundary)),
            }
        }
        Some(scene)
    };
    files().into_iter().filter_map(scene).collect()
}

impl Scene {
    /// The places to damage: all, but within a long run of the same pattern only its ends.
    pub(crate) fn places(&self) -> Vec<usize> {
        let input = &self.input;
        let dull = |at: usize| {
            (1..=16).any(|period| {
                let around = at.saturating_sub(40)..(at + 40).min(input.len());
                around.len() == 80
                    && input[around.clone()]
                        .iter()
                        .zip(&input[around.start + period..around.end])
                        .all(|(one, other)| one == other)
            })
        };
        (0..input.len()).filter(|at| !dull(*at)).collect()
    }
}

/// Who is above the machine.
pub(crate) trait User<M: Machine> {
    fn event(&mut self, machine: &mut M, event: M::Event) -> Result<(), String>;
    /// A question is open still: it has to be answered somehow.
    fn rescue(&mut self, machine: &mut M) -> Result<(), String>;
    /// Does something unasked. It may be refused.
    fn call(&mut self, machine: &mut M, what: &str);
    fn is_closed(&self) -> bool;
}

/// A performance of a scene.
pub(crate) struct Stage<M: Machine, U> {
    pub(crate) rig: Rig<M>,
    pub(crate) user: U,
    /// What the machine was given of the peer's octets.
    pub(crate) fed: Vec<u8>,
    /// Octets that can still be written.
    budget: usize,
    deaf: bool,
    polls: usize,
    at: At,
}

/// What the machine is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Wait(Wait),
    Upgrade,
    /// It waits for nothing any more.
    Over,
}

impl<M: Machine, U: User<M>> Stage<M, U>
where
    M::Event: Asks + PartialEq + std::fmt::Debug,
{
    pub(crate) fn new(machine: M, user: U) -> Self {
        Self {
            rig: Rig::new(machine, Writes::All, 0),
            user,
            fed: Vec::new(),
            budget: usize::MAX,
            deaf: false,
            polls: 0,
            at: At::Over,
        }
    }

    /// Plays the scene to its end, which is the end of the peer's stream if nothing else is.
    pub(crate) fn perform(&mut self, scene: &Scene, damage: Damage) -> Result<(), String> {
        let mut input = scene.input.clone();
        let (mut place, mut more, mut less, mut stop) = (usize::MAX, 0, 0, None);
        match damage {
            Damage::None => {}
            Damage::Replace(at, octet) => input[at] = octet,
            Damage::Delete(at) => {
                input.remove(at);
                (place, less) = (at, 1);
            }
            Damage::Repeat(at) => {
                input.insert(at, input[at]);
                (place, more) = (at, 1);
            }
            Damage::End(at) | Damage::Reset(at) => stop = Some(at),
            Damage::Broken(at) => self.budget = at,
            Damage::Deaf(at) => (self.budget, self.deaf) = (at, true),
        }
        let mut rest = input.as_slice();
        for act in &scene.acts {
            self.settle(input.len())?;
            match act {
                Act::Feed(end) => {
                    let end = if *end > place { *end + more - less } else { *end };
                    let end = stop.map_or(end, |stop| end.min(stop));
                    let now = end.saturating_sub(input.len() - rest.len());
                    let (turn, behind) = rest.split_at(now);
                    rest = behind;
                    let last = stop == Some(end);
                    let act = !(last && matches!(damage, Damage::Reset(_)));
                    self.feed(turn, input.len(), act)?;
                    if last {
                        break;
                    }
                }
                Act::Boundary(Boundary::Tls) if self.at == At::Upgrade => {
                    self.rig.machine.upgraded(Tls::default());
                }
                Act::Boundary(Boundary::Time(time)) => self.rig.now += *time,
                Act::Boundary(Boundary::Do(what)) => self.user.call(&mut self.rig.machine, what),
                Act::Boundary(_) => {}
            }
        }
        if matches!(damage, Damage::Reset(_)) {
            self.rig.machine.outbox().close();
        } else {
            self.settle(input.len())?;
        }
        self.rig.machine.inbox().close();
        self.settle(input.len())?;
        // A server that delays its greeting, or its replies, does so to the end.
        while let At::Wait(Wait { until: Some(until), .. }) = self.at
            && !self.rig.machine.outbox().is_closed()
            && until.saturating_sub(self.rig.now) < LONGEST_DELAY
        {
            self.rig.now = until;
            self.settle(input.len())?;
        }
        let fits = match self.at {
            // Over a stream that has ended nobody shakes hands, and nobody says more.
            At::Upgrade => true,
            At::Over => self.user.is_closed(),
            At::Wait(_) => false,
        };
        if fits { Ok(()) } else { Err(format!("at the end, {:?}", self.at)) }
    }

    /// Goes on until there is nothing to do but to wait for the peer.
    fn settle(&mut self, input: usize) -> Result<(), String> {
        loop {
            self.polls += 1;
            if self.polls > 2000 + 10 * input {
                return Err("goes round in circles".into());
            }
            match self.rig.poll()? {
                Step::Event(event) if self.user.is_closed() => {
                    return Err(format!("{event:?} after the last event"));
                }
                Step::Event(event) => self.user.event(&mut self.rig.machine, event)?,
                Step::Unanswered => self.user.rescue(&mut self.rig.machine)?,
                Step::Wait(Wait { write: true, .. }) => self.write(),
                step => {
                    self.at = match step {
                        Step::Wait(wait) => At::Wait(wait),
                        Step::Upgrade { .. } => At::Upgrade,
                        _ => At::Over,
                    };
                    return Ok(());
                }
            }
        }
    }

    fn write(&mut self) {
        let before = self.rig.output.len();
        self.rig.write_some(self.budget);
        let written = self.rig.output.len() - before;
        self.budget -= written;
        if written == 0 {
            self.rig.machine.outbox().close();
            if !self.deaf {
                self.rig.machine.inbox().close();
            }
        }
    }

    /// Gives the machine a piece of the input, and lets it act on the last of it, or not.
    fn feed(&mut self, mut input: &[u8], all: usize, act: bool) -> Result<(), String> {
        loop {
            let fed = match self.at {
                At::Wait(wait) if wait.read => self.rig.feed(input),
                // What comes behind STARTTLS unasked is an attack; here it did not come.
                _ => return Ok(()),
            };
            self.fed.extend_from_slice(&input[..fed]);
            input = &input[fed..];
            if input.is_empty() && !act {
                return Ok(());
            }
            self.settle(all)?;
            if input.is_empty() {
                return Ok(());
            }
        }
    }
}

/// Answers in the order of the dialogue: each is given once.
pub(crate) struct Answers<'a> {
    all: &'a [Expected],
    given: Vec<bool>,
}

impl<'a> Answers<'a> {
    pub(crate) fn new(scene: &'a Scene) -> Self {
        Self { all: &scene.answers, given: vec![false; scene.answers.len()] }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The next that was not given yet and fits.
    pub(crate) fn take(&mut self, fits: impl Fn(&Expected) -> bool) -> Option<&'a Expected> {
        let open = |(expected, given): &(&'a Expected, &mut bool)| !**given && fits(expected);
        let (expected, given) = self.all.iter().zip(&mut self.given).find(open)?;
        *given = true;
        Some(expected)
    }
}

/// What went wrong, and in which performance.
pub(crate) fn name(scene: &Scene, damage: Damage, error: &str) -> String {
    format!("{}, {damage:?}: {error}", scene.name)
}

/// Every damage of a kind that a tally can tell apart.
pub(crate) fn kind(damage: Damage) -> &'static str {
    match damage {
        Damage::None => "undamaged",
        Damage::Replace(..) => "octets replaced",
        Damage::Delete(_) => "octets deleted",
        Damage::Repeat(_) => "octets repeated",
        Damage::End(_) => "cuts of the input, the output goes on",
        Damage::Reset(_) => "cuts of the input, and of the output",
        Damage::Broken(_) => "cuts of the output, and of the input",
        Damage::Deaf(_) => "cuts of the output, the input goes on",
    }
}

/// Corruptions of a scene: by chosen octets, or by every other octet there is.
pub(crate) fn corruptions(scene: &Scene, all: bool) -> Vec<Damage> {
    let mut damages = Vec::new();
    for at in scene.places() {
        let octet = scene.input[at];
        let others =
            if all { (0..=255).filter(|o| *o != octet).collect() } else { replacements(octet) };
        damages.extend(others.into_iter().map(|other| Damage::Replace(at, other)));
        damages.extend([Damage::Delete(at), Damage::Repeat(at)]);
    }
    damages
}

/// All ways to cut a scene that has so much output.
pub(crate) fn cuts(scene: &Scene, output: usize) -> Vec<Damage> {
    let input = (0..=scene.input.len()).flat_map(|at| [Damage::End(at), Damage::Reset(at)]);
    let output = (0..=output).flat_map(|at| [Damage::Broken(at), Damage::Deaf(at)]);
    input.chain(output).collect()
}

/// Every `n`th of them.
pub(crate) fn thin(damages: Vec<Damage>, n: usize) -> Vec<Damage> {
    damages.into_iter().step_by(n).collect()
}
