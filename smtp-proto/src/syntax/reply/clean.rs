//! What the text of a reply may hold.

use bytes::BytesMut;

use crate::syntax::words;

/// Makes spaces of control characters, so that a text can never end its line or reach a terminal.
///
/// Horizontal tabs stay (RFC 5321 section 4.2), and so do octets above 0x7F: servers send UTF-8 and
/// Latin-1, and neither can be mistaken for a line end.
pub(super) fn clean(text: &mut [u8]) {
    if !words::has_control(text) {
        return;
    }
    for octet in text {
        if octet.is_ascii_control() && *octet != b'\t' {
            *octet = b' ';
        }
    }
}

/// Appends `text`, cleaned.
pub(in crate::syntax) fn put_clean(out: &mut BytesMut, text: &[u8]) {
    let start = out.len();
    out.extend_from_slice(text);
    clean(out.get_mut(start..).unwrap_or_default());
}
