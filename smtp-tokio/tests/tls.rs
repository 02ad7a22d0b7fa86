//! STARTTLS and implicit TLS over real sockets.

mod support;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use smtp_driver::Error;
use smtp_driver::client::{self, ConnectError as LoginError, Credentials, Lost, StartTls};
use smtp_proto::Tls;
use smtp_proto::server::Event;
use smtp_tokio::rustls::ServerConfig;
use smtp_tokio::rustls::crypto::ring::sign::any_supported_type;
use smtp_tokio::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use smtp_tokio::rustls::sign::{CertifiedKey, SingleCertAndKey};
use smtp_tokio::{ClientTls, ConnectError, Listener, Options, ServerConnection, connect, tls};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use support::{Certificate, client_config, envelope, expect, rest, say, server_config, take_all};

/// A server for one message; tells what it learnt of TLS.
async fn serve(
    certificate: &Certificate,
    implicit: bool,
) -> (SocketAddr, mpsc::UnboundedReceiver<Result<Tls, Error>>, JoinHandle<()>) {
    let mut config = server_config();
    config.starttls = true;
    config.require_tls = true;
    config.mechanisms = vec!["PLAIN".parse().unwrap()];
    let mut listener = Listener::bind("127.0.0.1:0", config).await.unwrap();
    listener.tls = Some(tls::server_config(&certificate.chain, &certificate.key).unwrap());
    listener.implicit_tls = implicit;
    let address = listener.local_addr().unwrap();
    let (learnt, facts) = mpsc::unbounded_channel();
    let handler = move |mut conn: ServerConnection, _| {
        let learnt = learnt.clone();
        async move {
            loop {
                match conn.next().await {
                    Ok(Some(Event::Secured(tls))) => learnt.send(Ok(tls)).unwrap(),
                    Ok(Some(event)) if event.is_question() => conn.accept().unwrap(),
                    Ok(Some(_)) => {}
                    Ok(None) => return,
                    Err(error) => return learnt.send(Err(error)).unwrap(),
                }
            }
        }
    };
    let task = tokio::spawn(async move {
        listener.serve(handler, std::future::pending(), Duration::ZERO).await;
    });
    (address, facts, task)
}

fn options(certificate: &Certificate, name: &'static str, implicit: bool) -> Options {
    let mut options = Options::new(client_config());
    options.tls = Some(certificate.client(name));
    options.implicit_tls = implicit;
    options.login.starttls = StartTls::Required;
    options.login.credentials = Some(Credentials::new("tim", "tanstaaftanstaaf"));
    options
}

#[tokio::test]
async fn a_message_goes_through_either_way() {
    let certificate = Certificate::new("either", "mx.example.org");
    for implicit in [false, true] {
        let (address, mut facts, server) = serve(&certificate, implicit).await;
        let options = options(&certificate, "mx.example.org", implicit);
        let mut conn = connect(address, &options).await.unwrap();
        assert!(conn.is_authenticated());
        let delivery = client::send(&mut conn, envelope(), &b"tea\r\n"[..]).await.unwrap();
        assert!(delivery.is_complete());
        let facts = facts.recv().await.unwrap().unwrap();
        assert_eq!(facts.protocol.as_deref(), Some("TLSv1.3"));
        assert!(facts.cipher.unwrap().starts_with("TLS_"));
        assert_eq!(facts.server_name.as_deref(), Some("mx.example.org"));
        let seen = conn.tls().unwrap().peer_certificate.clone().unwrap();
        assert_eq!(seen, certificate.der().as_ref());
        client::quit(&mut conn).await.unwrap();
        server.abort();
    }
}

