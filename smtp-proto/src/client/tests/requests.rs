//! What may be asked for, and when.

use alloc::format;
use alloc::string::ToString;
use bytes::Buf;

use super::rig::{Rig, opening, play};
use super::{config, envelope};
use crate::client::{Chunking, Client, Config, Envelope, Recipient, RequestError, SendError};
use crate::error::Misuse;
use crate::machine::{Machine, Step, Time};
use crate::syntax::address::ForwardPath;
use crate::syntax::capability::Extension;
use crate::syntax::command::{AttributeName, AttributeValue, Attributes};
use crate::syntax::params::{AuthParam, BodyType, Params};

#[test]
fn the_small_ones() {
    play(
        &config(),
        &format!(
            "{}A: verify Smith
             C: VRFY Smith
             W:
             S: 252 perhaps
             E: answer 252
             E: ready
             A: expand staff
             C: EXPN staff
             S: 250-a
             S: 250 b
             E: answer 250
             E: ready
             A: help
             C: HELP
             S: 214 rtfm
             E: answer 214
             E: ready
             A: help MAIL
             C: HELP MAIL
             S: 504 no
             E: answer 504
             E: ready
             A: etrn @example.org
             C: ETRN @example.org
             S: 253 ok
             E: answer 253
             E: ready
             A: noop
             C: NOOP
             S: 250 ok
             E: answer 250
             E: ready
             A: reset
             C: RSET
             S: 500 even that
             E: answer 500
             E: ready
             A: verify Grüße
             C: VRFY Gr\\xc3\\xbc\\xc3\\x9fe SMTPUTF8",
            opening("ETRN,SMTPUTF8")
        ),
    );
}

#[test]
fn replies_of_a_class_that_makes_no_sense() {
    for (request, command, name) in
        [("noop", "NOOP", "NOOP"), ("reset", "RSET", "RSET"), ("verify x", "VRFY x", "VRFY")]
    {
        play(
            &config(),
            &format!(
                "{}A: {request}\nC: {command}\nS: 354 hm\nE: fault reply 354 to {name}\nE: closed fault\nD:",
                opening("")
            ),
        );
    }
    let send = format!("{}A: send 1\nC: MAIL FROM:<s0@x>\n", opening(""));
    let not_sent = "E: not sent 0 closed fault\nE: closed fault\nD:";
    play(&config(), &format!("{send}S: 354 hm\nE: fault reply 354 to MAIL\n{not_sent}"));
    let rcpt = format!("{send}S: 250 ok\nE: sender 0 250\nC: RCPT TO:<r0-0@x>\n");
    play(&config(), &format!("{rcpt}S: 334 hm\nE: fault reply 334 to RCPT\n{not_sent}"));
    let data = format!("{rcpt}S: 250 ok\nE: recipient 0.0 250\nC: DATA\n");
    play(&config(), &format!("{data}S: 250 ok\nE: fault reply 250 to DATA\n{not_sent}"));
}

fn opened(config: Config, capabilities: &str) -> Client {
    let mut rig = Rig::new(config, usize::MAX);
    rig.play(&opening(capabilities));
    rig.client
}

#[test]
fn arguments_never_become_commands() {
    let mut client = opened(config(), "ETRN");
    for bad in ["a\r\nQUIT", "a\nb", "a\rb", "a\0", "a\u{7f}", "", " "] {
        let private =
            if bad.is_empty() { client.private(bad, "") } else { client.private("X", bad) };
        for result in [client.verify(bad), client.expand(bad), client.help(Some(bad)), private] {
            assert!(matches!(result, Err(RequestError::Argument(_))), "{bad:?}");
        }
    }
    assert_eq!(client.help(Some("ü")), Err(RequestError::Argument("is not ASCII")));
    assert_eq!(client.verify("ü"), Err(RequestError::Missing(Extension::SmtpUtf8)));
    assert!(client.outbox.is_empty());
    for verb in ["X Y", "X-Y", "X\r\nQUIT", "DATA", "quit", "x\0"] {
        assert!(matches!(client.private(verb, ""), Err(RequestError::Argument(_))), "{verb:?}");
    }
    assert!(client.outbox.is_empty());
    let error = opened(config(), "").etrn(&"x".parse().unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "the server does not offer ETRN");
}

