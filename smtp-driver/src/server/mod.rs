//! A server's socket, and the connections that come from it, for any [`Runtime`].

mod accept;
mod attend;
mod hall;
mod incident;
mod listener;
mod peer;
mod serve;

pub use accept::Accept;
pub use incident::Incident;
pub use listener::{Listener, ServerConnection};
pub use peer::Peer;
pub use hall::Statistics;

#[cfg(doc)]
use crate::Runtime;
