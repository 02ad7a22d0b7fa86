//! Six sessions like most, for both sides.

use std::sync::Arc;

use bytes::Bytes;
use smtp_proto::client::{self, Chunking, Envelope};
use smtp_proto::server;
use smtp_proto::session::Protocol;
use smtp_proto::syntax::capability::Extension;

use super::bodies;

/// How two sides talk, and about what.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its name.
    pub name: &'static str,
    /// How the client behaves.
    pub client: Arc<client::Config>,
    /// How the server behaves.
    pub server: Arc<server::Config>,
    /// The same message so many times.
    pub messages: usize,
    /// To so many people.
    pub recipients: usize,
    /// What is in it.
    pub content: Bytes,
}

impl Session {
    /// One message to one recipient, both sides as they are by default.
    #[must_use]
    pub fn new(name: &'static str, octets: usize) -> Self {
        Self {
            name,
            client: Arc::new(client_config()),
            server: Arc::new(server_config()),
            messages: 1,
            recipients: 1,
            content: Bytes::from(bodies::text(octets)),
        }
    }

    /// The same with DATA in place of BDAT.
    #[must_use]
    pub fn by_data(mut self) -> Self {
        Arc::make_mut(&mut self.client).chunking = Chunking::Never;
        self
    }

    /// The same with so many recipients.
    #[must_use]
    pub fn to(self, recipients: usize) -> Self {
        Self { recipients, ..self }
    }

    /// The same with so many messages.
    #[must_use]
    pub fn times(self, messages: usize) -> Self {
        Self { messages, ..self }
    }

    /// The envelope of each message.
    ///
    /// # Panics
    ///
    /// Never: the addresses are some.
    #[must_use]
    pub fn envelope(&self) -> Envelope {
        let to = (0..self.recipients)
            .map(|n| format!("user{n}@example.org").parse().expect("a forward-path"));
        Envelope::new("sender@example.com".parse().expect("a reverse-path"), to)
    }
}

/// A server that takes everything, for clients that send without authentication.
///
/// # Panics
///
/// Never: the name is one.
#[must_use]
pub fn server_config() -> server::Config {
    server::Config::new("mx.example.org".parse().expect("a domain"))
}

/// A client that uses what it is offered.
///
/// # Panics
///
/// Never: the name is one.
#[must_use]
pub fn client_config() -> client::Config {
    client::Config::new("client.example.org".parse().expect("a host"))
}

const SMALL: usize = 2 << 10;
const LARGE: usize = 100 << 10;

/// Six that are typical.
#[must_use]
pub fn typical() -> [Session; 6] {
    [
        lock_step(),
        Session::new("pipelined-data", SMALL).by_data().to(3),
        Session::new("one-bdat", SMALL).to(3),
        Session::new("hundred-mails", SMALL).times(100),
        lmtp(),
        Session::new("large-data", LARGE).by_data(),
    ]
}

/// Each command waits for the reply to the one before.
fn lock_step() -> Session {
    let mut session = Session::new("lock-step", SMALL).by_data();
    let server = Arc::make_mut(&mut session.server);
    server.extensions.retain(|extension| *extension != Extension::Pipelining);
    session
}

fn lmtp() -> Session {
    let mut session = Session::new("lmtp", SMALL).by_data().to(3);
    Arc::make_mut(&mut session.client).protocol = Protocol::Lmtp;
    Arc::make_mut(&mut session.server).protocol = Protocol::Lmtp;
    session
}
