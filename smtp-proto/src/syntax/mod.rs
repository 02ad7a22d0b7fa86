//! Layer 1: the values of the protocol, parsed and written. Usable on their own.

pub mod address;
pub mod base64;
pub mod capability;
mod class;
pub mod command;
pub mod datetime;
pub mod params;
pub mod protocol;
pub mod reply;
pub mod text;
pub mod unitext;
pub mod verb;
mod words;
pub mod xtext;
