//! What everybody is given.

pub(crate) mod bodies;
pub(crate) mod commands;
pub(crate) mod dialogues;
pub(crate) mod replies;

/// Lines as they come from a connection, CRLF included.
pub(crate) type Lines = &'static [&'static str];
