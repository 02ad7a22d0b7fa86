//! Who comes: kinds of peers, and how many of each at a time.

use std::fmt::Write;
use std::str::FromStr;

/// What a peer is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    Good,
    Slow,
    Broken,
    Hostile,
}

impl Group {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Slow => "slow",
            Self::Broken => "broken",
            Self::Hostile => "hostile",
        }
    }
}

/// What a peer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Data,
    Bdat,
    Tls,
    Ahead,
    Recipients,
    ByHand,
    Drip,
    SlowReader,
    Pauses,
    Close,
    Reset,
    HalfClose,
    Unread,
    Garbage,
    EndlessLine,
    EarlyTalker,
    Flood,
    ThousandRecipients,
    WrongEnd,
    GiantBdat,
    EndlessAuth,
    TlsNoise,
    Silent,
    Stall,
}

/// What it is called, what it is like, and what it does.
type Row = (Kind, &'static str, Group, &'static str);

/// In the order of the kinds.
const TABLE: [Row; Kind::COUNT] = [
    (Kind::Data, "data", Group::Good, "messages one by one, by DATA"),
    (Kind::Bdat, "bdat", Group::Good, "messages one by one, by BDAT"),
    (Kind::Tls, "tls", Group::Good, "messages one by one, behind STARTTLS"),
    (Kind::Ahead, "ahead", Group::Good, "messages pipelined behind each other"),
    (Kind::Recipients, "recipients", Group::Good, "a message for up to a hundred"),
    (Kind::ByHand, "by-hand", Group::Good, "a message without our client"),
    (Kind::Drip, "drip", Group::Slow, "an octet at a time"),
    (Kind::SlowReader, "slow-reader", Group::Slow, "many messages, and replies read one by one"),
    (Kind::Pauses, "pauses", Group::Slow, "seconds between the steps"),
    (Kind::Close, "close", Group::Broken, "closes at a point by chance"),
    (Kind::Reset, "reset", Group::Broken, "resets at a point by chance"),
    (
        Kind::HalfClose,
        "half-close",
        Group::Broken,
        "sends no more from a point by chance, and reads",
    ),
    (Kind::Unread, "unread", Group::Broken, "is gone behind the last dot"),
    (Kind::Garbage, "garbage", Group::Hostile, "any octets"),
    (Kind::EndlessLine, "endless-line", Group::Hostile, "a line without an end"),
    (Kind::EarlyTalker, "early-talker", Group::Hostile, "everything before the greeting"),
    (Kind::Flood, "flood", Group::Hostile, "RSET and NOOP as fast as it goes"),
    (Kind::ThousandRecipients, "thousand", Group::Hostile, "a thousand RCPT and more"),
    (Kind::WrongEnd, "wrong-end", Group::Hostile, "a second message behind a wrong end of data"),
    (Kind::GiantBdat, "giant-bdat", Group::Hostile, "chunks that are larger than what comes"),
    (Kind::EndlessAuth, "endless-auth", Group::Hostile, "AUTH that is never over"),
    (Kind::TlsNoise, "tls-noise", Group::Hostile, "any octets for a handshake"),
    (Kind::Silent, "silent", Group::Hostile, "never speaks"),
    (Kind::Stall, "stall", Group::Hostile, "half a message, and nothing more"),
];

const _: () = {
    let mut index = 0;
    while index < Kind::COUNT {
        assert!(TABLE[index].0 as usize == index, "a row is not where its kind is");
        index += 1;
    }
};

impl Kind {
    /// How many there are.
    pub(crate) const COUNT: usize = 24;

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }

    pub(crate) fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    pub(crate) fn group(self) -> Group {
        TABLE[self as usize].2
    }
}

/// The table, for `--help`.
pub(crate) fn help() -> String {
    let mut text = String::from("Peers:\n");
    for (_, name, group, what) in TABLE {
        let _ = writeln!(text, "  {:<8} {name:<13} {what}", group.name());
    }
    text
}

/// Shares of groups or kinds.
#[derive(Clone, Debug)]
pub(crate) struct Mix(Vec<(Vec<Kind>, usize)>);

impl FromStr for Mix {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut shares = Vec::new();
        for part in text.split(',') {
            let (name, share) = part.split_once(':').unwrap_or((part, "1"));
            let kinds = TABLE.iter().filter(|row| row.1 == name || row.2.name() == name);
            let kinds: Vec<Kind> = kinds.map(|row| row.0).collect();
            if kinds.is_empty() {
                return Err(format!("there is no peer {name:?}"));
            }
            shares.push((kinds, share.parse().map_err(|_| format!("{share:?} is no share"))?));
        }
        let mix = Self(shares);
        if mix.total() == 0 { Err("nobody would come".into()) } else { Ok(mix) }
    }
}

impl Mix {
    fn total(&self) -> usize {
        self.0.iter().map(|(_, share)| share).sum()
    }

    /// The kinds that take turns in each of so many places: by shares, and in all of them somebody if
    /// there are as many places.
    pub(crate) fn deal(&self, places: usize) -> Vec<Vec<Kind>> {
        let mut dealt = vec![0_usize; self.0.len()];
        (0..places)
            .map(|_| {
                // Who has least of what is due.
                let due = |index: &usize| (dealt[*index] * 1_000_000).checked_div(self.0[*index].1);
                let open = (0..self.0.len()).filter(|index| self.0[*index].1 > 0);
                let next = open.min_by_key(due).unwrap_or_default();
                dealt[next] += 1;
                self.0[next].0.clone()
            })
            .collect()
    }
}
