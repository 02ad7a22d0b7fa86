//! The obvious way to do what the library does cleverly.

/// What a receiver makes of what follows DATA (RFC 5321 section 4.5.2): it cuts the octets into lines
/// that end with CRLF and looks at each.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Received {
    pub content: Vec<u8>,
    /// How many octets there are up to the end of the content, and with it.
    pub end: Option<usize>,
    pub bare_cr: bool,
    pub bare_lf: bool,
}

impl Received {
    pub fn of(octets: &[u8]) -> Self {
        let mut received = Self::default();
        let mut rest = octets;
        while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
            let (line, behind) = rest.split_at(end);
            rest = &behind[2..];
            if line == b"." {
                received.end = Some(octets.len() - rest.len());
                return received;
            }
            received.line(line);
            received.content.extend_from_slice(b"\r\n");
        }
        received.line(rest);
        received
    }

    /// A line without its CRLF.
    fn line(&mut self, line: &[u8]) {
        self.bare_cr |= line.contains(&b'\r');
        self.bare_lf |= line.contains(&b'\n');
        self.content.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
    }
}

/// What a sender makes of content for DATA: each line that begins with a dot gets another.
pub fn stuffed(content: &[u8]) -> Vec<u8> {
    let content = ended(normalized(content));
    let mut out = Vec::new();
    for line in content.split_inclusive(|octet| *octet == b'\n') {
        if line.starts_with(b".") {
            out.push(b'.');
        }
        out.extend_from_slice(line);
    }
    out.extend_from_slice(b".\r\n");
    out
}

/// CRLF of whatever is meant to be a line end.
pub fn normalized(content: &[u8]) -> Vec<u8> {
    let mut lines = Vec::new();
    let mut octets = content.iter().peekable();
    while let Some(octet) = octets.next() {
        match octet {
            b'\r' => {
                octets.next_if(|next| **next == b'\n');
                lines.extend_from_slice(b"\r\n");
            }
            b'\n' => lines.extend_from_slice(b"\r\n"),
            other => lines.push(*other),
        }
    }
    lines
}

/// DATA can't carry a line without an end.
pub fn ended(mut content: Vec<u8>) -> Vec<u8> {
    if !content.is_empty() && !content.ends_with(b"\r\n") {
        content.extend_from_slice(b"\r\n");
    }
    content
}
