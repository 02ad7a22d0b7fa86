//! The examples of smtp-async-std, by smol, as their users see them: processes, files, exit statuses.
#![cfg(unix)]

mod processes;
mod suite;

use processes::adapter::SMOL as ADAPTER;
