//! Peers that mean harm.

use std::time::Duration;

use super::script::steps;
use super::{HELLO, RECIPIENT, SENDER, Trouble, Visit};
use crate::ledger::Fate;
use crate::message::Message;

/// How long a server may take to have enough, or we to let go.
const LIMIT: Duration = Duration::from_secs(3);

pub(super) async fn garbage(visit: &mut Visit) -> Result<(), Trouble> {
    let mut wire = visit.connect().await?;
    let length = visit.rng.usize(1..64 << 10);
    let octets: Vec<u8> = std::iter::repeat_with(|| visit.rng.u8(..)).take(length).collect();
    wire.flood(&octets, 1, LIMIT).await;
    wire.rest(LIMIT).await
}

pub(super) async fn endless_line(visit: &mut Visit) -> Result<(), Trouble> {
    let mut wire = visit.connect().await?;
    if visit.rng.bool() {
        wire.write(format!("EHLO {HELLO}\r\nMAIL FROM:<").as_bytes()).await?;
    }
    wire.flood(&[b'a'; 16 << 10], 256, LIMIT).await;
    wire.rest(LIMIT).await
}

/// Does not even wait for the greeting. It may be taken for what it says.
pub(super) async fn early_talker(visit: &mut Visit) -> Result<(), Trouble> {
    let message = visit.message_of(500);
    let mut wire = visit.connect().await?;
    let attempt = visit.attempt(&message);
    for step in steps(&message, false) {
        wire.write(&step.octets).await?;
    }
    loop {
        match wire.reply().await?.code {
            354 => break,
            421 => {
                attempt.settle(Fate::Refused);
                return Err(Trouble::Told);
            }
            221 => {
                attempt.settle(Fate::Refused);
                return Ok(());
            }
            _ => {}
        }
    }
    attempt.replied(wire.reply().await?.code);
    wire.rest(LIMIT).await
}

pub(super) async fn flood(visit: &mut Visit) -> Result<(), Trouble> {
    let mut wire = visit.connect().await?;
    let commands = ["NOOP\r\n", "RSET\r\n", "EHLO c\r\n", "VRFY x\r\n", "X\r\n", "\r\n"];
    let command = commands[visit.rng.usize(0..commands.len())].repeat(100);
    wire.flood(command.as_bytes(), 200, LIMIT).await;
    wire.rest(LIMIT).await
}

/// More than the server has to take (RFC 5321 section 4.5.3.1.8). Those that it takes get the message.
pub(super) async fn thousand_recipients(visit: &mut Visit) -> Result<(), Trouble> {
    let count = visit.rng.usize(1000..1500);
    let message = visit.message_of(1000);
    let mut wire = visit.connect().await?;
    wire.greeting().await?;
    wire.expect(&format!("EHLO {HELLO}"), '2').await?;
    wire.expect(&format!("MAIL FROM:<{SENDER}>"), '2').await?;
    for number in 0..count {
        wire.write(format!("RCPT TO:<sink{number}@example.net>\r\n").as_bytes()).await?;
        if wire.reply().await?.code == 421 {
            return Err(Trouble::Told);
        }
    }
    wire.expect("DATA", '3').await?;
    let attempt = visit.attempt(&message);
    wire.write(&message.dotted()).await?;
    attempt.replied(wire.reply().await?.code);
    wire.expect("QUIT", '2').await
}

/// What some take for the end of a message and others don't: a second one is smuggled in behind it.
pub(super) async fn wrong_end(visit: &mut Visit) -> Result<(), Trouble> {
    const ENDS: [&[u8]; 8] = [
        b"\n.\n",
        b"\n.\r\n",
        b"\r\n.\n",
        b"\r.\r",
        b"\r\n.\r",
        b"\r.\r\n",
        b"\r\r\n.\r\r\n",
        b"\n\0.\r\n",
    ];
    let outer = visit.message_of(300);
    let inner = visit.message_of(300);
    let mut wire = visit.connect().await?;
    wire.greeting().await?;
    wire.expect(&format!("EHLO {HELLO}"), '2').await?;
    wire.expect(&format!("MAIL FROM:<{SENDER}>"), '2').await?;
    wire.expect(&format!("RCPT TO:<{RECIPIENT}>"), '2').await?;
    wire.expect("DATA", '3').await?;
    // Nobody but the server could say that either of them was sent.
    visit.attempt(&outer).settle(Fate::Unfinished);
    visit.attempt(&inner).settle(Fate::Unfinished);
    // All but its true end.
    let mut octets = outer.dotted();
    octets.truncate(octets.len() - b"\r\n.\r\n".len());
    octets.extend_from_slice(ENDS[visit.rng.usize(0..ENDS.len())]);
    let smuggled = format!("MAIL FROM:<{SENDER}>\r\nRCPT TO:<{RECIPIENT}>\r\nDATA\r\n");
    octets.extend_from_slice(smuggled.as_bytes());
    octets.extend_from_slice(&inner.dotted());
    wire.write(&octets).await?;
    let reply = wire.reply().await?;
    wire.expect("QUIT", '2').await?;
    if reply.code / 100 == 5 { Ok(()) } else { Err(Trouble::Rejected(reply.text)) }
}

