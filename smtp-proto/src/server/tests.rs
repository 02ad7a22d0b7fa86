//! A few whole conversations; the dialogue files test the rest.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::mem::size_of;
use core::time::Duration;

use bytes::Buf;

use super::{Abort, Config, Event, Refusal, Server};
use crate::error::{Close, Misuse};
use crate::machine::{Machine, Step, Time, Tls, Wait};
use crate::session::Phase;
use crate::syntax::capability::Extension;
use crate::syntax::command::Mechanism;
use crate::syntax::reply::{ReplyLimits, ReplyParser};
use crate::syntax::text::Text;

fn server() -> Server {
    Server::new(Config::new("mx.example".parse().unwrap()))
}

/// Says so much and closes, if asked; accepts everything. Returns the output and the news.
fn converse(server: &mut Server, input: &[u8], end: bool) -> (String, Vec<Event>) {
    let mut rest = input;
    let (mut output, mut news) = (Vec::new(), Vec::new());
    loop {
        match server.poll(Time::ZERO) {
            Step::Event(event) if event.is_question() => server.accept().unwrap(),
            Step::Event(event) => news.push(event),
            Step::Wait(wait) => {
                if wait.write {
                    let outbox = server.outbox();
                    while outbox.has_remaining() {
                        output.extend_from_slice(outbox.chunk());
                        outbox.advance(outbox.chunk().len());
                    }
                } else if rest.is_empty() && (!end || server.inbox().is_closed()) {
                    break;
                }
                if wait.read && !rest.is_empty() {
                    let space = server.inbox().space();
                    let n = space.len().min(rest.len());
                    space[..n].copy_from_slice(&rest[..n]);
                    server.inbox().commit(n);
                    rest = &rest[n..];
                } else if wait.read && end {
                    server.inbox().close();
                }
            }
            Step::Upgrade { .. } | Step::Turn | Step::Done => break,
            Step::Unanswered => panic!("a question is open"),
        }
    }
    (String::from_utf8(output).unwrap(), news)
}

fn codes(output: &str) -> Vec<&str> {
    output.lines().filter(|line| &line[3..4] == " ").map(|line| &line[..3]).collect()
}

#[test]
fn a_message() {
    let input = b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n..x\r\n.\r\nQUIT\r\n";
    let mut server = server();
    let (output, news) = converse(&mut server, input, false);
    assert_eq!(codes(&output), ["220", "250", "250", "250", "354", "250", "221"]);
    assert_eq!(news, [Event::Body("\u{2e}x\r\n".into()), Event::Closed(Close::Quit)]);
    assert_eq!(server.poll(Time::ZERO), Step::Done);
    assert_eq!(server.poll(Time::ZERO), Step::Done);
}

/// RFC 6409 section 4.3
#[test]
fn submission_needs_authentication_by_default() {
    let mechanisms = [Mechanism::parse("PLAIN".into()).unwrap()].into();
    let config = Config { mechanisms, ..Config::submission("mx.example".parse().unwrap()) };
    let mut server = Server::new(config);
    server.upgraded(Tls::default());
    let input = b"EHLO a\r\nMAIL FROM:<a@b>\r\nAUTH PLAIN AGEAYg==\r\nMAIL FROM:<a@b>\r\n";
    let (output, _) = converse(&mut server, input, false);
    assert_eq!(codes(&output), ["220", "250", "530", "235", "250"]);
}

#[test]
fn a_message_cut_off_is_aborted() {
    let input = b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r";
    let (output, news) = converse(&mut server(), input, true);
    assert_eq!(codes(&output), ["220", "250", "250", "250", "354"]);
    let end = [Event::Aborted(Abort::Closed), Event::Closed(Close::Peer)];
    assert_eq!(news[1..], end);
}

#[test]
fn answers_that_do_not_fit_change_nothing() {
    let mut server = server();
    assert_eq!(server.accept(), Err(Misuse::NoQuestion));
    assert_eq!(server.poll(Time::ZERO), Step::Event(Event::Connected));
    assert_eq!(server.poll(Time::ZERO), Step::Unanswered);
    assert!(matches!(server.challenge(b""), Err(Misuse::WrongAnswer(_))));
    assert_eq!(server.poll(Time::ZERO), Step::Unanswered);
    assert_eq!(server.accept(), Ok(()));
    assert_eq!(server.reject(Refusal::no_such_user()), Err(Misuse::NoQuestion));
    assert_eq!(server.phase(), Phase::Greeted);
}

