//! Parameters: a map from keyword to value.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::syntax::params::Params;

impl<T: AsRef<str>> Serialize for Params<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Some formats have to be told the number first.
        let params: Vec<_> = self.iter().map(|param| (param.keyword, param.value)).collect();
        serializer.collect_map(params)
    }
}

impl<'de> Deserialize<'de> for Params {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Pushed)
    }
}

struct Pushed;

impl<'de> Visitor<'de> for Pushed {
    type Value = Params;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map from the keywords of parameters to their values or null")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Params, A::Error> {
        let mut params = Params::none();
        while let Some((keyword, value)) = map.next_entry::<String, Option<String>>()? {
            params.push(&keyword, value.as_deref()).map_err(A::Error::custom)?;
        }
        Ok(params)
    }
}
