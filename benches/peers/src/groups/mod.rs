//! What is compared.

mod client;
mod command;
mod reply;
mod server;
mod stuff;
mod unstuff;

use crate::contest::{Contest, Topic};

pub(crate) const GROUPS: [&str; 6] = ["command", "reply", "unstuff", "stuff", "server", "client"];

/// Everything there is to compete over in a group.
pub(crate) fn topics(group: &str) -> Vec<Topic> {
    match group {
        "command" => command::topics(),
        "reply" => reply::topics(),
        "unstuff" => unstuff::topics(),
        "stuff" => stuff::topics(),
        "server" => server::topics(),
        "client" => client::topics(),
        _ => panic!("no such group: {group}"),
    }
}

pub(crate) fn contest(topic: Topic) -> Contest {
    match topic.group {
        "command" => command::contest(topic),
        "reply" => reply::contest(topic),
        "unstuff" => unstuff::contest(topic),
        "stuff" => stuff::contest(topic),
        "server" => server::contest(topic),
        _ => client::contest(topic),
    }
}
