//! Fixed replies on async-std, whose streams can't be waited for without a buffer of one's own: it is small
//! until there is more to read.

use std::io;

use async_std::io::{ReadExt, WriteExt};
use async_std::net::{TcpListener, TcpStream};
use async_std::task;

use crate::replies::{Bare, GREETING};

pub async fn serve() -> io::Result<()> {
    let socket = TcpListener::from(crate::listen()?);
    loop {
        let (stream, _) = socket.accept().await?;
        task::spawn(async move {
            let _ = attend(stream).await;
        });
    }
}

async fn attend(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(GREETING).await?;
    let (mut bare, mut replies) = (Bare::default(), Vec::new());
    let mut buffer = vec![0; SMALL];
    while !bare.is_over() {
        let octets = stream.read(&mut buffer).await?;
        if octets == 0 {
            break;
        }
        bare.answer(&buffer[..octets], &mut replies);
        if !replies.is_empty() {
            stream.write_all(&replies).await?;
        }
        let wanted = if octets == buffer.len() { LARGE } else { SMALL };
        if wanted != buffer.len() {
            buffer = vec![0; wanted];
        }
    }
    Ok(())
}

const SMALL: usize = 1 << 10;
const LARGE: usize = 16 << 10;
