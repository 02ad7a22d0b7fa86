//! How long lines are, as far as it matters.

use memchr::memrchr2;

/// Looks for a line of more octets than it may have, across pieces. A bare CR or LF ends a line, too,
/// and what is not ended counts as if it were: each line has a CRLF in the end.
#[derive(Clone, Debug, Default)]
pub(crate) struct LongLines {
    /// Octets of the line that is not over.
    line: usize,
    found: bool,
}

impl LongLines {
    /// Looks at the next piece. Lines may have so many octets, CRLF included.
    pub(crate) fn push(&mut self, piece: &[u8], limit: usize) {
        let most = limit.saturating_sub("\r\n".len());
        let mut rest = piece;
        // As far as a line may go, and the one octet behind, there has to be the end of one. What is
        // in front of the last of them need not be looked at.
        while let Some(line) = rest.get(..=most.saturating_sub(self.line)) {
            let Some(end) = memrchr2(b'\r', b'\n', line) else {
                self.found = true;
                return;
            };
            rest = rest.get(end.saturating_add(1)..).unwrap_or_default();
            self.line = 0;
        }
        if let Some(end) = memrchr2(b'\r', b'\n', rest) {
            rest = rest.get(end.saturating_add(1)..).unwrap_or_default();
            self.line = 0;
        }
        self.line = self.line.saturating_add(rest.len());
    }

    /// The last line is over.
    pub(crate) fn end(&mut self) {
        self.line = 0;
    }

    /// Whether there was one.
    pub(crate) fn found(&self) -> bool {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection, prelude::*};

    use super::LongLines;
    use crate::body::Survey;
    use crate::body::tests::pieces;

    proptest! {
        #[test]
        fn agrees_with_the_survey(
            content in "([a]|[a]{3,9}|[\r\n]|\r\n){0,60}",
            cuts in collection::vec(0..9_usize, 1..60),
            limit in 0..16_usize,
        ) {
            let (mut sut, mut survey) = (LongLines::default(), Survey::new());
            for piece in pieces(content.as_bytes(), &cuts) {
                sut.push(piece, limit);
                survey.push(piece);
            }
            let longest = survey.finish().longest_line;
            // Nothing is as short as an empty line.
            prop_assert_eq!(sut.found(), longest > limit.max(2), "{} {}", longest, limit);
        }
    }
}
