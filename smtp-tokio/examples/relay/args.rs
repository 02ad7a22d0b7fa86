//! The command line, and what both sides are to be from it.

use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, ValueEnum};
use smtp_example_kit::own_name;
use smtp_example_kit::receive::listen::Listen;
use smtp_example_kit::send::server::Server;
use smtp_proto::body::OutgoingNewlines;
use smtp_proto::client;
use smtp_proto::server;
use smtp_proto::session::Protocol;
use smtp_proto::syntax::address::{AddressError, AsciiDomain};
use smtp_proto::timeouts::{ClientTimeouts, ServerTimeouts};

use crate::patience;

/// Passes mail on to the next server while it comes in, and keeps nothing
///
/// Every transaction is opened at the next hop as it is opened here: MAIL and each RCPT are answered
/// with the next hop's own replies, content is passed on piece by piece, no faster than the next hop
/// takes it, and the sender hears 250 only when the next hop has said so. If the next hop is down,
/// or is lost before that, the sender hears 451 and is to try again.
///
/// Anybody's mail is passed on, so keep it where only those can reach it who may use it.
#[derive(Debug, Parser)]
#[command(name = "relay", version, after_long_help = AFTER)]
pub(crate) struct Args {
    /// Where to listen, like 127.0.0.1:2525; an IPv6 address needs brackets; or unix:PATH
    ///
    /// Port 0 takes any free one. The first line on standard output says which:
    /// "listening on 127.0.0.1:40213". A unix-domain socket that nobody listens on is replaced, and
    /// the relay's own is removed at its end.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Listen,

    /// The next hop, like mx.example.org:25; an IPv6 address needs brackets; or unix:PATH
    ///
    /// A server behind a unix-domain socket is on this machine, and its certificate has to be for
    /// localhost.
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) to: Server,

    /// The relay's name: in the greeting, in EHLO and in the trace it leaves in messages [default:
    /// this machine's]
    #[arg(long, value_name = "N")]
    hostname: Option<AsciiDomain>,

    /// The certificate in PEM, with those of intermediate authorities behind it; offers STARTTLS
    #[arg(long, value_name = "F", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,

    /// The certificate's private key in PEM
    #[arg(long, value_name = "F", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,

    /// Begin with TLS on every connection, instead of offering STARTTLS
    #[arg(long)]
    pub(crate) implicit_tls: bool,

    /// Speak LMTP (RFC 2033) with senders, not SMTP
    #[arg(long)]
    lmtp: bool,

    /// Speak LMTP with the next hop, not SMTP
    ///
    /// It answers for each recipient, and SMTP has one answer for all. So unless --lmtp is given,
    /// senders have to send a message to one recipient at a time: the second RCPT gets a 452, which
    /// makes them do so.
    #[arg(long)]
    to_lmtp: bool,

    /// When to encrypt to the next hop by STARTTLS, with the certificate checked
    ///
    /// If this is not given, STARTTLS is used where the next hop offers it, whatever its certificate
    /// is, and otherwise mail goes in the clear: no worse than without, but no protection from who
    /// can change what is on the wire. The certificate is checked all the same with --to-ca.
    #[arg(long, value_name = "WHEN")]
    pub(crate) to_starttls: Option<When>,

    /// Begin with TLS on the connection to the next hop (port 465), with the certificate checked
    #[arg(long)]
    pub(crate) to_implicit_tls: bool,

    /// Trust the authorities in this PEM file, not those of the system
    #[arg(long, value_name = "F")]
    pub(crate) to_ca: Option<PathBuf>,

    /// Do not check the next hop's certificate
    #[arg(long, conflicts_with = "to_ca")]
    pub(crate) to_insecure: bool,

    /// How many senders may be connected at a time; more are told 421. Each has at most one
    /// connection to the next hop
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = connections)]
    pub(crate) max_connections: usize,

    /// The largest message, in octets; larger ones are refused. The default is 50 MB
    #[arg(long, value_name = "BYTES", default_value_t = 50_000_000, value_parser = at_least_one)]
    max_size: u64,

    /// How long to wait for either side's next word, or next piece of a message [default: as
    /// RFC 5321 has it, minutes]
    #[arg(long, value_name = "SECONDS", value_parser = at_least_one)]
    timeout: Option<u64>,

    /// Log connections, commands and the codes of replies, too
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

