//! Holds `docs/rfc-coverage.md` to what it says: every test it names exists, every row has a test or a
//! reason, and no section is missing.

mod coverage {
    pub(crate) mod sources;
    pub(crate) mod table;
}

use std::collections::BTreeSet;

use coverage::sources::{Sources, dialogues};
use coverage::table::{Document, Row, Shown, Table, section};

/// The sections of RFC 5321 that ask for something, or have grammar, and such appendices.
const RFC_5321: &str = "
    2.1 2.2.1 2.2.2 2.2.3 2.3.4 2.3.5 2.3.8 2.3.11 2.4
    3.1 3.2 3.3 3.4 3.5.1 3.5.2 3.5.3 3.5.4 3.6.1 3.6.2 3.6.3
    3.7.1 3.7.2 3.7.3 3.7.4 3.7.5 3.8 3.9 3.9.1 3.9.2
    4.1.1 4.1.1.1 4.1.1.2 4.1.1.3 4.1.1.4 4.1.1.5 4.1.1.6 4.1.1.7 4.1.1.8 4.1.1.9 4.1.1.10 4.1.1.11
    4.1.2 4.1.3 4.1.4 4.1.5 4.2 4.2.1 4.2.2 4.2.3 4.2.4 4.2.5 4.3.1 4.3.2 4.4 4.5.1 4.5.2
    4.5.3.1 4.5.3.1.1 4.5.3.1.2 4.5.3.1.3 4.5.3.1.4 4.5.3.1.5 4.5.3.1.6 4.5.3.1.7 4.5.3.1.8
    4.5.3.1.9 4.5.3.1.10 4.5.3.2 4.5.3.2.1 4.5.3.2.2 4.5.3.2.3 4.5.3.2.4 4.5.3.2.5 4.5.3.2.6
    4.5.3.2.7 4.5.4 4.5.4.1 4.5.4.2 4.5.5 5.1 5.2 6.1 6.2 6.3 6.4
    7.2 7.3 7.4 7.5 7.6 7.7 7.8 7.9
    B C D.1 D.2 D.3 D.4 E F.1 F.2 F.3 F.4 F.5 F.6";

/// The other RFCs.
const RFCS: &str = "
    1845 1870 1985 2033 2034 2195 2645 2852 2920 3030 3207 3461 3463 3848 3865 3885 4141 4422 4468 4505
    4616 4865 4954 5248 5802 6152 6409 6531 6533 6710 7293 7504 7505 7628 7677 8314 8689 9266 9422";

/// What is no RFC.
const OTHERS: &[&str] = &["Postfix", "PROXY protocol"];

fn each_row(check: impl Fn(&Document, &Row) -> Result<(), String>) {
    each_row_of("docs/rfc-coverage.md", check);
}

fn each_row_of(path: &str, check: impl Fn(&Document, &Row) -> Result<(), String>) {
    let mut wrong = Vec::new();
    for document in &Table::read_from(path).documents {
        for row in &document.rows {
            if let Err(error) = check(document, row) {
                let (line, name) = (row.line, &document.name);
                wrong.push(format!("line {line}, {name} section {}: {error}", row.section));
            }
        }
    }
    assert!(wrong.is_empty(), "{path}:\n{}", wrong.join("\n"));
}

#[test]
fn every_test_exists() {
    tests_exist("docs/rfc-coverage.md");
}

/// Every promise of `SECURITY.md` has a test, and no excuse.
#[test]
fn every_promise_is_held_by_a_test() {
    tests_exist("SECURITY.md");
    each_row_of("SECURITY.md", |_, row| {
        let is_test = |shown: &Shown| matches!(shown, Shown::Dialogue(_) | Shown::Test { .. });
        if row.shown.iter().all(is_test) { Ok(()) } else { Err("that is no test".into()) }
    });
}

fn tests_exist(path: &str) {
    let (sources, dialogues) = (Sources::read(), dialogues());
    each_row_of(path, |_, row| {
        for shown in &row.shown {
            match shown {
                Shown::Dialogue(name) if !dialogues.contains(name) => {
                    return Err(format!("there is no dialogue {name}"));
                }
                Shown::Test { file, function } => sources.find(file, function)?,
                _ => {}
            }
        }
        Ok(())
    });
}

