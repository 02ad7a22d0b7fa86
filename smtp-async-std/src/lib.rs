//! SMTP, submission and LMTP on async-std and smol.
