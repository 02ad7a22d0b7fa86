//! What `receive` and `send` do, whatever they run on.

mod attacks;
mod crowds;
mod discarding;
mod extensions;
mod fake;
mod forgeries;
mod lmtp;
mod logins;
mod policy;
mod proxy;
mod security;
mod sending;
mod stopping;
mod storing;
mod strangers;
mod unix;
mod usage;
