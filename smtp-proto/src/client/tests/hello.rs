//! Greeting, hello, QUIT, STARTTLS, and the ends of a conversation.

use alloc::format;

use super::rig::{Rig, opening, play};
use super::{CUTS, config, lmtp};
use crate::client::{Client, Config, RequestError};
use crate::error::Misuse;
use crate::machine::{Machine, Tls};
use crate::session::Phase;
use crate::syntax::capability::Extension;

#[test]
fn hello_and_goodbye() {
    play(
        &config(),
        "W:
         S: 220-mx.example ESMTP
         S: 220 ready
         E: greeted 220
         C: EHLO client.example
         S: 250-mx.example greets you
         S: 250-size 1000
         S: 250-PIPELINING
         S: 250 X-OTHER a b
         E: hello 250 SIZE PIPELINING X-OTHER
         E: ready
         A: quit
         C: QUIT
         W:
         S: 221 bye
         E: closed quit
         D:",
    );
}

#[test]
fn a_code_alone_is_a_reply() {
    play(
        &config(),
        "s: 220\\r\\n\nE: greeted 220\nC: EHLO client.example\ns: 250\\r\\n\nE: hello 250\nE: ready",
    );
}

#[test]
fn helo_after_a_permanent_refusal_only() {
    play(
        &config(),
        "S: 220 mx
         E: greeted 220
         C: EHLO client.example
         S: 502 what?
         C: HELO client.example
         S: 250-mx
         S: 250 PIPELINING
         E: hello 250
         E: ready",
    );
    for (script, config) in
        [("S: 451 later", config()), ("S: 502 what?", Config { helo_fallback: false, ..config() })]
    {
        let code = &script[3..6];
        play(
            &config,
            &format!(
                "S: 220 mx
                 E: greeted 220
                 C: EHLO client.example
                 {script}
                 E: refused {code}
                 C: QUIT
                 S: 221 bye
                 E: closed refused
                 D:"
            ),
        );
    }
}

#[test]
fn lmtp_says_lhlo_and_nothing_else() {
    play(
        &lmtp(),
        "S: 220 mx
         E: greeted 220
         C: LHLO client.example
         S: 500 what?
         E: refused 500
         C: QUIT
         X:
         E: closed refused
         D:",
    );
}

#[test]
fn refused_greetings() {
    for code in [421, 450, 521, 554] {
        let end = if code == 421 {
            "E: closed unavailable 421\nD:".into()
        } else {
            format!("E: refused {code}\nC: QUIT\nW:\nS: 250 whatever\nE: closed refused\nD:")
        };
        play(&config(), &format!("S: {code} no\n{end}"));
    }
}

#[test]
fn nonsense_instead_of_a_reply() {
    let long = format!("s: 220 {}", "x".repeat(12_294));
    for (reply, fault) in [
        ("s: SSH-2.0\\r\\n", "a reply begins with \"SSH\", expected a code from 200 to 599"),
        ("s: 199 x\\r\\n", "a reply begins with \"199\", expected a code from 200 to 599"),
        ("s: 220 x\\n", "bare LF: lines end with CR LF"),
        ("s: 334 x\\r\\n", "reply 334 to the connection"),
        (&long, "line longer than 12294 octets"),
        (
            "s: 220-a\\r\\n554 b\\r\\n",
            "a reply begins with code 220 and goes on with 554, expected the same code",
        ),
    ] {
        play(&config(), &format!("{reply}\nE: fault {fault}\nE: closed fault\nD:"));
    }
    // Cut or not, an endless reply is not collected for ever.
    let lines = "S: 220-x\n".repeat(257);
    play(
        &config(),
        &format!("{lines}E: fault a reply has more than 256 lines\nE: closed fault\nD:"),
    );
}

#[test]
fn any_code_counts_by_its_first_digit() {
    play(
        &config(),
        "S: 299 mx\nE: greeted 299\nC: EHLO client.example\nS: 201 hi\nE: hello 201\nE: ready",
    );
    play(
        &config(),
        &format!("{}A: noop\nC: NOOP\nS: 571 no\nE: answer 571\nE: ready", opening("")),
    );
}

#[test]
fn eof_after_every_reply() {
    play(&config(), "X:\nE: closed peer\nD:");
    play(&config(), "s: 220 m\nX:\nE: closed peer\nD:");
    play(&config(), "S: 220 mx\nE: greeted 220\nC: EHLO client.example\nX:\nE: closed peer\nD:");
    play(&config(), &format!("{}A: noop\nC: NOOP\nX:\nE: closed peer\nD:", opening("")));
    play(&config(), &format!("{}A: idle\nW:\nX:\nE: closed peer\nD:", opening("")));
    play(&config(), &format!("{}A: quit\nC: QUIT\nX:\nE: closed quit\nD:", opening("")));
}

