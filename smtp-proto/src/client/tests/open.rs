//! Envelopes that are open: recipients that come one by one.

use alloc::format;
use alloc::string::String;

use bytes::Bytes;

use super::rig::{Rig, opening, play};
use super::{config, envelope, show};
use crate::client::{BodyError, Client, Config, Recipient, SendError};
use crate::error::Misuse;
use crate::machine::{Machine, Step, Time, Wait};

const NOT_OPEN: Misuse = Misuse::OutOfSequence("no envelope is open");
const FAILED: Misuse = Misuse::OutOfSequence("the transaction has failed");

fn recipient(path: &str) -> Recipient {
    Recipient { path: path.parse().unwrap(), params: "".parse().unwrap() }
}

fn opened(config: Config, capabilities: &str) -> Rig {
    let mut rig = Rig::new(config, usize::MAX);
    rig.play(&opening(capabilities));
    rig
}

fn nothing_is_open(client: &mut Client) {
    assert_eq!(client.add_recipient(recipient("b@x")), Err(NOT_OPEN.into()));
    assert_eq!(client.begin_content(), Err(NOT_OPEN));
    assert!(client.abandon().is_err());
}

/// A reply, and what comes of it: no further than the first event.
fn hear(rig: &mut Rig, reply: &[u8]) -> String {
    let space = rig.client.inbox().space();
    space[..reply.len()].copy_from_slice(reply);
    rig.client.inbox().commit(reply.len());
    let Step::Event(event) = rig.client.poll(rig.now) else { panic!("no event") };
    show(&event)
}

#[test]
fn only_while_an_envelope_is_open() {
    let mut client = Client::new(config());
    let not_ready = Misuse::NotReady("it has not asked for a request");
    assert_eq!(client.begin(envelope(0, 1)), Err(not_ready.into()));
    nothing_is_open(&mut client);
    let mut rig = opened(config(), "");
    nothing_is_open(&mut rig.client);
    rig.play("A: send 1\nC: MAIL FROM:<s0@x>\nS: 250 ok\nE: sender 0 250");
    nothing_is_open(&mut rig.client);
    rig.play("C: RCPT TO:<r0-0@x>\nS: 250 ok\nE: recipient 0.0 250\nC: DATA\nS: 354 go\nE: body 0");
    assert_eq!(rig.client.begin_content(), Err(NOT_OPEN));
    rig.play("A: finish\nC: .\nS: 250 ok\nE: outcome 0 250");
    nothing_is_open(&mut rig.client);
    rig.play("E: ready\nA: begin 0\nA: abandon");
    nothing_is_open(&mut rig.client);
    rig.play("E: not sent 1 abandoned\nE: ready\nA: begin 0\nC: MAIL FROM:<s2@x>\nX:\nE: not sent 2 closed peer");
    nothing_is_open(&mut rig.client);
    rig.play("E: closed peer\nD:");
    nothing_is_open(&mut rig.client);
}

#[test]
fn nothing_else_while_an_envelope_is_open() {
    let mut rig = opened(config(), "PIPELINING,CHUNKING");
    rig.play("A: begin 0");
    for stage in ["", "C: MAIL FROM:<s0@x>\nW:", "S: 250 ok\nE: sender 0 250", "W:"] {
        rig.play(stage);
        let not_ready = Misuse::NotReady("it has not asked for a request");
        let client = &mut rig.client;
        assert_eq!(client.send(envelope(1, 1)), Err(not_ready.into()));
        assert_eq!(client.begin(envelope(1, 1)), Err(not_ready.into()));
        assert_eq!(client.noop(), Err(not_ready));
        assert_eq!(client.reset(), Err(not_ready));
        assert_eq!(client.quit(), Err(not_ready));
        assert_eq!(client.idle(), Err(not_ready));
        assert_eq!(client.cancel(), Err(Misuse::NoQuestion));
        let no_question = Err(BodyError::Misuse(Misuse::NoQuestion));
        assert_eq!(client.body(Bytes::from_static(b"x")), no_question);
        assert_eq!(client.finish(), no_question);
    }
    rig.play("W:\nA: add b@x\nC: RCPT TO:<b@x>\nW:");
}

#[test]
fn what_a_message_needs() {
    let mut rig = opened(config(), "SIZE 1000,SMTPUTF8");
    let client = &mut rig.client;
    let mut large = envelope(0, 0);
    large.size = Some(1001);
    assert_eq!(client.begin(large), Err(SendError::TooLarge { size: 1001, limit: 1000 }));
    assert_eq!(client.send(envelope(0, 0)), Err(SendError::NoRecipients));
    client.begin(envelope(0, 0)).unwrap();
    assert_eq!(client.add_recipient(recipient("ü@x")), Err(SendError::SmtpUtf8NotSaid));
    let params = Recipient { params: "X=ü".parse().unwrap(), ..recipient("b@x") };
    assert_eq!(client.add_recipient(params), Err(SendError::SmtpUtf8NotSaid));
    assert_eq!(client.add_recipient(recipient("b@x")), Ok(0), "the count has not moved");
    rig.play(
        "C: MAIL FROM:<s0@x>\nA: abandon\nS: 250 ok\nE: sender 0 250\nE: not sent 0 abandoned",
    );
    rig.play("C: RSET\nS: 250 ok\nE: ready");
    // Said by the caller itself, in whatever case.
    let mut said = envelope(1, 0);
    said.params = "smtputf8".parse().unwrap();
    rig.client.begin(said).unwrap();
    assert_eq!(rig.client.add_recipient(recipient("ü@x")), Ok(0));
    rig.play("C: MAIL FROM:<s1@x> smtputf8\nS: 250 ok\nE: sender 1 250\nC: RCPT TO:<\\xc3\\xbc@x>");
}

