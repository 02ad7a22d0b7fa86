//! Every wait has an end, and octets that drip in don't put it off.

use alloc::format;
use alloc::string::String;
use core::time::Duration;

use super::rig::{Rig, opening, play};
use super::{config, lmtp};
use crate::client::Config;
use crate::machine::{Machine, Step, Time, Wait};
use crate::timeouts::ClientTimeouts;

/// Waits of different lengths, so that none can be taken for another.
fn timed() -> Config {
    let seconds = Duration::from_secs;
    let timeouts = ClientTimeouts {
        greeting: seconds(10),
        hello: seconds(11),
        mail: seconds(12),
        rcpt: seconds(13),
        data: seconds(14),
        data_block: seconds(15),
        chunk: seconds(16),
        content: seconds(17),
        auth: seconds(18),
        starttls: seconds(19),
        handshake: seconds(20),
        other: seconds(21),
        quit: seconds(22),
    };
    Config { timeouts, auth_without_tls: true, ..config() }
}

/// One second before the end nothing happens; then it is over.
fn times_out(script: &str, seconds: u64, told: &str, what: &str) {
    let told: String = told.lines().flat_map(|line| ["E: ", line, "\n"]).collect();
    for drip in ["", "s: 2", "S: 250-x"] {
        play(
            &timed(),
            &format!(
                "{script}W:
                 {drip}
                 W:
                 T: {}
                 W:
                 T: 1
                 {told}E: closed timeout {what}
                 D:",
                seconds - 1
            ),
        );
    }
}

#[test]
fn every_reply() {
    times_out("", 10, "", "the greeting");
    times_out("S: 220 mx\nE: greeted 220\nC: EHLO client.example\n", 11, "", "the reply to EHLO");
    let helo =
        "S: 220 mx\nE: greeted 220\nC: EHLO client.example\nS: 500 x\nC: HELO client.example\n";
    times_out(helo, 11, "", "the reply to HELO");
    for (request, command, seconds, what) in [
        ("noop", "NOOP", 21, "NOOP"),
        ("reset", "RSET", 21, "RSET"),
        ("verify x", "VRFY x", 21, "VRFY"),
        ("expand x", "EXPN x", 21, "EXPN"),
        ("help", "HELP", 21, "HELP"),
        ("etrn x", "ETRN x", 21, "ETRN"),
        ("auth X", "AUTH X", 18, "AUTH"),
        ("starttls", "STARTTLS", 19, "STARTTLS"),
        ("quit", "QUIT", 22, "QUIT"),
    ] {
        let script = format!("{}A: {request}\nC: {command}\n", opening("ETRN,AUTH X,STARTTLS"));
        times_out(&script, seconds, "", &format!("the reply to {what}"));
    }
}

#[test]
fn every_reply_of_a_transaction() {
    let closed = |what: &str| format!("not sent 0 closed timeout {what}");
    let unknown = |what: &str| format!("not sent 0 unknown timeout {what}");
    let mail = format!("{}A: send 1\nC: MAIL FROM:<s0@x>\n", opening(""));
    times_out(&mail, 12, &closed("the reply to MAIL"), "the reply to MAIL");
    let rcpt = format!("{mail}S: 250 ok\nE: sender 0 250\nC: RCPT TO:<r0-0@x>\n");
    times_out(&rcpt, 13, &closed("the reply to RCPT"), "the reply to RCPT");
    let data = format!("{rcpt}S: 250 ok\nE: recipient 0.0 250\nC: DATA\n");
    times_out(&data, 14, &closed("the reply to DATA"), "the reply to DATA");
    let content = format!("{data}S: 354 go\nE: body 0\nA: finish\nC: .\n");
    times_out(&content, 17, &unknown("the reply to the message"), "the reply to the message");
    let chunk = format!("{}A: send 1\nC: MAIL FROM:<s0@x>\n", opening("CHUNKING"));
    let chunk = format!("{chunk}S: 250 ok\nE: sender 0 250\nC: RCPT TO:<r0-0@x>\n");
    let chunk =
        format!("{chunk}S: 250 ok\nE: recipient 0.0 250\nE: body 0\nA: body x\nE: body 0\n");
    let last = format!("{chunk}A: finish\nC: BDAT 1 LAST\nC: x\n").replace("body x", "body x\\n");
    let last = last.replace("BDAT 1", "BDAT 3");
    times_out(&last, 17, &unknown("the reply to BDAT LAST"), "the reply to BDAT LAST");
    let more = format!("{chunk}A: body y\nC: BDAT 3\nC: x\nE: body 0\nA: finish\n");
    let more = more.replace("body x", "body x\\n");
    times_out(&more, 16, &closed("the reply to BDAT"), "the reply to BDAT");
}

#[test]
fn a_reply_starts_the_wait_for_the_next() {
    let script = format!(
        "{}A: send 1
         C: MAIL FROM:<s0@x>
         C: RCPT TO:<r0-0@x>
         C: DATA
         W:
         T: 11
         S: 250 ok
         E: sender 0 250
         W:
         T: 12
         S: 250 ok
         E: recipient 0.0 250\n",
        opening("PIPELINING")
    );
    times_out(&script, 14, "not sent 0 closed timeout the reply to DATA", "the reply to DATA");
}

