//! Running programs, and what they cost.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};
use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

use crate::Result;

/// How a server tells that it is there.
pub enum Begins {
    /// It says `listening on ADDRESS`.
    ByLine,
    /// It can be connected to on this port.
    At(u16),
}

/// A server at work; killed when dropped.
pub struct Server {
    child: Child,
    clock: ClockId,
    pub address: SocketAddr,
}

impl Server {
    pub fn start(name: &str, mut command: Command, begins: Begins) -> Result<Self> {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let address = match begins {
            Begins::ByLine => {
                let mut line = String::new();
                let stdout = child.stdout.take().ok_or("no output")?;
                BufReader::new(stdout).read_line(&mut line)?;
                let address = line.trim().strip_prefix("listening on ");
                address.ok_or_else(|| format!("{name} said {line:?}"))?.parse()?
            }
            Begins::At(port) => {
                let address = SocketAddr::from(([127, 0, 0, 1], port));
                let until = Instant::now() + Duration::from_secs(10);
                while TcpStream::connect(address).is_err() {
                    if Instant::now() > until {
                        return Err(format!("{name} does not listen").into());
                    }
                    thread::sleep(Duration::from_millis(20));
                }
                address
            }
        };
        let clock = clock_getcpuclockid(pid(child.id())?)?;
        Ok(Self { child, clock, address })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has used so far, of all its threads, those that have ended included.
    pub fn cpu(&self) -> Result<Duration> {
        Ok(clock_gettime(self.clock)?.into())
    }

    /// Octets of memory that are its own and resident.
    pub fn memory(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kilobytes =
            line.and_then(|line| line.trim().strip_suffix(" kB")).ok_or("no RssAnon")?;
        Ok(kilobytes.trim().parse::<u64>()? << 10)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a program has taken that ran to its end.
#[derive(Clone, Copy)]
pub struct Cost {
    pub cpu: Duration,
    pub elapsed: Duration,
}

/// Runs a program to its end.
pub fn run(command: &mut Command) -> Result<Cost> {
    let (before, began) = (of_children()?, Instant::now());
    let output =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).output()?;
    let elapsed = began.elapsed();
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().lines().next().unwrap_or_default();
        return Err(format!("{command:?}: {}: {said}", output.status).into());
    }
    Ok(Cost { cpu: of_children()?.saturating_sub(before), elapsed })
}

/// What all children have used that were waited for.
fn of_children() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let time = usage.user_time() + usage.system_time();
    Ok(Duration::from_micros(u64::try_from(nix::sys::time::TimeValLike::num_microseconds(&time))?))
}

pub fn pid(id: u32) -> Result<Pid> {
    Ok(Pid::from_raw(i32::try_from(id)?))
}

/// A port that nobody listens on.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// As many as the system lets us have, for us and our children.
pub fn allow_descriptors() -> Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    Ok(())
}
