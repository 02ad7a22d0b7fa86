//! What published clients got wrong, each as a conversation.

use alloc::format;

use super::rig::{Rig, opening, play};
use super::{config, envelope};
use crate::client::{Envelope, SendError};
use crate::syntax::address::{ForwardPath, ReversePath};
use crate::syntax::capability::Extension;

/// One refused recipient, and QUIT went out as message text.
#[test]
fn a_refused_recipient_shifts_nothing() {
    play(
        &config(),
        &format!(
            "{}A: send 2
             C: MAIL FROM:<s0@x>
             C: RCPT TO:<r0-0@x>
             C: RCPT TO:<r0-1@x>
             C: DATA
             S: 250 ok
             S: 550 no
             S: 250 ok
             S: 354 go
             E: sender 0 250
             E: recipient 0.0 550
             E: recipient 0.1 250
             E: body 0
             A: body text\\n
             E: body 0
             A: finish
             E: ready
             A: quit
             C: text
             C: .
             C: QUIT
             S: 250 taken
             S: 221 bye
             E: outcome 0 250
             E: closed quit
             D:",
            opening("PIPELINING")
        ),
    );
}

#[test]
fn keywords_in_any_case_and_codes_without_text() {
    play(
        &config(),
        "s: 220\\r\\n
         E: greeted 220
         C: EHLO client.example
         s: 250-mx\\r\\n250-starttls\\r\\n250-Auth=Login\\r\\n250 Size\\r\\n
         E: hello 250 STARTTLS AUTH SIZE
         E: ready
         A: noop
         C: NOOP
         s: 250-\\r\\n250\\r\\n
         E: answer 250
         E: ready
         A: noop
         C: NOOP
         S: 250 Grüße
         E: answer 250",
    );
}

#[test]
fn two_codes_in_one_reply() {
    play(
        &config(),
        &format!(
            "{}A: noop
             C: NOOP
             S: 250-a
             S: 550 b
             E: fault a reply begins with code 250 and goes on with 550, expected the same code
             E: closed fault
             D:",
            opening("")
        ),
    );
}

/// Two replies in one segment: the second is looked at although nothing more comes.
#[test]
fn a_second_reply_in_the_same_segment() {
    play(
        &config(),
        &format!(
            "{}A: send 1
             C: MAIL FROM:<s0@x>
             C: RCPT TO:<r0-0@x>
             C: DATA
             s: 250 a\\r\\n250 b\\r\\n354 c\\r\\n
             E: sender 0 250
             E: recipient 0.0 250
             E: body 0",
            opening("PIPELINING")
        ),
    );
}

/// `\n.\n` in a message is no end of it for anybody.
#[test]
fn smuggling() {
    for end in ["\\n.\\n", "\\r.\\r", "\\n.\\r\\n", "\\r\\n.\\n", "\\r.\\r\\n", "\\r\\n.\\r"] {
        play(
            &config(),
            &format!(
                "{}A: send 1
                 C: MAIL FROM:<s0@x>
                 S: 250 ok
                 E: sender 0 250
                 C: RCPT TO:<r0-0@x>
                 S: 250 ok
                 E: recipient 0.0 250
                 C: DATA
                 S: 354 go
                 E: body 0
                 A: body a{end}MAIL FROM:<evil@x>
                 E: body 0
                 A: finish
                 C: a
                 C: ..
                 C: MAIL FROM:<evil@x>
                 C: .
                 W:",
                opening("")
            ),
        );
    }
}

#[test]
fn addresses_never_become_commands() {
    assert!("a@x>\r\nRCPT TO:<b@x".parse::<ForwardPath>().is_err());
    assert!("a\r\n@x".parse::<ReversePath>().is_err());
    assert!("\"a\r\n\"@x".parse::<ReversePath>().is_err());
    assert!("NOTIFY=NEVER\r\nDATA".parse::<crate::syntax::params::Params>().is_err());
    assert!("mx\r\nQUIT".parse::<crate::syntax::address::Host>().is_err());
}

#[test]
fn nothing_beyond_what_was_offered() {
    let mut rig = Rig::new(config(), 1);
    // HELO offers nothing, whatever its reply says.
    rig.play("S: 220 mx\nE: greeted 220\nC: EHLO client.example\nS: 500 x\nC: HELO client.example");
    rig.play("S: 250-mx\nS: 250-PIPELINING\nS: 250 SMTPUTF8\nE: hello 250\nE: ready");
    let utf8 = Envelope { smtputf8: true, ..envelope(0, 1) };
    assert_eq!(rig.client.send(utf8), Err(SendError::Missing(Extension::SmtpUtf8)));
    rig.play("A: send 1\nC: MAIL FROM:<s0@x>\nW:");
}

/// 421 in place of any reply: whatever was outstanding is not sent, and there is no QUIT.
#[test]
fn unavailable_in_the_middle() {
    let end = "E: closed unavailable 421\nD:";
    let start = format!(
        "{}A: send 2
         C: MAIL FROM:<s0@x>
         C: RCPT TO:<r0-0@x>
         C: RCPT TO:<r0-1@x>
         C: DATA\n",
        opening("PIPELINING")
    );
    let not_sent = "E: not sent 0 closed unavailable 421";
    play(&config(), &format!("{start}S: 421 x\n{not_sent}\n{end}"));
    play(&config(), &format!("{start}S: 250 a\nS: 421 x\nE: sender 0 250\n{not_sent}\n{end}"));
    let reply = "S: 250 a\nS: 250 b\nS: 421 x\nE: sender 0 250\nE: recipient 0.0 250";
    play(&config(), &format!("{start}{reply}\n{not_sent}\n{end}"));
    let reply = "S: 550 a\nS: 421 x\nE: sender 0 550\nE: not sent 0 sender 550";
    play(&config(), &format!("{start}{reply}\n{end}"));
    // In the middle of the content, while the peer takes nothing more.
    let mut rig = Rig::new(config(), 1);
    rig.play(&start);
    rig.play("S: 250 a\nS: 250 b\nS: 250 c\nS: 354 d\nE: sender 0 250\nE: recipient 0.0 250");
    rig.play("E: recipient 0.1 250\nE: body 0");
    rig.takes = 1000;
    rig.client.body(bytes::Bytes::from(alloc::vec![b'x'; 100_000])).unwrap();
    rig.run();
    rig.play("E: body 0\nS: 421 x");
    rig.client.body(bytes::Bytes::from(alloc::vec![b'x'; 100_000])).unwrap();
    rig.run();
    rig.output.clear();
    rig.play(&format!("{not_sent}\n{end}"));
}
