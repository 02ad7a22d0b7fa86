//! What a sender needs to know of a message before it says MAIL.

use memchr::{memchr, memchr2};

/// Looks once over the content of a message, in pieces, to choose `SIZE=` (RFC 1870) and `BODY=`
/// (RFC 6152, RFC 3030).
#[derive(Clone, Debug, Default)]
pub struct Survey {
    found: Surveyed,
    /// Octets of the line that is not over, without its end.
    line: usize,
    /// The last octet was a CR. Its line is counted, but an LF may still belong to it.
    after_cr: bool,
}

/// What was found. Sizes are those of the content as it will be sent, with every line end a CRLF.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Surveyed {
    /// Octets of content, the CRLF included that DATA adds where the last line has none.
    ///
    /// Dots added for transparency do not count (RFC 1870 section 5).
    pub octets: u64,
    /// It holds octets above 0x7F: `BODY=8BITMIME` at least.
    pub eight_bit: bool,
    /// It holds NUL, which neither 7bit nor 8bit content may (RFC 2045 section 2.7, 2.8).
    pub nul: bool,
    /// It holds a CR or LF alone.
    pub bare_newlines: bool,
    /// Octets of the longest line, CRLF included. DATA carries 1000 (RFC 5321 section 4.5.3.1.6).
    pub longest_line: usize,
}

impl Survey {
    /// Nothing was looked at yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at the next piece.
    pub fn push(&mut self, piece: &[u8]) {
        self.found.eight_bit = self.found.eight_bit || !piece.is_ascii();
        self.found.nul = self.found.nul || memchr(0, piece).is_some();
        let mut rest = piece;
        while !rest.is_empty() {
            if core::mem::take(&mut self.after_cr) {
                if let Some(behind) = rest.strip_prefix(b"\n") {
                    rest = behind;
                    continue;
                }
                self.found.bare_newlines = true;
            }
            let end = memchr2(b'\r', b'\n', rest);
            self.line = self.line.saturating_add(end.unwrap_or(rest.len()));
            let Some(end) = end else { return };
            let (_, from_end) = rest.split_at(end);
            self.after_cr = from_end.first() == Some(&b'\r');
            self.found.bare_newlines = self.found.bare_newlines || !self.after_cr;
            self.line_end();
            rest = from_end.get(1..).unwrap_or_default();
        }
    }

    /// There is no more: what was found.
    #[must_use]
    pub fn finish(mut self) -> Surveyed {
        if self.after_cr {
            self.found.bare_newlines = true;
        }
        if self.line > 0 {
            self.line_end();
        }
        self.found
    }

    fn line_end(&mut self) {
        let line = core::mem::take(&mut self.line).saturating_add(2);
        self.found.octets = self.found.octets.saturating_add(line as u64);
        self.found.longest_line = self.found.longest_line.max(line);
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*};

    use super::{Survey, Surveyed};
    use crate::body::{newline::tests::naive, tests::pieces};

    fn survey(content: &[u8]) -> Surveyed {
        let mut survey = Survey::new();
        survey.push(content);
        survey.finish()
    }

    #[test]
    fn examples() {
        assert_eq!(survey(b""), Surveyed::default());
        let clean = Surveyed { octets: 6, longest_line: 4, ..Surveyed::default() };
        assert_eq!(survey(b"ab\r\n\r\n"), clean);
        assert_eq!(survey(b"ab\n\n"), Surveyed { bare_newlines: true, ..clean });
        assert_eq!(survey(b"ab\r\n\r"), Surveyed { bare_newlines: true, ..clean });
        assert_eq!(survey(b"\r\nab"), clean);
        assert_eq!(survey(b"\r\n\xE4b"), Surveyed { eight_bit: true, ..clean });
        assert_eq!(survey(b"\r\n\0b"), Surveyed { nul: true, ..clean });
    }

    proptest! {
        #[test]
        fn agrees_with_what_normalising_gives(
            content in "(\\PC|[\\x00\r\n]|\r\n){0,60}",
            cuts in collection::vec(0..9_usize, 1..60),
        ) {
            let mut sut = Survey::new();
            for piece in pieces(content.as_bytes(), &cuts) {
                sut.push(piece);
            }
            let mut sent = naive(content.as_bytes());
            if !sent.is_empty() && !sent.ends_with(b"\r\n") {
                sent.extend_from_slice(b"\r\n");
            }
            let expected = Surveyed {
                octets: sent.len() as u64,
                eight_bit: !content.is_ascii(),
                nul: content.contains('\0'),
                bare_newlines: content.replace("\r\n", "").contains(['\r', '\n']),
                longest_line: sent
                    .split_inclusive(|octet| *octet == b'\n')
                    .map(<[u8]>::len)
                    .max()
                    .unwrap_or_default(),
            };
            prop_assert_eq!(sut.finish(), expected);
        }
    }
}
