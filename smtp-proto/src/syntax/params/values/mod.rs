//! The parameters of known extensions, as types.

mod auth;
mod body;
mod size;
mod smtputf8;

pub use auth::AuthParam;
pub use body::BodyType;
pub use size::Size;
pub use smtputf8::SmtpUtf8;
