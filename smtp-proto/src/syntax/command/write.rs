//! From a command to a line.

use core::fmt::Write as _;

use bytes::BytesMut;

use super::{Command, Query};
use crate::syntax::params::Params;
use crate::syntax::reply::put_clean;

impl Command<'_> {
    /// Writes the command with its CRLF.
    ///
    /// The texts that are plain `&str` can hold anything; their control characters become spaces,
    /// so that one command is never two.
    pub fn write(&self, out: &mut BytesMut) {
        if let Some(verb) = self.verb() {
            out.extend_from_slice(verb.as_str().as_bytes());
        }
        match self {
            Command::Ehlo(name) | Command::Helo(name) | Command::Lhlo(name) => {
                put_argument(out, name.as_str());
            }
            Command::Mail { from, params } => {
                // Writing to a buffer that grows does not fail.
                let _ = write!(out, " FROM:{from}");
                put_params(out, params);
            }
            Command::Rcpt { to, params } => {
                let _ = write!(out, " TO:{to}");
                put_params(out, params);
            }
            Command::Bdat { size, last } => {
                let _ = write!(out, " {size}{}", if *last { " LAST" } else { "" });
            }
            Command::Vrfy(Query { text, smtputf8 }) | Command::Expn(Query { text, smtputf8 }) => {
                put_argument(out, text);
                if *smtputf8 {
                    put_argument(out, "SMTPUTF8");
                }
            }
            Command::Auth { mechanism, initial } => {
                put_argument(out, mechanism.as_str());
                if let Some(initial) = initial {
                    put_argument(out, initial.as_str());
                }
            }
            Command::Noop(Some(text)) | Command::Help(Some(text)) => put_argument(out, text),
            Command::Etrn(node) => put_argument(out, node.as_str()),
            Command::Atrn(domains) if domains.is_all() => {}
            Command::Atrn(domains) => put_argument(out, domains.as_str()),
            Command::Burl { url, last } => {
                put_argument(out, url.as_str());
                if *last {
                    put_argument(out, "LAST");
                }
            }
            Command::XClient(attributes) | Command::XForward(attributes) => {
                let _ = write!(out, " {attributes}");
            }
            Command::Unknown { verb, argument } => {
                put_clean(out, verb.as_bytes());
                if !argument.is_empty() {
                    put_argument(out, argument);
                }
            }
            Command::Data
            | Command::Rset
            | Command::Noop(None)
            | Command::Quit
            | Command::Help(None)
            | Command::StartTls => {}
        }
        out.extend_from_slice(b"\r\n");
    }
}

fn put_argument(out: &mut BytesMut, argument: &str) {
    out.extend_from_slice(b" ");
    put_clean(out, argument.as_bytes());
}

fn put_params(out: &mut BytesMut, params: &Params<&str>) {
    if !params.is_empty() {
        let _ = write!(out, " {params}");
    }
}
