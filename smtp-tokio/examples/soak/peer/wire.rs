//! A connection by hand: octets out, replies in.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::Trouble;

/// The largest reply that is read.
const REPLY: usize = 64 << 10;

/// What the server says.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) code: u16,
    /// All of its lines.
    pub(super) text: String,
}

pub(super) struct Wire(BufReader<TcpStream>);

impl Wire {
    pub(super) async fn connect(server: SocketAddr) -> Result<Self, Trouble> {
        let stream = TcpStream::connect(server).await.map_err(Trouble::Absent)?;
        let _ = stream.set_nodelay(true);
        Ok(Self(BufReader::new(stream)))
    }

    /// With little room for what the server says.
    pub(super) async fn narrow(server: SocketAddr) -> Result<Self, Trouble> {
        let socket = if server.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() };
        let socket = socket.map_err(Trouble::Absent)?;
        socket.set_recv_buffer_size(2048)?;
        let stream = socket.connect(server).await.map_err(Trouble::Absent)?;
        Ok(Self(BufReader::with_capacity(16, stream)))
    }

    pub(super) async fn write(&mut self, octets: &[u8]) -> io::Result<()> {
        self.0.get_mut().write_all(octets).await
    }

    pub(super) async fn reply(&mut self) -> io::Result<Reply> {
        let mut text = String::new();
        loop {
            let begin = text.len();
            let mut line = Vec::new();
            if (&mut self.0).take(REPLY as u64).read_until(b'\n', &mut line).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            text.push_str(&String::from_utf8_lossy(&line));
            let last = text.as_bytes().get(begin + 3) != Some(&b'-');
            if last || text.len() > REPLY {
                let code = text.get(begin..begin + 3).and_then(|code| code.parse().ok());
                let code = code.ok_or(io::ErrorKind::InvalidData)?;
                return Ok(Reply { code, text });
            }
        }
    }

    /// The next reply, which has to begin with this digit.
    pub(super) async fn want(&mut self, digit: char) -> Result<(), Trouble> {
        let reply = self.reply().await?;
        if reply.code == 421 {
            Err(Trouble::Told)
        } else if reply.text.starts_with(digit) {
            Ok(())
        } else {
            Err(Trouble::Rejected(reply.text))
        }
    }

    pub(super) async fn greeting(&mut self) -> Result<(), Trouble> {
        self.want('2').await
    }

    pub(super) async fn expect(&mut self, command: &str, digit: char) -> Result<(), Trouble> {
        self.write(format!("{command}\r\n").as_bytes()).await?;
        self.want(digit).await
    }

    /// Reads whatever comes, for so long at most. Says how the server took leave, if it did.
    pub(super) async fn rest(&mut self, limit: Duration) -> Result<(), Trouble> {
        let reading = async {
            loop {
                match self.reply().await {
                    Ok(reply) if reply.code == 421 => return Err(Trouble::Told),
                    Ok(reply) if reply.code == 221 => return Ok(()),
                    Ok(_) => {}
                    Err(error) => return Err(Trouble::Cut(error)),
                }
            }
        };
        // It is still there, which is where we wanted to be.
        timeout(limit, reading).await.unwrap_or(Ok(()))
    }

    /// Writes without end and reads at the same time, until the server has enough or the time is over.
    pub(super) async fn flood(&mut self, octets: &[u8], times: usize, limit: Duration) {
        let (mut reader, mut writer) = self.0.get_mut().split();
        let reading = async {
            let mut sink = [0; 4096];
            while reader.read(&mut sink).await.is_ok_and(|read| read > 0) {}
        };
        let writing = async {
            for _ in 0..times {
                if writer.write_all(octets).await.is_err() {
                    break;
                }
            }
        };
        let _ = timeout(limit, async {
            tokio::select! {
                () = reading => {}
                () = writing => {}
            }
        })
        .await;
    }

    pub(super) async fn half_close(&mut self) -> io::Result<()> {
        self.0.get_mut().shutdown().await
    }

    /// The server sees a reset.
    pub(super) fn reset(self) {
        let _ = SockRef::from(self.0.get_ref()).set_linger(Some(Duration::ZERO));
    }
}
