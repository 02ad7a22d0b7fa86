//! What the next hop can't take.

use super::hop::Hop;
use super::process::Relay;
use crate::processes::adapter::TOKIO;

const NONE: [&str; 0] = [];

#[test]
fn nothing_is_converted() {
    let all = ["8BITMIME", "SMTPUTF8", "CHUNKING", "BINARYMIME"];
    for (parameter, needed, refusal) in [
        ("BODY=8BITMIME", &["8BITMIME"][..], "554 5.6.3 "),
        ("BODY=BINARYMIME", &["BINARYMIME", "CHUNKING"], "554 5.6.1 "),
        ("SMTPUTF8", &["SMTPUTF8"], "550 5.6.7 "),
    ] {
        for lacking in needed {
            let offers: Vec<&str> = all.into_iter().filter(|offer| offer != lacking).collect();
            let hop = Hop::usual(&offers);
            let relay = Relay::to(hop.address, NONE);
            let mut sender = relay.sender();
            let reply = sender.say(&format!("MAIL FROM:<a@x> {parameter}"));
            assert!(reply.starts_with(refusal), "{parameter} without {lacking}: {reply}");
            // Nothing was said there, and other mail goes its way.
            sender.say_all(&["MAIL FROM:<a@x> BODY=7BIT", "RCPT TO:<b@y>", "DATA", "text\r\n."]);
            assert_eq!(hop.heard()[0], "MAIL FROM:<a@x>");
            assert_eq!((hop.messages().len(), hop.connections()), (1, 1));
        }
    }
}

/// Senders that don't say what they send are served as long as the next hop takes it.
#[test]
fn eight_bit_content_that_was_not_announced() {
    for (offers, reply) in [(&["8BITMIME"][..], "250 "), (&[], "554 5.6.3 ")] {
        let hop = Hop::usual(offers);
        let relay = Relay::to(hop.address, NONE);
        let mut sender = relay.sender();
        sender.say_all(&["MAIL FROM:<a@x>", "RCPT TO:<b@y>", "DATA"]);
        let said = sender.say("gr\u{fc}n\r\n.");
        assert!(said.starts_with(reply), "{offers:?}: {said}");
        assert_eq!(hop.messages().len(), offers.len());
    }
}

#[test]
fn parameters_are_passed_on() {
    let hop = Hop::usual(&["8BITMIME", "SMTPUTF8", "CHUNKING", "BINARYMIME", "SIZE"]);
    let relay = Relay::to(hop.address, NONE);
    for (said, heard) in [
        ("<a@x>", "<a@x>"),
        ("<>", "<>"),
        ("<a@x> BODY=8BITMIME", "<a@x> BODY=8BITMIME"),
        ("<a@x> body=binarymime", "<a@x> BODY=BINARYMIME"),
        ("<\u{fc}@x> SMTPUTF8 BODY=8BITMIME", "<\u{fc}@x> BODY=8BITMIME SMTPUTF8"),
    ] {
        relay.sender().say_all(&[&format!("MAIL FROM:{said}"), "RCPT TO:<b@y>"]);
        hop.wait_for(&format!("MAIL FROM:{heard}"));
    }
    // The trace counts, too.
    relay.sender().say_all(&["MAIL FROM:<a@x> SIZE=1000", "RCPT TO:<b@y>"]);
    let sizes = hop.heard().into_iter().filter_map(|heard| {
        heard.strip_prefix("MAIL FROM:<a@x> SIZE=").map(|size| size.parse::<u32>().unwrap())
    });
    let sizes: Vec<u32> = sizes.collect();
    assert!(sizes.len() == 1 && (1050..1400).contains(&sizes[0]), "{sizes:?}");
}

#[test]
fn what_is_offered_is_what_can_be_carried() {
    let relay = Relay::to("127.0.0.1:1", NONE);
    let mut sender = relay.sender();
    let mut offers = sender.say("EHLO client.example");
    offers.retain(|c| c != '\r');
    let mut offers: Vec<&str> = offers.lines().skip(1).map(|line| &line[4..]).collect();
    offers.sort_unstable();
    let expected = [
        "8BITMIME",
        "BINARYMIME",
        "CHUNKING",
        "ENHANCEDSTATUSCODES",
        "PIPELINING",
        "SIZE 50000000",
        "SMTPUTF8",
    ];
    assert_eq!(offers, expected);
    assert!(sender.say("MAIL FROM:<a@x> RET=HDRS").starts_with("555"));
}

#[test]
fn a_command_line_that_makes_no_sense() {
    for (args, status) in [
        (&["--to", "127.0.0.1:1"][..], 64),
        (&["--listen", "127.0.0.1:0", "--to", "nowhere"], 64),
        (&["--listen", "127.0.0.1:0", "--to", "127.0.0.1:1", "--implicit-tls"], 64),
        (&["--listen", "192.0.2.1:25", "--to", "127.0.0.1:1"], 69),
        (
            &[
                "--listen",
                "127.0.0.1:0",
                "--to",
                "127.0.0.1:1",
                "--to-ca",
                "/dev/null",
                "--to-implicit-tls",
            ],
            78,
        ),
        (&["--help"], 0),
    ] {
        let program = TOKIO.program("relay");
        let output = std::process::Command::new(program).args(args).output().expect("relay");
        assert_eq!(output.status.code(), Some(status), "{args:?}: {output:?}");
    }
}
