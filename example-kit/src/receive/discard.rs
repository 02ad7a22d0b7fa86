//! A conversation that leaves nothing behind.

use std::sync::Arc;

use smtp_driver::{Clock, Connection, Error, Stream};
use smtp_proto::server::{Event, Server};
use tracing::{debug, info, warn};

use super::auth::Login;
use super::users::Users;

/// Has a conversation, to its end. What is sent is accepted and thrown away.
pub(super) async fn discard<S: Stream, C: Clock>(
    users: Arc<Users>,
    mut conn: Connection<Server, S, C>,
) {
    if let Err(error) = talk(&users, &mut conn).await {
        warn!("{error}");
    }
}

async fn talk<S: Stream, C: Clock>(
    users: &Users,
    conn: &mut Connection<Server, S, C>,
) -> Result<(), Error> {
    // Few log in, and it takes room.
    let mut login: Option<Box<Login<'_>>> = None;
    while let Some(event) = conn.next().await? {
        match event {
            Event::Auth { mechanism, initial } => {
                let login = login.get_or_insert_with(|| Box::new(Login::new(users)));
                logged_in(login.begin(conn, &mechanism, initial.as_ref())?);
            }
            Event::AuthResponse(response) => {
                let login = login.get_or_insert_with(|| Box::new(Login::new(users)));
                logged_in(login.respond(conn, &response)?);
            }
            Event::Fault(fault) => warn!("{fault}"),
            Event::Closed(close) => debug!("{close}"),
            question if question.is_question() => conn.accept()?,
            _ => {}
        }
    }
    Ok(())
}

fn logged_in(user: Option<String>) {
    if let Some(user) = user {
        info!("logged in as {user:?}");
    }
}
