//! The example `relay` between senders and next hops, as processes.
#![cfg(unix)]

#[path = "../../example-kit/tests/processes/mod.rs"]
mod processes;

/// What is needed for it, and what it does.
mod relay {
    pub(crate) mod hop;
    pub(crate) mod process;
    mod talk;

    mod broken;
    mod content;
    mod dsn;
    mod leaving;
    mod lmtp;
    mod load;
    mod memory;
    mod refusals;
    mod replies;
    mod tls;
}
