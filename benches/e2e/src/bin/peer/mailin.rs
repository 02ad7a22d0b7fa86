//! mailin-embedded, which takes everything unless told otherwise.

use std::io;

use mailin_embedded::{Handler, Server, SslConfig};

#[derive(Clone)]
struct Nothing;

impl Handler for Nothing {}

pub fn serve(threads: u32) -> io::Result<()> {
    let mut server = Server::new(Nothing);
    server.with_name("mailin.example").with_num_threads(threads);
    server.with_ssl(SslConfig::None).map_err(|error| io::Error::other(error.to_string()))?;
    server.with_tcp_listener(crate::listen()?);
    server.serve().map_err(|error| io::Error::other(error.to_string()))
}
