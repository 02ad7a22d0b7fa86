//! Dialogues against the client machine.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use smtp_proto::body::OutgoingNewlines;
use smtp_proto::client::{
    Chunking, Config, Envelope, Event, NotSent, Recipient, SendError, TransactionId,
};
use smtp_proto::syntax::address::ForwardPath;
use smtp_proto::syntax::command::Attributes;
use smtp_proto::syntax::params::{AuthParam, BodyType, Parameter, Params};
use smtp_proto::syntax::verb::Verb;
use smtp_proto::timeouts::ClientTimeouts;
use smtp_proto::{Client, Machine, Step, Tls};

use super::parse::{self, Boundary, Item, Side, Turn};
use super::{Cut, Cutter, Ledger, check_output, duration, play, quote};
use crate::rig::{Next, Rig};

/// Plays the items against a client. Nobody can send replies ahead of the commands, so each turn
/// waits for the one before.
pub(crate) fn replay(header: &[String], items: &[Item], cut: Cut) -> Result<(), String> {
    let (config, implicit_tls) = config(header)?;
    let cutter = Cutter::new(cut);
    let seed = if let Cut::Random(seed) = cut { seed } else { 0 };
    let mut rig = Rig::new(Client::new(config), cutter.writes(), seed);
    if implicit_tls {
        rig.machine.upgraded(Tls::default());
    }
    let mut replay = Replay { rig, cutter, user: User::default(), written: 0 };
    for item in items {
        match item {
            Item::Turn(turn) => replay.turn(turn)?,
            Item::Boundary(line, boundary) => {
                let happened = replay.boundary(boundary);
                happened.map_err(|error| format!("line {line}: {error}"))?;
            }
        }
    }
    replay.finish()
}

struct Replay {
    rig: Rig<Client>,
    cutter: Cutter,
    user: User,
    /// How much of the output was looked at.
    written: usize,
}

/// The client's user.
#[derive(Default)]
pub(crate) struct User {
    /// The last event has come.
    closed: bool,
    /// What is still to be sent of each message.
    content: HashMap<TransactionId, VecDeque<Bytes>>,
    /// How many recipients the last of them has.
    recipients: usize,
}

impl Replay {
    fn turn(&mut self, turn: &Turn) -> Result<(), String> {
        let mut ledger = Ledger::new(&[turn]);
        let (user, rig) = (&mut self.user, &mut self.rig);
        let on_event = |client: &mut Client, event| user.event(client, &event, &mut ledger);
        play(rig, &mut self.cutter, &turn.input, on_event)
            .and_then(|()| ledger.finish())
            .and_then(|()| check_output(&[turn], &rig.output[self.written..]))
            .map_err(|error| format!("turn of line {}: {error}", turn.line))?;
        self.written = rig.output.len();
        Ok(())
    }

