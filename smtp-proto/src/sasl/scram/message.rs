//! Messages of SCRAM, read and written (RFC 5802 section 7).

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::sasl::Secret;
use crate::sasl::name::{escape, unescape};
use crate::sasl::nonce::is_nonce;
use crate::syntax::base64;

/// As a name or a password goes into the hashes (RFC 4013). `None` if nothing is left, or something
/// is in it that must not be.
pub(in crate::sasl) fn prepare(text: &str) -> Option<Cow<'_, str>> {
    stringprep::saslprep(text).ok().filter(|prepared| !prepared.is_empty())
}

/// Reads a name, and prepares it.
fn prepared(name: &str) -> Option<String> {
    Some(prepare(&unescape(name)?)?.into_owned())
}

/// What a client says before everything else.
pub(in crate::sasl) fn gs2_header(flag: &str, authzid: Option<&str>) -> String {
    let authzid = authzid.map(|authzid| format!("a={}", escape(authzid)));
    format!("{flag},{},", authzid.unwrap_or_default())
}

/// Attributes of a message, in their order.
pub(in crate::sasl) struct Attributes<'a>(Option<&'a str>);

impl<'a> Attributes<'a> {
    pub(in crate::sasl) fn new(message: &'a [u8]) -> Option<Self> {
        core::str::from_utf8(message)
            .ok()
            .filter(|text| !text.contains('\0'))
            .map(|text| Self(Some(text)))
    }

    /// The value of the next attribute, which has to be this one.
    pub(in crate::sasl) fn next(&mut self, name: char) -> Option<&'a str> {
        let value = self.piece()?.strip_prefix(name)?.strip_prefix('=')?;
        (!value.is_empty()).then_some(value)
    }

    fn piece(&mut self) -> Option<&'a str> {
        let rest = self.0?;
        match rest.split_once(',') {
            Some((piece, rest)) => {
                self.0 = Some(rest);
                Some(piece)
            }
            None => self.0.take(),
        }
    }

    /// Passes over the rest: extensions, of which none may be mandatory.
    pub(in crate::sasl) fn end(mut self) -> Option<()> {
        while self.0.is_some() {
            let piece = self.piece()?;
            let (name, value) = piece.split_once('=')?;
            let &[letter] = name.as_bytes() else { return None };
            if !letter.is_ascii_alphabetic() || letter == b'm' || value.is_empty() {
                return None;
            }
        }
        Some(())
    }
}

/// The client's first message.
pub(in crate::sasl) struct ClientFirst<'a> {
    /// `n`, `y` or `p=` and the type of the binding.
    pub(in crate::sasl) flag: &'a str,
    pub(in crate::sasl) gs2_header: &'a str,
    /// What follows the header, as it is signed.
    pub(in crate::sasl) bare: &'a str,
    pub(in crate::sasl) authzid: Option<String>,
    pub(in crate::sasl) user: String,
    pub(in crate::sasl) nonce: &'a str,
}

impl<'a> ClientFirst<'a> {
    pub(in crate::sasl) fn parse(message: &'a [u8]) -> Option<Self> {
        let text = core::str::from_utf8(message).ok()?;
        let (flag, rest) = text.split_once(',')?;
        let (authzid, bare) = rest.split_once(',')?;
        let gs2_header = text.get(..text.len().saturating_sub(bare.len()))?;
        let authzid = match authzid {
            "" => None,
            named => Some(prepared(named.strip_prefix("a=")?)?),
        };
        let mut attributes = Attributes::new(bare.as_bytes())?;
        let user = prepared(attributes.next('n')?)?;
        let nonce = attributes.next('r').filter(|nonce| is_nonce(nonce))?;
        attributes.end()?;
        Some(Self { flag, gs2_header, bare, authzid, user, nonce })
    }
}

/// The server's first message.
pub(in crate::sasl) struct ServerFirst<'a> {
    pub(in crate::sasl) nonce: &'a str,
    pub(in crate::sasl) salt: Vec<u8>,
    pub(in crate::sasl) iterations: u32,
}

impl<'a> ServerFirst<'a> {
    pub(in crate::sasl) fn parse(message: &'a [u8]) -> Option<Self> {
        let mut attributes = Attributes::new(message)?;
        let nonce = attributes.next('r').filter(|nonce| is_nonce(nonce))?;
        let salt = base64::decode(attributes.next('s')?.as_bytes()).ok()?;
        let iterations = number(attributes.next('i')?)?;
        attributes.end()?;
        Some(Self { nonce, salt, iterations })
    }
}

/// `posit-number`. What is too large for anybody's patience is as large as can be.
fn number(text: &str) -> Option<u32> {
    if text.starts_with('0') || !text.bytes().all(|octet| octet.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u32::MAX))
}

/// The client's final message.
pub(in crate::sasl) struct ClientFinal<'a> {
    /// All but the proof, as it is signed.
    pub(in crate::sasl) without_proof: &'a str,
    /// The header, and the data of the binding.
    pub(in crate::sasl) binding: Secret,
    pub(in crate::sasl) nonce: &'a str,
    pub(in crate::sasl) proof: Secret,
}

impl<'a> ClientFinal<'a> {
    pub(in crate::sasl) fn parse(message: &'a [u8]) -> Option<Self> {
        let text = core::str::from_utf8(message).ok()?;
        let (without_proof, proof) = text.rsplit_once(",p=")?;
        let mut attributes = Attributes::new(without_proof.as_bytes())?;
        let binding = base64::decode(attributes.next('c')?.as_bytes()).ok()?.into();
        let nonce = attributes.next('r')?;
        attributes.end()?;
        let proof = base64::decode(proof.as_bytes()).ok()?.into();
        Some(Self { without_proof, binding, nonce, proof })
    }
}
