//! Random numbers, from the operating system.

use std::io;

use smtp_proto::sasl::Nonce;

/// A fresh nonce for one AUTH exchange, from the operating system.
///
/// # Errors
///
/// The system has no random numbers to give, which does not happen once it has started.
pub fn nonce() -> io::Result<Nonce> {
    let mut octets = [0; 18];
    fill_random(&mut octets)?;
    Ok(Nonce::from_random(&octets))
}

/// Fills it with random octets from the operating system: for salt, and for the secret of a
/// [`Decoy`](smtp_proto::sasl::server::Decoy).
///
/// # Errors
///
/// As with [`nonce`].
pub fn fill_random(octets: &mut [u8]) -> io::Result<()> {
    getrandom::fill(octets).map_err(io::Error::from)
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_are_the_same() {
        assert_ne!(super::nonce().unwrap(), super::nonce().unwrap());
    }
}
