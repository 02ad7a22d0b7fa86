//! The examples of smtp-blocking as their users see them: processes, files, exit statuses.
#![cfg(unix)]

mod processes;
mod suite;

use processes::adapter::BLOCKING as ADAPTER;
