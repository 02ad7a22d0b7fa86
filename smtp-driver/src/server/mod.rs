//! A server's socket, and the connections that come from it, for any [`Runtime`].

mod accept;
mod attend;
mod hall;
mod incident;
mod listener;
mod peer;
mod proxy;
mod serve;

pub use accept::Accept;
pub use hall::Statistics;
pub use incident::Incident;
pub use listener::{ConfigFor, Listener, ServerConnection};
pub use peer::Peer;
pub use proxy::{ProxyFailure, ProxyPolicy};

#[cfg(doc)]
use crate::Runtime;
