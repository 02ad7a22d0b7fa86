//! Every short sequence of commands, said to a server whose application refuses one address and nothing
//! else. A model that knows no table of phases tells which replies have to come, and what is delivered.

use smtp_proto::body::Newlines;
use smtp_proto::server::{Config, Event, Refusal};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::command::Mechanism;
use smtp_proto::{Machine, Server, Tls};

use super::model::{Model, Word};
use crate::rig::{Next, Rig, Writes};
use crate::{Tally, calmly, spread};

/// More than this a message must not have.
const LARGEST: u64 = 50;

/// What is said for a word.
fn text(word: Word, lmtp: bool) -> String {
    let large = format!("BDAT 60\r\n{}", "NOOP\r\n".repeat(10));
    match word {
        Word::Helo => "HELO client.example\r\n",
        Word::Hello if lmtp => "LHLO client.example\r\n",
        Word::Hello => "EHLO client.example\r\n",
        Word::Mail => "MAIL FROM:<yes@example>\r\n",
        Word::MailRefused => "MAIL FROM:<no@example>\r\n",
        Word::MailBinary => "MAIL FROM:<yes@example> BODY=BINARYMIME\r\n",
        Word::Rcpt => "RCPT TO:<yes@example>\r\n",
        Word::RcptRefused => "RCPT TO:<no@example>\r\n",
        Word::Data => "DATA\r\nNOOP\r\n.\r\n",
        Word::Chunk => "BDAT 6\r\nQUIT\r\n",
        Word::ChunkTooLarge => &large,
        Word::LastChunk => "BDAT 6 LAST\r\nRSET\r\n",
        Word::LastOfNothing => "BDAT 0 LAST\r\n",
        Word::Rset => "RSET\r\n",
        Word::Noop => "NOOP\r\n",
        Word::Quit => "QUIT\r\n",
        Word::Unknown => "XYZZY\r\n",
        Word::Auth => "AUTH PLAIN AGEAYg==\r\n",
        Word::StartTls => "STARTTLS\r\n",
    }
    .to_owned()
}

fn config(lmtp: bool) -> Config {
    let mut config = Config::new("mx.example".parse().unwrap());
    config.protocol = if lmtp { Protocol::Lmtp } else { Protocol::Smtp };
    config.mechanisms = vec![Mechanism::parse("PLAIN".into()).unwrap()];
    config.auth_without_tls = true;
    config.starttls = true;
    config.newlines = Newlines::Keep;
    config.limits.message = LARGEST;
    config
}

/// The codes of all replies, and what was delivered, once for each recipient where LMTP is spoken.
fn converse(config: &Config, words: &[Word]) -> Result<(Vec<u16>, Vec<Vec<u8>>), String> {
    let lmtp = config.protocol == Protocol::Lmtp;
    let mut rig = Rig::new(Server::new(config.clone()), Writes::All, 0);
    let (mut content, mut delivered) = (Vec::new(), Vec::new());
    let mut words = words.iter();
    let mut rest = Vec::new();
    loop {
        match rig.next()? {
            Next::Event(event) => {
                let refused = match &event {
                    Event::Mail { from, .. } => from.to_string().contains("no@"),
                    Event::Rcpt { to, .. } => to.to_string().contains("no@"),
                    Event::Message(_) => {
                        content.clear();
                        false
                    }
                    Event::Body(piece) => {
                        content.extend_from_slice(piece);
                        false
                    }
                    Event::Deliver { .. } => {
                        delivered.push(content.clone());
                        false
                    }
                    _ => false,
                };
                let server = &mut rig.machine;
                match (event.is_question(), refused) {
                    (true, true) => server.reject(Refusal::no_such_user()).unwrap(),
                    (true, false) => server.accept().unwrap(),
                    (false, _) => {}
                }
            }
            Next::Upgrade => rig.machine.upgraded(Tls::default()),
            Next::Idle(_) if rest.is_empty() => match words.next() {
                Some(word) => rest = text(*word, lmtp).into_bytes(),
                None => break,
            },
            Next::Idle(_) => {
                let fed = rig.feed(&rest);
                rest.drain(..fed);
            }
            Next::Done | Next::Turn => break,
        }
    }
    let output = String::from_utf8(rig.output).map_err(|error| error.to_string())?;
    let last = output.lines().filter(|line| line.as_bytes().get(3) == Some(&b' '));
    let codes = last.map(|line| line[..3].parse().unwrap()).collect();
    Ok((codes, delivered))
}

/// What is said before, and how many words of any kind follow.
struct Job {
    lmtp: bool,
    said: Vec<Word>,
    more: usize,
}

fn explore(
    config: &Config,
    words: &mut Vec<Word>,
    more: usize,
    tally: &mut Tally,
) -> Result<(), String> {
    let lmtp = config.protocol == Protocol::Lmtp;
    let mut model = Model::new(lmtp);
    for word in &*words {
        model.hear(*word);
    }
    tally.add("sequences of commands", 1);
    let (codes, delivered) = calmly(|| converse(config, words))
        .map_err(|error| format!("{words:?}, LMTP {lmtp}: {error}"))?;
    if codes != model.codes || delivered != model.delivered {
        let (expected, to_deliver) = (&model.codes, model.delivered.len());
        return Err(format!(
            "{words:?}, LMTP {lmtp}: {codes:?} and {} delivered, not {expected:?} and {to_deliver}",
            delivered.len(),
        ));
    }
    if more > 0 && !model.is_over() {
        for word in Word::ALL {
            words.push(word);
            explore(config, words, more - 1, tally)?;
            words.pop();
        }
    }
    Ok(())
}

/// All sequences of so many words from the start, and of one word less behind each of some beginnings.
fn every_sequence(length: usize) -> Tally {
    let beginnings: [&[Word]; 4] = [
        &[Word::Hello, Word::Mail, Word::Rcpt],
        &[Word::Hello, Word::Mail, Word::Rcpt, Word::Rcpt, Word::Chunk],
        &[Word::Hello, Word::MailBinary, Word::Rcpt, Word::ChunkTooLarge],
        &[Word::Hello, Word::StartTls, Word::Hello, Word::Auth, Word::Mail],
    ];
    let mut jobs = Vec::new();
    for lmtp in [false, true] {
        jobs.push(Job { lmtp, said: Vec::new(), more: 0 });
        for word in Word::ALL {
            jobs.push(Job { lmtp, said: vec![word], more: length - 1 });
        }
        for beginning in beginnings {
            jobs.push(Job { lmtp, said: beginning.to_vec(), more: 0 });
            for word in Word::ALL {
                let said = [beginning, &[word]].concat();
                jobs.push(Job { lmtp, said, more: length - 2 });
            }
        }
    }
    let tally = spread(&jobs, |job, tally| {
        explore(&config(job.lmtp), &mut job.said.clone(), job.more, tally)
    });
    tally.print("server");
    tally
}

#[test]
fn every_sequence_of_three_commands() {
    assert!(every_sequence(3).total() > 10_000);
}

#[test]
#[ignore = "a million conversations: for an optimised build"]
fn every_sequence_of_four_commands() {
    assert!(every_sequence(4).total() > 200_000);
}
