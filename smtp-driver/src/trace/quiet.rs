//! Nothing is told.
#![allow(
    clippy::extra_unused_type_parameters,
    clippy::unused_self,
    reason = "the same calls as in `spans`"
)]

use std::io::IoSlice;

use smtp_proto::Machine;

#[derive(Debug)]
pub(crate) struct Trace;

impl Trace {
    pub(crate) fn new<M: Machine>() -> Self {
        Self
    }

    pub(crate) fn turned<M: Machine>(self) -> Self {
        self
    }

    pub(crate) fn event<M: Machine>(&mut self, _: &M::Event) {}

    pub(crate) fn written<M: Machine>(&mut self, _: &[IoSlice<'_>], _: usize) {}

    #[cfg(feature = "net")]
    pub(crate) fn peer(&self, _: impl std::fmt::Display) {}

    #[cfg(feature = "net")]
    pub(crate) fn scope(&self) -> Scope {
        Scope
    }
}

#[cfg(feature = "net")]
pub(crate) struct Scope;

#[cfg(feature = "net")]
impl Scope {
    pub(crate) fn run<F: Future>(self, future: F) -> F {
        future
    }
}
