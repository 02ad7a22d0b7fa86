//! How `receive` ends.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::ADAPTER;
use crate::processes::process::{PATIENCE, until, wait};
use crate::processes::raw::Raw;

const BEGIN: [&str; 4] =
    ["EHLO client.example", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA"];

#[test]
fn messages_in_progress_are_finished() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut server = ADAPTER.receive::<&str>([]);
        let mut idle = Raw::new(server.connect());
        idle.say_all(&BEGIN[..1]);
        let mut busy = Raw::new(server.connect());
        busy.say_all(&BEGIN);
        server.signal(signal);
        assert!(idle.reply().starts_with("421 4.3.2"));
        until("the socket to be closed", || {
            std::net::TcpStream::connect(server.address()).is_err()
        });
        assert!(busy.say("text\r\n.").starts_with("250"));
        assert!(busy.reply().starts_with("421 4.3.2"));
        drop((idle, busy));
        assert_eq!(server.wait(), Some(0));
        assert_eq!(server.take_one().unwrap().content, b"text\r\n");
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let mut server = ADAPTER.receive::<&str>([]);
    let mut busy = Raw::new(server.connect());
    busy.say_all(&BEGIN);
    busy.write(b"text\r\n");
    server.signal(Signal::TERM);
    server.wait_for_log("finishing what is in progress");
    server.signal(Signal::TERM);
    server.wait();
    assert!(server.files().is_empty(), "{:?}", server.files());
    assert_eq!(busy.reply(), "");
}

#[test]
fn a_client_too_many_is_told_so() {
    let server = ADAPTER.receive(["--max-connections", "1"]);
    let mut first = Raw::new(server.connect());
    first.say_all(&BEGIN[..1]);
    let mut refusal = String::new();
    let mut second = server.connect();
    std::io::Read::read_to_string(&mut second, &mut refusal).expect("a reply");
    assert!(refusal.starts_with("421 "), "{refusal}");
    assert!(refusal.ends_with(" Too many connections\r\n"), "{refusal}");
}

#[test]
fn a_client_too_many_from_one_address_is_told_so() {
    let server = ADAPTER.receive(["--max-per-address", "1"]);
    let mut first = Raw::new(server.connect());
    first.say_all(&BEGIN[..1]);
    let send = ADAPTER.send(server.address());
    let finished = send.clone().message(b"");
    assert_eq!(finished.status, 75, "{finished:?}");
    assert!(finished.stderr.contains("Too many connections from your address"), "{finished:?}");
    // All of 127.0.0.0/8 is this machine on Linux, and on few others.
    if cfg!(target_os = "linux") {
        let finished = send.clone().args(["--local-addr", "127.0.0.2"]).message(b"");
        assert_eq!(finished.status, 0, "{finished:?}");
        let address = server.take_one().unwrap().envelope["client"]["address"].to_string();
        assert!(address.starts_with("\"127.0.0.2:"), "{address}");
    }
    drop(first);
    until("the first to be gone", || send.clone().message(b"").status == 0);
}

#[test]
fn a_client_that_says_nothing_is_told_to_go() {
    let server = ADAPTER.receive(["--timeout", "1"]);
    let mut silent = Raw::new(server.connect());
    assert!(silent.reply().starts_with("421 4.4.2"));
}

#[test]
fn nobody_has_to_read_the_log() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(ADAPTER.program("receive"));
    command.args(["-v", "--listen", "127.0.0.1:0", "--dir"]).arg(dir.path());
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = command.spawn().expect("receive");
    drop(server.stderr.take());
    let mut line = String::new();
    let mut stdout = BufReader::new(server.stdout.take().expect("a pipe"));
    stdout.read_line(&mut line).expect("a line");
    let address = line.trim_end().strip_prefix("listening on ").expect("an address");
    let finished = ADAPTER.send_to(address).message(b"Subject: x\n");
    let _ = kill_process(Pid::from_child(&server), Signal::TERM);
    let ended = wait(&mut server, PATIENCE).expect("receive does not end").code();
    assert_eq!((finished.status, ended), (0, Some(0)), "{finished:?}");
}
