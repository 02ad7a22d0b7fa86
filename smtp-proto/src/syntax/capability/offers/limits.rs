//! LIMITS (RFC 9422).

use core::fmt;

use super::{Offer, number};
use crate::syntax::capability::Extension;

/// The largest value of the registered limits.
const MAX: u32 = 999_999;

/// What the server takes no more of in one connection or transaction; `None` where it does not tell.
///
/// Values are 1 to 999999; others are not written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LimitsOffer {
    /// `MAILMAX`: MAIL commands in one connection, whether they succeed or fail (section 4.1).
    pub mail_max: Option<u32>,
    /// `RCPTMAX`: RCPT commands in one transaction (section 4.2).
    pub rcpt_max: Option<u32>,
    /// `RCPTDOMAINMAX`: different domains of recipients in one connection (section 4.3).
    pub rcpt_domain_max: Option<u32>,
}

/// ```text
/// limits-param     = limit-name-value 0*[SP limit-name-value]
/// limit-name-value = limit-name ["=" limit-value]
/// limit-name       = 1*(ALPHA / DIGIT / "-" / "_")
/// limit-value      = 1*(%x21-3A / %x3C-7E) ; Any VCHAR except ";"
/// ```
///
/// What is not of this form makes the whole line count for nothing. A limit that is not known, or
/// has a value that it can't have, counts for nothing by itself (section 3.7).
impl Offer for LimitsOffer {
    const EXTENSION: Extension = Extension::Limits;

    fn parse(arguments: &str) -> Option<Self> {
        let mut limits = Self::default();
        for word in arguments.split(' ').filter(|word| !word.is_empty()) {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word, None),
            };
            let in_name = |octet: u8| octet.is_ascii_alphanumeric() || b"-_".contains(&octet);
            let in_value = |octet: u8| octet.is_ascii_graphic() && octet != b';';
            let well_formed = !name.is_empty()
                && name.bytes().all(in_name)
                && value.is_none_or(|value| !value.is_empty() && value.bytes().all(in_value));
            if !well_formed {
                return None;
            }
            let known = match name.to_ascii_uppercase().as_str() {
                "MAILMAX" => &mut limits.mail_max,
                "RCPTMAX" => &mut limits.rcpt_max,
                "RCPTDOMAINMAX" => &mut limits.rcpt_domain_max,
                _ => continue,
            };
            *known = value.and_then(limit).or(*known);
        }
        Some(limits)
    }
}

/// `%x31-39 0*5DIGIT`
fn limit(digits: &str) -> Option<u32> {
    let value = number(digits).filter(|_| digits.len() <= 6 && !digits.starts_with('0'))?;
    u32::try_from(value).ok()
}

impl fmt::Display for LimitsOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits = [
            ("MAILMAX", self.mail_max),
            ("RCPTMAX", self.rcpt_max),
            ("RCPTDOMAINMAX", self.rcpt_domain_max),
        ];
        let told = |limit: Option<u32>| limit.filter(|limit| matches!(limit, 1..=MAX));
        let limits = limits.into_iter().filter_map(|(name, limit)| Some((name, told(limit)?)));
        for (index, (name, limit)) in limits.enumerate() {
            let space = if index > 0 { " " } else { "" };
            write!(f, "{space}{name}={limit}")?;
        }
        Ok(())
    }
}
