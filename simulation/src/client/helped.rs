//! A client that goes through the helpers: `establish`, `send` and its kin, `quit`.

use smtp_driver::client::{
    self, Credentials, Delivery, EstablishError, Login, Lost, SendFailure, StartTls,
};
use smtp_proto::client::{Client, Event};
use smtp_proto::session::Protocol;

use super::source::Source;
use super::{Draft, Network, fate, how_it_ended, longest};
use crate::drive::{Conn, Side};
use crate::ledger::Told;

pub(crate) async fn converse(network: Network, side: Side, mut conn: Conn<Client>) {
    let side = &side;
    side.expect(longest(&network.plan.client.timeouts));
    if establish(&network, side, &mut conn).await {
        let whole = match side.world.below(3) {
            0 => one_by_one(&network, side, &mut conn).await,
            1 => all(&network, side, &mut conn).await,
            _ => within_limits(&network, side, &mut conn).await,
        };
        if whole {
            quit(&network, side, &mut conn).await;
        }
    }
    // Whoever breaks off in the middle has not been told all there is to tell.
    loop {
        match conn.next().await {
            Ok(None) => break,
            Ok(Some(Event::Ready)) => conn.quit().expect("it is ready"),
            Ok(Some(_)) => {}
            Err(smtp_driver::Error::Unanswered) => return,
            Err(error) => assert!(!network.plan.calm, "though nothing went wrong: {error}"),
        }
        side.acts();
    }
    for _ in 0..2 {
        let more = conn.next().await;
        assert!(matches!(more, Ok(None)), "behind the end: {more:?}");
    }
}

/// Whether there is a connection for messages.
async fn establish(network: &Network, side: &Side, conn: &mut Conn<Client>) -> bool {
    let plan = &network.plan;
    let starttls = match side.world.below(4) {
        0 => StartTls::Off,
        1 if !plan.calm => StartTls::Required,
        _ => StartTls::Opportunistic,
    };
    let credentials = (plan.client.protocol == Protocol::Submission)
        .then(|| Credentials::new("tim", "tanstaaftanstaaf"));
    match client::establish(conn, &Login { starttls, credentials }).await {
        Ok(_) => {
            side.acts();
            true
        }
        Err(error) => {
            side.world.say(side.name, format_args!("not established: {error}"));
            side.world.count(match &error {
                EstablishError::Lost(Lost::Closed(close)) => how_it_ended(close),
                EstablishError::Lost(Lost::Failed(_)) => "client ends: stream or TLS failed",
                EstablishError::Refused(_) => "client ends: refused",
                _ => "client ends: could not log in",
            });
            let lost = matches!(error, EstablishError::Lost(_));
            assert!(!(lost && plan.calm), "lost, though nothing went wrong: {error}");
            if !lost && !matches!(error, EstablishError::Refused(_)) {
                side.acts();
                quit(network, side, conn).await;
            }
            false
        }
    }
}

async fn quit(network: &Network, side: &Side, conn: &mut Conn<Client>) {
    let left = client::quit(conn).await;
    side.world.say(side.name, format_args!("QUIT: {left:?}"));
    side.world.count(match &left {
        Ok(()) => "client ends: QUIT",
        Err(Lost::Closed(close)) => how_it_ended(close),
        Err(_) => "client ends: stream or TLS failed",
    });
    assert!(left.is_ok() || !network.plan.calm, "QUIT, though nothing went wrong: {left:?}");
}

/// `send`, again and again. Whether the connection is still of use.
async fn one_by_one(network: &Network, side: &Side, conn: &mut Conn<Client>) -> bool {
    for _ in 0..network.plan.messages {
        let Draft { number, envelope, content } = Draft::random(&side.world, &network.plan);
        let recipients = envelope.to.len();
        let source = Source::new(side, content, network.plan.calm);
        let sent = client::send(conn, envelope, source).await;
        side.acts();
        if !report(side, number, recipients, sent) {
            return lost(side);
        }
    }
    true
}

/// `send_all`.
async fn all(network: &Network, side: &Side, conn: &mut Conn<Client>) -> bool {
    let drafts: Vec<_> =
        (0..network.plan.messages).map(|_| Draft::random(&side.world, &network.plan)).collect();
    let entries: Vec<_> =
        drafts.iter().map(|draft| (draft.number, draft.envelope.to.len())).collect();
    let mut messages = drafts
        .into_iter()
        .map(|draft| (draft.envelope, Source::new(side, draft.content, network.plan.calm)));
    let mut reported = 0;
    let sent = client::send_all(conn, &mut messages, |index, outcome| {
        let (number, recipients) = entries[index];
        reported += 1;
        report(side, number, recipients, outcome);
    })
    .await;
    let left = messages.count();
    assert_eq!(reported + left, entries.len(), "messages nobody was told of");
    for (number, recipients) in &entries[entries.len() - left..] {
        for recipient in 0..*recipients {
            side.tell((*number, recipient), Told::NotSent);
        }
    }
    side.acts();
    match sent {
        Ok(()) => true,
        Err(why) => {
            side.world.say(side.name, format_args!("lost: {why}"));
            side.world.count(match &why {
                Lost::Closed(close) => how_it_ended(close),
                _ => "client ends: stream or TLS failed",
            });
            assert!(!network.plan.calm, "lost, though nothing went wrong: {why}");
            false
        }
    }
}

/// `send_within_limits`, which may need other connections.
async fn within_limits(network: &Network, side: &Side, conn: &mut Conn<Client>) -> bool {
    for _ in 0..network.plan.messages {
        let Draft { number, envelope, content } = Draft::random(&side.world, &network.plan);
        let recipients = envelope.to.len();
        let calm = network.plan.calm;
        let sent = client::send_within_limits(
            conn,
            envelope,
            || Source::new(side, content.clone(), calm),
            || reconnect(network, side),
        );
        let sent = sent.await;
        side.acts();
        let (delivery, whole) = match sent {
            Ok(delivery) => (delivery, true),
            Err(partly) => {
                side.world.say(side.name, format_args!("partly sent: {partly}"));
                (partly.delivery, false)
            }
        };
        let usable = report(side, number, recipients, Ok(delivery));
        if !whole || !usable {
            return lost(side);
        }
    }
    true
}

async fn reconnect(network: &Network, side: &Side) -> Result<Conn<Client>, &'static str> {
    network.world.count("client: another connection");
    side.watch(|watch, _| watch.ends());
    let (another, mut conn) = network.connect();
    side.watch.set(another.watch.get());
    side.expect(longest(&network.plan.client.timeouts));
    if establish(network, side, &mut conn).await { Ok(conn) } else { Err("not established") }
}

/// Enters what became of a message; whether the connection seems to be of use.
fn report(
    side: &Side,
    number: usize,
    recipients: usize,
    sent: Result<Delivery, SendFailure>,
) -> bool {
    match sent {
        Ok(delivery) => {
            assert_eq!(delivery.recipients.len(), recipients);
            let mut usable = true;
            for (index, outcome) in delivery.recipients.iter().enumerate() {
                let told = fate(&outcome.fate);
                usable &= !matches!(told, Told::Lost | Told::Unknown);
                side.tell((number, index), told);
            }
            usable
        }
        Err(failure) => {
            side.world.say(side.name, format_args!("message {number}: {failure}"));
            for index in 0..recipients {
                side.tell((number, index), Told::NotSent);
            }
            !matches!(failure, SendFailure::Lost(_))
        }
    }
}

/// A connection that is of no more use. What became of it is in the books.
fn lost(side: &Side) -> bool {
    side.world.count("client ends: with a message");
    false
}
