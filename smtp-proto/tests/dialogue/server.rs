//! Dialogues against the server machine.

use smtp_proto::body::Newlines;
use smtp_proto::server::{Abort, Config, Event, Private, Rate, Refusal, Transfer};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::capability::{
    BurlOffer, DeliverByOffer, Extension, FutureReleaseOffer, MtPriorityOffer, NoSolicitingOffer,
    Offer, XClientOffer, XForwardOffer,
};
use smtp_proto::syntax::command::Mechanism;
use smtp_proto::syntax::reply::{Code, EnhancedCode};
use smtp_proto::syntax::text::Text;
use smtp_proto::{Machine, Server, Tls};

use super::parse::{self, Boundary, Item, Side, Turn};
use super::{Cut, Cutter, Ledger, check_output, duration, play, quote};
use crate::rig::{Next, Rig};

/// Plays the items against a server.
pub(crate) fn replay(header: &[String], items: &[Item], cut: Cut) -> Result<(), String> {
    let (config, implicit_tls) = config(header)?;
    let cutter = Cutter::new(cut);
    let seed = if let Cut::Random(seed) = cut { seed } else { 0 };
    let mut rig = Rig::new(Server::new(config), cutter.writes(), seed);
    if implicit_tls {
        rig.machine.upgraded(Tls::default());
    }
    let mut replay = Replay { rig, cutter, user: User::default(), written: 0 };
    let mut turns = Vec::new();
    for item in items {
        match item {
            Item::Turn(turn) => {
                turns.push(turn);
                if matches!(cut, Cut::Turns) {
                    replay.turns(&std::mem::take(&mut turns))?;
                }
            }
            Item::Boundary(line, boundary) => {
                replay.turns(&std::mem::take(&mut turns))?;
                let happened = replay.boundary(boundary);
                happened.map_err(|error| format!("line {line}: {error}"))?;
            }
        }
    }
    replay.turns(&turns)?;
    replay.finish()
}

struct Replay {
    rig: Rig<Server>,
    cutter: Cutter,
    user: User,
    /// How much of the output was looked at.
    written: usize,
}

/// What the server's user sees.
#[derive(Default)]
struct User {
    /// The last event has come.
    closed: bool,
    /// Octets of message content.
    octets: u64,
}

impl Replay {
    /// Plays turns whose input may all be sent ahead.
    fn turns(&mut self, turns: &[&Turn]) -> Result<(), String> {
        let Some(first) = turns.first() else { return Ok(()) };
        let mut ledger = Ledger::new(turns);
        let input: Vec<u8> = turns.iter().flat_map(|turn| &turn.input).copied().collect();
        let (user, rig) = (&mut self.user, &mut self.rig);
        let on_event = |server: &mut Server, event: Event| user.event(server, &event, &mut ledger);
        play(rig, &mut self.cutter, &input, on_event)
            .and_then(|()| ledger.finish())
            .and_then(|()| check_output(turns, &rig.output[self.written..]))
            .map_err(|error| format!("turn of line {}: {error}", first.line))?;
        self.written = rig.output.len();
        Ok(())
    }

    fn boundary(&mut self, boundary: &Boundary) -> Result<(), String> {
        let server = &mut self.rig.machine;
        match boundary {
            Boundary::Tls => {
                let Next::Upgrade = self.rig.next()? else {
                    return Err("no handshake is wanted".into());
                };
                self.rig.machine.upgraded(Tls::default());
            }
            Boundary::Eof(Side::Client) => server.inbox().close(),
            Boundary::Broken(Side::Server) => server.outbox().close(),
            Boundary::Eof(Side::Server) | Boundary::Broken(Side::Client) => {}
            Boundary::Time(time) => self.rig.pass(*time)?,
            Boundary::Do(what) if what == "shutdown" => server.shutdown(),
            Boundary::Do(what) => answer(server, what)?,
        }
        Ok(())
    }

    /// After the last event comes the end, and not before.
    fn finish(mut self) -> Result<(), String> {
        match (self.user.closed, self.rig.next()?) {
            (true, Next::Done | Next::Turn) | (false, Next::Idle(_) | Next::Upgrade) => Ok(()),
            (_, next) => Err(format!("at the end, {next:?}")),
        }
    }
}

