mod arguments;
mod common;
mod parse;
mod write;

use super::{Command, CommandErrorKind};

fn parse(line: &str) -> Command<'_> {
    Command::parse(line.as_bytes()).unwrap_or_else(|error| panic!("{line:?}: {error}"))
}

fn refused(line: impl AsRef<[u8]>) -> CommandErrorKind {
    match Command::parse(line.as_ref()) {
        Ok(command) => panic!("{:?}: {command:?}", line.as_ref()),
        Err(error) => error.kind().clone(),
    }
}
