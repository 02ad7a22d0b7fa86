//! How long the sender is left without an answer.
//!
//! A little less than what RFC 5321 section 4.5.3.2 has it wait: so it is the relay that gives up
//! first, and the sender hears why, instead of being gone when the next hop accepts.

use std::time::Duration;

/// MAIL, and all that comes before it: connecting, TLS, the hello.
pub(crate) const MAIL: Duration = Duration::from_secs(5 * 60 - 20);

/// RCPT.
pub(crate) const RCPT: Duration = Duration::from_secs(5 * 60 - 20);

/// DATA.
pub(crate) const DATA: Duration = Duration::from_secs(2 * 60 - 20);

/// The next hop takes nothing of the content.
pub(crate) const BLOCK: Duration = Duration::from_secs(3 * 60 - 20);

/// The end of the content, what is still on its way to the next hop included.
pub(crate) const MESSAGE: Duration = Duration::from_secs(10 * 60 - 20);

/// The content as a whole. The sender may be held up by the next hop, so this is no less than what
/// two that are as slow as they may be can need for it.
pub(crate) const CONTENT: Duration = Duration::from_secs(6 * 60 * 60);
