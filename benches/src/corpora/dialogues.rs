//! What a client says in a whole conversation, as a server hears it that keeps up.

use super::bodies;

/// So many messages to so many recipients: the content in one BDAT, or after DATA.
#[must_use]
pub fn mails(messages: usize, recipients: usize, content: &[u8], chunking: bool) -> Vec<u8> {
    let mut said = b"EHLO client.example.org\r\n".to_vec();
    let stuffed = bodies::stuffed(content);
    for _ in 0..messages {
        said.extend_from_slice(b"MAIL FROM:<sender@example.com>\r\n");
        for recipient in 0..recipients {
            said.extend_from_slice(format!("RCPT TO:<user{recipient}@example.org>\r\n").as_bytes());
        }
        if chunking {
            said.extend_from_slice(format!("BDAT {} LAST\r\n", content.len()).as_bytes());
            said.extend_from_slice(content);
        } else {
            said.extend_from_slice(b"DATA\r\n");
            said.extend_from_slice(&stuffed);
        }
    }
    said.extend_from_slice(b"QUIT\r\n");
    said
}

/// Commands in so many rounds of five, and no message in the end.
#[must_use]
pub fn commands(rounds: usize) -> Vec<u8> {
    let round = "NOOP\r\nMAIL FROM:<sender@example.com> SIZE=12345 BODY=8BITMIME\r\n\
        RCPT TO:<one@example.org>\r\nRCPT TO:<two@example.org>\r\nRSET\r\n";
    ["EHLO client.example.org\r\n", &round.repeat(rounds), "QUIT\r\n"].concat().into_bytes()
}

/// One command of so many octets.
#[must_use]
pub fn long_line(octets: usize) -> Vec<u8> {
    format!("EHLO client.example.org\r\nNOOP {}\r\nQUIT\r\n", "x".repeat(octets)).into_bytes()
}
