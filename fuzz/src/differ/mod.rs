//! The library against others that do the same: Stalwart's `smtp-proto`, `smtp-codec` and `mailin`.
//!
//! They differ, and each way in which they do has a name here, the input that shows it, and a verdict
//! in `docs/differences.md`. A difference that no row knows is a finding.

pub mod codec;
pub mod command;
pub mod data;
pub mod mailin;
pub mod reply;
pub mod stalwart;
#[cfg(test)]
mod tests;

/// What somebody makes of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Nothing that it knows.
    Unknown,
    Refused,
    /// It was taken to say this.
    Taken(Vec<String>),
}

/// What two make of the same input.
pub struct Case<'a, T> {
    pub input: &'a [u8],
    /// What we make of it, in our own terms.
    pub own: T,
    pub ours: Reading,
    pub theirs: Reading,
}

impl<T> Case<'_, T> {
    /// We take it, they do not.
    pub fn only_ours(&self) -> bool {
        matches!(self.ours, Reading::Taken(_)) && !matches!(self.theirs, Reading::Taken(_))
    }

    /// They take it, we do not.
    pub fn only_theirs(&self) -> bool {
        matches!(self.theirs, Reading::Taken(_)) && !matches!(self.ours, Reading::Taken(_))
    }

    /// Both take it, for something else.
    pub fn both(&self) -> bool {
        matches!((&self.ours, &self.theirs), (Reading::Taken(_), Reading::Taken(_)))
    }
}

/// A way to differ.
pub struct Class<T> {
    /// As it is called in `docs/differences.md`.
    pub name: &'static str,
    /// An input that shows it.
    pub example: &'static [u8],
    pub applies: fn(&Case<'_, T>) -> bool,
}

/// Finds the name of a difference.
pub fn name<T>(classes: &[Class<T>], case: &Case<'_, T>) -> Option<&'static str> {
    classes.iter().find(|class| (class.applies)(case)).map(|class| class.name)
}

/// Asserts that there is no difference, or one that is known.
pub fn judge<T>(classes: &[Class<T>], case: &Case<'_, T>) {
    if case.ours != case.theirs && name(classes, case).is_none() {
        let input = case.input.escape_ascii();
        let row = classes.first().map_or("", |class| class.name);
        panic!("\"{input}\"\nours:   {:?}\ntheirs: {:?}\nnot in {row}...", case.ours, case.theirs);
    }
}

/// A row of a table.
pub const fn class<T>(
    name: &'static str,
    example: &'static [u8],
    applies: fn(&Case<'_, T>) -> bool,
) -> Class<T> {
    Class { name, example, applies }
}
