//! Command lines, without their CRLF.

/// What a client says that knows no extensions.
pub const PLAIN: &[&str] = &[
    "HELO client.example.org",
    "MAIL FROM:<sender@example.com>",
    "RCPT TO:<one@example.org>",
    "DATA",
    "QUIT",
];

/// What one says that does.
pub const ESMTP: &[&str] = &[
    "EHLO client.example.org",
    "MAIL FROM:<sender@example.com> SIZE=12345 BODY=8BITMIME",
    "RCPT TO:<one@example.org>",
    "RCPT TO:<two@example.org>",
    "RCPT TO:<three@example.org>",
    "DATA",
    "RSET",
    "NOOP",
    "BDAT 2048 LAST",
    "QUIT",
];

/// An envelope and nothing else.
pub const WITHOUT_PARAMS: &[&str] =
    &["MAIL FROM:<sender@example.com>", "RCPT TO:<one@example.org>"];

/// An envelope that asks for something.
pub const WITH_PARAMS: &[&str] = &[
    "MAIL FROM:<sender@example.com> SIZE=12345 BODY=8BITMIME SMTPUTF8 AUTH=<>",
    "RCPT TO:<one@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;one@example.org",
];

/// Each of them is wrong, one in what it begins with, the others further and further behind.
pub const INVALID: &[&str] = &[
    "",
    "\u{1}",
    "DATA now",
    "BDAT x",
    "NOOP \u{1}",
    "RCPT TO:<>",
    "MAIL FROM:sender@example.com",
    "MAIL FROM:<sender@@example.com>",
    "MAIL FROM:<sender@example.com> SIZE=1 SIZE=2",
];

/// An address as long as one may be: 64 octets, and a domain of nearly 255 (RFC 5321 section 4.5.3.1).
#[must_use]
pub fn long_address() -> String {
    format!("RCPT TO:<{}@{}example>", "x".repeat(64), "subdomain.".repeat(18))
}
