//! Layer 4: values in JSON and other formats, by `serde`.
//!
//! Behind the feature `serde`, which is off by default. It needs no `std`.
//!
//! | value | shape |
//! |---|---|
//! | `Domain`, `AddressLiteral`, `Host`, `Mailbox`, `HelloName`, `Text`, `Mechanism` | the string |
//! | `ReversePath`, `ForwardPath` | the path in brackets: `"<user@example.org>"`, `"<>"` |
//! | `AuthParam` | `"<>"`, or the mailbox: decoded, as it is anywhere else |
//! | `BodyType`, `Extension`, `Verb` | the keyword: `"8BITMIME"`, `"STARTTLS"`, `"RCPT"` |
//! | `Protocol` | `"smtp"`, `"submission"` or `"lmtp"` |
//! | `Params` | a map from keyword to value, null where there is none |
//! | `Code`, `Class` | the number: 550, 5 |
//! | `EnhancedCode`, `Status` | `"5.1.1"`, `"X.1.1"` |
//! | `Reply` | `{"code", "enhanced", "lines"}`, the lines as they were sent |
//! | `Capabilities` | the list of lines; a `Capability`, which is only written, is one of them |
//! | `Envelope`, `Recipient` | their fields |
//!
//! ```
//! use smtp_proto::client::Envelope;
//!
//! let envelope: Envelope = serde_json::from_str(
//!     r#"{
//!         "from": "<alice@example.org>",
//!         "to": [{ "path": "<bob@example.com>", "params": { "NOTIFY": "NEVER" } }],
//!         "size": 1024
//!     }"#,
//! )?;
//! assert_eq!(envelope.to[0].params.to_string(), "NOTIFY=NEVER");
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Reading goes through the parsers that read the wire, so a value is as valid as if it had come
//! from there: no CR, LF or NUL gets into an address, a parameter or a reply this way.
//!
//! Every field is written, in every format. Of an envelope, all but `from` and `to` may be missing,
//! and then have the values that [`Envelope::new`](crate::client::Envelope::new) gives them: what an
//! older version has stored can be read, as long as the format names its fields. Fields that are
//! not known are refused: a newer version may have stored there what the message must not be sent
//! without.
//!
//! `Params` are a map because keywords are looked up, and can't come twice. It is in their order,
//! to which SMTP gives no meaning; but [`Params`](crate::syntax::params::Params) that a tool has
//! put into another order on the way are not equal to what they were.

mod capability;
mod envelope;
mod number;
mod params;
mod reply;
mod string;
