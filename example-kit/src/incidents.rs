//! What goes wrong around connections, in the log.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use smtp_driver::server::Incident;
use tracing::warn;

/// How long nothing more is said of what was said already.
const QUIET: Duration = Duration::from_secs(30);

/// Tells of each incident; of those that come again and again only now and then, and how often it was.
///
/// Who has no descriptor left can't accept a connection, and a moment later can't accept it again. To
/// write that down each time would fill the disk as well.
#[must_use]
pub fn observer() -> Box<dyn Fn(Incident) + Send + Sync> {
    let accept = Reminder::default();
    let spawn = Reminder::default();
    Box::new(move |incident| {
        let reminder = match &incident {
            Incident::Accept(_) => &accept,
            Incident::Spawn(..) => &spawn,
            _ => return warn!("{incident}"),
        };
        match reminder.due(Instant::now()) {
            None => {}
            Some(0) => warn!("{incident}"),
            Some(more) => warn!("{incident}; and {more} times more since this was told last"),
        }
    })
}

/// When something was told last.
#[derive(Debug, Default)]
struct Reminder(Mutex<Option<(Instant, u64)>>);

impl Reminder {
    /// Whether to tell of it now, and how often it was held back.
    fn due(&self, now: Instant) -> Option<u64> {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *told {
            Some((last, held_back)) if now.duration_since(*last) < QUIET => {
                *held_back += 1;
                None
            }
            last => Some(last.replace((now, 0)).map_or(0, |(_, held_back)| held_back)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{QUIET, Reminder};

    #[test]
    fn what_goes_on_is_told_now_and_then() {
        let reminder = Reminder::default();
        let began = Instant::now();
        let told: Vec<_> = (0..100)
            .filter_map(|second| reminder.due(began + Duration::from_secs(second)))
            .collect();
        let quiet = QUIET.as_secs() - 1;
        assert_eq!(told, [0, quiet, quiet, quiet]);
    }
}
