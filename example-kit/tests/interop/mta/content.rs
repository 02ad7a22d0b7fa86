//! What a message may have become on its way.

use crate::interop::tally::expect_content;

/// Whether a message is what was sent, but for fields that were added to the header: the sender's
/// are all there in their order, and the body is the same octet for octet.
pub(crate) fn expect_delivered(found: &[u8], sent: &[u8]) -> Result<(), String> {
    let end = if sent.windows(2).any(|window| window == b"\r\n") { "\r\n" } else { "\n" };
    let (found_header, found_body) = split(found, end)?;
    let (header, body) = split(sent, end)?;
    expect_content(found_body, body)?;
    let mut found = lines(found_header);
    for line in lines(header) {
        if !found.any(|found| found == line) {
            let header = String::from_utf8_lossy(found_header);
            return Err(format!("no {:?} in {header:?}", String::from_utf8_lossy(line)));
        }
    }
    Ok(())
}

fn lines(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = header.split(|octet| *octet == b'\n');
    lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// The header, and the body behind the empty line.
fn split<'a>(message: &'a [u8], end: &str) -> Result<(&'a [u8], &'a [u8]), String> {
    let empty = [end, end].concat();
    let at = message.windows(empty.len()).position(|window| window == empty.as_bytes());
    let at = at.ok_or("no empty line in the message")?;
    Ok((&message[..at], &message[at + empty.len()..]))
}
