//! Whose certificate is believed.

use std::sync::Arc;

use smtp_driver::Error;
use smtp_driver::client::{ConnectError, EstablishError, Lost, StartTls, quit};
use smtp_driver::rustls::ServerConfig;
use smtp_driver::rustls::crypto::ring;
use smtp_driver::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use smtp_driver::rustls::sign::{CertifiedKey, SingleCertAndKey};
use smtp_driver::server::Incident;
use smtp_driver::tls::{self, ClientCertificates, ClientTls, ServerTls};
use smtp_proto::Tls;
use smtp_proto::server::Event;

use crate::World;
use crate::support::{Certificate, Ear, News, Served, connector, serve, server_config};

fn serve_tls<W: World>(tls: ServerTls, implicit: bool) -> (Served, Ear<News>) {
    let mut config = server_config();
    config.starttls = true;
    serve::<W>(config, move |listener| {
        listener.tls = Some(tls);
        listener.implicit_tls = implicit;
    })
}

/// Connects, and takes leave at once.
fn call<W: World>(server: &Served, tls: ClientTls, implicit: bool) -> Result<Tls, ConnectError> {
    let mut connector = connector::<W>();
    connector.tls = Some(tls);
    connector.implicit_tls = implicit;
    connector.login.starttls = StartTls::Required;
    let address = server.address();
    W::block_on(async {
        let mut conn = connector.connect(address).await?;
        let facts = conn.tls().unwrap().clone();
        quit(&mut conn).await.unwrap();
        Ok(facts)
    })
}

pub fn that_of_another_name_is_not<W: World>() {
    let certificate = Certificate::of_server();
    for implicit in [false, true] {
        let (server, news) = serve_tls::<W>(certificate.server(), implicit);
        let error = match call::<W>(&server, certificate.client_for("mx.example.net"), implicit) {
            Err(ConnectError::Establish(EstablishError::Lost(Lost::Failed(Error::Tls(error)))))
                if !implicit =>
            {
                error
            }
            Err(ConnectError::Unreachable(mut attempts)) if implicit => attempts.remove(0).error,
            other => panic!("{other:?}"),
        };
        assert!(error.to_string().contains("certificate"), "{error}");
        if implicit {
            assert!(matches!(server.incidents.next(), Incident::Handshake(..)));
        } else {
            news.find(|news| matches!(news, News::Failed(Error::Tls(_))).then_some(()));
        }

        let config = tls::insecure_client_config().unwrap();
        let credulous = ClientTls { config, ..certificate.client_for("mx.example.net") };
        let facts = call::<W>(&server, credulous, implicit).unwrap();
        assert_eq!(facts.peer_certificate.as_deref(), Some(certificate.der()));
        let statistics = server.finish();
        assert_eq!(statistics.handshakes_failed, u64::from(implicit));
    }
}

/// Mail servers come with certificates that rustls does not read (X.509 v1). Whoever believes any
/// certificate need not read it.
pub fn the_credulous_need_none_that_can_be_read<W: World>() {
    let key = rcgen::KeyPair::generate().unwrap().serialize_der();
    let key = ring::sign::any_supported_type(&PrivatePkcs8KeyDer::from(key).into()).unwrap();
    let unreadable = CertificateDer::from(b"0\x00".to_vec());
    let unchecked = CertifiedKey::new(vec![unreadable], key);
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(unchecked)));
    let (server, _) = serve_tls::<W>(Arc::new(config).into(), false);
    let name = ServerName::try_from("mx.example.org").unwrap();
    let credulous = ClientTls { config: tls::insecure_client_config().unwrap(), name };
    let wary = Certificate::of_server().client();
    let facts = call::<W>(&server, credulous, false).unwrap();
    assert_eq!(facts.peer_certificate.as_deref(), Some(&b"0\x00"[..]));
    assert!(call::<W>(&server, wary, false).is_err());
    server.finish();
}

pub fn clients_show_theirs_if_they_are_asked<W: World>() {
    let (certificate, own) = (Certificate::of_server(), Certificate::new("client.example.com"));
    let stranger = Certificate::new("client.example.com");
    let with = || certificate.client_with(&own);
    for implicit in [false, true] {
        for required in [false, true] {
            let ask = if required {
                ClientCertificates::Required(own.roots())
            } else {
                ClientCertificates::Optional(own.roots())
            };
            let (server, news) = serve_tls::<W>(certificate.server_that_asks(ask), implicit);
            let secured = |news| match news {
                News::Event(Event::Secured(tls)) => Some(tls.peer_certificate),
                _ => None,
            };
            call::<W>(&server, with(), implicit).unwrap();
            assert_eq!(news.find(secured).as_deref(), Some(own.der()));
            let without = call::<W>(&server, certificate.client(), implicit);
            assert_eq!(without.is_err(), required);
            if !required {
                assert_eq!(news.find(secured), None);
            }
            let unknown = call::<W>(&server, certificate.client_with(&stranger), implicit);
            assert!(unknown.is_err(), "it is by no authority that the server knows");
            let statistics = server.finish();
            let failures = if implicit { 1 + u64::from(required) } else { 0 };
            assert_eq!(statistics.handshakes_failed, failures);
        }
    }
}
