//! A client by hand.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};

/// A connection on which lines are said.
pub(crate) struct Raw<S: Read = TcpStream>(BufReader<S>);

impl<S: Read + Write> Raw<S> {
    /// Reads the greeting.
    pub(crate) fn new(stream: S) -> Self {
        let mut raw = Self::ungreeted(stream);
        let greeting = raw.reply();
        assert!(greeting.starts_with("220"), "{greeting}");
        raw
    }

    /// Has not read anything yet.
    pub(crate) fn ungreeted(stream: S) -> Self {
        Self(BufReader::new(stream))
    }

    /// Sends as it is.
    pub(crate) fn write(&mut self, octets: &[u8]) {
        self.0.get_mut().write_all(octets).expect("an open connection");
    }

    /// Sends a command; its reply.
    pub(crate) fn say(&mut self, command: &str) -> String {
        self.write(format!("{command}\r\n").as_bytes());
        self.reply()
    }

    /// Sends commands that have to succeed.
    pub(crate) fn say_all(&mut self, commands: &[&str]) {
        for command in commands {
            let reply = self.say(command);
            assert!(reply.starts_with(['2', '3']), "{command}: {reply}");
        }
    }

    /// All lines of the next reply; empty when there is none any more.
    pub(crate) fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let begin = reply.len();
            let read = self.0.read_line(&mut reply).unwrap_or_default();
            if read == 0 || reply.as_bytes().get(begin + 3) != Some(&b'-') {
                return reply;
            }
        }
    }
}

impl Raw<TcpStream> {
    /// Says that no more will be said.
    pub(crate) fn hang_up(&mut self) {
        // The server may have hung up first.
        let _ = self.0.get_mut().shutdown(Shutdown::Write);
    }

    /// Whatever there is to hear until the end.
    pub(crate) fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        let _ = self.0.read_to_end(&mut rest);
        rest
    }
}
