//! Envelopes: their fields. All but the addresses may be missing.

use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::client::{Envelope, Recipient};
use crate::syntax::address::{ForwardPath, ReversePath};
use crate::syntax::params::{AuthParam, BodyType, Params};

/// The fields of an [`Envelope`]; what may be missing is as [`Envelope::new`] has it.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Envelope", rename = "Envelope", deny_unknown_fields)]
struct EnvelopeFields {
    from: ReversePath,
    to: Vec<Recipient>,
    #[serde(default = "seven_bit")]
    body: BodyType,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    smtputf8: bool,
    #[serde(default)]
    burl: bool,
    #[serde(default)]
    auth: Option<AuthParam>,
    #[serde(default)]
    params: Params,
}

/// The fields of a [`Recipient`].
#[derive(Serialize, Deserialize)]
#[serde(remote = "Recipient", rename = "Recipient", deny_unknown_fields)]
struct RecipientFields {
    path: ForwardPath,
    #[serde(default)]
    params: Params,
}

fn seven_bit() -> BodyType {
    BodyType::SevenBit
}

impl Serialize for Envelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        EnvelopeFields::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        EnvelopeFields::deserialize(deserializer)
    }
}

impl Serialize for Recipient {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RecipientFields::serialize(self, serializer)
    }
}

impl<'de> Deserialize<'de> for Recipient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RecipientFields::deserialize(deserializer)
    }
}
