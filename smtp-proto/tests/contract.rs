//! What `smtp_proto::Machine` promises, as properties of both machines: whatever the peer sends, however
//! it is cut, whatever the user answers.
//!
//! `Rig` checks the contract at every step. Here are the inputs, and what needs more than one run.

mod contract {
    pub(crate) mod client;
    pub(crate) mod pair;
    pub(crate) mod server;
    pub(crate) mod turn;
}
mod rig;

use proptest::collection::vec;
use proptest::prelude::*;

/// What a run of a machine came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Trace {
    /// The events, in words.
    pub(crate) events: Vec<String>,
    pub(crate) output: Vec<u8>,
}

/// So many cases, or `$PROPTEST_CASES`. Failures are printed, and not kept in files.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let cases = wanted.unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// How much of the input is offered at a time; again from the start when there is more.
pub(crate) fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop_oneof![Just(vec![1]), Just(vec![usize::MAX]), vec(1..60_usize, 1..40)]
}

/// Cuts an input.
pub(crate) fn pieces(input: &[u8], cuts: &[usize]) -> Vec<Vec<u8>> {
    let mut rest = input;
    let mut pieces = Vec::new();
    for cut in cuts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at(rest.len().min(*cut));
        pieces.push(piece.to_vec());
        rest = after;
    }
    pieces
}

/// Input made of pieces of sense, and now and then of nonsense.
pub(crate) fn input(sense: &'static [&'static str]) -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        30 => prop::sample::select(sense).prop_map(|text| text.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..20),
        1 => (any::<u8>(), 0..3000_usize).prop_map(|(octet, count)| vec![octet; count]),
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}
