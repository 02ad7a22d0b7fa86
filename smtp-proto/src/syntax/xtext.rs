//! xtext
