//! Values in JSON and in postcard, a format that does not describe itself: what they look like,
//! that they come back as they were, and what is refused.

#[path = "serde/generate.rs"]
mod generate;
#[path = "serde/refused.rs"]
mod refused;
#[path = "serde/round_trips.rs"]
mod round_trips;
#[path = "serde/shapes.rs"]
mod shapes;

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Goes through every format and comes back.
fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), *value, "{text}");
    // From a stream there is nothing that could be borrowed.
    assert_eq!(serde_json::from_reader::<_, T>(text.as_bytes()).unwrap(), *value, "{text}");
    let octets = postcard::to_allocvec(value).unwrap();
    assert_eq!(postcard::from_bytes::<T>(&octets).unwrap(), *value, "{text}");
}

/// The same JSON, and back again.
fn is_written<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, json: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), json);
    round_trip(value);
}

/// What reading it says is wrong.
fn refusal<T: DeserializeOwned + Debug>(json: &str) -> String {
    match serde_json::from_str::<T>(json) {
        Ok(value) => panic!("{json} was taken for {value:?}"),
        Err(error) => error.to_string(),
    }
}
