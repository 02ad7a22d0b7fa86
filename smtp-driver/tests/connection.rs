//! What a connection does beyond what its machine asks for.

mod support;

use std::io::ErrorKind;
use std::time::Duration;

use smtp_driver::{Drain, Error};
use smtp_proto::error::{Close, Misuse};
use smtp_proto::server::{Config, Event, Refusal, Server};
use smtp_proto::{Machine, Tls};

use support::{Call, Fake, Peer, Task, complete};

const GREETING: &str = "220 mx.example.org ESMTP\r\n";

fn config() -> Config {
    Config::new("mx.example.org".parse().unwrap())
}

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Says yes to everything and remembers the news.
fn run(task: &mut Task<Server>) -> Result<Vec<Event>, Error> {
    let mut news = Vec::new();
    while let Some(event) = task.next()? {
        if event.is_question() {
            task.conn.accept()?;
        } else {
            news.push(event);
        }
    }
    Ok(news)
}

/// Answers the first question, `Connected`, and waits until the greeting is out.
fn greeted(fake: &Fake, config: Config) -> Task<Server> {
    let mut task = fake.connect(Server::new(config));
    assert_eq!(task.next().unwrap(), Some(Event::Connected));
    task.conn.accept().unwrap();
    task
}

#[test]
fn what_comes_out_does_not_depend_on_the_stream() {
    let message = "line of text\r\n".repeat(2000);
    let dialogue = || {
        [
            Peer::Says("EHLO c.example.net\r\nMAIL FROM:<a@example.net>\r\n"),
            Peer::Says("RCPT TO:<b@example.org>\r\nDATA\r\n"),
            Peer::Sends(format!("{message}.\r\nQUIT\r\n").into_bytes()),
        ]
    };
    let run = |chaos| {
        let fake = Fake::new(dialogue());
        fake.0.borrow_mut().chaos = chaos;
        let mut octets = 0;
        let mut task = fake.connect(Server::new(config()));
        while let Some(event) = task.next().unwrap() {
            match event {
                Event::Body(piece) => octets += piece.len(),
                event if event.is_question() => task.conn.accept().unwrap(),
                event => assert_eq!(event, Event::Closed(Close::Quit)),
            }
        }
        assert_eq!(octets, message.len());
        let world = fake.0.borrow();
        assert!(world.shutdown);
        world.text()
    };
    let reference = run(0);
    assert!(reference.starts_with(GREETING) && reference.contains("\r\n354 "), "{reference}");
    for chaos in 1..300 {
        assert_eq!(run(chaos), reference);
    }
}

#[test]
fn a_signal_is_no_failure() {
    let fake = Fake::new([Peer::Says("QUIT\r\n"), Peer::Says("and more"), Peer::Closes]);
    fake.0.borrow_mut().signals = true;
    let mut task = greeted(&fake, config());
    assert_eq!(run(&mut task).unwrap(), [Event::Closed(Close::Quit)]);
    let world = fake.0.borrow();
    assert!(world.text().contains("\r\n221 "), "{}", world.text());
    assert!(world.shutdown && world.peer.len() == 1, "the farewell was cut short");
}

/// A stream that encrypts takes the last replies long before they leave it.
#[test]
fn the_last_reply_has_its_time_to_leave_the_stream() {
    let fake = Fake::new([Peer::Says("QUIT\r\n")]);
    fake.0.borrow_mut().shutdown_stalls = true;
    let mut task = greeted(&fake, config());
    assert_eq!(task.next().unwrap(), Some(Event::Closed(Close::Quit)));
    assert!(task.next_within(seconds(20)).is_err(), "given up before the peer had its time");
    fake.0.borrow_mut().now = seconds(20);
    fake.0.borrow_mut().shutdown_stalls = false;
    // From here on the peer has nothing to do but to close as well.
    assert!(matches!(task.next_within(seconds(21)), Ok(Ok(None))));
    assert!(fake.0.borrow().shutdown);

    let fake = Fake::new([Peer::Says("QUIT\r\n")]);
    fake.0.borrow_mut().shutdown_stalls = true;
    let mut task = greeted(&fake, config());
    assert_eq!(task.next().unwrap(), Some(Event::Closed(Close::Quit)));
    assert!(matches!(task.next_within(seconds(30)), Ok(Ok(None))), "waits for ever");
}