impl User {
    fn event(
        &mut self,
        server: &mut Server,
        event: &Event,
        ledger: &mut Ledger<'_>,
    ) -> Result<(), String> {
        if self.closed {
            return Err(format!("an event after the last: {event:?}"));
        }
        match event {
            Event::Closed(_) | Event::Turned => self.closed = true,
            Event::Mail { .. } => self.octets = 0,
            Event::Body(piece) => self.octets += piece.len() as u64,
            Event::Deliver { octets, .. } if *octets != self.octets => {
                return Err(format!("{event:?} of {} octets", self.octets));
            }
            _ => {}
        }
        let answers = match event {
            Event::Body(piece) => ledger.body(piece)?,
            _ => ledger.event(&describe(event))?,
        };
        for call in answers {
            answer(server, call)?;
        }
        if event.is_question() && answers.is_empty() {
            answer(server, "accept")?;
        }
        Ok(())
    }
}

/// Carries out an answer; one that ends in `! why` must be refused.
fn answer(server: &mut Server, answer: &str) -> Result<(), String> {
    let (call, refused) = match answer.split_once(" ! ") {
        Some((call, why)) => (call, Some(why)),
        None => (answer, None),
    };
    let (verb, argument) = call.split_once(' ').unwrap_or((call, ""));
    let result = match (verb, argument) {
        ("accept", "") => server.accept(),
        ("accept", texts) if texts.starts_with('"') => server.accept_with(&read_texts(texts)?),
        ("accept-lossy", text) => {
            let text = String::from_utf8_lossy(&parse::unquote(text)?).into_owned();
            server.accept_with(&[Text::lossy(&text)])
        }
        ("accept", reply) => {
            let (code, enhanced, texts) = read_reply(reply)?;
            server.accept_as(code, enhanced, &read_texts(texts)?)
        }
        ("reject", reply) => {
            let (code, enhanced, text) = read_reply(reply)?;
            let lines = if text.starts_with('"') {
                read_texts(text)?
            } else {
                vec![Text::new(text).map_err(|error| error.to_string())?.into_owned()]
            };
            let refusal = Refusal::new(code, enhanced, Text::default()).ok_or("not a refusal")?;
            server.reject(refusal.with_lines(lines))
        }
        ("refuse", name) => server.reject(refusal(name)?),
        ("resume", words) => {
            let (offset, recipients) = words.split_once(' ').unwrap_or((words, "1"));
            let number = |text: &str| text.parse::<u64>().map_err(|error| error.to_string());
            let recipients = usize::try_from(number(recipients)?).unwrap_or(usize::MAX);
            server.resume(number(offset)?, recipients)
        }
        ("challenge", octets) => server.challenge(&parse::unquote(octets)?),
        _ => return Err(format!("no such answer: {call}")),
    };
    match (result, refused) {
        (Ok(()), None) => Ok(()),
        (Err(error), Some(why)) if super::matches(why, &error.to_string()) => Ok(()),
        (result, _) => Err(format!("{answer}: {result:?}")),
    }
}

/// One of those that come with the crate.
fn refusal(name: &str) -> Result<Refusal, String> {
    Ok(match name {
        "no-mail" => Refusal::host_accepts_no_mail(),
        "recipient-null-mx" => Refusal::recipient_null_mx(),
        "sender-null-mx" => Refusal::sender_null_mx(),
        _ => return Err(format!("no such refusal: {name}")),
    })
}

