//! An extension of one's own, on both sides: a keyword, a parameter of MAIL, and a verb.
use smtp_proto::client::{self, Envelope};
use smtp_proto::server::{Config, Event, Private};
use smtp_proto::syntax::params::Parameter;
use smtp_tokio::{Connector, Error, Listener, ServerConnection};

/// `XMOOD=cheerful`: the mood in which the message was written.
#[derive(Debug)]
struct Mood(String);

impl Parameter for Mood {
    const KEYWORD: &'static str = "XMOOD";
    const EXPECTED: &'static str = "letters";

    fn parse(value: Option<&str>) -> Option<Self> {
        value.filter(|mood| mood.chars().all(char::is_alphabetic)).map(|mood| Self(mood.into()))
    }

    fn value(&self) -> Option<String> {
        Some(self.0.clone())
    }
}

async fn serve(mut conn: ServerConnection) -> Result<(), Error> {
    while let Some(event) = conn.next().await? {
        match &event {
            Event::Mail { params, .. } => println!("server: {:?}", params.value::<Mood>()),
            Event::Private { verb, argument } => println!("server: {verb}, {argument}"),
            _ => {}
        }
        event.is_question().then(|| conn.accept()).transpose()?;
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut config = Config::new("localhost".parse()?);
    let (line, mail, verbs) =
        ("X-MOOD cheerful grumpy".parse()?, ["XMOOD".into()], ["XTEA".into()]);
    config.private = vec![Private { line, mail: mail.into(), verbs: verbs.into(), rcpt: vec![] }];
    let listener = Listener::bind("127.0.0.1:0", config)?;
    let address = listener.local_addr()?.to_string();
    let talk = async |conn, _peer| serve(conn).await.expect("the client is well behaved");
    let server = listener.serve(talk, std::future::pending::<()>(), std::time::Duration::ZERO);
    let talk = async {
        let connector = Connector::new(client::Config::new("localhost".parse()?));
        let mut conn = connector.connect(&*address).await?;
        println!("client: it takes {:?}", conn.capabilities().get("X-MOOD"));
        let mut envelope = Envelope::new("me@localhost".parse()?, ["you@localhost".parse()?]);
        envelope.params.set(&Mood("cheerful".into()))?;
        let sent = smtp_tokio::client::send(&mut conn, envelope, &b"Subject: Hi\n"[..]).await?;
        println!("client: {:?}", sent.reply);
        conn.private("XTEA", "with milk")?;
        println!("client: {:?}", conn.next().await?);
        Ok(())
    };
    tokio::select! { done = talk => done, _ = server => Ok(()) }
}
