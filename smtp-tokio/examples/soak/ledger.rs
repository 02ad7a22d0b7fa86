//! What was sent, and what the server said to it.
//!
//! In the journal a line is an event: `tried ID` before the content goes out, and what came of it
//! once that is known. What is only tried there may have come to anything.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::message::Id;

/// What came of sending a message once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The server has taken responsibility for it.
    Acknowledged,
    /// The server has said that it does not take it.
    Refused,
    /// Its end was never sent.
    Unfinished,
    /// Its end was sent, and no reply came (RFC 1047).
    Unknown,
}

impl Fate {
    fn word(self) -> Option<&'static str> {
        match self {
            Self::Acknowledged => Some("acknowledged"),
            Self::Refused => Some("refused"),
            Self::Unfinished => Some("unfinished"),
            Self::Unknown => None,
        }
    }
}

/// How often a message was sent, and with what result.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Entry {
    tried: u32,
    acknowledged: u32,
    not_taken: u32,
}

impl Entry {
    /// At least so many have to be there: those that were acknowledged.
    pub(crate) fn least(self) -> u32 {
        self.acknowledged
    }

    /// At most so many may be there: each whose end was sent, and that was not refused.
    pub(crate) fn most(self) -> u32 {
        self.tried.saturating_sub(self.not_taken)
    }
}

/// All messages, by name.
#[derive(Debug)]
pub(crate) struct Ledger {
    run: u64,
    next: AtomicU64,
    entries: Mutex<HashMap<Id, Entry>>,
    journal: Option<File>,
}

impl Ledger {
    /// Goes on where the journal ends, if there is one.
    pub(crate) fn open(journal: Option<&Path>) -> io::Result<Self> {
        let mut entries = HashMap::new();
        let journal = match journal {
            None => None,
            Some(path) => {
                let file = OpenOptions::new().create(true).append(true).read(true).open(path)?;
                read(&file, &mut entries)?;
                Some(file)
            }
        };
        // Not by the seed: two runs with the same one are still two runs.
        let run = fastrand::Rng::new().u64(..);
        Ok(Self { run, next: AtomicU64::new(0), entries: Mutex::new(entries), journal })
    }

    pub(crate) fn run(&self) -> u64 {
        self.run
    }

    pub(crate) fn next_id(&self) -> Id {
        Id { run: self.run, number: self.next.fetch_add(1, Ordering::Relaxed) }
    }

    /// Its content is about to go out.
    pub(crate) fn tried(&self, id: Id) {
        self.write("tried", id);
        self.with(|entries| entries.entry(id).or_default().tried += 1);
    }

    pub(crate) fn settled(&self, id: Id, fate: Fate) {
        if let Some(word) = fate.word() {
            self.write(word, id);
        }
        self.with(|entries| record(entries, id, fate));
    }

    pub(crate) fn entries(&self) -> HashMap<Id, Entry> {
        self.with(|entries| entries.clone())
    }

    fn with<T>(&self, work: impl FnOnce(&mut HashMap<Id, Entry>) -> T) -> T {
        work(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// In one write, so that lines of several tasks don't mix.
    fn write(&self, word: &str, id: Id) {
        if let Some(mut file) = self.journal.as_ref()
            && let Err(error) = file.write_all(format!("{word} {id}\n").as_bytes())
        {
            // Nothing can be proved without it.
            eprintln!("soak: cannot write the journal: {error}");
            std::process::exit(crate::exit::SYSTEM.into());
        }
    }
}

fn record(entries: &mut HashMap<Id, Entry>, id: Id, fate: Fate) {
    let entry = entries.entry(id).or_default();
    match fate {
        Fate::Acknowledged => entry.acknowledged += 1,
        Fate::Refused | Fate::Unfinished => entry.not_taken += 1,
        Fate::Unknown => {}
    }
}

fn read(file: &File, entries: &mut HashMap<Id, Entry>) -> io::Result<()> {
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line?;
        let known = line.split_once(' ').and_then(|(word, id)| Some((word, Id::parse(id)?)));
        match known {
            Some(("tried", id)) => entries.entry(id).or_default().tried += 1,
            Some(("acknowledged", id)) => record(entries, id, Fate::Acknowledged),
            Some(("refused", id)) => record(entries, id, Fate::Refused),
            Some(("unfinished", id)) => record(entries, id, Fate::Unfinished),
            _ => {
                let what = format!("line {} of the journal is {line:?}", number + 1);
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
        }
    }
    Ok(())
}
