//! What is in a file, and reading it while it is sent.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use indicatif::ProgressBar;
use smtp_driver::PollRead;
use smtp_driver::client::{BodySource, ReaderBody};
use smtp_proto::body::{Survey, Surveyed};
use smtp_proto::client::Envelope;
use smtp_proto::syntax::params::BodyType;
use tempfile::NamedTempFile;

use super::Host;

/// Octets read at a time.
const PIECE: usize = 64 << 10;

/// Octets of a file that stays in memory, and is not read again whenever it is sent.
const SMALL: u64 = 1 << 20;

/// A message that can be read any number of times.
#[derive(Debug)]
pub(super) struct Message {
    /// For messages to the user.
    pub(super) name: String,
    source: Source,
    /// All of the file, if it is small. Each time it is sent shares this.
    content: Option<Bytes>,
    /// Octets of the file, whatever its line ends.
    pub(super) length: u64,
    found: Surveyed,
}

#[derive(Debug)]
enum Source {
    Path(PathBuf),
    /// What could be read only once: standard input, a pipe.
    Spooled(NamedTempFile),
}

/// Reads all files once. An error comes with the name of the file. Blocks.
pub(super) fn read_all(paths: &[PathBuf]) -> Result<Vec<Message>, (String, io::Error)> {
    let read = |path: &PathBuf| {
        let name = if path.as_os_str() == "-" {
            "standard input".into()
        } else {
            path.display().to_string()
        };
        Message::read(path, name.clone()).map_err(|error| (name, error))
    };
    paths.iter().map(read).collect()
}

impl Message {
    fn read(path: &Path, name: String) -> io::Result<Self> {
        if path.as_os_str() == "-" {
            return Self::spool(io::stdin().lock(), name);
        }
        let file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return Self::spool(file, name);
        }
        Self::survey(file, Source::Path(path.into()), name)
    }

    fn spool(mut reader: impl Read, name: String) -> io::Result<Self> {
        let mut spool = NamedTempFile::new()?;
        io::copy(&mut reader, &mut spool)?;
        spool.flush()?;
        spool.rewind()?;
        Self::survey(spool.reopen()?, Source::Spooled(spool), name)
    }

    fn survey(mut file: File, source: Source, name: String) -> io::Result<Self> {
        let mut survey = Survey::new();
        let mut content = Some(BytesMut::new());
        let mut buffer = vec![0; PIECE];
        let mut length = 0;
        loop {
            let read = match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            length += read as u64;
            survey.push(&buffer[..read]);
            content = content.filter(|_| length <= SMALL);
            if let Some(content) = &mut content {
                content.extend_from_slice(&buffer[..read]);
            }
        }
        let content = content.map(BytesMut::freeze);
        Ok(Self { name, source, content, length, found: survey.finish() })
    }

    /// What is to be said ahead of it, and of every message.
    pub(super) fn envelope(&self, every: &Envelope) -> Envelope {
        let mut envelope = every.clone();
        (envelope.body, envelope.size) = if self.found.nul {
            (BodyType::BinaryMime, Some(self.length)) // goes out as it is
        } else if self.found.eight_bit {
            (BodyType::EightBitMime, Some(self.found.octets))
        } else {
            (BodyType::SevenBit, Some(self.found.octets))
        };
        envelope
    }

    /// Its content, from the start.
    pub(super) fn body<H: Host>(&self, progress: ProgressBar) -> Body<H::File> {
        let source = match &self.content {
            Some(content) => Ok(Content::Memory(content.clone())),
            None => self.open::<H>().map_err(Some),
        };
        Body { source, progress }
    }

    fn open<H: Host>(&self) -> io::Result<Content<H::File>> {
        let file = match &self.source {
            Source::Path(path) => File::open(path),
            Source::Spooled(spool) => spool.reopen(),
        };
        Ok(Content::File(ReaderBody::new(H::file(file?))))
    }
}

/// The content of a message on its way.
pub(super) struct Body<F> {
    /// Or why it could not be opened the second time.
    source: Result<Content<F>, Option<io::Error>>,
    progress: ProgressBar,
}

/// Where it comes from.
enum Content<F> {
    Memory(Bytes),
    File(ReaderBody<F>),
}

impl<F: PollRead> BodySource for Body<F> {
    fn poll_piece(&mut self, cx: &mut Context<'_>, room: usize) -> Poll<io::Result<Option<Bytes>>> {
        let piece = match &mut self.source {
            Ok(Content::Memory(content)) => content.poll_piece(cx, room),
            Ok(Content::File(file)) => file.poll_piece(cx, room),
            Err(error) => {
                let error = error.take().unwrap_or_else(|| io::ErrorKind::NotFound.into());
                return Poll::Ready(Err(error));
            }
        };
        if let Poll::Ready(Ok(Some(piece))) = &piece
            && !self.progress.is_hidden()
        {
            self.progress.inc(piece.len() as u64);
        }
        piece
    }
}
