//! Messages that have been known to come out different from how they went in.

/// A message.
#[derive(Debug)]
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    /// Lines end with CRLF.
    pub(crate) content: Vec<u8>,
}

impl Sample {
    /// With LF for CRLF.
    pub(crate) fn with_lf(&self) -> Vec<u8> {
        with_lf(&self.content)
    }

    /// What a transfer by lines makes of it: the last one ends, too.
    pub(crate) fn in_lines(&self) -> Vec<u8> {
        let mut content = self.content.clone();
        if !content.is_empty() && !content.ends_with(b"\r\n") {
            content.extend_from_slice(b"\r\n");
        }
        content
    }

    pub(crate) fn is_ascii(&self) -> bool {
        self.content.is_ascii()
    }
}

/// CRLF becomes LF.
pub(crate) fn with_lf(content: &[u8]) -> Vec<u8> {
    let mut lf = Vec::with_capacity(content.len());
    for (index, octet) in content.iter().enumerate() {
        if *octet != b'\r' || content.get(index + 1) != Some(&b'\n') {
            lf.push(*octet);
        }
    }
    lf
}

const HEADER: &str = "From: a@example.org\r\nTo: b@example.net\r\nSubject: test\r\n\r\n";

/// All of them.
pub(crate) fn all() -> Vec<Sample> {
    let sample = |name, body: &[u8]| Sample { name, content: [HEADER.as_bytes(), body].concat() };
    vec![
        sample("plain", b"Hello,\r\n\r\nworld.\r\n"),
        sample(
            "dots",
            b".\r\n..\r\n...\r\n.leading\r\n..two\r\nin . the .. middle\r\ntrailing.\r\n.\r\n",
        ),
        Sample { name: "dot first", content: b".dot: in the first line\r\n\r\n.\r\n".to_vec() },
        sample("8-bit", "Gr\u{fc}\u{df}e, \u{4e16}\u{754c}\r\n\r\n.\u{fc}\r\n".as_bytes()),
        sample("long lines", &long_lines()),
        sample("empty body", b""),
        sample("no final newline", b"the last line does not end"),
        sample("empty lines", b"\r\n\r\n\r\n.\r\n\r\n\r\n"),
        sample("trailing spaces", b"two  \r\ntab\t\r\n \r\n"),
        sample("20 MB", &large(20_000_000)),
    ]
}

/// 998 octets and CRLF, the most that SMTP carries; with and without a dot in front.
fn long_lines() -> Vec<u8> {
    let mut lines = Vec::new();
    for first in [b'x', b'.', b'x'] {
        lines.push(first);
        lines.extend_from_slice(&[b'y'; 996]);
        lines.extend_from_slice(b"z\r\n");
    }
    lines
}

/// Lines of all lengths, many with dots in front, no two neighbours alike.
fn large(octets: usize) -> Vec<u8> {
    let mut content = Vec::with_capacity(octets + 1000);
    let mut state = 1_u32;
    while content.len() < octets {
        // A linear congruential generator: the same content everywhere.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let length = (state >> 20) as usize % 990;
        let fill = b'!' + (state >> 12 & 0x3F) as u8;
        if state & 0x1_0000 != 0 {
            content.push(b'.');
        }
        content.resize(content.len() + length, fill);
        content.extend_from_slice(b"\r\n");
    }
    content
}
