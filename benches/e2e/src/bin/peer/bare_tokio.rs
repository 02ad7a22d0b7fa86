//! Fixed replies on Tokio: waits until there is something to read, then reads it into a buffer that the whole thread
//! shares, so that nothing is held while nothing comes.

use std::cell::RefCell;
use std::io;

use tokio::net::{TcpListener, TcpStream};

use crate::replies::{Bare, GREETING};

/// What a thread reads into, and writes from.
struct Buffers {
    read: Vec<u8>,
    replies: Vec<u8>,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> =
        RefCell::new(Buffers { read: vec![0; 64 << 10], replies: Vec::new() });
}

pub async fn serve() -> io::Result<()> {
    let socket = crate::listen()?;
    socket.set_nonblocking(true)?;
    let socket = TcpListener::from_std(socket)?;
    loop {
        let (stream, _) = socket.accept().await?;
        tokio::spawn(async move {
            let _ = attend(stream).await;
        });
    }
}

async fn attend(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.writable().await?;
    stream.try_write(GREETING)?;
    let mut bare = Bare::default();
    loop {
        stream.readable().await?;
        let over = BUFFERS.with_borrow_mut(|Buffers { read, replies }| {
            let octets = match stream.try_read(read) {
                Ok(0) => return Ok(true),
                Ok(octets) => octets,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            };
            bare.answer(&read[..octets], replies);
            if !replies.is_empty() {
                stream.try_write(replies)?;
            }
            Ok(bare.is_over())
        })?;
        if over {
            return Ok(());
        }
    }
}
