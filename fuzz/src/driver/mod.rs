//! Two connections of the driver, a client's and a server's, over a stream that does what the input
//! says: a message is acknowledged and delivered once, or not acknowledged, and it all comes to an end.

mod application;
mod caller;
mod world;

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use arbitrary::Arbitrary;
use smtp_driver::client::StartTls;
use smtp_driver::{Connection, Drain};
use smtp_proto::client::{self, Chunking, Client};
use smtp_proto::server::{self, Server};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::capability::Extension;

use application::{Answer, Books};
use caller::{Message, Report};
use world::{Call, End, Watch, World};

/// More polls than any conversation of a fuzzer's length needs.
const POLLS: usize = 200_000;

/// So many polls of a connection in which nothing moved are a loop without end.
const IDLE: usize = 64;

/// What happens beside the polls.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Act {
    /// Whoever is ready first goes on.
    First,
    /// The other, if both are.
    Last,
    /// Nobody is asked for so many seconds.
    Tick(u8),
    /// The server is to end in good order.
    Drain,
    /// It is to end at once.
    Cut,
    /// The client is dropped in the middle of everything.
    Drop,
}

#[derive(Arbitrary, Debug)]
struct Setting {
    lmtp: bool,
    pipelining: bool,
    chunking: bool,
    offers_tls: bool,
    wants_tls: bool,
    small_window: bool,
    /// How many octets are on their way at most.
    capacity: u8,
}

/// A conversation.
#[derive(Arbitrary, Debug)]
pub struct Case<'a> {
    setting: Setting,
    calls: Vec<Call>,
    acts: Vec<Act>,
    answers: Vec<Answer>,
    messages: Vec<Message<'a>>,
}

impl Case<'_> {
    pub fn check(self) {
        let capacity = 16 << (self.setting.capacity % 12);
        let world = World::new(self.calls, capacity);
        let (drain, watch) = Drain::new();
        let (client, server) = self.setting.configs();
        let books = Rc::new(RefCell::new(Books::default()));

        let end = |side| (End::new(&world, side), Watch::new(&world, side));
        let (stream, clock) = end(0);
        let conn = Connection::new(Client::new(client), stream, clock);
        let starttls = if self.setting.wants_tls { StartTls::Required } else { StartTls::Off };
        let report = Rc::new(RefCell::new(Report::default()));
        let caller = caller::run(conn, starttls, &self.messages, Rc::clone(&report));
        let (stream, clock) = end(1);
        let mut conn = Connection::new(Server::new(server), stream, clock);
        conn.watch(watch);
        let application = application::run(conn, self.answers, Rc::clone(&books));

        let tasks = [Task::new(Box::pin(caller)), Task::new(Box::pin(application))];
        Stage { world: &world, tasks, acts: self.acts, drain }.play();
        let (world, report, books) = (world.borrow(), report.borrow(), books.borrow());
        // Who breaks off a message in the middle of DATA closes the connection.
        let broken_off = self.messages.iter().any(Message::may_fail);
        let undisturbed = !world.disturbed && !self.setting.lacks_tls() && !broken_off;
        judge(&self.messages, &report, &books, undisturbed);
    }
}

impl Setting {
    fn lacks_tls(&self) -> bool {
        self.wants_tls && !self.offers_tls
    }

    fn configs(&self) -> (client::Config, server::Config) {
        let mut client = client::Config::new("client.example.org".parse().expect("a host"));
        let mut server = server::Config::new("mx.example.org".parse().expect("a domain"));
        if self.lmtp {
            (client.protocol, server.protocol) = (Protocol::Lmtp, Protocol::Lmtp);
        }
        client.pipelining = self.pipelining;
        client.chunking = if self.chunking { Chunking::Always } else { Chunking::Never };
        server.starttls = self.offers_tls;
        server.limits.body_line = usize::MAX;
        server.limits.rejections = u32::MAX;
        server.extensions.push(Extension::Dsn);
        if self.small_window {
            (client.limits.window, client.limits.piece) = (40, 7);
        }
        (client, server)
    }
}

/// A client's view and a server's, compared.
fn judge(messages: &[Message<'_>], report: &Report, books: &Books, undisturbed: bool) {
    for (index, message) in messages.iter().enumerate() {
        let (acknowledged, delivered) = (report.acknowledged(index), books.delivered(index));
        for recipient in &acknowledged {
            let count = delivered.iter().filter(|other| *other == recipient).count();
            assert_eq!(count, 1, "acknowledged for {recipient}, and delivered so often");
        }
        if undisturbed {
            assert_eq!(acknowledged, delivered, "delivered, and not acknowledged");
        }
        books.check_content(index, message);
    }
    assert!(!undisturbed || report.good_end, "{report:?}");
}

type Work<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

struct Task<'a> {
    work: Option<Work<'a>>,
    woken: Arc<Flag>,
}

impl<'a> Task<'a> {
    fn new(work: Work<'a>) -> Self {
        let woken = Arc::new(Flag(AtomicBool::new(true)));
        Self { work: Some(work), woken }
    }

    fn is_ready(&self) -> bool {
        self.work.is_some() && self.woken.0.load(Ordering::SeqCst)
    }

    fn poll(&mut self) {
        self.woken.0.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&self.woken));
        let Some(work) = &mut self.work else { return };
        if let Poll::Ready(()) = work.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.work = None;
        }
    }
}

/// Where it all happens.
struct Stage<'a> {
    world: &'a Rc<RefCell<World>>,
    tasks: [Task<'a>; 2],
    acts: Vec<Act>,
    drain: Drain,
}

impl Stage<'_> {
    fn play(mut self) {
        let mut acts = std::mem::take(&mut self.acts).into_iter();
        let (mut idle, mut before) = (0, usize::MAX);
        for polls in 0.. {
            assert!(polls < POLLS, "it does not come to an end");
            let first = self.act(acts.next().unwrap_or(Act::First));
            let ready = [first, 1 - first].into_iter().find(|task| self.tasks[*task].is_ready());
            if let Some(task) = ready {
                self.tasks[task].poll();
                let count = self.world.borrow().count;
                idle = if count == before { idle + 1 } else { 0 };
                before = count;
                assert!(idle < IDLE, "polled again and again, and nothing is tried");
            } else if self.tasks.iter().all(|task| task.work.is_none()) {
                return;
            } else {
                let mut world = self.world.borrow_mut();
                let moved = world.catch_up() || world.pass(None);
                assert!(moved, "everybody waits for nothing");
                idle = 0;
            }
        }
    }

    /// Whose turn is first.
    fn act(&mut self, act: Act) -> usize {
        match act {
            Act::First => return 0,
            Act::Last => {}
            Act::Tick(seconds) => {
                let mut world = self.world.borrow_mut();
                let now = world.now + Duration::from_secs(seconds.into());
                world.disturbed |= seconds > 0;
                world.pass(Some(now));
            }
            Act::Drain => {
                self.world.borrow_mut().disturbed = true;
                self.drain.begin();
            }
            Act::Cut => {
                self.world.borrow_mut().disturbed = true;
                self.drain.begin();
                self.drain.cut();
            }
            Act::Drop => {
                self.world.borrow_mut().disturbed = true;
                self.tasks[0].work = None;
            }
        }
        1
    }
}
