//! Who competes, over what, and how well.

/// What a contestant does with a corpus, once or many times over.
pub(crate) trait Work {
    /// Puts back what a pass uses up. It is not measured.
    fn prepare(&mut self) {}

    /// Whether there is something to be put back.
    fn is_prepared(&self) -> bool {
        false
    }

    /// Once through the corpus.
    fn pass(&mut self);

    /// The loop is in here so that a pass is not called through a pointer.
    fn passes(&mut self, count: u32) {
        for _ in 0..count {
            self.pass();
        }
    }
}

impl<F: FnMut()> Work for F {
    fn pass(&mut self) {
        self();
    }
}

/// Work of which each pass begins with something to be put back.
pub(crate) struct Prepared<S, P, R> {
    pub(crate) state: S,
    pub(crate) prepare: P,
    pub(crate) run: R,
}

impl<S, P: FnMut(&mut S), R: FnMut(&mut S)> Work for Prepared<S, P, R> {
    fn prepare(&mut self) {
        (self.prepare)(&mut self.state);
    }

    fn is_prepared(&self) -> bool {
        true
    }

    fn pass(&mut self) {
        (self.run)(&mut self.state);
    }
}

/// Whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// This library.
    Ours,
    /// Somebody else's library, driven as its documentation says.
    Peer,
    /// What cannot be done without, written by hand: it checks nothing.
    Limit,
}

/// Whether it does the right thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// So many of the corpus' lines are accepted.
    pub(crate) accepted: Option<usize>,
    /// What is wrong with the octets it produces; `None` if it produces none.
    pub(crate) octets: Option<Result<(), String>>,
}

impl Verdict {
    pub(crate) fn accepts(lines: usize) -> Self {
        Self { accepted: Some(lines), octets: None }
    }

    pub(crate) fn octets(verdict: Result<(), String>) -> Self {
        Self { accepted: None, octets: Some(verdict) }
    }

    pub(crate) fn none() -> Self {
        Self::default()
    }
}

/// One of those who compete.
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    pub(crate) side: Side,
    pub(crate) work: Box<dyn Work>,
    pub(crate) verdict: Verdict,
}

impl Contestant {
    pub(crate) fn new(
        name: &'static str,
        side: Side,
        verdict: Verdict,
        work: impl Work + 'static,
    ) -> Self {
        Self { name, side, work: Box::new(work), verdict }
    }
}

/// What is competed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Topic {
    pub(crate) group: &'static str,
    pub(crate) corpus: &'static str,
    /// What figures are given for: a command, an octet.
    pub(crate) item: Item,
    /// Lines of the corpus that should be accepted, of how many.
    pub(crate) lines: Option<(usize, usize)>,
    /// What it is, for readers.
    pub(crate) about: &'static str,
}

/// What figures are given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Command,
    Reply,
    /// Times are given for a MiB, instructions for an octet.
    Octets,
    Mail,
    Recipient,
}

impl Item {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Item::Command => "command",
            Item::Reply => "reply",
            Item::Octets => "octet",
            Item::Mail => "mail",
            Item::Recipient => "recipient",
        }
    }
}

/// All who compete over one thing. The first of them is what the others are compared with.
pub(crate) struct Contest {
    pub(crate) topic: Topic,
    /// Items in one pass.
    pub(crate) items: usize,
    pub(crate) contestants: Vec<Contestant>,
    /// Who is not among them, and why.
    pub(crate) absent: &'static [Absent],
}

/// A name, and why it does not compete.
pub(crate) type Absent = (&'static str, &'static str);