fn describe(event: &Event) -> String {
    match event {
        Event::Connected => "connected".into(),
        Event::Hello { verb, name } => format!("hello {verb} {name}"),
        Event::StartTls => "starttls".into(),
        Event::Auth { mechanism, initial: None } => format!("auth {mechanism}"),
        Event::Auth { mechanism, initial: Some(initial) } => {
            format!("auth {mechanism} {}", quote(initial.expose()))
        }
        Event::AuthResponse(response) => format!("response {}", quote(response.expose())),
        Event::Mail { from, params } => format!("mail {from} {params}").trim_end().into(),
        Event::Rcpt { to, params } => format!("rcpt {to} {params}").trim_end().into(),
        Event::Message(Transfer::Data) => "message data".into(),
        Event::Message(Transfer::Chunked) => "message chunked".into(),
        Event::Deliver { recipient: None, .. } => "deliver".into(),
        Event::Deliver { recipient: Some(recipient), .. } => format!("deliver to {recipient}"),
        Event::Verify { query, smtputf8 } => query_text("verify", query, *smtputf8),
        Event::Expand { query, smtputf8 } => query_text("expand", query, *smtputf8),
        Event::Help { topic: None } => "help".into(),
        Event::Help { topic: Some(topic) } => format!("help {topic}"),
        Event::Etrn { node } => format!("etrn {node}"),
        Event::Atrn { domains } => format!("atrn {domains}").trim_end().into(),
        Event::Burl { url, last } => {
            format!("burl {}{}", url.as_str(), if *last { " LAST" } else { "" })
        }
        Event::XClient(attributes) => format!("xclient {attributes}"),
        Event::XForward(attributes) => format!("xforward {attributes}"),
        Event::Private { verb, argument } => format!("private {verb} {argument}").trim_end().into(),
        Event::Turned => "turned".into(),
        Event::Body(piece) => format!("body {}", quote(piece)),
        Event::Secured(_) => "secured".into(),
        Event::Aborted(Abort::Reset) => "aborted reset".into(),
        Event::Aborted(Abort::Hello) => "aborted hello".into(),
        Event::Aborted(Abort::Quit) => "aborted quit".into(),
        Event::Aborted(Abort::Refused) => "aborted refused".into(),
        Event::Aborted(Abort::Closed) => "aborted closed".into(),
        Event::Fault(fault) => format!("fault {fault}"),
        Event::Closed(close) => format!("closed {close}"),
        other => format!("{other:?}"),
    }
}

fn query_text(verb: &str, query: &str, smtputf8: bool) -> String {
    format!("{verb} {query}{}", if smtputf8 { " SMTPUTF8" } else { "" })
}

