//! What `ID.json` says.

use std::time::SystemTime;

use serde::Serialize;
use serde_json::{Map, Value};
use smtp_proto::Tls;
use smtp_proto::syntax::address::{ForwardPath, ReversePath};
use smtp_proto::syntax::params::Params;

/// The envelope of a message, and how it came.
#[derive(Debug, Serialize)]
pub(crate) struct Record {
    /// The message is in `ID.eml`.
    pub(crate) id: String,
    /// When it was complete, RFC 3339.
    pub(crate) time: String,
    /// The reverse-path without brackets; empty for the null path.
    pub(crate) from: String,
    /// The accepted recipients, in order.
    pub(crate) to: Vec<String>,
    pub(crate) parameters: Parameters,
    /// Octets of `ID.eml`.
    pub(crate) size: u64,
    pub(crate) client: Client,
    /// Null if the connection was in the clear.
    pub(crate) tls: Option<Encryption>,
    /// Who had logged in, if anybody.
    pub(crate) user: Option<String>,
}

/// The parameters of the commands, keyword by keyword; `true` where there is no value.
#[derive(Debug, Serialize)]
pub(crate) struct Parameters {
    pub(crate) mail: Map<String, Value>,
    /// One for each recipient.
    pub(crate) rcpt: Vec<Map<String, Value>>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Client {
    /// Address and port.
    pub(crate) address: String,
    /// What it calls itself.
    pub(crate) hello: String,
    /// How it spoke, by the names of RFC 3848 and RFC 6531: `ESMTPSA`.
    pub(crate) protocol: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Encryption {
    pub(crate) protocol: Option<String>,
    pub(crate) cipher: Option<String>,
    pub(crate) server_name: Option<String>,
}

impl From<&Tls> for Encryption {
    fn from(tls: &Tls) -> Self {
        let owned = |text: &Option<Box<str>>| text.as_deref().map(String::from);
        Self {
            protocol: owned(&tls.protocol),
            cipher: owned(&tls.cipher),
            server_name: owned(&tls.server_name),
        }
    }
}

/// The present time, RFC 3339.
pub(crate) fn now() -> String {
    humantime::format_rfc3339_micros(SystemTime::now()).to_string()
}

pub(crate) fn sender(path: &ReversePath) -> String {
    path.mailbox().map(|mailbox| mailbox.to_string()).unwrap_or_default()
}

pub(crate) fn recipient(path: &ForwardPath) -> String {
    path.mailbox().map_or_else(|| "Postmaster".into(), |mailbox| mailbox.to_string())
}

pub(crate) fn parameters(params: &Params) -> Map<String, Value> {
    let pairs = params.iter().map(|param| {
        let value = param.value.map_or(Value::Bool(true), Value::from);
        (param.keyword.to_ascii_uppercase(), value)
    });
    pairs.collect()
}
