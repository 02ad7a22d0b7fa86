//! Layer 0: the two boxes of a machine.

mod inbox;
mod outbox;

pub use inbox::Inbox;
pub(crate) use inbox::Line;
pub use outbox::Outbox;
