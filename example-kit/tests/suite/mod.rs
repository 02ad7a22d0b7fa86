//! What `receive` and `send` do, whatever they run on.

mod crowds;
mod extensions;
mod fake;
mod lmtp;
mod logins;
mod proxy;
mod security;
mod sending;
mod stopping;
mod storing;
mod strangers;
mod unix;
mod usage;
