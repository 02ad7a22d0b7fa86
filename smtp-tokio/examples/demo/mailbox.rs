//! The demo's server: one user who may send, one who gets mail, and a directory.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use smtp_proto::sasl::Secret;
use smtp_proto::sasl::server::{Mechanism, Step, for_name};
use smtp_proto::server::{Event, Refusal};
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
        let mut exchange = None;
        while let Some(event) = conn.next().await? {
            match event {
                Event::Auth { mechanism, initial } => {
                    exchange = for_name(mechanism.as_str());
                    authenticate(conn, &mut exchange, initial.as_ref())?;
                }
                Event::AuthResponse(response) => {
                    authenticate(conn, &mut exchange, Some(&response))?;
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

/// Takes a SASL exchange one step further.
fn authenticate(
    conn: &mut ServerConnection,
    exchange: &mut Option<Box<dyn Mechanism + Send>>,
    response: Option<&Secret>,
) -> Result<(), Error> {
    let response = response.map(Secret::expose);
    match exchange.as_mut().map(|exchange| exchange.step(response)) {
        Some(Step::Challenge(challenge)) => conn.challenge(&challenge)?,
        Some(Step::Verify(credentials)) if credentials.matches(USER, PASSWORD) => conn.accept()?,
        Some(Step::Verify(_)) => conn.reject(Refusal::bad_credentials())?,
        _ => conn.reject(Refusal::malformed_response())?,
    }
    Ok(())
}
