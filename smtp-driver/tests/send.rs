//! Sending messages, to a server that follows a script.

mod support;

use std::io::{self, ErrorKind};
use std::task::{Context, Poll};

use bytes::Bytes;
use smtp_driver::Connection;
use smtp_driver::client::{self, BodySource, Delivery, Fate, Login, SendFailure};
use smtp_proto::client::{Client, NotSent, SendError};
use smtp_proto::error::Close;
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::params::BodyType;

use support::script::{envelope, established, server, text};
use support::{Peer, complete};

#[test]
fn the_outcome_is_told_for_each_recipient() {
    let fake = server(
        &["PIPELINING", "SIZE", "8BITMIME"],
        &[
            Peer::Awaits("DATA\r\n"),
            Peer::Says("250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n550 5.1.1 Who?\r\n354 Go\r\n"),
            Peer::Awaits("\r\n.\r\n"),
            Peer::Says("250 2.0.0 Queued as 4711\r\n"),
            Peer::Awaits("QUIT\r\n"),
            Peer::Says("221 2.0.0 Bye\r\n"),
            Peer::Closes,
        ],
    );
    let mut conn = established(&fake);
    let envelope = envelope(&["b@example.org", "c@example.org"]);
    let body = Bytes::from_static("Tee für drei\n.\n".as_bytes());
    let delivery = complete(&fake, client::send(&mut conn, envelope, body)).unwrap();
    assert!(text(delivery.reply.as_ref().unwrap()).contains("4711"));
    let [first, second] = &delivery.recipients[..] else { panic!("{delivery:?}") };
    assert_eq!(first.path.to_string(), "<b@example.org>");
    assert!(matches!(&first.fate, Fate::Accepted(reply) if text(reply).contains("4711")));
    assert!(matches!(&second.fate, Fate::Refused(reply) if text(reply).contains("Who?")));
    assert!(!delivery.is_complete());
    complete(&fake, client::quit(&mut conn)).unwrap();
    let sent = fake.0.borrow().text();
    assert!(sent.contains("MAIL FROM:<a@example.com> SIZE=18 BODY=8BITMIME\r\n"), "{sent}");
    assert!(sent.ends_with("DATA\r\nTee für drei\r\n..\r\n.\r\nQUIT\r\n"), "{sent}");
}

/// RFC 5321 section 4.5.3.1.10: 552 to RCPT is for now where it is one recipient too many; where nobody
/// was accepted, it is not that.
#[test]
fn a_recipient_too_many_is_to_be_tried_later() {
    let told = |replies: &'static str| {
        let fake = server(
            &["PIPELINING"],
            &[
                Peer::Awaits("DATA\r\n"),
                Peer::Says(replies),
                Peer::Awaits("\r\n.\r\n"),
                Peer::Says("250 Ok\r\n"),
            ],
        );
        let mut conn = established(&fake);
        let envelope = envelope(&["b@example.org", "c@example.org", "d@example.org"]);
        let delivery = complete(&fake, client::send(&mut conn, envelope, &b"x\r\n"[..])).unwrap();
        delivery.recipients.iter().map(|recipient| recipient.try_later).collect::<Vec<_>>()
    };
    // To MAIL, to each RCPT, to DATA.
    for (replies, expected) in [
        ("250 a\r\n250 b\r\n452 c\r\n552 Many\r\n354 Go\r\n", [false, true, true]),
        ("250 a\r\n250 b\r\n552 5.2.2 Full\r\n550 Who?\r\n354 Go\r\n", [false; 3]),
        ("250 a\r\n552 Full\r\n250 c\r\n552 5.5.3 Many\r\n354 Go\r\n", [false, false, true]),
        ("250 a\r\n552 Full\r\n450 c\r\n550 d\r\n554 No\r\n", [false, true, false]),
        ("451 Later\r\n503 b\r\n503 c\r\n503 d\r\n503 No\r\n", [true; 3]),
        ("250 a\r\n250 b\r\n250 c\r\n550 d\r\n421 Bye\r\n", [true, true, false]),
    ] {
        assert_eq!(told(replies), expected, "{replies}");
    }
}

