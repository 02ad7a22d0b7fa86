//! Servers that follow a script, in a thread of their own.

use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::{Arc, Mutex};
use std::thread;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};

/// What a server has seen.
#[derive(Default)]
struct Journal {
    /// The lines of each connection, message text not among them.
    heard: Vec<Vec<String>>,
    messages: Vec<String>,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    journal: Arc<Mutex<Journal>>,
    _stop: oneshot::Sender<()>,
}

impl Server {
    /// Gives every connection, with its number, counted from 0, to `part`, and closes it then.
    pub(crate) fn start<F>(part: impl Fn(usize, Peer) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let journal = Arc::new(Mutex::new(Journal::default()));
        let (stop, stopped) = oneshot::channel::<()>();
        let pages = Arc::clone(&journal);
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                let accepting = async {
                    for number in 0.. {
                        let (stream, _) = listener.accept().await.unwrap();
                        pages.lock().unwrap().heard.push(Vec::new());
                        let journal = Arc::clone(&pages);
                        let peer = Peer { number, stream: BufReader::new(stream), journal };
                        tokio::spawn(part(number, peer));
                    }
                };
                tokio::select! {
                    () = accepting => {}
                    _ = stopped => {}
                }
            });
        });
        Self { address, journal, _stop: stop }
    }

    /// Takes every message.
    pub(crate) fn usual(offers: &'static [&'static str]) -> Self {
        Self::start(move |_, mut peer| async move { peer.serve(offers).await })
    }

    pub(crate) fn connections(&self) -> usize {
        self.journal.lock().unwrap().heard.len()
    }

    pub(crate) fn messages(&self) -> Vec<String> {
        self.journal.lock().unwrap().messages.clone()
    }

    /// The verbs that were heard on a connection; a lone dot is its end.
    pub(crate) fn verbs(&self, number: usize) -> Vec<String> {
        let journal = self.journal.lock().unwrap();
        let lines = journal.heard.get(number).into_iter().flatten();
        lines.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
    }

    pub(crate) fn count(&self, number: usize, verb: &str) -> usize {
        self.verbs(number).iter().filter(|heard| *heard == verb).count()
    }

    pub(crate) fn has_heard(&self, number: usize, verb: &str) -> bool {
        self.count(number, verb) > 0
    }
}

/// A client, to the server.
pub(crate) struct Peer {
    number: usize,
    stream: BufReader<TcpStream>,
    journal: Arc<Mutex<Journal>>,
}

impl Peer {
    pub(crate) async fn say(&mut self, text: &str) {
        // A client that has gone is noticed when it is listened to.
        let _ = self.stream.write_all(text.as_bytes()).await;
    }

    pub(crate) async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let octets = self.stream.read_line(&mut line).await.unwrap_or(0);
        let line = if octets > 0 { line.trim_end().to_owned() } else { ".".to_owned() };
        self.journal.lock().unwrap().heard[self.number].push(line.clone());
        (octets > 0).then_some(line)
    }

    /// Waits for a line that begins like this. What comes before it gets `250 Ok`.
    pub(crate) async fn until(&mut self, verb: &str) {
        while let Some(line) = self.line().await {
            if line.starts_with(verb) {
                return;
            }
            self.say("250 Ok\r\n").await;
        }
    }

    /// Listens to the end and says nothing.
    pub(crate) async fn silence(&mut self) {
        while self.line().await.is_some() {}
    }

    pub(crate) async fn greet(&mut self, offers: &[&str]) {
        self.say("220 mx.example.org\r\n").await;
        self.line().await;
        let mut lines = vec!["mx.example.org"];
        lines.extend(offers);
        let last = lines.pop().unwrap();
        for line in lines {
            self.say(&format!("250-{line}\r\n")).await;
        }
        self.say(&format!("250 {last}\r\n")).await;
    }

    /// Greets and takes messages as long as they come.
    pub(crate) async fn serve(&mut self, offers: &[&str]) {
        self.greet(offers).await;
        self.take(usize::MAX).await;
    }

    /// The same, with leave for every message.
    pub(crate) async fn serve_by(&mut self, leave: Arc<Semaphore>) {
        self.greet(&[]).await;
        while self.until_content().await {
            leave.acquire().await.unwrap().forget();
            self.say("250 Taken\r\n").await;
        }
    }

    /// Takes so many messages, fewer only if the client goes.
    pub(crate) async fn take(&mut self, count: usize) {
        for _ in 0..count {
            if !self.until_content().await {
                return;
            }
            self.say("250 Taken\r\n").await;
        }
    }

    /// Up to the end of a message, which is not answered. Whether it came to that.
    pub(crate) async fn until_content(&mut self) -> bool {
        let (mut content, mut recipients) = (String::new(), 0);
        while let Some(line) = self.line().await {
            let mut words = line.split(' ');
            let reply = match words.next().unwrap() {
                "QUIT" => {
                    self.say("221 Bye\r\n").await;
                    return false;
                }
                "RSET" => {
                    (content, recipients) = (String::new(), 0);
                    "250 Ok\r\n"
                }
                "RCPT" if line.contains("nobody") => "550 5.1.1 Nobody\r\n",
                "RCPT" => {
                    recipients += 1;
                    "250 Ok\r\n"
                }
                "DATA" if recipients > 0 => {
                    self.say("354 Go\r\n").await;
                    while !content.ends_with("\r\n.\r\n") {
                        if self.stream.read_line(&mut content).await.unwrap_or(0) == 0 {
                            return false;
                        }
                    }
                    content.truncate(content.len() - 3);
                    return self.note(content);
                }
                "BDAT" => {
                    let mut chunk = vec![0; words.next().unwrap().parse().unwrap()];
                    if self.stream.read_exact(&mut chunk).await.is_err() {
                        return false;
                    }
                    content += std::str::from_utf8(&chunk).unwrap();
                    if recipients > 0 && words.next().is_some() {
                        return self.note(content);
                    }
                    if recipients > 0 { "250 Chunk\r\n" } else { "554 For whom\r\n" }
                }
                "DATA" => "554 For whom\r\n",
                _ => "250 Ok\r\n",
            };
            self.say(reply).await;
        }
        false
    }

    fn note(&self, message: String) -> bool {
        self.journal.lock().unwrap().messages.push(message);
        true
    }
}
