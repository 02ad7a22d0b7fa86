//! What there is to know of an encrypted stream.

use bytes::Bytes;
use rustls::{CipherSuite, ClientConnection, CommonState, ProtocolVersion, ServerConnection};
use smtp_proto::{Exporter, Tls};

/// What a server is told after a handshake.
#[must_use]
pub fn server_facts(connection: &ServerConnection) -> Tls {
    let exporter =
        exporter(connection, |out| connection.export_keying_material(out, LABEL, CONTEXT));
    Tls { server_name: connection.server_name().map(Box::from), ..facts(connection, exporter) }
}

/// What a client is told after a handshake. It knows whom it asked for.
#[must_use]
pub fn client_facts(connection: &ClientConnection) -> Tls {
    let exporter =
        exporter(connection, |out| connection.export_keying_material(out, LABEL, CONTEXT));
    facts(connection, exporter)
}

/// What AUTH can be bound by (RFC 9266 section 2). Before TLS 1.3 it would be unique only with an
/// extended master secret, and rustls does not tell whether there is one.
const LABEL: &[u8] = b"EXPORTER-Channel-Binding";
/// In TLS 1.3 no context and an empty one are the same (RFC 8446 section 7.5).
const CONTEXT: Option<&[u8]> = Some(b"");

fn exporter(
    common: &CommonState,
    export: impl FnOnce([u8; 32]) -> Result<[u8; 32], rustls::Error>,
) -> Option<Exporter> {
    let unique = common.protocol_version() == Some(ProtocolVersion::TLSv1_3);
    if unique { export([0; 32]).ok().map(Exporter) } else { None }
}

fn facts(common: &CommonState, exporter: Option<Exporter>) -> Tls {
    Tls {
        protocol: common.protocol_version().map(protocol),
        cipher: common.negotiated_cipher_suite().map(|suite| cipher(suite.suite())),
        server_name: None,
        peer_certificate: common
            .peer_certificates()
            .and_then(|chain| chain.first())
            .map(|certificate| Bytes::copy_from_slice(certificate)),
        exporter,
    }
}

/// As it is written everywhere, and in `Received` lines: `TLSv1.3`.
fn protocol(version: ProtocolVersion) -> Box<str> {
    match version {
        ProtocolVersion::TLSv1_2 => "TLSv1.2".into(),
        ProtocolVersion::TLSv1_3 => "TLSv1.3".into(),
        other => format!("{other:?}").into(),
    }
}

/// The IANA name. rustls calls the suites of TLS 1.3 `TLS13_...`, IANA `TLS_...`.
fn cipher(suite: CipherSuite) -> Box<str> {
    format!("{suite:?}").replacen("TLS13_", "TLS_", 1).into()
}

#[cfg(test)]
mod tests {
    use rustls::{CipherSuite, ProtocolVersion};

    use super::{cipher, protocol};

    #[test]
    fn names_are_those_of_iana() {
        assert_eq!(&*cipher(CipherSuite::TLS13_AES_128_GCM_SHA256), "TLS_AES_128_GCM_SHA256");
        assert_eq!(
            &*cipher(CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
        );
        assert_eq!(&*protocol(ProtocolVersion::TLSv1_3), "TLSv1.3");
    }
}
