//! What a connection holds. The bounds are generous: they are there to notice when a cost multiplies.
//! Run with `--nocapture` to see the figures. What sessions allocate is in `golden/machines.txt`.

use std::mem::size_of;
use std::sync::Arc;

use allocation_counter::measure;
use smtp_benches::corpora::bodies::text;
use smtp_benches::corpora::sessions::server_config;
use smtp_benches::machines::{Received, say};
use smtp_proto::client::Client;
use smtp_proto::server::Server;

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
