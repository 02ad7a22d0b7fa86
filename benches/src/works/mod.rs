//! What is measured, group by group.

mod client;
mod command;
mod growth;
mod pair;
mod reply;
mod server;
mod stuff;
mod unstuff;

pub use client::client;
pub use command::command;
pub use growth::growth;
pub use pair::pair;
pub use reply::reply;
pub use server::server;
pub use stuff::stuff;
pub use unstuff::unstuff;

use crate::work::Work;

/// All groups. Bodies have nearly so many octets.
#[must_use]
pub fn all(octets: usize) -> [(&'static str, Vec<Work>); 8] {
    [
        ("command", command()),
        ("reply", reply()),
        ("unstuff", unstuff(octets)),
        ("stuff", stuff(octets)),
        ("server", server()),
        ("client", client()),
        ("pair", pair()),
        ("growth", growth()),
    ]
}
