//! The domains that recipients were in, where their number counts (RFC 9422 section 4.3).

use alloc::boxed::Box;
use alloc::collections::BTreeSet;

use crate::syntax::address::ForwardPath;

/// Different domains, in lower case. Never more than were admitted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Domains(BTreeSet<Box<str>>);

impl Domains {
    /// Counts the domain of a recipient, unless that would make more than `limit`. Without a limit
    /// nothing is kept.
    pub(crate) fn admit<T: AsRef<str>>(&mut self, to: &ForwardPath<T>, limit: usize) -> bool {
        if limit == usize::MAX {
            return true;
        }
        let Some(mailbox) = to.mailbox() else { return true };
        let domain = mailbox.domain().as_str().to_ascii_lowercase();
        if self.0.contains(domain.as_str()) {
            return true;
        }
        self.0.len() < limit && self.0.insert(domain.into())
    }

    /// How many there would be with these.
    pub(crate) fn count_with<'a>(&self, paths: impl Iterator<Item = &'a ForwardPath>) -> usize {
        let domains =
            paths.filter_map(|path| Some(path.mailbox()?.domain().as_str().to_ascii_lowercase()));
        let new: BTreeSet<_> = domains.filter(|domain| !self.0.contains(domain.as_str())).collect();
        self.0.len().saturating_add(new.len())
    }
}