#[test]
fn not_before_it_asks_and_not_after_the_end() {
    let mut client = Client::new(config());
    let not_ready = Misuse::NotReady("it has not asked for a request");
    assert_eq!(client.send(envelope(0, 1)), Err(not_ready.into()));
    assert_eq!(client.noop(), Err(not_ready));
    assert_eq!(client.reset(), Err(not_ready));
    assert_eq!(client.quit(), Err(not_ready));
    assert_eq!(client.idle(), Err(not_ready));
    assert_eq!(client.verify("x"), Err(not_ready.into()));
    assert_eq!(client.start_tls(), Err(not_ready.into()));
    assert_eq!(client.authenticate("X", None), Err(not_ready.into()));
    let mut client = opened(config(), "");
    client.quit().unwrap();
    assert_eq!(client.noop(), Err(not_ready));
    client.inbox().close();
    while client.poll(Time::ZERO) != Step::Done {}
    assert_eq!(client.noop(), Err(Misuse::NotReady("the conversation is over")));
}

#[test]
fn after_idle_requests_may_be_made_at_any_time() {
    play(
        &config(),
        &format!(
            "{}A: idle
             W:
             T: 100000
             W:
             A: noop
             C: NOOP
             S: 250 ok
             E: answer 250
             E: ready
             A: idle
             A: idle
             A: quit
             C: QUIT",
            opening("")
        ),
    );
    // With something in flight `Ready` comes again, but there is no need to wait for it.
    play(
        &config(),
        &format!(
            "{}A: send 1
             E: body 0
             A: finish
             E: ready
             A: idle
             C: MAIL FROM:<s0@x>
             C: RCPT TO:<r0-0@x>
             C: BDAT 0 LAST
             S: 250 ok
             S: 250 ok
             E: sender 0 250
             E: recipient 0.0 250
             W:
             S: 250 ok
             E: outcome 0 250
             E: ready
             A: idle
             W:",
            opening("PIPELINING,CHUNKING")
        ),
    );
}

/// A caller that was told to be idle may ask between an outcome and the next `Ready`.
#[test]
fn a_request_between_outcome_and_ready() {
    let mut client = opened(config(), "PIPELINING,CHUNKING");
    client.send(envelope(0, 1)).unwrap();
    let _body = client.poll(Time::ZERO);
    client.finish().unwrap();
    let _ready = client.poll(Time::ZERO);
    client.idle().unwrap();
    let replies = b"250 ok\r\n250 ok\r\n250 ok\r\n";
    client.inbox().space()[..replies.len()].copy_from_slice(replies);
    client.inbox().commit(replies.len());
    let all = client.outbox().len();
    client.outbox().advance(all);
    let mut outcome = false;
    while !outcome {
        let step = client.poll(Time::ZERO);
        outcome = matches!(step, Step::Event(crate::client::Event::Outcome { .. }));
    }
    let busy = Misuse::NotReady("replies are still to come");
    assert_eq!(client.start_tls(), Err(busy.into()), "the last message is not off the table");
    client.send(envelope(1, 1)).unwrap();
}

/// Postfix, `XCLIENT_README`: 512 octets are the most; more is said by several commands.
#[test]
fn who_the_client_is_fits_into_a_command() {
    // "XCLIENT NAME=" and " HELO=" and CRLF leave 491 octets.
    for (octets, fits) in [(245, true), (246, false)] {
        let mut attributes = Attributes::none();
        for (name, octets) in [(AttributeName::Name, 246), (AttributeName::Helo, octets)] {
            let text = "a".repeat(octets);
            attributes.push(name, &AttributeValue::Text(text.into())).unwrap();
        }
        let mut client = opened(config(), "XCLIENT NAME HELO");
        let said = client.xclient(&attributes);
        assert_eq!(said.is_ok(), fits, "{said:?}");
        assert_eq!(client.outbox.len(), if fits { 512 } else { 0 });
    }
}

