//! What things cost.

pub(crate) mod instructions;
pub(crate) mod time;

/// What one item costs one contestant.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    pub(crate) nanoseconds: Option<f64>,
    pub(crate) instructions: Option<f64>,
    pub(crate) allocations: Option<f64>,
}
