//! Many messages, from many senders.

use std::process::Command;
use std::thread;
use std::time::Duration;

use super::process::Relay;
use crate::processes::adapter::TOKIO;
use crate::processes::process::run;
use crate::processes::receive::Receive;

const NONE: [&str; 0] = [];

/// What came out of everything that was sent: each message once.
#[test]
fn a_thousand_messages() {
    let receive = TOKIO.receive(NONE);
    let relay = Relay::to(receive.address(), NONE);
    let options = ["--connections", "20", "--repeat", "1000"];
    let sent = TOKIO.send(relay.address()).args(options).message(b"Subject: many\n\ntext\n");
    assert_eq!(sent.status, 0, "{}", sent.stderr);
    assert_eq!(receive.take().len(), 1000);
}

/// By Postfix's generator, if it is there: a command at a time, and a connection for each message.
#[test]
fn a_thousand_connections() {
    let receive = TOKIO.receive(NONE);
    let relay = Relay::to(receive.address(), NONE);
    let program = ["/usr/sbin/smtp-source", "/usr/bin/smtp-source"].into_iter();
    let Some(program) = program.into_iter().find(|path| std::fs::exists(path).unwrap_or(false))
    else {
        println!("skipped: there is no smtp-source");
        return;
    };
    let mut command = Command::new(program);
    command.args(["-s", "20", "-m", "1000", "-r", "2", "-l", "5000"]);
    command.args(["-f", "a@x", "-t", "b@y", &relay.listening]);
    let sent = run(&mut command, b"");
    assert_eq!(sent.status, 0, "{}", sent.stderr);
    let stored = receive.take();
    let complete = stored.iter().filter(|stored| {
        stored.content.len() > 5000 && stored.envelope["to"].as_array().unwrap().len() == 2
    });
    assert_eq!((stored.len(), complete.count()), (1000, 1000));
}

/// Next hops come and go while mail is sent. What was accepted was stored, and nothing twice: all
/// of it once each message that was refused has been sent again.
#[test]
fn while_the_next_hop_comes_and_goes() {
    let mut receive = TOKIO.receive(NONE);
    let relay = Relay::to(receive.address(), NONE);
    let (address, listening) = (relay.address(), receive.listening.clone());
    let senders: Vec<_> = (0..4)
        .map(|sender| {
            thread::spawn(move || {
                for message in 0..25 {
                    let content = format!("Subject: {sender}-{message}\n\ntext\n");
                    while TOKIO.send(address).message(content.as_bytes()).status != 0 {
                        thread::sleep(Duration::from_millis(20));
                    }
                }
            })
        })
        .collect();
    for _ in 0..5 {
        thread::sleep(Duration::from_millis(200));
        let dir = receive.shared_dir();
        assert_eq!(receive.stop(), Some(0));
        thread::sleep(Duration::from_millis(100));
        receive = Receive::start(&TOKIO.program("receive"), &listening, dir, NONE);
    }
    for sender in senders {
        sender.join().unwrap();
    }
    let mut subjects: Vec<String> = receive
        .take()
        .iter()
        .map(|stored| {
            let content = String::from_utf8_lossy(&stored.content).into_owned();
            content.lines().find(|line| line.starts_with("Subject")).unwrap().to_owned()
        })
        .collect();
    assert_eq!(subjects.len(), 100);
    subjects.sort_unstable();
    subjects.dedup();
    assert_eq!(subjects.len(), 100);
}
