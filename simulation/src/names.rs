//! Addresses that say which message and which recipient they are for.

use smtp_proto::syntax::address::ForwardPath;

/// The path of a recipient.
pub(crate) fn path((message, recipient): (usize, usize)) -> ForwardPath {
    let domain = recipient % 3;
    let path = format!("r{recipient}.m{message}@d{domain}.example");
    path.parse().expect("it is an address")
}

/// Which message and which recipient a path is for, as the server sees it.
pub(crate) fn parse(path: &str) -> (usize, usize) {
    let numbers = path.strip_prefix("<r").and_then(|rest| {
        let (recipient, rest) = rest.split_once(".m")?;
        let (message, _) = rest.split_once('@')?;
        Some((message.parse().ok()?, recipient.parse().ok()?))
    });
    numbers.unwrap_or_else(|| panic!("nobody named {path} as a recipient"))
}
