//! Messages in parts, as LIMITS wants them, and messages that go on where another connection broke.

mod support;

use std::collections::VecDeque;
use std::convert::Infallible;

use bytes::Bytes;
use smtp_driver::client::{self, Cause, Delivery, Fate, SendFailure};
use smtp_proto::client::NotSent;
use smtp_proto::syntax::params::TransId;

use support::script::{Conn, connect, envelope, established, server, text};
use support::{Fake, Peer, complete};

/// A server that takes one message, after these replies to its envelope.
fn taking(offers: &[&'static str], replies: &'static str) -> Fake {
    let script = [
        Peer::Awaits("DATA\r\n"),
        Peer::Says(replies),
        Peer::Awaits("\r\n.\r\n"),
        Peer::Says("250 2.0.0 Taken\r\n"),
        Peer::Awaits("QUIT\r\n"),
        Peer::Says("221 2.0.0 Bye\r\n"),
        Peer::Closes,
    ];
    server(offers, &script)
}

fn accepted(delivery: &Delivery) -> Vec<bool> {
    let is_accepted = |fate: &Fate| matches!(fate, Fate::Accepted(_));
    delivery.recipients.iter().map(|recipient| is_accepted(&recipient.fate)).collect()
}

#[test]
fn a_message_goes_in_parts_over_as_many_connections_as_it_takes() {
    let offers = &["PIPELINING", "LIMITS MAILMAX=2 RCPTMAX=2"];
    let first = server(
        offers,
        &[
            Peer::Awaits("DATA\r\n"),
            Peer::Says("250 Ok\r\n250 Ok\r\n250 Ok\r\n354 Go\r\n"),
            // The second transaction goes along with the end of the first.
            Peer::Awaits("DATA\r\n"),
            Peer::Says("250 2.0.0 Taken\r\n250 Ok\r\n250 Ok\r\n550 5.1.1 Who?\r\n354 Go\r\n"),
            Peer::Awaits("\r\n.\r\n"),
            Peer::Says("250 2.0.0 Taken\r\n"),
            Peer::Awaits("QUIT\r\n"),
            Peer::Says("221 2.0.0 Bye\r\n"),
            Peer::Closes,
        ],
    );
    let fakes = [first, taking(offers, "250 Ok\r\n250 Ok\r\n354 Go\r\n")];
    let mut conn = established(&fakes[0]);
    let to = ["a@x.example", "b@x.example", "c@x.example", "d@x.example", "e@x.example"];
    let mut others: VecDeque<Conn> = [established(&fakes[1])].into();
    let body = || Bytes::from_static(b"Subject: parts\r\n");
    let reconnect = || std::future::ready(Ok::<_, Infallible>(others.pop_front().unwrap()));
    let sent = client::send_within_limits(&mut conn, envelope(&to), body, reconnect);
    let delivery = complete(&fakes[0], sent).unwrap();
    assert_eq!(accepted(&delivery), [true, true, true, false, true]);
    let paths: Vec<_> = delivery.recipients.iter().map(|r| r.path.to_string()).collect();
    assert_eq!(paths, to.map(|to| format!("<{to}>")));
    let Fate::Refused(reply) = &delivery.recipients[3].fate else { panic!("{delivery:?}") };
    assert_eq!(text(reply), "550 5.1.1 Who?");
    complete(&fakes[1], client::quit(&mut conn)).unwrap();
    let sent = fakes.map(|fake| fake.0.borrow().text());
    assert_eq!(sent[0].matches("MAIL FROM").count(), 2);
    assert_eq!(sent[0].matches("Subject: parts").count(), 2);
    assert!(sent[0].ends_with("QUIT\r\n") && !sent[0].contains("<e@"), "{}", sent[0]);
    assert_eq!(sent[1].matches("RCPT TO").count(), 1);
}

#[test]
fn domains_beyond_the_limit_wait_for_the_next_connection() {
    let offers = &["PIPELINING", "LIMITS RCPTDOMAINMAX=1"];
    let fakes = [
        taking(offers, "250 Ok\r\n250 Ok\r\n250 Ok\r\n354 Go\r\n"),
        taking(offers, "250 Ok\r\n250 Ok\r\n354 Go\r\n"),
    ];
    let mut conn = established(&fakes[0]);
    let to = ["a@x.example", "b@y.example", "c@X.EXAMPLE"];
    let mut others: VecDeque<Conn> = [established(&fakes[1])].into();
    let body = || Bytes::from_static(b"Subject: domains\r\n");
    let reconnect = || std::future::ready(Ok::<_, Infallible>(others.pop_front().unwrap()));
    let sent = client::send_within_limits(&mut conn, envelope(&to), body, reconnect);
    assert!(complete(&fakes[0], sent).unwrap().is_complete());
    let sent = fakes.map(|fake| fake.0.borrow().text());
    assert!(sent[0].contains("<a@") && sent[0].contains("<c@") && !sent[0].contains("<b@"));
    assert!(sent[1].contains("<b@"));
}

#[test]
fn without_another_connection_the_rest_is_not_sent_and_said_to_be() {
    let fake =
        taking(&["LIMITS MAILMAX=1 RCPTMAX=1", "PIPELINING"], "250 Ok\r\n250 Ok\r\n354 Go\r\n");
    let mut conn = established(&fake);
    let body = || Bytes::from_static(b"Subject: alone\r\n");
    let reconnect = || std::future::ready(Err("no route"));
    let to = ["a@x.example", "b@x.example"];
    let sent = client::send_within_limits(&mut conn, envelope(&to), body, reconnect);
    let partly = complete(&fake, sent).unwrap_err();
    assert_eq!(accepted(&partly.delivery), [true, false]);
    assert_eq!(partly.delivery.recipients[1].fate, Fate::NotSent(NotSent::Abandoned));
    assert!(matches!(*partly.cause, Cause::Connect("no route")));
    let told = partly.to_string();
    assert_eq!(
        told,
        "not sent to 1 of 2 recipients: the server wants another connection: no route"
    );
}

#[test]
fn who_sends_too_much_by_hand_hears_it_before_mail() {
    let fake = server(&["LIMITS RCPTMAX=1"], &[]);
    let mut conn = established(&fake);
    let sent = client::send(&mut conn, envelope(&["a@x.example", "b@x.example"]), &b""[..]);
    let error = complete(&fake, sent).unwrap_err().to_string();
    let what = "the server takes no more than 1 recipients in one transaction (RCPTMAX)";
    assert_eq!(error, format!("not sent: {what}"));
    assert!(!fake.0.borrow().text().contains("MAIL"));
}

#[test]
fn what_the_server_has_already_is_not_sent_again() {
    let fake = server(
        &["CHECKPOINT", "PIPELINING"],
        &[
            Peer::Awaits("TRANSID=<12345@claremont.edu>\r\n"),
            Peer::Says("355 6 is the transaction offset\r\n"),
            Peer::Awaits("DATA\r\n"),
            Peer::Says("354 Go\r\n"),
            Peer::Awaits("\r\n.\r\n"),
            Peer::Says("250 Ok\r\n"),
        ],
    );
    let mut conn = connect(&fake);
    complete(&fake, client::establish(&mut conn, &client::Login::default())).unwrap();
    let mut envelope = envelope(&["b@example.org"]);
    envelope.params.set(&TransId::new("<12345@claremont.edu>").unwrap()).unwrap();
    let body = Bytes::from_static(b"One:\r\n.Two\r\n");
    let delivery = complete(&fake, client::send(&mut conn, envelope, body)).unwrap();
    assert!(delivery.is_complete());
    let sent = fake.0.borrow().text();
    assert!(sent.ends_with("DATA\r\n..Two\r\n.\r\n") && !sent.contains("RCPT"), "{sent}");
}

/// What the server has is not this message: nothing of it is to be taken for delivered.
#[test]
fn the_server_can_not_have_more_than_there_is() {
    let fake = server(
        &["CHECKPOINT"],
        &[
            Peer::Awaits("TRANSID=<12345@claremont.edu>\r\n"),
            Peer::Says("355 14 is the transaction offset\r\n"),
            Peer::Awaits("DATA\r\n"),
            Peer::Says("354 Go\r\n"),
            Peer::Closes,
        ],
    );
    let mut conn = connect(&fake);
    complete(&fake, client::establish(&mut conn, &client::Login::default())).unwrap();
    let mut envelope = envelope(&["b@example.org"]);
    envelope.params.set(&TransId::new("<12345@claremont.edu>").unwrap()).unwrap();
    let body = Bytes::from_static(b"One:\r\n.Two\r\n");
    let failure = complete(&fake, client::send(&mut conn, envelope, body)).unwrap_err();
    assert!(matches!(failure, SendFailure::Offset(14)), "{failure}");
    let sent = fake.0.borrow().text();
    assert!(sent.ends_with("DATA\r\n"), "{sent}");
}

#[test]
fn what_the_server_has_is_not_guessed_where_lines_end_otherwise() {
    let fake = server(
        &["CHECKPOINT", "PIPELINING"],
        &[
            Peer::Awaits("TRANSID=<12345@claremont.edu>\r\n"),
            Peer::Says("355 6 is the transaction offset\r\n"),
            Peer::Awaits("DATA\r\n"),
            Peer::Says("354 Go\r\n"),
        ],
    );
    let mut conn = established(&fake);
    let mut envelope = envelope(&["b@example.org"]);
    envelope.params.set(&TransId::new("<12345@claremont.edu>").unwrap()).unwrap();
    let sent = client::send(&mut conn, envelope, Bytes::from_static(b"One:\nTwo\n"));
    let failure = complete(&fake, sent).unwrap_err();
    assert!(matches!(failure, SendFailure::Offset(6)), "{failure}");
    assert!(fake.0.borrow().text().ends_with("DATA\r\n"));
}
