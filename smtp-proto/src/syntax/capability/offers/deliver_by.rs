//! DELIVERBY (RFC 2852 section 2).

use core::fmt;

use super::{Offer, number};
use crate::syntax::capability::Extension;

/// The longest time that BY can name.
const MAX: u32 = 999_999_999;

/// The shortest time in seconds that the server takes with `R`, if it tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct DeliverByOffer {
    min: Option<u32>,
}

impl DeliverByOffer {
    /// At least so many seconds; `None` if they are more than BY can name.
    #[must_use]
    pub fn at_least(seconds: u32) -> Option<Self> {
        (seconds <= MAX).then_some(Self { min: Some(seconds) })
    }

    /// The shortest time in seconds. Unknown if it was not told.
    #[must_use]
    pub fn min(&self) -> Option<u32> {
        self.min
    }
}

/// ```text
/// deliverby-param = min-by-time *( ',' extension-token )
/// min-by-time     = [1*9DIGIT]
/// ```
impl Offer for DeliverByOffer {
    const EXTENSION: Extension = Extension::DeliverBy;

    fn parse(arguments: &str) -> Option<Self> {
        // No tokens are defined.
        match arguments.split(',').next().unwrap_or_default() {
            "" => Some(Self::default()),
            digits if digits.len() <= 9 => Self::at_least(u32::try_from(number(digits)?).ok()?),
            _ => None,
        }
    }
}

impl fmt::Display for DeliverByOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.min.map_or(Ok(()), |min| min.fmt(f))
    }
}
