//! Command lines.

use super::Lines;

/// A session without extensions.
pub(crate) const SESSION: Lines = &[
    "EHLO client.example.org\r\n",
    "MAIL FROM:<alice@example.org>\r\n",
    "RCPT TO:<bob@example.net>\r\n",
    "DATA\r\n",
    "RSET\r\n",
    "NOOP\r\n",
    "QUIT\r\n",
];

/// A session as most clients have it.
pub(crate) const ESMTP: Lines = &[
    "EHLO client.example.org\r\n",
    "MAIL FROM:<alice@example.org> SIZE=12345 BODY=8BITMIME\r\n",
    "RCPT TO:<bob@example.net>\r\n",
    "RCPT TO:<carol@example.net>\r\n",
    "BDAT 12345 LAST\r\n",
    "QUIT\r\n",
];

/// MAIL with five parameters.
pub(crate) const PARAMS: Lines = &[
    "MAIL FROM:<alice@example.org> SIZE=12345 BODY=8BITMIME RET=HDRS ENVID=QQ314159 SMTPUTF8\r\n",
];

/// Addresses at the ends of what RFC 5321 allows, and beyond ASCII.
pub(crate) const ADDRESSES: Lines = &[
    "MAIL FROM:<>\r\n",
    "RCPT TO:<postmaster>\r\n",
    "RCPT TO:<first.middle.last+tag=value@mail.department.example.org>\r\n",
    "RCPT TO:<!#$%&'*+-/=?^_`{|}~@example.org>\r\n",
    "RCPT TO:<\"with space and \\\" quote\"@example.org>\r\n",
    "RCPT TO:<bob@[192.0.2.17]>\r\n",
    "RCPT TO:<bob@[IPv6:2001:db8::25:1]>\r\n",
    "RCPT TO:<@relay.example.org,@other.example.org:bob@example.net>\r\n",
    "MAIL FROM:<bounces+12345678-1234-1234-1234-123456789012-bob=example.net@mta-17.eu-west.bounce.mailer.example.com>\r\n",
    "RCPT TO:<abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl@abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk.abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk.abcdefghijklmnopqrstuvwxyz.example.org>\r\n",
    "MAIL FROM:<jörg@bücher.example> SMTPUTF8\r\n",
];

/// What no server may accept.
pub(crate) const INVALID: Lines = &[
    "EHLO\r\n",
    "MAIL FROM:alice@example.org\r\n",
    "MAIL FROM:<alice@>\r\n",
    "MAIL FROM:<alice@example..org>\r\n",
    "MAIL FROM:<a b@example.org>\r\n",
    "MAIL FROM:<alice@example.org\r\n",
    "MAIL FROM:<alice@example.org>SIZE=1\r\n",
    "MAIL FROM:<alice@example.org> SIZE=1 SIZE=2\r\n",
    "MAIL TO:<alice@example.org>\r\n",
    "RCPT TO:<>\r\n",
    "RCPT TO:<.bob@example.net>\r\n",
    "RCPT TO:<bob@[192.0.2.256]>\r\n",
    "RCPT TO:<bob@-example.net>\r\n",
    "DATA now\r\n",
    "BDAT many LAST\r\n",
    "STARTTLS now\r\n",
    "MAIL FROM:<alice@example.org> =1\r\n",
    "\r\n",
];
