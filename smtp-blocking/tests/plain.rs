//! The calls as their users write them: plain, with no future in sight.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use smtp_blocking::client::{quit, send};
use smtp_blocking::server::Statistics;
use smtp_blocking::{
    Clock, Connection, Connector, Drain, Duplex, Error, Io, Listener, ReaderBody, Rustls,
    ServerConnection, Socket, Stream,
};
use smtp_proto::client::{self, Client, Envelope};
use smtp_proto::server::{Config, Event, Server};

fn config() -> Config {
    Config::new("mx.example.org".parse().unwrap())
}

fn envelope() -> Envelope {
    let to = ["b@example.org".parse().unwrap()];
    Envelope::new("a@example.com".parse().unwrap(), to)
}

fn connector() -> Connector {
    Connector::new(client::Config::new("client.example.com".parse().unwrap()))
}

/// Takes every message; returns all content.
fn take<T: Duplex + Send + Unpin + 'static>(
    mut conn: ServerConnection<T>,
) -> Result<Vec<u8>, Error> {
    let mut content = Vec::new();
    while let Some(event) = conn.next()? {
        match event {
            Event::Body(piece) => content.extend_from_slice(&piece),
            question if question.is_question() => conn.accept()?,
            _ => {}
        }
    }
    Ok(content)
}

struct Running {
    address: SocketAddr,
    drain: Drain,
    took: mpsc::Receiver<Result<Vec<u8>, Error>>,
    thread: JoinHandle<Statistics>,
}

fn serve(grace: Duration) -> Running {
    let (drain, stopped) = Drain::new();
    let listener = Listener::bind("127.0.0.1:0", config()).unwrap();
    let address = listener.local_addr().unwrap();
    let (told, took) = mpsc::channel();
    let handler = move |conn: ServerConnection, _| drop(told.send(take(conn)));
    let thread = thread::spawn(move || listener.serve(handler, stopped, grace));
    Running { address, drain, took, thread }
}

#[test]
fn a_message_goes_through() {
    let server = serve(Duration::from_secs(5));
    let content = ".a line of text\r\n".repeat(500_000);
    let mut conn = connector().connect(server.address).unwrap();
    let body = ReaderBody::new(Io(content.as_bytes()));
    assert!(send(&mut conn, envelope(), body).unwrap().is_complete());
    assert!(send(&mut conn, envelope(), &b"tea\r\n"[..]).unwrap().is_complete());
    quit(&mut conn).unwrap();
    let took = server.took.recv().unwrap().unwrap();
    assert!(took == format!("{content}tea\r\n").into_bytes());
    server.drain.begin();
    assert_eq!(server.thread.join().unwrap().accepted, 1);
}

#[test]
fn threads_that_wait_hear_at_once_that_it_is_over() {
    let server = serve(Duration::from_secs(5));
    let mut clients: Vec<_> =
        (0..20).map(|_| TcpStream::connect(server.address).unwrap()).collect();
    for client in &mut clients {
        client.read_exact(&mut [0; "220 mx.example.org ESMTP\r\n".len()]).unwrap();
    }
    let began = Instant::now();
    server.drain.begin();
    for mut client in clients {
        let mut said = String::new();
        client.read_to_string(&mut said).unwrap();
        assert!(said.starts_with("421 4.3.2 "), "{said}");
    }
    assert_eq!(server.thread.join().unwrap().aborted, 0);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
}

#[test]
fn a_transaction_that_does_not_end_is_cut() {
    let server = serve(Duration::from_millis(50));
    let mut client = TcpStream::connect(server.address).unwrap();
    client.write_all(b"HELO c\r\nMAIL FROM:<>\r\n").unwrap();
    let mut said = String::new();
    while !said.contains("Sender OK") {
        let mut octet = [0];
        client.read_exact(&mut octet).unwrap();
        said.push(char::from(octet[0]));
    }
    server.drain.begin();
    assert!(matches!(server.took.recv().unwrap(), Err(Error::Cut)));
    let statistics = server.thread.join().unwrap();
    assert_eq!((statistics.accepted, statistics.aborted), (1, 1));
}

#[test]
fn any_socket_is_a_stream() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let stream = |socket: UnixStream| {
        socket.set_nonblocking(true).unwrap();
        Stream::new(Io(Socket::new(socket)), Rustls::server(None))
    };
    let (ours, theirs) = (stream(ours), stream(theirs));
    let server =
        thread::spawn(move || take(Connection::new(Server::new(config()), theirs, Clock::new())));
    let client = Client::new(client::Config::new("client.example.com".parse().unwrap()));
    let mut conn = Connection::new(client, ours, Clock::new());
    connector().establish(&mut conn).unwrap();
    assert!(send(&mut conn, envelope(), &b"tea\r\n"[..]).unwrap().is_complete());
    quit(&mut conn).unwrap();
    assert_eq!(server.join().unwrap().unwrap(), b"tea\r\n");
}
