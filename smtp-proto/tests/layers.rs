//! Holds the rules of the architecture by reading the sources: which module may know which, what
//! the core never touches, and how long a file may be.
//!
//! It reads names, not meaning: comments, literals and test code are blanked out, then the paths
//! that begin with `crate::` are looked at.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every module, with its layer: it may use its own layer and those below.
const LAYERS: &[(&str, u8)] = &[
    ("machine", 0),
    ("buffer", 0),
    ("syntax", 1),
    ("body", 1),
    ("proxy", 1),
    ("session", 2),
    ("limits", 2),
    ("timeouts", 2),
    ("error", 2),
    ("sasl", 2),
    ("domains", 2),
    ("server", 3),
    ("client", 3),
    ("serde", 4),
];

/// The layer of the two machines, whose business the two boxes are.
const MACHINES: u8 = 3;

/// What would break a rule, and why it may.
const EXCEPTIONS: &[(&str, &str, &str)] =
    &[("machine", "buffer", "the contract names the two boxes that every machine has")];

/// Words that have no place in a core without I/O, clock, threads and logging.
const FORBIDDEN: &[&str] = &[
    "async", "await", "Instant", "thread", "std", "print", "println", "eprint", "eprintln", "dbg",
    "log", "tracing",
];

const MAX_LINES: usize = 400;
const MEDIAN_LINES: usize = 150;

struct Source {
    path: String,
    /// The names of the modules down to this one; empty for `lib.rs`.
    module: Vec<String>,
    lines: usize,
    /// The text without comments, literals and test code.
    code: String,
}

