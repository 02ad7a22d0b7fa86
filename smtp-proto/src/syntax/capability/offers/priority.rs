//! MT-PRIORITY (RFC 6710 sections 3 and 7).

use alloc::boxed::Box;
use core::fmt;

use super::Offer;
use crate::syntax::capability::Extension;

/// The priority assignment policy, by its registered name, if the server tells: `MIXER`, `STANAG4406`,
/// `NSEP`. Nothing told means that the server would rather not say (section 3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct MtPriorityOffer(Option<Box<str>>);

impl MtPriorityOffer {
    /// The policy of this name; `None` unless it is 1 to 20 letters, digits, hyphens, underscores and
    /// dots (RFC 6710 section 7).
    #[must_use]
    pub fn policy(name: &str) -> Option<Self> {
        let fits = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet);
        let well_formed = matches!(name.len(), 1..=20) && name.bytes().all(fits);
        well_formed.then(|| Self(Some(name.into())))
    }

    /// The name of the policy, if it was told.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl Offer for MtPriorityOffer {
    const EXTENSION: Extension = Extension::MtPriority;

    fn parse(arguments: &str) -> Option<Self> {
        if arguments.is_empty() { Some(Self::default()) } else { Self::policy(arguments) }
    }
}

impl fmt::Display for MtPriorityOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name().unwrap_or_default())
    }
}
