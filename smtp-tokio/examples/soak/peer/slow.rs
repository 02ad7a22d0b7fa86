//! Peers that take their time, and are no worse than that.

use std::time::Duration;

use tokio::time::sleep;

use super::script::play;
use super::wire::Wire;
use super::{HELLO, RECIPIENT, SENDER, Trouble, Visit};

/// Any reader's and writer's: so long, and somebody may want to come to an end.
const AT_MOST: u64 = 1200;

/// How many messages a slow reader sends ahead.
const AHEAD: usize = 40;

pub(super) async fn drip(visit: &mut Visit) -> Result<(), Trouble> {
    let message = visit.message_of(200);
    let bdat = visit.world.offers.chunking && visit.rng.bool();
    let mut wire = visit.connect().await?;
    play(visit, &mut wire, &message, bdat, async |visit, wire, octets| {
        let mut rest = octets;
        while !rest.is_empty() {
            let (piece, left) = rest.split_at(visit.rng.usize(1..4).min(rest.len()));
            wire.write(piece).await?;
            sleep(Duration::from_millis(3)).await;
            rest = left;
        }
        Ok(())
    })
    .await
}

pub(super) async fn pauses(visit: &mut Visit) -> Result<(), Trouble> {
    let message = visit.message();
    let mut wire = visit.connect().await?;
    play(visit, &mut wire, &message, false, async |visit, wire, octets| {
        visit.sleep(0..AT_MOST).await;
        let (first, second) = octets.split_at(visit.rng.usize(0..=octets.len()));
        wire.write(first).await?;
        visit.sleep(0..AT_MOST).await;
        wire.write(second).await
    })
    .await
}

/// Everything is written before anything is read, if the server's patience and buffers allow, and then
/// the replies are read one by one.
pub(super) async fn reader(visit: &mut Visit) -> Result<(), Trouble> {
    if !visit.world.offers.chunking {
        return pauses(visit).await;
    }
    let mut wire = Wire::narrow(visit.world.server).await?;
    wire.greeting().await?;
    wire.expect(&format!("EHLO {HELLO}"), '2').await?;
    let messages: Vec<_> = (0..AHEAD).map(|_| visit.message_of(300)).collect();
    let mut octets = Vec::new();
    for message in &messages {
        let begin = format!("MAIL FROM:<{SENDER}>\r\nRCPT TO:<{RECIPIENT}>\r\nBDAT ");
        octets.extend_from_slice(begin.as_bytes());
        octets.extend_from_slice(format!("{} LAST\r\n", message.content.len()).as_bytes());
        octets.extend_from_slice(&message.content);
    }
    let attempts: Vec<_> = messages.iter().map(|message| visit.attempt(message)).collect();
    wire.write(&octets).await?;
    for attempt in attempts {
        visit.sleep(0..100).await;
        wire.want('2').await?;
        wire.want('2').await?;
        let reply = wire.reply().await?;
        attempt.replied(reply.code);
        if reply.code == 421 {
            return Err(Trouble::Told);
        }
    }
    wire.expect("QUIT", '2').await
}
