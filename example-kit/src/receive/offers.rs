//! What clients are offered: the part of the command line that is about extensions, and what each
//! client hears of it.

use std::sync::Arc;
use std::time::SystemTime;

use clap::Args;
use smtp_driver::ipnet::IpNet;
use smtp_driver::server::Peer;
use smtp_proto::server::{Config, Private};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::capability::{
    DeliverByOffer, Extension, FutureReleaseOffer, MtPriorityOffer, NoSolicitingOffer, Offer,
};
use smtp_proto::syntax::datetime::DateTime;
use smtp_proto::syntax::params::Params;
use smtp_proto::syntax::text::Text;

use super::args::{at_least_one, count, network};
use super::extensions::{Changes, RECORDED};
use super::record::unix_seconds;

/// Options about extensions.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Extensions")]
pub(super) struct Offers {
    /// Take messages from people's programs, not from other servers (RFC 6409): from who has logged
    /// in, and with FUTURERELEASE
    #[arg(long, conflicts_with = "lmtp")]
    submission: bool,

    /// With --submission: take messages from anybody
    #[arg(long, requires = "submission", conflicts_with = "require_auth")]
    no_require_auth: bool,

    /// Announce more or less, like +CONPERM,-LIMITS
    ///
    /// Announced is what RFC 5321 servers have, and besides DSN, DELIVERBY, MT-PRIORITY, MTRK, RRVS,
    /// XVERP, LIMITS, over TLS REQUIRETLS, and with --submission FUTURERELEASE. What clients ask for by
    /// these is recorded in ID.json, for whoever delivers the message; nothing of it is done here.
    /// May be added: CONPERM, CONNEG, NO-SOLICITING, VRFY, HELP.
    #[arg(long, value_name = "LIST", default_value = None, allow_hyphen_values = true)]
    extensions: Option<Changes>,

    /// DELIVERBY: refuse messages that are to be returned if not delivered in so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = min_by)]
    min_by: Option<DeliverByOffer>,

    /// FUTURERELEASE: for how long messages may be held. The default is 30 days
    #[arg(long, value_name = "SECONDS", default_value_t = 2_592_000, hide_default_value = true)]
    #[arg(requires = "submission", value_parser = max_hold)]
    max_hold: u32,

    /// MT-PRIORITY: the name of the priority assignment policy, like MIXER or NSEP
    #[arg(long, value_name = "NAME", value_parser = priority_policy)]
    priority_policy: Option<MtPriorityOffer>,

    /// NO-SOLICITING: refuse messages that say that they are of such a kind, like
    /// net.example:ADV,org.example:ADLT
    #[arg(long, value_name = "WORDS", value_parser = no_soliciting)]
    no_soliciting: Option<NoSolicitingOffer>,

    /// An extension of one's own: announced by this keyword, and a parameter of this name is taken
    /// with MAIL and RCPT; may be given more than once
    #[arg(long, value_name = "KEYWORD", value_parser = keyword)]
    private: Vec<Private>,

    /// Offer XCLIENT to clients here, like 192.0.2.0/24, which may then say that they speak for
    /// others, logged in or not; may be given more than once
    #[arg(long, value_name = "NET", value_parser = network)]
    xclient_from: Vec<IpNet>,

    /// Offer XFORWARD to clients here, which may then say where a message came from; may be given more
    /// than once
    #[arg(long, value_name = "NET", value_parser = network)]
    xforward_from: Vec<IpNet>,

    /// LIMITS: messages in one connection; further ones are told 421 [default: any number]
    #[arg(long, value_name = "N", value_parser = transactions)]
    max_transactions: Option<u32>,

    /// LIMITS: recipients of one message; further ones are told 452
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = count)]
    max_recipients: usize,

    /// LIMITS: different domains of recipients in one connection; further ones are told 452
    /// [default: any number]
    #[arg(long, value_name = "N", value_parser = count)]
    max_domains: Option<usize>,
}

impl Offers {
    /// Whether nobody may send mail without having logged in.
    pub(super) fn demand_auth(&self) -> bool {
        self.submission && !self.no_require_auth
    }

    /// What was asked for and would not be announced.
    pub(super) fn contradiction(&self, config: &Config) -> Option<String> {
        let added = &self.extensions.as_ref()?.added;
        added.iter().find_map(|extension| {
            if !extension.is_for(config.protocol) {
                return Some(format!("--extensions: {extension} is for --submission"));
            }
            let needed = extension.needs().filter(|needed| !config.offers(*needed))?;
            Some(format!("--extensions: {extension} needs {needed}"))
        })
    }

