//! A server to be read: takes mail for anybody at localhost, and prints it.

use std::time::Duration;

use smtp_proto::server::{Config, Event, Refusal};
use smtp_tokio::{Error, Listener, ServerConnection};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = Listener::bind("127.0.0.1:2525", Config::new("localhost".parse()?))?;
    println!("listening on {}", listener.local_addr()?);
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    listener
        .serve(
            async |mut conn, peer| {
                talk(&mut conn).await.unwrap_or_else(|error| eprintln!("{peer}: {error}"));
            },
            stop,
            Duration::from_secs(30),
        )
        .await;
    Ok(())
}

async fn talk(conn: &mut ServerConnection) -> Result<(), Error> {
    let mut message = Vec::new();
    while let Some(event) = conn.next().await? {
        match event {
            Event::Rcpt { to, .. } if !to.to_string().ends_with("@localhost>") => {
                conn.reject(Refusal::relay_denied())?;
            }
            Event::Body(piece) => message.extend_from_slice(&piece),
            Event::Deliver { .. } => {
                println!("{}", String::from_utf8_lossy(&message));
                message.clear();
                conn.accept()?; // only now: from here on the message is ours
            }
            Event::Aborted(_) => message.clear(),
            question if question.is_question() => conn.accept()?,
            _news => {}
        }
    }
    Ok(())
}
