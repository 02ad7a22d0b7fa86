//! Command lines that make no sense.

use std::process::Command;

use crate::ADAPTER;
use crate::processes::process::{Finished, run};

fn call(program: &str, args: &str) -> Finished {
    run(Command::new(ADAPTER.program(program)).args(args.split_whitespace()), b"")
}

fn refused(program: &str, args: &str, because: &str) {
    let finished = call(program, args);
    assert_eq!(finished.status, 64, "{program} {args}: {finished:?}");
    assert!(finished.stderr.contains(because), "{program} {args}: {finished:?}");
}

#[test]
fn help_says_what_there_is_to_know() {
    for (program, words) in [
        ("receive", vec!["ID.json", "50 MB", "SIGTERM", "--auth-without-tls", "--discard"]),
        ("send", vec!["standard input", "Exit status", "75", "--starttls required"]),
    ] {
        let finished = call(program, "--help");
        assert_eq!(finished.status, 0);
        for word in words {
            assert!(finished.stdout.contains(word), "{program} --help has no {word:?}");
        }
        assert_eq!(call(program, "--version").status, 0);
    }
}

#[test]
fn receive_explains_contradictions() {
    refused("receive", "", "--listen <ADDR>");
    refused("receive", "--listen unix: --dir x", "no path");
    refused("receive", "--listen 127.0.0.1:0", "--dir <DIR>");
    refused("receive", "--listen 127.0.0.1:0 --dir x --discard", "--discard");
    let common = "--listen 127.0.0.1:0 --dir /dev/null/x";
    for (args, because) in [
        ("--implicit-tls", "--implicit-tls needs --tls-cert"),
        ("--require-auth", "--require-auth without --auth"),
        ("--auth a:b", "AUTH would never be offered"),
        ("--auth-without-tls", "without --auth"),
        ("--auth ab --auth-without-tls", "no colon"),
        ("--oauth-token ab --auth-without-tls", "no colon"),
        ("--auth a:b --auth-without-tls --auth-mechanisms GSSAPI", "SCRAM-SHA-256"),
        ("--auth a:b --auth-without-tls --auth-mechanisms XOAUTH2", "leaves nothing"),
        ("--tls-cert a.pem", "--tls-key"),
        ("--max-size 0", "at least 1"),
        ("--hostname=-x-", "--hostname"),
        ("--hostname bücher.example", "xn--"),
        ("--max-per-address 0", "at least 1"),
        ("--tls-client-ca a.pem", "--tls-cert"),
        ("--proxy-from 192.0.2.0/24", "--proxy-protocol"),
        ("--proxy-protocol --proxy-from here", "192.0.2.0/24 is expected"),
    ] {
        refused("receive", &format!("{common} {args}"), because);
    }
}

#[test]
fn receive_explains_what_it_lacks() {
    let other = ADAPTER.receive::<&str>([]);
    let dir = other.dir().display().to_string();
    for (args, status, because) in [
        (format!("--listen {} --dir {dir}", other.address()), 69, "in use"),
        (format!("--listen 127.0.0.1:0 --dir {dir}/no\0/where"), 73, "cannot keep messages"),
        (
            format!("--listen 127.0.0.1:0 --dir {dir} --tls-cert /nonexistent.pem --tls-key x"),
            78,
            "/nonexistent.pem",
        ),
    ] {
        let args = args.replace("no\0/where", "file/where");
        std::fs::write(other.dir().join("file"), "in the way").expect("a file");
        let finished = call("receive", &args);
        assert_eq!(finished.status, status, "{args}: {finished:?}");
        assert!(finished.stderr.contains(because), "{args}: {finished:?}");
    }
}

#[test]
fn send_explains_what_it_was_given() {
    refused("send", "", "--server");
    let file = "--from a@example.org --to b@example.net file";
    for (args, because) in [
        (format!("--server localhost {file}"), "no port"),
        (format!("--server ::1:25 {file}"), "brackets"),
        (format!("--server [::x]:25 {file}"), "IPv6"),
        (format!("--server localhost:x {file}"), "port"),
        (format!("--server localhost:25 --timeout 0 {file}"), "more than 0"),
        (format!("--server localhost:25 --auth ab {file}"), "no colon"),
        ("--server localhost:25 --from a@ --to b@example.net file".into(), "--from"),
        ("--server localhost:25 --from a@b --to b file".into(), "--to"),
        (format!("--server localhost:25 {file} - -"), "only once"),
        (format!("--server unix: {file}"), "no path"),
        (format!("--server unix:/x --local-addr ::1 {file}"), "--local-addr is for"),
        (format!("--server localhost:25 --tls-cert a.pem {file}"), "--tls-key"),
        (format!("--server localhost:25 --auth a:b --auth-external {file}"), "--auth-external"),
        (format!("--server localhost:25 --auth a:b --oauth-token a:c {file}"), "--oauth-token"),
        (format!("--server localhost:25 --auth-mechanism PLAIN {file}"), "nobody to log in as"),
    ] {
        refused("send", &args, because);
    }
}