pub(super) async fn giant_bdat(visit: &mut Visit) -> Result<(), Trouble> {
    const SIZES: [&str; 5] = [
        "1000000",
        "2147483648 LAST",
        "18446744073709551615 LAST",
        "18446744073709551616 LAST",
        "99999999999999999999 LAST",
    ];
    let message = visit.message_of(2000);
    let mut wire = visit.connect().await?;
    wire.greeting().await?;
    wire.expect(&format!("EHLO {HELLO}"), '2').await?;
    wire.expect(&format!("MAIL FROM:<{SENDER}>"), '2').await?;
    wire.expect(&format!("RCPT TO:<{RECIPIENT}>"), '2').await?;
    visit.attempt(&message).settle(Fate::Unfinished);
    let size = SIZES[visit.rng.usize(0..SIZES.len())];
    wire.write(format!("BDAT {size}\r\n").as_bytes()).await?;
    wire.write(&message.content).await?;
    if visit.rng.bool() {
        wire.half_close().await?;
    }
    wire.rest(Duration::from_millis(visit.rng.u64(0..2000))).await
}

pub(super) async fn endless_auth(visit: &mut Visit) -> Result<(), Trouble> {
    const BEGINNINGS: [&str; 4] = ["AUTH LOGIN", "AUTH CRAM-MD5", "AUTH SCRAM-SHA-256", "AUTH X"];
    let mut wire = visit.connect().await?;
    wire.greeting().await?;
    wire.expect(&format!("EHLO {HELLO}"), '2').await?;
    let begin = BEGINNINGS[visit.rng.usize(0..BEGINNINGS.len())];
    let attempt = format!("{begin}\r\nc29hawo=\r\nc29hawo=\r\nc29hawo=\r\n");
    wire.flood(attempt.repeat(20).as_bytes(), 20, LIMIT).await;
    wire.rest(LIMIT).await
}

pub(super) async fn tls_noise(visit: &mut Visit) -> Result<(), Trouble> {
    if !visit.world.offers.starttls {
        return garbage(visit).await;
    }
    let mut wire = visit.connect().await?;
    wire.greeting().await?;
    wire.expect(&format!("EHLO {HELLO}"), '2').await?;
    wire.expect("STARTTLS", '2').await?;
    let length = visit.rng.usize(1..4096);
    // The head of a handshake in every other case, so that somebody reads on.
    let mut octets = if visit.rng.bool() { vec![22, 3, 1, 0x10, 0] } else { Vec::new() };
    octets.extend(std::iter::repeat_with(|| visit.rng.u8(..)).take(length));
    wire.write(&octets).await?;
    // What comes back is an alert, if anything.
    wire.flood(&[], 0, LIMIT).await;
    visit.sleep(0..2000).await;
    Ok(())
}

pub(super) async fn silent(visit: &mut Visit) -> Result<(), Trouble> {
    let mut wire = visit.connect().await?;
    wire.rest(Duration::from_millis(visit.rng.u64(500..5000))).await
}

/// A transaction that goes nowhere.
pub(super) async fn stall(visit: &mut Visit) -> Result<(), Trouble> {
    let message: Message = visit.message();
    let mut wire = visit.connect().await?;
    wire.greeting().await?;
    wire.expect(&format!("EHLO {HELLO}"), '2').await?;
    wire.expect(&format!("MAIL FROM:<{SENDER}>"), '2').await?;
    wire.expect(&format!("RCPT TO:<{RECIPIENT}>"), '2').await?;
    wire.expect("DATA", '3').await?;
    visit.attempt(&message).settle(Fate::Unfinished);
    let dotted = message.dotted();
    wire.write(&dotted[..visit.rng.usize(0..dotted.len() - 3)]).await?;
    visit.sleep(500..5000).await;
    if visit.rng.bool() {
        wire.reset();
    }
    Ok(())
}
