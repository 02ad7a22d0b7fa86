//! What is in the server's store, held against what it has acknowledged.
//!
//! A message is there if `ID.json` is; then `ID.eml` has to be its octets. What else there is does not
//! count as a message, and is what crashes and transactions in progress leave.

use std::collections::HashMap;
use std::collections::btree_map::{BTreeMap, Entry as Slot};
use std::fs;
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::ledger::{Entry, Ledger};
use crate::message::{Found, Id, inspect};

/// How long a server may take for what it was still at, and how long nothing may change then.
const SETTLING: (Duration, Duration) = (Duration::from_secs(20), Duration::from_millis(400));

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) acknowledged: u64,
    pub(crate) whole: u64,
    /// Not acknowledged, and there all the same: the reply was lost.
    pub(crate) unacknowledged: u64,
    /// There more than once, after an outcome that was not known.
    pub(crate) repeated: u64,
    /// Messages of runs that nothing is known of.
    pub(crate) foreign: u64,
    /// Files that don't count as messages.
    pub(crate) leftovers: u64,
    pub(crate) faults: Vec<Fault>,
}

/// What must not be.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    /// The message or the file.
    pub(crate) what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Lost,
    Altered,
    Doubled,
    HalfWritten,
    NeverSent,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] =
        [Self::Lost, Self::Altered, Self::Doubled, Self::HalfWritten, Self::NeverSent];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Altered => "altered",
            Self::Doubled => "doubled",
            Self::HalfWritten => "half-written",
            Self::NeverSent => "never sent",
        }
    }

    pub(crate) fn explanation(self) -> &'static str {
        match self {
            Self::Lost => "acknowledged, and not there",
            Self::Altered => "there, and not as it was sent",
            Self::Doubled => "there more often than it was sent with a reply that could be 250",
            Self::HalfWritten => "counted as a message, and not complete",
            Self::NeverSent => "there, and its end was never sent, or it was refused",
        }
    }
}

impl Findings {
    fn fault(&mut self, kind: Kind, what: String) {
        self.faults.push(Fault { kind, what });
    }

    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.faults.iter().filter(|fault| fault.kind == kind).count()
    }
}

/// Goes through the store once nothing changes there any more.
pub(crate) fn check(store: &Path, ledger: &Ledger) -> io::Result<Findings> {
    settle(store)?;
    let mut findings = Findings::default();
    let copies = read(store, &mut findings)?;
    compare(&ledger.entries(), ledger.run(), copies, &mut findings);
    Ok(findings)
}

fn settle(store: &Path) -> io::Result<()> {
    let names = || -> io::Result<Vec<_>> {
        let mut names: Vec<_> =
            fs::read_dir(store)?.map(|entry| Ok(entry?.file_name())).collect::<io::Result<_>>()?;
        names.sort();
        Ok(names)
    };
    let end = Instant::now() + SETTLING.0;
    let mut before = names()?;
    while Instant::now() < end {
        thread::sleep(SETTLING.1);
        let now = names()?;
        if now == before {
            break;
        }
        before = now;
    }
    Ok(())
}

/// How often each message is there.
fn read(store: &Path, findings: &mut Findings) -> io::Result<BTreeMap<Id, u32>> {
    let mut copies = BTreeMap::new();
    for entry in fs::read_dir(store)? {
        let path = entry?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if extension != Some("json") {
            let counted = extension == Some("eml") && path.with_extension("json").exists();
            findings.leftovers += u64::from(!counted);
            continue;
        }
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let envelope = fs::read(&path)?;
        let envelope = serde_json::from_slice::<Value>(&envelope).ok();
        let size = envelope.and_then(|envelope| envelope["size"].as_u64());
        let content = match fs::read(path.with_extension("eml")) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                findings.fault(Kind::HalfWritten, format!("{name}: there is no content"));
                continue;
            }
            Err(error) => return Err(error),
        };
        if size != Some(content.len() as u64) {
            findings
                .fault(Kind::HalfWritten, format!("{name}: {size:?} octets, {}", content.len()));
        }
        match inspect(&content) {
            Found::Whole(id) => *copies.entry(id).or_default() += 1,
            Found::Damaged(id) => findings.fault(Kind::Altered, format!("{name}, which is {id}")),
            Found::Strange => {
                findings.fault(Kind::Altered, format!("{name}, which is nothing of ours"));
            }
        }
    }
    Ok(copies)
}

fn compare(
    entries: &HashMap<Id, Entry>,
    run: u64,
    mut copies: BTreeMap<Id, u32>,
    findings: &mut Findings,
) {
    findings.whole = copies.values().copied().map(u64::from).sum();
    for (id, entry) in entries {
        let there = match copies.entry(*id) {
            Slot::Occupied(slot) => slot.remove(),
            Slot::Vacant(_) => 0,
        };
        findings.acknowledged += u64::from(entry.least());
        findings.repeated += u64::from(there.saturating_sub(1));
        findings.unacknowledged += u64::from(there.saturating_sub(entry.least()));
        let of = |times: u32| if times == 1 { "once".into() } else { format!("{times} times") };
        if there < entry.least() {
            let what = format!("{id}: acknowledged {}, there {}", of(entry.least()), of(there));
            findings.fault(Kind::Lost, what);
        } else if there > entry.most() {
            let kind = if entry.most() == 0 { Kind::NeverSent } else { Kind::Doubled };
            findings
                .fault(kind, format!("{id}: there {}, at most {}", of(there), of(entry.most())));
        }
    }
    // What is left nobody knows.
    for (id, there) in copies {
        if id.run == run {
            findings.fault(Kind::NeverSent, id.to_string());
        } else {
            findings.foreign += u64::from(there);
        }
    }
}