#[test]
fn modules_use_only_what_lies_below() {
    let sources = sources();
    let exported = exports(&sources);
    let mut broken = Vec::new();
    let mut needed = vec![false; EXCEPTIONS.len()];
    for source in &sources {
        let Some(from) = source.module.first() else { continue };
        for to in uses(source, &exported) {
            let exception = EXCEPTIONS.iter().position(|(f, t, _)| f == from && *t == to);
            if let Err(why) = may_use(from, &to) {
                match exception {
                    Some(i) => needed[i] = true,
                    None => broken.push(format!("{}: {from} uses {to}: {why}", source.path)),
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
    for (used, (from, to, _)) in needed.iter().zip(EXCEPTIONS) {
        assert!(used, "{from} does not use {to}: the exception is not needed");
    }
}

#[test]
fn the_core_does_no_io_and_knows_no_clock() {
    let mut found = Vec::new();
    for source in sources() {
        for word in words(&source.code).filter(|word| FORBIDDEN.contains(word)) {
            found.push(format!("{}: {word}", source.path));
        }
    }
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn files_are_short() {
    let mut lengths: Vec<_> =
        sources().into_iter().map(|source| (source.lines, source.path)).collect();
    lengths.sort();
    let median = lengths[lengths.len() / 2].0;
    let (longest, path) = lengths.last().expect("there are sources");
    println!("{} files, median {median} lines, longest {longest}: {path}", lengths.len());
    let long: Vec<_> = lengths.iter().filter(|(lines, _)| *lines > MAX_LINES).collect();
    assert!(long.is_empty(), "more than {MAX_LINES} lines: {long:?}");
    assert!(median <= MEDIAN_LINES, "half of the files are longer than {median} lines");
}

fn layer(module: &str) -> Option<u8> {
    LAYERS.iter().find(|(name, _)| *name == module).map(|(_, layer)| *layer)
}

fn may_use(from: &str, to: &str) -> Result<(), String> {
    let known = |name| layer(name).ok_or_else(|| format!("{name} is not in the table of layers"));
    let (here, there) = (known(from)?, known(to)?);
    if from == to {
        return Ok(());
    }
    if there > here {
        return Err(format!("layer {here} must not know layer {there}"));
    }
    if here == MACHINES && there == MACHINES {
        return Err("the two sides must not know each other".into());
    }
    if to == "buffer" && here != MACHINES {
        return Err("only the machines touch their boxes".into());
    }
    Ok(())
}

/// The top-level modules that a source names.
fn uses(source: &Source, exported: &BTreeMap<String, String>) -> Vec<String> {
    let tokens: Vec<&str> = tokens(&source.code).collect();
    let mut found = Vec::new();
    for (i, window) in tokens.windows(2).enumerate() {
        let mut up = 0;
        match window {
            ["crate", "::"] => up = source.module.len(),
            // The first of a chain of `super`s: does it climb out of the top-level module?
            ["super", "::"] if i == 0 || tokens[i - 1] != "::" => {
                while tokens[i..].get(2 * up) == Some(&"super") {
                    up += 1;
                }
            }
            _ => {}
        }
        if up == 0 || up < source.module.len() {
            continue;
        }
        let chain = if window[0] == "crate" { 1 } else { up };
        found.extend(heads(&tokens[i + 2 * chain..]));
    }
    found.into_iter().map(|name| exported.get(name).cloned().unwrap_or(name.into())).collect()
}

/// The first names of a path or of a group of paths: `a::b` gives a, `{a::b, c::{d, e}}` a and c.
fn heads<'a>(tokens: &[&'a str]) -> Vec<&'a str> {
    let Some((&"{", group)) = tokens.split_first() else {
        return tokens.first().copied().into_iter().collect();
    };
    let mut depth = 0;
    let mut first = true;
    let mut heads = Vec::new();
    for &token in group {
        match token {
            "{" => depth += 1,
            "}" if depth == 0 => break,
            "}" => depth -= 1,
            "," if depth == 0 => first = true,
            name if first => {
                heads.push(name);
                first = false;
            }
            _ => {}
        }
    }
    heads
}

/// Where the names that `lib.rs` exports come from.
fn exports(sources: &[Source]) -> BTreeMap<String, String> {
    let root = sources.iter().find(|source| source.module.is_empty()).expect("there is a lib.rs");
    let mut exported = BTreeMap::new();
    for item in root.code.split(';') {
        let Some((_, path)) = item.split_once("pub use ") else { continue };
        let mut names = words(path).skip_while(|name| matches!(*name, "crate" | "self"));
        let Some(module) = names.next() else { continue };
        exported.extend(names.map(|name| (name.to_owned(), module.to_owned())));
    }
    exported
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let sources: Vec<_> = files.iter().map(|file| read(&root, file)).collect();
    assert!(sources.len() > 10, "the sources were not found");
    sources
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable folder").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn read(root: &Path, file: &Path) -> Source {
    let text = fs::read_to_string(file).expect("a readable file");
    let path = file.strip_prefix(root).expect("below the root").with_extension("");
    let module: Vec<String> = path
        .iter()
        .map(|part| part.to_str().expect("an ASCII name").to_owned())
        .filter(|part| part != "mod" && part != "lib")
        .collect();
    let is_test = module.iter().any(|part| part == "tests" || part.ends_with("_tests"));
    let code = if is_test { String::new() } else { without_tests(&without_prose(&text)) };
    Source { path: format!("{}.rs", path.display()), module, lines: text.lines().count(), code }
}

/// Blanks out comments and the contents of literals.
fn without_prose(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(raw) = raw_string(rest) {
            raw
        } else if first == '"' {
            closing(rest, '"')
        } else if let Some(literal) = char_literal(rest) {
            literal
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        code.push(' ');
        rest = &rest[skipped..];
    }
    code
}

/// The length of a raw string literal, if one begins here.
fn raw_string(text: &str) -> Option<usize> {
    let hashes = text.strip_prefix('r')?.bytes().take_while(|b| *b == b'#').count();
    let body = text[1 + hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(body.find(&end).map_or(text.len(), |at| 1 + hashes + 1 + at + end.len()))
}

/// The length of a character literal, if one begins here and not a lifetime.
fn char_literal(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('\'')?;
    let first = inner.chars().next()?;
    if first == '\\' {
        return Some(closing(text, '\''));
    }
    inner[first.len_utf8()..].starts_with('\'').then_some(2 + first.len_utf8())
}

/// The length of a literal with escapes, its quotes included.
fn closing(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Drops the items under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some((before, item)) = rest.split_once("#[cfg(test)]") {
        kept.push_str(before);
        let mut depth = 0;
        let end = item.char_indices().find(|(_, c)| {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            depth == 0 && matches!(c, ';' | '}')
        });
        rest = end.map_or("", |(at, _)| &item[at + 1..]);
    }
    kept.push_str(rest);
    kept
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

/// Words, `::`, and every other character by itself.
fn tokens(code: &str) -> impl Iterator<Item = &str> {
    let mut rest = code;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let len = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        let (token, after) = rest.split_at(len);
        rest = after;
        Some(token)
    })
}

/// The reading itself, on a text that tries to mislead it.
#[test]
fn prose_and_tests_are_not_code() {
    let text = r##"
        //! crate::server
        /* crate::client */
        use crate::syntax::{reply::Code, verb};
        use crate::{Time, buffer::{Inbox, Outbox}, limits as l};
        const A: &str = "crate::session \" crate::session";
        const B: &[u8] = br#"crate::session"#;
        const C: [char; 3] = ['"', '\'', '\\'];
        fn f<'a>(a: &'a str) -> super::super::error::Fault { "{"; a }
        #[cfg(test)]
        mod tests { use std::thread; fn g() { crate::sasl::x(); } }
        #[cfg(test)]
        extern crate std;
    "##;
    let code = without_tests(&without_prose(text));
    let module = vec!["session".to_owned(), "table".to_owned()];
    let source = Source { path: String::new(), module, lines: 0, code };
    let exported = BTreeMap::from([("Time".to_owned(), "machine".to_owned())]);
    let used = uses(&source, &exported);
    assert_eq!(used, ["syntax", "machine", "buffer", "limits", "error"]);
    assert!(!words(&source.code).any(|word| FORBIDDEN.contains(&word)));
}

/// The rules themselves.
#[test]
fn what_may_use_what() {
    for (from, to) in
        [("server", "buffer"), ("error", "syntax"), ("body", "syntax"), ("serde", "client")]
    {
        assert_eq!(may_use(from, to), Ok(()));
    }
    for (from, to) in [
        ("syntax", "session"),
        ("server", "client"),
        ("client", "server"),
        ("client", "serde"),
        ("serde", "buffer"),
        ("body", "buffer"),
        ("machine", "server"),
        ("unheard", "syntax"),
    ] {
        assert!(may_use(from, to).is_err(), "{from} may use {to}");
    }
}
