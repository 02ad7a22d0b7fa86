//! What follows DATA, read by us and by others: where it ends, and what is content.

use smtp_proto::body::Newlines;
use smtp_proto::body::dot::Unstuffer;

use super::{Case, Class, Reading, class, judge, mailin, stalwart};

/// Takes octets for what follows DATA, and asks everybody.
pub fn check(data: &[u8]) {
    judge(&STALWART, &against_stalwart(data));
    judge(&MAILIN, &against_mailin(data));
}

pub fn against_stalwart(data: &[u8]) -> Case<'_, ()> {
    case(data, stalwart::data(data))
}

pub fn against_mailin(data: &[u8]) -> Case<'_, ()> {
    case(data, mailin::data(data))
}

fn case(input: &[u8], theirs: (Option<usize>, Vec<u8>)) -> Case<'_, ()> {
    let mut octets = input.to_vec();
    let step = Unstuffer::new(Newlines::Keep).decode(&mut octets);
    let end = step.done.then_some(step.consumed);
    octets.truncate(step.kept);
    Case { input, own: (), ours: reading((end, octets)), theirs: reading(theirs) }
}

/// Content is compared when it is complete: what is kept back until then is everybody's own affair.
fn reading((end, content): (Option<usize>, Vec<u8>)) -> Reading {
    let Some(end) = end else { return Reading::Unknown };
    Reading::Taken(vec![end.to_string(), content.escape_ascii().to_string()])
}

pub const STALWART: [Class<()>; 2] = [
    class("stalwart-data-first-line", b".\r\n", |case| case.input.starts_with(b".")),
    class("stalwart-data-cr-cr-lf", b"\r\n.\r\r\n", |case| {
        case.input.windows(5).any(|five| five == b"\r\n.\r\r")
    }),
];

pub const MAILIN: [Class<()>; 1] = [class("mailin-data-bare-lf", b"a\n.\r\n", |case| {
    let bare = |at: usize| case.input[at] == b'\n' && (at == 0 || case.input[at - 1] != b'\r');
    (0..case.input.len()).any(bare)
})];
