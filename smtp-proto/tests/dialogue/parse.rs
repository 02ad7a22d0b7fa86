//! From the text of a dialogue to what one side of it is told and is to say.

use std::time::Duration;

/// A dialogue.
#[derive(Debug, Default)]
pub(crate) struct Script {
    /// The words of the `server:` header, if there is one: then it is replayed against a server.
    pub(crate) server: Option<Vec<String>>,
    /// The words of the `client:` header.
    pub(crate) client: Option<Vec<String>>,
    /// Replayed in one way only, because what happens depends on what comes together.
    pub(crate) whole_only: bool,
    entries: Vec<Entry>,
}

/// Who is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Server,
    Client,
}

/// A line of the file.
#[derive(Debug)]
struct Entry {
    line: usize,
    /// Only for this side.
    only: Option<Side>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Something that a side sends.
    Sent(Side, Piece),
    /// What the user of a side sees and answers.
    Seen(Side, Expected),
    /// A line of the message that the client sends.
    Content(Vec<u8>),
    Boundary(Boundary),
}

/// Something that is sent.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) octets: Vec<u8>,
    /// Any text may follow, up to CRLF.
    pub(crate) open: bool,
}

/// An event that is expected.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    line: usize,
    /// What it is; `...` at the end stands for anything.
    pub(crate) text: String,
    pub(crate) body: Option<Body>,
    /// What the user does about it.
    pub(crate) answers: Vec<String>,
    /// The message that the user sends.
    pub(crate) content: Vec<u8>,
}

/// Message content that is expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    Octets(Vec<u8>),
    /// Some, whatever it is.
    Some,
    /// Whatever there is, and perhaps none.
    Any,
}

impl Expected {
    pub(crate) fn name(&self) -> String {
        format!("line {}: {}", self.line, self.text)
    }
}

/// What ends a piece of dialogue over whose end nothing is sent ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Boundary {
    Tls,
    /// This side sends no more.
    Eof(Side),
    /// What this side sends can't be written any more.
    Broken(Side),
    Time(Duration),
    /// The user does something without being asked.
    Do(String),
}

/// What is sent to a side, what happens there, what it is to send.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    pub(crate) line: usize,
    pub(crate) input: Vec<u8>,
    pub(crate) events: Vec<Expected>,
    pub(crate) output: Vec<Piece>,
}

#[derive(Debug)]
pub(crate) enum Item {
    Turn(Turn),
    Boundary(usize, Boundary),
}

impl Script {
    /// Reads the text of a file.
    pub(crate) fn parse(text: &str) -> Result<Script, String> {
        let mut script = Script::default();
        for (index, line) in text.lines().enumerate() {
            let number = index + 1;
            script.line(number, line).map_err(|error| format!("line {number}: {error}"))?;
        }
        Ok(script)
    }

    fn line(&mut self, number: usize, line: &str) -> Result<(), String> {
        if line.trim().is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if let Some(words) = line.strip_prefix("server:") {
            self.server = Some(split_words(words)?);
            return Ok(());
        }
        if let Some(words) = line.strip_prefix("client:") {
            self.client = Some(split_words(words)?);
            return Ok(());
        }
        if line.trim() == "cuts: none" {
            self.whole_only = true;
            return Ok(());
        }
        let (only, kind) = entry(number, line)?;
        self.entries.push(Entry { line: number, only, kind });
        Ok(())
    }

    /// The dialogue as seen by one side.
    pub(crate) fn items(&self, side: Side) -> Vec<Item> {
        let mut items = Vec::new();
        let mut turn = Turn::default();
        let finish = |turn: &mut Turn, items: &mut Vec<Item>| {
            let turn = std::mem::take(turn);
            if turn.line > 0 {
                items.push(Item::Turn(turn));
            }
        };
        for entry in &self.entries {
            if entry.only.is_some_and(|only| only != side) {
                continue;
            }
            if let Kind::Boundary(boundary) = &entry.kind {
                finish(&mut turn, &mut items);
                items.push(Item::Boundary(entry.line, boundary.clone()));
                continue;
            }
            if let Kind::Sent(by, _) = &entry.kind
                && *by != side
                && !(turn.events.is_empty() && turn.output.is_empty())
            {
                finish(&mut turn, &mut items);
            }
            if turn.line == 0 {
                turn.line = entry.line;
            }
            match &entry.kind {
                Kind::Sent(by, piece) if *by == side => turn.output.push(piece.clone()),
                Kind::Sent(_, piece) => {
                    turn.input.extend_from_slice(&piece.octets);
                    if piece.open {
                        turn.input.extend_from_slice(b"...\r\n");
                    }
                }
                Kind::Seen(by, expected) if *by == side => turn.events.push(expected.clone()),
                Kind::Content(octets) if side == Side::Client => {
                    let last = turn.events.last_mut();
                    last.expect("content belongs to something").content.extend_from_slice(octets);
                }
                _ => {}
            }
        }
        finish(&mut turn, &mut items);
        items
    }
}

