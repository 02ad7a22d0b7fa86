//! newline