/// Content that never comes.
struct Never;

impl BodySource for Never {
    fn poll_piece(&mut self, _: &mut Context<'_>, _: usize) -> Poll<io::Result<Option<Bytes>>> {
        Poll::Pending
    }
}

#[test]
fn the_server_is_heard_while_content_does_not_come() {
    for (last, told) in [
        (Peer::Says("421 4.3.2 Going down\r\n"), "421 4.3.2 Going down"),
        (Peer::Closes, "the peer closed"),
    ] {
        let fake = server(
            &[],
            &[
                Peer::Awaits("\r\n"),
                Peer::Says("250 Ok\r\n"),
                Peer::Awaits("TO:<b@example.org>\r\n"),
                Peer::Says("250 Ok\r\n"),
                Peer::Awaits("DATA\r\n"),
                Peer::Says("354 Go\r\n"),
                last,
            ],
        );
        let mut conn = established(&fake);
        let sent = complete(&fake, client::send(&mut conn, envelope(&["b@example.org"]), Never));
        let delivery = sent.unwrap();
        let Fate::NotSent(NotSent::Closed(close)) = &delivery.recipients[0].fate else {
            panic!("{delivery:?}");
        };
        assert!(close.to_string().contains(told), "{close}");
    }
}

/// Content of which every other piece has to be waited for.
struct Hesitant(Bytes, bool);

impl BodySource for Hesitant {
    fn poll_piece(&mut self, cx: &mut Context<'_>, _: usize) -> Poll<io::Result<Option<Bytes>>> {
        self.1 = !self.1;
        if self.1 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.0.poll_piece(cx, 3)
    }
}

#[test]
fn content_may_come_late() {
    for (chunking, content) in [(false, "DATA\r\nabcdefg\r\n.\r\n"), (true, "efg\r\n")] {
        let offered: &[_] = if chunking { &["CHUNKING", "PIPELINING"] } else { &["PIPELINING"] };
        let begun = if chunking { "LAST\r\ng\r\n" } else { "DATA\r\n" };
        let mut script = vec![Peer::Awaits(begun)];
        if chunking {
            // MAIL, RCPT and three pieces.
            script.push(Peer::Says("250 Ok\r\n250 Ok\r\n250 Ok\r\n250 Ok\r\n250 Ok\r\n"));
        } else {
            script.push(Peer::Says("250 Ok\r\n250 Ok\r\n354 Go\r\n"));
            script.push(Peer::Awaits(".\r\n"));
            script.push(Peer::Says("250 Ok\r\n"));
        }
        let fake = server(offered, &script);
        let mut conn = established(&fake);
        let body = Hesitant(Bytes::from_static(b"abcdefg\r\n"), false);
        let sent = complete(&fake, client::send(&mut conn, envelope(&["b@example.org"]), body));
        assert!(sent.unwrap().is_complete());
        let text = fake.0.borrow().text();
        let text = text.replace("BDAT 3\r\n", "").replace("BDAT 3 LAST\r\n", "");
        assert!(text.ends_with(content), "{text}");
    }
}

#[test]
fn the_next_message_does_not_wait_for_the_last_outcome() {
    let fake = server(
        &["PIPELINING", "CHUNKING"],
        &[
            // Both messages are on their way before the first outcome is in.
            Peer::Awaits("BDAT 5 LAST\r\ntwo\r\n"),
            Peer::Says("250 Ok\r\n250 Ok\r\n250 First\r\n"),
            Peer::Says("250 Reset\r\n250 Ok\r\n250 Ok\r\n452 Second\r\n"),
        ],
    );
    let mut conn = established(&fake);
    let message = |content: &'static str| (envelope(&["b@example.org"]), content.as_bytes());
    let mut messages = vec![message("two\r\n"), message("one\r\n")];
    let mut outcomes = Vec::new();
    let sent =
        client::send_all(&mut conn, std::iter::from_fn(|| messages.pop()), |number, outcome| {
            outcomes.push((number, outcome.unwrap()));
        });
    complete(&fake, sent).unwrap();
    let [(0, first), (1, second)] = &outcomes[..] else { panic!("{outcomes:?}") };
    assert!(first.is_complete());
    assert!(
        matches!(&second.recipients[0].fate, Fate::Refused(reply) if text(reply).contains("Second"))
    );
}