    /// Has a server offer this to everybody.
    pub(super) fn apply(&self, config: &mut Config) {
        if self.submission {
            config.protocol = Protocol::Submission;
        }
        config.require_auth |= self.demand_auth();
        config.extensions.extend(RECORDED);
        if let Some(words) = &self.no_soliciting {
            config.extensions.push(Extension::NoSoliciting);
            config.offers.no_soliciting = words.clone();
        }
        if let Some(changes) = &self.extensions {
            changes.apply(&mut config.extensions);
        }
        config.offers.deliver_by = self.min_by.unwrap_or_default();
        config.offers.mt_priority = self.priority_policy.clone().unwrap_or_default();
        config.private.clone_from(&self.private);
        config.limits.recipients = self.max_recipients;
        config.limits.transactions = self.max_transactions.unwrap_or(u32::MAX);
        config.limits.recipient_domains = self.max_domains.unwrap_or(usize::MAX);
    }
}

/// What each client is offered.
#[derive(Debug)]
pub(super) struct Offering {
    everybody: Arc<Config>,
    offers: Offers,
}

impl Offering {
    pub(super) fn new(everybody: Arc<Config>, offers: Offers) -> Self {
        Self { everybody, offers }
    }

    /// What this client is offered, if that is not what everybody is.
    pub(super) fn to(&self, peer: &Peer) -> Option<Config> {
        let is_in = |networks: &[IpNet]| {
            let address = peer.ip();
            address.is_some_and(|address| networks.iter().any(|net| net.contains(&address)))
        };
        let trusted = [
            (Extension::XClient, is_in(&self.offers.xclient_from)),
            (Extension::XForward, is_in(&self.offers.xforward_from)),
        ];
        let trusted = trusted.into_iter().filter(|(_, trusted)| *trusted);
        let extensions: Vec<Extension> = trusted.map(|(extension, _)| extension).collect();
        let hold = self.hold();
        if extensions.is_empty() && hold.is_none() {
            return None;
        }
        let mut config = Config::clone(&self.everybody);
        config.extensions.extend(extensions);
        config.offers.future_release = hold;
        Some(config)
    }

    /// Until when a message may be held depends on what time it is.
    fn hold(&self) -> Option<FutureReleaseOffer> {
        let most = self.offers.max_hold;
        let latest = unix_seconds(SystemTime::now()) + i64::from(most);
        let submission = self.everybody.protocol == Protocol::Submission;
        let latest = DateTime::from_unix_seconds(latest).filter(|_| submission)?;
        FutureReleaseOffer::new(most, latest)
    }
}

fn min_by(text: &str) -> Result<DeliverByOffer, String> {
    let offer = text.parse().ok().and_then(DeliverByOffer::at_least);
    offer.ok_or_else(|| "seconds, 0 to 999999999, are expected".into())
}

fn max_hold(text: &str) -> Result<u32, String> {
    let seconds = text.parse().ok().filter(|seconds| matches!(seconds, 1..=999_999_999));
    seconds.ok_or_else(|| "seconds, 1 to 999999999, are expected".into())
}

fn priority_policy(text: &str) -> Result<MtPriorityOffer, String> {
    let policy = MtPriorityOffer::policy(text);
    policy.ok_or_else(|| "a name of 1 to 20 letters, digits, - and _ is expected".into())
}

fn no_soliciting(text: &str) -> Result<NoSolicitingOffer, String> {
    let offer = NoSolicitingOffer::parse(text).filter(|_| !text.is_empty());
    offer.ok_or_else(|| "words with commas between them are expected, 1000 octets at most".into())
}

/// A keyword that a parameter can have, and the line of an extension.
fn keyword(text: &str) -> Result<Private, String> {
    let upper = text.to_ascii_uppercase();
    Params::none().push(&upper, None).map_err(|error| error.to_string())?;
    if Extension::parse(&upper).is_some() {
        return Err("that is an extension that is known here: see --extensions".into());
    }
    let line = Text::lossy(&upper);
    let keyword: Box<str> = upper.into();
    Ok(Private { line, mail: vec![keyword.clone()], rcpt: vec![keyword], verbs: Vec::new() })
}

fn transactions(text: &str) -> Result<u32, String> {
    u32::try_from(at_least_one(text)?).map_err(|error| error.to_string())
}
