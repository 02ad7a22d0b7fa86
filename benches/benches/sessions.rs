//! Whole conversations in memory: each side by itself, and one against the other.

use std::sync::Arc;

use bytes::{Buf, Bytes};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use smtp_benches::{Outgoing, Received, client_config, say, send, server_config, talk, text};
use smtp_proto::Machine;
use smtp_proto::body::OutgoingNewlines;
use smtp_proto::body::dot::Stuffer;
use smtp_proto::client::{Chunking, Client};
use smtp_proto::server::Server;

const SMALL: usize = 2 << 10;
const LARGE: usize = 1 << 20;

/// What a client says that pipelines: the content in one BDAT, or after DATA.
fn dialogue(messages: usize, content: &[u8], chunking: bool) -> Vec<u8> {
    let mut said = b"EHLO client.example.org\r\n".to_vec();
    for _ in 0..messages {
        said.extend_from_slice(b"MAIL FROM:<sender@example.com>\r\n");
        for user in ["one", "two", "three"] {
            said.extend_from_slice(format!("RCPT TO:<{user}@example.org>\r\n").as_bytes());
        }
        if chunking {
            said.extend_from_slice(format!("BDAT {} LAST\r\n", content.len()).as_bytes());
            said.extend_from_slice(content);
        } else {
            said.extend_from_slice(b"DATA\r\n");
            let mut stuffer = Stuffer::new(OutgoingNewlines::Refuse);
            stuffer.stuff(Bytes::copy_from_slice(content), &mut said).expect("no bare newline");
            stuffer.finish(&mut said).expect("no bare newline");
        }
    }
    said.extend_from_slice(b"QUIT\r\n");
    said
}

fn server(criterion: &mut Criterion) {
    let config = Arc::new(server_config());
    let mut group = criterion.benchmark_group("server");
    for (name, messages, size, chunking) in [
        ("ten-small/bdat", 10, SMALL, true),
        ("ten-small/data", 10, SMALL, false),
        ("one-large/bdat", 1, LARGE, true),
        ("one-large/data", 1, LARGE, false),
    ] {
        let content = text(size);
        let said = dialogue(messages, &content, chunking);
        let run = || {
            let mut received = Received::default();
            say(&mut Server::new(Arc::clone(&config)), &said, &mut received);
            received
        };
        let octets = (messages * content.len()) as u64;
        assert_eq!(run(), Received { messages, octets });
        group.throughput(Throughput::Bytes(said.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(run));
    }
    group.finish();
}

/// The client against replies that come at once when it waits for one.
fn client(criterion: &mut Criterion) {
    let mut config = client_config();
    config.chunking = Chunking::Never;
    let config = Arc::new(config);
    let mut group = criterion.benchmark_group("client");
    for (name, messages, size) in [("ten-small", 10, SMALL), ("one-large", 1, LARGE)] {
        let content = Bytes::from(text(size));
        let said = dialogue(messages, &content, false);
        let replies = say(&mut Server::new(server_config()), &said, &mut Received::default());
        let run = || {
            let mut client = Client::new(Arc::clone(&config));
            let mut outgoing = Outgoing::new(messages, content.clone());
            let mut rest = &replies[..];
            while let Some(wait) = send(&mut client, &mut outgoing) {
                if wait.write {
                    let outbox = client.outbox();
                    outbox.advance(outbox.len());
                    continue;
                }
                let line = rest.split_inclusive(|octet| *octet == b'\n').next().expect("a reply");
                client.inbox().space()[..line.len()].copy_from_slice(line);
                client.inbox().commit(line.len());
                rest = &rest[line.len()..];
            }
            outgoing.accepted
        };
        assert_eq!(run(), messages);
        group.throughput(Throughput::Elements(messages as u64));
        group.bench_function(name, |bencher| bencher.iter(run));
    }
    group.finish();
}

fn pair(criterion: &mut Criterion) {
    let (for_client, for_server) = (Arc::new(client_config()), Arc::new(server_config()));
    let without_chunking = {
        let mut config = client_config();
        config.chunking = Chunking::Never;
        Arc::new(config)
    };
    let mut group = criterion.benchmark_group("pair");
    for (name, messages, size, config) in [
        ("ten-small/bdat", 10, SMALL, &for_client),
        ("ten-small/data", 10, SMALL, &without_chunking),
        ("one-large/bdat", 1, LARGE, &for_client),
        ("one-large/data", 1, LARGE, &without_chunking),
    ] {
        let content = Bytes::from(text(size));
        let run = || {
            let mut client = Client::new(Arc::clone(config));
            let mut server = Server::new(Arc::clone(&for_server));
            let mut outgoing = Outgoing::new(messages, content.clone());
            let mut received = Received::default();
            talk(&mut client, &mut outgoing, &mut server, &mut received);
            (outgoing.accepted, received)
        };
        let octets = (messages * content.len()) as u64;
        assert_eq!(run(), (messages, Received { messages, octets }));
        group.throughput(Throughput::Bytes(octets));
        group.bench_function(name, |bencher| bencher.iter(run));
    }
    group.finish();
}

criterion_group!(sessions, server, client, pair);
criterion_main!(sessions);