#[test]
fn an_open_question_is_named_and_stays_open() {
    let fake = Fake::new([Peer::Says("QUIT\r\n")]);
    let mut task = fake.connect(Server::new(config()));
    assert_eq!(task.next().unwrap(), Some(Event::Connected));
    for _ in 0..2 {
        assert!(matches!(task.next(), Err(Error::Unanswered)));
    }
    task.conn.accept().unwrap();
    assert!(matches!(
        task.conn.accept().map_err(Error::from),
        Err(Error::Misuse(Misuse::NoQuestion))
    ));
    assert_eq!(run(&mut task).unwrap(), [Event::Closed(Close::Quit)]);
}

#[test]
fn replies_need_not_wait_for_an_answer() {
    for chaos in 0..50 {
        let fake = Fake::new([Peer::Says("EHLO c\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n")]);
        fake.0.borrow_mut().chaos = chaos;
        let mut task = greeted(&fake, config());
        while !matches!(task.next().unwrap(), Some(Event::Rcpt { .. })) {
            task.conn.accept().unwrap();
        }
        complete(&fake, task.conn.flush());
        assert!(fake.0.borrow().text().ends_with("\r\n250 2.1.0 Sender OK\r\n"));
        assert_eq!(fake.0.borrow().calls.last(), Some(&Call::Flush));
        complete(&fake, task.conn.flush());
        task.conn.accept().unwrap();
        let written = fake.0.borrow().output.len();
        fake.0.borrow_mut().write_limit = Some((written, ErrorKind::BrokenPipe));
        complete(&fake, task.conn.flush());
        assert_eq!(run(&mut task).unwrap().last(), Some(&Event::Closed(Close::Peer)));
        complete(&fake, task.conn.flush());
    }
}

#[test]
fn nothing_happens_while_nothing_moves() {
    let fake = Fake::new([]);
    let mut task = greeted(&fake, config());
    assert_eq!(task.is_pending(), (true, false));
    assert_eq!(fake.0.borrow().text(), GREETING);
    let reads = fake.0.borrow().reads;
    assert_eq!(task.is_pending(), (true, false));
    assert_eq!(fake.0.borrow().reads, reads + 1);
    assert!(fake.0.borrow().alarm.is_some(), "nobody waits for ever");
}

#[test]
fn a_peer_that_never_stops_leaves_room_for_other_tasks() {
    let fake = Fake::new([Peer::Repeats("NOOP\r\n")]);
    let mut config = config();
    config.limits.useless = u32::MAX;
    let mut task = greeted(&fake, config);
    for _ in 0..10 {
        assert_eq!(task.is_pending(), (true, true));
        assert!(fake.0.borrow().read < 1 << 20);
        fake.0.borrow_mut().read = 0;
    }
}

#[test]
fn a_server_that_can_t_write_ends_at_once() {
    for (kind, told) in [(ErrorKind::BrokenPipe, false), (ErrorKind::HostUnreachable, true)] {
        let fake = Fake::new([Peer::Says("NOOP\r\nNOOP\r\nEHLO c.example.net\r\n")]);
        fake.0.borrow_mut().write_limit = Some((5, kind));
        let mut task = greeted(&fake, config());
        let next = task.next().unwrap();
        assert!(matches!(next, Some(Event::Hello { .. })), "{next:?}");
        task.conn.accept().unwrap();
        assert_eq!(task.next().unwrap(), Some(Event::Closed(Close::Peer)));
        assert_eq!(fake.0.borrow().now, seconds(0));
        match task.next() {
            Err(Error::Io(error)) => assert!(told && error.kind() == kind),
            other => assert!(!told && matches!(other, Ok(None)), "{other:?}"),
        }
        assert_eq!(task.next().unwrap(), None);
        assert!(!fake.0.borrow().shutdown);
    }
}

