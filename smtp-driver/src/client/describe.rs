//! What an envelope says about the content.

use smtp_proto::body::Survey;
use smtp_proto::client::Envelope;
use smtp_proto::syntax::params::BodyType;

/// Fills in what the envelope leaves open: `size` if it is `None`, and `body` if it is
/// [`SevenBit`](BodyType::SevenBit) and the content is not.
///
/// Octets above 0x7F make it `8BITMIME`, NUL makes it `BINARYMIME`.
pub fn describe(envelope: &mut Envelope, content: &[u8]) {
    let mut survey = Survey::new();
    survey.push(content);
    let found = survey.finish();
    if envelope.body == BodyType::SevenBit {
        envelope.body = if found.nul {
            BodyType::BinaryMime
        } else if found.eight_bit {
            BodyType::EightBitMime
        } else {
            BodyType::SevenBit
        };
    }
    if envelope.size.is_none() {
        envelope.size = Some(match envelope.body {
            BodyType::BinaryMime => content.len() as u64, // goes out as it is
            _ => found.octets,
        });
    }
}
