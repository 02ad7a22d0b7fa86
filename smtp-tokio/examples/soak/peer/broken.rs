//! Peers whose connection breaks.

use std::time::Duration;

use super::script::{Sending, steps};
use super::{Trouble, Visit};

/// How a connection breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    Close,
    Reset,
    HalfClose,
}

/// How long it may be, in milliseconds, before it breaks.
const MOMENT: u64 = 100;

/// Breaks anywhere between the greeting and the end; in every fourth case right behind the message.
pub(super) async fn cut(visit: &mut Visit, how: How) -> Result<(), Trouble> {
    let message = visit.message();
    let steps = steps(&message, visit.world.offers.chunking && visit.rng.bool());
    let total = steps.iter().map(|step| step.octets.len()).sum();
    let until_end = total - steps.last().map_or(0, |quit| quit.octets.len());
    let mut left = if visit.rng.u8(..) < 64 { until_end } else { visit.rng.usize(0..=total) };
    let mut wire = visit.connect().await?;
    let mut sending = Sending::begin(visit, &mut wire, &message).await?;
    for step in &steps {
        let now = step.octets.len().min(left);
        let whole = now == step.octets.len();
        if !whole || left == now {
            if !(whole && step.is_content) {
                // A cut behind the reply to it settles nothing any more.
                sending.unfinished();
            }
            sending.write(&step.octets[..now]).await?;
            // The server may be at anything by then.
            visit.sleep(0..MOMENT).await;
            if how == How::HalfClose {
                sending.wire().half_close().await?;
                if whole && step.is_content {
                    sending.replies(step).await?;
                }
                let _ = sending.wire().rest(Duration::from_secs(5)).await;
            }
            break;
        }
        left -= now;
        sending.write(&step.octets).await?;
        sending.replies(step).await?;
    }
    drop(sending);
    if how == How::Reset {
        wire.reset();
    }
    Ok(())
}

/// Does not wait for the reply.
pub(super) async fn unread(visit: &mut Visit) -> Result<(), Trouble> {
    let message = visit.message();
    let bdat = visit.world.offers.chunking && visit.rng.bool();
    let mut wire = visit.connect().await?;
    let mut sending = Sending::begin(visit, &mut wire, &message).await?;
    for step in steps(&message, bdat) {
        sending.write(&step.octets).await?;
        if step.is_content {
            break;
        }
        sending.replies(&step).await?;
    }
    visit.sleep(0..MOMENT).await;
    Ok(())
}
