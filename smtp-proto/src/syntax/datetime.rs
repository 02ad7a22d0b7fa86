//! Dates and times as RFC 3339 section 5.6 writes them.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "years have four digits and the other fields two: all of it fits many times over"
)]

use alloc::boxed::Box;
use alloc::format;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use thiserror::Error;

/// A `date-time` (RFC 3339 section 5.6): `1985-04-12T23:20:50.52Z`, `1996-12-19T16:39:57-08:00`.
///
/// The text is kept as written. Two of them compare by the instant they mean: a leap second comes
/// behind second 59 and before the next minute, fractions count to their last digit.
#[derive(Clone, Debug)]
pub struct DateTime {
    text: Box<str>,
    /// Whole seconds since 1970 in UTC; those of second 59 in a leap second.
    seconds: i64,
    leap: bool,
}

const DAY: i64 = 86_400;
/// The days in 400 years, after which the calendar repeats itself.
const CYCLE: i64 = 146_097;
const UNIX_EPOCH: i64 = days_before_year(1970);

impl DateTime {
    /// Takes the whole of `text` for a `date-time`. `T` and `Z` may be small letters.
    ///
    /// The day has to be in the calendar, and second 60 at the end of a month in UTC, where leap
    /// seconds are put (RFC 3339 section 5.7). Which months have had one is not known here.
    #[must_use]
    pub fn parse(text: &str) -> Option<DateTime> {
        let &[
            y1,
            y2,
            y3,
            y4,
            b'-',
            m1,
            m2,
            b'-',
            d1,
            d2,
            b'T' | b't',
            h1,
            h2,
            b':',
            n1,
            n2,
            b':',
            s1,
            s2,
            ref rest @ ..,
        ] = text.as_bytes()
        else {
            return None;
        };
        let (year, month, day) =
            (number(&[y1, y2, y3, y4])?, number(&[m1, m2])?, number(&[d1, d2])?);
        let (hour, minute, second) = (number(&[h1, h2])?, number(&[n1, n2])?, number(&[s1, s2])?);
        let in_calendar = matches!(month, 1..=12) && (1..=days_in(year, month)).contains(&day);
        if !in_calendar || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let days = days_before_year(year) + days_before_month(year, month) + day - 1 - UNIX_EPOCH;
        let time = hour * 3600 + minute * 60 + second.min(59);
        let seconds = days * DAY + time - offset(after_fraction(rest)?)?;
        let leap = second == 60;
        if leap && !ends_a_month(seconds) {
            return None;
        }
        Some(DateTime { text: text.into(), seconds, leap })
    }

    /// That many seconds after 1970-01-01T00:00:00Z, leap seconds not counted; in UTC. `None`
    /// outside of the years 0000 to 9999.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Option<DateTime> {
        let days = seconds.div_euclid(DAY).checked_add(UNIX_EPOCH)?;
        if !(0..days_before_year(10_000)).contains(&days) {
            return None;
        }
        let (year, month, day) = date(days);
        let time = seconds.rem_euclid(DAY);
        let (hour, minute, second) = (time / 3600, time / 60 % 60, time % 60);
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
        Some(DateTime { text: text.into(), seconds, leap: false })
    }

    /// The seconds since 1970-01-01T00:00:00Z, leap seconds not counted. A fraction is cut off, and
    /// a leap second is the second behind it, as POSIX has it.
    #[must_use]
    pub fn unix_seconds(&self) -> i64 {
        self.seconds + i64::from(self.leap)
    }

    /// The text as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is written in UTC: `Z`, or an offset of zero.
    #[must_use]
    pub fn is_utc(&self) -> bool {
        ["Z", "z", "+00:00", "-00:00"].iter().any(|utc| self.text.ends_with(utc))
    }

    /// Whether there is a fraction of a second, be it zero.
    #[must_use]
    pub fn has_fraction(&self) -> bool {
        self.text.contains('.')
    }

    /// What orders instants: seconds, then the leap second, then the digits of the fraction. Those
    /// compare as text, without the zeros that mean nothing.
    fn instant(&self) -> (i64, bool, &str) {
        let fraction = self.text.split_once('.').map_or("", |(_, fraction)| fraction);
        let end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
        let digits = fraction.get(..end).unwrap_or_default();
        (self.seconds, self.leap, digits.trim_end_matches('0'))
    }
}

/// What stands behind the fraction, if there is one: the offset.
fn after_fraction(rest: &[u8]) -> Option<&[u8]> {
    let Some(fraction) = rest.strip_prefix(b".") else { return Some(rest) };
    let end = fraction.iter().position(|octet| !octet.is_ascii_digit())?;
    if end == 0 { None } else { fraction.get(end..) }
}

/// The seconds by which local time is ahead of UTC.
fn offset(text: &[u8]) -> Option<i64> {
    let (sign, [h1, h2, b':', m1, m2]) = (match text {
        [b'Z' | b'z'] => return Some(0),
        [b'+', time @ ..] => (1, time),
        [b'-', time @ ..] => (-1, time),
        _ => return None,
    }) else {
        return None;
    };
    let (hour, minute) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?);
    (hour <= 23 && minute <= 59).then_some(sign * (hour * 3600 + minute * 60))
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |number, octet| {
        octet.is_ascii_digit().then(|| number * 10 + i64::from(octet - b'0'))
    })
}

/// Whether the next second is the first of a month, in UTC.
fn ends_a_month(seconds: i64) -> bool {
    let next = seconds + 1;
    let days = next.div_euclid(DAY) + UNIX_EPOCH;
    // An offset can lead to the year before 0.
    let (_, _, day) = date(days.rem_euclid(CYCLE));
    next.rem_euclid(DAY) == 0 && day == 1
}

/// The days from 0000-01-01 to the first of January of a year from 0 on.
const fn days_before_year(year: i64) -> i64 {
    // The year 0 is a leap year, too.
    year * 365 + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400
}

fn days_before_month(year: i64, month: i64) -> i64 {
    (1..month).map(|month| days_in(year, month)).sum()
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of the day that has so many, none or more, between 0000-01-01 and itself.
fn date(days: i64) -> (i64, i64, i64) {
    // A guess that is not too early, for how the leap years lie.
    let mut year = days * 400 / CYCLE + 1;
    while days_before_year(year) > days {
        year -= 1;
    }
    let of_year = days - days_before_year(year);
    let mut month = 12;
    while days_before_month(year, month) > of_year {
        month -= 1;
    }
    (year, month, of_year - days_before_month(year, month) + 1)
}

impl PartialEq for DateTime {
    fn eq(&self, other: &DateTime) -> bool {
        self.instant() == other.instant()
    }
}

impl Eq for DateTime {}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &DateTime) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DateTime {
    fn cmp(&self, other: &DateTime) -> Ordering {
        self.instant().cmp(&other.instant())
    }
}

impl Hash for DateTime {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.instant().hash(state);
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// Not a date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a date and time of the calendar, expected something like 2026-01-31T23:59:59Z")]
pub struct DateTimeError;

impl FromStr for DateTime {
    type Err = DateTimeError;

    fn from_str(text: &str) -> Result<DateTime, DateTimeError> {
        DateTime::parse(text).ok_or(DateTimeError)
    }
}

#[cfg(test)]
mod tests;
