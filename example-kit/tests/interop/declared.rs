//! What clients say of a message before they send it.

use serde_json::Value;

use super::feature::Feature;
use super::tally::{Tally, expect};
use crate::processes::corpus::Sample;

/// What the client has said of the message with MAIL: its size, and what it is made of.
pub(crate) fn declared(tally: &mut Tally, envelope: &Value, sample: &Sample) {
    let said = |keyword| envelope["parameters"]["mail"][keyword].as_str();
    match (sample.name, said("SIZE"), said("BODY")) {
        ("plain", Some(size), _) => {
            tally.on(Feature::Size);
            // RFC 1870, section 6: as near as it can be told.
            let size = size.parse().unwrap_or(0_usize);
            let near = size.abs_diff(sample.content.len()) < 100;
            tally.check("SIZE", expect("near enough", &near, &true));
        }
        ("plain", None, _) => tally.not_offered(Feature::Size, "it does not say SIZE"),
        ("8-bit", _, Some(body)) => {
            tally.on(Feature::EightBitMime);
            tally.check("BODY", expect("BODY", &body, &"8BITMIME"));
        }
        ("8-bit", _, None) => {
            tally.not_offered(Feature::EightBitMime, "it sends 8-bit text, and does not say so");
        }
        _ => {}
    }
}
