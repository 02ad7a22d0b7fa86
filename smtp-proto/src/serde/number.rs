//! Values that are one number.

use serde::de::{Error, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::syntax::reply::{Class, Code};

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.as_u16())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u16::deserialize(deserializer)?;
        let unexpected = Unexpected::Unsigned(number.into());
        Code::new(number)
            .ok_or_else(|| D::Error::invalid_value(unexpected, &"a reply code from 200 to 599"))
    }
}

impl Serialize for Class {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.digit())
    }
}

impl<'de> Deserialize<'de> for Class {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digit = u8::deserialize(deserializer)?;
        [Class::Positive, Class::Intermediate, Class::Transient, Class::Permanent]
            .into_iter()
            .find(|class| class.digit() == digit)
            .ok_or_else(|| {
                let unexpected = Unexpected::Unsigned(digit.into());
                D::Error::invalid_value(unexpected, &"the first digit of a reply code, 2 to 5")
            })
    }
}
