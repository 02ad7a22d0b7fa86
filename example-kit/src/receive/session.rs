//! One conversation.

use std::borrow::Cow;
use std::io;
use std::marker::PhantomData;
use std::mem;
use std::sync::Arc;
use std::time::SystemTime;

use smtp_driver::server::Peer;
use smtp_driver::{Clock, Connection, Error, Stream};
use smtp_proto::error::Close;
use smtp_proto::server::{Event, Refusal, Server, Transfer};
use smtp_proto::syntax::address::{ForwardPath, ReversePath};
use smtp_proto::syntax::params::Params;
use smtp_proto::syntax::text::Text;
use smtp_proto::syntax::verb::Verb;
use tracing::{debug, error, info, warn};

use super::Host;
use super::auth::Login;
use super::proxied::Said;
use super::record::{self, Client, Encryption, Parameters, Record, Requests};
use super::requests;
use super::store::{Draft, Store};
use super::users::Users;

/// What all conversations share.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) store: Store,
    pub(super) users: Users,
}

/// Has a conversation, to its end.
pub(super) async fn converse<H: Host, S: Stream, C: Clock>(
    service: Arc<Service>,
    mut conn: Connection<Server, S, C>,
    peer: Peer,
) {
    if let Err(error) = Session::<H>::new(&service, peer).talk(&mut conn).await {
        warn!("{error}");
    }
}

struct Session<'a, H> {
    service: &'a Service,
    peer: Peer,
    hello: Option<(Verb, String)>,
    login: Login<'a>,
    user: Option<String>,
    xclient: Said,
    /// Of the next message.
    xforward: Said,
    mail: Option<Mail>,
    host: PhantomData<fn() -> H>,
}

/// An open transaction.
struct Mail {
    envelope: Envelope,
    content: Content,
}

struct Envelope {
    from: ReversePath,
    params: Params,
    /// When MAIL was said.
    said: SystemTime,
    xforward: Said,
    to: Vec<(ForwardPath, Params)>,
}

enum Content {
    /// Not begun, or given up.
    None,
    Coming(Draft),
    /// The ID, or what to tell each recipient of an LMTP client.
    Settled(Result<String, Refusal>),
}

impl<'a, H: Host> Session<'a, H> {
    fn new(service: &'a Service, peer: Peer) -> Self {
        Self {
            service,
            peer,
            hello: None,
            login: Login::new(&service.users),
            user: None,
            xclient: Said::default(),
            xforward: Said::default(),
            mail: None,
            host: PhantomData,
        }
    }

    async fn talk<S: Stream, C: Clock>(
        &mut self,
        conn: &mut Connection<Server, S, C>,
    ) -> Result<(), Error> {
        while let Some(event) = conn.next().await? {
            match event {
                Event::Hello { verb, name } => {
                    self.hello = Some((verb, name.to_string()));
                    conn.accept()?;
                }
                Event::Auth { mechanism, initial } => {
                    let user = self.login.begin(conn, &mechanism, initial.as_ref())?;
                    self.logged_in(user);
                }
                Event::AuthResponse(response) => {
                    let user = self.login.respond(conn, &response)?;
                    self.logged_in(user);
                }
                Event::Mail { from, params } => {
                    let (said, xforward) = (SystemTime::now(), mem::take(&mut self.xforward));
                    let envelope = Envelope { from, params, said, xforward, to: Vec::new() };
                    self.mail = Some(Mail { envelope, content: Content::None });
                    conn.accept()?;
                }
                Event::Rcpt { to, params } => {
                    if let Some(mail) = &mut self.mail {
                        mail.envelope.to.push((to, params));
                    }
                    conn.accept()?;
                }
                Event::Message(transfer) => self.begin(conn, transfer).await?,
                Event::Body(piece) => self.take(conn, &piece).await?,
                Event::Deliver { octets, .. } => self.deliver(conn, octets).await?,
                Event::XClient(attributes) => {
                    self.xclient.hear(&attributes);
                    self.user = attributes.login().flatten().map(Cow::into_owned);
                    self.hello = None;
                    conn.accept()?;
                }
                Event::XForward(attributes) => {
                    self.xforward.hear(&attributes);
                    conn.accept()?;
                }
                Event::Secured(_) => {
                    // Whatever was said in the clear may have been said by anybody.
                    self.hello = None;
                    self.user = None;
                }
                Event::Aborted(_) => self.mail = None,
                Event::Fault(fault) => warn!("{fault}"),
                Event::Closed(Close::Quit) => {}
                Event::Closed(close) => info!("{close}"),
                question if question.is_question() => conn.accept()?,
                _ => {}
            }
        }
        Ok(())
    }

    fn logged_in(&mut self, user: Option<String>) {
        if let Some(user) = user {
            info!("logged in as {user:?}");
            self.user = Some(user);
        }
    }

