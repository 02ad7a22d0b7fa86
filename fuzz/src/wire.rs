//! What may be on the wire.

/// Octets of a reply line, CRLF included (RFC 5321 section 4.5.3.1.5).
const REPLY_LINE: usize = 512;

/// Cuts octets into lines. The last one may be without its CRLF.
pub fn lines(octets: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(octets);
    std::iter::from_fn(move || {
        let octets = rest?;
        match octets.windows(2).position(|pair| pair == b"\r\n") {
            Some(end) => {
                rest = Some(&octets[end + 2..]);
                Some(&octets[..end])
            }
            None => {
                rest = None;
                (!octets.is_empty()).then_some(octets)
            }
        }
    })
}

/// Asserts that these are whole lines, free of control characters other than HT, and returns them.
pub fn whole_lines(octets: &[u8]) -> Vec<&[u8]> {
    assert!(octets.ends_with(b"\r\n"), "not a whole line: {:?}", octets.escape_ascii().to_string());
    let lines: Vec<_> = lines(octets).collect();
    for line in &lines {
        let control = line.iter().find(|octet| octet.is_ascii_control() && **octet != b'\t');
        assert_eq!(control, None, "in {:?}", line.escape_ascii().to_string());
    }
    lines
}

/// Watches what a server says, in whatever pieces it comes.
#[derive(Default)]
pub struct Replies {
    pending: Vec<u8>,
    /// The code of the reply whose last line is still to come.
    within: Option<[u8; 3]>,
    /// The code of each complete reply.
    pub codes: Vec<u16>,
}

impl Replies {
    pub fn push(&mut self, octets: &[u8]) {
        self.pending.extend_from_slice(octets);
        let whole = self.pending.iter().rposition(|octet| *octet == b'\n').map_or(0, |at| at + 1);
        let octets: Vec<u8> = self.pending.drain(..whole).collect();
        if !octets.is_empty() {
            whole_lines(&octets).into_iter().for_each(|line| self.line(line));
        }
    }

    /// Asserts that nothing ends in the middle of a reply.
    pub fn finish(&self) {
        assert!(self.pending.is_empty() && self.within.is_none(), "a reply is not complete");
    }

    fn line(&mut self, line: &[u8]) {
        let shown = line.escape_ascii().to_string();
        assert!(line.len() + 2 <= REPLY_LINE || line.starts_with(b"334 "), "too long: {shown}");
        let code: [u8; 3] = *line.first_chunk().expect(&shown);
        assert!(matches!(code[0], b'2'..=b'5') && code.iter().all(u8::is_ascii_digit), "{shown}");
        assert!(self.within.is_none_or(|within| within == code), "the code changes: {shown}");
        self.within = match line.get(3) {
            Some(b'-') => Some(code),
            Some(b' ') => None,
            other => panic!("{other:?} behind the code: {shown}"),
        };
        if self.within.is_none() {
            self.codes.push(code.iter().fold(0, |n, digit| n * 10 + u16::from(digit - b'0')));
        }
    }
}
