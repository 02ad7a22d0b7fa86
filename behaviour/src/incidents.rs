//! What goes wrong and does not stop a server.

use std::io::{self, ErrorKind};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use smtp_driver::server::{Incident, Listener};
use smtp_driver::{Runtime, within};

use crate::World;
use crate::support::{
    PATIENCE, Raw, Scripted, duplex, ear, millis, serve_with, server_config, start, tell_all,
};

pub fn a_panic_harms_one_connection<W: World>() {
    let calls = AtomicUsize::new(0);
    let server = serve_with::<W, _, _>(
        server_config(),
        |_| {},
        move |mut conn, _| {
            let call = calls.fetch_add(1, Ordering::SeqCst);
            // As a panic does, without the noise.
            if call == 1 {
                resume_unwind(Box::new("before the first await".to_owned()));
            }
            async move {
                if call == 2 {
                    conn.next().await.unwrap();
                    conn.accept().unwrap();
                    conn.next().await.unwrap();
                    resume_unwind(Box::new("in the middle"));
                }
                tell_all(conn, ear().0).await;
            }
        },
    );
    let address = server.address();
    let (mut bystander, _) = Raw::hello(address);
    let told_of = |unlucky: &Raw, expected: &str| match server.incidents.next() {
        Incident::Panic(peer, message) => {
            assert_eq!(peer.client(), Some(unlucky.local_addr()));
            assert_eq!(message, expected);
        }
        incident => panic!("{incident}"),
    };
    let mut first = Raw::connect(address);
    assert_eq!(first.rest(), "");
    told_of(&first, "before the first await");
    let mut second = Raw::connect(address);
    assert!(second.reply().starts_with("220 "));
    second.say("EHLO c\r\n");
    assert_eq!(second.rest(), "");
    told_of(&second, "in the middle");
    assert!(bystander.ask("NOOP\r\n").starts_with("250 "));
    drop(bystander);
    drop(Raw::hello(address));
    let statistics = server.finish();
    assert_eq!((statistics.accepted, statistics.panicked, statistics.aborted), (4, 2, 0));
}

/// A process that has no file descriptors left waits for one and does not try as fast as it can; an
/// error of one connection costs nothing.
pub fn failures_to_accept_are_waited_out<W: World>() {
    const TOO_MANY_FILES: i32 = 24;
    let (mut client, end) = duplex(1000);
    let harmless = [ErrorKind::ConnectionAborted, ErrorKind::ConnectionReset].repeat(10);
    let script: Vec<_> = (harmless.into_iter().map(|kind| Err(kind.into())))
        .chain((0..3).map(|_| Err(io::Error::from_raw_os_error(TOO_MANY_FILES))))
        .chain([Ok(end)])
        .collect();
    let began = Instant::now();
    let bind = || Ok(Listener::<W::Runtime, _>::new(Scripted::new(script), server_config()));
    let server = start::<W, _, _, _>(bind, PATIENCE, |conn, _| tell_all(conn, ear().0));
    let greeting = W::block_on(async {
        let mut clock = <W::Runtime as Runtime>::Clock::default();
        within(&mut clock, PATIENCE, client.line()).await.unwrap()
    });
    assert!(greeting.starts_with("220 "), "{greeting}");
    let waited = began.elapsed();
    // 100, 200 and 400 ms. Had the harmless ones been waited for, it would be seconds.
    assert!(waited >= millis(700) && waited < Duration::from_secs(10), "{waited:?}");
    assert_eq!(server.name, "a script");
    let told = server.incidents.so_far();
    assert!(told.iter().all(|incident| matches!(incident, Incident::Accept(_))));
    assert_eq!(told.len(), 23);
    drop(client);
    let statistics = server.finish();
    assert_eq!((statistics.accepted, statistics.accept_errors), (1, 23));
}
