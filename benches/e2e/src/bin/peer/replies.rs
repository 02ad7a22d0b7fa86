//! What a server answers that parses nothing.
//!
//! It takes each read for whole lines, counts them, and looks at the first octet of the last: `D` for DATA, and `E`
//! for EHLO. In content it looks for the lone dot. A chunk counts as much as the digit in front of its CRLF tells,
//! since somebody has to know where the next command is. That is enough for clients that are well-behaved,
//! and for nobody else.

use memchr::memmem;

pub const GREETING: &[u8] = b"220 bare.example ESMTP\r\n";
const HELLO: &[u8] = b"250-bare.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 CHUNKING\r\n";
const OK: &[u8] = b"250 2.0.0 Ok\r\n";
const GO_ON: &[u8] = b"354 Go on\r\n";
const BYE: &[u8] = b"221 2.0.0 Bye\r\n";

/// The end of content, with that of the line before.
const END: &[u8] = b"\r\n.\r\n";

/// Where a client is.
#[derive(Default)]
pub struct Bare {
    content: Content,
    /// The last octets of content before this read.
    tail: [u8; 4],
    quit: bool,
}

#[derive(Default)]
enum Content {
    #[default]
    None,
    Data,
    /// So many octets.
    Chunk(usize),
}

impl Bare {
    /// Whether the client has said QUIT.
    pub fn is_over(&self) -> bool {
        self.quit
    }

    /// What to write after this read.
    pub fn answer(&mut self, mut read: &[u8], replies: &mut Vec<u8>) {
        replies.clear();
        while !read.is_empty() {
            read = match self.content {
                Content::None => self.command(read, replies),
                Content::Data => self.data(read, replies),
                Content::Chunk(left) => {
                    let (here, rest) = read.split_at(left.min(read.len()));
                    self.content = Content::Chunk(left - here.len());
                    if left == here.len() {
                        self.content = Content::None;
                        replies.extend_from_slice(OK);
                    }
                    rest
                }
            };
        }
    }

    fn command<'a>(&mut self, read: &'a [u8], replies: &mut Vec<u8>) -> &'a [u8] {
        let end = memchr::memchr(b'\n', read).map_or(read.len(), |lf| lf + 1);
        let (line, rest) = read.split_at(end);
        match line[0] {
            b'D' => {
                self.content = Content::Data;
                self.tail = *b"\0\0\r\n";
                replies.extend_from_slice(GO_ON);
            }
            b'E' => replies.extend_from_slice(HELLO),
            b'B' => {
                let digits = line[5..].iter().take_while(|octet| octet.is_ascii_digit());
                let size = digits.fold(0, |size, digit| size * 10 + usize::from(digit - b'0'));
                self.content = Content::Chunk(size);
            }
            b'Q' => {
                self.quit = true;
                replies.extend_from_slice(BYE);
            }
            _ => replies.extend_from_slice(OK),
        }
        rest
    }

    fn data<'a>(&mut self, read: &'a [u8], replies: &mut Vec<u8>) -> &'a [u8] {
        // Most often the end of the content is that of the read, or else begins in the one before.
        let end = if read.ends_with(END) {
            Some(read.len())
        } else {
            let in_seam = memmem::find(self.seam(read).0.as_slice(), END).map(|at| at + 1);
            in_seam.or_else(|| memmem::find(read, END).map(|at| at + END.len()))
        };
        let Some(end) = end else {
            self.tail = self.seam(&read[read.len().saturating_sub(4)..]).1;
            return &[];
        };
        self.content = Content::None;
        replies.extend_from_slice(OK);
        &read[end..]
    }

    /// The octets before this read with its first four behind them; and the last four of them and all of it.
    fn seam(&self, read: &[u8]) -> ([u8; 8], [u8; 4]) {
        let mut seam = [0; 8];
        let head = read.len().min(4);
        seam[..4].copy_from_slice(&self.tail);
        seam[4..4 + head].copy_from_slice(&read[..head]);
        let mut last = [0; 4];
        last.copy_from_slice(&seam[head..head + 4]);
        (seam, last)
    }
}