/// `550 5.1.1 text`
fn read_reply(text: &str) -> Result<(Code, EnhancedCode, &str), String> {
    let (code, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (enhanced, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let code = code.parse().ok().and_then(Code::new).ok_or_else(|| format!("no code: {code}"))?;
    let enhanced = EnhancedCode::parse(enhanced.as_bytes())
        .ok_or_else(|| format!("no enhanced code: {enhanced}"))?;
    Ok((code, enhanced, rest))
}

/// `"one" "two"`
fn read_texts(text: &str) -> Result<Vec<Text>, String> {
    let read = |word: &String| {
        let text = String::from_utf8(parse::unquote(word)?).map_err(|error| error.to_string())?;
        Text::new(text.as_str()).map(Text::into_owned).map_err(|error| error.to_string())
    };
    parse::split_words(text)?.iter().map(read).collect()
}

/// What the words of the header say, and whether there is TLS from the start.
fn config(words: &[String]) -> Result<(Config, bool), String> {
    let mut config = Config::new("mx.example".parse().unwrap());
    let mut implicit_tls = false;
    for word in words {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        if key == "tls" {
            implicit_tls = true;
            continue;
        }
        set(&mut config, key, value).ok_or_else(|| format!("server: {word}?"))?;
    }
    Ok((config, implicit_tls))
}

fn set(config: &mut Config, key: &str, value: &str) -> Option<()> {
    if let Some(key) = key.strip_prefix("timeout.") {
        return set_timeout(config, key, value);
    }
    let list = || value.split(',').filter(|name| !name.is_empty());
    let private = || list().map(Box::from).collect();
    let offers = &mut config.offers;
    let limits = &mut config.limits;
    match key {
        "min-by" => offers.deliver_by = DeliverByOffer::parse(value)?,
        "hold" => {
            offers.future_release = Some(FutureReleaseOffer::parse(&value.replace(',', " "))?);
        }
        "priority" => offers.mt_priority = MtPriorityOffer::parse(value)?,
        "soliciting" => offers.no_soliciting = NoSolicitingOffer::parse(value)?,
        "burl" => offers.burl = BurlOffer::parse(&value.replace(',', " "))?,
        "xclient" => offers.xclient = XClientOffer::parse(&value.replace(',', " "))?,
        "xforward" => offers.xforward = XForwardOffer::parse(&value.replace(',', " "))?,
        "private" => {
            let line = Text::lossy(&value.replace(',', " "));
            config.private.push(Private { line, ..Private::default() });
        }
        "private-mail" => config.private.last_mut()?.mail = private(),
        "private-rcpt" => config.private.last_mut()?.rcpt = private(),
        "private-verbs" => config.private.last_mut()?.verbs = private(),
        "recipient-domains" => limits.recipient_domains = value.parse().ok()?,
        "protocol" => config.protocol = protocol(value)?,
        "hostname" => config.hostname = value.parse().ok()?,
        "greeting" => {
            let text = String::from_utf8(parse::unquote(value).ok()?).ok()?;
            config.greeting = text.parse().ok()?;
        }
        "extensions" => {
            let names = value.split(',').filter(|name| !name.is_empty());
            config.extensions = names.map(Extension::parse).collect::<Option<_>>()?;
        }
        "without" => {
            let without = value.split(',').map(Extension::parse).collect::<Option<Vec<_>>>()?;
            config.extensions.retain(|extension| !without.contains(extension));
        }
        "with" => {
            let with = value.split(',').map(Extension::parse).collect::<Option<Vec<_>>>()?;
            config.extensions.extend(with);
        }
        "starttls" => config.starttls = true,
        "require-tls" => config.require_tls = true,
        "auth" => {
            let names = value.split(',').map(|name| Mechanism::parse(Box::from(name)));
            config.mechanisms = names.collect::<Option<_>>()?;
        }
        "auth-without-tls" => config.auth_without_tls = true,
        "hashed-auth-without-tls" => config.hashed_auth_without_tls = true,
        "require-auth" => config.require_auth = true,
        "newlines" => {
            config.newlines = match value {
                "reject" => Newlines::Reject,
                "keep" => Newlines::Keep,
                "normalize" => Newlines::Normalize,
                _ => return None,
            }
        }
        "greeting-delay" => config.policy.greeting_delay = duration(value)?,
        "refuse-early-talkers" => config.policy.refuse_early_talkers = true,
        "unauthorized-pipelining" => {
            config.policy.unauthorized_pipelining = Some(value.parse().ok()?);
        }
        "error-rate" => {
            let (errors, per) = value.split_once('/')?;
            let rate = Rate { errors: errors.parse().ok()?, per: duration(per)? };
            config.policy.error_rate = Some(rate);
        }
        "max-size" => limits.message = value.parse().ok()?,
        "command-line" => limits.command_line = value.parse().ok()?,
        "auth-line" => limits.auth_line = value.parse().ok()?,
        "reply-text" => limits.reply_text = value.parse().ok()?,
        "body-line" => limits.body_line = value.parse().ok()?,
        "discard" => limits.discard = value.parse().ok()?,
        "recipients" => limits.recipients = value.parse().ok()?,
        "transactions" => limits.transactions = value.parse().ok()?,
        "errors" => limits.errors = value.parse().ok()?,
        "useless" => limits.useless = value.parse().ok()?,
        "rejections" => limits.rejections = value.parse().ok()?,
        "auth-attempts" => limits.auth_attempts = value.parse().ok()?,
        _ => return None,
    }
    Some(())
}

fn set_timeout(config: &mut Config, key: &str, value: &str) -> Option<()> {
    let timeouts = &mut config.timeouts;
    let timeout = match key {
        "command" => &mut timeouts.command,
        "command-line" => &mut timeouts.command_line,
        "auth-response" => &mut timeouts.auth_response,
        "data-block" => &mut timeouts.data_block,
        "body" => &mut timeouts.body,
        "handshake" => &mut timeouts.handshake,
        "write" => &mut timeouts.write,
        "close" => &mut timeouts.close,
        _ => return None,
    };
    *timeout = duration(value)?;
    Some(())
}

pub(super) fn protocol(name: &str) -> Option<Protocol> {
    match name {
        "smtp" => Some(Protocol::Smtp),
        "submission" => Some(Protocol::Submission),
        "lmtp" => Some(Protocol::Lmtp),
        _ => None,
    }
}
