//! The other end of the line, without a machine: it says what a test wants it to.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use smtp_driver::rustls::{ClientConnection, ServerConfig, ServerConnection, StreamOwned};
use smtp_driver::tls::ClientTls;

use super::PATIENCE;

/// A blocking socket. Waits for nothing for ever.
#[derive(Debug)]
pub(crate) struct Raw<S = TcpStream>(S);

impl Raw {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self::new(TcpStream::connect(address).unwrap())
    }

    pub(crate) fn new(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    /// A client that has said EHLO, and what the server answered.
    pub(crate) fn hello(address: SocketAddr) -> (Self, String) {
        let mut raw = Self::connect(address);
        assert!(raw.reply().starts_with("220 "));
        let offers = raw.ask("EHLO c\r\n");
        (raw, offers)
    }

    /// Says no more.
    pub(crate) fn end(&self) {
        self.0.shutdown(Shutdown::Write).unwrap();
    }

    /// Waits until something comes, and leaves it where it is.
    pub(crate) fn wait(&self) {
        self.0.peek(&mut [0]).unwrap();
    }

    pub(crate) fn another(&self) -> Self {
        Self(self.0.try_clone().unwrap())
    }

    pub(crate) fn local_addr(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }
}

impl Raw {
    /// The same under TLS, begun as the client.
    pub(crate) fn encrypt(self, tls: ClientTls) -> Raw<StreamOwned<ClientConnection, TcpStream>> {
        Raw(StreamOwned::new(ClientConnection::new(tls.config, tls.name).unwrap(), self.0))
    }

    /// The same under TLS, begun as the server.
    pub(crate) fn accept(
        self,
        config: Arc<ServerConfig>,
    ) -> Raw<StreamOwned<ServerConnection, TcpStream>> {
        Raw(StreamOwned::new(ServerConnection::new(config).unwrap(), self.0))
    }
}

#[cfg(unix)]
impl Raw<UnixStream> {
    pub(crate) fn connect_unix(path: &str) -> Self {
        let stream = UnixStream::connect(path).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(stream)
    }
}

impl<S: Read + Write> Raw<S> {
    pub(crate) fn say(&mut self, text: &str) {
        self.say_octets(text.as_bytes());
    }

    pub(crate) fn say_octets(&mut self, octets: &[u8]) {
        self.0.write_all(octets).unwrap();
    }

    /// Whether it could still be said.
    pub(crate) fn try_say(&mut self, text: &str) -> bool {
        self.0.write_all(text.as_bytes()).is_ok()
    }

    /// Says something and reads the reply.
    pub(crate) fn ask(&mut self, text: &str) -> String {
        self.say(text);
        self.reply()
    }

    /// Reads one line, octet by octet: what is behind it stays where it is.
    pub(crate) fn line(&mut self) -> String {
        let mut line = Vec::new();
        while !line.ends_with(b"\r\n") {
            let mut octet = [0];
            if let Err(error) = self.0.read_exact(&mut octet) {
                panic!("{error}, a line end expected behind {:?}", String::from_utf8_lossy(&line));
            }
            line.extend(octet);
        }
        String::from_utf8(line).unwrap()
    }

    /// Reads one reply, with all its lines.
    pub(crate) fn reply(&mut self) -> String {
        let mut reply = self.line();
        let mut last = reply.clone();
        while last.as_bytes().get(3) == Some(&b'-') {
            last = self.line();
            reply.push_str(&last);
        }
        reply
    }

    /// Reads something, whatever it is.
    pub(crate) fn some(&mut self) -> usize {
        self.0.read(&mut [0; 8 << 10]).unwrap()
    }

    /// Reads to the end, however it comes.
    pub(crate) fn rest(&mut self) -> String {
        String::from_utf8(self.rest_of_octets()).unwrap()
    }

    /// Whether the peer has said, in good order, that it says no more.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.0.read(&mut [0]).unwrap() == 0
    }

    pub(crate) fn rest_of_octets(&mut self) -> Vec<u8> {
        let mut octets = Vec::new();
        match self.0.read_to_end(&mut octets) {
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                panic!("no end behind {:?}", String::from_utf8_lossy(&octets))
            }
            _ => octets,
        }
    }
}

/// A server that plays its part for one client, in a thread of its own.
pub(crate) fn play(part: impl FnOnce(Raw) + Send + 'static) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let player = thread::spawn(move || part(Raw::new(listener.accept().unwrap().0)));
    (address, player)
}

/// An address where nobody listens, and nobody will as long as the socket is there: it is its own.
pub(crate) fn nobody() -> (SocketAddr, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let holder = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (holder.local_addr().unwrap(), holder)
}
