//! Whether a connection that is free is as it was left.

use std::future::poll_fn;
use std::io::ErrorKind;
use std::mem::MaybeUninit;
use std::task::{Context, Poll};
use std::time::Duration;

use smtp_proto::Machine;
use smtp_proto::client::Event;
use smtp_proto::session::Phase;
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::task::unconstrained;
use tokio::time::timeout;

use crate::ClientConnection;

/// How long the server may take to answer when it is asked whether it is there.
const PROBE: Duration = Duration::from_secs(10);

/// Whether nothing has come that the server was not asked for: a reply (421 may come at any time,
/// RFC 5321 section 3.8), the end of the stream, an error. Asks nobody, and waits for nobody.
pub(super) async fn is_quiet(conn: &mut ClientConnection) -> bool {
    // What has come is in the socket before the runtime knows of it, and a runtime that is busy may
    // take its time. Only what it knows of can be read.
    if let Some(socket) = socket(conn)
        && has_something(socket)
        && socket.readable().await.is_err()
    {
        return false;
    }
    // Nor is a task that has used up its share of time told of anything.
    unconstrained(poll_fn(|cx| Poll::Ready(look(conn, cx)))).await
}

/// The same, by what the runtime knows; writes what there is to be written.
pub(super) fn look(conn: &mut ClientConnection, cx: &mut Context<'_>) -> bool {
    loop {
        // Fails if the conversation is over, or not at a point where something may be asked for.
        if conn.idle().is_err() {
            return false;
        }
        match conn.poll_next(cx) {
            // The reply to RSET is in; there was nothing else to wait for.
            Poll::Ready(Ok(Some(Event::Ready))) => {}
            Poll::Ready(_) => return false,
            Poll::Pending => break,
        }
    }
    // Where the reply to RSET is still to come, a part of it may be here.
    let undisturbed = conn.phase() != Phase::Ready || conn.inbox().is_empty();
    undisturbed && !conn.outbox().is_closed()
}

/// Whether the server answers NOOP, and says yes.
pub(super) async fn answers(conn: &mut ClientConnection) -> bool {
    let asking = async {
        conn.noop().ok()?;
        let mut answer = None;
        loop {
            match conn.next().await.ok()?? {
                Event::Answer(reply) => answer = Some(reply.is_positive()),
                Event::Ready => return answer,
                Event::Closed(_) => return None,
                _ => {}
            }
        }
    };
    matches!(timeout(PROBE, asking).await, Ok(Some(true)))
}

fn socket(conn: &ClientConnection) -> Option<&TcpStream> {
    let stream = conn.stream();
    let plain = stream.as_plain().map(|io| &io.0);
    plain.or_else(|| stream.as_secure().map(|io| io.0.get_ref().0))
}

/// Whether there is something to read, if only the end or an error.
fn has_something(socket: &TcpStream) -> bool {
    let peeked = SockRef::from(socket).peek(&mut [MaybeUninit::uninit()]);
    !matches!(peeked, Err(error) if error.kind() == ErrorKind::WouldBlock)
}
