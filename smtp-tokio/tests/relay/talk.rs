//! A conversation of a next hop, which does what its behaviour says.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};

use super::hop::{Answer, State};

pub(crate) struct Talk<'a> {
    state: &'a State,
    reader: BufReader<TcpStream>,
    lmtp: bool,
    /// Those it has accepted.
    recipients: Vec<String>,
    content: Vec<u8>,
    /// A chunk was: only RSET helps (RFC 3030 section 2).
    refused: bool,
}

/// Why a conversation ends before the other side wants it to.
fn enough() -> io::Error {
    io::ErrorKind::ConnectionAborted.into()
}

impl<'a> Talk<'a> {
    pub(crate) fn new(state: &'a State, stream: TcpStream) -> Self {
        Self {
            state,
            reader: BufReader::new(stream),
            lmtp: false,
            recipients: Vec::new(),
            content: Vec::new(),
            refused: false,
        }
    }

    /// To the end of the connection, however it comes.
    pub(crate) fn run(mut self) {
        let _ = self.talk();
        let _ = self.reader.get_ref().shutdown(Shutdown::Both);
        self.state.record().closed += 1;
    }

    fn talk(&mut self) -> io::Result<()> {
        let mut heard = String::new();
        loop {
            let answer = (self.state.behaviour)(&heard);
            self.obey(&heard, answer)?;
            heard.clear();
            if self.reader.read_line(&mut heard)? == 0 {
                return Ok(());
            }
            heard.truncate(heard.trim_end().len());
            self.state.record().heard.push(heard.clone());
        }
    }

    fn obey(&mut self, heard: &str, answer: Answer) -> io::Result<()> {
        let (verb, argument) = heard.split_once([' ', ':']).unwrap_or((heard, ""));
        match verb {
            "BDAT" => return self.chunk(argument, answer),
            "EHLO" | "LHLO" => {
                self.lmtp = verb == "LHLO";
                self.answer(answer, &self.offers())?;
            }
            "DATA" if matches!(answer, Answer::Take(_)) => {
                self.say("354 go on")?;
                return self.take(answer);
            }
            "DATA" if self.answer(answer, "354 go on")?.starts_with('3') => {
                self.lines()?;
                self.finish()?;
            }
            "RCPT" => {
                if self.answer(answer, "250 2.1.5 fine")?.starts_with('2') {
                    self.recipients.push(argument.trim_start_matches("TO:").to_owned());
                }
            }
            "QUIT" => {
                self.answer(answer, "221 2.0.0 bye")?;
                return Err(enough());
            }
            "DATA" => {}
            _ => {
                self.answer(
                    answer,
                    if heard.is_empty() { "220 hop.example" } else { "250 2.0.0 fine" },
                )?;
                self.recipients.clear();
                self.content.clear();
                self.refused = false;
            }
        }
        Ok(())
    }

    /// What it says to a hello.
    fn offers(&self) -> String {
        let offers = ["hop.example"].iter().chain(&self.state.offers);
        offers.fold(String::new(), |reply, offer| reply + "250-" + offer + "\r\n") + "250 HELP"
    }

    fn chunk(&mut self, argument: &str, answer: Answer) -> io::Result<()> {
        if matches!(answer, Answer::Take(_)) {
            return self.take(answer);
        }
        let (size, last) = match argument.split_once(' ') {
            Some((size, _)) => (size, true),
            None => (argument, false),
        };
        let begin = self.content.len();
        self.content.resize(begin + size.parse::<usize>().expect("a size"), 0);
        self.reader.read_exact(&mut self.content[begin..])?;
        self.count(self.content.len() - begin);
        if self.refused {
            return self.say("503 5.5.1 RSET first");
        }
        if last && matches!(answer, Answer::Usual) {
            return self.finish();
        }
        self.refused = !self.answer(answer, "250 2.0.0 chunk")?.starts_with('2');
        Ok(())
    }

    /// The message is complete.
    fn finish(&mut self) -> io::Result<()> {
        let recipients = std::mem::take(&mut self.recipients);
        let content = std::mem::take(&mut self.content);
        for recipient in if self.lmtp { recipients } else { vec![String::new()] } {
            let heard = format!(".{recipient}");
            self.state.record().heard.push(heard.clone());
            let answer = (self.state.behaviour)(&heard);
            // It has the message before it says so.
            if matches!(answer, Answer::Usual | Answer::Hold) {
                self.state.record().messages.push(content.clone());
            }
            self.answer(answer, "250 2.0.0 taken")?;
        }
        Ok(())
    }

    /// What it said.
    fn answer<'b>(&mut self, answer: Answer, usual: &'b str) -> io::Result<&'b str> {
        let text = match answer {
            Answer::Say(text) => text,
            Answer::Usual => usual,
            Answer::Hold => {
                let mut record = self.state.record();
                while !record.going_on {
                    record = self.state.going_on.wait(record).unwrap();
                }
                usual
            }
            Answer::Take(_) | Answer::Close => return Err(enough()),
        };
        self.say(text)?;
        Ok(text)
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        self.reader.get_mut().write_all(format!("{text}\r\n").as_bytes())
    }

    /// What comes after DATA, as it is meant.
    fn lines(&mut self) -> io::Result<()> {
        loop {
            let mut line = Vec::new();
            if self.reader.read_until(b'\n', &mut line)? == 0 {
                return Err(enough());
            }
            if line == b".\r\n" {
                return Ok(());
            }
            self.count(line.len());
            self.content.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }

    /// So much of the content, and no more.
    fn take(&mut self, answer: Answer) -> io::Result<()> {
        if let Answer::Take(octets) = answer {
            self.reader.read_exact(&mut vec![0; octets])?;
            self.count(octets);
        }
        Err(enough())
    }

    fn count(&self, octets: usize) {
        self.state.record().octets += octets;
    }
}
