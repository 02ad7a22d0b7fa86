//! What the text of a reply may hold.

use bytes::BytesMut;

use crate::syntax::words;

/// Makes spaces of control characters, so that a text can never end its line or reach a terminal.
///
/// Horizontal tabs stay (RFC 5321 section 4.2), and so do octets above 0x7F: servers send UTF-8 and
/// Latin-1, and neither can be mistaken for a line end. But UTF-8 has control characters up there,
/// one of which begins the same sequences as ESC does.
pub(super) fn clean(text: &mut [u8]) {
    if !words::has_other_than_printable(text) {
        return;
    }
    for octet in text.iter_mut() {
        if octet.is_ascii_control() && *octet != b'\t' {
            *octet = b' ';
        }
    }
    let mut rest = text;
    while let Some(at) = memchr::memchr(LEAD, rest) {
        rest = rest.get_mut(at..).unwrap_or_default();
        if let Some(pair @ [LEAD, 0x80..=0x9F]) = rest.get_mut(..2) {
            pair.fill(b' ');
        }
        rest = rest.get_mut(1..).unwrap_or_default();
    }
}

/// The first of the two octets of a control character beyond US-ASCII.
const LEAD: u8 = 0xC2;

/// Appends `text`, cleaned.
pub(in crate::syntax) fn put_clean(out: &mut BytesMut, text: &[u8]) {
    let start = out.len();
    out.extend_from_slice(text);
    clean(out.get_mut(start..).unwrap_or_default());
}
