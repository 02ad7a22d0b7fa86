//! SIZE (RFC 1870 section 3).

use core::fmt;

use super::{Offer, number};
use crate::syntax::capability::Extension;

/// The largest message in octets, as SIZE counts them. 0 means that there is no fixed maximum. What is
/// more than fits is `u64::MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SizeOffer(pub u64);

impl Offer for SizeOffer {
    const EXTENSION: Extension = Extension::Size;

    fn parse(arguments: &str) -> Option<Self> {
        number(arguments).map(Self)
    }
}

impl fmt::Display for SizeOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
