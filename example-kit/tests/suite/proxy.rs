//! Balancers in front of `receive`.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use smtp_proto::proxy::Header;

use crate::ADAPTER;
use crate::processes::certificates::Certificates;
use crate::processes::raw::Raw;
use crate::processes::receive::Receive;

const V1: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 25\r\n";
const MESSAGE: [&str; 5] =
    ["EHLO client.example", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA", "."];

/// A connection by way of a balancer, and the balancer's end of it.
fn through(server: &Receive, header: &[u8]) -> (Raw, SocketAddr) {
    let mut stream = server.connect();
    stream.write_all(header).expect("a connection");
    let balancer = stream.local_addr().expect("an address");
    (Raw::new(stream), balancer)
}

/// All that the server says to who begins like this.
fn answer(server: &Receive, first: &[u8]) -> String {
    let mut stream = server.connect();
    stream.write_all(first).expect("a connection");
    let mut answer = String::new();
    // It closes with octets unread, so this may end in a reset.
    let _ = stream.read_to_string(&mut answer);
    answer
}

#[test]
fn the_client_behind_a_balancer_is_the_client() {
    let server = ADAPTER.receive(["--proxy-protocol", "--max-per-address", "1"]);
    let v2 = Header::proxied(
        "[2001:db8::1]:4711".parse().unwrap(),
        "[2001:db8::25]:25".parse().unwrap(),
    );
    let mut octets = Vec::new();
    v2.write_v2(&mut octets, true).expect("a header");
    let (mut first, balancer) = through(&server, V1);
    let (mut second, other_balancer) = through(&server, &octets);
    for (raw, address, balancer) in [
        (&mut first, "192.0.2.1:56324", balancer),
        (&mut second, "[2001:db8::1]:4711", other_balancer),
    ] {
        raw.say_all(&MESSAGE);
        let envelope = server.take_one().unwrap().envelope;
        assert_eq!(envelope["client"]["address"], address);
        assert_eq!(envelope["proxy"], balancer.to_string());
    }
    let refusal = answer(&server, V1);
    assert!(refusal.starts_with("421 "), "{refusal}");
}

#[test]
fn without_a_header_there_is_no_conversation() {
    let server = ADAPTER.receive(["--proxy-protocol"]);
    assert_eq!(answer(&server, b"EHLO client.example\r\n"), "");
    server.wait_for_log("PROXY header");
    let server = ADAPTER.receive(["--proxy-protocol", "--proxy-from", "192.0.2.7"]);
    let refusal = answer(&server, b"");
    assert!(refusal.starts_with("421 "), "{refusal}");
    let server = ADAPTER.receive::<&str>([]);
    let mut raw = Raw::new(server.connect());
    raw.write(V1);
    assert!(raw.reply().starts_with("500"), "nobody asked for a header");
}

/// Passes one connection on, behind a header.
fn balance(server: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let (client, source) = listener.accept().expect("a connection");
        let mut server = TcpStream::connect(server).expect("a connection");
        let mut header = Vec::new();
        Header::proxied(source, address).write_v2(&mut header, false).expect("a header");
        server.write_all(&header).expect("a connection");
        let copy = |from: &TcpStream, to: &TcpStream| {
            let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
            thread::spawn(move || {
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(std::net::Shutdown::Write);
            })
        };
        let _ = [copy(&client, &server), copy(&server, &client)].map(thread::JoinHandle::join);
    });
    address
}

#[test]
fn the_header_comes_before_tls() {
    let certificates = Certificates::local();
    let tls = ["--tls-cert".as_ref(), certificates.cert.as_os_str()];
    let key = ["--tls-key".as_ref(), certificates.key.as_os_str()];
    let how = ["--implicit-tls".as_ref(), "--proxy-protocol".as_ref()];
    let server = ADAPTER.receive(tls.into_iter().chain(key).chain(how));
    let balancer = balance(server.address());
    let send = ADAPTER.send(balancer).args(["--implicit-tls", "--ca"]).arg(&certificates.ca);
    let finished = send.message(b"Subject: test\n\n");
    assert_eq!(finished.status, 0, "{finished:?}");
    let envelope = server.take_one().unwrap().envelope;
    assert_ne!(envelope["client"]["address"], envelope["proxy"]);
    assert!(envelope["tls"].is_object());
}