#[test]
fn what_the_server_cannot_take_leaves_the_connection_as_it_was() {
    let fake = server(&["SIZE 10"], &[Peer::Awaits("QUIT\r\n"), Peer::Says("221 Bye\r\n")]);
    let mut conn = established(&fake);
    let mut try_send = |body: &'static [u8]| {
        complete(&fake, client::send(&mut conn, envelope(&["b@example.org"]), body))
    };
    let large = try_send(b"more than ten octets\r\n");
    assert!(matches!(large, Err(SendFailure::Envelope(SendError::TooLarge { .. }))), "{large:?}");
    let eight_bit = try_send("ü\r\n".as_bytes());
    let missing = SendError::Missing(Extension::EightBitMime);
    assert!(matches!(eight_bit, Err(SendFailure::Envelope(error)) if error == missing));
    complete(&fake, client::quit(&mut conn)).unwrap();
}

/// Gives one piece, then fails.
struct Broken(bool);

impl BodySource for Broken {
    fn poll_piece(&mut self, _: &mut Context<'_>, _: usize) -> Poll<io::Result<Option<Bytes>>> {
        if std::mem::replace(&mut self.0, true) {
            return Poll::Ready(Err(ErrorKind::NotFound.into()));
        }
        Poll::Ready(Ok(Some(Bytes::from_static(b"half of it"))))
    }
}

#[test]
fn content_that_ends_in_an_error_is_not_sent() {
    let accepts = [Peer::Awaits("MAIL FROM:<a@example.com>\r\n"), Peer::Says("250 Ok\r\n")];
    let data = [
        Peer::Awaits("RCPT TO:<b@example.org>\r\n"),
        Peer::Says("250 Ok\r\n"),
        Peer::Awaits("DATA\r\n"),
        Peer::Says("354 Go\r\n"),
    ];
    let script: Vec<Peer> = accepts.into_iter().chain(data).collect();
    let fake = server(&["SIZE"], &script);
    let mut conn = established(&fake);
    let envelope = envelope(&["b@example.org"]);
    let failed = complete(&fake, client::send(&mut conn, envelope, Broken(false)));
    assert!(matches!(failed, Err(SendFailure::Source(_))), "{failed:?}");
    assert!(!fake.0.borrow().text().ends_with(".\r\n"));
    assert!(fake.0.borrow().text().ends_with("DATA\r\n"), "{}", fake.0.borrow().text());
}

/// Sends to a server that behaves like this behind 354.
fn send_to(behind_354: &[Peer], write_limit: Option<usize>, chaos: u64) -> Delivery {
    let mut script = vec![Peer::Awaits("DATA\r\n"), Peer::Says("250 Ok\r\n250 Ok\r\n354 Go\r\n")];
    script.extend(behind_354.iter().cloned());
    let fake = server(&["PIPELINING"], &script);
    let mut conn = established(&fake);
    fake.0.borrow_mut().write_limit = write_limit.map(|limit| (limit, ErrorKind::BrokenPipe));
    fake.0.borrow_mut().chaos = chaos;
    let body = Bytes::from("line of text\r\n".repeat(100_000));
    complete(&fake, client::send(&mut conn, envelope(&["b@example.org"]), body)).unwrap()
}

#[test]
fn a_connection_that_breaks_says_what_is_known() {
    let delivery = send_to(&[Peer::Closes], None, 0);
    let fate = &delivery.recipients[0].fate;
    assert!(matches!(fate, Fate::NotSent(NotSent::Closed(Close::Peer))), "{fate:?}");

    let delivery = send_to(&[Peer::Awaits("\r\n.\r\n"), Peer::Closes], None, 0);
    let fate = &delivery.recipients[0].fate;
    assert!(matches!(fate, Fate::NotSent(NotSent::Unknown(Close::Peer))), "{fate:?}");
}

