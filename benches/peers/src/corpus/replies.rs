//! Replies.

use super::Lines;

/// Of one line each.
pub(crate) const LINES: Lines = &[
    "250 2.1.5 Recipient OK\r\n",
    "250 2.0.0 Ok: queued as 4fKx2J1BzGz9sX\r\n",
    "354 End data with <CR><LF>.<CR><LF>\r\n",
    "550 5.1.1 <bob@example.net>: Recipient address rejected: User unknown\r\n",
];

/// To EHLO, in ten lines.
pub(crate) const EHLO: Lines = &[concat!(
    "250-mx.example.org\r\n",
    "250-PIPELINING\r\n",
    "250-SIZE 10240000\r\n",
    "250-VRFY\r\n",
    "250-ETRN\r\n",
    "250-STARTTLS\r\n",
    "250-ENHANCEDSTATUSCODES\r\n",
    "250-8BITMIME\r\n",
    "250-DSN\r\n",
    "250 CHUNKING\r\n",
)];
