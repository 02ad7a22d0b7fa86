//! The tables hold: each example shows what its row says, and each row is in the document.

use super::{Case, Class, Reading, command, data, judge, name, reply};

const DOCUMENT: &str = include_str!("../../../docs/differences.md");

/// What is wrong with these rows.
fn rows<T>(classes: &[Class<T>], case: impl Fn(&'static [u8]) -> Case<'static, T>) -> Vec<String> {
    let mut wrong = Vec::new();
    for class in classes {
        let case = case(class.example);
        let found = name(classes, &case);
        if case.ours == case.theirs || found != Some(class.name) {
            let (ours, theirs) = (&case.ours, &case.theirs);
            wrong.push(format!("{} shows {found:?}: {ours:?} {theirs:?}", class.name));
        }
        if !DOCUMENT.contains(&format!("`{}`", class.name)) {
            wrong.push(format!("{} is not listed", class.name));
        }
    }
    wrong
}

#[test]
fn each_row_has_an_example_and_a_verdict() {
    let wrong = [
        rows(&command::stalwart_differs(), command::against_stalwart),
        rows(&command::codec_differs(), command::against_codec),
        rows(&command::mailin_differs(), command::against_mailin),
        rows(&reply::STALWART, reply::against_stalwart),
        rows(&reply::CODEC, reply::against_codec),
        rows(&data::STALWART, data::against_stalwart),
        rows(&data::MAILIN, data::against_mailin),
    ]
    .concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every input of up to `longest` octets of an alphabet.
fn every(alphabet: &[u8], longest: usize, input: &mut Vec<u8>, visit: &mut impl FnMut(&[u8])) {
    visit(input);
    if input.len() < longest {
        for octet in alphabet {
            input.push(*octet);
            every(alphabet, longest, input, visit);
            input.pop();
        }
    }
}

#[test]
fn every_short_content_ends_at_the_same_place_or_differs_as_listed() {
    let (mut taken, mut differ) = (0, 0);
    every(b"\r\n.a\0", 7, &mut Vec::new(), &mut |input| {
        for (classes, case) in [
            (&data::STALWART[..], data::against_stalwart(input)),
            (&data::MAILIN[..], data::against_mailin(input)),
        ] {
            judge(classes, &case);
            taken += usize::from(matches!(case.ours, Reading::Taken(_)));
            differ += usize::from(case.ours != case.theirs);
        }
    });
    assert!(taken > 1000 && differ > 100);
}

#[test]
fn every_short_reply_is_read_the_same_or_differs_as_listed() {
    every(b"25 -\r\n", 8, &mut Vec::new(), &mut |input| reply::check(input));
}

/// Every seed of the targets for commands and replies.
#[test]
fn every_seed_is_read_the_same_or_differs_as_listed() {
    for (target, check) in [
        ("command", command::check as fn(&[u8])),
        ("reply", reply::check),
        ("stuffing", data::check),
    ] {
        let folder = format!("{}/seeds/{target}", env!("CARGO_MANIFEST_DIR"));
        for file in std::fs::read_dir(folder).expect("seeds") {
            let path = file.expect("a seed").path();
            check(&std::fs::read(&path).expect("a seed that can be read"));
        }
    }
}
