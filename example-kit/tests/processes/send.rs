//! The example `send` as a process.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::Command;

use super::process::{Finished, run};

/// A command line of `send`; the message comes from standard input.
#[derive(Clone, Debug)]
pub(crate) struct Send {
    program: PathBuf,
    args: Vec<OsString>,
    to: bool,
    file: bool,
}

impl Send {
    pub(crate) fn new(program: PathBuf, server: &str, from: &str) -> Self {
        let args = ["--server", server, "--from", from].map(Into::into).into();
        Self { program, args, to: false, file: false }
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    pub(crate) fn to(mut self, recipient: &str) -> Self {
        self.to = true;
        self.arg("--to").arg(recipient)
    }

    /// In place of standard input.
    pub(crate) fn file(mut self, file: impl AsRef<OsStr>) -> Self {
        self.file = true;
        self.arg(file)
    }

    /// `b@example.net` if nobody was named.
    pub(crate) fn message(self, content: &[u8]) -> Finished {
        let send = if self.to { self } else { self.to("b@example.net") };
        let send = if send.file { send } else { send.arg("-") };
        run(Command::new(&send.program).args(&send.args), content)
    }
}
