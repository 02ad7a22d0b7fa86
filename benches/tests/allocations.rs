//! What a connection and a message cost in memory. The bounds are generous: they are there to notice
//! when a cost multiplies. Run with `--nocapture` to see the figures.

use std::mem::size_of;
use std::sync::Arc;

use allocation_counter::{AllocationInfo, measure};
use bytes::Bytes;
use smtp_benches::{Outgoing, Received, client_config, envelope, say, send, serve, server_config};
use smtp_benches::{text, transfer};
use smtp_proto::client::{Chunking, Client};
use smtp_proto::server::Server;

/// A second message of three recipients on a connection over which one went already: what each
/// side allocates, the caller's envelope and content not counted.
fn warm_transaction(chunking: bool) -> (AllocationInfo, AllocationInfo) {
    let mut config = client_config();
    config.chunking = if chunking { Chunking::Always } else { Chunking::Never };
    let mut client = Client::new(config);
    let mut server = Server::new(server_config());
    let mut outgoing = Outgoing::new(1, Bytes::from(text(2 << 10)));
    outgoing.quit = false;
    let mut received = Received::default();
    let (mut by_client, mut by_server) = Default::default();
    for message in 1..=2 {
        (by_client, by_server) = Default::default();
        if message == 2 {
            outgoing.given = false;
            let envelope = envelope();
            by_client += measure(|| _ = client.send(envelope).expect("it is idle"));
        }
        loop {
            by_client += measure(|| _ = send(&mut client, &mut outgoing));
            let to_server = transfer_measured(&mut client, &mut server, &mut by_server);
            by_server += measure(|| _ = serve(&mut server, &mut received));
            let to_client = transfer_measured(&mut server, &mut client, &mut by_client);
            if !to_server && !to_client {
                break;
            }
        }
        assert_eq!(outgoing.accepted, message);
        assert_eq!(received.messages, message);
    }
    (by_client, by_server)
}

/// The room that the receiver makes counts for the receiver.
fn transfer_measured(
    from: &mut impl smtp_proto::Machine,
    to: &mut impl smtp_proto::Machine,
    by_receiver: &mut AllocationInfo,
) -> bool {
    let mut moved = false;
    *by_receiver += measure(|| moved = transfer(from, to));
    moved
}

#[test]
fn one_warm_transaction_of_three_recipients() {
    for (name, chunking) in [("DATA", false), ("BDAT", true)] {
        let (client, server) = warm_transaction(chunking);
        println!(
            "{name}: client {} allocations, {} octets; server {} allocations, {} octets",
            client.count_total, client.bytes_total, server.count_total, server.bytes_total
        );
        assert!(client.count_total <= 40, "{client:?}");
        assert!(server.count_total <= 40, "{server:?}");
    }
}

#[test]
fn machines_are_small() {
    println!("Server {} octets, Client {} octets", size_of::<Server>(), size_of::<Client>());
    assert!(size_of::<Server>() <= 1024);
    assert!(size_of::<Client>() <= 1536);
}

#[test]
fn an_idle_connection_holds_little() {
    let config = Arc::new(server_config());
    let mut idle = None;
    let heap = measure(|| {
        let mut server = Server::new(Arc::clone(&config));
        let said = b"EHLO client.example.org\r\nMAIL FROM:<a@example.org>\r\nRSET\r\n";
        drop(say(&mut server, said, &mut Received::default()));
        idle = Some(server);
    });
    let total = size_of::<Server>() + usize::try_from(heap.bytes_current).expect("it holds some");
    println!("an idle server: {} octets of heap, {total} in all", heap.bytes_current);
    assert!(idle.is_some() && total <= 4096, "{heap:?}");
}

/// What was needed to move a large message is given back.
#[test]
fn a_connection_gives_memory_back() {
    let config = Arc::new(server_config());
    let content = text(1 << 20);
    let mut idle = None;
    let heap = measure(|| {
        let mut server = Server::new(Arc::clone(&config));
        let mut said = b"EHLO client.example.org\r\nMAIL FROM:<a@example.org>\r\n\
            RCPT TO:<b@example.org>\r\n"
            .to_vec();
        said.extend_from_slice(format!("BDAT {} LAST\r\n", content.len()).as_bytes());
        said.extend_from_slice(&content);
        drop(say(&mut server, &said, &mut Received::default()));
        // The next read is a small one, as it is on an idle connection.
        drop(say(&mut server, b"NOOP\r\n", &mut Received::default()));
        idle = Some(server);
    });
    println!("after a message of 1 MiB: {} octets of heap", heap.bytes_current);
    assert!(idle.is_some() && heap.bytes_current <= 4096, "{heap:?}");
}
