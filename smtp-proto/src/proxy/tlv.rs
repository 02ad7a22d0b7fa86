//! Type, length, value: what a version 2 header says beyond addresses (section 2.2).

#![expect(
    clippy::arithmetic_side_effects,
    reason = "places in the header, none of them behind its end"
)]

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::crc32c::crc32c;
use super::{ProxyError, Ssl};

/// The longest unique ID (section 2.2.5).
const LONGEST_ID: usize = 128;

/// What a header says beyond addresses.
///
/// Of each type with a field here there is at most one. The specification does not say so, but two
/// readers that pick different ones of two don't agree on who the client is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tlvs {
    /// The protocol that the client and the proxy agreed upon (RFC 7301).
    pub alpn: Option<Box<[u8]>>,
    /// The name that the client asked for, in TLS by SNI. Without controls.
    pub authority: Option<Box<str>>,
    /// The sender's name for the connection: at most 128 octets.
    pub unique_id: Option<Box<[u8]>>,
    /// The client's TLS, as the proxy saw it.
    pub ssl: Option<Box<Ssl>>,
    /// The network namespace. Without controls.
    pub netns: Option<Box<str>>,
    /// All others, as on the wire: one allocation, however many there are.
    others: Vec<u8>,
}

impl Tlvs {
    /// The type of [`alpn`](Tlvs::alpn).
    pub const ALPN: u8 = 0x01;
    /// The type of [`authority`](Tlvs::authority).
    pub const AUTHORITY: u8 = 0x02;
    /// The type of the checksum.
    pub const CRC32C: u8 = 0x03;
    /// The type of what is there to fill up.
    pub const NOOP: u8 = 0x04;
    /// The type of [`unique_id`](Tlvs::unique_id).
    pub const UNIQUE_ID: u8 = 0x05;
    /// The type of [`ssl`](Tlvs::ssl).
    pub const SSL: u8 = 0x20;
    /// The type of [`netns`](Tlvs::netns).
    pub const NETNS: u8 = 0x30;

    /// Those without a field here: type and value, in their order.
    pub fn others(&self) -> impl Iterator<Item = (u8, &[u8])> {
        Frames(&self.others).flatten()
    }

    /// Reads all there are; the checksum was looked at before.
    pub(super) fn parse(octets: &[u8]) -> Result<Tlvs, ProxyError> {
        let mut tlvs = Tlvs::default();
        for frame in Frames(octets) {
            let (kind, value) = frame?;
            tlvs.push(kind, value)?;
        }
        Ok(tlvs)
    }

    pub(super) fn push(&mut self, kind: u8, value: &[u8]) -> Result<(), ProxyError> {
        match kind {
            Tlvs::ALPN => once(&mut self.alpn, value.into()),
            Tlvs::AUTHORITY => once(&mut self.authority, text(value)?),
            Tlvs::CRC32C | Tlvs::NOOP => Ok(()),
            Tlvs::UNIQUE_ID if value.len() > LONGEST_ID => {
                Err(ProxyError::Malformed("the unique ID has more than 128 octets"))
            }
            Tlvs::UNIQUE_ID => once(&mut self.unique_id, value.into()),
            Tlvs::SSL => once(&mut self.ssl, Box::new(Ssl::parse(value)?)),
            Tlvs::NETNS => once(&mut self.netns, text(value)?),
            _ => {
                put(&mut self.others, kind, value);
                Ok(())
            }
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        put_some(out, Tlvs::ALPN, self.alpn.as_deref());
        put_some(out, Tlvs::AUTHORITY, self.authority.as_deref().map(str::as_bytes));
        put_some(out, Tlvs::UNIQUE_ID, self.unique_id.as_deref());
        if let Some(ssl) = &self.ssl {
            let mut value = Vec::new();
            ssl.write(&mut value);
            put(out, Tlvs::SSL, &value);
        }
        put_some(out, Tlvs::NETNS, self.netns.as_deref().map(str::as_bytes));
        out.extend_from_slice(&self.others);
    }
}

/// Octets as TLVs, until one is longer than what is left.
pub(super) struct Frames<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Frames<'a> {
    type Item = Result<(u8, &'a [u8]), ProxyError>;

    fn next(&mut self) -> Option<Self::Item> {
        let octets = core::mem::take(&mut self.0);
        if octets.is_empty() {
            return None;
        }
        let Some((kind, value, rest)) = split(octets) else {
            return Some(Err(ProxyError::Malformed("a TLV is longer than what holds it")));
        };
        self.0 = rest;
        Some(Ok((kind, value)))
    }
}

fn split(octets: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[kind, high, low], rest) = octets.split_first_chunk()?;
    let (value, rest) = rest.split_at_checked(u16::from_be_bytes([high, low]).into())?;
    Some((kind, value, rest))
}

/// Compares the checksum, if there is one, with that of the header, whose last octets are `tlvs`
/// (section 2.2.3).
pub(super) fn verify(header: &[u8], tlvs: &[u8]) -> Result<(), ProxyError> {
    let mut at = header.len().saturating_sub(tlvs.len());
    let mut checksum = None;
    for frame in Frames(tlvs) {
        let (kind, value) = frame?;
        at += 3;
        if kind == Tlvs::CRC32C {
            let value = <[u8; 4]>::try_from(value)
                .map_err(|_| ProxyError::Malformed("the checksum does not have four octets"))?;
            once(&mut checksum, (at, u32::from_be_bytes(value)))?;
        }
        at += value.len();
    }
    let Some((at, checksum)) = checksum else { return Ok(()) };
    let (before, rest) = header.split_at_checked(at).unwrap_or_default();
    let behind = rest.get(4..).unwrap_or_default();
    if crc32c(&[before, &[0; 4], behind]) == checksum { Ok(()) } else { Err(ProxyError::Checksum) }
}

/// Fills a field, unless it was there before.
pub(super) fn once<T>(field: &mut Option<T>, value: T) -> Result<(), ProxyError> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(ProxyError::Malformed("a TLV that there can be one of is there twice")),
    }
}

/// What goes to logs and is compared with names: no controls.
pub(super) fn text(octets: &[u8]) -> Result<Box<str>, ProxyError> {
    match core::str::from_utf8(octets) {
        Ok(text) if !text.contains(char::is_control) => Ok(text.into()),
        _ => Err(ProxyError::Malformed("a TLV of text has a control character or is not UTF-8")),
    }
}

/// Appends a TLV. A value too long for its length makes a header too long for its own, which
/// is refused where that is written.
pub(super) fn put(out: &mut Vec<u8>, kind: u8, value: &[u8]) {
    out.push(kind);
    out.extend_from_slice(&u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend_from_slice(value);
}

pub(super) fn put_some(out: &mut Vec<u8>, kind: u8, value: Option<&[u8]>) {
    if let Some(value) = value {
        put(out, kind, value);
    }
}
