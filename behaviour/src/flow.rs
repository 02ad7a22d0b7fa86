//! Octets in quantity, and who has the last word.

use std::io;
use std::task::{Context, Poll};
use std::thread;

use bytes::Bytes;
use smtp_driver::client::{BodySource, Fate, send};
use smtp_proto::client::NotSent;
use smtp_proto::error::Close;
use smtp_proto::server::Event;
use smtp_proto::syntax::capability::Extension;
use smtp_proto::syntax::text::Text;

use crate::World;
use crate::support::{
    Ear, Mouth, Raw, connector, ear, envelope, eventually, millis, play, serve, serve_with,
    server_config,
};

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

/// A server has the last word although its client sends on: what comes behind it is read and thrown
/// away, for to close with octets unread would reset the connection.
pub fn the_last_reply_arrives_although_the_client_sends_on<W: World>() {
    let mut config = server_config();
    config.limits.errors = 3;
    let (server, _) = serve::<W>(config, |_| {});
    // It does so for a second. On a machine that has much else to do that may be too short.
    eventually(|| {
        let mut client = Raw::connect(server.address());
        assert!(client.reply().starts_with("220 "));
        let mut sends_on = client.try_say(&"nonsense\r\n".repeat(20_000));
        let said = client.rest();
        assert!(said.contains("\r\n421 4.7.0 "), "{said}");
        for _ in 0..3 {
            thread::sleep(millis(20));
            sends_on &= client.try_say("nonsense\r\n");
        }
        sends_on.then_some(())
    });
    server.finish();
}

/// Content without end. In the middle of it there is a pause, which is told, until it is told to go
/// on.
struct Paused {
    piece: Bytes,
    left: usize,
    pause: Mouth<()>,
    go_on: Ear<()>,
}

impl BodySource for Paused {
    fn poll_piece(&mut self, _: &mut Context<'_>, _: usize) -> Poll<io::Result<Option<Bytes>>> {
        if self.left == 0 {
            // The thread is stopped: the client is to see nothing of what goes on now.
            self.pause.tell(());
            self.go_on.next();
        }
        self.left = self.left.checked_sub(1).unwrap_or(usize::MAX);
        Poll::Ready(Ok(Some(self.piece.clone())))
    }
}

/// The other way round: a server refuses in the middle of a message and closes, with octets unread.
/// The client finds that it can't write any more, and reads why.
pub fn the_reason_for_a_reset_is_read<W: World>() {
    let ((pause, paused), (gone, go_on)) = (ear(), ear());
    let (address, player) = play(move |mut client| {
        client.say("220 mx\r\n");
        for reply in ["250 mx\r\n", "250 Ok\r\n", "250 Ok\r\n", "354 Go\r\n"] {
            client.line();
            client.say(reply);
        }
        paused.next();
        client.wait();
        client.say("421 4.3.2 Going down\r\n");
        drop(client);
        gone.tell(());
    });
    // More than the client holds, and less than can be under way.
    let body = Paused { piece: "line of text\r\n".repeat(1000).into(), left: 10, pause, go_on };
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
