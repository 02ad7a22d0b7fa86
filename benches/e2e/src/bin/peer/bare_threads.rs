//! Fixed replies, a thread for each connection, which blocks.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::thread;

use crate::replies::{Bare, GREETING};

pub fn serve() -> io::Result<()> {
    let socket = crate::listen()?;
    loop {
        let (stream, _) = socket.accept()?;
        thread::spawn(move || attend(stream));
    }
}

fn attend(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(GREETING)?;
    let (mut bare, mut replies) = (Bare::default(), Vec::new());
    let mut buffer = vec![0; 16 << 10];
    while !bare.is_over() {
        let octets = stream.read(&mut buffer)?;
        if octets == 0 {
            break;
        }
        bare.answer(&buffer[..octets], &mut replies);
        if !replies.is_empty() {
            stream.write_all(&replies)?;
        }
    }
    Ok(())
}