#[test]
fn every_row_has_a_test_or_a_reason() {
    let reasons = Table::read().reasons;
    each_row(|_, row| {
        if row.requirement.is_empty() || row.shown.is_empty() {
            return Err("a cell is empty".into());
        }
        for shown in &row.shown {
            match shown {
                Shown::Reason(reason) if !reasons.contains(reason) => {
                    return Err(format!("{reason} is not in the table of reasons"));
                }
                Shown::Dialogue(_) | Shown::Test { .. } if row.done.is_empty() => {
                    return Err("a test, and not a word on what is done".into());
                }
                _ => {}
            }
        }
        let distinct: BTreeSet<_> = row.shown.iter().collect();
        if distinct.len() < row.shown.len() { Err("something twice".into()) } else { Ok(()) }
    });
}

#[test]
fn every_reason_is_needed() {
    let table = Table::read();
    let rows = table.documents.iter().flat_map(|document| &document.rows);
    let used: BTreeSet<_> = rows.flat_map(|row| &row.shown).collect();
    for reason in &table.reasons {
        assert!(used.contains(&Shown::Reason(reason.clone())), "no row has the reason {reason}");
    }
}

#[test]
fn sections_are_in_order_and_there_once() {
    for document in Table::read().documents {
        let named: BTreeSet<_> = document.rows.iter().map(|row| &row.section).collect();
        assert_eq!(named.len(), document.rows.len(), "{}: a section twice", document.name);
        let is_rfc = document.rfc().is_some();
        let places: Vec<_> = document.rows.iter().map(|row| (row, section(&row.section))).collect();
        for (row, place) in &places {
            assert!(place.is_some() || !is_rfc, "{}: {} is no section", document.name, row.section);
        }
        for pair in places.windows(2) {
            let (name, at) = (&document.name, &pair[1].0.section);
            assert!(!is_rfc || pair[0].1 < pair[1].1, "{name}: {at} is out of order");
        }
    }
}

#[test]
fn no_section_of_rfc_5321_is_missing() {
    let table = Table::read();
    let document = table.documents.iter().find(|document| document.rfc() == Some("5321"));
    let rows = document.iter().flat_map(|document| &document.rows);
    let found: BTreeSet<_> = rows.map(|row| row.section.as_str()).collect();
    let expected: BTreeSet<_> = RFC_5321.split_whitespace().collect();
    let missing: Vec<_> = expected.difference(&found).collect();
    assert!(missing.is_empty(), "there is no row for {missing:?}");
    let unknown: Vec<_> = found.difference(&expected).collect();
    assert!(unknown.is_empty(), "not in the list of sections: {unknown:?}");
}

#[test]
fn no_document_is_missing() {
    let table = Table::read();
    let mut found: Vec<_> = table.documents.iter().filter_map(Document::rfc).collect();
    found.sort_by_key(|number| number.parse::<u16>().expect("a number"));
    let mut expected: Vec<_> = RFCS.split_whitespace().chain(["5321"]).collect();
    expected.sort_by_key(|number| number.parse::<u16>().expect("a number"));
    assert_eq!(found, expected);
    let others = table.documents.iter().filter(|document| document.rfc().is_none());
    assert_eq!(others.map(Document::short).collect::<Vec<_>>(), OTHERS);
    for document in &table.documents {
        assert!(!document.rows.is_empty(), "{} has no rows", document.name);
    }
}

#[test]
fn nothing_is_left_to_do() {
    each_row(|_, row| match row.shown.iter().find(|shown| matches!(shown, Shown::ToDo(_))) {
        Some(Shown::ToDo(what)) => Err(format!("{what} is still to be done")),
        _ => Ok(()),
    });
}

/// A dialogue whose name begins with an RFC shows something of it.
#[test]
fn every_dialogue_of_an_rfc_is_in_its_table() {
    let table = Table::read();
    for dialogue in dialogues() {
        let Some((number, _)) = dialogue.strip_prefix("rfc").and_then(|name| name.split_once('-'))
        else {
            continue;
        };
        let document = table.documents.iter().find(|document| document.rfc() == Some(number));
        let rows = document.into_iter().flat_map(|document| &document.rows);
        let shows = Shown::Dialogue(dialogue.clone());
        let found = rows.flat_map(|row| &row.shown).any(|shown| *shown == shows);
        assert!(found, "{dialogue} is nowhere in the table of RFC {number}");
    }
}
