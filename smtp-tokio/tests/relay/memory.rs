//! How much of what is on its way the relay holds: little, however large the messages are, and
//! however slow the next hop is.
//!
//! All messages are under way at once: the next hop reads the beginning of each, and then nothing,
//! until it has seen the beginning of all of them and every buffer between is full.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use smtp_tokio::rustls::pki_types::ServerName;
use smtp_tokio::rustls::{ClientConnection, ServerConfig, ServerConnection, StreamOwned};
use smtp_tokio::tls;

use super::process::Relay;
use crate::processes::certificates::Certificates;
use crate::processes::raw::Raw;

/// For how long the next hop reads nothing once all messages have begun.
const STALL: Duration = Duration::from_secs(2);

/// Octets of content in one write, and in one chunk.
const BLOCK: usize = 1 << 16;

/// How the messages go.
#[derive(Clone, Copy, Debug)]
struct Way {
    chunks: bool,
    encrypted: bool,
}

const WAYS: [Way; 4] = [
    Way { chunks: false, encrypted: false },
    Way { chunks: true, encrypted: false },
    Way { chunks: false, encrypted: true },
    Way { chunks: true, encrypted: true },
];

#[test]
fn messages_of_10_mb() {
    for way in [WAYS[0], WAYS[3]] {
        let kib = measure(way, 16, 10_000_000);
        assert!(kib <= 16 << 10, "{kib} KiB above idle, {way:?}");
    }
}

/// 3.2 GB each way: for a release build, and with time.
#[test]
#[ignore = "takes minutes; the gate runs it"]
fn messages_of_50_mb() {
    for way in WAYS {
        let kib = measure(way, 64, 50_000_000);
        assert!(kib <= 64 << 10, "{kib} KiB above idle, {way:?}");
    }
}

/// The most memory the relay had above what it has when it is idle, in KiB.
fn measure(way: Way, messages: usize, octets: usize) -> u64 {
    let certificates = Certificates::local();
    let [ca, cert, key] = [&certificates.ca, &certificates.cert, &certificates.key]
        .map(|path| path.to_str().unwrap());
    let sink_tls = way.encrypted.then(|| tls::server_config(cert, key).unwrap());
    let (sink, stored) = sink(way, messages, sink_tls);
    let mut args = vec!["--max-size", "60000000"];
    if way.encrypted {
        args.extend(["--tls-cert", cert, "--tls-key", key, "--implicit-tls"]);
        args.extend(["--to-implicit-tls", "--to-ca", ca]);
    }
    let relay = Relay::to(sink, args);
    let idle = relay.memory("VmRSS");
    let began = Instant::now();
    let senders: Vec<_> = (0..messages)
        .map(|_| {
            let stream = relay.connect();
            thread::spawn(move || send(stream, way, octets))
        })
        .collect();
    for sender in senders {
        sender.join().expect("a sender");
    }
    let peak = relay.memory("VmHWM");
    for _ in 0..messages {
        let taken = stored.recv().expect("a message");
        assert!(taken >= octets, "{taken} octets of {octets}");
    }
    println!(
        "{messages} messages of {octets} octets by {}, {}: {idle} KiB idle, {} KiB more, {:.1} s",
        if way.chunks { "BDAT" } else { "DATA" },
        if way.encrypted { "over TLS" } else { "in the clear" },
        peak - idle,
        began.elapsed().as_secs_f64(),
    );
    peak - idle
}

trait Duplex: Read + Write + Send {}

impl<T: Read + Write + Send> Duplex for T {}

