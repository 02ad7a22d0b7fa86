//! Messages on disk.
//!
//! A message is begun as `.ID.eml.tmp`. To commit it, `.ID.json.tmp` is written, both are synced,
//! and they get their names, `ID.json` last; the directory is synced after each of the two. So:
//!
//! - where there is `ID.json`, `ID.eml` is complete, whenever the power fails;
//! - what was not committed can be told by a name that ends in `.tmp`, and is removed by the next
//!   process to open the store.
//!
//! Several processes may share a directory: each holds a lock on its temporary files, which the
//! system takes off when the process is gone, however it went.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::mem;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use tracing::{info, warn};

use super::Host;
use super::record::Record;

/// Octets of a message that are put together for one write.
const BUFFER: usize = 64 << 10;

/// A directory with messages. Clones share it.
#[derive(Clone, Debug)]
pub(super) struct Store {
    dir: Arc<Path>,
    count: Arc<AtomicU64>,
}

impl Store {
    /// Makes the directory if it is not there, sees to it that messages can be kept in it, and
    /// removes what crashes have left. Blocks.
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        remove_leftovers(dir)?;
        let store = Self { dir: dir.into(), count: Arc::default() };
        let (probe, _) = store.create()?;
        drop(probe);
        sync(dir)?;
        Ok(store)
    }

    /// Begins a message.
    pub(super) async fn begin<H: Host>(&self) -> io::Result<Draft> {
        let store = self.clone();
        let (files, file) = H::unblock(move || store.create()).await?;
        Ok(Draft { files, file: Arc::new(file), buffer: Vec::with_capacity(BUFFER) })
    }

    fn create(&self) -> io::Result<(Files, File)> {
        loop {
            let mut files = Files { dir: Arc::clone(&self.dir), id: self.next_id(), owned: false };
            if files.is_taken() {
                continue;
            }
            match create(&files.temporary("eml")) {
                Ok(file) => {
                    files.owned = true;
                    return Ok((files, file));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Names that sort by time, and differ even if the clock stands still.
    fn next_id(&self) -> String {
        let time = humantime::format_rfc3339_micros(SystemTime::now()).to_string();
        let time: String = time.chars().filter(char::is_ascii_alphanumeric).collect();
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        format!("{time}-{}-{count}", process::id())
    }
}

/// A message on its way in. Dropped without [`commit`](Self::commit), it leaves nothing.
#[derive(Debug)]
pub(super) struct Draft {
    files: Files,
    file: Arc<File>,
    /// What is still to be written.
    buffer: Vec<u8>,
}

impl Draft {
    pub(super) fn id(&self) -> &str {
        &self.files.id
    }

    pub(super) async fn write<H: Host>(&mut self, mut piece: &[u8]) -> io::Result<()> {
        while !piece.is_empty() {
            if self.buffer.len() >= BUFFER {
                let (mut file, mut buffer) = (Arc::clone(&self.file), mem::take(&mut self.buffer));
                self.buffer = H::unblock(move || {
                    file.write_all(&buffer)?;
                    buffer.clear();
                    Ok(buffer)
                })
                .await?;
            }
            let (fits, rest) = piece.split_at(piece.len().min(BUFFER - self.buffer.len()));
            self.buffer.extend_from_slice(fits);
            piece = rest;
        }
        Ok(())
    }

    /// When this returns, the message is safe under its name.
    pub(super) async fn commit<H: Host>(self, record: Record) -> io::Result<()> {
        let Self { files, file, buffer } = self;
        H::unblock(move || {
            (&*file).write_all(&buffer)?;
            files.commit(&file, &record)
        })
        .await
    }
}

/// The files of one message, under temporary or final names.
#[derive(Debug)]
struct Files {
    dir: Arc<Path>,
    id: String,
    /// To be removed when dropped.
    owned: bool,
}

impl Files {
    fn temporary(&self, kind: &str) -> PathBuf {
        self.dir.join(format!(".{}.{kind}.tmp", self.id))
    }

    fn permanent(&self, kind: &str) -> PathBuf {
        self.dir.join(format!("{}.{kind}", self.id))
    }

    fn is_taken(&self) -> bool {
        ["eml", "json"].iter().any(|kind| self.permanent(kind).exists())
    }

    fn commit(mut self, content: &File, record: &Record) -> io::Result<()> {
        content.sync_all()?;
        let mut envelope = create(&self.temporary("json"))?;
        serde_json::to_writer_pretty(&mut envelope, record)?;
        envelope.write_all(b"\n")?;
        envelope.sync_all()?;
        for kind in ["eml", "json"] {
            fs::rename(self.temporary(kind), self.permanent(kind))?;
            sync(&self.dir)?;
        }
        self.owned = false;
        Ok(())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        if !self.owned {
            return;
        }
        // The envelope first: without it there is no message.
        for path in [
            self.permanent("json"),
            self.permanent("eml"),
            self.temporary("json"),
            self.temporary("eml"),
        ] {
            remove(&path);
        }
    }
}

/// Removes temporary files whose process is gone.
fn remove_leftovers(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let Some((id, kind)) = path.file_name().and_then(temporary_name) else { continue };
        if is_in_use(&path) {
            continue;
        }
        info!("removing {}: its message was never accepted", path.display());
        let json = dir.join(format!("{id}.json"));
        if kind == "json" && !json.exists() {
            // It was on the point of being committed.
            remove(&dir.join(format!("{id}.eml")));
        }
        remove(&path);
    }
    Ok(())
}

/// Takes `.ID.eml.tmp` apart into ID and `eml`.
fn temporary_name(name: &OsStr) -> Option<(&str, &str)> {
    let (id, kind) = name.to_str()?.strip_prefix('.')?.strip_suffix(".tmp")?.rsplit_once('.')?;
    let ours = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_ours = ["eml", "json"].contains(&kind) && !id.is_empty() && id.chars().all(ours);
    is_ours.then_some((id, kind))
}

/// Creates a file that nobody else may read, and locks it.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    lock(&file).inspect_err(|_| remove(path))?;
    Ok(file)
}

#[cfg(unix)]
fn lock(file: &File) -> io::Result<()> {
    use rustix::fs::{FlockOperation, flock};

    Ok(flock(file, FlockOperation::NonBlockingLockExclusive)?)
}

#[cfg(not(unix))]
fn lock(_: &File) -> io::Result<()> {
    Ok(())
}

fn is_in_use(path: &Path) -> bool {
    File::open(path)
        .and_then(|file| lock(&file))
        .is_err_and(|e| e.kind() == io::ErrorKind::WouldBlock)
}

fn remove(path: &Path) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            warn!("cannot remove {}: {error}", path.display());
        }
        _ => {}
    }
}

/// Makes the names in a directory safe.
fn sync(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}