#[test]
fn the_words_of_another_server() {
    let reply = |lines: &str| {
        let mut parser = ReplyParser::new(ReplyLimits { lines: 9, octets: 999 });
        lines.lines().find_map(|line| parser.push(line.as_bytes()).unwrap()).unwrap()
    };
    let passed_on = |lines: &str| {
        let refusal = Refusal::from_reply(&reply(lines))?;
        let lines: Vec<&str> = refusal.lines().map(Text::as_str).collect();
        Some(format!("{} {} {}", refusal.code(), refusal.enhanced(), lines.join("|")))
    };
    for (said, refusal) in [
        ("550 5.1.1 no such user", "550 5.1.1 no such user"),
        ("451-4.7.1 greylisted,\n451 4.7.1 come back", "451 4.7.1 greylisted,|come back"),
        ("553-5.1.4 a\n553 b", "553 5.1.4 a|b"),
        ("552 full", "552 5.0.0 full"),
        ("452", "452 4.0.0 "),
        ("599 4.1.1 which?", "599 5.0.0 4.1.1 which?"),
        ("421 4.3.2 bye", "421 4.3.2 bye"),
    ] {
        assert_eq!(passed_on(said).as_deref(), Some(refusal));
    }
    for said in ["250 2.1.5 fine", "354 go on"] {
        assert_eq!(passed_on(said), None);
    }
}

/// The codes of RFC 4954 section 6 and those around it.
#[test]
fn refusals_by_name() {
    let why = || Text::lossy("why");
    for (refusal, codes) in [
        (Refusal::no_such_user(), "550 5.1.1"),
        (Refusal::relay_denied(), "550 5.7.1"),
        (Refusal::policy(why()), "550 5.7.1"),
        (Refusal::policy_for_now(why()), "450 4.7.1"),
        (Refusal::local_error(), "451 4.3.0"),
        (Refusal::try_later(), "450 4.0.0"),
        (Refusal::storage(), "452 4.3.1"),
        (Refusal::transaction_failed(), "554 5.0.0"),
        (Refusal::bad_credentials(), "535 5.7.8"),
        (Refusal::malformed_response(), "501 5.5.2"),
        (Refusal::unwanted_initial_response(), "501 5.7.0"),
        (Refusal::password_transition(), "432 4.7.12"),
        (Refusal::mechanism_too_weak(), "534 5.7.9"),
        (Refusal::account_disabled(), "525 5.7.13"),
        (Refusal::temporarily_unavailable(), "454 4.7.0"),
        (Refusal::unavailable(), "421 4.3.2"),
        (Refusal::no_service(), "554 5.3.2"),
    ] {
        assert_eq!(refusal.to_string(), format!("{codes} {}", refusal.text()));
        assert!(!refusal.text().as_str().is_empty(), "{codes}");
    }
}

#[test]
fn a_refusal_has_a_line_at_least() {
    let lines = |refusal: Refusal| refusal.lines().map(Text::to_string).collect::<Vec<_>>();
    let text = |text: &str| Text::lossy(text);
    let refusal = Refusal::no_such_user().with_lines([text("a"), text("b")]);
    assert_eq!(refusal.text().as_str(), "a");
    assert_eq!(refusal.to_string(), "550 5.1.1 a b");
    assert_eq!(lines(refusal.clone()), ["a", "b"]);
    assert_eq!(lines(refusal.clone().with_text(text("c"))), ["c"]);
    assert_eq!(lines(refusal.with_lines([])), [""]);
}

#[test]
fn silence_is_ended_by_the_deadline_and_dripping_does_not_move_it() {
    let mut server = server();
    assert_eq!(server.poll(Time::ZERO), Step::Event(Event::Connected));
    server.accept().unwrap();
    let mut now = Time::ZERO;
    let mut sent = 0;
    loop {
        let outbox = server.outbox();
        outbox.advance(outbox.remaining());
        match server.poll(now) {
            Step::Wait(wait) if wait.read => {
                server.inbox().space()[0] = b'x';
                server.inbox().commit(1);
                sent += 1;
                now += Duration::from_secs(1);
            }
            Step::Wait(_) => {}
            Step::Event(Event::Closed(close)) => {
                assert_eq!(close, Close::Timeout("the end of a command line"));
                break;
            }
            step => panic!("{step:?}"),
        }
    }
    assert_eq!(sent, 301);
}

#[test]
fn without_a_way_to_answer_nothing_is_accepted() {
    let mut server = server();
    let input = b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n";
    converse(&mut server, input, false);
    server.inbox().space()[..3].copy_from_slice(b".\r\n");
    server.inbox().commit(3);
    server.outbox().close();
    assert_eq!(server.poll(Time::ZERO), Step::Event(Event::Aborted(Abort::Closed)));
    assert_eq!(server.poll(Time::ZERO), Step::Event(Event::Closed(Close::Peer)));
    assert_eq!(server.poll(Time::ZERO), Step::Done);
}

#[test]
fn is_small() {
    assert!(size_of::<Server>() <= 1024, "{}", size_of::<Server>());
}