#[test]
fn unasked_replies() {
    let idle = format!("{}A: idle\nW:\n", opening(""));
    play(&config(), &format!("{idle}S: 421 bye\nE: closed unavailable 421\nD:"));
    play(
        &config(),
        &format!("{idle}S: 250 x\nE: fault reply 250 without a command\nE: closed fault\nD:"),
    );
    play(&config(), &format!("{}A: quit\nC: QUIT\nS: 421 bye\nE: closed quit\nD:", opening("")));
}

#[test]
fn starttls_forgets_everything() {
    play(
        &config(),
        &format!(
            "{}A: starttls
             C: STARTTLS
             S: 220 go ahead
             U:
             E: secured
             C: EHLO client.example
             S: 250-mx
             S: 250 AUTH PLAIN
             E: hello 250 AUTH
             E: ready",
            opening("STARTTLS,SIZE 10,PIPELINING")
        ),
    );
}

#[test]
fn what_was_learned_in_the_clear_is_gone_at_once() {
    let mut rig = Rig::new(config(), 1);
    rig.play(&opening("STARTTLS,AUTH PLAIN"));
    rig.play("A: starttls\nC: STARTTLS\nS: 220 go\nU:\nE: secured");
    assert!(!rig.client.capabilities().has(Extension::Auth));
    assert_eq!(rig.client.phase(), Phase::Greeted);
    assert!(rig.client.tls().is_some());
}

#[test]
fn starttls_refused() {
    for code in [454, 501] {
        let opening = opening("STARTTLS");
        play(
            &config(),
            &format!("{opening}A: starttls\nC: STARTTLS\nS: {code} no\nE: answer {code}\nE: ready"),
        );
    }
}

#[test]
fn starttls_is_only_for_where_it_is_offered() {
    let mut rig = Rig::new(config(), 1);
    rig.play(&opening("PIPELINING"));
    assert_eq!(rig.client.start_tls(), Err(RequestError::Missing(Extension::StartTls)));
    // Offered although TLS is active: a trap for the careless.
    let mut rig = Rig::new(config(), 1);
    rig.client.upgraded(Tls::default());
    rig.play("E: secured");
    rig.play(&opening("STARTTLS"));
    let misuse = Misuse::OutOfSequence("TLS is active already");
    assert_eq!(rig.client.start_tls(), Err(RequestError::Misuse(misuse)));
    rig.play("A: noop\nC: NOOP\nS: 250 ok\nE: answer 250\nE: ready");
}

#[test]
fn implicit_tls() {
    for cut in CUTS {
        let mut rig = Rig::new(config(), cut);
        rig.client.upgraded(Tls::default());
        rig.play("E: secured\nS: 220 mx\nE: greeted 220\nC: EHLO client.example");
    }
}

#[test]
fn octets_in_the_clear_behind_the_220_are_fatal() {
    let mut rig = Rig::new(config(), usize::MAX);
    rig.play(&opening("STARTTLS"));
    rig.play(
        "A: starttls
         C: STARTTLS
         s: 220 go\\r\\n250-mx\\r\\n250 AUTH PLAIN\\r\\n
         E: fault octets in the clear behind STARTTLS
         E: closed fault
         D:",
    );
    // The same if they come while the driver begins the handshake.
    let mut rig = Rig::new(config(), usize::MAX);
    rig.play(&opening("STARTTLS"));
    rig.play("A: starttls\nC: STARTTLS\nS: 220 go");
    rig.run();
    rig.client.inbox().space()[0] = b'2';
    rig.client.inbox().commit(1);
    rig.client.upgraded(Tls::default());
    rig.play("E: fault octets in the clear behind STARTTLS\nE: closed fault\nD:");
}

#[test]
fn upgraded_out_of_the_blue_changes_nothing() {
    let mut rig = Rig::new(config(), 1);
    rig.play(&opening(""));
    rig.client.upgraded(Tls::default());
    assert!(rig.client.tls().is_none());
    rig.play("A: quit\nC: QUIT\nS: 221 bye\nE: closed quit\nD:");
    rig.client.upgraded(Tls::default());
    rig.play("D:");
}

#[test]
fn a_handshake_that_fails() {
    let opening = opening("STARTTLS");
    let begin = format!("{opening}A: starttls\nC: STARTTLS\nS: 220 go\n");
    let mut rig = Rig::new(config(), 1);
    rig.play(&begin);
    rig.run();
    rig.client.inbox().close();
    rig.play("E: closed peer\nD:");
}

#[test]
fn debug_shows_no_secrets() {
    let mut rig = Rig::new(Config { auth_without_tls: true, ..config() }, 1);
    rig.play(&opening("AUTH PLAIN"));
    rig.play(&format!("A: auth PLAIN {}", "s3cret".repeat(100)));
    let shown = format!("{:?}", rig.client);
    assert!(shown.contains("Client") && !shown.contains("s3cret") && !shown.contains("115"));
}

#[test]
fn it_can_be_sent_to_another_thread() {
    fn is_send<T: Send + Sync + 'static>() {}
    is_send::<Client>();
    is_send::<<Client as Machine>::Event>();
}