fn entry(number: usize, line: &str) -> Result<(Option<Side>, Kind), String> {
    if let Some(boundary) = boundary(line)? {
        return Ok((None, Kind::Boundary(boundary)));
    }
    let mark =
        line.find([':', '|', '*', '>', '/', '!']).ok_or("neither a line of a side nor a mark")?;
    let (letter, mut rest) = line.split_at(mark);
    let mut only = None;
    for (name, side) in [("/server", Side::Server), ("/client", Side::Client)] {
        if let Some(after) = rest.strip_prefix(name) {
            only = Some(side);
            rest = after;
        }
    }
    let (mark, text) = rest.split_at_checked(1).ok_or("a mark without anything behind it")?;
    let text = text.strip_prefix(' ').unwrap_or(text);
    match (letter, mark) {
        ("A", "!") => only = Some(Side::Server),
        ("U", "!") => only = Some(Side::Client),
        _ => {}
    }
    let kind = match (letter, mark) {
        ("A" | "U", "!") => Kind::Boundary(Boundary::Do(text.to_owned())),
        ("C", _) => Kind::Sent(Side::Client, piece(mark, text, false)?),
        ("S", _) => Kind::Sent(Side::Server, piece(mark, text, true)?),
        ("A", ":") => Kind::Seen(Side::Server, expected(number, text)?),
        ("U", ":") => Kind::Seen(Side::Client, expected(number, text)?),
        ("A", ">") => Kind::Seen(Side::Server, body_line(number, text)?),
        ("U", ">") => Kind::Content([unescape(text)?, b"\r\n".to_vec()].concat()),
        ("U", "|") => Kind::Content(unescape(text)?),
        _ => return Err(format!("no such line: {letter}{mark}")),
    };
    Ok((only, kind))
}

fn boundary(line: &str) -> Result<Option<Boundary>, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    Ok(Some(match words.as_slice() {
        ["TLS"] => Boundary::Tls,
        ["EOF-C"] => Boundary::Eof(Side::Client),
        ["EOF-S"] => Boundary::Eof(Side::Server),
        ["BROKEN-C"] => Boundary::Broken(Side::Client),
        ["BROKEN-S"] => Boundary::Broken(Side::Server),
        ["TIME", time] => {
            let time = time.strip_prefix('+').and_then(super::duration);
            Boundary::Time(time.ok_or("TIME takes a time like +300s")?)
        }
        _ => return Ok(None),
    }))
}

fn piece(mark: &str, text: &str, may_be_open: bool) -> Result<Piece, String> {
    match mark {
        ":" if may_be_open && text.ends_with("...") => {
            Ok(Piece { octets: unescape(&text[..text.len() - 3])?, open: true })
        }
        ":" => Ok(Piece { octets: [unescape(text)?, b"\r\n".to_vec()].concat(), open: false }),
        "|" => Ok(Piece { octets: unescape(text)?, open: false }),
        "*" => {
            let (count, text) = text.split_once(' ').ok_or("* takes a number and a text")?;
            let count: usize = count.parse().map_err(|_| "* takes a number first")?;
            Ok(Piece { octets: unescape(text)?.repeat(count), open: false })
        }
        _ => Err(format!("no such mark: {mark}")),
    }
}

fn body_line(line: usize, text: &str) -> Result<Expected, String> {
    let octets = [unescape(text)?, b"\r\n".to_vec()].concat();
    let text = format!("a line of content, {text}");
    let (answers, content) = (Vec::new(), Vec::new());
    Ok(Expected { line, text, body: Some(Body::Octets(octets)), answers, content })
}

fn expected(line: usize, text: &str) -> Result<Expected, String> {
    let mut parts = text.split(" -> ").map(|part| part.trim().to_owned());
    let text = parts.next().unwrap_or_default();
    let body = match text.strip_prefix("body ") {
        Some("...") => Some(Body::Some),
        Some("?") => Some(Body::Any),
        Some(octets) if octets.contains('"') => Some(Body::Octets(quoted(octets)?)),
        _ => None,
    };
    Ok(Expected { line, text, body, answers: parts.collect(), content: Vec::new() })
}

/// `"one" 1000*"two"`
pub(crate) fn quoted(text: &str) -> Result<Vec<u8>, String> {
    let mut octets = Vec::new();
    for word in split_words(text)? {
        let (count, word) = match word.split_once("*\"") {
            Some((count, _)) => {
                (count.parse().map_err(|_| "not a number before *")?, &word[count.len() + 1..])
            }
            None => (1, word.as_str()),
        };
        octets.extend_from_slice(&unquote(word)?.repeat(count));
    }
    Ok(octets)
}

/// What is in a pair of quotes.
pub(crate) fn unquote(word: &str) -> Result<Vec<u8>, String> {
    let inner = word.strip_prefix('"').and_then(|word| word.strip_suffix('"'));
    unescape(inner.ok_or_else(|| format!("not in quotes: {word}"))?)
}

/// Splits at spaces, but not within quotes.
pub(crate) fn split_words(text: &str) -> Result<Vec<String>, String> {
    let mut words = vec![String::new()];
    let (mut within, mut escaped) = (false, false);
    for character in text.chars() {
        match character {
            ' ' if !within => {
                words.push(String::new());
                continue;
            }
            '"' if !escaped => within = !within,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
        words.last_mut().expect("there is one").push(character);
    }
    if within {
        return Err(format!("a quote is missing: {text}"));
    }
    words.retain(|word| !word.is_empty());
    Ok(words)
}

/// `\r`, `\n`, `\t`, `\0`, `\\`, `\"` and `\xHH`.
pub(crate) fn unescape(text: &str) -> Result<Vec<u8>, String> {
    let mut octets = Vec::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            octets.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        octets.push(match characters.next() {
            Some('r') => b'\r',
            Some('n') => b'\n',
            Some('t') => b'\t',
            Some('0') => 0,
            Some(same @ ('\\' | '"')) => same as u8,
            Some('x') => {
                let hex: String = characters.by_ref().take(2).collect();
                u8::from_str_radix(&hex, 16).map_err(|_| format!("not hexadecimal: {hex}"))?
            }
            other => return Err(format!("no such escape: \\{}", other.unwrap_or(' '))),
        });
    }
    Ok(octets)
}
