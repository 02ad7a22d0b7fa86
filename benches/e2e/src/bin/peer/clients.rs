//! Clients by libraries, each used as its documentation shows: a message is made once, and every connection sends it
//! over and over.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::thread;

use clap::ValueEnum;
use lettre::address::Envelope;
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, SmtpTransport, Tokio1Executor, Transport};
use tokio::io::BufStream;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Job;

#[derive(Clone, Copy, ValueEnum)]
pub enum Library {
    /// lettre's transport that blocks, and its pool
    LettreBlocking,
    /// lettre's transport on Tokio, and its pool
    LettreTokio,
    MailSend,
    /// Pipelining
    AsyncSmtp,
}

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

pub fn run(library: Library, job: &Job) -> io::Result<()> {
    // mail-send wants TLS to be there, whether or not it is used, and there is more than one to be had.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match library {
        Library::LettreBlocking => lettre_blocking(job),
        Library::LettreTokio => crate::tokio()?.block_on(lettre_tokio(job.clone())),
        Library::MailSend => crate::tokio()?.block_on(each(job, mail_send)),
        Library::AsyncSmtp => crate::tokio()?.block_on(each(job, async_smtp)),
    }
    .map_err(io::Error::other)
}

const FROM: &str = "sender@load.example";
const TO: &str = "recipient@load.example";

fn lettre_envelope(job: &Job) -> Result<Envelope> {
    let to = (0..job.recipients).map(|_| TO.parse()).collect::<std::result::Result<_, _>>()?;
    Ok(Envelope::new(Some(FROM.parse()?), to)?)
}

fn lettre_blocking(job: &Job) -> Result<()> {
    let pool = PoolConfig::new().max_size(u32::try_from(job.connections)?);
    let transport = SmtpTransport::builder_dangerous(job.server.ip().to_string())
        .port(job.server.port())
        .pool_config(pool)
        .build();
    let (envelope, content) = (lettre_envelope(job)?, job.content());
    thread::scope(|scope| {
        let senders: Vec<_> = (0..job.connections)
            .map(|connection| {
                let (transport, envelope, content) = (&transport, &envelope, &content);
                scope.spawn(move || -> Result<()> {
                    for _ in 0..job.share(connection) {
                        transport.send_raw(envelope, content)?;
                    }
                    Ok(())
                })
            })
            .collect();
        senders.into_iter().try_for_each(|sender| sender.join().map_err(|_| "panicked")?)
    })
}

async fn lettre_tokio(job: Job) -> Result<()> {
    let pool = PoolConfig::new().max_size(u32::try_from(job.connections)?);
    let transport =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(job.server.ip().to_string())
            .port(job.server.port())
            .pool_config(pool)
            .build();
    let (envelope, content) = (Arc::new(lettre_envelope(&job)?), Arc::new(job.content()));
    let mut tasks = JoinSet::new();
    for connection in 0..job.connections {
        let (transport, messages) = (transport.clone(), job.share(connection));
        let (envelope, content) = (Arc::clone(&envelope), Arc::clone(&content));
        tasks.spawn(async move {
            for _ in 0..messages {
                transport.send_raw(&envelope, &content).await?;
            }
            Result::Ok(())
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}

/// A connection each.
async fn each<F>(job: &Job, converse: fn(Job, usize) -> F) -> Result<()>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for connection in 0..job.connections {
        tasks.spawn(converse(job.clone(), job.share(connection)));
    }
    while let Some(ended) = tasks.join_next().await {
        ended??;
    }
    Ok(())
}

async fn mail_send(job: Job, messages: usize) -> Result<()> {
    use mail_send::SmtpClientBuilder;
    use mail_send::smtp::message::Message;

    let mut client = SmtpClientBuilder::new(job.server.ip().to_string(), job.server.port())
        .implicit_tls(false)
        .helo_host("load.example")
        .connect_plain()
        .await?;
    let content = job.content();
    for _ in 0..messages {
        let to = vec![TO; job.recipients];
        client.send(Message::new(FROM, to, content.as_slice())).await?;
    }
    client.quit().await?;
    Ok(())
}

async fn async_smtp(job: Job, messages: usize) -> Result<()> {
    use async_smtp::{Envelope, SendableEmail, SmtpClient, SmtpTransport};

    let stream = BufStream::new(TcpStream::connect(job.server).await?);
    let mut transport = SmtpTransport::new(SmtpClient::new().pipelining(true), stream).await?;
    let content = job.content();
    let to = vec![TO.parse()?; job.recipients];
    let envelope = Envelope::new(Some(FROM.parse()?), to)?;
    for _ in 0..messages {
        transport.send(SendableEmail::new(envelope.clone(), content.clone())).await?;
    }
    transport.quit().await?;
    Ok(())
}
