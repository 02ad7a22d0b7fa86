//! A network with a long way: what goes in comes out later, as fast as it went in.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

pub async fn serve(to: SocketAddr, delay: Duration) -> io::Result<()> {
    let socket = crate::listen()?;
    socket.set_nonblocking(true)?;
    let socket = TcpListener::from_std(socket)?;
    loop {
        let (near, _) = socket.accept().await?;
        tokio::spawn(async move {
            let far = TcpStream::connect(to).await?;
            near.set_nodelay(true)?;
            far.set_nodelay(true)?;
            let (near_reader, near_writer) = near.into_split();
            let (far_reader, far_writer) = far.into_split();
            pass_on(near_reader, far_writer, delay);
            pass_on(far_reader, near_writer, delay);
            io::Result::Ok(())
        });
    }
}

/// Reads without waiting for what was read to be written: the way is long, not narrow.
fn pass_on(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, delay: Duration) {
    let (sender, mut receiver) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    tokio::spawn(async move {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let octets = from.read(&mut buffer).await.unwrap_or(0);
            // An empty piece stands for the end.
            let sent = sender.send((Instant::now() + delay, buffer[..octets].to_vec()));
            if octets == 0 || sent.is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        while let Some((due, piece)) = receiver.recv().await {
            sleep_until(due).await;
            if piece.is_empty() || to.write_all(&piece).await.is_err() {
                return;
            }
        }
    });
}