#[test]
fn an_own_reset() {
    let script = format!(
        "{}A: send 1
         C: MAIL FROM:<s0@x>
         S: 250 ok
         E: sender 0 250
         C: RCPT TO:<r0-0@x>
         S: 550 no
         E: recipient 0.0 550
         E: not sent 0 no recipients
         C: RSET\n",
        opening("")
    );
    times_out(&script, 21, "", "the reply to RSET");
}

#[test]
fn lmtp_outcomes_one_by_one() {
    let config = Config { protocol: lmtp().protocol, ..timed() };
    let opening = opening("PIPELINING").replace("EHLO", "LHLO");
    play(
        &config,
        &format!(
            "{opening}A: send 2
             C: MAIL FROM:<s0@x>
             C: RCPT TO:<r0-0@x>
             C: RCPT TO:<r0-1@x>
             C: DATA
             S: 250 ok
             S: 250 ok
             S: 250 ok
             S: 354 go
             E: sender 0 250
             E: recipient 0.0 250
             E: recipient 0.1 250
             E: body 0
             A: finish
             E: ready
             A: idle
             C: .
             W:
             T: 16
             S: 250 ok
             E: outcome 0.0 250
             W:
             T: 16
             W:
             T: 1
             E: not sent 0 unknown timeout the reply to the message
             E: closed timeout the reply to the message
             D:"
        ),
    );
}

#[test]
fn the_handshake() {
    let mut rig = Rig::new(timed(), 1);
    rig.play(&opening("STARTTLS"));
    rig.play("A: starttls\nC: STARTTLS\nS: 220 go");
    rig.run();
    let until = Some(Time::from_secs(20));
    assert_eq!(rig.client.poll(Time::from_secs(19)), Step::Upgrade { until });
    rig.play("T: 20\nE: closed timeout the TLS handshake\nD:");
}

/// A server that takes nothing is given up; one that takes a little now and then is not.
#[test]
fn a_server_that_does_not_read() {
    let mut rig = Rig::new(timed(), 1);
    rig.play(&opening(""));
    rig.client.noop().unwrap();
    let at = Time::from_secs;
    let wait = |until| Step::Wait(Wait { read: true, write: true, until: Some(at(until)) });
    assert_eq!(rig.client.poll(at(100)), wait(115));
    assert_eq!(rig.client.poll(at(114)), wait(115));
    bytes::Buf::advance(&mut rig.client.outbox, 1);
    assert_eq!(rig.client.poll(at(114)), wait(129));
    rig.now = at(129);
    rig.play("E: closed timeout the peer to take data\nD:");
}

/// Nothing is read while a question is open, so no time passes.
#[test]
fn the_caller_may_take_its_time() {
    play(
        &timed(),
        &format!(
            "{}A: send 1
             C: MAIL FROM:<s0@x>
             C: RCPT TO:<r0-0@x>
             C: DATA
             S: 250 ok
             S: 250 ok
             S: 354 go
             E: sender 0 250
             E: recipient 0.0 250
             E: body 0
             T: 100000
             A: finish
             E: ready
             T: 100000
             A: idle
             C: .
             W:
             T: 16
             W:
             S: 250 ok
             E: outcome 0 250
             E: ready
             T: 100000
             A: idle
             T: 100000
             W:",
            opening("PIPELINING")
        ),
    );
    let mut rig = Rig::new(timed(), 1);
    rig.play(&opening("PIPELINING,CHUNKING"));
    rig.play("A: send 1\nE: body 0\nA: finish\nE: ready\nA: idle\nC: MAIL FROM:<s0@x>");
    rig.play("C: RCPT TO:<r0-0@x>\nC: BDAT 0 LAST\nW:\nT: 11\nA: send 1\nE: body 1\nT: 99");
    rig.play("A: finish\nE: ready\nA: idle\nC: RSET\nS: 250 ok\nE: sender 0 250");
}

/// What a broken connection still has to say is read before it is given up.
#[test]
fn after_a_write_error() {
    let begin = format!("{}A: send 1\nC: MAIL FROM:<s0@x>\n", opening(""));
    let mut rig = Rig::new(timed(), 1);
    rig.play(&begin);
    rig.client.outbox().close();
    rig.play("S: 421 no\nX:\nE: not sent 0 closed unavailable 421\nE: closed unavailable 421\nD:");
    let mut rig = Rig::new(timed(), 1);
    rig.play(&begin);
    rig.client.outbox().close();
    rig.play("W:\nX:\nE: not sent 0 closed peer\nE: closed peer\nD:");
    // Nothing is awaited, and nothing can be asked for any more.
    let mut rig = Rig::new(timed(), 1);
    rig.play(&opening(""));
    rig.play("A: noop\nC: NOOP");
    rig.client.outbox().close();
    rig.play(
        "S: 250 ok\nE: answer 250\nW:\nT: 21\nW:\nT: 1\nE: closed timeout the peer to close\nD:",
    );
}