#[test]
fn a_read_error_is_the_end_and_told_if_it_says_more_than_that() {
    let kinds = [
        (ErrorKind::ConnectionReset, false),
        (ErrorKind::UnexpectedEof, false),
        (ErrorKind::TimedOut, true),
    ];
    for (kind, told) in kinds {
        let fake = Fake::new([Peer::Fails(kind)]);
        let mut task = greeted(&fake, config());
        assert_eq!(task.next().unwrap(), Some(Event::Closed(Close::Peer)));
        assert_eq!(task.next().is_err(), told);
        assert_eq!(task.next().unwrap(), None);
    }
}

#[test]
fn the_last_reply_is_given_time_to_arrive() {
    // The peer keeps sending: what it sends is thrown away, up to a point.
    let fake = Fake::new([Peer::Says("QUIT\r\n"), Peer::Repeats("x")]);
    let mut task = greeted(&fake, config());
    assert_eq!(run(&mut task).unwrap(), [Event::Closed(Close::Quit)]);
    let world = fake.0.borrow();
    assert_eq!(world.calls.last(), Some(&Call::Shutdown));
    assert!((1 << 20..2 << 20).contains(&world.read), "{}", world.read);
    assert_eq!(world.now, Duration::ZERO);

    // The peer neither sends nor closes: it is waited for, up to a point.
    let fake = Fake::new([Peer::Says("QUIT\r\n")]);
    run(&mut greeted(&fake, config())).unwrap();
    assert_eq!(fake.0.borrow().now, seconds(1));

    // The peer closes.
    let fake = Fake::new([Peer::Says("QUIT\r\n"), Peer::Closes]);
    run(&mut greeted(&fake, config())).unwrap();
    assert_eq!(fake.0.borrow().now, Duration::ZERO);
}

#[test]
fn a_peer_that_takes_nothing_is_given_up() {
    let fake = Fake::new([]);
    fake.0.borrow_mut().write_stalls = true;
    let mut task = greeted(&fake, config());
    let news = run(&mut task).unwrap();
    assert!(matches!(&news[..], [Event::Closed(Close::Timeout(_))]), "{news:?}");
}

fn starttls(handshake: Option<Result<Tls, ErrorKind>>, chaos: u64) -> (Fake, Task<Server>) {
    let fake = Fake::new([
        Peer::Says("EHLO c.example.net\r\nSTARTTLS\r\n"),
        Peer::Awaits("220 2.0.0 Ready to start TLS\r\n"),
        Peer::Says("QUIT\r\n"),
    ]);
    fake.0.borrow_mut().handshake = handshake;
    fake.0.borrow_mut().chaos = chaos;
    let mut config = config();
    config.starttls = true;
    let mut task = greeted(&fake, config);
    assert!(matches!(task.next().unwrap(), Some(Event::Hello { .. })));
    task.conn.accept().unwrap();
    assert_eq!(task.next().unwrap(), Some(Event::StartTls));
    task.conn.accept().unwrap();
    (fake, task)
}

#[test]
fn the_handshake_comes_after_everything_in_the_clear() {
    let facts = Tls { protocol: Some("TLSv1.3".into()), ..Tls::default() };
    for chaos in 0..100 {
        let (fake, mut task) = starttls(Some(Ok(facts.clone())), chaos);
        assert_eq!(task.next().unwrap(), Some(Event::Secured(facts.clone())));
        assert_eq!(task.conn.tls(), Some(&facts));
        let calls = fake.0.borrow().calls.clone();
        assert!(calls.ends_with(&[Call::Write, Call::Flush, Call::Upgrade]), "{calls:?}");
    }
}

#[test]
fn a_failed_handshake_is_the_end() {
    let (fake, mut task) = starttls(Some(Err(ErrorKind::InvalidData)), 0);
    assert!(matches!(task.next(), Err(Error::Tls(_))));
    assert_eq!(task.next().unwrap(), None);
    assert_eq!(fake.0.borrow().calls.last(), Some(&Call::Upgrade));
}

#[test]
fn a_handshake_has_a_deadline() {
    let (fake, mut task) = starttls(None, 0);
    let news = run(&mut task).unwrap();
    assert!(matches!(&news[..], [Event::Closed(Close::Timeout(_))]), "{news:?}");
    assert!(fake.0.borrow().now >= seconds(60));
}

