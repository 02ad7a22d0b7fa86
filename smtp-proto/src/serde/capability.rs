//! Capabilities: the lines that announced them.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::syntax::capability::{Capabilities, Capability};
use crate::syntax::reply::{Code, Reply};
use crate::syntax::text::{Text, TextError};

/// Why a line announces nothing.
#[derive(Debug, thiserror::Error)]
enum Flaw {
    #[error("capability {line:?}: {error}")]
    Control { line: String, error: TextError },
    #[error(
        "capability {0:?} is not a keyword of letters, digits and hyphens, and arguments of \
         printable US-ASCII"
    )]
    Malformed(String),
}

impl Serialize for Capabilities {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Some formats have to be told the number first.
        self.iter().collect::<Vec<_>>().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Capabilities {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let lines = Vec::<String>::deserialize(deserializer)?;
        // The first line of the reply is a greeting, which announces nothing.
        let mut text = vec![Text::default()];
        for line in &lines {
            text.push(announcement(line).map_err(D::Error::custom)?);
        }
        Ok(Capabilities::from_reply(&Reply::new(Code::OK, None, &text)))
    }
}

/// The line as this crate would write it. A server's malformed lines are ignored; here they are
/// somebody's mistake.
fn announcement(line: &str) -> Result<Text, Flaw> {
    // The parser puts up with white space at the end, to which CR and LF belong.
    Text::new(line).map_err(|error| Flaw::Control { line: line.into(), error })?;
    let capability =
        Capability::parse(line.as_bytes()).ok_or_else(|| Flaw::Malformed(line.into()))?;
    Ok(Text::lossy(&capability.to_string()))
}
