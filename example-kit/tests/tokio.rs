//! The examples of smtp-tokio as their users see them: processes, files, exit statuses.
#![cfg(unix)]

mod processes;
mod suite;

use processes::adapter::TOKIO as ADAPTER;
