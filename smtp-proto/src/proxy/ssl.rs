//! The client's TLS, as the proxy saw it (section 2.2.6).

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::ProxyError;
use super::tlv::{Frames, once, put, put_some, text};

/// The client's TLS, which ended at the proxy. The texts are without controls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ssl {
    /// The flags; see [`is_tls`](Ssl::is_tls) and [`has_certificate`](Ssl::has_certificate).
    pub client: u8,
    /// What came of verifying the client's certificate: zero if it is good, and also if there is
    /// none, so see [`is_verified`](Ssl::is_verified).
    pub verify: u32,
    /// The version of TLS: `TLSv1.3`.
    pub version: Option<Box<str>>,
    /// The Common Name of the client's certificate, whether or not that was verified.
    pub common_name: Option<Box<str>>,
    /// The cipher: `TLS_AES_256_GCM_SHA384`.
    pub cipher: Option<Box<str>>,
    /// The algorithm that signed the proxy's certificate: `RSA-SHA256`.
    pub signature_algorithm: Option<Box<str>>,
    /// The algorithm of the key of the proxy's certificate: `RSA2048`.
    pub key_algorithm: Option<Box<str>>,
    /// The key exchange: `secp256r1`.
    pub group: Option<Box<str>>,
    /// The algorithm by which the proxy signed the handshake: `rsa_pss_rsae_sha256`.
    pub signature_scheme: Option<Box<str>>,
    /// The client's certificate in DER, whether or not it was verified.
    pub client_certificate: Option<Box<[u8]>>,
    others: Vec<u8>,
}

const VERSION: u8 = 0x21;
const COMMON_NAME: u8 = 0x22;
const CIPHER: u8 = 0x23;
const SIGNATURE_ALGORITHM: u8 = 0x24;
const KEY_ALGORITHM: u8 = 0x25;
const GROUP: u8 = 0x26;
const SIGNATURE_SCHEME: u8 = 0x27;
const CLIENT_CERTIFICATE: u8 = 0x28;

impl Ssl {
    /// The flag of a client that speaks TLS.
    pub const CLIENT_SSL: u8 = 0x01;
    /// The flag of a client that gave a certificate in this connection.
    pub const CLIENT_CERT_CONN: u8 = 0x02;
    /// The flag of a client that gave a certificate in this TLS session, perhaps in an earlier
    /// connection.
    pub const CLIENT_CERT_SESS: u8 = 0x04;

    /// Whether the client speaks TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        self.client & Ssl::CLIENT_SSL != 0
    }

    /// Whether the client gave a certificate, in this connection or when its TLS session began.
    #[must_use]
    pub fn has_certificate(&self) -> bool {
        self.is_tls() && self.client & (Ssl::CLIENT_CERT_CONN | Ssl::CLIENT_CERT_SESS) != 0
    }

    /// Whether the client gave a certificate and the proxy has verified it.
    ///
    /// The specification wants [`verify`](Ssl::verify) to be zero only then, but `HAProxy` sends
    /// zero for a client without a certificate too.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        self.has_certificate() && self.verify == 0
    }

    /// The Common Name of the client's certificate, if the proxy has verified that.
    #[must_use]
    pub fn verified_name(&self) -> Option<&str> {
        self.common_name.as_deref().filter(|_| self.is_verified())
    }

    /// What has no field here: type and value, in their order.
    pub fn others(&self) -> impl Iterator<Item = (u8, &[u8])> {
        Frames(&self.others).flatten()
    }

    pub(super) fn parse(value: &[u8]) -> Result<Ssl, ProxyError> {
        let Some((&[client, verify @ ..], rest)) = value.split_first_chunk::<5>() else {
            return Err(ProxyError::Malformed("the TLV about TLS has less than five octets"));
        };
        let mut ssl = Ssl { client, verify: u32::from_be_bytes(verify), ..Ssl::default() };
        for frame in Frames(rest) {
            let (kind, value) = frame?;
            match ssl.text_field(kind) {
                Some(field) => once(field, text(value)?)?,
                None if kind == CLIENT_CERTIFICATE => {
                    once(&mut ssl.client_certificate, value.into())?;
                }
                None => put(&mut ssl.others, kind, value),
            }
        }
        Ok(ssl)
    }

    fn text_field(&mut self, kind: u8) -> Option<&mut Option<Box<str>>> {
        match kind {
            VERSION => Some(&mut self.version),
            COMMON_NAME => Some(&mut self.common_name),
            CIPHER => Some(&mut self.cipher),
            SIGNATURE_ALGORITHM => Some(&mut self.signature_algorithm),
            KEY_ALGORITHM => Some(&mut self.key_algorithm),
            GROUP => Some(&mut self.group),
            SIGNATURE_SCHEME => Some(&mut self.signature_scheme),
            _ => None,
        }
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.push(self.client);
        out.extend_from_slice(&self.verify.to_be_bytes());
        for (kind, field) in [
            (VERSION, &self.version),
            (COMMON_NAME, &self.common_name),
            (CIPHER, &self.cipher),
            (SIGNATURE_ALGORITHM, &self.signature_algorithm),
            (KEY_ALGORITHM, &self.key_algorithm),
            (GROUP, &self.group),
            (SIGNATURE_SCHEME, &self.signature_scheme),
        ] {
            put_some(out, kind, field.as_deref().map(str::as_bytes));
        }
        put_some(out, CLIENT_CERTIFICATE, self.client_certificate.as_deref());
        out.extend_from_slice(&self.others);
    }
}
