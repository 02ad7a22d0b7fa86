//! Taking leave.

use smtp_proto::client::{Client, Event};
use smtp_proto::error::Close;

use super::Lost;
use crate::{Clock, Connection, Error, Stream};

/// Says QUIT and waits until the connection is closed.
///
/// The connection is ready for a request, as [`establish`](super::establish) and
/// [`send`](super::send) leave it.
///
/// # Errors
///
/// The conversation ended in another way. No message that has an outcome is concerned by that.
pub async fn quit<S: Stream, C: Clock>(conn: &mut Connection<Client, S, C>) -> Result<(), Lost> {
    conn.quit().map_err(Error::from)?;
    let mut close = Close::Peer;
    while let Some(event) = conn.next().await? {
        if let Event::Closed(why) = event {
            close = why;
        }
    }
    if close == Close::Quit { Ok(()) } else { Err(Lost::Closed(close)) }
}
