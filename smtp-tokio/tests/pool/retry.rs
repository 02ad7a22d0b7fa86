//! What is sent again when a connection breaks, and what is not.

use smtp_proto::client::NotSent;
use smtp_proto::error::Close;
use smtp_tokio::client::{ConnectError, EstablishError, Fate};
use smtp_tokio::pool::PoolError;

use crate::server::{Peer, Server};
use crate::support::{ALL, envelope, only, pool, send_tea};

/// Where a server stops, over its first connections.
#[derive(Clone, Copy)]
struct Stops {
    /// How many connections.
    connections: usize,
    offers: &'static [&'static str],
    /// What it hears last.
    at: &'static str,
    /// What it says to that.
    saying: &'static str,
}

impl Stops {
    fn at(at: &'static str) -> Self {
        Self { connections: 1, offers: &[], at, saying: "" }
    }

    fn saying(self, saying: &'static str) -> Self {
        Self { saying, ..self }
    }

    fn start(self) -> Server {
        Server::start(move |number, peer| self.play(number, peer))
    }

    async fn play(self, number: usize, mut peer: Peer) {
        if number >= self.connections {
            return peer.serve(self.offers).await;
        }
        peer.greet(self.offers).await;
        if self.at == "." {
            peer.until_content().await;
        } else {
            peer.until(self.at).await;
        }
        peer.say(self.saying).await;
    }
}

/// Sends a message and tells its fate; the pool is of use afterwards.
async fn sent_to(server: &Server) -> (bool, Fate) {
    let pool = pool(server.address, 8);
    let delivery = pool.send(envelope(), &b"tea\r\n"[..]).await.unwrap();
    let fate = only(&delivery).clone();
    let before = server.messages().len();
    assert_eq!(pool.status().size, usize::from(delivery.is_complete()));
    send_tea(&pool).await;
    assert_eq!(server.messages().len(), before + 1);
    (delivery.sender.is_some(), fate)
}

#[tokio::test]
async fn without_a_reply_to_mail_a_message_is_begun_anew() {
    for stops in [Stops::at("MAIL"), Stops::at("MAIL").saying("421 4.3.2 Going down\r\n")] {
        let server = stops.start();
        let (answered, fate) = sent_to(&server).await;
        assert!(answered && matches!(fate, Fate::Accepted(_)), "{fate:?}");
        assert_eq!((server.connections(), server.messages().len()), (2, 2));
    }
}

#[tokio::test]
async fn over_a_connection_that_was_used_before_too() {
    let server = Server::start(|number, mut peer| async move {
        if number > 0 {
            return peer.serve(&[]).await;
        }
        peer.greet(&[]).await;
        peer.take(3).await;
        peer.until("MAIL").await;
    });
    let pool = pool(server.address, 8);
    for _ in 0..5 {
        send_tea(&pool).await;
    }
    assert_eq!((server.connections(), server.messages().len()), (2, 5));
}

#[tokio::test]
async fn a_message_is_begun_anew_only_once() {
    let server = Stops { connections: 2, ..Stops::at("MAIL") }.start();
    let (answered, fate) = sent_to(&server).await;
    assert!(!answered);
    assert_eq!(fate, Fate::NotSent(NotSent::Closed(Close::Peer)));
    assert_eq!((server.connections(), server.messages().len()), (3, 1));
}

#[tokio::test]
async fn behind_the_reply_to_mail_it_is_told_and_no_more() {
    for at in ["RCPT", "DATA"] {
        let server = Stops::at(at).start();
        let (answered, fate) = sent_to(&server).await;
        assert!(answered);
        assert_eq!(fate, Fate::NotSent(NotSent::Closed(Close::Peer)));
        assert_eq!((server.connections(), server.messages().len()), (2, 1));
    }
}

#[tokio::test]
async fn behind_the_end_of_the_content_its_fate_is_not_known() {
    let server = Stops::at(".").start();
    let (answered, fate) = sent_to(&server).await;
    assert!(answered);
    assert_eq!(fate, Fate::NotSent(NotSent::Unknown(Close::Peer)));
    // The server has got it, and could have delivered it.
    assert_eq!((server.connections(), server.messages().len()), (2, 2));
}

/// All of it was on its way when MAIL was heard.
#[tokio::test]
async fn the_same_if_nothing_was_waited_for() {
    for said in ["", "421 4.3.2 Going down\r\n"] {
        let server = Stops { offers: ALL, ..Stops::at("MAIL").saying(said) }.start();
        let (answered, fate) = sent_to(&server).await;
        assert!(!answered);
        assert!(matches!(fate, Fate::NotSent(NotSent::Unknown(_))), "{fate:?}");
        assert_eq!((server.connections(), server.messages().len()), (2, 1));
    }
}

/// More than the window, of which a part was on its way, but not its end.
#[tokio::test]
async fn a_part_of_the_content_is_no_message() {
    let server = Stops { offers: ALL, ..Stops::at("MAIL") }.start();
    let pool = pool(server.address, 8);
    let large = bytes::Bytes::from("line of text\r\n".repeat(100_000));
    let delivery = pool.send(envelope(), large.clone()).await.unwrap();
    assert!(delivery.is_complete(), "{delivery:?}");
    assert_eq!(server.connections(), 2);
    assert!(server.messages() == [std::str::from_utf8(&large).unwrap()]);
}

#[tokio::test]
async fn no_other_connection_can_be_opened() {
    let server = Server::start(|number, mut peer| async move {
        if number == 0 {
            peer.greet(&[]).await;
            peer.until("MAIL").await;
        } else {
            peer.say("554 No more of you\r\n").await;
            peer.line().await;
        }
    });
    let pool = pool(server.address, 8);
    let error = pool.send(envelope(), &b"tea\r\n"[..]).await.unwrap_err();
    let PoolError::Connect { error: ConnectError::Establish(EstablishError::Refused(_)), .. } =
        &error
    else {
        panic!("{error:?}")
    };
    assert!(error.to_string().contains("No more of you"), "{error}");
    assert_eq!(pool.status().size, 0);
}
