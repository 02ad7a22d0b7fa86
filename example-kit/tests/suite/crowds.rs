//! More clients than there should be.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::ADAPTER;
use crate::processes::process::until;
use crate::processes::receive::Receive;

const MESSAGE: &[u8] = b"Subject: test\r\n\r\nHello.\r\n";

#[test]
fn a_thousand_that_never_speak_hold_up_nobody() {
    smtp_example_kit::allow_descriptors();
    let server = ADAPTER.receive(["--max-connections", "1100"]);
    let silent: Vec<_> = (0..1000).map(|_| server.connect()).collect();
    let began = Instant::now();
    let finished = ADAPTER.send(server.address()).args(["--repeat", "20"]).message(MESSAGE);
    let took = began.elapsed();
    assert_eq!(finished.status, 0, "{finished:?}");
    assert_eq!(server.take().len(), 20);
    assert!(took < Duration::from_secs(20), "{took:?}");
    drop(silent);
}

/// Who has no descriptors left waits for some. He does not try as fast as he can, does not fill the
/// disk with complaints, and does not die of it.
#[test]
fn without_descriptors_a_server_waits_for_some() {
    let server = Receive::with_descriptors(&ADAPTER.program("receive"), 64);
    // More than fit in the queue of its socket, too: those get no answer at all.
    let connect =
        |_| TcpStream::connect_timeout(&server.address(), Duration::from_millis(100)).ok();
    let crowd: Vec<_> = (0..200).filter_map(connect).collect();
    assert!(crowd.len() > 100, "{}", crowd.len());
    server.wait_for_log("accepting a connection failed");
    let before = processor_time(server.id());
    std::thread::sleep(Duration::from_secs(3));
    if let (Some(before), Some(after)) = (before, processor_time(server.id())) {
        let used = after.saturating_sub(before);
        assert!(used < Duration::from_millis(300), "{used:?} of 3 s");
    }
    let complaints = || server.log().matches("accepting a connection failed").count();
    assert_eq!(complaints(), 1, "{}", server.log());

    drop(crowd);
    let send = ADAPTER.send(server.address());
    until("room for a client", || send.clone().message(MESSAGE).status == 0);
    server.take_one().unwrap();
    assert!(complaints() <= 3, "{}", server.log());
    assert_eq!(server.stop(), Some(0));
}

/// Of the process so far; none where that can't be told.
fn processor_time(id: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // Behind the name, which may hold anything, the state is the first field, and the ticks in user
    // mode and in the kernel's are the 12th and 13th (proc_pid_stat(5)).
    let (_, fields) = stat.rsplit_once(") ")?;
    let ticks = fields.split(' ').skip(11).take(2).map(|field| field.parse::<u64>().ok());
    let ticks: u64 = ticks.sum::<Option<u64>>()?;
    Some(Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second()))
}
