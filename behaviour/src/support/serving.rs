//! Servers, each in a thread of its own.

use std::io;
use std::net::SocketAddr;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use smtp_driver::server::{Accept, Incident, Listener, Peer, ServerConnection, Statistics};
use smtp_driver::{Clock, Connection, Drain, Error, Runtime, Stream};
use smtp_proto::server::{Config, Event, Server};

use super::{Ear, Mouth, PATIENCE, ear};
use crate::World;

/// More than any test waits for.
const GRACE: Duration = Duration::from_secs(2 * PATIENCE.as_secs());

/// A server at work.
pub(crate) struct Served {
    /// What its socket is called.
    pub(crate) name: String,
    pub(crate) incidents: Ear<Incident>,
    stop: Drain,
    statistics: Ear<Statistics>,
    thread: JoinHandle<()>,
}

impl Served {
    pub(crate) fn address(&self) -> SocketAddr {
        self.name.parse().unwrap()
    }

    /// Tells it to come to its end.
    pub(crate) fn stop(&self) {
        self.stop.begin();
    }

    pub(crate) fn is_over(&self) -> bool {
        self.thread.is_finished()
    }

    /// Tells it to come to its end, and waits for that.
    pub(crate) fn finish(self) -> Statistics {
        self.stop();
        self.statistics.next()
    }
}

/// A TCP socket of the world's.
pub(crate) fn bind<W: World>(config: Config) -> io::Result<Listener<W::Runtime>> {
    Listener::bind("127.0.0.1:0", config)
}

/// A server for TCP that takes everything and tells it.
pub(crate) fn serve<W: World>(
    config: Config,
    setup: impl FnOnce(&mut Listener<W::Runtime>) + Send + 'static,
) -> (Served, Ear<News>) {
    let (news, told) = ear();
    let server = serve_with::<W, _, _>(config, setup, move |conn, _| tell_all(conn, news.clone()));
    (server, told)
}

/// A server for TCP with a handler of its own.
pub(crate) fn serve_with<W: World, H, F>(
    config: Config,
    setup: impl FnOnce(&mut Listener<W::Runtime>) + Send + 'static,
    handler: H,
) -> Served
where
    H: Fn(ServerConnection<W::Runtime, <W::Runtime as Runtime>::TcpStream>, Peer) -> F,
    H: Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let bind = || {
        let mut listener = bind::<W>(config)?;
        setup(&mut listener);
        Ok(listener)
    };
    start::<W, _, _, _>(bind, GRACE, handler)
}

/// A server on a socket of any kind.
pub(crate) fn start<W, L, H, F>(
    bind: impl FnOnce() -> io::Result<Listener<W::Runtime, L>> + Send + 'static,
    grace: Duration,
    handler: H,
) -> Served
where
    W: World,
    L: Accept,
    H: Fn(ServerConnection<W::Runtime, L::Transport>, Peer) -> F + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let (stop, stopped) = Drain::new();
    let (called, name) = ear();
    let (told, incidents) = ear();
    let (done, statistics) = ear();
    let thread = thread::spawn(move || {
        done.tell(W::block_on(async {
            let mut listener = bind().unwrap();
            listener.observer = Box::new(move |incident| told.tell(incident));
            called.tell(listener.local_addr().unwrap().to_string());
            listener.serve(handler, stopped, grace).await
        }));
    });
    Served { name: name.next(), incidents, stop, statistics, thread }
}

/// What a handler has to tell.
#[derive(Debug)]
pub(crate) enum News {
    /// An event. Pieces of content are not among them.
    Event(Event),
    /// The content of a message, before it is accepted.
    Message(Vec<u8>),
    /// What went wrong.
    Failed(Error),
}

/// Takes everything, and tells it before it answers.
pub(crate) async fn tell_all<S: Stream, C: Clock>(
    mut conn: Connection<Server, S, C>,
    news: Mouth<News>,
) {
    let mut content = Vec::new();
    loop {
        let event = match conn.next().await {
            Ok(Some(Event::Body(piece))) => {
                content.extend_from_slice(&piece);
                continue;
            }
            Ok(Some(event)) => event,
            Ok(None) => return,
            Err(error) => return news.tell(News::Failed(error)),
        };
        match event {
            Event::Mail { .. } => content.clear(),
            Event::Deliver { .. } => news.tell(News::Message(content.clone())),
            _ => {}
        }
        let question = event.is_question();
        news.tell(News::Event(event));
        if question {
            conn.accept().unwrap();
        }
    }
}
