//! Lines of replies, without their CRLF.

/// To a command like most.
pub const ONE_LINE: &[&str] = &["250 2.1.5 Recipient OK"];

/// To EHLO, of ten lines.
pub const EHLO: &[&str] = &[
    "250-mx.example.org greets client.example.org",
    "250-PIPELINING",
    "250-SIZE 10240000",
    "250-8BITMIME",
    "250-SMTPUTF8",
    "250-ENHANCEDSTATUSCODES",
    "250-CHUNKING",
    "250-BINARYMIME",
    "250-STARTTLS",
    "250 AUTH PLAIN LOGIN",
];
