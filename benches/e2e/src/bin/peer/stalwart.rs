//! A server on Stalwart's parser, over Tokio, with the states written by hand: one read, all that can be answered,
//! one write. Content is parsed into a buffer and dropped.

use std::io;

use stalwart_smtp_proto::request::receiver::{BdatReceiver, DataReceiver, RequestReceiver};
use stalwart_smtp_proto::{Error, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

enum State {
    Command(RequestReceiver),
    Data(DataReceiver),
    Bdat(BdatReceiver),
}

/// How far a transaction is.
#[derive(Default)]
struct Envelope {
    hello: bool,
    from: Option<String>,
    to: Vec<String>,
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

async fn attend(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(b"220 stalwart.example ESMTP\r\n").await?;
    let mut buffer = vec![0; 8 << 10];
    let mut state = State::Command(RequestReceiver::default());
    let (mut envelope, mut message) = (Envelope::default(), Vec::new());
    let mut replies = Vec::new();
    loop {
        let octets = stream.read(&mut buffer).await?;
        if octets == 0 {
            return Ok(());
        }
        let mut read = buffer[..octets].iter();
        replies.clear();
        let mut over = false;
        while !read.as_slice().is_empty() && !over {
            let next = match &mut state {
                State::Command(receiver) => match receiver.ingest(&mut read) {
                    Ok(Request::Quit) => {
                        over = true;
                        replies.extend_from_slice(b"221 2.0.0 Bye\r\n");
                        None
                    }
                    Ok(request) => envelope.hear(request, &mut replies),
                    Err(Error::NeedsMoreData { .. }) => break,
                    Err(_) => {
                        replies.extend_from_slice(b"500 5.5.1 What?\r\n");
                        None
                    }
                },
                State::Data(receiver) => receiver.ingest(&mut read, &mut message).then(|| {
                    replies.extend_from_slice(b"250 2.0.0 Taken\r\n");
                    message.clear();
                    envelope.forget();
                    State::Command(RequestReceiver::default())
                }),
                State::Bdat(receiver) => receiver.ingest(&mut read, &mut message).then(|| {
                    replies.extend_from_slice(b"250 2.0.0 Taken\r\n");
                    if receiver.is_last {
                        message.clear();
                        envelope.forget();
                    }
                    State::Command(RequestReceiver::default())
                }),
            };
            if let Some(next) = next {
                state = next;
            }
        }
        if !replies.is_empty() {
            stream.write_all(&replies).await?;
        }
        if over {
            return Ok(());
        }
    }
}

impl Envelope {
    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }

    /// Answers; returns the next state, if it is another.
    fn hear(
        &mut self,
        request: Request<std::borrow::Cow<'_, str>>,
        replies: &mut Vec<u8>,
    ) -> Option<State> {
        let (reply, next): (&[u8], _) = match request {
            Request::Ehlo { .. } => {
                self.hello = true;
                self.forget();
                let lines =
                    b"250-stalwart.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 CHUNKING\r\n";
                (lines, None)
            }
            Request::Helo { .. } => {
                self.hello = true;
                self.forget();
                (b"250 stalwart.example\r\n", None)
            }
            Request::Mail { from } if self.hello && self.from.is_none() => {
                self.from = Some(from.address.into_owned());
                (b"250 2.1.0 Sender ok\r\n", None)
            }
            Request::Rcpt { to } if self.from.is_some() => {
                self.to.push(to.address.into_owned());
                (b"250 2.1.5 Recipient ok\r\n", None)
            }
            Request::Data if !self.to.is_empty() => {
                (b"354 Go on\r\n", Some(State::Data(DataReceiver::new())))
            }
            Request::Bdat { chunk_size, is_last } if !self.to.is_empty() => {
                (b"", Some(State::Bdat(BdatReceiver::new(chunk_size, is_last))))
            }
            Request::Rset => {
                self.forget();
                (b"250 2.0.0 Ok\r\n", None)
            }
            Request::Noop { .. } => (b"250 2.0.0 Ok\r\n", None),
            _ => (b"503 5.5.1 Not now\r\n", None),
        };
        replies.extend_from_slice(reply);
        next
    }
}
