//! One end of a connection: the stream that the driver gets.
//!
//! It may keep back what is written until it is flushed, as every TLS library does. Encryption is
//! simulated: a handshake of octets there and back, and then every octet is altered, so that what
//! was said in the clear would be noticed behind it.

use std::future::poll_fn;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use smtp_driver::{PollRead, Transport, Upgradable, UpgradeWith};
use smtp_proto::Tls;

use crate::world::World;

/// What each octet is altered with.
const KEY: u8 = 0xA5;

/// What the two sides say to each other in a handshake.
const CLIENT_HELLO: &[u8] = b"\x16client hello";
const SERVER_HELLO: &[u8] = b"\x16server hello and all the rest of it";
const FINISHED: &[u8] = b"\x16finished";
const ALERT: &[u8] = b"\x15 no common cipher, or whatever it is";

/// A handshake under way.
type Handshake = Pin<Box<dyn Future<Output = io::Result<(End, Tls)>> + Send>>;

/// The stream of a connection.
pub(crate) type Line = Upgradable<End, UpgradeWith<fn(End) -> Handshake>>;

/// One end of a connection.
pub(crate) struct End {
    world: World,
    /// Where it writes; it reads from the partner.
    pipe: usize,
    /// Whose deadlines it tells of progress.
    watch: usize,
    name: &'static str,
    /// Octets that are kept back until it is flushed, at most.
    keeps: usize,
    kept: Vec<u8>,
    secure: bool,
    shut: bool,
}

impl End {
    pub(crate) fn new(
        world: &World,
        pipe: usize,
        watch: usize,
        name: &'static str,
        keeps: usize,
    ) -> Self {
        let world = world.clone();
        Self { world, pipe, watch, name, keeps, kept: Vec::new(), secure: false, shut: false }
    }

    /// With the handshake that its side has.
    pub(crate) fn into_line(self) -> Line {
        Upgradable::new(self, UpgradeWith(shake_hands))
    }

    /// Passes on what was kept back, as far as there is room.
    fn poll_pass_on(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.kept.is_empty() {
            let slices = [IoSlice::new(&self.kept)];
            let octets = ready!(self.world.state().poll_write(cx, self.pipe, &slices))?;
            self.kept.drain(..octets);
        }
        Poll::Ready(Ok(()))
    }

    fn keep(&mut self, slices: &[IoSlice<'_>]) -> usize {
        let room = self.keeps.max(1) - self.kept.len();
        let before = self.kept.len();
        let key = if self.secure { KEY } else { 0 };
        let all = slices.iter().flat_map(|slice| slice.iter().map(|octet| octet ^ key));
        self.kept.extend(all.take(room));
        self.kept.len() - before
    }

    fn wrote(&self, slices: &[IoSlice<'_>], octets: usize) {
        let mut state = self.world.state();
        let now = state.now;
        state.watches[self.watch].wrote(now);
        let mut rest = octets;
        for slice in slices {
            let here = rest.min(slice.len());
            if here > 0 {
                state.show(self.name, "->", &slice[..here]);
            }
            rest -= here;
        }
    }

    /// Retries what was interrupted, as nobody else does for it in a handshake.
    async fn read_exactly(&mut self, expected: &[u8]) -> io::Result<()> {
        let mut octet = [0];
        for expected in expected {
            match poll_fn(|cx| self.poll_raw(cx, &mut octet)).await? {
                0 => return Err(ErrorKind::UnexpectedEof.into()),
                _ if octet[0] == *expected => {}
                _ if octet[0] == ALERT[0] => return Err(ErrorKind::InvalidData.into()),
                _ => panic!("{}: octets in the clear got into the handshake", self.name),
            }
        }
        Ok(())
    }

    async fn write_all(&mut self, mut octets: &[u8]) -> io::Result<()> {
        while !octets.is_empty() {
            let slices = [IoSlice::new(octets)];
            let written = poll_fn(|cx| self.world.state().poll_write(cx, self.pipe, &slices)).await;
            match written {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => octets = &octets[result?..],
            }
        }
        Ok(())
    }

    fn poll_raw(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        loop {
            match ready!(self.world.state().poll_read(cx, self.pipe ^ 1, space)) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => return Poll::Ready(result),
            }
        }
    }
}

impl PollRead for End {
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut state = self.world.state();
        let read = ready!(state.poll_read(cx, self.pipe ^ 1, space));
        let octets = match read {
            Ok(octets) => octets,
            Err(error) => {
                state.say(self.name, format_args!("<- {error}"));
                return Poll::Ready(Err(error));
            }
        };
        if octets == 0 {
            if self.secure && !state.pipes[self.pipe ^ 1].notified {
                state.say(self.name, "<- the end, and nobody said so");
                state.statistics.count("end of an encrypted stream without notice");
                return Poll::Ready(Err(ErrorKind::UnexpectedEof.into()));
            }
            state.say(self.name, "<- the end");
            return Poll::Ready(Ok(0));
        }
        if self.secure {
            space[..octets].iter_mut().for_each(|octet| *octet ^= KEY);
        }
        let now = state.now;
        state.watches[self.watch].read(now, &space[..octets]);
        state.say(self.name, format_args!("<- {octets}"));
        Poll::Ready(Ok(octets))
    }
}