    async fn begin(&mut self, server: &mut Server, transfer: Transfer) -> Result<(), Error> {
        let Some(mail) = &mut self.mail else { return Ok(server.reject(Refusal::local_error())?) };
        match self.service.store.begin::<H>().await {
            Ok(draft) => {
                debug!("message {} begins, by {transfer:?}", draft.id());
                mail.content = Content::Coming(draft);
                server.accept()?;
            }
            Err(error) => server.reject(cannot("begin a message", &error))?,
        }
        Ok(())
    }

    async fn take(&mut self, server: &mut Server, piece: &[u8]) -> Result<(), Error> {
        let Some(mail) = &mut self.mail else { return Ok(()) };
        let Content::Coming(draft) = &mut mail.content else { return Ok(()) };
        if let Err(error) = draft.write::<H>(piece).await {
            let what = format!("write message {}", draft.id());
            mail.content = Content::None;
            server.reject(cannot(&what, &error))?;
        }
        Ok(())
    }

    /// Answers for the whole message, or in LMTP for one recipient of several.
    async fn deliver(&mut self, server: &mut Server, octets: u64) -> Result<(), Error> {
        let Some(mut mail) = self.mail.take() else {
            return Ok(server.reject(Refusal::local_error())?);
        };
        mail.content = match mail.content {
            Content::Coming(draft) => {
                let record = self.record(server, &mail.envelope, draft.id(), octets);
                Content::Settled(commit::<H>(draft, record).await)
            }
            settled => settled,
        };
        match &mail.content {
            Content::Settled(Ok(id)) => {
                server.accept_with(&[Text::lossy(&format!("Stored as {id}"))])?;
            }
            Content::Settled(Err(refusal)) => server.reject(refusal.clone())?,
            Content::None | Content::Coming(_) => server.reject(Refusal::local_error())?,
        }
        self.mail = Some(mail);
        Ok(())
    }

    fn record(&self, server: &Server, envelope: &Envelope, id: &str, octets: u64) -> Record {
        let (verb, name) = self.hello.clone().unwrap_or((Verb::Helo, String::new()));
        let utf8 = envelope.params.get("SMTPUTF8").is_some();
        let proxied = self.peer.proxy.is_some() || self.xclient.client().is_some();
        Record {
            id: id.into(),
            time: record::now(),
            from: record::sender(&envelope.from),
            to: envelope.to.iter().map(|(path, _)| record::recipient(path)).collect(),
            parameters: Parameters {
                mail: record::parameters(&envelope.params),
                rcpt: envelope.to.iter().map(|(_, params)| record::parameters(params)).collect(),
            },
            requests: Requests {
                mail: requests::of_mail(&envelope.params, envelope.said),
                rcpt: envelope.to.iter().map(|(_, params)| requests::of_rcpt(params)).collect(),
            },
            size: octets,
            client: Client {
                address: self.xclient.client().unwrap_or_else(|| self.peer.to_string()),
                hello: name,
                protocol: with_protocol(verb, utf8, server.tls().is_some(), self.user.is_some()),
            },
            proxy: proxied.then(|| Peer::new(self.peer.socket).to_string()),
            tls: server.tls().map(Encryption::from),
            user: self.user.clone(),
            xclient: self.xclient.record(),
            xforward: envelope.xforward.record(),
        }
    }
}

/// Makes a message safe. Everything that can go wrong with the disk shows here at the latest.
async fn commit<H: Host>(draft: Draft, record: Record) -> Result<String, Refusal> {
    let id = draft.id().to_owned();
    let line = format!(
        "stored {id}: {} octets from <{}> for {}",
        record.size,
        record.from,
        record.to.join(", "),
    );
    match draft.commit::<H>(record).await {
        Ok(()) => {
            info!("{line}");
            Ok(id)
        }
        Err(error) => Err(cannot(&format!("keep message {id}"), &error)),
    }
}

/// Logs what the disk did to us, and says what the client is to hear of it.
fn cannot(what: &str, error: &io::Error) -> Refusal {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};

    error!("cannot {what}: {error}");
    match error.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => Refusal::storage(),
        _ => Refusal::local_error(),
    }
}

/// The names of RFC 3848 section 2 and RFC 6531 section 4.3.
fn with_protocol(verb: Verb, utf8: bool, tls: bool, authenticated: bool) -> String {
    let base = match (verb, utf8) {
        (Verb::Lhlo, false) => "LMTP",
        (Verb::Lhlo, true) => "UTF8LMTP",
        (Verb::Ehlo, false) => "ESMTP",
        (Verb::Ehlo, true) => "UTF8SMTP",
        _ => "SMTP",
    };
    let extended = base != "SMTP";
    let mark = |on: bool, letter| if on && extended { letter } else { "" };
    format!("{base}{}{}", mark(tls, "S"), mark(authenticated, "A"))
}
