//! The content of messages: as it mostly is, and as who wants to make it expensive would have it.

use smtp_proto::body::OutgoingNewlines;
use smtp_proto::body::dot::Stuffer;

/// How much is put in or taken out at a time: all of it, what a segment on an Ethernet holds, what a
/// large read brings.
pub const CUTS: [(&str, usize); 3] = [("whole", usize::MAX), ("1460", 1460), ("16384", 16 << 10)];

/// One kind of content.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its name.
    pub name: &'static str,
    /// It, before dots were put in.
    pub content: Vec<u8>,
    /// What follows 354 when somebody sends it: as it is if it has bare newlines, for whoever sends
    /// those looks after no dots either.
    pub wire: Vec<u8>,
    /// Whether its lines end with CRLF and nothing else.
    pub is_clean: bool,
}

/// All kinds, each of nearly so many octets.
#[must_use]
pub fn all(octets: usize) -> Vec<Body> {
    let clean = [
        ("text", text(octets)),
        ("base64", base64(octets)),
        ("dotted-lines", dotted_lines(octets)),
        ("dots-only", b".\r\n".repeat(octets / 3)),
        ("empty-lines", b"\r\n".repeat(octets / 2)),
    ]
    .map(|(name, content)| Body { name, wire: stuffed(&content), content, is_clean: true });
    let bare = [("lf-lines", lf_lines(octets)), ("lf-dots", b"\n.".repeat(octets / 2))]
        .map(|(name, content)| Body { name, wire: ended(&content), content, is_clean: false });
    clean.into_iter().chain(bare).collect()
}

/// Lines of 76 characters, a dot at the start of each tenth.
#[must_use]
pub fn text(octets: usize) -> Vec<u8> {
    let line = "It is the business of such a line to have seventy-six characters, like this.";
    let mut text = Vec::with_capacity(octets + 80);
    for n in 0.. {
        if text.len() >= octets {
            break;
        }
        text.extend_from_slice(if n % 10 == 0 { &b"."[..] } else { b"" });
        text.extend_from_slice(line.as_bytes().get(usize::from(n % 10 == 0)..).unwrap_or_default());
        text.extend_from_slice(b"\r\n");
    }
    text
}

/// An attachment: lines of 76 characters, none with a dot.
#[must_use]
pub fn base64(octets: usize) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut random: u32 = 1;
    let mut body = Vec::with_capacity(octets + 80);
    while body.len() < octets {
        for _ in 0..76 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            body.push(alphabet[(random >> 26) as usize]);
        }
        body.extend_from_slice(b"\r\n");
    }
    body
}

fn dotted_lines(octets: usize) -> Vec<u8> {
    let line = b".a line that was quoted by a program with a taste for dots\r\n";
    line.repeat(octets / line.len())
}

fn lf_lines(octets: usize) -> Vec<u8> {
    let line = b"a line from a system that knows no carriage returns, and a little more of it\n";
    line.repeat(octets / line.len())
}

/// As it follows 354.
///
/// # Panics
///
/// If the content has bare newlines.
#[must_use]
pub fn stuffed(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut stuffer = Stuffer::new(OutgoingNewlines::Refuse);
    stuffer.stuff(bytes::Bytes::copy_from_slice(content), &mut out).expect("no bare newline");
    stuffer.finish(&mut out).expect("no bare newline");
    out
}

fn ended(content: &[u8]) -> Vec<u8> {
    [content, b"\r\n.\r\n"].concat()
}

/// What an encoder has to make of content, written so that one can see that it is right: line ends
/// become CRLF, dots that begin a line are doubled, a line of one dot follows.
#[must_use]
pub fn expected(content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() * 2 + 5);
    let mut rest = content;
    let mut line_start = true;
    while let [first, behind @ ..] = rest {
        rest = behind;
        if line_start && *first == b'.' {
            out.push(b'.');
        }
        line_start = matches!(first, b'\r' | b'\n');
        if line_start {
            out.extend_from_slice(b"\r\n");
            if *first == b'\r' {
                rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            }
        } else {
            out.push(*first);
        }
    }
    if !line_start {
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b".\r\n");
    out
}
