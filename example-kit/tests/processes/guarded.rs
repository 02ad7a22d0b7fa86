//! Daemons that end when the tests do, whatever becomes of these.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

use super::process::wait;

/// Runs a program until that ends, or until standard input does, and then tells the whole process
/// group to end. The first `wait` may be broken off by that.
const GUARD: &str = r#"
trap : TERM
exec 3<&0
"$@" &
program=$!
(cat <&3 >/dev/null; kill -TERM 0) &
wait $program
wait $program
kill -TERM 0
"#;

/// A program that is to run in a process group of its own. Neither a panic nor a signal to the tests
/// leaves it behind.
pub(crate) fn guarded<S: AsRef<OsStr>>(words: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", GUARD, "guard"]).args(words);
    command.stdin(Stdio::piped()).process_group(0);
    command
}

/// Has it end, and all that it has started.
pub(crate) fn end(child: &mut Child) {
    drop(child.stdin.take());
    wait(child, Duration::from_secs(10));
    // Whoever has taken no notice.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}
