//! The examples `receive` and `send`, for any runtime.
//!
//! Each adapter has both, with the same options and the same behaviour: all of that is here. What
//! is left to an example is what it needs of its runtime: a [`receive::Host`], a [`send::Host`].

pub mod receive;
pub mod send;

/// What this machine calls itself, if that can be told and makes sense.
fn own_name<T: std::str::FromStr>() -> Option<T> {
    #[cfg(unix)]
    return rustix::system::uname().nodename().to_str().ok()?.parse().ok();
    #[cfg(not(unix))]
    None
}
