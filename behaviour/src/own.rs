//! What is not of the world: a transport of one's own, and an encryption that is not rustls.

use std::future::ready;
use std::io;
use std::thread;

use bytes::Bytes;
use smtp_driver::client::{EstablishError, Fate, Login, Lost, StartTls, establish, quit, send};
use smtp_driver::{Connection, Error, NoUpgrade, Runtime, Stream, Upgradable, UpgradeWith};
use smtp_proto::Tls;
use smtp_proto::client::{Chunking, Client, NotSent};
use smtp_proto::error::Close;
use smtp_proto::server::{Event, Server};

use crate::World;
use crate::support::{
    Ear, End, Exchange, KEY, News, client_config, duplex, ear, envelope, millis, send_tea,
    server_config, tell_all,
};

type Clock<W> = <<W as World>::Runtime as Runtime>::Clock;

/// A server on a stream, in a thread of its own.
fn serve<W: World>(stream: impl Stream + Send + 'static) -> (Ear<News>, thread::JoinHandle<()>) {
    let (told, news) = ear();
    let serving = thread::spawn(move || {
        W::block_on(async {
            let mut config = server_config();
            config.starttls = true;
            config.limits.message = 64 << 20;
            tell_all(Connection::new(Server::new(config), stream, Clock::<W>::default()), told)
                .await;
        });
    });
    (news, serving)
}

/// Through a narrow pipe in memory.
pub fn any_transport_will_do<W: World>() {
    let content = Bytes::from(".a line of text\r\n".repeat(50_000));
    for chunking in [Chunking::Never, Chunking::Always] {
        let (ours, theirs) = duplex(1000);
        let (news, serving) = serve::<W>(Upgradable::new(theirs, NoUpgrade));
        let mut config = client_config();
        config.chunking = chunking;
        W::block_on(async {
            let stream = Upgradable::new(ours, NoUpgrade);
            let mut conn = Connection::new(Client::new(config), stream, Clock::<W>::default());
            establish(&mut conn, &Login::default()).await.unwrap();
            let delivery = send(&mut conn, envelope(), content.clone()).await.unwrap();
            assert!(delivery.is_complete());
            quit(&mut conn).await.unwrap();
        });
        serving.join().unwrap();
        let arrived = news.find(|news| match news {
            News::Message(content) => Some(content),
            _ => None,
        });
        assert!(arrived == content);
    }
}

const REQUIRED: Login = Login { starttls: StartTls::Required, credentials: None };

fn client<W: World>(end: End) -> Connection<Client, impl Stream, Clock<W>> {
    let stream = Upgradable::new(end, UpgradeWith(Exchange::of_client));
    Connection::new(Client::new(client_config()), stream, Clock::<W>::default())
}

/// STARTTLS is a matter of the protocol; what follows it is not.
pub fn any_encryption_will_do<W: World>() {
    let (ours, theirs) = duplex(1000);
    let (there, back) = (ours.tap(), theirs.tap());
    let (news, serving) = serve::<W>(Upgradable::new(theirs, UpgradeWith(Exchange::of_server)));
    W::block_on(async {
        let mut conn = client::<W>(ours);
        establish(&mut conn, &REQUIRED).await.unwrap();
        assert_eq!(conn.tls().unwrap().protocol.as_deref(), Some("key 66"));
        send_tea(&mut conn).await;
        quit(&mut conn).await.unwrap();
    });
    serving.join().unwrap();
    let tls = news.find(|news| match news {
        News::Event(Event::Secured(tls)) => Some(tls),
        _ => None,
    });
    assert_eq!(tls.protocol.as_deref(), Some("key 66"));
    for (tap, clear, masked) in [(there, "STARTTLS\r\n", "QUIT\r\n"), (back, "220 ", "221 ")] {
        let heard = tap.heard();
        let contains = |text: &[u8]| heard.windows(text.len()).any(|window| window == text);
        assert!(contains(clear.as_bytes()) && !contains(masked.as_bytes()));
        let masked: Vec<u8> = masked.bytes().map(|octet| octet ^ KEY).collect();
        assert!(contains(&masked));
    }
}

pub fn an_encryption_that_fails_is_the_end<W: World>() {
    let (ours, theirs) = duplex(1000);
    let refuse = |_: End| ready(Err::<(End, Tls), _>(io::Error::other("no key today")));
    let (news, serving) = serve::<W>(Upgradable::new(theirs, UpgradeWith(refuse)));
    let failed = W::block_on(async { establish(&mut client::<W>(ours), &REQUIRED).await });
    serving.join().unwrap();
    assert!(matches!(failed, Err(EstablishError::Lost(Lost::Failed(Error::Tls(_))))), "{failed:?}");
    let told = news.find(|news| match news {
        News::Failed(error) => Some(error.to_string()),
        _ => None,
    });
    assert!(told.contains("no key today"), "{told}");
}

/// What a server has said may still be under way when it is found that nobody listens to it.
pub fn a_reason_that_comes_behind_a_write_error_is_read<W: World>() {
    let (ours, mut theirs) = duplex(1000);
    let refusing = thread::spawn(move || {
        W::block_on(async {
            theirs.say("220 mx\r\n").await;
            for reply in ["250 mx\r\n", "250 Ok\r\n", "250 Ok\r\n", "354 Go\r\n"] {
                theirs.line().await;
                theirs.say(reply).await;
            }
            theirs.line().await;
            theirs.abandon();
            // The client knows it by now, or will see both at once.
            thread::sleep(millis(50));
            theirs.say("421 4.3.2 Going down\r\n").await;
        });
    });
    let delivery = W::block_on(async {
        let mut conn = client::<W>(ours);
        establish(&mut conn, &Login::default()).await.unwrap();
        let content = Bytes::from("line of text\r\n".repeat(20_000));
        send(&mut conn, envelope(), content).await.unwrap()
    });
    match &delivery.recipients[0].fate {
        Fate::NotSent(NotSent::Closed(Close::Unavailable(reply))) => {
            assert!(reply.to_string().contains("Going down"));
        }
        fate => panic!("{fate:?}"),
    }
    refusing.join().unwrap();
}
