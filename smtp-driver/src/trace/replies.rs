//! Replies, as they go over the wire.

use std::io::IoSlice;

/// Octets of a line that are looked at: the code and the enhanced code.
const HEAD: usize = 16;

/// Finds the last line of each reply in what is written.
#[derive(Debug, Default)]
pub(super) struct Replies {
    line: Vec<u8>,
}

impl Replies {
    /// Looks at so many octets; calls `tell` with the code of each reply, and the enhanced code if
    /// there is one.
    pub(super) fn push(
        &mut self,
        slices: &[IoSlice<'_>],
        octets: usize,
        mut tell: impl FnMut(&str, &str),
    ) {
        let written = slices.iter().flat_map(|slice| slice.iter()).take(octets);
        for &octet in written {
            if octet == b'\n' {
                if let Some((code, enhanced)) = last_line(&self.line) {
                    tell(code, enhanced);
                }
                self.line.clear();
            } else if self.line.len() < HEAD {
                self.line.push(octet);
            }
        }
    }
}

/// The codes of a line that is the last of its reply.
fn last_line(line: &[u8]) -> Option<(&str, &str)> {
    let line = std::str::from_utf8(line).ok()?.trim_end_matches('\r');
    let (code, rest) = line.split_at_checked(3)?;
    if rest.starts_with('-') {
        return None;
    }
    let word = rest.split(' ').nth(1).unwrap_or_default();
    let is_enhanced =
        word.split('.').count() == 3 && word.chars().all(|c| c.is_ascii_digit() || c == '.');
    Some((code, if is_enhanced { word } else { "" }))
}

#[cfg(test)]
mod tests {
    use std::io::IoSlice;

    use super::Replies;

    fn told(pieces: &[&str], octets: usize) -> Vec<(String, String)> {
        let mut replies = Replies::default();
        let mut told = Vec::new();
        let slices: Vec<_> = pieces.iter().map(|piece| IoSlice::new(piece.as_bytes())).collect();
        replies.push(&slices, octets, |code, enhanced| told.push((code.into(), enhanced.into())));
        told
    }

    #[test]
    fn each_reply_is_told_once_and_without_its_text() {
        let text =
            ["220 mx ESMTP\r\n250-mx\r\n250-SI", "ZE 1\r\n250 HELP\r\n550 5.1.1 No\r\n354\r\n"];
        let codes = |told: Vec<(String, String)>| {
            told.into_iter()
                .map(|(code, enhanced)| format!("{code} {enhanced}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(codes(told(&text, usize::MAX)), ["220 ", "250 ", "550 5.1.1", "354 "]);
        assert_eq!(codes(told(&text, 20)), ["220 "]);
    }
}
