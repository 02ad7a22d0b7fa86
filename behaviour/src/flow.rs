//! Octets in quantity, and who has the last word.

use std::thread;

use bytes::Bytes;
use smtp_driver::client::{Fate, send};
use smtp_proto::client::NotSent;
use smtp_proto::error::Close;
use smtp_proto::server::Event;
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::text::Text;

use crate::World;
use crate::support::{Raw, connector, envelope, millis, play, serve, serve_with, server_config};

/// All questions at once, each with an answer of 4 KiB: the client writes on while replies come.
pub fn a_flood_of_replies_passes_while_commands_come<W: World>() {
    const QUESTIONS: usize = 8 << 10;
    let mut config = server_config();
    config.limits.useless = u32::MAX;
    config.extensions.push(Extension::Vrfy);
    let server = serve_with::<W, _, _>(
        config,
        |_| {},
        |mut conn, _| async move {
            let answer = vec![Text::new("x".repeat(500).into_boxed_str()).unwrap(); 8];
            while let Some(event) = conn.next().await.unwrap() {
                match event {
                    Event::Verify { .. } => conn.accept_with(&answer).unwrap(),
                    question if question.is_question() => conn.accept().unwrap(),
                    _ => {}
                }
            }
        },
    );
    let mut client = Raw::connect(server.address());
    let mut asking = client.another();
    let asking = thread::spawn(move || {
        asking.say(&format!("HELO c\r\n{}QUIT\r\n", "VRFY somebody\r\n".repeat(QUESTIONS)));
    });
    // Long enough for everything to be full.
    thread::sleep(millis(100));
    let replies = client.rest();
    asking.join().unwrap();
    assert!(replies.len() > QUESTIONS * 4000);
    assert!(replies.ends_with("\r\n") && replies.contains("\r\n221 "));
    drop(client);
    assert_eq!(server.finish().panicked, 0);
}

/// A server has the last word although its client sends on.
pub fn the_last_reply_arrives_although_the_client_sends_on<W: World>() {
    let mut config = server_config();
    config.limits.errors = 3;
    let (server, news) = serve::<W>(config, |_| {});
    let mut client = Raw::connect(server.address());
    assert!(client.reply().starts_with("220 "));
    client.try_say(&"nonsense\r\n".repeat(50_000));
    let said = client.rest();
    assert!(said.contains("\r\n421 4.7.0 "), "{said}");
    drop((client, news));
    server.finish();
}

/// The other way round: a server refuses in the middle of a message and closes while it is still
/// being written.
pub fn the_reason_for_a_reset_is_read<W: World>() {
    let (address, player) = play(|client| {
        client.say("220 mx\r\n");
        for reply in ["250 mx\r\n", "250 Ok\r\n", "250 Ok\r\n", "354 Go\r\n"] {
            client.line();
            client.say(reply);
        }
        client.line();
        client.say("421 4.3.2 Going down\r\n");
        // Closed with octets unread: the client's writes fail.
    });
    let body = Bytes::from("line of text\r\n".repeat(2_000_000));
    let delivery = W::block_on(async {
        let mut conn = connector::<W>().connect(address).await.unwrap();
        send(&mut conn, envelope(), body).await.unwrap()
    });
    match &delivery.recipients[0].fate {
        Fate::NotSent(NotSent::Closed(Close::Unavailable(reply))) => {
            assert!(reply.to_string().contains("Going down"));
        }
        fate => panic!("{fate:?}"),
    }
    player.join().unwrap();
}