#[test]
fn what_a_message_needs() {
    let missing = |extension| Err(SendError::Missing(extension));
    let utf8 = Envelope::new("ü@x".parse().unwrap(), ["a@x".parse::<ForwardPath>().unwrap()]);
    let eight = Envelope { body: BodyType::EightBitMime, ..envelope(0, 1) };
    let binary = Envelope { body: BodyType::BinaryMime, ..envelope(0, 1) };
    let large = Envelope { size: Some(1001), ..envelope(0, 1) };
    let mut client = opened(config(), "BINARYMIME,SIZE 1000");
    assert_eq!(client.send(envelope(0, 0)), Err(SendError::NoRecipients));
    assert_eq!(client.send(utf8), missing(Extension::SmtpUtf8));
    assert_eq!(client.send(eight), missing(Extension::EightBitMime));
    assert_eq!(client.send(binary.clone()), missing(Extension::Chunking));
    assert_eq!(client.send(large), Err(SendError::TooLarge { size: 1001, limit: 1000 }));
    assert!(client.outbox.is_empty());
    assert_eq!(client.send(envelope(0, 1)).unwrap().0, 0, "nothing has changed");
    let mut client = opened(config(), "CHUNKING");
    assert_eq!(client.send(binary.clone()), missing(Extension::BinaryMime));
    let mut client =
        opened(Config { chunking: Chunking::Never, ..config() }, "CHUNKING,BINARYMIME");
    assert_eq!(client.send(binary), missing(Extension::Chunking));
}

#[test]
fn a_parameter_that_is_not_ascii_needs_smtputf8() {
    let mut params = Params::none();
    params.push("X", Some("ü")).unwrap();
    let one = Envelope { params: params.clone(), ..envelope(0, 1) };
    let mut two = envelope(0, 1);
    two.to.push(Recipient { path: "b@x".parse().unwrap(), params });
    let three =
        Envelope { auth: Some(AuthParam::Mailbox("ü@x".parse().unwrap())), ..envelope(0, 1) };
    for envelope in [one, two, three] {
        assert!(envelope.needs_smtputf8());
    }
}

#[test]
fn the_parameters_of_mail() {
    let auth = Some(AuthParam::Mailbox("a+b@x".parse().unwrap()));
    let full = Envelope {
        size: Some(10),
        body: BodyType::EightBitMime,
        smtputf8: true,
        auth,
        params: "RET=HDRS envid=1".parse().unwrap(),
        ..envelope(0, 1)
    };
    let all = "SIZE,8BITMIME,SMTPUTF8,AUTH X,DSN";
    for (capabilities, envelope, line) in [
        ("", Envelope { size: Some(10), auth: Some(AuthParam::Null), ..envelope(0, 1) }, ""),
        ("SIZE 0", Envelope { size: Some(10), ..envelope(0, 1) }, " SIZE=10"),
        ("SIZE", envelope(0, 1), ""),
        ("AUTH X", Envelope { auth: Some(AuthParam::Null), ..envelope(0, 1) }, " AUTH=<>"),
        (all, full, " SIZE=10 BODY=8BITMIME SMTPUTF8 AUTH=a+2Bb@x RET=HDRS envid=1"),
        (
            "SIZE",
            Envelope { size: Some(10), params: "size=12".parse().unwrap(), ..envelope(0, 1) },
            " size=12",
        ),
    ] {
        let mut rig = Rig::new(config(), 1);
        rig.play(&opening(capabilities));
        rig.client.send(envelope).unwrap();
        rig.play(&format!("C: MAIL FROM:<s0@x>{line}"));
    }
    let mut rig = Rig::new(config(), 1);
    rig.play(&opening("DSN"));
    let mut null = envelope(0, 0);
    null.from = "".parse().unwrap();
    let postmaster = Recipient::from(ForwardPath::Postmaster);
    null.to.push(Recipient { params: "NOTIFY=NEVER".parse().unwrap(), ..postmaster });
    rig.client.send(null).unwrap();
    rig.play("C: MAIL FROM:<>\nS: 250 ok\nE: sender 0 250\nC: RCPT TO:<Postmaster> NOTIFY=NEVER");
}
