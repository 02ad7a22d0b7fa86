//! Why there is no server.

use std::fmt;
use std::process::ExitCode;

/// Exit statuses, as in `sysexits.h`.
pub(super) mod exit {
    pub(in super::super) const USAGE: u8 = 64;
    pub(in super::super) const UNAVAILABLE: u8 = 69;
    pub(in super::super) const SYSTEM: u8 = 71;
    pub(in super::super) const CANNOT_CREATE: u8 = 73;
    pub(in super::super) const CONFIG: u8 = 78;
}

/// Why there is no server.
#[derive(Debug)]
pub(super) struct Failure {
    status: u8,
    message: String,
}

impl Failure {
    pub(super) fn new(status: u8, what: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self { status, message: format!("{what}: {why}") }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Failure> for ExitCode {
    fn from(failure: Failure) -> Self {
        Self::from(failure.status)
    }
}
