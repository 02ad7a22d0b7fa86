//! What is asked of the server besides taking the messages: the parameters of MAIL and RCPT.

use clap::Args;
use smtp_proto::client::{Envelope, Recipient};
use smtp_proto::syntax::address::ForwardPath;
use smtp_proto::syntax::params::{
    By, ConNeg, ConPerm, EnvId, HoldFor, HoldUntil, MtPriority, Mtrk, Notify, Orcpt, ParamError,
    Parameter, Params, RequireTls, Ret, Rrvs, Solicit, Xverp,
};

/// Options about extensions. Those the server does not offer keep a message from being sent.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Extensions (a server without them gets no message)")]
pub(super) struct Requests {
    /// DSN: of what to be notified: never, or some of success, failure and delay with commas
    #[arg(long, value_name = "WHEN", value_parser = value::<Notify>)]
    notify: Option<Notify>,

    /// DSN: how much of a message comes back with a notification of failure: full or hdrs
    #[arg(long, value_name = "WHAT", value_parser = value::<Ret>)]
    ret: Option<Ret>,

    /// DSN: what to call the transaction in notifications
    #[arg(long, value_name = "TEXT", value_parser = envid)]
    envid: Option<EnvId>,

    /// DSN: name each recipient as the original one, for notifications
    #[arg(long)]
    orcpt: bool,

    /// DELIVERBY: in how many seconds to deliver, and else notify (N) or return the message (R), like
    /// 120;R; with T behind it, tell of each relay
    #[arg(long, value_name = "SECONDS;MODE", value_parser = value::<By>)]
    #[arg(allow_hyphen_values = true)]
    by: Option<By>,

    /// FUTURERELEASE: hold the message for so many seconds
    #[arg(long, value_name = "SECONDS", value_parser = value::<HoldFor>)]
    hold_for: Option<HoldFor>,

    /// FUTURERELEASE: hold the message until then, like 2026-01-31T23:59:59Z
    #[arg(long, value_name = "DATE", value_parser = value::<HoldUntil>)]
    #[arg(conflicts_with = "hold_for")]
    hold_until: Option<HoldUntil>,

    /// MT-PRIORITY: how urgent it is, -9 to 9
    #[arg(long, value_name = "N", value_parser = value::<MtPriority>, allow_hyphen_values = true)]
    mt_priority: Option<MtPriority>,

    /// MTRK: track the message, for who knows the secret that has this SHA-1 hash (in base64);
    /// perhaps for so many seconds. Needs --envid like 1@host.example
    #[arg(long, value_name = "HASH[:SECONDS]", value_parser = mtrk, requires = "envid")]
    mtrk: Option<Mtrk>,

    /// REQUIRETLS: pass the message on over verified TLS only
    ///
    /// This makes --starttls required the default, with the certificate checked.
    #[arg(long, conflicts_with = "insecure")]
    pub(super) require_tls: bool,

    /// RRVS: deliver only if the mailbox has had the same owner since then; where a server can't tell,
    /// refuse the message (R) or go on (C)
    #[arg(long, value_name = "DATE[;C|R]", value_parser = value::<Rrvs>)]
    rrvs: Option<Rrvs>,

    /// NO-SOLICITING: what kind of solicitation the message is, like net.example:ADV
    #[arg(long, value_name = "WORDS", value_parser = value::<Solicit>)]
    solicit: Option<Solicit>,

    /// CONPERM: the content may be converted
    #[arg(long)]
    conperm: bool,

    /// CONNEG: ask what each recipient can show
    #[arg(long)]
    conneg: bool,

    /// XVERP: an envelope sender for each recipient, perhaps with these two delimiters
    #[arg(long, value_name = "XY", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "", value_parser = verp)]
    verp: Option<Xverp>,

    /// Any other parameter of MAIL; may be given more than once
    #[arg(long, value_name = "KEYWORD[=VALUE]", value_parser = one)]
    param: Vec<Params>,

    /// Any other parameter of RCPT, for every recipient; may be given more than once
    #[arg(long, value_name = "KEYWORD[=VALUE]", value_parser = one)]
    rcpt_param: Vec<Params>,
}

impl Requests {
    /// Puts them into an envelope.
    ///
    /// # Errors
    ///
    /// One of them is there twice, by its own option and as another parameter.
    pub(super) fn apply(&self, envelope: &mut Envelope) -> Result<(), ParamError> {
        let params = &mut envelope.params;
        set(params, self.ret.as_ref())?;
        set(params, self.envid.as_ref())?;
        set(params, self.by.as_ref())?;
        set(params, self.hold_for.as_ref())?;
        set(params, self.hold_until.as_ref())?;
        set(params, self.mt_priority.as_ref())?;
        set(params, self.mtrk.as_ref())?;
        set(params, self.require_tls.then_some(&RequireTls))?;
        set(params, self.solicit.as_ref())?;
        set(params, self.conperm.then_some(&ConPerm))?;
        set(params, self.verp.as_ref())?;
        add(params, &self.param)?;
        for Recipient { path, params } in &mut envelope.to {
            set(params, self.notify.as_ref())?;
            set(params, self.original(path).as_ref())?;
            set(params, self.rrvs.as_ref())?;
            set(params, self.conneg.then_some(&ConNeg))?;
            add(params, &self.rcpt_param)?;
        }
        Ok(())
    }

    /// A recipient that is not US-ASCII needs SMTPUTF8 in any case. One that is too long can't be
    /// named so.
    fn original(&self, path: &ForwardPath) -> Option<Orcpt> {
        if self.orcpt { Orcpt::of(path, true) } else { None }
    }

    /// Why they can't be asked for, if so.
    pub(super) fn contradiction(&self) -> Option<&'static str> {
        let trackable = self.envid.as_ref().is_none_or(EnvId::is_unique);
        let untraceable = self.mtrk.is_some() && !trackable;
        untraceable.then_some("--mtrk needs an --envid that is unique, like 1@host.example")
    }
}

fn set<P: Parameter>(params: &mut Params, parameter: Option<&P>) -> Result<(), ParamError> {
    parameter.map_or(Ok(()), |parameter| params.set(parameter))
}

fn add(params: &mut Params, others: &[Params]) -> Result<(), ParamError> {
    others.iter().flat_map(Params::iter).try_for_each(|one| params.push(one.keyword, one.value))
}

fn value<P: Parameter>(text: &str) -> Result<P, String> {
    P::parse(Some(text)).ok_or_else(|| format!("expected: {}", P::EXPECTED))
}

fn envid(text: &str) -> Result<EnvId, String> {
    EnvId::new(text).ok_or_else(|| "expected: printable US-ASCII, 100 octets when encoded".into())
}

/// base64 ends here with `=`, which no parameter can have.
fn mtrk(text: &str) -> Result<Mtrk, String> {
    value(text.replacen("=:", ":", 1).trim_end_matches('='))
}

fn verp(text: &str) -> Result<Xverp, String> {
    if text.is_empty() { Ok(Xverp::DEFAULT) } else { value(text) }
}

fn one(text: &str) -> Result<Params, String> {
    let params: Params = text.parse().map_err(|error: ParamError| error.to_string())?;
    if params.iter().count() == 1 { Ok(params) } else { Err("expected: one parameter".into()) }
}
