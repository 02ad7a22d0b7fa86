//! Content that is decoded in place.

#![expect(
    clippy::arithmetic_side_effects,
    reason = "places in the input, none of them behind its end; a body of dots passes here"
)]

use core::cell::Cell;

/// Where places that are not plain text are so few octets apart, large steps would lead nowhere.
pub(super) const CALM: usize = 32;

/// What the octet before was, as far as it matters for the next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    InLine,
    AfterCr,
    LineStart,
}

/// How far a crawl came.
#[derive(Default)]
pub(super) struct Crawled {
    /// What is behind this octet was not looked at.
    pub(super) seen: usize,
    /// There is a dot right behind it that begins a line, and may be the end.
    pub(super) dot: Option<usize>,
    /// The last line with a dot taken away began here.
    pub(super) begins: Option<usize>,
    pub(super) bare_cr: bool,
    pub(super) bare_lf: bool,
}

/// What was decoded, in its place at the front of the input.
#[derive(Default)]
pub(super) struct Content {
    pub(super) kept: usize,
    /// From here on everything is content, and not in its place.
    pub(super) from: usize,
}

impl Content {
    /// Moves what is content up to `to` into its place.
    pub(super) fn keep(&mut self, data: &mut [u8], to: usize) {
        let (from, kept) = (self.from, self.kept);
        if to < from {
            self.kept = kept - (from - to); // not content, after all
            self.from = to;
            return;
        }
        // Nothing moves as long as no dot was taken away. Said in this way, it leaves `copy_within` no
        // reason to panic that the compiler could not rule out.
        if kept < from
            && let Some(span) = data.get_mut(kept..to)
        {
            span.copy_within(from - kept.., 0);
        }
        self.kept = kept + (to - from);
        self.from = to;
    }

    /// Goes on behind `seen` octet by octet, as long as there is always something that is not plain text.
    /// Newlines that stand alone are content, if they may be `bare`, or else it stops there.
    ///
    /// What it moves may lie on what was there: two octets back is more than can be trusted then.
    #[cold]
    pub(super) fn crawl(&mut self, data: &mut [u8], seen: usize, bare: bool) -> Crawled {
        let mut crawled = Crawled::default();
        let mut at = seen + 1;
        let mut place = match data.get(..at) {
            Some([.., b'\r', b'\n']) => Place::LineStart,
            Some([.., b'\r']) => Place::AfterCr,
            _ => Place::InLine,
        };
        self.keep(data, at);
        let cells = Cell::from_mut(data).as_slice_of_cells();
        let mut kept = self.kept;
        'crawl: loop {
            let mut odd = place == Place::LineStart;
            let some = cells.get(at..cells.len().min(at + CALM)).unwrap_or_default();
            // The last octet may have to wait.
            for pair in some.windows(2) {
                let [octet, next] = pair else { break };
                let octet = octet.get();
                let after = match octet {
                    b'.' if place == Place::LineStart => {
                        if next.get() == b'\r' {
                            break 'crawl;
                        }
                        at += 1;
                        crawled.begins = Some(at);
                        place = Place::InLine;
                        odd = true;
                        continue;
                    }
                    b'\n' if place == Place::AfterCr => Place::LineStart,
                    b'\n' => {
                        if !bare {
                            break 'crawl;
                        }
                        crawled.bare_lf = true;
                        odd = true;
                        Place::InLine
                    }
                    _ if place == Place::AfterCr => {
                        if !bare {
                            break 'crawl;
                        }
                        crawled.bare_cr = true;
                        odd = true;
                        if octet == b'\r' { Place::AfterCr } else { Place::InLine }
                    }
                    b'\r' => Place::AfterCr,
                    _ => Place::InLine,
                };
                if let Some(cell) = cells.get(kept) {
                    cell.set(octet);
                }
                place = after;
                kept += 1;
                at += 1;
            }
            if some.len() < 2 || !odd && place != Place::LineStart {
                break;
            }
        }
        (self.kept, self.from) = (kept, at);
        let dot = place == Place::LineStart && data.get(at) == Some(&b'.');
        Crawled { seen: at - 1, dot: dot.then_some(at), ..crawled }
    }
}
