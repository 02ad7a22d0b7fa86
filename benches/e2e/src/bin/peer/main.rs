//! The other side of each comparison: servers, clients, floors and a slow network, one to a subcommand.
//!
//! A server says `listening on ADDRESS` and runs until it is killed. A client sends and ends.
//!
//! | file | what |
//! |---|---|
//! | `replies` | the fixed answers of bare servers |
//! | `bare_tokio`, `bare_async_std`, `bare_threads` | servers that parse nothing |
//! | `stalwart` | a server on Stalwart's parser |
//! | `mailin` | mailin-embedded |
//! | `load` | clients that parse nothing: lock-step, pipelined, chained, chunked |
//! | `clients` | lettre, mail-send, async-smtp |
//! | `delay` | a proxy that adds a delay each way |

mod bare_async_std;
mod bare_threads;
mod bare_tokio;
mod clients;
mod delay;
mod load;
mod mailin;
mod replies;
mod stalwart;

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use clap::{Parser, Subcommand};

/// One side of a comparison
#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Fixed replies on Tokio
    BareTokio,
    /// Fixed replies on async-std
    BareAsyncStd,
    /// Fixed replies, a thread for each connection
    BareThreads,
    /// Stalwart's parser on Tokio
    Stalwart,
    /// mailin-embedded
    Mailin {
        /// Connections at a time
        #[arg(long, default_value_t = 16)]
        threads: u32,
    },
    /// Passes everything on, later
    Delay {
        /// Where to
        #[arg(long)]
        to: SocketAddr,
        /// How much later
        #[arg(long, default_value_t = 20)]
        milliseconds: u64,
    },
    /// A client that parses nothing
    Load {
        #[arg(value_enum)]
        style: load::Style,
        #[command(flatten)]
        job: Job,
    },
    /// A client of a library
    Client {
        #[arg(value_enum)]
        library: clients::Library,
        #[command(flatten)]
        job: Job,
    },
}

/// What a client is to do.
#[derive(Clone, clap::Args)]
struct Job {
    /// The server
    #[arg(long)]
    server: SocketAddr,
    #[arg(long, default_value_t = 10)]
    connections: usize,
    /// Messages in all
    #[arg(long)]
    messages: usize,
    /// Octets of each
    #[arg(long, default_value_t = 5120)]
    size: usize,
    #[arg(long, default_value_t = 1)]
    recipients: usize,
}

impl Job {
    /// How many of the messages are this connection's.
    fn share(&self, connection: usize) -> usize {
        let rest = usize::from(connection < self.messages % self.connections);
        self.messages / self.connections + rest
    }

    /// Text as smtp-source makes it: short lines, no dots in front.
    fn content(&self) -> Vec<u8> {
        let mut content = b"Subject: a test\r\n\r\n".to_vec();
        while content.len() < self.size {
            let line = self.size.saturating_sub(content.len()).clamp(3, 80);
            content.resize(content.len() + line - 2, b'X');
            content.extend_from_slice(b"\r\n");
        }
        content
    }
}

fn main() -> io::Result<()> {
    match Args::parse().role {
        Role::BareTokio => tokio()?.block_on(bare_tokio::serve()),
        Role::BareAsyncStd => async_std::task::block_on(bare_async_std::serve()),
        Role::BareThreads => bare_threads::serve(),
        Role::Stalwart => tokio()?.block_on(stalwart::serve()),
        Role::Mailin { threads } => mailin::serve(threads),
        Role::Delay { to, milliseconds } => {
            tokio()?.block_on(delay::serve(to, Duration::from_millis(milliseconds)))
        }
        Role::Load { style, job } => load::run(style, &job),
        Role::Client { library, job } => clients::run(library, &job),
    }
}

fn tokio() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

/// A socket on a free port, which standard output hears of.
fn listen() -> io::Result<std::net::TcpListener> {
    let socket = std::net::TcpListener::bind("127.0.0.1:0")?;
    writeln!(io::stdout(), "listening on {}", socket.local_addr()?)?;
    io::stdout().flush()?;
    Ok(socket)
}
