//! What came while a connection was free is seen before it is used again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use smtp_tokio::pool::{Manager, Pool};
use smtp_tokio::tls::{client_config, pem_roots, server_config};
use smtp_tokio::{ClientTls, rustls::RootCertStore};
use tokio::sync::Notify;

use crate::many::Counted;
use crate::server::Server;
use crate::support::{ALL, blocked_until, connector, pool, send_tea};

/// Takes a message over its first connection and then, when it is told to, says this; if that is
/// nothing it closes.
struct Disturbed {
    server: Server,
    go: Arc<Notify>,
    gone: Arc<AtomicBool>,
}

impl Disturbed {
    fn by(text: &'static str) -> Self {
        let (go, gone) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let (signal, done) = (Arc::clone(&go), Arc::clone(&gone));
        let server = Server::start(move |number, mut peer| {
            let (signal, done) = (Arc::clone(&signal), Arc::clone(&done));
            async move {
                if number > 0 {
                    return peer.serve(ALL).await;
                }
                peer.greet(ALL).await;
                peer.take(1).await;
                signal.notified().await;
                if text.is_empty() {
                    drop(peer);
                    done.store(true, SeqCst);
                } else {
                    peer.say(text).await;
                    done.store(true, SeqCst);
                    peer.take(usize::MAX).await;
                }
            }
        });
        Self { server, go, gone }
    }

    /// With everything offered a whole message would be on its way before the end was noticed, and
    /// its fate not be known: it has to be noticed before. No task of the client's runs, nor its
    /// runtime, between what the server does and the look at it.
    async fn is_noticed(&self) {
        self.is_noticed_after(async || {}).await;
    }

    async fn is_noticed_after(&self, preparation: impl AsyncFnOnce()) {
        let pool = pool(self.server.address, 8);
        send_tea(&pool).await;
        self.go.notify_one();
        blocked_until(|| self.gone.load(SeqCst));
        preparation().await;
        send_tea(&pool).await;
        assert_eq!((self.server.connections(), self.server.messages().len()), (2, 2));
        assert_eq!((self.server.count(0, "MAIL"), self.server.count(1, "MAIL")), (1, 1));
        assert!(!self.server.has_heard(0, "QUIT"));
    }
}

#[tokio::test]
async fn a_421() {
    Disturbed::by("421 4.4.2 Idle for too long\r\n").is_noticed().await;
}

#[tokio::test]
async fn the_end() {
    Disturbed::by("").is_noticed().await;
}

#[tokio::test]
async fn a_reply_that_nothing_asked_for() {
    Disturbed::by("250 Ok\r\n").is_noticed().await;
}

#[tokio::test]
async fn a_part_of_a_reply() {
    Disturbed::by("4").is_noticed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_them_in_another_runtime() {
    for text in ["421 4.4.2 Idle for too long\r\n", "", "250 Ok\r\n", "4"] {
        tokio::spawn(async move { Disturbed::by(text).is_noticed().await }).await.unwrap();
    }
}

/// A task that has done much in one go is told of nothing any more, to let others have their turn.
#[tokio::test]
async fn by_a_task_that_has_used_up_its_share_too() {
    for much in 118..=128 {
        let disturbed = Disturbed::by("421 4.4.2 Idle for too long\r\n");
        let preparation = async || {
            tokio::time::sleep(Duration::from_millis(5)).await;
            for _ in 0..much {
                tokio::task::coop::consume_budget().await;
            }
        };
        disturbed.is_noticed_after(preparation).await;
    }
}

/// In TLS 1.3 something comes behind the handshake that is no reply: session tickets.
#[tokio::test]
async fn under_tls_as_well() {
    let certified = rcgen::generate_simple_self_signed(["mx.example.org".to_owned()]).unwrap();
    let place = tempfile::tempdir().unwrap();
    let (chain, key) = (place.path().join("chain"), place.path().join("key"));
    std::fs::write(&chain, certified.cert.pem()).unwrap();
    std::fs::write(&key, certified.signing_key.serialize_pem()).unwrap();

    let served = Counted::start(Some(server_config(&chain, &key).unwrap().into()));
    let mut connector = connector();
    let mut roots = RootCertStore::empty();
    pem_roots(&mut roots, &chain).unwrap();
    connector.tls = Some(ClientTls {
        config: client_config(roots).unwrap(),
        name: "mx.example.org".try_into().unwrap(),
    });
    connector.implicit_tls = true;
    let pool = Pool::new(Manager::new(connector, served.address), 8);
    for _ in 0..5 {
        send_tea(&pool).await;
    }
    assert_eq!((served.connections(), served.messages().len()), (1, 5));

    served.say_421();
    blocked_until(|| served.said_421());
    send_tea(&pool).await;
    assert_eq!((served.connections(), served.messages().len()), (2, 6));
}
