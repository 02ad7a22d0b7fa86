//! The command line, and what the server is to be from it.

use std::io;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use smtp_driver::ipnet::IpNet;
use smtp_driver::server::ProxyPolicy;
use smtp_proto::server::Config;
use smtp_proto::session::Protocol;
use smtp_proto::syntax::address::{AddressError, AsciiDomain};
use smtp_proto::syntax::command::Mechanism;
use smtp_proto::timeouts::ServerTimeouts;
use tracing::Level;

use super::auth::{self, Proofs};
use super::certificate::Files;
use super::listen::Listen;
use super::offers::Offers;
use super::policy::Policy;
use super::users::{self, Pair, Users};

/// A mail server that keeps what it gets in a directory.
///
/// Every accepted message becomes two files there: ID.eml, exactly the octets that were sent, and
/// ID.json, the envelope: from, to, their parameters and what these ask for, the client, TLS, the
/// authenticated user and the time. Both are written under temporary names, synced to disk and renamed, ID.json last, and
/// only then does the client hear 250, with the ID. Wait for ID.json, and ID.eml is complete. A
/// message that is refused or broken off leaves nothing.
///
/// Any recipient is accepted, so keep it where only those can reach it who may use it.
///
/// With --discard it keeps nothing: what it costs to receive mail can be measured then, and how fast a
/// client is.
#[derive(Debug, Parser)]
#[command(name = "receive", version, after_long_help = AFTER)]
pub(super) struct Args {
    /// Where to listen, like 127.0.0.1:2525; an IPv6 address needs brackets; or unix:PATH
    ///
    /// Port 0 takes any free one. The first line on standard output says which:
    /// "listening on 127.0.0.1:40213". A unix-domain socket that nobody listens on is replaced, and
    /// the server's own is removed at its end.
    #[arg(long, value_name = "ADDR")]
    pub(super) listen: Listen,

    /// Where to keep messages; made if it is not there
    #[arg(long, required_unless_present = "discard")]
    pub(super) dir: Option<PathBuf>,

    /// Accept messages and throw them away: for measurements only
    ///
    /// Everything is checked as ever, but clients hear 250 for what nobody keeps. Only warnings are
    /// logged then, unless --verbose is given: a line for each message would cost more than receiving
    /// it.
    #[arg(long, conflicts_with = "dir")]
    pub(super) discard: bool,

    /// The server's name in the greeting [default: this machine's]
    #[arg(long, value_name = "N")]
    hostname: Option<AsciiDomain>,

    /// The certificate in PEM, with those of intermediate authorities behind it; offers STARTTLS
    #[arg(long, value_name = "F", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// The certificate's private key in PEM
    #[arg(long, value_name = "F", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// Ask clients for a certificate by the authorities in this PEM file; offers AUTH EXTERNAL
    ///
    /// By EXTERNAL a client logs in as who its certificate names: an rfc822Name among the subject
    /// alternative names, the first of them unless the client says which, or else the common name.
    /// It need not have a certificate; one by nobody of these ends the connection.
    #[arg(long, value_name = "F", requires = "tls_cert")]
    tls_client_ca: Option<PathBuf>,

    /// Begin with TLS on every connection, instead of offering STARTTLS
    #[arg(long)]
    pub(super) implicit_tls: bool,

    /// Who may log in, by SCRAM, CRAM-MD5, PLAIN or LOGIN; may be given more than once
    ///
    /// AUTH is offered on encrypted connections only, unless --auth-without-tls is given. Whoever
    /// can list this machine's processes can read the password.
    #[arg(long, visible_alias = "user", value_name = "USER:PASSWORD", value_parser = users::parse)]
    auth: Vec<Pair>,

    /// Who may log in with which token of OAuth 2.0, by OAUTHBEARER or XOAUTH2; may be given more than
    /// once
    #[arg(long, value_name = "USER:TOKEN", value_parser = users::parse)]
    oauth_token: Vec<Pair>,

    /// Let in those who don't say who they are, by ANONYMOUS
    #[arg(long)]
    auth_anonymous: bool,

    /// Of all that would be offered, only these mechanisms, in this order
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_parser = auth::mechanism)]
    auth_mechanisms: Vec<Mechanism>,

    /// Offer AUTH in the clear, too: passwords can be read on the way
    #[arg(long)]
    auth_without_tls: bool,

    /// Offer AUTH in the clear, too, but only by mechanisms that don't show the password
    #[arg(long)]
    hashed_auth_without_tls: bool,

    /// Take mail only from who has logged in
    #[arg(long)]
    require_auth: bool,

    /// The largest message, in octets; larger ones are refused. The default is 50 MB
    #[arg(long, value_name = "BYTES", default_value_t = 50_000_000, value_parser = at_least_one)]
    max_size: u64,

    /// How long to wait for a client's next command, or next piece of a message [default: the 5
    /// minutes of RFC 5321]
    #[arg(long, value_name = "SECONDS", value_parser = at_least_one)]
    timeout: Option<u64>,

    /// How many clients may be connected at a time; more are told 421
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = count)]
    pub(super) max_connections: usize,

    /// How many of them may be from one address; more are told 421. IPv6 addresses that share their
    /// first 64 bits count as one
    #[arg(long, value_name = "N", value_parser = count)]
    pub(super) max_per_address: Option<usize>,

    /// Every connection begins with a PROXY header, version 1 or 2, by which a balancer says who the
    /// client is
    ///
    /// Connections that do not come from this machine, or from --proxy-from, are refused: anybody
    /// can write such a header.
    #[arg(long)]
    proxy_protocol: bool,

    /// Where the balancers are, like 192.0.2.0/24, and not on this machine; may be given more than
    /// once
    #[arg(long, value_name = "NET", requires = "proxy_protocol", value_parser = network)]
    proxy_from: Vec<IpNet>,

    /// Speak LMTP (RFC 2033), not SMTP
    #[arg(long)]
    lmtp: bool,

    /// Log connections, commands and the codes of replies, too
    #[arg(short, long)]
    verbose: bool,

    #[command(flatten)]
    pub(super) offers: Offers,

    #[command(flatten)]
    policy: Policy,
}