impl Transport for End {
    fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        assert!(!self.shut, "{}: a write behind the end of the stream", self.name);
        let octets = if self.keeps == 0 && !self.secure {
            ready!(self.world.state().poll_write(cx, self.pipe, slices))?
        } else {
            if self.kept.len() >= self.keeps.max(1) {
                ready!(self.poll_pass_on(cx))?;
            }
            self.keep(slices)
        };
        self.wrote(slices, octets);
        Poll::Ready(Ok(octets))
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_pass_on(cx)
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_pass_on(cx))?;
        if !self.shut {
            self.shut = true;
            self.world.say(self.name, "-> the end");
            self.world.state().shut(self.pipe, self.secure);
        }
        Poll::Ready(Ok(()))
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let mut state = self.world.state();
        state.say(self.name, "is gone");
        state.watches[self.watch].ends();
        state.leave(self.pipe);
    }
}

/// How a handshake goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Course {
    Succeeds,
    Fails,
    Stalls,
}

fn shake_hands(end: End) -> Handshake {
    Box::pin(async move {
        let course = match end.world.below(12) {
            _ if end.world.state().ledger.calm => Course::Succeeds,
            0 => Course::Fails,
            1 => Course::Stalls,
            _ => Course::Succeeds,
        };
        let longest = end.world.state().ledger.computation;
        let time = end.world.duration(longest);
        end.world.sleep(time).await;
        end.world.say(end.name, format_args!("shakes hands: {course:?}"));
        take_course(end, course).await
    })
}

async fn take_course(mut end: End, course: Course) -> io::Result<(End, Tls)> {
    match course {
        Course::Succeeds => {}
        Course::Fails => {
            end.world.count("TLS: fails");
            end.write_all(ALERT).await?;
            return Err(ErrorKind::InvalidData.into());
        }
        Course::Stalls => {
            end.world.count("TLS: stalls");
            std::future::pending::<()>().await;
        }
    }
    // The client's ends come first in a pair.
    if end.pipe.is_multiple_of(2) {
        end.write_all(CLIENT_HELLO).await?;
        end.read_exactly(SERVER_HELLO).await?;
        end.write_all(FINISHED).await?;
    } else {
        end.read_exactly(CLIENT_HELLO).await?;
        end.write_all(SERVER_HELLO).await?;
        end.read_exactly(FINISHED).await?;
        end.world.count("TLS: established");
    }
    end.secure = true;
    Ok((end, Tls { protocol: Some("simulated".into()), ..Tls::default() }))
}
