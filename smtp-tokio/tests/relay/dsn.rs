//! Requests for notifications, and limits of the next hop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::hop::{Answer, Hop};
use super::process::Relay;

const NONE: [&str; 0] = [];
const MESSAGE: [&str; 4] = ["MAIL FROM:<a@x>", "RCPT TO:<b@y>", "DATA", "text\r\n."];
/// Values are passed on to the letter (RFC 3461 section 5.2.1).
const MAIL: &str = "MAIL FROM:<a@x> RET=hdrs ENVID=a+2bb";
const RCPT: &str = "RCPT TO:<b@y> NOTIFY=Success,FAILURE ORCPT=rfc822;c+2b@z";

#[test]
fn are_passed_on_where_the_next_hop_takes_them() {
    let hop = Hop::usual(&["DSN", "PIPELINING"]);
    let relay = Relay::to(hop.address, NONE);
    // Nobody knows yet.
    let mut first = relay.sender();
    assert!(!first.say("EHLO client.example").contains("DSN"));
    first.say_all(&MESSAGE);
    let mut sender = relay.sender();
    assert!(sender.say("EHLO client.example").contains("250 DSN\r\n"));
    sender.say_all(&[MAIL, RCPT]);
    hop.wait_for(RCPT);
    assert_eq!(hop.heard()[4..], [MAIL, RCPT]);
}

/// Nobody is to think that what he asks for is done.
#[test]
fn are_not_taken_where_it_does_not() {
    let offers = Arc::new(AtomicBool::new(true));
    let offered = Arc::clone(&offers);
    let hop = Hop::new(&[], move |heard| match heard.starts_with("EHLO") {
        true if offered.load(Ordering::Relaxed) => Answer::Say("250-hop.example\r\n250 DSN"),
        true => Answer::Say("250 hop.example"),
        false => Answer::Usual,
    });
    let relay = Relay::to(hop.address, NONE);
    relay.sender().say_all(&MESSAGE);
    offers.store(false, Ordering::Relaxed);
    let mut sender = relay.sender();
    let reply = sender.say(MAIL);
    assert!(reply.starts_with("451 4.3.3"), "{reply}");
    sender.say_all(&["MAIL FROM:<a@x>"]);
    let reply = sender.say(RCPT);
    assert!(reply.starts_with("451 4.3.3"), "{reply}");
    // He comes back.
    let mut again = relay.sender();
    assert!(again.say(MAIL).starts_with("555"));
    again.say_all(&MESSAGE);
    assert_eq!(hop.messages().len(), 2);
}

/// RFC 9422
#[test]
fn limits_of_the_next_hop_are_kept() {
    let hop = Hop::usual(&["LIMITS MAILMAX=2 RCPTMAX=1"]);
    let relay = Relay::to(hop.address, NONE);
    let mut sender = relay.sender();
    for _ in 0..5 {
        sender.say_all(&MESSAGE[..2]);
        assert!(sender.say("RCPT TO:<c@y>").starts_with("452 4.5.3"));
        sender.say_all(&MESSAGE[2..]);
    }
    assert_eq!((hop.messages().len(), hop.connections()), (5, 3));
    assert!(!hop.heard().iter().any(|heard| heard == "RCPT TO:<c@y>"));
}
