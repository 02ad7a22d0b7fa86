//! Many messages from many tasks, to a server that is none of a script.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use smtp_proto::server::{Config, Event};
use smtp_tokio::{Listener, ServerConnection, ServerTls};
use tokio::sync::{Notify, oneshot};

use crate::support::{envelope, manager_with};
use smtp_tokio::pool::Pool;

#[derive(Default)]
struct Seen {
    connections: AtomicUsize,
    messages: Mutex<Vec<Vec<u8>>>,
    /// To say 421.
    stop: Notify,
    stopped: AtomicUsize,
}

/// A listener in a thread of its own, which takes everything and counts.
pub(crate) struct Counted {
    pub(crate) address: SocketAddr,
    seen: Arc<Seen>,
    _stop: oneshot::Sender<()>,
}

impl Counted {
    pub(crate) fn start(tls: Option<ServerTls>) -> Self {
        let seen = Arc::new(Seen::default());
        let shared = Arc::clone(&seen);
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let config = Config::new("mx.example.org".parse().unwrap());
                let mut listener: Listener = Listener::bind("127.0.0.1:0", config).unwrap();
                listener.implicit_tls = tls.is_some();
                listener.tls = tls;
                tell.send(listener.local_addr().unwrap()).unwrap();
                let handler = move |conn, _| take_all(conn, Arc::clone(&shared));
                let stopped = async { drop(stopped.await) };
                listener.serve(handler, stopped, Duration::ZERO).await;
            });
        });
        Self { address: told.recv().unwrap(), seen, _stop: stop }
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.connections.load(SeqCst)
    }

    pub(crate) fn messages(&self) -> Vec<Vec<u8>> {
        self.seen.messages.lock().unwrap().clone()
    }

    /// Tells the client of one connection to go.
    pub(crate) fn say_421(&self) {
        self.seen.stop.notify_one();
    }

    pub(crate) fn said_421(&self) -> bool {
        self.seen.stopped.load(SeqCst) > 0
    }
}

async fn take_all(mut conn: ServerConnection, seen: Arc<Seen>) {
    seen.connections.fetch_add(1, SeqCst);
    let mut content = Vec::new();
    loop {
        let event = tokio::select! {
            event = conn.next() => event,
            () = seen.stop.notified() => {
                conn.shutdown();
                while let Ok(Some(_)) = conn.next().await {}
                seen.stopped.fetch_add(1, SeqCst);
                return;
            }
        };
        let Ok(Some(event)) = event else { return };
        match event {
            Event::Mail { .. } => content.clear(),
            Event::Body(ref piece) => content.extend_from_slice(piece),
            Event::Deliver { .. } => seen.messages.lock().unwrap().push(content.clone()),
            _ => {}
        }
        if event.is_question() {
            conn.accept().unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_message_arrives_once() {
    const TASKS: usize = 50;
    const EACH: usize = 20;
    const SIZE: usize = 8;
    let server = Counted::start(None);
    let manager = manager_with(server.address, |limits| limits.messages = u32::MAX);
    let pool = Pool::new(manager, SIZE);
    let sending: Vec<_> = (0..TASKS)
        .map(|task| {
            let pool = pool.clone();
            tokio::spawn(async move {
                for number in 0..EACH {
                    let body = Bytes::from(format!("{task} {number}\r\n"));
                    let delivery = pool.send(envelope(), body).await.unwrap();
                    assert!(delivery.is_complete(), "{delivery:?}");
                }
            })
        })
        .collect();
    for sent in sending {
        sent.await.unwrap();
    }
    let messages = server.messages();
    assert_eq!(messages.len(), TASKS * EACH);
    assert_eq!(BTreeSet::from_iter(messages).len(), TASKS * EACH);
    assert!((1..=SIZE).contains(&server.connections()), "{}", server.connections());
    assert!(pool.status().size <= SIZE);
    pool.close().await;
}
