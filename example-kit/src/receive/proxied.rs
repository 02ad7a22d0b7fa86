//! Whom a trusted client speaks for: what XCLIENT and XFORWARD say.

use std::net::{IpAddr, SocketAddr};

use serde_json::{Map, Value};
use smtp_proto::syntax::command::{AttributeName, AttributeValue, Attributes};

/// What was said by one of the two. What is said later stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    /// Attribute by attribute; null for what is not known.
    attributes: Map<String, Value>,
    /// The client's, if they are known.
    address: Option<IpAddr>,
    port: Option<u16>,
}

impl Said {
    pub(super) fn hear(&mut self, attributes: &Attributes) {
        for attribute in attributes.iter() {
            let value = match attribute.value() {
                AttributeValue::Text(text) => Value::from(&**text),
                AttributeValue::Unavailable | AttributeValue::TempUnavailable => Value::Null,
            };
            self.attributes.insert(attribute.name().as_str().to_ascii_lowercase(), value);
            match attribute.name() {
                AttributeName::Addr => self.address = attributes.addr(),
                AttributeName::Port => self.port = attributes.port(),
                _ => {}
            }
        }
    }

    /// All of it; nothing if nothing was said.
    pub(super) fn record(&self) -> Option<Map<String, Value>> {
        (!self.attributes.is_empty()).then(|| self.attributes.clone())
    }

    /// The client's address and port, if anything was said of its address.
    pub(super) fn client(&self) -> Option<String> {
        self.attributes.get("addr")?;
        Some(match (self.address, self.port) {
            (None, _) => "unknown".into(),
            (Some(address), None) => address.to_string(),
            (Some(address), Some(port)) => SocketAddr::new(address, port).to_string(),
        })
    }
}