const AFTER: &str = "\
Signals:
  SIGTERM and SIGINT stop the server in good order: idle clients hear 421, messages in progress may
  finish within 30 seconds. A second one stops it at once.
  SIGHUP has it read the certificate and its key again, for connections that are not encrypted yet.

Exit status, as in sysexits.h:
  0 stopped by a signal   64 usage   69 cannot listen   73 cannot write to the directory
  78 the certificate is of no use

Example:
  receive --listen 127.0.0.1:2525 --dir /tmp/mail
  send --server 127.0.0.1:2525 --from me@example.org --to you@example.org letter.eml";

impl Args {
    /// The command line of this process. Help and version are among the errors.
    pub(super) fn read() -> Result<Self, clap::Error> {
        let args = Self::try_parse()?;
        // What is wrong with the name is told when it is used.
        let offers = || args.config().ok().and_then(|config| args.offers.contradiction(&config));
        match args.contradiction().map(String::from).or_else(offers) {
            Some(what) => Err(Self::command().error(ErrorKind::ArgumentConflict, what)),
            None => Ok(args),
        }
    }

    /// What would make a server that can't do what it is asked for.
    fn contradiction(&self) -> Option<&'static str> {
        if self.implicit_tls && self.tls_cert.is_none() {
            Some("--implicit-tls needs --tls-cert and --tls-key")
        } else if self.require_auth && !self.proofs().any() {
            Some("--require-auth without --auth or --tls-client-ca would let nobody in")
        } else if self.offers.demand_auth() && !self.proofs().any() {
            Some(
                "--submission is for who has logged in: give --auth or --tls-client-ca, or \
                 --no-require-auth",
            )
        } else if self.auth_in_the_clear() && !self.proofs().any() {
            Some("--auth-without-tls without --auth: there is nobody who could log in")
        } else if self.proofs().any() && self.tls_cert.is_none() && !self.auth_in_the_clear() {
            Some(
                "--auth without --tls-cert and --tls-key: AUTH would never be offered. Give a \
                 certificate, or --auth-without-tls if passwords may go in the clear",
            )
        } else if self.proofs().any() && self.mechanisms().is_empty() {
            Some("--auth-mechanisms leaves nothing to log in by")
        } else {
            None
        }
    }

    /// What goes to the log.
    pub(super) fn log_level(&self) -> Level {
        match (self.verbose, self.discard) {
            (true, _) => Level::DEBUG,
            (false, true) => Level::WARN,
            (false, false) => Level::INFO,
        }
    }

    pub(super) fn tls_files(&self) -> Option<Files> {
        let (cert, key) = self.tls_cert.clone().zip(self.tls_key.clone())?;
        Some(Files { cert, key, client_ca: self.tls_client_ca.clone() })
    }

    /// Whose PROXY headers are believed, if there are to be any.
    pub(super) fn proxy(&self) -> Option<ProxyPolicy> {
        self.proxy_protocol.then(|| {
            if self.proxy_from.is_empty() {
                ProxyPolicy::loopback()
            } else {
                ProxyPolicy::new(self.proxy_from.iter().copied())
            }
        })
    }

    pub(super) fn users(&self) -> io::Result<Users> {
        Users::new(&self.auth, &self.oauth_token, self.auth_anonymous)
    }

    fn proofs(&self) -> Proofs {
        Proofs {
            password: !self.auth.is_empty(),
            token: !self.oauth_token.is_empty(),
            certificate: self.tls_client_ca.is_some(),
            nothing: self.auth_anonymous,
        }
    }

    fn mechanisms(&self) -> Vec<Mechanism> {
        self.proofs().mechanisms(&self.auth_mechanisms)
    }

    fn auth_in_the_clear(&self) -> bool {
        self.auth_without_tls || self.hashed_auth_without_tls
    }

    /// What the server offers.
    pub(super) fn config(&self) -> Result<Config, AddressError> {
        let hostname = match self.hostname.clone().or_else(crate::own_name) {
            Some(name) => name,
            None => "localhost".parse()?,
        };
        let mut config = Config::new(hostname);
        if self.lmtp {
            config.protocol = Protocol::Lmtp;
        }
        config.starttls = self.tls_cert.is_some() && !self.implicit_tls;
        config.mechanisms = self.mechanisms();
        config.auth_without_tls = self.auth_without_tls;
        config.hashed_auth_without_tls = self.hashed_auth_without_tls;
        config.require_auth = self.require_auth;
        config.limits.message = self.max_size;
        if let Some(seconds) = self.timeout {
            config.timeouts = ServerTimeouts::at_most(Duration::from_secs(seconds));
        }
        self.offers.apply(&mut config);
        self.policy.apply(&mut config);
        Ok(config)
    }
}

pub(super) fn at_least_one(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) => Err("at least 1".into()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("{error}")),
    }
}

/// A network, or an address alone.
pub(super) fn network(text: &str) -> Result<IpNet, String> {
    let address = text.parse::<IpAddr>().map(IpNet::from);
    address.or_else(|_| text.parse()).map_err(|_| "a network like 192.0.2.0/24 is expected".into())
}

pub(super) fn count(text: &str) -> Result<usize, String> {
    usize::try_from(at_least_one(text)?).map_err(|error| error.to_string())
}
