mod domain;
mod literal;
mod mailbox;
mod path;
mod properties;

use super::{AddressError, AddressErrorKind};
use alloc::{format, string::String, vec::Vec};

fn error<V>(kind: AddressErrorKind, at: usize) -> Result<V, AddressError> {
    Err(AddressError { kind, at })
}

/// Every control character: C0, DEL, C1.
fn controls() -> impl Iterator<Item = char> {
    ('\0'..='\u{9F}').filter(|c| c.is_control())
}

/// `text` with `character` put in at every place, and where that is.
fn with_everywhere(text: &str, character: char) -> Vec<(usize, String)> {
    let places = (0..=text.len()).filter(|&at| text.is_char_boundary(at));
    places.map(|at| (at, format!("{}{character}{}", &text[..at], &text[at..]))).collect()
}

/// A domain of `len` octets in short labels.
fn domain_of(len: usize) -> String {
    let first = if len.is_multiple_of(2) { "a" } else { "" };
    format!("{first}{}b", "a.".repeat((len - 1) / 2))
}
