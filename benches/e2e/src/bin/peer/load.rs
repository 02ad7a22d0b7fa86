//! Clients that parse nothing: they count lines. On Tokio, with one task for each connection.

use std::io;

use clap::ValueEnum;
use memchr::memchr_iter;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::Job;

/// How much is said before replies are waited for.
#[derive(Clone, Copy, ValueEnum)]
pub enum Style {
    /// One command
    Lockstep,
    /// MAIL, RCPT and DATA together
    Pipelined,
    /// Content, and with it MAIL, RCPT and DATA of the next message
    Chained,
    /// BDAT and its chunk, and with it MAIL and RCPT of the next message
    Chunked,
}

/// What is said at once, and how many lines the answer has.
type Burst = (Vec<u8>, usize);

pub fn run(style: Style, job: &Job) -> io::Result<()> {
    crate::tokio()?.block_on(async {
        let mut tasks = JoinSet::new();
        for connection in 0..job.connections {
            tasks.spawn(converse(style, job.clone(), job.share(connection)));
        }
        while let Some(ended) = tasks.join_next().await {
            ended??;
        }
        Ok(())
    })
}

async fn converse(style: Style, job: Job, messages: usize) -> io::Result<()> {
    let mut stream = TcpStream::connect(job.server).await?;
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 4096];
    expect(&mut stream, &mut buffer, 1).await?;
    stream.write_all(b"EHLO load.example\r\n").await?;
    loop {
        let octets = stream.read(&mut buffer).await?;
        if octets == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if is_last_line(&buffer[..octets]) {
            break;
        }
    }
    let plan = Plan::new(style, &job);
    for burst in &plan.first {
        say(&mut stream, &mut buffer, burst).await?;
    }
    for _ in 1..messages {
        for burst in &plan.again {
            say(&mut stream, &mut buffer, burst).await?;
        }
    }
    for burst in &plan.last {
        say(&mut stream, &mut buffer, burst).await?;
    }
    say(&mut stream, &mut buffer, &(b"QUIT\r\n".to_vec(), 1)).await
}

async fn say(stream: &mut TcpStream, buffer: &mut [u8], burst: &Burst) -> io::Result<()> {
    stream.write_all(&burst.0).await?;
    expect(stream, buffer, burst.1).await
}

async fn expect(stream: &mut TcpStream, buffer: &mut [u8], mut lines: usize) -> io::Result<()> {
    while lines > 0 {
        let octets = stream.read(buffer).await?;
        if octets == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let read = &buffer[..octets];
        if !matches!(read[0], b'2' | b'3') && lines > 0 {
            let told = String::from_utf8_lossy(read);
            return Err(io::Error::other(format!("refused: {told}")));
        }
        lines = lines.saturating_sub(memchr_iter(b'\n', read).count());
    }
    Ok(())
}

/// The last line of a reply to EHLO comes whole, with what is before it.
fn is_last_line(read: &[u8]) -> bool {
    let lines = read.strip_suffix(b"\r\n");
    lines.is_some_and(|lines| {
        let begin = memchr::memrchr(b'\n', lines).map_or(0, |lf| lf + 1);
        lines.get(begin + 3) == Some(&b' ')
    })
}

/// The bursts of a connection.
struct Plan {
    first: Vec<Burst>,
    /// For each message but the first.
    again: Vec<Burst>,
    last: Vec<Burst>,
}

impl Plan {
    fn new(style: Style, job: &Job) -> Self {
        let mail = b"MAIL FROM:<sender@load.example>\r\n".to_vec();
        let rcpt = b"RCPT TO:<recipient@load.example>\r\n".to_vec();
        let data = b"DATA\r\n".to_vec();
        let rcpts = rcpt.repeat(job.recipients);
        let content = [job.content(), b".\r\n".to_vec()].concat();
        let chunk = {
            let content = job.content();
            [format!("BDAT {} LAST\r\n", content.len()).into_bytes(), content].concat()
        };
        let envelope = [mail.clone(), rcpts.clone()].concat();
        let opening = [envelope.clone(), data.clone()].concat();
        let replies = job.recipients + 1;
        match style {
            Style::Lockstep => {
                let mut again = vec![(mail, 1)];
                again.extend(std::iter::repeat_n((rcpt, 1), job.recipients));
                again.extend([(data, 1), (content, 1)]);
                Self { first: again.clone(), again, last: Vec::new() }
            }
            Style::Pipelined => {
                let again = vec![(opening, replies + 1), (content, 1)];
                Self { first: again.clone(), again, last: Vec::new() }
            }
            Style::Chained => Self {
                first: vec![(opening.clone(), replies + 1)],
                again: vec![([content.clone(), opening].concat(), 1 + replies + 1)],
                last: vec![(content, 1)],
            },
            Style::Chunked => Self {
                first: vec![(envelope.clone(), replies)],
                again: vec![([chunk.clone(), envelope].concat(), 1 + replies)],
                last: vec![(chunk, 1)],
            },
        }
    }
}
