//! What `ID.json` says.

use std::time::{SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde_json::{Map, Value};
use smtp_proto::Tls;
use smtp_proto::syntax::address::{ForwardPath, ReversePath};
use smtp_proto::syntax::params::Params;

/// The envelope of a message, and how it came.
#[derive(Debug, Serialize)]
pub(super) struct Record {
    /// The message is in `ID.eml`.
    pub(super) id: String,
    /// When it was complete, RFC 3339.
    pub(super) time: String,
    /// The reverse-path without brackets; empty for the null path.
    pub(super) from: String,
    /// The accepted recipients, in order.
    pub(super) to: Vec<String>,
    pub(super) parameters: Parameters,
    pub(super) requests: Requests,
    /// Octets of `ID.eml`.
    pub(super) size: u64,
    pub(super) client: Client,
    /// The balancer, or who has said XCLIENT, that it came through, by address and port; null if there
    /// was none.
    pub(super) proxy: Option<String>,
    /// Null if the connection was in the clear.
    pub(super) tls: Option<Encryption>,
    /// Who had logged in, if anybody.
    pub(super) user: Option<String>,
    /// What XCLIENT said of the client, if it did.
    pub(super) xclient: Option<Map<String, Value>>,
    /// What XFORWARD said of the message, if it did.
    pub(super) xforward: Option<Map<String, Value>>,
}

/// The parameters of the commands, keyword by keyword; `true` where there is no value.
#[derive(Debug, Serialize)]
pub(super) struct Parameters {
    pub(super) mail: Map<String, Value>,
    /// One for each recipient.
    pub(super) rcpt: Vec<Map<String, Value>>,
}

/// What those of known extensions ask for, understood; nothing where nothing is asked for.
#[derive(Debug, Serialize)]
pub(super) struct Requests {
    pub(super) mail: Map<String, Value>,
    /// One for each recipient.
    pub(super) rcpt: Vec<Map<String, Value>>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Client {
    /// Address and port; "local" behind a unix-domain socket, "unknown" to who has said XCLIENT.
    pub(super) address: String,
    /// What it calls itself.
    pub(super) hello: String,
    /// How it spoke, by the names of RFC 3848 and RFC 6531: `ESMTPSA`.
    pub(super) protocol: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Encryption {
    pub(super) protocol: Option<String>,
    pub(super) cipher: Option<String>,
    pub(super) server_name: Option<String>,
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
pub(super) fn now() -> String {
    humantime::format_rfc3339_micros(SystemTime::now()).to_string()
}

/// Seconds since 1970.
pub(super) fn unix_seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

pub(super) fn sender(path: &ReversePath) -> String {
    path.mailbox().map(|mailbox| mailbox.to_string()).unwrap_or_default()
}

pub(super) fn recipient(path: &ForwardPath) -> String {
    path.mailbox().map_or_else(|| "Postmaster".into(), |mailbox| mailbox.to_string())
}

pub(super) fn parameters(params: &Params) -> Map<String, Value> {
    let pairs = params.iter().map(|param| {
        let value = param.value.map_or(Value::Bool(true), Value::from);
        (param.keyword.to_ascii_uppercase(), value)
    });
    pairs.collect()
}
