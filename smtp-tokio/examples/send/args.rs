//! The command line.

use std::net::Ipv6Addr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, ValueEnum};
use smtp_driver::client::Credentials;
use smtp_proto::client::{Chunking, Config};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::address::{ForwardPath, HelloName, ReversePath};
use smtp_proto::timeouts::ClientTimeouts;

/// Sends messages from files to one mail server
///
/// Each FILE is one message, as it is: headers, an empty line, text. Any line ends will do. All
/// recipients get all messages. What the server says of a recipient it refuses is shown in its own
/// words; the exit status tells whether it is worth trying again.
#[derive(Debug, Parser)]
#[command(name = "send", version, after_long_help = AFTER)]
pub(crate) struct Args {
    /// The server, like mx.example.org:25; an IPv6 address needs brackets
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) server: Server,

    /// The sender, where notifications go; "" for nobody
    #[arg(long, value_name = "A")]
    pub(crate) from: ReversePath,

    /// A recipient; may be given more than once
    #[arg(long, value_name = "B", required = true)]
    pub(crate) to: Vec<ForwardPath>,

    /// The messages; "-" is standard input
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// When to encrypt by STARTTLS, with the certificate checked
    ///
    /// If this is not given, STARTTLS is used where the server offers it, whatever its certificate
    /// is, and otherwise the message goes in the clear: no worse than without, but no protection
    /// from who can change what is on the wire. The certificate is checked all the same with --ca.
    #[arg(long, value_name = "WHEN")]
    pub(crate) starttls: Option<When>,

    /// Begin with TLS (port 465), with the certificate checked
    #[arg(long)]
    pub(crate) implicit_tls: bool,

    /// Trust the authorities in this PEM file, not those of the system
    #[arg(long, value_name = "F")]
    pub(crate) ca: Option<PathBuf>,

    /// Check no certificate
    #[arg(long, conflicts_with = "ca")]
    pub(crate) insecure: bool,

    /// Log in first, by PLAIN or LOGIN
    ///
    /// To another machine this makes --starttls required the default: the password goes there in
    /// the clear only with --starttls off. Whoever can list this machine's processes can read it.
    #[arg(long, value_name = "USER:PASSWORD", value_parser = credentials)]
    pub(crate) auth: Option<Credentials>,

    /// Speak LMTP (RFC 2033), not SMTP: an answer for each recipient
    #[arg(long)]
    pub(crate) lmtp: bool,

    /// How long to wait for each reply, from the command to its last line; also for the connection
    /// [default: as RFC 5321 has it, minutes]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,

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
    pub(crate) smtputf8: bool,

    /// Share the messages among this many connections
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = count)]
    pub(crate) connections: usize,

    /// Send each message this many times
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = count)]
    pub(crate) repeat: usize,

    /// Show the reply to every message, and how each connection is secured
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

const AFTER: &str = "\
Exit status, as in sysexits.h:
   0  every recipient of every message was accepted
  64  usage
  66  a file cannot be read
  69  refused for good: a 5yz reply, a certificate that is not trusted, TLS required and not
      offered, a message that needs an extension the server does not have
  74  a file could not be read while it was sent
  75  trying later may help: a 4yz reply, no connection, a connection lost, no reply in time
  76  the server broke the protocol
  77  not authenticated
  78  no authorities to trust
Of several, the one that counts is 77, 76, 74, 75, 69, in this order.

Examples:
  send --server 127.0.0.1:2525 --from me@example.org --to you@example.org letter.eml
  send --server mx.example.org:587 --starttls required --auth me:secret \\
       --from me@example.org --to a@example.org --to b@example.org - < letter.eml";

/// When to encrypt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// Never
    Off,
    /// If the server offers it
    Opportunistic,
    /// Always: otherwise nothing is sent
    Required,
}

impl Args {
    /// The command line of this process. Help and version are among the errors.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        let args = Self::try_parse()?;
        if args.files.iter().filter(|file| file.as_os_str() == "-").count() > 1 {
            let what = "standard input can be read only once";
            return Err(Self::command().error(ErrorKind::ArgumentConflict, what));
        }
        Ok(args)
    }

    /// How the client behaves, but for what is a matter of security.
    pub(crate) fn config(&self) -> Config {
        let mut config = Config::new(self.helo.clone().unwrap_or_else(own_name));
        if self.lmtp {
            config.protocol = Protocol::Lmtp;
        }
        config.pipelining = !self.no_pipelining;
        if self.no_chunking {
            config.chunking = Chunking::Never;
        }
        if let Some(limit) = self.timeout {
            config.timeouts = ClientTimeouts::all(limit);
        }
        config
    }
}

/// A server's host and port.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// A name or an IP address, without brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl FromStr for Server {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (host, port) = text.rsplit_once(':').ok_or("there is no port in it")?;
        let port = port.parse().map_err(|error| format!("the port: {error}"))?;
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match bracketed {
            Some(address) if address.parse::<Ipv6Addr>().is_ok() => address,
            Some(_) => return Err("brackets are for IPv6 addresses".into()),
            None if host.is_empty() => return Err("there is no host in it".into()),
            None if host.contains(':') => return Err("an IPv6 address needs brackets".into()),
            None => host,
        };
        Ok(Self { host: host.into(), port })
    }
}

fn credentials(text: &str) -> Result<Credentials, String> {
    let (user, password) = text.split_once(':').ok_or("there is no colon in it")?;
    if user.is_empty() || password.is_empty() {
        return Err("neither of the two may be empty".into());
    }
    Ok(Credentials::new(user, password))
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
    #[cfg(unix)]
    if let Ok(name) = rustix::system::uname().nodename().to_str()
        && let Ok(name) = name.parse()
    {
        return name;
    }
    "localhost".parse().expect("a name")
}
