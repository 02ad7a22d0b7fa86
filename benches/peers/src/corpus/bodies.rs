//! Message content, as it is and as it goes over the wire, and oracles that say what is right.

/// Content of this size, or a little more.
const SIZE: usize = 1 << 20;

/// A line of 76 columns.
const TEXT: &[u8] = b"It is the business of a line to be seventy-six columns wide, no more no less";
const BASE64: &[u8] =
    b"VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZyBhbmQgb3ZlciBpdCE5";

/// What follows DATA, the end included.
pub(crate) const WIRE: [&str; 7] =
    ["text", "base64", "dot lines", "dots only", "empty lines", "LF only", "LF dot"];

pub(crate) fn wire(name: &str) -> Vec<u8> {
    let line: Vec<u8> = match name {
        "text" => [TEXT, b"\r\n"].concat(),
        "base64" => [BASE64, b"\r\n"].concat(),
        "dot lines" => [b"..", &TEXT[2..], b"\r\n"].concat(),
        "dots only" => b"..\r\n".to_vec(),
        "empty lines" => b"\r\n".to_vec(),
        "LF only" => [TEXT, b"\n"].concat(),
        "LF dot" => b"\n.".to_vec(),
        _ => panic!("no such body: {name}"),
    };
    let mut wire = line.repeat(SIZE / line.len());
    // Where lines don't end with CRLF, the end of the content does.
    let end: &[u8] = if line.ends_with(b"\r\n") { b".\r\n" } else { b"\r\n.\r\n" };
    wire.extend_from_slice(end);
    wire
}

/// What is to be sent.
pub(crate) const CONTENT: [&str; 4] = ["text", "base64", "dot lines", "LF only"];

pub(crate) fn content(name: &str) -> Vec<u8> {
    let line: Vec<u8> = match name {
        "text" => [TEXT, b"\r\n"].concat(),
        "base64" => [BASE64, b"\r\n"].concat(),
        "dot lines" => [b".", &TEXT[1..], b"\r\n"].concat(),
        "LF only" => [TEXT, b"\n"].concat(),
        _ => panic!("no such content: {name}"),
    };
    line.repeat(SIZE / line.len())
}

/// So many octets of text, a dot at the beginning of each tenth line.
pub(crate) fn message(octets: usize) -> Vec<u8> {
    let mut message = b"Subject: what it costs\r\n\r\n".to_vec();
    for n in 0.. {
        if message.len() + TEXT.len() + 2 > octets {
            break;
        }
        if n % 10 == 9 {
            message.push(b'.');
        }
        message.extend_from_slice(&TEXT[usize::from(n % 10 == 9)..]);
        message.extend_from_slice(b"\r\n");
    }
    message
}

/// The content of what follows DATA, octet by octet: lines end with CRLF and nothing else (RFC 5321
/// section 4.5.2).
pub(crate) fn unstuffed(wire: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    let mut rest = wire;
    while !rest.starts_with(b".\r\n") {
        rest = rest.strip_prefix(b".").unwrap_or(rest);
        let end = rest.windows(2).position(|pair| pair == b"\r\n").expect("it ends") + 2;
        content.extend_from_slice(&rest[..end]);
        rest = &rest[end..];
    }
    content
}

/// What follows DATA for this content, octet by octet: bare CR and LF become CRLF, and dots at the
/// beginning of a line are doubled.
pub(crate) fn stuffed(content: &[u8]) -> Vec<u8> {
    let mut wire = Vec::new();
    let mut at = 0;
    while at < content.len() {
        if (wire.is_empty() || wire.ends_with(b"\r\n")) && content[at] == b'.' {
            wire.push(b'.');
        }
        match content[at..] {
            [b'\r', b'\n', ..] => {
                wire.extend_from_slice(b"\r\n");
                at += 1;
            }
            [b'\r' | b'\n', ..] => wire.extend_from_slice(b"\r\n"),
            _ => wire.push(content[at]),
        }
        at += 1;
    }
    if !wire.is_empty() && !wire.ends_with(b"\r\n") {
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b".\r\n");
    wire
}

/// Whether what was unstuffed is right, and what is wrong with it.
pub(crate) fn judge_unstuffed(wire: &[u8], got: &[u8]) -> Result<(), String> {
    let right = unstuffed(wire);
    match got {
        _ if got == right => Ok(()),
        _ if got.len() + 2 == right.len() && right.starts_with(got) => {
            Err("without the last CRLF".into())
        }
        [b'.', rest @ ..] if rest == right => Err("the very first dot is left in".into()),
        _ => Err(format!("{} octets instead of {}", got.len(), right.len())),
    }
}

/// Whether what was stuffed is right, and what is wrong with it.
pub(crate) fn judge_stuffed(content: &[u8], got: &[u8]) -> Result<(), String> {
    let right = stuffed(content);
    if got == right {
        return Ok(());
    }
    let body = got.strip_suffix(b".\r\n").ok_or("it does not end with CRLF.CRLF")?;
    let one_more = [&right[..right.len() - 3], b"\r\n"].concat();
    if body == one_more {
        return Err("adds an empty line".into());
    }
    let bare = |octets: &[u8]| {
        let lf = octets.windows(2).any(|pair| pair[1] == b'\n' && pair[0] != b'\r');
        let cr = octets.windows(2).any(|pair| pair[0] == b'\r' && pair[1] != b'\n');
        cr || lf
    };
    if content.starts_with(b".") && !got.starts_with(b"..") {
        return Err("the very first dot is not doubled".into());
    }
    if bare(body) {
        return Err("sends bare LF".into());
    }
    Err(format!("{} octets instead of {}", got.len(), right.len()))
}
