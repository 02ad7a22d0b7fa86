//! The human-readable text of a greeting or a reply: one line without controls.

use super::class;
use alloc::boxed::Box;
use alloc::string::String;
use core::{fmt, str::FromStr};

/// One line of text for a reply or a greeting; may be empty.
///
/// Holds HT, SP, printable US-ASCII (`textstring`, RFC 5321 section 4.2) and, beyond the RFC,
/// UTF-8 without the C1 controls. It can't hold CR or LF, so it can't forge a second reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text<T = Box<str>>(T);

impl<T: AsRef<str>> Text<T> {
    /// Takes `text` if it has no control character but HT.
    pub fn new(text: T) -> Result<Text<T>, TextError> {
        match first_control(text.as_ref()) {
            None => Ok(Text(text)),
            Some((at, character)) => Err(TextError { character, at }),
        }
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// The same text, borrowed.
    #[must_use]
    pub fn borrowed(&self) -> Text<&str> {
        Text(self.as_str())
    }

    /// The same text, owned.
    #[must_use]
    pub fn into_owned(self) -> Text
    where
        T: Into<Box<str>>,
    {
        Text(self.0.into())
    }
}

impl Text {
    /// Takes `text` with a `?` in the place of each control character.
    #[must_use]
    pub fn lossy(text: &str) -> Text {
        if first_control(text).is_none() {
            return Text(text.into());
        }
        let cleaned: String = text.chars().map(|c| if is_refused(c) { '?' } else { c }).collect();
        Text(cleaned.into())
    }
}

/// A text that doesn't fit one line of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("control character U+{:04X} at offset {at}: a reply text is one line", u32::from(*.character))]
pub struct TextError {
    /// The control character.
    pub character: char,
    /// Where it stands, in octets.
    pub at: usize,
}

fn is_refused(character: char) -> bool {
    character.is_control() && character != '\t'
}

fn first_control(text: &str) -> Option<(usize, char)> {
    let at = class::run_end(text.as_bytes(), 0, class::TEXT);
    let character = text.get(at..)?.chars().next()?;
    Some((at, character))
}

impl<T: AsRef<str>> fmt::Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Text {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Text, TextError> {
        Text::new(text).map(Text::into_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString};
    use proptest::prelude::*;

    #[test]
    fn every_control_is_refused_in_every_position() {
        for control in ('\0'..='\u{9F}').filter(|c| c.is_control() && *c != '\t') {
            for (before, after) in [("", ""), ("", "ab"), ("ab", ""), ("é", "b")] {
                let text = format!("{before}{control}{after}");
                let error = TextError { character: control, at: before.len() };
                assert_eq!(Text::new(text.as_str()), Err(error));
                assert_eq!(text.parse::<Text>(), Err(error));
                assert_eq!(Text::lossy(&text).as_str(), format!("{before}?{after}"));
            }
        }
    }

    #[test]
    fn what_a_reply_may_say() {
        for text in ["", " ", "a\tb", "~ !\"\\<>", "Grüße, 世界 \u{A0}"] {
            assert_eq!(Text::new(text).unwrap().as_str(), text);
            assert_eq!(Text::lossy(text).to_string(), text);
        }
    }

    #[test]
    fn the_error_names_the_character() {
        let error = Text::new("abc\rdef").unwrap_err();
        assert_eq!(
            error.to_string(),
            "control character U+000D at offset 3: a reply text is one line"
        );
    }

    proptest! {
        #[test]
        fn lossy_text_is_text(text in any::<String>()) {
            let lossy = Text::lossy(&text);
            prop_assert_eq!(lossy.to_string().parse(), Ok(lossy.clone()));
            prop_assert_eq!(Text::new(text.as_str()).is_ok(), lossy.as_str() == text);
            prop_assert_eq!(text.chars().count(), lossy.as_str().chars().count());
        }
    }
}
