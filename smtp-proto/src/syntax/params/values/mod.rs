//! The parameters of known extensions, as types.

mod auth;
mod body;
mod content;
mod deliverby;
mod dsn;
mod futurerelease;
mod mtpriority;
mod mtrk;
mod orcpt;
mod requiretls;
mod rrvs;
mod size;
mod smtputf8;
mod solicit;
mod transid;
mod xverp;

pub use auth::AuthParam;
pub use body::BodyType;
pub use content::{ConNeg, ConPerm};
pub use deliverby::{By, ByMode};
pub use dsn::{EnvId, Notify, Ret};
pub use futurerelease::{HoldFor, HoldUntil};
pub use mtpriority::MtPriority;
pub use mtrk::Mtrk;
pub use orcpt::Orcpt;
pub use requiretls::RequireTls;
pub use rrvs::{NoSupport, Rrvs};
pub use size::Size;
pub use smtputf8::SmtpUtf8;
pub use solicit::Solicit;
pub use transid::TransId;
pub use xverp::Xverp;

/// `1*9DIGIT`
fn nine_digits(text: &str) -> Option<u32> {
    let digits = matches!(text.len(), 1..=9) && text.bytes().all(|octet| octet.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}