/// Between the reply to MAIL and the end of the transaction too.
#[test]
fn a_refused_sender() {
    let mut rig = opened(config(), "PIPELINING");
    rig.play("A: begin 1\nC: MAIL FROM:<s0@x>\nC: RCPT TO:<r0-0@x>\nW:");
    assert_eq!(hear(&mut rig, b"550 no\r\n"), "sender 0 550");
    assert_eq!(rig.client.add_recipient(recipient("b@x")), Err(FAILED.into()));
    assert_eq!(rig.client.begin_content(), Err(FAILED));
    assert_eq!(rig.client.abandon(), Err(Misuse::NoQuestion));
    rig.play("E: ready");
    nothing_is_open(&mut rig.client);
    rig.play("A: begin 0\nC: MAIL FROM:<s1@x>\nS: 503 no\nE: recipient 0.0 503");
    rig.play("E: not sent 0 sender 550\nW:\nS: 250 ok\nE: sender 1 250\nW:\nA: add b@x\nC: RCPT TO:<b@x>");
}

/// No reply is due, so no time is too long; then the wait is as long as ever.
#[test]
fn the_caller_may_take_its_time() {
    let mut rig = opened(config(), "");
    rig.play("A: begin 0\nC: MAIL FROM:<s0@x>");
    let wait = |until| Step::Wait(Wait { read: true, write: false, until });
    assert_eq!(rig.client.poll(Time::ZERO), wait(Some(Time::from_secs(300))));
    rig.play("S: 250 ok\nE: sender 0 250\nW:");
    assert_eq!(rig.client.poll(Time::ZERO), wait(None));
    rig.play("T: 100000\nW:\nA: add b@x\nC: RCPT TO:<b@x>\nW:\nT: 299\nW:\nT: 1");
    rig.play("E: not sent 0 closed timeout the reply to RCPT\nE: closed timeout the reply to RCPT");
}

/// What was added waits for the window, and goes out in order.
#[test]
fn the_window() {
    let mut config = config();
    config.limits.window = 40;
    let mut rig = opened(config, "PIPELINING");
    rig.play("A: begin 1\nA: add a@x\nA: add b@x\nC: MAIL FROM:<s0@x>\nC: RCPT TO:<r0-0@x>\nW:");
    rig.play("A: add c@x\nW:\nS: 250 ok\nE: sender 0 250\nC: RCPT TO:<a@x>\nW:\nS: 250 ok");
    rig.play("E: recipient 0.0 250\nC: RCPT TO:<b@x>\nW:\nA: content\nW:\nS: 250 ok");
    rig.play("E: recipient 0.1 250\nC: RCPT TO:<c@x>\nC: DATA");
}

/// Behind a transaction that was given up before its replies are in, RSET comes before MAIL.
#[test]
fn given_up_before_the_replies() {
    play(
        &config(),
        &format!(
            "{}A: begin 2
             C: MAIL FROM:<s0@x>
             C: RCPT TO:<r0-0@x>
             C: RCPT TO:<r0-1@x>
             W:
             A: abandon
             E: ready
             A: begin 0
             C: RSET
             C: MAIL FROM:<s1@x>
             A: content
             E: ready
             A: send 1
             C: RSET
             C: MAIL FROM:<s2@x>
             C: RCPT TO:<r2-0@x>
             C: DATA
             W:
             S: 250 ok
             S: 550 no
             S: 250 ok
             S: 250 reset
             S: 250 ok
             S: 250 reset
             S: 250 ok
             S: 250 ok
             S: 354 go
             E: sender 0 250
             E: recipient 0.0 550
             E: recipient 0.1 250
             E: not sent 0 abandoned
             E: sender 1 250
             E: not sent 1 no recipients
             E: sender 2 250
             E: recipient 2.0 250
             E: body 2",
            opening("PIPELINING")
        ),
    );
    // Nothing was said that has to be taken back.
    let mut rig = opened(config(), "PIPELINING,CHUNKING");
    rig.play("A: begin 1\nA: abandon\nE: not sent 0 abandoned\nE: ready\nA: begin 0\nA: content");
    rig.play("E: not sent 1 no recipients\nE: ready\nA: send 1\nC: MAIL FROM:<s2@x>");
}

/// A caller that was told to be idle may begin between the last reply and the next `Ready`: what the
/// server holds of the transaction before is taken back first.
#[test]
fn between_the_last_reply_and_ready() {
    let mut rig = opened(config(), "PIPELINING");
    rig.play("A: begin 1\nC: MAIL FROM:<s0@x>\nC: RCPT TO:<r0-0@x>\nA: abandon\nE: ready\nA: idle");
    rig.play("S: 250 ok\nE: sender 0 250\nW:");
    assert_eq!(hear(&mut rig, b"250 ok\r\n"), "recipient 0.0 250");
    rig.client.begin(envelope(1, 1)).unwrap();
    rig.play("C: RSET\nC: MAIL FROM:<s1@x>\nC: RCPT TO:<r1-0@x>\nE: not sent 0 abandoned");
}

/// What the caller adds when nothing can be written any more is lost like everything else.
#[test]
fn after_a_write_error() {
    let mut rig = opened(config(), "PIPELINING");
    rig.play("A: begin 0\nC: MAIL FROM:<s0@x>\nS: 250 ok\nE: sender 0 250");
    rig.client.outbox().close();
    rig.play("A: add b@x\nA: content\nW:\nX:\nE: not sent 0 closed peer\nE: closed peer\nD:");
}
