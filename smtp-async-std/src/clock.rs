//! The clock of async-io, which async-std and smol share.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use async_io::Timer;
use smtp_driver::AlarmClock;

/// The clock of async-io, which async-std and smol share.
pub type Clock = AlarmClock<Alarm>;

/// A timer of async-io's.
#[derive(Debug)]
pub struct Alarm(Timer);

impl smtp_driver::Alarm for Alarm {
    fn at(time: Instant) -> Self {
        Self(Timer::at(time))
    }

    fn set(&mut self, time: Instant) {
        self.0.set_at(time);
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx).map(drop)
    }
}
