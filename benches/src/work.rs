//! Something to be measured.

/// What a work is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Octets of a body.
    Octet,
    /// Lines: commands, replies.
    Line,
    /// Messages.
    Message,
}

type Run = Box<dyn FnMut(&mut [u8]) -> u64>;

/// Something to be measured, and its right answer. Criterion takes the time of it, and valgrind counts
/// its instructions.
pub struct Work {
    name: String,
    amount: (u64, Unit),
    input: Vec<u8>,
    answer: u64,
    run: Run,
}

impl Work {
    /// `run` goes through so much, and returns `answer` each time.
    pub fn new(
        name: impl Into<String>,
        amount: (usize, Unit),
        answer: usize,
        mut run: impl FnMut() -> usize + 'static,
    ) -> Self {
        let run = move |_: &mut [u8]| run();
        Self::in_place(name, amount, Vec::new(), answer, run)
    }

    /// The same, working in place: each run gets a copy of `input` to spoil, whose making is not to be
    /// measured.
    pub fn in_place(
        name: impl Into<String>,
        (amount, unit): (usize, Unit),
        input: Vec<u8>,
        answer: usize,
        mut run: impl FnMut(&mut [u8]) -> usize + 'static,
    ) -> Self {
        let run = Box::new(move |input: &mut [u8]| run(input) as u64);
        let (name, answer) = (name.into(), answer as u64);
        Self { name, amount: (amount as u64, unit), input, answer, run }
    }

    /// Its name within its group.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How much of what it goes through.
    #[must_use]
    pub fn amount(&self) -> (u64, Unit) {
        self.amount
    }

    /// Whether it works in place, and wants a new [`input`](Self::input) for each run.
    #[must_use]
    pub fn is_in_place(&self) -> bool {
        !self.input.is_empty()
    }

    /// What it works on.
    #[must_use]
    pub fn input(&self) -> Vec<u8> {
        self.input.clone()
    }

    /// Does it.
    pub fn run(&mut self, input: &mut [u8]) -> u64 {
        (self.run)(input)
    }

    /// Does it twice, for what it leaves behind may not change its answer.
    ///
    /// # Panics
    ///
    /// If the answer is wrong.
    pub fn check(&mut self) {
        for time in ["first", "second"] {
            let answer = self.run(&mut self.input());
            assert_eq!(answer, self.answer, "{}, the {time} time", self.name);
        }
    }
}
