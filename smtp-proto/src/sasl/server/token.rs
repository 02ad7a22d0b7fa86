//! Tokens, and why they are not good.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::sasl::Secret;

/// What a client shows in place of a password. `Debug` does not show the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Whom the client wants to act as, if it says so. The token says who it is for, and whether that
    /// may act as this user is to be checked.
    pub user: Option<String>,
    /// The bearer token (RFC 6750); none if the client has shown no such, to be told in the refusal
    /// where to get one.
    pub token: Option<Secret>,
    /// The name that the client says it has connected to.
    pub host: Option<String>,
    /// The port that the client says it has connected to.
    pub port: Option<u16>,
}

impl Token {
    /// Whether the client means this server: what it says of host and port has to be so, if it says
    /// anything (RFC 7628 section 3.2). Case does not matter.
    #[must_use]
    pub fn is_for_host(&self, host: &str) -> bool {
        self.host.as_ref().is_none_or(|said| said.eq_ignore_ascii_case(host))
    }

    /// The same of the port.
    #[must_use]
    pub fn is_for_port(&self, port: u16) -> bool {
        self.port.is_none_or(|said| said == port)
    }
}

/// Why a token is not good, as the client is told in JSON before it is refused (RFC 7628 section
/// 3.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenError {
    /// A code that is registered for OAuth: `invalid_token`, `insufficient_scope`, `invalid_request`.
    pub status: String,
    /// A scope that would do.
    pub scope: Option<String>,
    /// The `https` address of the document that says where to get a token.
    pub openid_configuration: Option<String>,
}

impl TokenError {
    /// The token is expired, revoked, malformed or of somebody else.
    #[must_use]
    pub fn invalid_token() -> Self {
        Self { status: "invalid_token".into(), scope: None, openid_configuration: None }
    }

    /// For OAUTHBEARER.
    pub(super) fn bearer(&self) -> Vec<u8> {
        json(&[
            ("status", Some(&self.status)),
            ("scope", self.scope.as_deref()),
            ("openid-configuration", self.openid_configuration.as_deref()),
        ])
    }

    /// For XOAUTH2, as Google has it: the status that HTTP would have, and which kinds of tokens there are.
    pub(super) fn xoauth2(&self) -> Vec<u8> {
        let status = if self.status == "invalid_request" { "400" } else { "401" };
        json(&[
            ("status", Some(status)),
            ("schemes", Some("bearer")),
            ("scope", self.scope.as_deref()),
        ])
    }
}

/// An object of strings (RFC 8259).
fn json(members: &[(&str, Option<&str>)]) -> Vec<u8> {
    let members = members.iter().filter_map(|(name, value)| Some((name, (*value)?)));
    let members: Vec<String> =
        members.map(|(name, value)| format!("\"{name}\":\"{}\"", escaped(value))).collect();
    format!("{{{}}}", members.join(",")).into()
}

fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            _ if character.is_control() => {
                text.extend(format!("\\u{:04x}", u32::from(character)).chars());
            }
            _ => text.push(character),
        }
    }
    text
}
