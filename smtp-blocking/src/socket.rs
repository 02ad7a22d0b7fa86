//! Sockets whose waiting is done by [`block_on`](crate::block_on).

use std::io::{self, IoSlice, Read, Write};
use std::mem;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::task::Context;

use crate::Duplex;
use crate::park::{self, Descriptor, Interest};

/// A socket that says where it would have to wait, and does not wait itself: inside of
/// [`block_on`](crate::block_on) that is enough.
///
/// For any descriptor that octets come from and go to: a socket, a pair of pipes.
#[derive(Debug)]
pub struct Socket<S> {
    socket: Arc<S>,
    /// The last read took all there was: the next one would be in vain, and the system is not asked.
    empty: bool,
}

impl<S> Socket<S> {
    /// A socket that has been set not to block.
    pub fn new(socket: S) -> Self {
        Self { socket: Arc::new(socket), empty: false }
    }

    /// The socket itself.
    #[must_use]
    pub fn get_ref(&self) -> &S {
        &self.socket
    }
}

impl<S: AsFd + Send + Sync + 'static> Socket<S> {
    /// What `cx` belongs to can go on once this may be tried again.
    pub(crate) fn wait(&self, cx: &Context<'_>, interest: Interest) {
        park::wait_for(self.descriptor(), interest);
        park::wake(cx.waker());
    }

    fn descriptor(&self) -> Descriptor {
        let socket: Arc<dyn AsFd + Send + Sync> = Arc::clone(&self.socket) as _;
        Arc::downgrade(&socket)
    }

    fn note<T>(&self, interest: Interest, result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && error.kind() == io::ErrorKind::WouldBlock
        {
            park::wait_for(self.descriptor(), interest);
        }
        result
    }
}

impl<S> Read for Socket<S>
where
    S: AsFd + Send + Sync + 'static,
    for<'a> &'a S: Read,
{
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        if mem::take(&mut self.empty) {
            return self.note(Interest::Read, Err(io::ErrorKind::WouldBlock.into()));
        }
        let read = (&*self.socket).read(space);
        self.empty = read.as_ref().is_ok_and(|octets| (1..space.len()).contains(octets));
        self.note(Interest::Read, read)
    }
}

impl<S> Write for Socket<S>
where
    S: AsFd + Send + Sync + 'static,
    for<'a> &'a S: Write,
{
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.note(Interest::Write, (&*self.socket).write(octets))
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.note(Interest::Write, (&*self.socket).write_vectored(slices))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.note(Interest::Write, (&*self.socket).flush())
    }
}

impl Duplex for Socket<TcpStream> {
    fn close_write(&mut self) -> io::Result<()> {
        self.socket.shutdown(Shutdown::Write)
    }
}

impl Duplex for Socket<UnixStream> {
    fn close_write(&mut self) -> io::Result<()> {
        self.socket.shutdown(Shutdown::Write)
    }
}
