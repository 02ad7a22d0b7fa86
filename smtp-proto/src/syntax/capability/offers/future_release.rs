//! FUTURERELEASE (RFC 4865 section 4).

use core::fmt;

use super::{Offer, number};
use crate::syntax::capability::Extension;
use crate::syntax::datetime::DateTime;

/// The longest time in seconds that HOLDFOR can name.
const MAX: u32 = 999_999_999;

/// For how long, and until when, the server holds messages.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FutureReleaseOffer {
    max_interval: u32,
    max_date_time: DateTime,
}

impl FutureReleaseOffer {
    /// For so many seconds and until this time at most; `None` if there are no seconds, or more than
    /// HOLDFOR can name (`%x31-39 *8DIGIT`), or the time is not in UTC ([`DateTime::is_utc`]).
    #[must_use]
    pub fn new(max_interval: u32, max_date_time: DateTime) -> Option<Self> {
        let offer = Self { max_interval, max_date_time };
        offer.max_date_time.is_utc().then_some(offer).filter(Self::is_in_range)
    }

    fn is_in_range(&self) -> bool {
        matches!(self.max_interval, 1..=MAX)
    }

    /// The longest time, in seconds.
    #[must_use]
    pub fn max_interval(&self) -> u32 {
        self.max_interval
    }

    /// The latest time.
    #[must_use]
    pub fn max_date_time(&self) -> &DateTime {
        &self.max_date_time
    }
}

impl Offer for FutureReleaseOffer {
    const EXTENSION: Extension = Extension::FutureRelease;

    fn parse(arguments: &str) -> Option<Self> {
        let mut words = arguments.split_ascii_whitespace();
        let (interval, date_time) = (words.next()?, words.next()?);
        let interval = number(interval).filter(|_| !interval.starts_with('0'))?;
        let max_interval = u32::try_from(interval).ok()?;
        let offer = Self { max_interval, max_date_time: date_time.parse().ok()? };
        words.next().is_none().then_some(offer).filter(Self::is_in_range)
    }
}

impl fmt::Display for FutureReleaseOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.max_interval, self.max_date_time)
    }
}