const AFTER: &str = "\
A message is neither lost nor doubled, with one exception that no relay can do away with (RFC 1047):
if a connection is lost between the end of a message and the reply to it, nobody knows who has the
message. The sender then tries again, and the next hop may get it twice.

Requests for notifications (DSN) are passed on as they are. DSN is offered to senders once the next
hop was seen to offer it; without it, who sends here knows that nobody behind does what it asks for,
and does it by itself.

Nothing is converted. A message that needs 8BITMIME, BINARYMIME or SMTPUTF8 is refused if the next
hop lacks it. Content goes by BDAT where the next hop takes it, otherwise by DATA, which completes
the last line if it has no end.

Signals:
  SIGTERM and SIGINT stop the relay in good order: idle senders hear 421, messages in progress may
  finish within 30 seconds. A second one stops it at once.

Exit status, as in sysexits.h:
  0 stopped by a signal   64 usage   69 cannot listen   71 the system   78 TLS is of no use

Example:
  receive --listen 127.0.0.1:2526 --dir /tmp/mail
  relay --listen 127.0.0.1:2525 --to 127.0.0.1:2526
  send --server 127.0.0.1:2525 --from me@example.org --to you@example.org letter.eml";

/// When to encrypt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// Never
    Off,
    /// If the next hop offers it
    Opportunistic,
    /// Always: otherwise nothing is sent
    Required,
}

impl Args {
    /// The command line of this process. Help and version are among the errors.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        let args = Self::try_parse()?;
        if args.implicit_tls && args.tls_cert.is_none() {
            let what = "--implicit-tls needs --tls-cert and --tls-key";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, what));
        }
        Ok(args)
    }

    fn hostname(&self) -> Result<AsciiDomain, AddressError> {
        match self.hostname.clone().or_else(own_name) {
            Some(name) => Ok(name),
            None => "localhost".parse(),
        }
    }

    /// What senders are offered.
    pub(crate) fn server(&self) -> Result<server::Config, AddressError> {
        let mut config = server::Config::new(self.hostname()?);
        config.starttls = self.tls_cert.is_some() && !self.implicit_tls;
        config.limits.message = self.max_size;
        if self.lmtp {
            config.protocol = Protocol::Lmtp;
        } else if self.to_lmtp {
            config.limits.recipients = 1;
        }
        if let Some(seconds) = self.timeout {
            config.timeouts = ServerTimeouts::at_most(Duration::from_secs(seconds));
        }
        config.timeouts.body = patience::CONTENT;
        Ok(config)
    }

    /// How to talk to the next hop.
    pub(crate) fn client(&self) -> Result<client::Config, AddressError> {
        let mut config = client::Config::new(self.hostname()?.as_str().parse()?);
        if self.to_lmtp {
            config.protocol = Protocol::Lmtp;
        }
        // What senders are not allowed to send is not made good here.
        config.newlines = OutgoingNewlines::Refuse;
        if let Some(seconds) = self.timeout {
            config.timeouts = ClientTimeouts::all(Duration::from_secs(seconds));
        }
        config.timeouts.data_block = config.timeouts.data_block.min(patience::BLOCK);
        config.timeouts.chunk = config.timeouts.chunk.min(patience::BLOCK);
        Ok(config)
    }

    /// How long a connection may take to be made.
    pub(crate) fn connect_timeout(&self) -> Duration {
        self.timeout.map_or(Duration::from_secs(30), Duration::from_secs)
    }
}

fn at_least_one(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("at least 1".into()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

fn connections(text: &str) -> Result<usize, String> {
    usize::try_from(at_least_one(text)?).map_err(|error| error.to_string())
}
