//! Two messages from a client to a server, and what they say to each other.
//!
//! ```sh
//! cargo run --release -p smtp-tokio --example demo
//! ```

mod mailbox;
mod tap;

use std::error::Error;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use smtp_proto::client::{Chunking, Client, Config, Envelope};
use smtp_proto::server;
use smtp_proto::syntax::params::BodyType;
use smtp_tokio::client::{Credentials, Fate, Login, StartTls, establish, quit, send};
use smtp_tokio::rustls::pki_types::{PrivatePkcs8KeyDer, ServerName};
use smtp_tokio::rustls::{RootCertStore, ServerConfig};
use smtp_tokio::{
    ClientTls, Clock, Connection, Drain, DrainWatch, Io, Listener, Rustls, ServerTls, Stream, tls,
};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use mailbox::{Mailbox, PASSWORD, USER};
use tap::Tap;

/// Starts a server with a fresh certificate on a free port of this machine, sends it two messages,
/// and shows what the two say to each other.
///
/// The first message goes by DATA to three recipients, one of whom the server does not know; the
/// second is binary and goes by BDAT. Nothing leaves this machine.
#[derive(Parser)]
#[command(name = "demo")]
struct Args {
    /// Where the server stores the messages [default: a new directory for temporary files]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

const TEXT: &[u8] = b"\
From: Demo <demo@localhost>
To: Ann <ann@localhost>, Bob <bob@localhost>
Subject: By DATA

A line that begins with a dot gets another one on the way:
.hidden
and this message arrives as it was, but for its line ends.
";

const BINARY: &[u8] = b"\
From: Demo <demo@localhost>\r\n\
To: Ann <ann@localhost>\r\n\
Subject: By BDAT\r\n\
MIME-Version: 1.0\r\n\
Content-Type: application/octet-stream\r\n\
Content-Transfer-Encoding: binary\r\n\
\r\n\
.no dots are added here, and any octet may come: \x00 \r \n";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let args = Args::parse();
    let directory = args
        .dir
        .unwrap_or_else(|| std::env::temp_dir().join(format!("smtp-demo-{}", std::process::id())));
    let mailbox = Arc::new(Mailbox::new(directory)?);

    let (server_tls, client_tls) = certificate()?;
    let (stop, stopped) = Drain::new();
    let (address, server) = start_server(Arc::clone(&mailbox), server_tls, stopped)?;
    println!("A server listens on {address}.\n");

    converse(address, client_tls).await?;

    stop.begin();
    server.await?;
    println!("The messages are in {}.", mailbox.directory().display());
    Ok(())
}

/// A certificate for this run, and who trusts it.
fn certificate() -> Result<(ServerTls, ClientTls), Box<dyn Error>> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())?;
    let mut roots = RootCertStore::empty();
    roots.add(certificate)?;
    let name = ServerName::try_from("localhost")?;
    Ok((ServerTls::new(server), ClientTls { config: tls::client_config(roots)?, name }))
}

fn start_server(
    mailbox: Arc<Mailbox>,
    tls: ServerTls,
    stopped: DrainWatch,
) -> Result<(SocketAddr, JoinHandle<()>), Box<dyn Error>> {
    let mut config = server::Config::new("localhost".parse()?);
    config.starttls = true;
    config.mechanisms = vec!["PLAIN".parse()?, "LOGIN".parse()?];
    config.require_auth = true;
    let mut listener = Listener::bind("127.0.0.1:0", config)?;
    listener.tls = Some(tls);
    let address = listener.local_addr()?;
    let handler = move |mut conn, peer| {
        let mailbox = Arc::clone(&mailbox);
        async move {
            if let Err(error) = mailbox.serve(&mut conn).await {
                eprintln!("{peer}: {error}");
            }
        }
    };
    let server = tokio::spawn(async move {
        listener.serve(handler, stopped, Duration::from_secs(5)).await;
    });
    Ok((address, server))
}

/// One connection, two messages.
async fn converse(server: SocketAddr, tls: ClientTls) -> Result<(), Box<dyn Error>> {
    // Text goes by DATA here, so that both ways are seen.
    let config = Config { chunking: Chunking::Needed, ..Config::new("localhost".parse()?) };
    let io = TcpStream::connect(server).await?;
    let stream = Tap::new(Stream::new(Io(io), Rustls::client(Some(tls))));
    let mut conn = Connection::new(Client::new(config), stream, Clock::new());

    println!("A client says hello, encrypts, and logs in:\n");
    let credentials = Some(Credentials::new(USER, PASSWORD));
    establish(&mut conn, &Login { starttls: StartTls::Required, credentials }).await?;

    println!("\nA message by DATA, to three recipients:\n");
    let to = ["ann@localhost", "nobody@localhost", "bob@localhost"];
    deliver(&mut conn, &to, TEXT, BodyType::SevenBit).await?;

    println!("A binary message by BDAT, with nothing to wait for in between:\n");
    deliver(&mut conn, &["ann@localhost"], BINARY, BodyType::BinaryMime).await?;

    quit(&mut conn).await?;
    println!();
    Ok(())
}

async fn deliver(
    conn: &mut Connection<Client, Tap<Stream>, Clock>,
    to: &[&str],
    message: &[u8],
    body: BodyType,
) -> Result<(), Box<dyn Error>> {
    let to = to.iter().map(|to| to.parse()).collect::<Result<Vec<_>, _>>()?;
    let envelope = Envelope { body, ..Envelope::new("demo@localhost".parse()?, to) };
    let before = conn.stream().round_trips();
    let delivery = send(conn, envelope, message).await?;
    let round_trips = conn.stream().round_trips() - before;

    println!();
    for recipient in &delivery.recipients {
        match &recipient.fate {
            Fate::Accepted(reply) => println!("  {} accepted: {reply}", recipient.path),
            Fate::Refused(reply) => println!("  {} refused: {reply}", recipient.path),
            Fate::NotSent(reason) => println!("  {} not sent: {reason}", recipient.path),
        }
    }
    let plural = if round_trips == 1 { "" } else { "s" };
    println!("  {round_trips} round trip{plural} for the message\n");
    Ok(())
}
