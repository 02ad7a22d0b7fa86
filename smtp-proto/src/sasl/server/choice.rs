//! Which mechanism a name is of.

use alloc::boxed::Box;

#[cfg(feature = "cram-md5")]
use super::CramMd5;
use super::{Anonymous, Decoy, External, Login, Mechanism, OauthBearer, Plain, Xoauth2};
#[cfg(feature = "scram")]
use super::{Binding, Scram};
use crate::machine::Exporter;
#[cfg(feature = "scram")]
use crate::sasl::Hash;
use crate::sasl::Nonce;

/// Any mechanism.
pub type Boxed = Box<dyn Mechanism + Send>;

/// What the mechanisms need that are more than a password in clear text.
#[derive(Debug)]
pub struct Setting<'a> {
    /// The server's own name.
    pub hostname: &'a str,
    /// Fresh from a source of random numbers, for this exchange.
    pub nonce: Nonce,
    /// What stands in for users that there are not.
    pub decoy: &'a Decoy,
    /// What the connection can be bound by; none in the clear.
    pub exporter: Option<Exporter>,
    /// Whether the -PLUS form of the mechanism is offered on this connection.
    pub plus_offered: bool,
}

/// The mechanism of this name, if it is one of those that need nothing else: PLAIN, LOGIN, EXTERNAL,
/// ANONYMOUS, OAUTHBEARER and XOAUTH2. Case does not matter.
#[must_use]
pub fn for_name(name: &str) -> Option<Boxed> {
    let simple: [Boxed; 6] = [
        Box::new(Plain::new()),
        Box::new(Login::new()),
        Box::new(External::new()),
        Box::new(Anonymous::new()),
        Box::new(OauthBearer::new()),
        Box::new(Xoauth2::new()),
    ];
    simple.into_iter().find(|mechanism| mechanism.name().eq_ignore_ascii_case(name))
}

/// The mechanism of this name, if it is one of those here.
#[must_use]
pub fn mechanism(name: &str, setting: Setting<'_>) -> Option<Boxed> {
    for_name(name).or_else(|| hashed(name, setting))
}

fn hashed(name: &str, setting: Setting<'_>) -> Option<Boxed> {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    #[cfg(feature = "cram-md5")]
    if is("CRAM-MD5") {
        let Setting { hostname, nonce, decoy, .. } = &setting;
        return Some(Box::new(CramMd5::new(hostname, nonce, (*decoy).clone())));
    }
    #[cfg(feature = "scram")]
    for hash in [Hash::Sha256, Hash::Sha1] {
        let binding = if is(hash.mechanism_plus()) {
            Binding::TlsExporter(setting.exporter?)
        } else if !is(hash.mechanism()) {
            continue;
        } else if setting.plus_offered {
            Binding::Offered
        } else {
            Binding::Unavailable
        };
        let decoy = setting.decoy.clone();
        return Some(Box::new(Scram::new(hash, binding, setting.nonce, decoy)));
    }
    let _ = (is, setting);
    None
}
