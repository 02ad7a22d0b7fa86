//! `RET`, `ENVID` and `NOTIFY` (RFC 3461 sections 4.1, 4.3 and 4.4).

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use core::fmt;

use crate::syntax::params::Parameter;
use crate::syntax::xtext;

/// How much of the message comes back in a notification of failure (RFC 3461 section 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ret {
    /// `FULL`: all of it.
    Full,
    /// `HDRS`: its header.
    Hdrs,
}

/// What the sender calls this transaction, to be told again in notifications (RFC 3461 section
/// 4.4). Kept and compared as written, in xtext.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EnvId(Box<str>);

/// Of what the sender wants to be notified (RFC 3461 section 4.1). Nothing at all is `NEVER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Notify {
    /// `SUCCESS`: of delivery.
    pub success: bool,
    /// `FAILURE`: of failure.
    pub failure: bool,
    /// `DELAY`: of an unusual delay.
    pub delay: bool,
}

impl Parameter for Ret {
    const KEYWORD: &'static str = "RET";
    const EXPECTED: &'static str = "FULL or HDRS";

    fn parse(value: Option<&str>) -> Option<Self> {
        let value = value?;
        [Self::Full, Self::Hdrs].into_iter().find(|ret| value.eq_ignore_ascii_case(ret.as_str()))
    }

    fn value(&self) -> Option<String> {
        Some(self.as_str().into())
    }
}

impl Ret {
    /// The value as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "FULL",
            Self::Hdrs => "HDRS",
        }
    }
}

impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl EnvId {
    /// The longest, in octets of xtext (RFC 3461 section 4.4).
    const MOST: usize = 100;

    /// This text, which is yet to be encoded. `None` unless it is printable US-ASCII and has 1 to
    /// 100 octets in xtext.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut encoded = String::new();
        xtext::encode(text, &mut encoded).ok()?;
        Self::parse(Some(&encoded))
    }

    /// Whether it is unique for all time, by its form: `local@host`, as MTRK wants it (RFC 3885
    /// section 3.2). In the place of the host there may be a hash of its name.
    #[must_use]
    pub fn is_unique(&self) -> bool {
        let text = self.text();
        let parts = text.rsplit_once('@');
        parts.is_some_and(|(local, host)| !local.is_empty() && !host.is_empty())
    }

    /// The text, decoded.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        // What is not xtext was refused.
        xtext::decode(&self.0).unwrap_or_default()
    }
}

impl Parameter for EnvId {
    const KEYWORD: &'static str = "ENVID";
    const EXPECTED: &'static str = "1 to 100 octets of xtext, decoded printable US-ASCII";

    fn parse(value: Option<&str>) -> Option<Self> {
        let value = value.filter(|value| matches!(value.len(), 1..=Self::MOST))?;
        xtext::decode(value).ok()?.is_ascii().then(|| Self(value.into()))
    }

    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl fmt::Display for EnvId {
    /// In xtext.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Notify {
    /// `NEVER`: of nothing.
    pub const NEVER: Self = Self { success: false, failure: false, delay: false };

    /// Whether it is [`Notify::NEVER`].
    #[must_use]
    pub fn is_never(self) -> bool {
        self == Self::NEVER
    }

    /// The words for what is wanted.
    fn words(self) -> impl Iterator<Item = &'static str> {
        let all = [(self.success, "SUCCESS"), (self.failure, "FAILURE"), (self.delay, "DELAY")];
        all.into_iter().filter(|(wanted, _)| *wanted).map(|(_, word)| word)
    }
}

impl Parameter for Notify {
    const KEYWORD: &'static str = "NOTIFY";
    const EXPECTED: &'static str = "NEVER, or some of SUCCESS, FAILURE and DELAY with commas";

    /// A list in the grammar of RFC 822 may repeat an element or have none between two commas; one
    /// at least must be there (its section 2.7).
    fn parse(value: Option<&str>) -> Option<Self> {
        let value = value?;
        if value.eq_ignore_ascii_case("NEVER") {
            return Some(Self::NEVER);
        }
        let mut notify = Self::NEVER;
        for word in value.split(',').filter(|word| !word.is_empty()) {
            let Notify { success, failure, delay } = &mut notify;
            let mut known =
                [("SUCCESS", success), ("FAILURE", failure), ("DELAY", delay)].into_iter();
            let (_, wanted) = known.find(|(name, _)| word.eq_ignore_ascii_case(name))?;
            *wanted = true;
        }
        (!notify.is_never()).then_some(notify)
    }

    fn value(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl fmt::Display for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_never() {
            return f.write_str("NEVER");
        }
        for (index, word) in self.words().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma}{word}")?;
        }
        Ok(())
    }
}
