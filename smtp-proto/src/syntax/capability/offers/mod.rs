//! What the arguments of an extension's line say, as types.

mod attributes;
mod burl;
mod deliver_by;
mod future_release;
mod limits;
mod priority;
mod size;
mod soliciting;
#[cfg(test)]
mod tests;

use core::fmt;

pub use attributes::{XClientOffer, XForwardOffer};
pub use burl::BurlOffer;
pub use deliver_by::DeliverByOffer;
pub use future_release::FutureReleaseOffer;
pub use limits::LimitsOffer;
pub use priority::MtPriorityOffer;
pub use size::SizeOffer;
pub use soliciting::NoSolicitingOffer;

use super::Extension;

/// What the arguments of an extension's line say. Displayed as a server writes them.
///
/// For an extension of one's own there is [`Capabilities::get`](super::Capabilities::get), which has
/// the arguments as they were sent.
pub trait Offer: Sized + fmt::Display {
    /// Whose arguments these are.
    const EXTENSION: Extension;

    /// Reads the arguments, which may be empty. What makes no sense is `None`; the extension itself
    /// is offered all the same.
    fn parse(arguments: &str) -> Option<Self>;
}

/// Digits that are a number, and nothing else.
fn number(digits: &str) -> Option<u64> {
    let all = !digits.is_empty() && digits.bytes().all(|octet| octet.is_ascii_digit());
    // The only thing that can be wrong with some digits is that they are too many.
    all.then(|| digits.parse().unwrap_or(u64::MAX))
}
