//! `receive` and `send` as their users see them: processes, files, exit statuses.
#![cfg(unix)]

mod fake;
mod lmtp;
#[path = "../processes/mod.rs"]
mod processes;
mod security;
mod sending;
mod stopping;
mod storing;
mod usage;