#[tokio::test]
async fn a_certificate_for_another_name_is_not_taken() {
    let certificate = Certificate::new("name", "mx.example.org");
    let (address, mut facts, server) = serve(&certificate, false).await;
    let refused = connect(address, &options(&certificate, "mx.example.net", false)).await;
    let Err(ConnectError::Establish(LoginError::Lost(Lost::Failed(Error::Tls(error))))) = refused
    else {
        panic!("{refused:?}");
    };
    assert!(error.to_string().contains("certificate"), "{error}");
    assert!(matches!(facts.recv().await, Some(Err(Error::Tls(_)))));

    let mut credulous = options(&certificate, "mx.example.net", false);
    credulous.tls.as_mut().unwrap().config = tls::insecure_client_config().unwrap();
    let mut conn = connect(address, &credulous).await.unwrap();
    client::quit(&mut conn).await.unwrap();
    server.abort();

    let (address, _facts, server) = serve(&certificate, true).await;
    let refused = connect(address, &options(&certificate, "mx.example.net", true)).await;
    let Err(ConnectError::Unreachable(attempts)) = refused else { panic!("{refused:?}") };
    assert!(attempts[0].error.to_string().contains("certificate"), "{}", attempts[0].error);
    server.abort();
}

#[tokio::test]
async fn an_offer_of_tls_without_a_configuration_is_named() {
    let mut config = server_config();
    config.starttls = true;
    let listener = Listener::bind("127.0.0.1:0", config).await.unwrap();
    let address = listener.local_addr().unwrap();
    let (told, mut errors) = mpsc::unbounded_channel();
    let handler = move |mut conn: ServerConnection, _| {
        let told = told.clone();
        async move {
            told.send(support::take_all(&mut conn).await.unwrap_err().to_string()).unwrap();
        }
    };
    tokio::spawn(listener.serve(handler, std::future::pending(), Duration::ZERO));
    let mut io = TcpStream::connect(address).await.unwrap();
    expect(&mut io, "\r\n").await;
    say(&mut io, "EHLO c\r\n").await;
    expect(&mut io, "\r\n250 STARTTLS\r\n").await;
    say(&mut io, "STARTTLS\r\n").await;
    expect(&mut io, "\r\n").await;
    let error = errors.recv().await.unwrap();
    assert!(error.contains("no configuration"), "{error}");
    assert_eq!(rest(&mut io).await, "");
}

#[tokio::test]
async fn what_comes_in_the_clear_behind_starttls_is_never_read() {
    let certificate = Certificate::new("injection", "mx.example.org");
    let (address, _facts, server) = serve(&certificate, false).await;
    let mut io = TcpStream::connect(address).await.unwrap();
    expect(&mut io, "\r\n").await;
    say(&mut io, "EHLO c\r\n").await;
    expect(&mut io, "\r\n250 STARTTLS\r\n").await;
    say(&mut io, "STARTTLS\r\nNOOP\r\n").await;
    let reply = rest(&mut io).await;
    assert!(!reply.contains("250"), "{reply}");
    server.abort();
}

/// Mail servers come with certificates that rustls does not read (X.509 v1). Whoever believes any
/// certificate need not read it.
#[tokio::test]
async fn the_credulous_need_no_certificate_that_can_be_read() {
    let key = rcgen::KeyPair::generate().unwrap().serialize_der();
    let key = any_supported_type(&PrivatePkcs8KeyDer::from(key).into()).unwrap();
    let unreadable = CertificateDer::from(b"0\x00".to_vec());
    let unchecked = CertifiedKey::new(vec![unreadable], key);
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(unchecked)));
    let mut config = server_config();
    config.starttls = true;
    let mut listener = Listener::bind("127.0.0.1:0", config).await.unwrap();
    listener.tls = Some(Arc::new(server));
    let address = listener.local_addr().unwrap();
    let handler = async |mut conn: ServerConnection, _| drop(take_all(&mut conn).await);
    let task = tokio::spawn(async move {
        listener.serve(handler, std::future::pending(), Duration::ZERO).await;
    });

    let mut options = Options::new(client_config());
    let name = ServerName::try_from("mx.example.org").unwrap();
    options.tls = Some(ClientTls { config: tls::insecure_client_config().unwrap(), name });
    options.login.starttls = StartTls::Required;
    let mut conn = connect(address, &options).await.unwrap();
    assert!(conn.tls().is_some());
    client::quit(&mut conn).await.unwrap();
    task.abort();
}
