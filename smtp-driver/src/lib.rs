//! The one loop that drives the machines of [`smtp_proto`], for any runtime or none.
//!
//! A machine does no I/O and reads no clock. A [`Connection`] lends it a [`Stream`] and a
//! [`Clock`], asks it what comes next, moves bytes, keeps its deadlines, shakes hands (TLS) when
//! it says so, and gives its events to the application:
//!
//! ```
//! # use smtp_driver::{Clock, Connection, Error, Stream};
//! use smtp_proto::server::{Event, Refusal, Server};
//!
//! # fn is_known(_: &smtp_proto::syntax::address::ForwardPath) -> bool { true }
//! # async fn serve<S: Stream, C: Clock>(mut conn: Connection<Server, S, C>) -> Result<(), Error> {
//! while let Some(event) = conn.next().await? {
//!     match event {
//!         Event::Rcpt { to, .. } if !is_known(&to) => conn.reject(Refusal::no_such_user())?,
//!         Event::Body(_piece) => {} // keep it
//!         question if question.is_question() => conn.accept()?,
//!         _news => {}
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What a connection adds to a machine is in [`connection`]. A client's usual ways, from the
//! greeting to the outcome of a message, are in [`client`]. [`Drain`] ends many server connections
//! in good order.
//!
//! An adapter for a runtime implements [`Stream`] and [`Clock`] and has nothing else to do. A
//! blocking socket is an asynchronous one that is always ready: see [`Stream::prepare`].

pub mod client;
mod clock;
pub mod connection;
mod drain;
mod error;
mod stream;

pub use clock::Clock;
pub use connection::Connection;
pub use drain::{Drain, DrainWatch};
pub use error::Error;
pub use stream::Stream;
