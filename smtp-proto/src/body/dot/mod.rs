//! DATA: content that ends with a line of one dot, and the transparency that makes room for it
//! (RFC 5321 section 4.5.2).

mod content;
mod stuff;
#[cfg(test)]
mod tests;
mod unstuff;

pub use stuff::Stuffer;
pub use unstuff::{Unstuffed, Unstuffer};
