//! What is worked on: lines, replies, bodies, whole conversations.

pub mod bodies;
pub mod dialogues;
pub mod lines;
pub mod replies;
pub mod sessions;
