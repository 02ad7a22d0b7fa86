//! What the tests are made of.

mod certificate;
mod masked;
mod memory;
mod raw;
mod scripted;
mod serving;
mod telling;
mod usual;

pub(crate) use certificate::Certificate;
pub(crate) use masked::{Exchange, KEY};
pub(crate) use memory::{End, duplex};
pub(crate) use raw::{Raw, nobody, play};
pub(crate) use scripted::Scripted;
pub(crate) use serving::{News, Served, bind, serve, serve_with, start, tell_all};
pub(crate) use telling::{Ear, Mouth, ear};
pub(crate) use usual::{
    PATIENCE, another_loopback, client_config, connector, envelope, eventually, millis, send_tea,
    server_config,
};
