//! The text of a reply: nearly always short, and then not allocated.

use alloc::vec::Vec;
use core::hash;

/// As many octets as nearly all lines have. With them a reply takes 64 octets.
const SHORT: usize = 54;

/// Some octets.
#[derive(Clone)]
pub(super) enum Octets {
    Short { length: u8, octets: [u8; SHORT] },
    Long(Vec<u8>),
}

impl Octets {
    pub(super) fn as_slice(&self) -> &[u8] {
        match self {
            Octets::Short { length, octets } => {
                octets.get(..usize::from(*length)).unwrap_or_default()
            }
            Octets::Long(octets) => octets,
        }
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [u8] {
        match self {
            Octets::Short { length, octets } => {
                octets.get_mut(..usize::from(*length)).unwrap_or_default()
            }
            Octets::Long(octets) => octets,
        }
    }
}

impl From<&[u8]> for Octets {
    fn from(octets: &[u8]) -> Octets {
        let mut short = [0; SHORT];
        match (short.get_mut(..octets.len()), u8::try_from(octets.len())) {
            (Some(to), Ok(length)) => {
                to.copy_from_slice(octets);
                Octets::Short { length, octets: short }
            }
            _ => Octets::Long(octets.to_vec()),
        }
    }
}

impl PartialEq for Octets {
    fn eq(&self, other: &Octets) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Octets {}

impl hash::Hash for Octets {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}
