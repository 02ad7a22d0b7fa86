//! OAUTHBEARER and XOAUTH2: a token that somebody else has handed out.

use alloc::vec::Vec;

use super::{ClientFirst, Mechanism, Step, Token, TokenError, text};
use crate::sasl::Secret;
use crate::sasl::name::unescape;

/// What stands between the parts of a message (RFC 7628 section 3.1, `kvsep`).
const SEPARATOR: char = '\x01';

/// What is left of an exchange.
#[derive(Clone, Copy, Debug, Default)]
struct Turn {
    first: ClientFirst,
    /// The client knows why it will be refused.
    told: bool,
}

impl Turn {
    fn step(&mut self, response: Option<&[u8]>, read: impl Fn(&str) -> Option<Token>) -> Step {
        if self.told {
            // Whatever it has to say to that.
            return Step::Refused;
        }
        let message = match self.first.message(response) {
            Ok(message) => message,
            Err(step) => return step,
        };
        let token = core::str::from_utf8(message).ok().and_then(read);
        token.map_or(Step::Malformed, Step::Token)
    }

    fn refuse(&mut self, error: Vec<u8>) -> Step {
        self.told = true;
        Step::Challenge(error)
    }
}

/// OAUTHBEARER (RFC 7628).
#[derive(Clone, Copy, Debug, Default)]
pub struct OauthBearer(Turn);

impl OauthBearer {
    /// At the start of an exchange.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Mechanism for OauthBearer {
    fn name(&self) -> &'static str {
        "OAUTHBEARER"
    }

    fn step(&mut self, response: Option<&[u8]>) -> Step {
        self.0.step(response, bearer)
    }

    fn refuse(&mut self, error: &TokenError) -> Step {
        self.0.refuse(error.bearer())
    }
}

/// `gs2-header kvsep *kvpair kvsep`.
fn bearer(message: &str) -> Option<Token> {
    let (header, pairs) = message.split_once(SEPARATOR)?;
    let mut token = Token { user: None, token: None, host: None, port: None };
    match gs2_authzid(header)? {
        "" => {}
        // RFC 7628 section 4.4 has `user=` in an example, which is not in the grammar.
        named => {
            let name = named.strip_prefix("a=").or_else(|| named.strip_prefix("user="))?;
            token.user = Some(text(unescape(name)?.as_bytes())?);
        }
    }
    let mut seen = false;
    for pair in pairs_of(pairs)? {
        let (key, value) = pair.split_once('=')?;
        if key.is_empty() || !key.bytes().all(|octet| octet.is_ascii_alphabetic()) {
            return None;
        }
        match key {
            "auth" if core::mem::replace(&mut seen, true) => return None,
            "auth" => token.token = credential(value),
            "host" => token.host = Some(text(value.as_bytes())?),
            "port" => token.port = Some(value.parse().ok()?),
            _ => {}
        }
    }
    seen.then_some(token)
}

/// Nothing is bound here: the flag is there for its place (RFC 7628 section 3.1).
fn gs2_authzid(header: &str) -> Option<&str> {
    let (flag, rest) = header.split_once(',')?;
    let authzid = rest.strip_suffix(',')?;
    matches!(flag, "n" | "y").then_some(authzid)
}

/// The pairs, each of which ends with the separator, as the whole does.
fn pairs_of(pairs: &str) -> Option<impl Iterator<Item = &str>> {
    let pairs = pairs.strip_suffix(SEPARATOR)?;
    if !pairs.is_empty() && !pairs.ends_with(SEPARATOR) {
        return None;
    }
    Some(pairs.split_terminator(SEPARATOR))
}

/// The token, if this is one that its bearer may use.
fn credential(value: &str) -> Option<Secret> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim_ascii();
    let good = !token.is_empty() && token.bytes().all(|octet| octet.is_ascii_graphic());
    (scheme.eq_ignore_ascii_case("bearer") && good).then(|| token.as_bytes().into())
}

/// XOAUTH2, as Google and Microsoft have it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Xoauth2(Turn);

impl Xoauth2 {
    /// At the start of an exchange.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Mechanism for Xoauth2 {
    fn name(&self) -> &'static str {
        "XOAUTH2"
    }

    fn step(&mut self, response: Option<&[u8]>) -> Step {
        self.0.step(response, xoauth2)
    }

    fn refuse(&mut self, error: &TokenError) -> Step {
        self.0.refuse(error.xoauth2())
    }
}

/// `user=` name `^A` `auth=Bearer` token `^A^A`.
fn xoauth2(message: &str) -> Option<Token> {
    let mut pairs = pairs_of(message)?;
    let user = text(pairs.next()?.strip_prefix("user=")?.as_bytes())?;
    let token = credential(pairs.next()?.strip_prefix("auth=")?);
    pairs.next().is_none().then_some(Token { user: Some(user), token, host: None, port: None })
}