#[test]
fn no_line_is_too_long_whatever_the_application_says() {
    let long = Text::lossy(&"a long tale ".repeat(200));
    let mut server = server();
    let input = b"EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n.\r\nVRFY x\r\nHELO a\r\n";
    let mut rest = &input[..];
    let mut output = Vec::new();
    loop {
        match server.poll(Time::ZERO) {
            Step::Event(event) if event.is_question() => {
                server.accept_with(core::slice::from_ref(&long)).unwrap();
            }
            Step::Wait(wait) if wait.write => {
                let outbox = server.outbox();
                output.extend_from_slice(outbox.chunk());
                outbox.advance(outbox.chunk().len());
            }
            Step::Wait(_) if !rest.is_empty() => {
                let space = server.inbox().space();
                space[..rest.len()].copy_from_slice(rest);
                server.inbox().commit(rest.len());
                rest = &[];
            }
            _ => break,
        }
    }
    let lines: Vec<&[u8]> = output.split_inclusive(|&octet| octet == b'\n').collect();
    assert!(lines.iter().all(|line| line.len() <= 512 && line.ends_with(b"\r\n")));
    assert_eq!(lines.iter().filter(|line| line[3] == b' ').count(), 8);
}

/// The client can't take replies that are not written because the application is busy.
#[test]
fn the_time_the_application_takes_is_not_the_clients() {
    let mut server = server();
    assert_eq!(server.poll(Time::ZERO), Step::Event(Event::Connected));
    server.accept().unwrap();
    // The greeting waits to be written when the next question comes.
    assert!(matches!(server.poll(Time::ZERO), Step::Wait(wait) if wait.write && wait.read));
    let hello = b"HELO a\r\n";
    server.inbox().space()[..hello.len()].copy_from_slice(hello);
    server.inbox().commit(hello.len());
    assert!(matches!(server.poll(Time::ZERO), Step::Event(Event::Hello { .. })));
    server.accept().unwrap();
    let later = Time::ZERO + Duration::from_secs(301);
    assert!(matches!(server.poll(later), Step::Wait(wait) if wait.write));
    // From here on it is the client's time.
    let too_late = later + Duration::from_secs(300);
    let close = Close::Timeout("the client to take replies");
    assert_eq!(server.poll(too_late), Step::Event(Event::Closed(close)));
}

/// A server that was asked for ATRN and has said yes, which is not written yet.
fn turning() -> Server {
    let mut config = Config::new("mx.example".parse().unwrap());
    config.extensions.push(Extension::Atrn);
    config.mechanisms = [Mechanism::parse("PLAIN".into()).unwrap()].into();
    config.auth_without_tls = true;
    let mut server = Server::new(config);
    let (_, news) = converse(&mut server, b"EHLO a\r\nAUTH PLAIN AGEAYg==\r\n", false);
    assert_eq!(news, []);
    let atrn = b"ATRN example.org\r\n";
    server.inbox().space()[..atrn.len()].copy_from_slice(atrn);
    server.inbox().commit(atrn.len());
    assert!(matches!(server.poll(Time::ZERO), Step::Event(Event::Atrn { .. })));
    server.accept().unwrap();
    server
}

#[test]
fn roles_are_reversed_when_the_client_knows() {
    let mut server = turning();
    let step = server.poll(Time::ZERO);
    let until = Some(Duration::from_secs(300));
    assert_eq!(step, Step::Wait(Wait { read: false, write: true, until }));
    // It was promised, and what comes of it is for who takes the place of this machine.
    server.shutdown();
    assert_eq!(server.poll(Time::ZERO), step);
    let all = server.outbox().len();
    server.outbox().advance(all);
    assert_eq!(server.poll(Time::ZERO), Step::Event(Event::Turned));
    assert_eq!(server.poll(Duration::from_secs(10_000)), Step::Turn);
    assert!(server.outbox().is_empty() && server.accept().is_err());
}

#[test]
fn roles_are_not_reversed_with_a_client_that_is_gone() {
    let mut server = turning();
    assert!(matches!(server.poll(Time::ZERO), Step::Wait(_)));
    let late = Duration::from_secs(300);
    let close = Close::Timeout("the client to take replies");
    assert_eq!(server.poll(late), Step::Event(Event::Closed(close)));
    assert_eq!(server.poll(late), Step::Done);

    let mut server = turning();
    server.outbox().close();
    assert_eq!(server.poll(Time::ZERO), Step::Event(Event::Closed(Close::Peer)));
    assert_eq!(server.poll(Time::ZERO), Step::Done);
}

#[test]
fn a_session_counts() {
    let mut config = Config::new("mx.example".parse().unwrap());
    config.limits.errors = 3;
    let mut server = Server::new(config);
    let message = "MAIL FROM:<>\r\nRCPT TO:<b@example>\r\nBDAT 0 LAST\r\n";
    let input = format!("EHLO a\r\nWHAT\r\nRCPT\r\n{message}NOOP\r\nDATA\r\nWHAT\r\n{message}");
    converse(&mut server, input.as_bytes(), false);
    let session = server.session();
    assert!(!session.is_early_talker());
    assert_eq!(session.unauthorized_pipelining(), 3); // EHLO, NOOP, DATA
    assert_eq!((session.transactions(), session.accepted()), (2, 2));
    assert_eq!((session.errors(), session.useless()), (3, 1));
    assert_eq!((session.rejections(), session.auth_failures()), (1, 0));
}
