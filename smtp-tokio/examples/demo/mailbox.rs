//! The demo's server: one user who may send, one who gets mail, and a directory.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use smtp_proto::sasl::server::Stored;
use smtp_proto::server::{Event, Exchange, Progress, Refusal};
use smtp_proto::syntax::text::Text;
use smtp_tokio::{Error, ServerConnection};

pub(crate) const USER: &str = "demo";
pub(crate) const PASSWORD: &str = "secret";

/// Where the messages go.
pub(crate) struct Mailbox {
    directory: PathBuf,
    count: AtomicUsize,
}

impl Mailbox {
    pub(crate) fn new(directory: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&directory)?;
        Ok(Self { directory, count: AtomicUsize::new(0) })
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Has the message on disk when it returns.
    async fn store(&self, message: &[u8]) -> io::Result<String> {
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let name = format!("{number}.eml");
        let file = tokio::fs::File::create(self.directory.join(&name)).await?;
        let mut file = tokio::io::BufWriter::new(file);
        tokio::io::AsyncWriteExt::write_all(&mut file, message).await?;
        tokio::io::AsyncWriteExt::flush(&mut file).await?;
        file.get_ref().sync_all().await?;
        Ok(name)
    }

    /// One connection, from the greeting to the end.
    pub(crate) async fn serve(&self, conn: &mut ServerConnection) -> Result<(), Error> {
        let mut message = Vec::new();
        let mut exchange = Exchange::default();
        while let Some(event) = conn.next().await? {
            match event {
                Event::Auth { mechanism, initial } => {
                    let progress = exchange.begin(conn, &mechanism, initial.as_ref(), None)?;
                    decide(conn, &mut exchange, progress)?;
                }
                Event::AuthResponse(response) => {
                    let progress = exchange.respond(conn, &response)?;
                    decide(conn, &mut exchange, progress)?;
                }
                Event::Rcpt { to, .. } if to.to_string() == "<nobody@localhost>" => {
                    conn.reject(Refusal::no_such_user())?;
                }
                Event::Body(piece) => message.extend_from_slice(&piece),
                Event::Deliver { .. } => match self.store(&message).await {
                    Ok(name) => {
                        message.clear();
                        conn.accept_with(&[Text::lossy(&format!("stored as {name}"))])?;
                    }
                    Err(_) => conn.reject(Refusal::storage())?,
                },
                Event::Aborted(_) => message.clear(),
                question if question.is_question() => conn.accept()?,
                _news => {}
            }
        }
        Ok(())
    }
}

/// Answers whatever is asked of a login.
fn decide(
    conn: &mut ServerConnection,
    exchange: &mut Exchange,
    mut progress: Progress,
) -> Result<(), Error> {
    while let Progress::Asks(ask) = progress {
        let known = (ask.login() == Some((USER, None))).then(|| Stored::from_password(PASSWORD));
        progress = exchange.stored(conn, known.as_ref())?;
    }
    Ok(())
}
