//! The peers: who they are, what they share, what can come of one.

mod broken;
mod good;
mod hostile;
mod script;
mod slow;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use smtp_proto::client::{Chunking, Config};
use smtp_tokio::client::StartTls;
use smtp_tokio::rustls::pki_types::ServerName;
use smtp_tokio::{ClientTls, Connector, tls};
use thiserror::Error;

use crate::ledger::{Fate, Ledger};
use crate::message::{Id, Message};
use crate::mix::Kind;
use crate::tally::Tally;
use wire::Wire;

pub(crate) const HELLO: &str = "soak.example";
const SENDER: &str = "soak@example.org";
const RECIPIENT: &str = "sink@example.net";

/// Whoever does not get there within this is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a peer did not come to where it wanted.
#[derive(Debug, Error)]
pub(crate) enum Trouble {
    #[error("there is no connection: {0}")]
    Absent(io::Error),
    #[error("the connection is lost: {0}")]
    Cut(#[from] io::Error),
    #[error("421")]
    Told,
    #[error("the server says {0}")]
    Rejected(String),
    #[error("it takes too long")]
    Late,
}

/// What the server has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Offers {
    pub(crate) starttls: bool,
    pub(crate) chunking: bool,
}

/// What all peers share.
pub(crate) struct World {
    pub(crate) server: SocketAddr,
    pub(crate) offers: Offers,
    pub(crate) largest: usize,
    pub(crate) ledger: Ledger,
    pub(crate) tally: Tally,
    connectors: [Connector; 3],
}

/// How our client sends.
#[derive(Clone, Copy, Debug)]
enum Way {
    Data,
    Bdat,
    Tls,
}

impl World {
    pub(crate) fn new(
        server: SocketAddr,
        largest: usize,
        ledger: Ledger,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let connector = |way| -> Result<Connector, Box<dyn std::error::Error>> {
            let mut config = Config::new(HELLO.parse()?);
            config.chunking =
                if matches!(way, Way::Data) { Chunking::Never } else { Chunking::Always };
            let mut connector = Connector::new(config);
            if matches!(way, Way::Tls) {
                // What is tested is the server, not who it is.
                let name = ServerName::try_from("localhost")?;
                connector.tls = Some(ClientTls { config: tls::insecure_client_config()?, name });
                connector.login.starttls = StartTls::Opportunistic;
            }
            Ok(connector)
        };
        let connectors = [connector(Way::Data)?, connector(Way::Bdat)?, connector(Way::Tls)?];
        let (offers, tally) = (Offers::default(), Tally::default());
        Ok(Self { server, offers, largest, ledger, tally, connectors })
    }

    /// Whether there is a server, and what it has.
    pub(crate) async fn look(&mut self) -> Result<(), Trouble> {
        let mut wire = Wire::connect(self.server).await?;
        wire.greeting().await?;
        wire.write(format!("EHLO {HELLO}\r\n").as_bytes()).await?;
        let reply = wire.reply().await?;
        let has = |keyword: &str| {
            reply.text.lines().any(|line| line.get(4..).is_some_and(|line| line == keyword))
        };
        self.offers = Offers { starttls: has("STARTTLS"), chunking: has("CHUNKING") };
        wire.expect("QUIT", '2').await
    }
}

/// One connection of one peer.
pub(crate) struct Visit {
    world: Arc<World>,
    kind: Kind,
    rng: fastrand::Rng,
}

impl Visit {
    pub(crate) fn new(world: Arc<World>, kind: Kind, rng: fastrand::Rng) -> Self {
        Self { world, kind, rng }
    }

    /// Does what its kind does, and says what came of it.
    pub(crate) async fn run(mut self) {
        let world = Arc::clone(&self.world);
        let kind = self.kind;
        let outcome = tokio::time::timeout(PATIENCE, self.act()).await;
        world.tally.connection(kind, &outcome.unwrap_or(Err(Trouble::Late)));
    }

    async fn act(&mut self) -> Result<(), Trouble> {
        match self.kind {
            Kind::Data => good::one_by_one(self, Way::Data).await,
            Kind::Bdat => good::one_by_one(self, Way::Bdat).await,
            Kind::Tls => good::one_by_one(self, Way::Tls).await,
            Kind::Ahead => good::ahead(self).await,
            Kind::Recipients => good::recipients(self).await,
            Kind::ByHand => good::by_hand(self).await,
            Kind::Drip => slow::drip(self).await,
            Kind::SlowReader => slow::reader(self).await,
            Kind::Pauses => slow::pauses(self).await,
            Kind::Close => broken::cut(self, broken::How::Close).await,
            Kind::Reset => broken::cut(self, broken::How::Reset).await,
            Kind::HalfClose => broken::cut(self, broken::How::HalfClose).await,
            Kind::Unread => broken::unread(self).await,
            Kind::Garbage => hostile::garbage(self).await,
            Kind::EndlessLine => hostile::endless_line(self).await,
            Kind::EarlyTalker => hostile::early_talker(self).await,
            Kind::Flood => hostile::flood(self).await,
            Kind::ThousandRecipients => hostile::thousand_recipients(self).await,
            Kind::WrongEnd => hostile::wrong_end(self).await,
            Kind::GiantBdat => hostile::giant_bdat(self).await,
            Kind::EndlessAuth => hostile::endless_auth(self).await,
            Kind::TlsNoise => hostile::tls_noise(self).await,
            Kind::Silent => hostile::silent(self).await,
            Kind::Stall => hostile::stall(self).await,
        }
    }

    fn connector(&self, way: Way) -> &Connector {
        &self.world.connectors[way as usize]
    }

    async fn connect(&self) -> Result<Wire, Trouble> {
        Wire::connect(self.world.server).await
    }

    /// Most are small, a few large.
    fn message(&mut self) -> Message {
        let octets = if self.rng.u8(..) < 250 {
            1 << self.rng.usize(4..15)
        } else {
            self.rng.usize(0..=self.world.largest)
        };
        self.message_of(octets.min(self.world.largest))
    }

    fn message_of(&mut self, octets: usize) -> Message {
        Message::new(self.world.ledger.next_id(), octets, &mut self.rng)
    }

    /// To be called before the content goes out.
    fn attempt(&self, message: &Message) -> Attempt {
        self.world.ledger.tried(message.id);
        Attempt {
            world: Arc::clone(&self.world),
            kind: self.kind,
            id: message.id,
            fate: Fate::Unknown,
        }
    }

    /// Sleeps for a time by chance.
    async fn sleep(&mut self, milliseconds: Range<u64>) {
        tokio::time::sleep(Duration::from_millis(self.rng.u64(milliseconds))).await;
    }
}

/// A message on its way. Whatever happens to the peer, it is told what came of it.
struct Attempt {
    world: Arc<World>,
    kind: Kind,
    id: Id,
    fate: Fate,
}

impl Attempt {
    fn settle(mut self, fate: Fate) {
        self.fate = fate;
    }

    /// By the reply to the end of the message.
    fn replied(self, code: u16) {
        self.settle(if code / 100 == 2 { Fate::Acknowledged } else { Fate::Refused });
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.world.ledger.settled(self.id, self.fate);
        self.world.tally.message(self.kind, self.fate);
    }
}
