//! How long the peer is waited for.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use smtp_driver::client::{ConnectError, EstablishError, Lost};
use smtp_proto::error::Close;
use smtp_proto::server::Event;
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::text::Text;

use crate::World;
use crate::support::{
    Ear, News, PATIENCE, Raw, client_config, connector, ear, millis, play, serve, serve_with,
    server_config,
};

const LIMIT: Duration = millis(200);

fn in_time(began: Instant) {
    let took = began.elapsed();
    assert!(took >= LIMIT && took < PATIENCE / 2, "{took:?}");
}

fn why_closed(news: &Ear<News>) -> Close {
    news.find(|news| match news {
        News::Event(Event::Closed(close)) => Some(close),
        _ => None,
    })
}

pub fn a_silent_client_is_told_to_go<W: World>() {
    let mut config = server_config();
    config.timeouts.command = LIMIT;
    let (server, news) = serve::<W>(config, |_| {});
    let began = Instant::now();
    let mut client = Raw::connect(server.address());
    assert!(client.reply().starts_with("220 "));
    assert!(client.rest().starts_with("421 4.4.2 "));
    in_time(began);
    assert_eq!(why_closed(&news), Close::Timeout("a command"));
    drop(client);
    assert_eq!(server.finish().aborted, 0);
}

/// The deadline is for the line, whatever comes of it until then.
pub fn a_command_that_drips_has_to_end_in_time<W: World>() {
    let mut config = server_config();
    config.timeouts.command_line = LIMIT;
    let (server, news) = serve::<W>(config, |_| {});
    let began = Instant::now();
    let (mut client, _) = Raw::hello(server.address());
    let dripping = drip(&client, "x");
    assert!(client.reply().starts_with("421 4.4.2 "));
    in_time(began);
    dripping.stop();
    assert_eq!(why_closed(&news), Close::Timeout("the end of a command line"));
    drop(client);
    server.finish();
}

/// So it is for a message as a whole.
pub fn a_message_that_drips_has_to_end_in_time<W: World>() {
    let mut config = server_config();
    config.timeouts.body = LIMIT;
    let (server, news) = serve::<W>(config, |_| {});
    let (mut client, _) = Raw::hello(server.address());
    assert!(client.ask("MAIL FROM:<>\r\n").starts_with("250 "));
    assert!(client.ask("RCPT TO:<b@example.org>\r\n").starts_with("250 "));
    let began = Instant::now();
    assert!(client.ask("DATA\r\n").starts_with("354 "));
    let dripping = drip(&client, "x\r\n");
    assert!(client.reply().starts_with("421 4.4.2 "));
    in_time(began);
    dripping.stop();
    assert_eq!(why_closed(&news), Close::Timeout("message content"));
    drop(client);
    server.finish();
}

/// Somebody who says something again and again, as long as anybody can hear it.
struct Dripping {
    over: Sender<()>,
    thread: JoinHandle<()>,
}

fn drip(client: &Raw, what: &'static str) -> Dripping {
    let mut client = client.another();
    let (over, is_over) = channel();
    let goes_on = move || is_over.recv_timeout(millis(10)) == Err(RecvTimeoutError::Timeout);
    let thread = thread::spawn(move || while client.try_say(what) && goes_on() {});
    Dripping { over, thread }
}

impl Dripping {
    fn stop(self) {
        drop(self.over);
        self.thread.join().unwrap();
    }
}

/// Replies of 4 KiB to questions of 15 octets soon fill whatever is between the two.
pub fn a_client_that_takes_no_replies_is_given_up<W: World>() {
    let mut config = server_config();
    config.timeouts.write = LIMIT;
    config.timeouts.close = LIMIT;
    config.limits.useless = u32::MAX;
    config.extensions.push(Extension::Vrfy);
    let (told, news) = ear();
    let server = serve_with::<W, _, _>(
        config,
        |_| {},
        move |mut conn, _| {
            let told = told.clone();
            async move {
                let answer = vec![Text::new("x".repeat(500).into_boxed_str()).unwrap(); 8];
                while let Some(event) = conn.next().await.unwrap() {
                    match event {
                        Event::Verify { .. } => conn.accept_with(&answer).unwrap(),
                        question if question.is_question() => conn.accept().unwrap(),
                        news => told.tell(News::Event(news)),
                    }
                }
            }
        },
    );
    let began = Instant::now();
    let (mut client, _) = Raw::hello(server.address());
    let questions = "VRFY somebody\r\n".repeat(1000);
    // It does not read them all, so at some time they can't be said any more.
    let mut asking = client.another();
    let asking = thread::spawn(move || while asking.try_say(&questions) {});
    assert_eq!(why_closed(&news), Close::Timeout("the client to take replies"));
    in_time(began);
    // What was written before is still on its way.
    assert!(client.reply().starts_with("25"));
    client.rest_of_octets();
    asking.join().unwrap();
    server.finish();
}

pub fn a_silent_server_is_given_up<W: World>() {
    let (address, player) = play(|mut client| assert_eq!(client.rest(), ""));
    let mut config = client_config();
    config.timeouts.greeting = LIMIT;
    config.timeouts.quit = LIMIT;
    let mut connector = connector::<W>();
    connector.config = config.into();
    let began = Instant::now();
    let silent = W::block_on(async { connector.connect(address).await.map(drop) });
    in_time(began);
    match silent {
        Err(ConnectError::Establish(EstablishError::Lost(Lost::Closed(Close::Timeout(what))))) => {
            assert!(what.contains("greeting"), "{what}");
        }
        other => panic!("{other:?}"),
    }
    player.join().unwrap();
}

/// One that greets and then says no more.
pub fn a_server_that_falls_silent_is_given_up<W: World>() {
    let (address, player) = play(|mut client| {
        client.say("220 mx\r\n");
        client.rest();
    });
    let mut config = client_config();
    config.timeouts.hello = LIMIT;
    config.timeouts.quit = LIMIT;
    let mut connector = connector::<W>();
    connector.config = config.into();
    let began = Instant::now();
    let silent = W::block_on(async { connector.connect(address).await.map(drop) });
    in_time(began);
    assert!(matches!(silent, Err(ConnectError::Establish(EstablishError::Lost(_)))), "{silent:?}");
    player.join().unwrap();
}
