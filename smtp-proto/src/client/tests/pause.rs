//! Content that takes its time.

use bytes::Bytes;

use super::config;
use super::rig::{Rig, opening, play};
use crate::client::BodyError;
use crate::error::Misuse;
use crate::machine::{Machine, Step, Time, Wait};

const NO_QUESTION: Misuse = Misuse::NoQuestion;
const BODY: BodyError = BodyError::Misuse(NO_QUESTION);

/// At the first question for content.
fn asked(capabilities: &str) -> Rig {
    let mut rig = Rig::new(config(), usize::MAX);
    rig.play(&opening(capabilities));
    rig.play("A: begin 1\nC: MAIL FROM:<s0@x>\nS: 250 ok\nE: sender 0 250");
    rig.play("C: RCPT TO:<r0-0@x>\nS: 250 ok\nE: recipient 0.0 250\nA: content");
    if !capabilities.contains("CHUNKING") {
        rig.play("C: DATA\nS: 354 go");
    }
    rig.play("E: body 0");
    rig
}

fn nothing_is_wanted(rig: &mut Rig) {
    assert_eq!(rig.client.pause(), Err(NO_QUESTION));
    assert_eq!(rig.client.body(Bytes::from_static(b"x")), Err(BODY));
    assert_eq!(rig.client.finish(), Err(BODY));
    assert_eq!(rig.client.abandon(), Err(NO_QUESTION));
}

#[test]
fn what_there_is_goes_out_meanwhile() {
    let mut rig = asked("");
    rig.play("A: body one\\r\\n\nE: body 0\nA: pause\nC: one\nW:\nA: pause\nW:");
    rig.play("A: body two\\r\\n\nE: body 0\nC: two\nA: pause\nW:\nA: finish\nC: .");
    nothing_is_wanted(&mut rig);
    rig.play("S: 250 ok\nE: outcome 0 250\nE: ready");
}

/// The newest is held back, because it may be the last.
#[test]
fn in_chunks() {
    let mut rig = asked("CHUNKING");
    rig.play("A: body one\\r\\n\nE: body 0\nA: pause\nW:\nA: body two\\r\\n\nE: body 0");
    rig.play("A: pause\nC: BDAT 5\nC: one\nW:\nS: 250 ok\nW:\nA: finish");
    rig.play("C: BDAT 5 LAST\nC: two\nS: 250 ok\nE: outcome 0 250\nE: ready");
}

#[test]
fn only_where_content_is_wanted() {
    let mut rig = Rig::new(config(), usize::MAX);
    assert_eq!(rig.client.pause(), Err(NO_QUESTION));
    rig.play(&opening(""));
    assert_eq!(rig.client.pause(), Err(Misuse::WrongAnswer("no content is wanted")));
    rig.play("A: begin 1");
    assert_eq!(rig.client.pause(), Err(NO_QUESTION));
}

/// No reply is due, so no time is too long; then the wait is as long as ever.
#[test]
fn the_caller_may_take_its_time() {
    let mut rig = asked("");
    rig.play("A: pause\nW:\nT: 100000\nW:");
    let wait = |until| Step::Wait(Wait { read: true, write: false, until });
    assert_eq!(rig.client.poll(rig.now), wait(None));
    rig.play("A: finish\nC: .\nW:");
    let until = Time::from_secs(100_000 + 600);
    assert_eq!(rig.client.poll(rig.now), wait(Some(until)));

    // A chunk that was sent is waited for.
    let mut rig = asked("CHUNKING");
    rig.play("A: body one\\r\\n\nE: body 0\nA: body two\\r\\n\nE: body 0\nA: pause");
    rig.play("C: BDAT 5\nC: one\nW:\nT: 180\nE: not sent 0 closed timeout the reply to BDAT");
    nothing_is_wanted(&mut rig);
}

#[test]
fn the_server_is_heard_meanwhile() {
    for (said, told) in [
        ("S: 421 bye", "closed unavailable 421"),
        ("X:", "closed peer"),
        ("S: 554 enough", "content 554"),
    ] {
        let mut rig = asked("");
        rig.play("A: pause");
        rig.play(said);
        rig.run();
        assert_eq!(rig.told().split(", ").next(), Some(&*alloc::format!("not sent 0 {told}")));
        nothing_is_wanted(&mut rig);
    }
}

/// Nothing more is taken for it, and its end is told with the last reply.
#[test]
fn a_chunk_refused_meanwhile() {
    let mut rig = asked("CHUNKING,PIPELINING");
    rig.play("A: body 1\\r\\n\nE: body 0\nA: body 2\\r\\n\nE: body 0\nA: body 3\\r\\n\nE: body 0\nA: pause");
    rig.play("C: BDAT 3\nC: 1\nC: BDAT 3\nC: 2\nS: 552 full\nE: ready\nA: idle");
    nothing_is_wanted(&mut rig);
    rig.play("S: 503 what\nE: not sent 0 content 552\nC: RSET\nS: 250 ok\nE: ready");
}

#[test]
fn giving_up() {
    let mut rig = asked("");
    rig.play("A: body half\nE: body 0\nA: pause");
    rig.play("A: abandon\nE: not sent 0 abandoned\nE: closed abandoned\nD:");
    assert_eq!(rig.client.pause(), Err(NO_QUESTION));
    play(
        &config(),
        &(opening("CHUNKING")
            + "A: send 1
               C: MAIL FROM:<s0@x>
               S: 250 ok
               E: sender 0 250
               C: RCPT TO:<r0-0@x>
               S: 250 ok
               E: recipient 0.0 250
               E: body 0
               A: body one\\r\\n
               E: body 0
               A: pause
               W:
               A: abandon
               E: not sent 0 abandoned
               C: RSET
               S: 250 ok
               E: ready"),
    );
}
