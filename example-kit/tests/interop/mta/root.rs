//! A root directory of a server's own.
//!
//! Debian's mail servers exclude each other, and have the paths and the users built in that they
//! work with. So they are not installed but unpacked, and what each run needs is copied to a
//! directory that is its root. For this one has to be root, and needs no other privilege.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::interop::installed::installed;
use crate::processes::process;

/// Who the servers are when they are not root, whatever they call it.
const ID: u32 = 4711;

/// A root directory under construction.
pub(crate) struct Root<'a>(&'a Path);

impl<'a> Root<'a> {
    pub(crate) fn new(dir: &'a Path) -> Self {
        let root = Self(dir);
        everybody(dir, 0o755);
        for name in ["dev", "etc", "var/run"] {
            root.directory(name);
        }
        root.directory("tmp");
        everybody(&root.path("tmp"), 0o1777);
        root.write("etc/hosts", "127.0.0.1 localhost\n");
        root.write("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n");
        // A file does as well, and needs neither privileges nor a file system with devices.
        root.write("dev/null", "");
        everybody(&root.path("dev/null"), 0o666);
        root
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name.trim_start_matches('/'))
    }

    pub(crate) fn directory(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).expect("a directory");
        path
    }

    /// A directory that belongs to the server.
    pub(crate) fn own_directory(&self, name: &str) {
        chown(self.directory(name), Some(ID), Some(ID)).expect("an owner");
    }

    pub(crate) fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).expect("a file");
    }

    /// A file that only root, or only the server, may read.
    pub(crate) fn copy(&self, from: &Path, name: &str, owned: bool) {
        let path = self.path(name);
        fs::copy(from, &path).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
        everybody(&path, 0o600);
        if owned {
            chown(path, Some(ID), Some(ID)).expect("an owner");
        }
    }

    /// Users of these names, who are all the same, and their groups.
    pub(crate) fn users(&self, names: &[&str]) {
        let user = |name: &&str| format!("{name}:x:{ID}:{ID}::/var/empty:/bin/sh\n");
        let group = |name: &&str| format!("{name}:x:{ID}:\n");
        let users: String = names.iter().map(user).collect();
        let groups: String = names.iter().map(group).collect();
        self.write("etc/passwd", &format!("root:x:0:0::/:/bin/sh\n{users}"));
        self.write("etc/group", &format!("root:x:0:\n{groups}"));
        self.directory("var/empty");
    }

    /// A program, and the libraries that it is linked with.
    pub(crate) fn program(&self, from: &Path, name: &str) {
        self.install(from, name);
        let linked = process::run(Command::new("ldd").arg(from), b"").stdout;
        assert!(!linked.contains("not found"), "{}: {linked}", from.display());
        for library in linked.split_whitespace().filter(|word| word.starts_with('/')) {
            if !self.path(library).exists() {
                self.install(Path::new(library), library);
            }
        }
    }

    fn install(&self, from: &Path, name: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a directory");
        fs::copy(from, path).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    }
}

/// What runs a program of a root directory there, with these options of chroot(8).
pub(crate) fn enter(root: &Path, options: &[&str], program: &[&str]) -> Vec<OsString> {
    let path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    let enter = ["env", "-i", path, "chroot"]
        .into_iter()
        .chain(options.iter().copied())
        .map(OsString::from);
    enter.chain([root.into()]).chain(program.iter().map(OsString::from)).collect()
}

/// Where `.ci/run` has unpacked what it did not install.
pub(crate) fn unpacked(name: &str) -> PathBuf {
    let path = installed("SMTP_INTEROP_PEERS", "ci-peers").join(name);
    assert!(path.exists(), "{} is not unpacked: see .ci/run", path.display());
    path
}

pub(crate) fn everybody(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
}
