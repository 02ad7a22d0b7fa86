//! What `receive` keeps, and what it does not.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::ADAPTER;
use crate::processes::process::until;
use crate::processes::raw::Raw;
use crate::processes::receive::Receive;

const BEGIN: [&str; 4] =
    ["EHLO client.example", "MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA"];

/// More than is held back before it is written.
fn half_a_message(raw: &mut Raw) {
    raw.say_all(&BEGIN);
    raw.write("0123456789012345678901234567890123456789012345\r\n".repeat(10_000).as_bytes());
}

fn is_temporary(name: &str) -> bool {
    name.starts_with('.') && name.strip_suffix(".tmp").is_some()
}

fn wait_for_half_a_message(server: &Receive) {
    let large = |name: &String| {
        fs::metadata(server.dir().join(name)).is_ok_and(|metadata| metadata.len() > 100_000)
    };
    until("a part of the message on disk", || server.files().iter().any(large));
}

#[test]
fn the_reply_names_the_files() {
    let server = ADAPTER.receive::<&str>([]);
    let mut raw = Raw::new(server.connect());
    raw.say_all(&BEGIN);
    let reply = raw.say("text\r\n.");
    let id = reply.trim_end().rsplit(' ').next().expect("an ID");
    assert!(reply.starts_with("250 2.0.0 "), "{reply}");
    let files = server.files();
    assert!(files.iter().eq([&format!("{id}.eml"), &format!("{id}.json")]), "{files:?}");
    for file in files {
        let metadata = fs::metadata(server.dir().join(file)).expect("a file");
        assert_eq!(metadata.permissions().mode() & 0o077, 0, "mail is nobody else's business");
    }
}

#[test]
fn what_is_refused_or_broken_off_leaves_nothing() {
    let server = ADAPTER.receive(["--max-size", "1000"]);
    let nothing_is_left = || until("an empty directory", || server.files().is_empty());

    let mut raw = Raw::new(server.connect());
    raw.say_all(&BEGIN);
    let large = format!("{}.", "0123456789\r\n".repeat(200));
    assert!(raw.say(&large).starts_with("552 5.3.4"), "too large");
    nothing_is_left();
    raw.say_all(&BEGIN[1..]);
    raw.write(b"bare\nLF\r\n.\r\n");
    assert!(raw.reply().starts_with("550 5.6.0"));
    nothing_is_left();
    raw.say_all(&BEGIN[1..]);
    raw.write(b"and then\r\n");
    drop(raw);
    nothing_is_left();

    let mut raw = Raw::new(server.connect());
    raw.say_all(&BEGIN[..3]);
    raw.write(b"BDAT 4\r\nabcd");
    assert!(raw.reply().starts_with("250"));
    raw.say_all(&["RSET"]);
    nothing_is_left();
    // And after all that a message comes through.
    raw.say_all(&BEGIN[1..]);
    raw.say_all(&["."]);
    assert_eq!(server.take_one().unwrap().content, b"");
}

#[test]
fn a_crash_in_the_middle_of_a_message_leaves_nothing_that_looks_like_one() {
    let server = ADAPTER.receive::<&str>([]);
    let mut raw = Raw::new(server.connect());
    half_a_message(&mut raw);
    wait_for_half_a_message(&server);
    let dir = server.crash();
    let names = |dir: &tempfile::TempDir| -> Vec<String> {
        let entries = fs::read_dir(dir.path()).expect("a directory");
        entries.map(|entry| entry.expect("a file").file_name().into_string().unwrap()).collect()
    };
    let left = names(&dir);
    assert!(left.len() == 1 && is_temporary(&left[0]), "{left:?}");

    let server = ADAPTER.receive_in::<&str>(Arc::clone(&dir), []);
    assert!(server.files().is_empty(), "{:?}", server.files());
    server.wait_for_log("never accepted");
}

#[test]
fn a_crash_between_the_two_names_leaves_nothing_either() {
    let dir = Arc::new(tempfile::tempdir().expect("a directory"));
    let id = "20260101T000000000000Z-1-0";
    for name in [format!("{id}.eml"), format!(".{id}.json.tmp"), "other.eml".into()] {
        fs::write(dir.path().join(name), "x").expect("a file");
    }
    let server = ADAPTER.receive_in::<&str>(dir, []);
    assert!(server.files().iter().eq(["other.eml"]), "{:?}", server.files());
}

#[test]
fn two_servers_share_a_directory() {
    let first = ADAPTER.receive::<&str>([]);
    let mut raw = Raw::new(first.connect());
    half_a_message(&mut raw);
    wait_for_half_a_message(&first);
    let second = ADAPTER.receive_in(first.shared_dir(), ["--lmtp"]);
    assert!(raw.say(".").starts_with("250"));
    assert_eq!(first.take_one().unwrap().content.len(), 480_000);
    assert_eq!(second.stop(), Some(0));
}

#[test]
fn a_disk_that_fails_is_told_to_the_client() {
    let server = ADAPTER.receive::<&str>([]);
    let mut raw = Raw::new(server.connect());
    raw.say_all(&BEGIN[..3]);
    let moved = server.dir().with_extension("moved");
    fs::rename(server.dir(), &moved).expect("to move a directory");
    assert!(raw.say("DATA").starts_with("451 4.3.0"));
    server.wait_for_log("cannot begin a message");
    let finished = ADAPTER.send(server.address()).args(["--repeat", "3"]).message(b"text\n");
    assert_eq!(finished.status, 75, "{finished:?}");
    assert_eq!(finished.stderr.matches("451 4.3.0").count(), 3, "{finished:?}");
    fs::rename(&moved, server.dir()).expect("to move a directory");
    raw.say_all(&["DATA"]); // the transaction is still there
    fs::rename(server.dir(), &moved).expect("to move a directory");
    assert!(raw.say("text\r\n.").starts_with("451 4.3.0"));
    fs::rename(&moved, server.dir()).expect("to move a directory");
    assert!(!server.files().iter().any(|name| !is_temporary(name)), "{:?}", server.files());
    raw.say_all(&BEGIN[1..]);
    raw.say_all(&["."]);
    assert_eq!(server.take_one().unwrap().content, b"");
}

/// A limit on the size of files is as good as a full disk.
#[test]
fn a_disk_that_is_full_is_told_to_the_client() {
    let dir = tempfile::tempdir().expect("a directory");
    let mut child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 100; exec \"$@\"", "sh"])
        .arg(ADAPTER.program("receive"))
        .args(["--listen", "127.0.0.1:0", "--dir"])
        .arg(dir.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh");
    let mut line = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
    std::io::BufRead::read_line(&mut stdout, &mut line).expect("a line");
    let address = line.trim().strip_prefix("listening on ").expect("an address");
    let mut raw = Raw::new(std::net::TcpStream::connect(address).expect("a connection"));
    half_a_message(&mut raw);
    let reply = raw.say(".");
    let files = fs::read_dir(dir.path()).expect("a directory").count();
    let _ = child.kill();
    let _ = child.wait();
    assert!(reply.starts_with("452 4.3.1"), "{reply}");
    assert_eq!(files, 0);
}
