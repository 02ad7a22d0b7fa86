//! Who receives, and what is in the books at the end.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use arbitrary::Arbitrary;
use smtp_driver::{Connection, Error};
use smtp_proto::server::{Event, Refusal, Server};

use super::caller::Message;
use super::world::{End, Watch};

/// What an application does with an event.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Answer {
    Yes,
    No,
    /// It takes its time, so many turns.
    Slow(u8),
    /// It writes what is written so far, and then says yes.
    Flush,
    /// It asks for the next event without an answer, which is refused.
    Forgets,
    /// It gives up waiting for the next event so many times, and says yes.
    Cancels(u8),
}

/// Messages as the server has them.
#[derive(Debug, Default)]
pub struct Books(Vec<Entry>);

#[derive(Debug, Default)]
struct Entry {
    from: String,
    /// Who was accepted.
    to: Vec<String>,
    content: Vec<u8>,
    /// Who it was delivered to.
    delivered: Vec<String>,
}

impl Books {
    /// Who a message was delivered to. A message that came twice is there twice.
    pub fn delivered(&self, index: usize) -> Vec<String> {
        self.of(index).flat_map(|entry| entry.delivered.iter().cloned()).collect()
    }

    /// What was delivered is what was sent.
    pub fn check_content(&self, index: usize, message: &Message<'_>) {
        for entry in self.of(index).filter(|entry| !entry.delivered.is_empty()) {
            assert!(message.may_arrive_as(&entry.content), "another message arrived");
        }
    }

    fn of(&self, index: usize) -> impl Iterator<Item = &Entry> {
        let from = format!("<m{index}@example.org>");
        self.0.iter().filter(move |entry| entry.from == from)
    }

    fn last(&mut self) -> &mut Entry {
        self.0.last_mut().expect("MAIL comes first")
    }

    fn hear(&mut self, event: Event, yes: bool) {
        match event {
            Event::Mail { from, .. } if yes => {
                self.0.push(Entry { from: from.to_string(), ..Entry::default() });
            }
            Event::Rcpt { to, .. } if yes => self.last().to.push(to.to_string()),
            Event::Message(_) => self.last().content.clear(),
            Event::Body(piece) => self.last().content.extend_from_slice(&piece),
            Event::Deliver { recipient, octets } => {
                let entry = self.last();
                assert_eq!(entry.content.len() as u64, octets);
                let to = match recipient {
                    Some(index) => &entry.to[index..=index],
                    None => &entry.to[..],
                };
                if yes {
                    entry.delivered.extend_from_slice(to);
                }
            }
            _ => {}
        }
    }
}

pub async fn run(
    mut conn: Connection<Server, End, Watch>,
    answers: Vec<Answer>,
    books: Rc<RefCell<Books>>,
) {
    let mut answers = answers.into_iter();
    let mut patience = 0;
    loop {
        let event = match next(&mut conn, &mut patience).await {
            Ok(Some(event)) => event,
            Ok(None) => break,
            Err(Error::Unanswered) => panic!("every question was answered"),
            Err(Error::Misuse(misuse)) => panic!("{misuse}"),
            Err(_) => break,
        };
        if !event.is_question() {
            books.borrow_mut().hear(event, false);
            continue;
        }
        let answer = answers.next().unwrap_or(Answer::Yes);
        match answer {
            Answer::Slow(turns) => wait(turns).await,
            Answer::Flush => conn.flush().await,
            Answer::Forgets => {
                let forgotten = conn.next().await;
                // It may be cut off meanwhile.
                assert!(matches!(forgotten, Err(Error::Unanswered | Error::Cut)), "{forgotten:?}");
                if let Err(Error::Cut) = forgotten {
                    break;
                }
            }
            Answer::Cancels(times) => patience = times % 8,
            Answer::Yes | Answer::No => {}
        }
        // Who is refused at the door can't say QUIT in good order.
        let door = matches!(event, Event::Connected | Event::Hello { .. } | Event::StartTls);
        let yes = door || !matches!(answer, Answer::No);
        if yes { conn.accept() } else { conn.reject(Refusal::try_later()) }.expect("it is open");
        books.borrow_mut().hear(event, yes);
    }
    let end = conn.next().await;
    assert!(matches!(end, Ok(None)), "{end:?} behind the end");
}

/// The next event, after waiting for it in vain so many times.
async fn next(
    conn: &mut Connection<Server, End, Watch>,
    patience: &mut u8,
) -> Result<Option<Event>, Error> {
    while *patience > 0 {
        *patience -= 1;
        let mut waiting = pin!(conn.next());
        let cancelled = poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::Ready(waiting.as_mut().poll(cx))
        });
        if let Poll::Ready(result) = cancelled.await {
            return result;
        }
    }
    conn.next().await
}

async fn wait(turns: u8) {
    let mut left = turns % 8;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
