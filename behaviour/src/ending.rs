//! How a server comes to its end.

use std::future::{pending, poll_fn, ready};
use std::net::{TcpListener, TcpStream};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use smtp_driver::Drain;
use smtp_driver::server::Statistics;

use crate::World;
use crate::support::{
    PATIENCE, Raw, bind, ear, eventually, millis, serve, server_config, start, tell_all,
};

pub fn a_server_without_clients_ends_at_once<W: World>() {
    let (server, _) = serve::<W>(server_config(), |_| {});
    let address = server.address();
    assert_eq!(server.finish(), Statistics::default());
    assert!(TcpStream::connect(address).is_err());
}

pub fn the_end_spares_transactions_and_nobody_else<W: World>() {
    let (server, _) = serve::<W>(server_config(), |_| {});
    let address = server.address();
    let (mut idle, _) = Raw::hello(address);
    let (mut busy, _) = Raw::hello(address);
    busy.say("MAIL FROM:<>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n");
    while !busy.reply().starts_with("354 ") {}

    server.stop();
    assert!(idle.rest().starts_with("421 4.3.2 "));
    drop(idle);
    assert!(!server.is_over());
    // Whoever comes next can take its place.
    drop(eventually(|| TcpListener::bind(address).ok()));
    busy.say("tea\r\n.\r\n");
    assert!(busy.reply().starts_with("250 "));
    assert!(busy.reply().starts_with("421 4.3.2 "));
    assert_eq!(busy.rest(), "");
    drop(busy);
    let statistics = server.finish();
    assert_eq!((statistics.accepted, statistics.refused, statistics.aborted), (2, 0, 0));
}

/// To close the socket would be a reset to them.
pub fn who_is_still_in_the_queue_hears_of_it<W: World>() {
    const QUEUE: u64 = 100;
    let statistics = W::block_on(async {
        let listener = bind::<W>(server_config()).unwrap();
        let address = listener.local_addr().unwrap();
        let clients: Vec<_> = (0..QUEUE).map(|_| Raw::connect(address)).collect();
        let listening = thread::spawn(move || {
            for mut client in clients {
                let heard = client.rest();
                assert!(heard.starts_with("421 mx.example.org "), "{heard}");
            }
        });
        let handler = |conn, _| tell_all(conn, ear().0);
        let statistics = listener.serve(handler, ready(()), PATIENCE).await;
        listening.join().unwrap();
        statistics
    });
    assert_eq!((statistics.accepted, statistics.aborted), (QUEUE, 0));
}

pub fn who_does_not_come_to_an_end_is_cut_off<W: World>() {
    const GRACE: Duration = millis(1000);
    let calls = AtomicUsize::new(0);
    let (told, called) = ear();
    let handler = move |conn, _| {
        let hangs = calls.fetch_add(1, Ordering::SeqCst) == 0;
        told.tell(());
        async move {
            if hangs {
                pending::<()>().await;
            }
            tell_all(conn, ear().0).await;
        }
    };
    let server = start::<W, _, _, _>(|| bind::<W>(server_config()), GRACE, handler);
    let address = server.address();
    let mut unheard = Raw::connect(address);
    called.next();
    let (mut busy, _) = Raw::hello(address);
    assert!(busy.ask("MAIL FROM:<>\r\n").starts_with("250 "));
    let (idle, _) = Raw::hello(address);

    let began = Instant::now();
    server.stop();
    drop(idle);
    assert_eq!(busy.rest(), "");
    assert_eq!(unheard.rest(), "");
    let statistics = server.finish();
    let took = began.elapsed();
    assert!(took >= GRACE && took < PATIENCE / 2, "{took:?}");
    assert_eq!((statistics.accepted, statistics.aborted), (3, 2));
}

pub fn who_drops_a_server_drops_its_clients<W: World>() {
    let (drop_it, mut dropped) = Drain::new();
    let (leave, left) = Drain::new();
    let (called, address) = ear();
    let world = thread::spawn(move || {
        W::block_on(async {
            let listener = bind::<W>(server_config()).unwrap();
            called.tell(listener.local_addr().unwrap());
            {
                let handler = |conn, _| tell_all(conn, ear().0);
                let mut serving = pin!(listener.serve(handler, pending(), PATIENCE));
                poll_fn(|cx| {
                    if dropped.poll(cx).is_ready() {
                        return Poll::Ready(());
                    }
                    serving.as_mut().poll(cx).map(drop)
                })
                .await;
            }
            left.await;
        });
    });
    let address = address.next();
    let (mut idle, _) = Raw::hello(address);
    let (mut busy, _) = Raw::hello(address);
    assert!(busy.ask("MAIL FROM:<>\r\n").starts_with("250 "));
    drop_it.begin();
    assert_eq!(idle.rest(), "");
    assert_eq!(busy.rest(), "");
    eventually(|| TcpListener::bind(address).ok());
    leave.begin();
    world.join().unwrap();
}
