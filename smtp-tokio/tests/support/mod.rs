//! Configurations, connections over any stream of Tokio's, and a server that takes everything.
#![allow(dead_code, reason = "not every test uses everything")]

use std::time::Duration;

use smtp_driver::Error;
use smtp_proto::server::Event;
use smtp_proto::{client, server};
use smtp_tokio::{
    ClientConnection, ClientTls, Clock, Connection, Io, Rustls, ServerConnection, ServerTls, Stream,
};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};

pub(crate) fn server_config() -> server::Config {
    server::Config::new("mx.example.org".parse().unwrap())
}

pub(crate) fn client_config() -> client::Config {
    client::Config::new("client.example.com".parse().unwrap())
}

pub(crate) fn envelope() -> client::Envelope {
    let to = ["b@example.org".parse().unwrap()];
    client::Envelope::new("a@example.com".parse().unwrap(), to)
}

pub(crate) fn server_on<T>(
    io: T,
    config: server::Config,
    tls: Option<ServerTls>,
) -> ServerConnection<T>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stream = Stream::new(Io(io), Rustls::server(tls));
    Connection::new(server::Server::new(config), stream, Clock::new())
}

pub(crate) fn client_on<T>(
    io: T,
    config: client::Config,
    tls: Option<ClientTls>,
) -> ClientConnection<T>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let stream = Stream::new(Io(io), Rustls::client(tls));
    Connection::new(client::Client::new(config), stream, Clock::new())
}

/// Takes every message; returns the octets of each.
pub(crate) async fn take_all<T>(conn: &mut ServerConnection<T>) -> Result<Vec<u64>, Error>
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut messages = Vec::new();
    while let Some(event) = conn.next().await? {
        if let Event::Deliver { octets, .. } = event {
            messages.push(octets);
        }
        if event.is_question() {
            conn.accept()?;
        }
    }
    Ok(messages)
}

/// Reads one line.
pub(crate) async fn line(io: &mut (impl AsyncRead + Unpin)) -> String {
    let mut text = String::new();
    while !text.ends_with("\r\n") {
        let octet = tokio::time::timeout(Duration::from_secs(1000), io.read_u8()).await;
        text.push(char::from(octet.expect("nothing comes").expect("a line end is to come")));
    }
    text
}

/// Reads to the end, however it comes.
pub(crate) async fn rest(io: &mut (impl AsyncRead + Unpin)) -> String {
    let mut octets = Vec::new();
    let _ = io.read_to_end(&mut octets).await;
    String::from_utf8(octets).unwrap()
}
