//! What the tests of this layer share.

use alloc::vec::Vec;

/// The octets that mean something, one that does not, and one that some software stops at.
pub(super) const ALPHABET: [u8; 5] = [b'\r', b'\n', b'.', b'a', 0];

/// Cuts `input` into pieces as long as `cuts` says, over and over. Some may be empty.
pub(super) fn pieces<'a>(input: &'a [u8], cuts: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    let endless = cuts.iter().all(|cut| *cut == 0);
    let mut cuts = cuts.iter().copied().cycle();
    let mut rest = Some(input);
    core::iter::from_fn(move || {
        let input = rest.filter(|rest| !rest.is_empty())?;
        let cut = if endless { input.len() } else { cuts.next().unwrap().min(input.len()) };
        let (piece, behind) = input.split_at(cut);
        rest = Some(behind);
        Some(piece)
    })
}

/// Calls `visit` with every input of up to `longest` octets.
pub(super) fn every_input(longest: usize, visit: &mut impl FnMut(&[u8])) {
    fn extend(input: &mut Vec<u8>, longest: usize, visit: &mut impl FnMut(&[u8])) {
        visit(input);
        if input.len() < longest {
            for octet in ALPHABET {
                input.push(octet);
                extend(input, longest, visit);
                input.pop();
            }
        }
    }
    extend(&mut Vec::new(), longest, visit);
}
