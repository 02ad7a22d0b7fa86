//! Dovecot, with a configuration of one's own.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::geteuid;
use tempfile::TempDir;

use crate::processes::certificates::Certificates;
use crate::processes::guarded::{end, guarded};
use crate::processes::process::{self, until};

/// Ended when dropped.
pub(crate) struct Daemon {
    child: Child,
    dir: TempDir,
}

impl Daemon {
    /// In this directory, which is to become its own. In the configuration, `@DIR@` stands for that,
    /// and `@USER@` and `@GROUP@` for who it is run by. It is ready when that can be reached.
    pub(crate) fn start(
        dir: TempDir,
        config: &str,
        certificates: &Certificates,
        is_ready: impl Fn() -> bool,
    ) -> Self {
        let path = |name: &str| dir.path().join(name);
        let Certificates { cert, key, .. } = certificates;
        for (from, name) in [(cert, "cert.pem"), (key, "key.pem")] {
            fs::copy(from, path(name)).expect("a file");
        }
        // It has to be somebody, and will not be root.
        let somebody = if geteuid().is_root() { "nobody" } else { "" };
        let config = config.replace("@DIR@", &dir.path().display().to_string());
        let config = config.replace("@USER@", &id("-un", somebody));
        let config = config.replace("@GROUP@", &id("-gn", somebody));
        fs::write(path("dovecot.conf"), config).expect("a file");
        fs::write(path("log"), "").expect("a file");
        let config = path("dovecot.conf").into_os_string();
        let words = ["dovecot", "-F", "-c"].map(OsString::from);
        let mut command = guarded(words.into_iter().chain([config]));
        if geteuid().is_root() {
            let number = |what: &str| id(what, somebody).parse().expect("a number");
            let (user, group) = (number("-u"), number("-g"));
            give(dir.path(), user, group);
            command.uid(user).gid(group);
        }
        command.stdout(Stdio::null()).stderr(Stdio::inherit());
        let child = command.spawn().expect("dovecot");
        let mut daemon = Self { child, dir };
        until("Dovecot to listen", || {
            let ended = daemon.child.try_wait().expect("a child");
            assert_eq!(ended, None, "Dovecot: {}", daemon.log());
            is_ready()
        });
        daemon
    }

    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).expect("a log")
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// What `id` says of somebody, or of who runs this.
fn id(what: &str, who: &str) -> String {
    let mut command = Command::new("id");
    process::run(command.arg(what).args((!who.is_empty()).then_some(who)), b"").stdout.trim().into()
}

/// Has a directory, and all that is in it, belong to somebody.
fn give(path: &Path, user: u32, group: u32) {
    chown(path, Some(user), Some(group)).expect("permissions");
    if path.is_dir() {
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
        for entry in fs::read_dir(path).expect("a directory") {
            give(&entry.expect("a file").path(), user, group);
        }
    }
}
