//! The examples of smtp-async-std, by async-std, as their users see them: processes, files, exit statuses.
#![cfg(unix)]

mod processes;
mod suite;

use processes::adapter::ASYNC_STD as ADAPTER;