/// Offers nothing, gets to MAIL and goes on like this.
fn stopped_at_mail(behind_mail: &[Peer]) -> Delivery {
    let mut script = vec![Peer::Awaits("MAIL FROM:<a@example.com>\r\n")];
    script.extend(behind_mail.iter().cloned());
    let fake = server(&[], &script);
    let mut conn = established(&fake);
    let body = Bytes::from_static(b"tea\r\n");
    complete(&fake, client::send(&mut conn, envelope(&["b@example.org"]), body)).unwrap()
}

#[test]
fn the_reply_to_mail_is_told() {
    let delivery = stopped_at_mail(&[Peer::Says("250 2.1.0 Ok\r\n"), Peer::Closes]);
    assert_eq!(text(delivery.sender.as_ref().unwrap()), "250 2.1.0 Ok");
    let fate = &delivery.recipients[0].fate;
    assert!(matches!(fate, Fate::NotSent(NotSent::Closed(Close::Peer))), "{fate:?}");

    let delivery = stopped_at_mail(&[Peer::Says("550 5.7.1 Not you\r\n")]);
    let sender = delivery.sender.unwrap();
    assert_eq!(text(&sender), "550 5.7.1 Not you");
    assert_eq!(delivery.recipients[0].fate, Fate::NotSent(NotSent::Sender(sender)));
    assert_eq!(delivery.reply, None);
}

#[test]
fn a_server_that_goes_away_has_not_answered_mail() {
    let delivery = stopped_at_mail(&[Peer::Closes]);
    assert_eq!(delivery.sender, None);
    let fate = &delivery.recipients[0].fate;
    assert!(matches!(fate, Fate::NotSent(NotSent::Closed(Close::Peer))), "{fate:?}");

    let delivery = stopped_at_mail(&[Peer::Says("421 4.3.2 Going down\r\n"), Peer::Closes]);
    assert_eq!(delivery.sender, None);
    let fate = &delivery.recipients[0].fate;
    assert!(matches!(fate, Fate::NotSent(NotSent::Closed(Close::Unavailable(_)))), "{fate:?}");
}

#[test]
fn the_reason_is_read_behind_a_write_error() {
    let script = [Peer::Says("421 4.3.2 Going down\r\n"), Peer::Closes];
    for chaos in 0..30 {
        let delivery = send_to(&script, Some(500), chaos);
        match &delivery.recipients[0].fate {
            Fate::NotSent(NotSent::Closed(Close::Unavailable(reply))) => {
                assert!(text(reply).contains("Going down"));
            }
            fate => panic!("{fate:?}"),
        }
    }
}

#[test]
fn an_envelope_tells_what_is_in_the_content() {
    let described = |content: &[u8]| {
        let mut envelope = envelope(&["b@example.org"]);
        client::describe(&mut envelope, content);
        (envelope.body, envelope.size)
    };
    assert_eq!(described(b"a\nb"), (BodyType::SevenBit, Some(6)));
    assert_eq!(described("ü\r\n".as_bytes()), (BodyType::EightBitMime, Some(4)));
    assert_eq!(described(b"\0\n"), (BodyType::BinaryMime, Some(2)));
}

#[test]
fn the_ways_can_go_to_another_thread() {
    use smtp_driver::{Clock, Stream};
    fn is_send<T: Send>(_: T) {}
    #[allow(dead_code, reason = "it compiles")]
    fn check<S: Stream + Send, C: Clock + Send>(conn: &mut Connection<Client, S, C>) {
        is_send(client::establish(conn, &Login::default()));
        is_send(client::send(conn, envelope(&[]), Bytes::new()));
        is_send(client::send_all(conn, [(envelope(&[]), Bytes::new())], |_, _| {}));
        is_send(client::quit(conn));
        is_send(conn.next());
    }
}
