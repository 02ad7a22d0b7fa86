//! What is decided before a conversation begins.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use smtp_proto::body::{Newlines, OutgoingNewlines};
use smtp_proto::client::{self, Chunking};
use smtp_proto::limits::{ClientLimits, ServerLimits};
use smtp_proto::server;
use smtp_proto::session::Protocol;
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::command::Mechanism;
use smtp_proto::timeouts::{ClientTimeouts, ServerTimeouts};

use crate::executor::Manner;
use crate::network::Manners;

/// Everything that stays the same during a conversation.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) client: Arc<client::Config>,
    pub(crate) server: Arc<server::Config>,
    /// Nothing goes wrong, and nobody is too slow.
    pub(crate) calm: bool,
    pub(crate) manner: Manner,
    /// From the client to the server, and back.
    pub(crate) manners: [Manners; 2],
    /// Octets that each end keeps back until it is flushed.
    pub(crate) keeps: [usize; 2],
    /// Octets of content, about.
    pub(crate) content: usize,
    pub(crate) messages: usize,
    pub(crate) recipients: usize,
    /// How long the longest deadlines are.
    pub(crate) patience: Duration,
    pub(crate) habits: [Habits; 2],
    /// When the server is told to end, and when it is cut off.
    pub(crate) drain: Option<(Duration, Duration)>,
    /// The client goes through the helpers, and not event by event.
    pub(crate) helped: bool,
}

/// How an application is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Habits {
    /// How often, in a hundred times, it is slow.
    pub(crate) slow: u32,
    /// How slow, at most.
    pub(crate) nap: Duration,
    /// How often it gives up waiting for the next event, and asks again.
    pub(crate) cancels: u32,
    /// How often it says no, or breaks off.
    pub(crate) contrary: u32,
}

impl Plan {
    pub(crate) fn random(rng: &mut Rng) -> Self {
        let calm = rng.u32(..4) == 0;
        let patience = match rng.u32(..4) {
            _ if calm => Duration::from_secs(300),
            0 => Duration::from_secs(2),
            1 | 2 => Duration::from_secs(30),
            _ => Duration::from_secs(300),
        };
        let manners = [manners(rng, calm, patience), manners(rng, calm, patience)];
        let narrow = manners
            .iter()
            .map(|manners| manners.capacity.min(manners.most_read).min(manners.most_written))
            .min();
        let protocol =
            [Protocol::Smtp, Protocol::Smtp, Protocol::Submission, Protocol::Lmtp][rng.usize(..4)];
        let content = [0, 1, 40, 300, 2000, 2000, 20_000, 150_000][rng.usize(..8)];
        let client = client_config(rng, protocol, patience, calm);
        let narrow = narrow.unwrap_or(1).min(client.limits.piece.saturating_mul(10));
        let content = content.min(narrow.saturating_mul(200));
        let kill = !calm && rng.u32(..10) == 0;
        let lifetime = patience.mul_f64(rng.f64());
        let manner = Manner {
            strict: rng.bool(),
            spurious: if rng.bool() { 0 } else { rng.u32(..20) },
            kill: kill.then(|| (rng.usize(..2), lifetime.mul_f64(rng.f64()))),
        };
        let drain = (!calm && !kill && rng.u32(..8) == 0)
            .then(|| (patience.mul_f64(rng.f64() * 0.5), patience.mul_f64(rng.f64())));
        Self {
            client: Arc::new(client),
            server: Arc::new(server_config(rng, protocol, patience, calm)),
            calm,
            manner,
            manners,
            // No more than can leave it in time.
            keeps: manners.map(|manners| {
                let most = if calm { manners.capacity.saturating_mul(20) } else { 3000 };
                if rng.bool() { 0 } else { rng.usize(1..=most.min(3000)) }
            }),
            content,
            messages: rng.usize(1..=4),
            recipients: rng.usize(1..=5),
            patience,
            habits: [0, 0].map(|_| habits(rng, calm, patience)),
            drain,
            helped: rng.bool(),
        }
    }

    /// How many octets go in one direction, about.
    pub(crate) fn octets(&self) -> u64 {
        200 + (self.messages * (self.content / 2 + 100)) as u64
    }
}

fn habits(rng: &mut Rng, calm: bool, patience: Duration) -> Habits {
    let share = if calm { 0.02 } else { [0.01, 0.1, 0.6, 1.5][rng.usize(..4)] };
    Habits {
        slow: [0, 5, 30][rng.usize(..3)],
        nap: patience.mul_f64(share),
        cancels: [0, 0, 10, 50][rng.usize(..4)],
        contrary: [0, 3, 25][rng.usize(..3)],
    }
}