#[test]
fn a_drain_ends_an_idle_connection_and_spares_a_transaction() {
    let (drain, watch) = Drain::new();
    let idle = Fake::new([]);
    let mut task = greeted(&idle, config());
    task.conn.watch(watch.clone());
    assert_eq!(task.is_pending(), (true, false));

    let busy = Fake::new([Peer::Says("EHLO c.example.net\r\nMAIL FROM:<a@example.net>\r\n")]);
    let mut other = greeted(&busy, config());
    other.conn.watch(watch);
    while let Ok(event) = other.next_within(Duration::ZERO) {
        assert!(event.unwrap().unwrap().is_question());
        other.conn.accept().unwrap();
    }

    drain.begin();
    assert_eq!(run(&mut task).unwrap(), [Event::Closed(Close::Shutdown)]);
    assert!(idle.0.borrow().text().contains("\r\n421 4.3.2 "));

    assert!(other.next_within(Duration::ZERO).is_err());
    busy.0.borrow_mut().peer.push_back(Peer::Says("RCPT TO:<b@example.org>\r\nDATA\r\nx\r\n.\r\n"));
    let news = run(&mut other).unwrap();
    assert!(matches!(&news[..], [Event::Body(_), Event::Closed(Close::Shutdown)]), "{news:?}");
    assert!(busy.0.borrow().text().contains("\r\n354 "));
}

#[test]
fn a_cut_ends_a_transaction_too() {
    let (drain, watch) = Drain::new();
    let fake = Fake::new([Peer::Says("HELO c.example.net\r\nMAIL FROM:<a@example.net>\r\n")]);
    let mut task = greeted(&fake, config());
    task.conn.watch(watch);
    while let Ok(event) = task.next_within(Duration::ZERO) {
        assert!(event.unwrap().unwrap().is_question());
        task.conn.accept().unwrap();
    }
    drain.begin();
    assert!(task.next_within(Duration::ZERO).is_err(), "the transaction may go on");
    drain.cut();
    assert!(matches!(task.next(), Err(Error::Cut)));
    assert!(matches!(task.next(), Ok(None)));
}

#[test]
fn a_refusal_on_connection_reaches_the_peer() {
    let fake = Fake::new([Peer::Closes]);
    let mut task = fake.connect(Server::new(config()));
    assert_eq!(task.next().unwrap(), Some(Event::Connected));
    task.conn.reject(Refusal::unavailable()).unwrap();
    assert!(run(&mut task).is_ok());
    assert!(fake.0.borrow().text().starts_with("421 "));
    assert!(fake.0.borrow().shutdown);
}

/// What most connections of a server do most of the time.
#[test]
fn who_waits_holds_no_memory() {
    let message = "line of text\r\n".repeat(400);
    let steps =
        ["EHLO c.example.net\r\n", "MAIL FROM:<a@example.net>\r\n", "RCPT TO:<b@example.org>\r\n"];
    let fake = Fake::new([]);
    let mut task = greeted(&fake, config());
    let mut wait_after = |octets: &[u8], kept: usize| {
        fake.0.borrow_mut().peer.push_back(Peer::Sends(octets.to_vec()));
        while let Ok(event) = task.next_within(seconds(1)) {
            if event.unwrap().unwrap().is_question() {
                task.conn.accept().unwrap();
            }
        }
        assert!(fake.0.borrow().peer.is_empty(), "all of it was read");
        assert_eq!(task.conn.inbox().len(), kept);
        let capacity = task.conn.inbox().capacity();
        assert!(capacity <= if kept > 0 { 1024 } else { 0 }, "{capacity} behind {kept}");
    };
    for step in steps {
        wait_after(step.as_bytes(), 0);
    }
    wait_after(b"DATA\r\n", 0);
    wait_after(message.as_bytes(), 0);
    wait_after(b".\r\n", 0);
    wait_after(b"NOOP\r\nNOO", 3);
    wait_after(b"P\r\n", 0);
}
