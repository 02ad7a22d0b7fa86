//! What `docs/rfc-coverage.md` says, and `SECURITY.md` in the same form.

use std::collections::BTreeSet;
use std::fs;

use super::sources::root;

#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) reasons: BTreeSet<String>,
    pub(crate) documents: Vec<Document>,
}

/// An RFC, or something of that kind, with its rows.
#[derive(Debug)]
pub(crate) struct Document {
    /// The heading.
    pub(crate) name: String,
    pub(crate) rows: Vec<Row>,
}

#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) line: usize,
    pub(crate) section: String,
    pub(crate) requirement: String,
    pub(crate) done: String,
    pub(crate) shown: Vec<Shown>,
}

/// An entry of the last column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shown {
    /// `name.txt` in `tests/dialogues`.
    Dialogue(String),
    /// `the/end/of/its/path.rs::function`
    Test { file: String, function: String },
    /// Why not, or not here.
    Reason(String),
    /// Marked as to be done.
    ToDo(String),
}

impl Table {
    pub(crate) fn read() -> Table {
        Table::read_from("docs/rfc-coverage.md")
    }

    pub(crate) fn read_from(path: &str) -> Table {
        let text = fs::read_to_string(root().join(path)).expect("the table");
        let mut table = Table::default();
        let mut heading = "";
        for (index, line) in text.lines().enumerate() {
            if let Some(name) = line.strip_prefix("## ") {
                heading = name;
                continue;
            }
            let Some(cells) = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |"))
            else {
                assert!(!line.starts_with('|') || line.starts_with("|---"), "line {}", index + 1);
                continue;
            };
            let cells: Vec<&str> = cells.split('|').map(str::trim).collect();
            match cells.as_slice() {
                ["section" | "reason" | "what" | "attack", ..] => {}
                [reason, _] if heading == "Reasons" => {
                    table.reasons.insert(emphasised(reason).expect("a reason").to_owned());
                }
                [_, _] if heading == "Not done" => {}
                [section, requirement, done, shown] => {
                    let error = |error| panic!("line {}: {error}", index + 1);
                    let row = Row {
                        line: index + 1,
                        section: (*section).to_owned(),
                        requirement: (*requirement).to_owned(),
                        done: (*done).to_owned(),
                        shown: shown
                            .split(", ")
                            .map(Shown::read)
                            .collect::<Result<_, _>>()
                            .unwrap_or_else(error),
                    };
                    table.document(heading).rows.push(row);
                }
                _ => panic!("line {}: {} cells under {heading}", index + 1, cells.len()),
            }
        }
        table
    }

    fn document(&mut self, name: &str) -> &mut Document {
        if self.documents.last().is_none_or(|last| last.name != name) {
            let (name, rows) = (name.to_owned(), Vec::new());
            self.documents.push(Document { name, rows });
        }
        self.documents.last_mut().expect("there is one")
    }
}

impl Document {
    /// The heading up to its colon.
    pub(crate) fn short(&self) -> &str {
        self.name.split_once(':').map_or(self.name.as_str(), |(short, _)| short)
    }

    /// The number of an RFC.
    pub(crate) fn rfc(&self) -> Option<&str> {
        self.short().strip_prefix("RFC ")
    }
}

impl Shown {
    fn read(text: &str) -> Result<Shown, String> {
        if let Some(what) = text.strip_prefix("TODO-") {
            return Ok(Shown::ToDo(what.to_owned()));
        }
        if let Some(reason) = emphasised(text) {
            return Ok(Shown::Reason(reason.to_owned()));
        }
        let name = text.strip_prefix('`').and_then(|text| text.strip_suffix('`'));
        match name.map(|name| (name, name.split_once("::"))) {
            Some((_, Some((file, function)))) => {
                Ok(Shown::Test { file: file.to_owned(), function: function.to_owned() })
            }
            Some((name, None)) => Ok(Shown::Dialogue(name.to_owned())),
            None => Err(format!("{text} is neither a test nor a reason")),
        }
    }
}

fn emphasised(text: &str) -> Option<&str> {
    text.strip_prefix('*')?.strip_suffix('*')
}

/// A part of a section's number; appendices come last.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Number(u16),
    Appendix(char),
}

/// A section's place in its document, unless it is a name.
pub(crate) fn section(text: &str) -> Option<Vec<Part>> {
    let part = |part: &str| match part.as_bytes() {
        [letter @ b'A'..=b'Z'] => Some(Part::Appendix(char::from(*letter))),
        _ => part.parse().ok().map(Part::Number),
    };
    text.split('.').map(part).collect()
}