    fn boundary(&mut self, boundary: &Boundary) -> Result<(), String> {
        let client = &mut self.rig.machine;
        match boundary {
            Boundary::Tls => {
                let Next::Upgrade = self.rig.next()? else {
                    return Err("no handshake is wanted".into());
                };
                self.rig.machine.upgraded(Tls::default());
            }
            Boundary::Eof(Side::Server) => client.inbox().close(),
            Boundary::Broken(Side::Client) => client.outbox().close(),
            Boundary::Eof(Side::Client) | Boundary::Broken(Side::Server) => {}
            Boundary::Time(time) => self.rig.pass(*time)?,
            Boundary::Do(what) => {
                // Until the user does something, nothing happens.
                if let Step::Event(event) = self.rig.poll()? {
                    return Err(format!("{event:?} before {what}"));
                }
                self.user.answer(&mut self.rig.machine, what, &[])?;
            }
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
        client: &mut Client,
        event: &Event,
        ledger: &mut Ledger<'_>,
    ) -> Result<(), String> {
        if self.closed {
            return Err(format!("an event after the last: {event:?}"));
        }
        self.closed = matches!(event, Event::Closed(_) | Event::Turned);
        let what = describe(event);
        if let Event::Body { transaction, .. } = event
            && !ledger.is_next(&what)
        {
            return self.body(client, *transaction);
        }
        let (answers, content) = ledger.event_with_content(&what)?;
        if event.is_question() && answers.is_empty() {
            return Err(format!("{what}, and no answer"));
        }
        for answer in answers {
            self.answer(client, answer, content)?;
        }
        Ok(())
    }

    /// The last message that was begun.
    #[allow(dead_code, reason = "not every test asks")]
    pub(crate) fn last_transaction(&self) -> Option<TransactionId> {
        self.content.keys().max().copied()
    }

    /// Hands over the next piece of the message that was given with `send`.
    pub(crate) fn body(
        &mut self,
        client: &mut Client,
        transaction: TransactionId,
    ) -> Result<(), String> {
        let pieces = self.content.entry(transaction).or_default();
        let done = match pieces.pop_front() {
            Some(piece) => client.body(piece),
            None => client.finish(),
        };
        done.map_err(|error| format!("content: {error}"))
    }

    /// Carries out an answer; one that ends in `! why` must be refused.
    pub(crate) fn answer(
        &mut self,
        client: &mut Client,
        answer: &str,
        content: &[u8],
    ) -> Result<(), String> {
        let (call, refused) = match answer.split_once(" ! ") {
            Some((call, why)) => (call, Some(why)),
            None => (answer, None),
        };
        let (verb, argument) = call.split_once(' ').unwrap_or((call, ""));
        let argument = (!argument.is_empty()).then_some(argument);
        let result = match (verb, argument) {
            ("send", Some(words)) => self.send(client, words, content, Client::send),
            ("begin", Some(words)) => self.send(client, words, content, Client::begin),
            ("add", Some(path)) => self.add(client, &text(path)?),
            ("content", None) => client.begin_content().map_err(to_text),
            ("starttls", None) => client.start_tls().map_err(to_text),
            ("authenticate", Some(words)) => {
                let (mechanism, initial) = words.split_once(' ').unwrap_or((words, ""));
                let initial = match initial {
                    "" => None,
                    initial => Some(parse::unquote(initial)?),
                };
                let result = client.authenticate(mechanism, initial.as_deref());
                result.map_err(to_text)
            }
            ("verify", Some(user)) => client.verify(&text(user)?).map_err(to_text),
            ("expand", Some(list)) => client.expand(&text(list)?).map_err(to_text),
            ("help", topic) => client.help(topic).map_err(to_text),
            ("etrn", Some(node)) => client.etrn(&node.parse().map_err(to_text)?).map_err(to_text),
            ("atrn", domains) => {
                let domains = domains.unwrap_or_default().parse().map_err(to_text)?;
                client.atrn(&domains).map_err(to_text)
            }
            ("xclient", Some(words)) => {
                let attributes = Attributes::parse(Verb::XClient, words).map_err(to_text)?;
                client.xclient(&attributes.into_owned()).map_err(to_text)
            }
            ("xforward", Some(words)) => {
                let attributes = Attributes::parse(Verb::XForward, words).map_err(to_text)?;
                client.xforward(&attributes.into_owned()).map_err(to_text)
            }
            ("private", Some(words)) => {
                let (verb, argument) = words.split_once(' ').unwrap_or((words, ""));
                client.private(verb, &text(argument)?).map_err(to_text)
            }
            ("burl", Some(url)) => client.burl(url.parse().map_err(to_text)?).map_err(to_text),
            ("hello", None) => client.hello().map_err(to_text),
            ("noop", None) => client.noop().map_err(to_text),
            ("reset", None) => client.reset().map_err(to_text),
            ("quit", None) => client.quit().map_err(to_text),
            ("idle", None) => client.idle().map_err(to_text),
            ("respond", Some(octets)) => {
                let response = parse::unquote(octets)?;
                client.respond(&response).map_err(to_text)
            }
            ("cancel", None) => client.cancel().map_err(to_text),
            ("body", Some(octets)) => {
                let piece = Bytes::from(parse::quoted(octets)?);
                client.body(piece).map_err(to_text)
            }
            ("finish", None) => client.finish().map_err(to_text),
            ("pause", None) => client.pause().map_err(to_text),
            ("abandon", None) => client.abandon().map_err(to_text),
            _ => return Err(format!("no such answer: {call}")),
        };
        match (result, refused) {
            (Ok(()), None) => Ok(()),
            (Err(error), Some(why)) if super::matches(why, &error) => Ok(()),
            (result, _) => Err(format!("{answer}: {result:?}")),
        }
    }

    /// Begins a message, whose envelope is complete or stays open.
    fn send(
        &mut self,
        client: &mut Client,
        words: &str,
        content: &[u8],
        begin: fn(&mut Client, Envelope) -> Result<TransactionId, SendError>,
    ) -> Result<(), String> {
        let (envelope, piece) = envelope(words)?;
        let recipients = envelope.to.len();
        let transaction = begin(client, envelope).map_err(to_text)?;
        let pieces = content.chunks(piece).map(Bytes::copy_from_slice).collect();
        self.content.insert(transaction, pieces);
        self.recipients = recipients;
        Ok(())
    }

    /// Adds a recipient, perhaps with parameters, which must get the next number.
    fn add(&mut self, client: &mut Client, words: &str) -> Result<(), String> {
        let (path, params) = words.split_once(' ').unwrap_or((words, ""));
        let path: ForwardPath = path.parse().map_err(to_text)?;
        let params = params.parse().map_err(to_text)?;
        let index = client.add_recipient(Recipient { path, params }).map_err(to_text)?;
        if index != self.recipients {
            return Err(format!("recipient {index}, and not {}", self.recipients));
        }
        self.recipients += 1;
        Ok(())
    }
}

fn text(escaped: &str) -> Result<String, String> {
    String::from_utf8(parse::unescape(escaped)?).map_err(to_text)
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn to_text(error: impl ToString) -> String {
    error.to_string()
}

/// The envelope, and how much content is handed over at a time.
fn envelope(words: &str) -> Result<(Envelope, usize), String> {
    let mut envelope = Envelope::new("<>".parse().unwrap(), []);
    let mut piece = usize::MAX;
    for word in parse::split_words(words)? {
        let (key, value) = word.split_once('=').unwrap_or((&word, ""));
        let wrong = || format!("send: {word}?");
        match key {
            "from" => envelope.from = text(value)?.parse().map_err(to_text)?,
            "to" => {
                for path in text(value)?.split(',').filter(|path| !path.is_empty()) {
                    envelope.to.push(path.parse::<ForwardPath>().map_err(to_text)?.into());
                }
            }
            "body" => envelope.body = BodyType::parse(Some(value)).ok_or_else(wrong)?,
            "size" => envelope.size = Some(value.parse().map_err(|_| wrong())?),
            "smtputf8" => envelope.smtputf8 = true,
            "burl" => envelope.burl = true,
            "auth" => envelope.auth = Some(AuthParam::parse(Some(value)).ok_or_else(wrong)?),
            "param" => push(&mut envelope.params, value).ok_or_else(wrong)?,
            "rcpt-param" => {
                let last = envelope.to.last_mut().ok_or_else(wrong)?;
                push(&mut last.params, value).ok_or_else(wrong)?;
            }
            "piece" => piece = value.parse().map_err(|_| wrong())?,
            _ => return Err(wrong()),
        }
    }
    Ok((envelope, piece))
}

fn push(params: &mut Params, param: &str) -> Option<()> {
    let (keyword, value) = match param.split_once('=') {
        Some((keyword, value)) => (keyword, Some(value)),
        None => (param, None),
    };
    params.push(keyword, value).ok()
}

pub(crate) fn describe(event: &Event) -> String {
    match event {
        Event::Ready => "ready".into(),
        Event::Body { transaction, .. } => format!("body {}", transaction.0),
        Event::Challenge(challenge) => format!("challenge {}", quote(challenge.expose())),
        Event::Greeted(reply) => format!("greeted {reply}"),
        Event::Refused(reply) => format!("refused {reply}"),
        Event::Hello { reply, .. } => format!("hello {reply}"),
        Event::Secured(_) => "secured".into(),
        Event::Authenticated(reply) => format!("authenticated {reply}"),
        Event::Sender { transaction, reply } => format!("sender {} {reply}", transaction.0),
        Event::Recipient { transaction, index, reply } => {
            format!("recipient {}.{index} {reply}", transaction.0)
        }
        Event::Outcome { transaction, recipient: None, reply } => {
            format!("outcome {} {reply}", transaction.0)
        }
        Event::Outcome { transaction, recipient: Some(index), reply } => {
            format!("outcome {}.{index} {reply}", transaction.0)
        }
        Event::NotSent { transaction, reason } => {
            let reason = match reason {
                NotSent::Sender(reply) => format!("sender {reply}"),
                NotSent::NoRecipients => "no-recipients".into(),
                NotSent::Content(reply) => format!("content {reply}"),
                NotSent::Abandoned => "abandoned".into(),
                NotSent::Closed(close) => format!("closed {close}"),
                NotSent::Unknown(close) => format!("unknown {close}"),
                other => format!("{other:?}"),
            };
            format!("notsent {} {reason}", transaction.0)
        }
        Event::Resumed { transaction, offset } => format!("resumed {} {offset}", transaction.0),
        Event::Turned => "turned".into(),
        Event::Answer(reply) => format!("answer {reply}"),
        Event::Fault(fault) => format!("fault {fault}"),
        Event::Closed(close) => format!("closed {close}"),
        other => format!("{other:?}"),
    }
}

/// What the words of the header say, and whether there is TLS from the start.
pub(crate) fn config(words: &[String]) -> Result<(Config, bool), String> {
    let mut config = Config::new("client.example".parse().unwrap());
    let mut implicit_tls = false;
    for word in words {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        if key == "tls" {
            implicit_tls = true;
            continue;
        }
        set(&mut config, key, value).ok_or_else(|| format!("client: {word}?"))?;
    }
    Ok((config, implicit_tls))
}

fn set(config: &mut Config, key: &str, value: &str) -> Option<()> {
    if let Some(key) = key.strip_prefix("timeout.") {
        return set_timeout(&mut config.timeouts, key, value);
    }
    match key {
        "protocol" => config.protocol = super::server::protocol(value)?,
        "hello" => config.hello = value.parse().ok()?,
        "no-pipelining" => config.pipelining = false,
        "no-chunking" => config.chunking = Chunking::Never,
        "chunking-needed" => config.chunking = Chunking::Needed,
        "no-helo" => config.helo_fallback = false,
        "auth-without-tls" => config.auth_without_tls = true,
        "newlines" if value == "refuse" => config.newlines = OutgoingNewlines::Refuse,
        "window" => config.limits.window = value.parse().ok()?,
        "piece" => config.limits.piece = value.parse().ok()?,
        "reply-line" => config.limits.reply_line = value.parse().ok()?,
        "reply-lines" => config.limits.reply_lines = value.parse().ok()?,
        "reply" => config.limits.reply = value.parse().ok()?,
        _ => return None,
    }
    Some(())
}

fn set_timeout(timeouts: &mut ClientTimeouts, key: &str, value: &str) -> Option<()> {
    let timeout = match key {
        "greeting" => &mut timeouts.greeting,
        "hello" => &mut timeouts.hello,
        "mail" => &mut timeouts.mail,
        "rcpt" => &mut timeouts.rcpt,
        "data" => &mut timeouts.data,
        "data-block" => &mut timeouts.data_block,
        "chunk" => &mut timeouts.chunk,
        "content" => &mut timeouts.content,
        "auth" => &mut timeouts.auth,
        "starttls" => &mut timeouts.starttls,
        "handshake" => &mut timeouts.handshake,
        "other" => &mut timeouts.other,
        "quit" => &mut timeouts.quit,
        _ => return None,
    };
    *timeout = duration(value)?;
    Some(())
}
