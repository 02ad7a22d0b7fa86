//! A client to be read: sends one message to two recipients at the minimal server.

use smtp_proto::client::{Config, Envelope};
use smtp_tokio::Connector;
use smtp_tokio::client::{Fate, quit, send};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let connector = Connector::new(Config::new("localhost".parse()?));
    let mut conn = connector.connect("127.0.0.1:2525").await?;

    let to = ["you@localhost".parse()?, "you@example.org".parse()?];
    let envelope = Envelope::new("me@localhost".parse()?, to);
    let message = "Subject: Hello\n\nAny line ends will do.\n";
    let delivery = send(&mut conn, envelope, message.as_bytes()).await?;

    for recipient in delivery.recipients {
        match recipient.fate {
            Fate::Accepted(reply) => println!("{} accepted: {reply}", recipient.path),
            Fate::Refused(reply) => println!("{} refused: {reply}", recipient.path),
            Fate::NotSent(reason) => println!("{} not sent: {reason}", recipient.path),
        }
    }
    quit(&mut conn).await?;
    Ok(())
}
