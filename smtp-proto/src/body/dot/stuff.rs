//! Makes of content what follows DATA.

use bytes::Bytes;

use crate::body::{
    BareNewline, OutgoingNewlines, Sink,
    encode::{Dots, Place, encode},
    newline::Check,
};

/// Encodes content for DATA: doubles the dots that begin a line, the first line included
/// (RFC 5321 section 4.5.2), and ends it with CRLF.CRLF.
///
/// Dots are looked at after bare newlines were dealt with, so that no receiver, however lenient
/// about line ends, can take content for the end of it.
#[derive(Clone, Debug, Default)]
pub struct Stuffer {
    place: Place,
    /// There if bare newlines are refused.
    check: Option<Check>,
}

impl Stuffer {
    /// At the start of content.
    #[must_use]
    pub fn new(newlines: OutgoingNewlines) -> Self {
        let check = match newlines {
            OutgoingNewlines::Normalize => None,
            OutgoingNewlines::Refuse => Some(Check::new()),
        };
        Self { place: Place::default(), check }
    }

    /// Encodes the next piece into `out`. Long spans without a change are shared.
    ///
    /// # Errors
    ///
    /// A bare CR or LF that is refused. Nothing of the piece was written, and another may be
    /// offered in its place. A CR at the end of a piece is judged with the piece after it.
    pub fn stuff(&mut self, piece: Bytes, out: &mut impl Sink) -> Result<(), BareNewline> {
        if let Some(check) = &mut self.check {
            check.push(&piece)?;
        }
        encode(&mut self.place, piece, Dots::Double, out);
        Ok(())
    }

    /// Ends the content: completes the last line if need be, and writes the line of one dot.
    ///
    /// Content of nothing is the dot alone (RFC 5321 section 4.1.1.4). Another message may follow.
    ///
    /// # Errors
    ///
    /// The last octet of the content is a CR, and that is refused. Nothing was written.
    pub fn finish(&mut self, out: &mut impl Sink) -> Result<(), BareNewline> {
        if let Some(check) = &mut self.check {
            check.finish()?;
            *check = Check::new();
        }
        out.literal(core::mem::take(&mut self.place).missing_line_end());
        out.literal(b".\r\n");
        Ok(())
    }
}
