//! The command line.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, ValueEnum};
use smtp_driver::client::Credentials;
use smtp_proto::client::{Chunking, Config, Envelope};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::address::{ForwardPath, HelloName, ReversePath};
use smtp_proto::syntax::params::ParamError;
use smtp_proto::timeouts::ClientTimeouts;

use super::requests::Requests;
use super::server::Server;

/// Sends messages from files to one mail server
///
/// Each FILE is one message, as it is: headers, an empty line, text. Any line ends will do. All
/// recipients get all messages. What the server says of a recipient it refuses is shown in its own
/// words; the exit status tells whether it is worth trying again.
#[derive(Debug, Parser)]
#[command(name = "send", version, after_long_help = AFTER)]
pub(super) struct Args {
    /// The server, like mx.example.org:25; an IPv6 address needs brackets; or unix:PATH
    ///
    /// A server behind a unix-domain socket is on this machine, and its certificate has to be for
    /// localhost.
    #[arg(long, value_name = "HOST:PORT")]
    pub(super) server: Server,

    /// The sender, where notifications go; "" for nobody
    #[arg(long, value_name = "A")]
    from: ReversePath,

    /// A recipient; may be given more than once
    #[arg(long, value_name = "B", required = true)]
    pub(super) to: Vec<ForwardPath>,

    /// The messages; "-" is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(super) files: Vec<PathBuf>,

    /// When to encrypt by STARTTLS, with the certificate checked
    ///
    /// If this is not given, STARTTLS is used where the server offers it, whatever its certificate
    /// is, and otherwise the message goes in the clear: no worse than without, but no protection
    /// from who can change what is on the wire. The certificate is checked all the same with --ca.
    #[arg(long, value_name = "WHEN")]
    pub(super) starttls: Option<When>,

    /// Begin with TLS (port 465), with the certificate checked
    #[arg(long)]
    pub(super) implicit_tls: bool,

    /// Trust the authorities in this PEM file, not those of the system
    #[arg(long, value_name = "F")]
    pub(super) ca: Option<PathBuf>,

    /// Check no certificate
    #[arg(long, conflicts_with = "ca")]
    pub(super) insecure: bool,

    /// The certificate to show to servers that ask for one, in PEM, with those of intermediate
    /// authorities behind it
    #[arg(long, value_name = "F", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// The certificate's private key in PEM
    #[arg(long, value_name = "F", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// Log in first, by the strongest mechanism that the server offers: SCRAM, CRAM-MD5, PLAIN, LOGIN
    ///
    /// To another machine this makes --starttls required the default: the password goes there in
    /// the clear only with --starttls off. Whoever can list this machine's processes can read it.
    #[arg(long, value_name = "USER:PASSWORD", value_parser = credentials)]
    auth: Option<Credentials>,

    /// Log in first, by EXTERNAL: as who the server knows this client to be, most often by
    /// --tls-cert; or as AUTHZID
    ///
    /// To another machine this makes --starttls required the default, as --auth does.
    #[arg(long, value_name = "AUTHZID", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "", value_parser = external, conflicts_with = "auth")]
    auth_external: Option<Credentials>,

    /// Log in first with a token of OAuth 2.0, by OAUTHBEARER or XOAUTH2
    ///
    /// To another machine this makes --starttls required the default, as --auth does.
    #[arg(long, value_name = "USER:TOKEN", value_parser = token)]
    #[arg(conflicts_with_all = ["auth", "auth_external"])]
    oauth_token: Option<Pair>,

    /// Log in first as nobody in particular, by ANONYMOUS; with TRACE for whom to ask, like a mail
    /// address
    #[arg(long, value_name = "TRACE", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "", value_parser = anonymous)]
    #[arg(conflicts_with_all = ["auth", "auth_external", "oauth_token"])]
    auth_anonymous: Option<Credentials>,

    /// Log in by this mechanism only, like SCRAM-SHA-256
    #[arg(long, value_name = "M")]
    auth_mechanism: Option<String>,

    /// Speak LMTP (RFC 2033), not SMTP: an answer for each recipient
    #[arg(long)]
    pub(super) lmtp: bool,

    /// How long to wait for each reply, from the command to its last line; also for the connection
    /// [default: as RFC 5321 has it, minutes]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(super) timeout: Option<Duration>,

    /// The address to connect from; only addresses of the same family are tried
    #[arg(long, value_name = "IP")]
    pub(super) local_addr: Option<IpAddr>,

    /// The name to say hello with [default: this machine's]
    #[arg(long, value_name = "NAME")]
    helo: Option<HelloName>,

    /// Wait for the reply to each command, even if the server takes several at once
    #[arg(long)]
    no_pipelining: bool,

    /// Use DATA, even if the server takes BDAT
    #[arg(long)]
    no_chunking: bool,

    /// The messages have UTF-8 in their headers (RFC 6532); non-ASCII addresses imply it
    #[arg(long)]
    smtputf8: bool,

    /// Share the messages among this many connections
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = count)]
    pub(super) connections: usize,

    /// Send each message this many times
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = count)]
    pub(super) repeat: usize,

    /// Show the reply to every message, and how each connection is secured
    #[arg(short, long)]
    pub(super) verbose: bool,

    #[command(flatten)]
    pub(super) requests: Requests,
}

/// Octets of commands and chunks that may be on their way unanswered. More than by default: the
/// connection reads replies while it writes, so a server that does not read meanwhile holds up nobody.
const WINDOW: usize = 128 << 10;

