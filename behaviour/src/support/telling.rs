//! What one thread tells another.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::PATIENCE;

pub(crate) fn ear<T>() -> (Mouth<T>, Ear<T>) {
    let (mouth, ear) = channel();
    (Mouth(mouth), Ear(ear))
}

pub(crate) struct Mouth<T>(Sender<T>);

impl<T> Clone for Mouth<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Mouth<T> {
    /// Whether anybody listens or not.
    pub(crate) fn tell(&self, news: T) {
        let _ = self.0.send(news);
    }
}

pub(crate) struct Ear<T>(Receiver<T>);

impl<T> Ear<T> {
    /// What is told next. It has to come.
    pub(crate) fn next(&self) -> T {
        self.0.recv_timeout(PATIENCE).expect("nothing is told")
    }

    /// What is told next that is of interest.
    pub(crate) fn find<U>(&self, mut of_interest: impl FnMut(T) -> Option<U>) -> U {
        loop {
            if let Some(found) = of_interest(self.next()) {
                return found;
            }
        }
    }

    /// All that was told so far and not heard yet.
    pub(crate) fn so_far(&self) -> Vec<T> {
        self.0.try_iter().collect()
    }
}