/// Sends one message, which is never in memory as a whole.
fn send(stream: TcpStream, way: Way, octets: usize) {
    stream.set_read_timeout(None).unwrap();
    let stream: Box<dyn Duplex> = if way.encrypted {
        let config = tls::insecure_client_config().unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        Box::new(StreamOwned::new(ClientConnection::new(config, name).unwrap(), stream))
    } else {
        Box::new(stream)
    };
    let line = format!("{:062}\r\n", 0);
    let dotted = line.replacen("00", "..", 1);
    let block = (line.repeat(15) + &dotted).repeat(BLOCK / (16 * line.len()));
    assert!(block.len() == BLOCK && octets.is_multiple_of(line.len()), "only whole lines are sent");
    let mut sender = Raw::new(stream);
    sender.say_all(&["EHLO c", "MAIL FROM:<a@x>", "RCPT TO:<b@y>"]);
    if way.chunks {
        for left in (0..octets).step_by(BLOCK) {
            let size = BLOCK.min(octets - left);
            let last = if left + size == octets { " LAST" } else { "" };
            sender.write(format!("BDAT {size}{last}\r\n").as_bytes());
            sender.write(&block.as_bytes()[..size]);
            let reply = sender.reply();
            assert!(reply.starts_with("250"), "{reply}");
        }
    } else {
        sender.say_all(&["DATA"]);
        // A dot of each line that begins with two does not count.
        for _ in 0..octets.div_ceil(BLOCK - BLOCK / (16 * line.len())) {
            sender.write(block.as_bytes());
        }
        let reply = sender.say(".");
        assert!(reply.starts_with("250"), "{reply}");
    }
    sender.say("QUIT");
}

/// A next hop that throws everything away; tells how large each message was.
fn sink(
    way: Way,
    messages: usize,
    tls: Option<Arc<ServerConfig>>,
) -> (SocketAddr, Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (told, stored) = channel();
    let all = Arc::new(Barrier::new(messages));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let stream: Box<dyn Duplex> = match &tls {
                Some(config) => {
                    let server = ServerConnection::new(Arc::clone(config)).unwrap();
                    Box::new(StreamOwned::new(server, stream))
                }
                None => Box::new(stream),
            };
            let (all, told) = (Arc::clone(&all), told.clone());
            thread::spawn(move || {
                let mut sink =
                    Sink { stream: BufReader::with_capacity(BLOCK, stream), all, taken: 0 };
                sink.talk(way);
                let _ = told.send(sink.taken);
            });
        }
    });
    (address, stored)
}

struct Sink {
    stream: BufReader<Box<dyn Duplex>>,
    all: Arc<Barrier>,
    /// Octets of content.
    taken: usize,
}

impl Sink {
    fn talk(&mut self, way: Way) {
        self.say("220 sink");
        let mut line = String::new();
        loop {
            line.clear();
            if self.stream.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            match line.split_ascii_whitespace().collect::<Vec<_>>()[..] {
                ["EHLO", _] if way.chunks => self.say("250-sink\r\n250-PIPELINING\r\n250 CHUNKING"),
                ["EHLO", _] => self.say("250-sink\r\n250 PIPELINING"),
                ["DATA"] => {
                    self.say("354 go on");
                    self.take_lines();
                    self.say("250 taken");
                }
                ["BDAT", size, ..] => {
                    self.take(size.parse().expect("a size"));
                    self.say("250 taken");
                }
                _ => self.say("250 fine"),
            }
        }
    }

    fn say(&mut self, text: &str) {
        let stream = self.stream.get_mut();
        stream.write_all(format!("{text}\r\n").as_bytes()).expect("an open connection");
        stream.flush().expect("an open connection");
    }

    fn take(&mut self, mut size: usize) {
        while size > 0 {
            let here = self.stream.fill_buf().expect("content").len().min(size);
            assert!(here > 0, "the end in the middle of a chunk");
            self.stream.consume(here);
            size -= here;
            self.count(here);
        }
    }

    /// Up to the final dot, behind which nothing comes.
    fn take_lines(&mut self) {
        let mut last = [0; 5];
        while &last != b"\r\n.\r\n" {
            let here = self.stream.fill_buf().expect("content");
            assert!(!here.is_empty(), "the end in the middle of a message");
            for octet in &here[here.len().saturating_sub(last.len())..] {
                last.rotate_left(1);
                last[4] = *octet;
            }
            let octets = here.len();
            self.stream.consume(octets);
            self.count(octets);
        }
    }

    fn count(&mut self, octets: usize) {
        if self.taken == 0 {
            self.all.wait();
            thread::sleep(STALL);
        }
        self.taken += octets;
    }
}
