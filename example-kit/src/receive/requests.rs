//! What the parameters of MAIL and RCPT ask for, understood: the values of [`Requests`].
//!
//! [`Requests`]: super::record::Requests

use std::time::SystemTime;

use serde_json::{Map, Value, json};
use smtp_proto::syntax::datetime::DateTime;
use smtp_proto::syntax::params::{
    AuthParam, By, ByMode, ConNeg, ConPerm, EnvId, HoldFor, HoldUntil, MtPriority, Mtrk, NoSupport,
    Notify, Orcpt, Parameter, Params, RequireTls, Ret, Rrvs, Solicit, Xverp,
};

use super::record::unix_seconds;

/// Those of MAIL, which was said at this time: times that count from there are told as such.
pub(super) fn of_mail(params: &Params, said: SystemTime) -> Map<String, Value> {
    let after = |seconds: i64| {
        let time = DateTime::from_unix_seconds(unix_seconds(said).saturating_add(seconds));
        time.map(|time| time.to_string())
    };
    let hold_for = value::<HoldFor>(params);
    let hold_until = match value::<HoldUntil>(params) {
        Some(until) => Some(until.to_string()),
        None => hold_for.and_then(|hold| after(hold.seconds().into())),
    };
    fields([
        ("auth", value::<AuthParam>(params).map(submitter)),
        ("ret", value::<Ret>(params).map(|ret| json!(ret.as_str()))),
        ("envid", value::<EnvId>(params).map(|id| json!(id.text()))),
        ("by", value::<By>(params).map(|by| deadline(by, after(by.seconds().into()).as_deref()))),
        ("hold_for", hold_for.map(|hold| json!(hold.seconds()))),
        ("hold_until", hold_until.map(Value::from)),
        ("mt_priority", value::<MtPriority>(params).map(|priority| json!(priority.get()))),
        ("mtrk", value::<Mtrk>(params).map(track)),
        ("require_tls", value::<RequireTls>(params).map(|_| json!(true))),
        ("solicit", value::<Solicit>(params).map(|words| words.words().collect())),
        ("conperm", value::<ConPerm>(params).map(|_| json!(true))),
        ("verp", value::<Xverp>(params).map(verp)),
    ])
}

/// Those of RCPT.
pub(super) fn of_rcpt(params: &Params) -> Map<String, Value> {
    fields([
        ("notify", value::<Notify>(params).map(|notify| notify.to_string().split(',').collect())),
        ("orcpt", value::<Orcpt>(params).map(|orcpt| original(&orcpt))),
        ("rrvs", value::<Rrvs>(params).map(|rrvs| same_owner(&rrvs))),
        ("conneg", value::<ConNeg>(params).map(|_| json!(true))),
    ])
}

/// What is not asked for has no field.
fn fields<const N: usize>(fields: [(&str, Option<Value>); N]) -> Map<String, Value> {
    fields.into_iter().filter_map(|(name, value)| Some((name.into(), value?))).collect()
}

/// The server has looked at the values.
fn value<P: Parameter>(params: &Params) -> Option<P> {
    params.value().ok().flatten()
}

/// Empty if nobody knows, or may tell.
fn submitter(auth: AuthParam) -> Value {
    match auth {
        AuthParam::Null => json!(""),
        AuthParam::Mailbox(mailbox) => json!(mailbox.to_string()),
    }
}

fn deadline(by: By, time: Option<&str>) -> Value {
    let mode = if by.mode() == ByMode::Return { "return" } else { "notify" };
    json!({"seconds": by.seconds(), "time": time, "mode": mode, "trace": by.trace()})
}

fn track(track: Mtrk) -> Value {
    let whole = track.to_string();
    let certifier = whole.split(':').next();
    json!({"certifier": certifier, "timeout": track.timeout()})
}

fn verp(verp: Xverp) -> Value {
    let delimiters = verp.delimiters().map(|(local, domain)| String::from_iter([local, domain]));
    json!({"delimiters": delimiters})
}

fn original(orcpt: &Orcpt) -> Value {
    json!({"type": orcpt.addr_type(), "address": orcpt.address()})
}

fn same_owner(rrvs: &Rrvs) -> Value {
    let action = if rrvs.action() == NoSupport::Continue { "continue" } else { "reject" };
    json!({"since": rrvs.since().as_str(), "no_support": action})
}