const AFTER: &str = "\
Exit status, as in sysexits.h:
   0  every recipient of every message was accepted
  64  usage
  66  a file cannot be read
  69  refused for good: a 5yz reply, a certificate that is not trusted, TLS required and not
      offered, a message that needs an extension the server does not have, or more than it offers
  74  a file could not be read while it was sent
  75  trying later may help: a 4yz reply, no connection, a connection lost, no reply in time
  76  the server broke the protocol
  77  not authenticated
  78  no authorities to trust, or a certificate to show that is of no use
Of several, the one that counts is 77, 76, 74, 75, 69, in this order.

Examples:
  send --server 127.0.0.1:2525 --from me@example.org --to you@example.org letter.eml
  send --server mx.example.org:587 --starttls required --auth me:secret \\
       --from me@example.org --to a@example.org --to b@example.org - < letter.eml";

/// When to encrypt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// Never
    Off,
    /// If the server offers it
    Opportunistic,
    /// Always: otherwise nothing is sent
    Required,
}

impl Args {
    /// The command line of this process. Help and version are among the errors.
    pub(super) fn read() -> Result<Self, clap::Error> {
        let args = Self::try_parse()?;
        let contradiction = |what| Err(Self::command().error(ErrorKind::ArgumentConflict, what));
        if args.local_addr.is_some() && !args.server.has_address() {
            return contradiction("--local-addr is for servers that have an address themselves");
        }
        if args.auth_mechanism.is_some() && args.credentials().is_none() {
            return contradiction("--auth-mechanism without --auth: there is nobody to log in as");
        }
        if args.files.iter().filter(|file| file.as_os_str() == "-").count() > 1 {
            return contradiction("standard input can be read only once");
        }
        if args.requests.require_tls && args.starttls == Some(When::Off) && !args.implicit_tls {
            return contradiction("--require-tls can't be asked for in the clear");
        }
        if let Some(what) = args.requests.contradiction() {
            return contradiction(what);
        }
        Ok(args)
    }

    /// Who to be, if anybody.
    pub(super) fn credentials(&self) -> Option<Credentials> {
        let given = self.auth.as_ref().or(self.auth_external.as_ref());
        let given = given.or(self.auth_anonymous.as_ref()).cloned();
        let credentials = given.or_else(|| self.token())?;
        Some(match &self.auth_mechanism {
            Some(mechanism) => credentials.only(mechanism.as_str()),
            None => credentials,
        })
    }

    fn token(&self) -> Option<Credentials> {
        let Pair { user, secret } = self.oauth_token.clone()?;
        Some(match &self.server {
            Server::Tcp { host, port } => Credentials::oauth_at(user, secret, host.as_str(), *port),
            #[cfg(unix)]
            Server::Unix(_) => Credentials::oauth(user, secret),
        })
    }

    /// The files of the certificate to show.
    pub(super) fn certificate(&self) -> Option<(&Path, &Path)> {
        self.tls_cert.as_deref().zip(self.tls_key.as_deref())
    }

    /// What is said ahead of every message.
    ///
    /// # Errors
    ///
    /// A parameter is there twice.
    pub(super) fn envelope(&self) -> Result<Envelope, ParamError> {
        let mut envelope = Envelope::new(self.from.clone(), self.to.iter().cloned());
        envelope.smtputf8 = self.smtputf8;
        self.requests.apply(&mut envelope)?;
        Ok(envelope)
    }

    /// How the client behaves, but for what is a matter of security.
    pub(super) fn config(&self) -> Config {
        let mut config = Config::new(self.helo.clone().unwrap_or_else(own_name));
        if self.lmtp {
            config.protocol = Protocol::Lmtp;
        }
        config.pipelining = !self.no_pipelining;
        config.limits.window = WINDOW;
        if self.no_chunking {
            config.chunking = Chunking::Never;
        }
        if let Some(limit) = self.timeout {
            config.timeouts = ClientTimeouts::all(limit);
        }
        config
    }
}

/// A user name, and what proves it. `Debug` does not show that.
#[derive(Clone)]
struct Pair {
    user: String,
    secret: String,
}

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pair").field("user", &self.user).finish_non_exhaustive()
    }
}

fn token(text: &str) -> Result<Pair, String> {
    let (user, secret) = text.split_once(':').ok_or("there is no colon in it")?;
    if user.is_empty() || secret.is_empty() {
        return Err("neither of the two may be empty".into());
    }
    Ok(Pair { user: user.into(), secret: secret.into() })
}

fn credentials(text: &str) -> Result<Credentials, String> {
    token(text).map(|pair| Credentials::new(pair.user, pair.secret))
}

#[expect(clippy::unnecessary_wraps, reason = "what parsers return")]
fn anonymous(trace: &str) -> Result<Credentials, String> {
    let anonymous = Credentials::anonymous();
    Ok(if trace.is_empty() { anonymous } else { Credentials::anonymous_as(trace) })
}

#[expect(clippy::unnecessary_wraps, reason = "what parsers return")]
fn external(authzid: &str) -> Result<Credentials, String> {
    let external = Credentials::external();
    Ok(if authzid.is_empty() { external } else { Credentials::external_as(authzid) })
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().map_err(|error| format!("{error}"))?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(Duration::ZERO) => Err("more than 0".into()),
        Ok(duration) => Ok(duration),
        Err(error) => Err(error.to_string()),
    }
}

fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("at least 1".into()),
        Ok(count) => Ok(count),
        Err(error) => Err(format!("{error}")),
    }
}

/// What this machine calls itself.
fn own_name() -> HelloName {
    crate::own_name().unwrap_or_else(|| "localhost".parse().expect("a name"))
}
