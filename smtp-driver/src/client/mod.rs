//! A client's usual ways over a [`Connection`]: from the greeting to where messages can be sent,
//! sending them, and taking leave.
//!
//! ```
//! # use smtp_driver::{Clock, Connection, Stream};
//! use smtp_driver::client::{self, Credentials, Login, StartTls};
//! use smtp_proto::client::{Client, Envelope};
//!
//! # async fn example<S: Stream, C: Clock>(mut conn: Connection<Client, S, C>)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! let credentials = Some(Credentials::new("tim", "tanstaaftanstaaf"));
//! client::establish(&mut conn, &Login { starttls: StartTls::Required, credentials }).await?;
//!
//! let envelope = Envelope::new("tim@example.com".parse()?, ["bob@example.org".parse()?]);
//! let content = &b"Subject: tea\r\n\r\nAt five.\r\n"[..];
//! let delivery = client::send(&mut conn, envelope, content).await?;
//! for recipient in &delivery.recipients {
//!     println!("{}: {:?}", recipient.path, recipient.fate);
//! }
//! client::quit(&mut conn).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Nothing here can do what the machine's own requests and events can't: an application that wants
//! something else uses those, before and after.

mod body;
#[cfg(feature = "net")]
mod connect;
mod credentials;
mod delivery;
mod describe;
mod establish;
mod limits;
mod login;
mod quit;
mod reader;
mod send;
#[cfg(feature = "net")]
mod target;
#[cfg(feature = "net")]
mod unreachable;

pub use body::BodySource;
#[cfg(feature = "net")]
pub use connect::{ClientConnection, Connector};
pub use credentials::Credentials;
pub use delivery::{Delivery, Fate, Lost, RecipientOutcome, SendFailure};
pub use describe::describe;
pub use establish::{establish, establish_with};
pub use limits::{Cause, PartlySent, send_within_limits};
pub use login::{EstablishError, Established, Login, StartTls};
pub use quit::quit;
pub use reader::ReaderBody;
pub use send::{send, send_all};
#[cfg(feature = "net")]
pub use target::Target;
#[cfg(feature = "net")]
pub use unreachable::{Address, Attempt, ConnectError};

#[cfg(doc)]
use crate::Connection;
