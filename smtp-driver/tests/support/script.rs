//! A client, and a server that follows a script.

use smtp_driver::Connection;
use smtp_driver::client::{self, Login};
use smtp_proto::client::{Client, Config, Envelope};
use smtp_proto::syntax::reply::Reply;

use super::{Fake, Peer, complete};

pub(crate) type Conn = Connection<Client, Fake, Fake>;

pub(crate) fn connect(fake: &Fake) -> Conn {
    let config = Config::new("client.example.com".parse().unwrap());
    Connection::new(Client::new(config), fake.clone(), fake.clone())
}

/// A server that says hello and offers this, and then goes on with `script`.
pub(crate) fn server(offers: &[&'static str], script: &[Peer]) -> Fake {
    let fake = Fake::new([Peer::Says("220 mx.example.org ESMTP\r\n"), Peer::Awaits("\r\n")]);
    let mut lines = vec!["mx.example.org"];
    lines.extend(offers);
    let last = lines.len() - 1;
    let line = |(index, line)| {
        format!("250{}{line}\r\n", if index == last { ' ' } else { '-' }).into_bytes()
    };
    let hello: Vec<u8> = lines.into_iter().enumerate().flat_map(line).collect();
    fake.0.borrow_mut().peer.push_back(Peer::Sends(hello));
    fake.0.borrow_mut().peer.extend(script.iter().cloned());
    fake
}

pub(crate) fn established(fake: &Fake) -> Conn {
    let mut conn = connect(fake);
    complete(fake, client::establish(&mut conn, &Login::default())).unwrap();
    conn
}

pub(crate) fn envelope(to: &[&str]) -> Envelope {
    let to = to.iter().map(|to| to.parse().unwrap());
    Envelope::new("a@example.com".parse().unwrap(), to)
}

pub(crate) fn text(reply: &Reply) -> String {
    reply.to_string()
}
