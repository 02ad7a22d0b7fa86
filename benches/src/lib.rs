//! What is measured, and what it is measured with: criterion in `benches/`, instructions in
//! `examples/instructions.rs`, and whatever can be counted in `tests/`.

pub mod corpora;
pub mod machines;
pub mod work;
pub mod works;