fn manners(rng: &mut Rng, calm: bool, patience: Duration) -> Manners {
    let capacity = [1, 13, 200, 4096, 1 << 16, 1 << 16][rng.usize(..6)];
    let size = |rng: &mut Rng| [1, 5, 80, 1000, usize::MAX, usize::MAX][rng.usize(..6)];
    // A server's deadline for the next command does not wait until the client has taken all replies.
    let latency = if capacity < 200 { 0.000_01 } else { 0.001 };
    let latency = if calm || rng.bool() { latency } else { latency * 20.0 };
    let latency = patience.mul_f64(rng.f64() * latency);
    Manners {
        capacity,
        most_read: size(rng),
        most_written: size(rng),
        latency,
        jitter: if rng.bool() { Duration::ZERO } else { latency },
        hesitates: [0, 0, 10, 40][rng.usize(..4)],
        forgets: rng.bool(),
    }
}

/// The unusual one time in thirty.
fn rare(rng: &mut Rng, unusual: usize, usual: usize) -> usize {
    if rng.u32(..30) == 0 { unusual } else { usual }
}

/// A deadline: the same for all, or one of its own.
fn deadline(rng: &mut Rng, patience: Duration, alike: bool) -> Duration {
    if alike { patience } else { patience.mul_f64(0.1 + 0.9 * rng.f64()) }
}

fn client_config(
    rng: &mut Rng,
    protocol: Protocol,
    patience: Duration,
    calm: bool,
) -> client::Config {
    let alike = calm || rng.bool();
    let mut next = || deadline(rng, patience, alike);
    let timeouts = ClientTimeouts {
        greeting: next(),
        hello: next(),
        mail: next(),
        rcpt: next(),
        data: next(),
        data_block: next(),
        chunk: next(),
        content: next(),
        auth: next(),
        starttls: next(),
        handshake: next(),
        other: next(),
        quit: next(),
    };
    let limits = ClientLimits {
        window: [1, 100, 1000, 16 << 10][rng.usize(..4)],
        piece: [1, 50, 3000, 64 << 10][rng.usize(..4)],
        reply_line: if calm { 512 } else { rare(rng, 30, 12_294) },
        reply_lines: if calm { 256 } else { rare(rng, 3, 256) },
        ..ClientLimits::default()
    };
    client::Config {
        protocol,
        pipelining: rng.u32(..4) > 0,
        chunking: [Chunking::Never, Chunking::Needed, Chunking::Always][rng.usize(..3)],
        auth_without_tls: true,
        newlines: if calm || rng.bool() {
            OutgoingNewlines::Normalize
        } else {
            OutgoingNewlines::Refuse
        },
        limits,
        timeouts,
        ..client::Config::new("client.example.com".parse().expect("a name"))
    }
}

/// What may be announced, besides STARTTLS and AUTH.
const EXTENSIONS: [Extension; 8] = [
    Extension::Pipelining,
    Extension::Size,
    Extension::EightBitMime,
    Extension::SmtpUtf8,
    Extension::EnhancedStatusCodes,
    Extension::Chunking,
    Extension::BinaryMime,
    Extension::Limits,
];

fn server_config(
    rng: &mut Rng,
    protocol: Protocol,
    patience: Duration,
    calm: bool,
) -> server::Config {
    let alike = calm || rng.bool();
    let factor = if calm { 100_000.0 } else { [0.5, 3.0, 100.0][rng.usize(..3)] };
    let body = patience.mul_f64(factor);
    let mut next = || deadline(rng, patience, alike);
    let timeouts = ServerTimeouts {
        command: next(),
        command_line: next(),
        auth_response: next(),
        data_block: next(),
        body,
        handshake: next(),
        write: next(),
        close: next(),
    };
    let roomy = calm || rng.u32(..4) > 0;
    let limits = ServerLimits {
        command_line: if roomy { 4096 } else { [60, 512][rng.usize(..2)] },
        body_line: if rng.bool() { 1000 } else { 5000 },
        message: if roomy { 10_240_000 } else { [0, 1000, 10_000, 100_000][rng.usize(..4)] },
        discard: if roomy { 64 << 20 } else { [0, 1000, 100_000][rng.usize(..3)] },
        recipients: if roomy { 1000 } else { [1, 2, 100][rng.usize(..3)] },
        transactions: if roomy { u32::MAX } else { [1, 2, 1000][rng.usize(..3)] },
        errors: if roomy { u32::MAX } else { 20 },
        rejections: if roomy { u32::MAX } else { 10 },
        ..ServerLimits::default()
    };
    let rare = rng.u32(..3) == 0;
    let extensions =
        EXTENSIONS.into_iter().filter(|_| rng.u32(..8) > u32::from(rare) * 3).collect();
    let base = match protocol {
        Protocol::Lmtp => server::Config::lmtp("mx.example.org".parse().expect("a domain")),
        Protocol::Submission => {
            server::Config::submission("mx.example.org".parse().expect("a domain"))
        }
        Protocol::Smtp => server::Config::new("mx.example.org".parse().expect("a domain")),
    };
    let auth = protocol == Protocol::Submission;
    server::Config {
        extensions,
        starttls: rng.u32(..3) == 0,
        mechanisms: Mechanism::parse("PLAIN".into()).into_iter().filter(|_| auth).collect(),
        auth_without_tls: true,
        newlines: [Newlines::Reject, Newlines::Keep, Newlines::Normalize][rng.usize(..3)],
        limits,
        timeouts,
        ..base
    }
}
