//! A next hop that does as it is told, and remembers what it heard.

use std::io::Write;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::talk::Talk;
use crate::processes::process::until;

/// What it does when it has heard something.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    /// What a server says that takes everything.
    Usual,
    /// This, and CRLF.
    Say(&'static str),
    /// Nothing, until [`Hop::go_on`]; then the usual.
    Hold,
    /// To DATA, or to BDAT: it takes so many octets, closes the connection, and has no message.
    Take(usize),
    Close,
}

/// A next hop; its threads last as long as the test.
pub(crate) struct Hop {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
}

type Behaviour = Box<dyn Fn(&str) -> Answer + Send + Sync>;

/// What all its conversations share.
pub(crate) struct State {
    pub(crate) offers: Vec<&'static str>,
    pub(crate) behaviour: Behaviour,
    record: Mutex<Record>,
    pub(crate) going_on: Condvar,
}

#[derive(Default)]
pub(crate) struct Record {
    connections: Vec<TcpStream>,
    /// Commands, over all connections.
    pub(crate) heard: Vec<String>,
    /// Messages that it has taken responsibility for.
    pub(crate) messages: Vec<Vec<u8>>,
    pub(crate) octets: usize,
    /// Connections that are over.
    pub(crate) closed: usize,
    pub(crate) going_on: bool,
}

impl State {
    pub(crate) fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hop {
    /// Listens on a free port. `behaviour` hears `""` for the connection, then each command, and `.`
    /// for a message; in LMTP `.` and the path for each recipient.
    pub(crate) fn new(
        offers: &[&'static str],
        behaviour: impl Fn(&str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self::at(TcpListener::bind("127.0.0.1:0").expect("a port"), offers, behaviour)
    }

    pub(crate) fn at(
        listener: TcpListener,
        offers: &[&'static str],
        behaviour: impl Fn(&str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State {
            offers: offers.into(),
            behaviour: Box::new(behaviour),
            record: Mutex::default(),
            going_on: Condvar::new(),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                let clone = stream.try_clone().expect("a socket");
                state.record().connections.push(clone);
                // Whoever is served sees whatever goes wrong here.
                thread::spawn(move || Talk::new(&state, stream).run());
            }
        });
        Self { address, state }
    }

    /// Takes everything.
    pub(crate) fn usual(offers: &[&'static str]) -> Self {
        Self::new(offers, |_| Answer::Usual)
    }

    /// The commands it has heard but for EHLO and QUIT.
    pub(crate) fn heard(&self) -> Vec<String> {
        let record = self.state.record();
        let matters = |command: &&String| !command.starts_with("EHLO") && *command != "QUIT";
        record.heard.iter().filter(matters).cloned().collect()
    }

    pub(crate) fn wait_for(&self, command: &str) {
        until(&format!("{command:?} at the next hop, which heard {:?}", self.heard()), || {
            let record = self.state.record();
            record.heard.iter().any(|heard| heard == command)
        });
    }

    /// Octets of content so far, those of messages that were broken off included.
    pub(crate) fn octets(&self) -> usize {
        self.state.record().octets
    }

    pub(crate) fn messages(&self) -> Vec<Vec<u8>> {
        self.state.record().messages.clone()
    }

    /// How many connections were made to it.
    pub(crate) fn connections(&self) -> usize {
        self.state.record().connections.len()
    }

    /// How many of them are over.
    pub(crate) fn closed(&self) -> usize {
        self.state.record().closed
    }

    /// Says this on the newest connection, unasked.
    pub(crate) fn say(&self, text: &str) {
        let record = self.state.record();
        let mut newest = record.connections.last().expect("a connection");
        newest.write_all(format!("{text}\r\n").as_bytes()).expect("an open connection");
    }

    /// Closes the newest connection.
    pub(crate) fn close(&self) {
        let record = self.state.record();
        let _ = record.connections.last().expect("a connection").shutdown(Shutdown::Both);
    }

    /// Ends every [`Answer::Hold`].
    pub(crate) fn go_on(&self) {
        self.state.record().going_on = true;
        self.state.going_on.notify_all();
    }
}
