//! The verbs of SMTP, LMTP and submission.

use core::fmt;

use super::capability::Extension;

/// A command verb this crate knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verb {
    /// Greets the server and asks for its extensions (RFC 5321 section 4.1.1.1).
    Ehlo,
    /// Greets a server without extensions (RFC 5321 section 4.1.1.1).
    Helo,
    /// The greeting of LMTP (RFC 2033 section 4.1).
    Lhlo,
    /// Starts a transaction (RFC 5321 section 4.1.1.2).
    Mail,
    /// Names a recipient (RFC 5321 section 4.1.1.3).
    Rcpt,
    /// Announces the message (RFC 5321 section 4.1.1.4).
    Data,
    /// Carries a piece of the message (RFC 3030 section 2).
    Bdat,
    /// Gives the transaction up (RFC 5321 section 4.1.1.5).
    Rset,
    /// Does nothing (RFC 5321 section 4.1.1.9).
    Noop,
    /// Ends the session (RFC 5321 section 4.1.1.10).
    Quit,
    /// Asks whether a mailbox exists (RFC 5321 section 4.1.1.6).
    Vrfy,
    /// Asks for the members of a list (RFC 5321 section 4.1.1.7).
    Expn,
    /// Asks for help (RFC 5321 section 4.1.1.8).
    Help,
    /// Asks for TLS (RFC 3207 section 4).
    StartTls,
    /// Starts a SASL exchange (RFC 4954 section 4).
    Auth,
    /// Asks for queued mail (RFC 1985 section 5).
    Etrn,
    /// Names a piece of the message by its URL (RFC 4468 section 3.2).
    Burl,
    /// Asks for mail over this connection, the roles reversed (RFC 2645 section 5.2.1).
    Atrn,
    /// Tells what a trusted proxy knows of the client (Postfix).
    XClient,
    /// Tells what a trusted filter knows of the client, for logging (Postfix).
    XForward,
}

impl Verb {
    /// Finds the verb that `octets` spell, in whatever case (RFC 5321 section 2.4).
    #[must_use]
    pub fn parse(octets: &[u8]) -> Option<Verb> {
        let &[a, b, c, d] = octets else {
            return [Verb::StartTls, Verb::XClient, Verb::XForward]
                .into_iter()
                .find(|verb| octets.eq_ignore_ascii_case(verb.as_str().as_bytes()));
        };
        // Without 0x20 an octet is a capital letter only if it was that letter in either case.
        Some(match &[a & !0x20, b & !0x20, c & !0x20, d & !0x20] {
            b"EHLO" => Verb::Ehlo,
            b"HELO" => Verb::Helo,
            b"LHLO" => Verb::Lhlo,
            b"MAIL" => Verb::Mail,
            b"RCPT" => Verb::Rcpt,
            b"DATA" => Verb::Data,
            b"BDAT" => Verb::Bdat,
            b"RSET" => Verb::Rset,
            b"NOOP" => Verb::Noop,
            b"QUIT" => Verb::Quit,
            b"VRFY" => Verb::Vrfy,
            b"EXPN" => Verb::Expn,
            b"HELP" => Verb::Help,
            b"AUTH" => Verb::Auth,
            b"ETRN" => Verb::Etrn,
            b"BURL" => Verb::Burl,
            b"ATRN" => Verb::Atrn,
            _ => return None,
        })
    }

    /// The verb as it is written, in capitals.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Verb::Ehlo => "EHLO",
            Verb::Helo => "HELO",
            Verb::Lhlo => "LHLO",
            Verb::Mail => "MAIL",
            Verb::Rcpt => "RCPT",
            Verb::Data => "DATA",
            Verb::Bdat => "BDAT",
            Verb::Rset => "RSET",
            Verb::Noop => "NOOP",
            Verb::Quit => "QUIT",
            Verb::Vrfy => "VRFY",
            Verb::Expn => "EXPN",
            Verb::Help => "HELP",
            Verb::StartTls => "STARTTLS",
            Verb::Auth => "AUTH",
            Verb::Etrn => "ETRN",
            Verb::Burl => "BURL",
            Verb::Atrn => "ATRN",
            Verb::XClient => "XCLIENT",
            Verb::XForward => "XFORWARD",
        }
    }

    /// The extension that has to be announced before a client may use this verb, if it takes one.
    #[must_use]
    pub fn extension(self) -> Option<Extension> {
        Some(match self {
            Verb::Bdat => Extension::Chunking,
            Verb::Vrfy => Extension::Vrfy,
            Verb::Expn => Extension::Expn,
            Verb::Help => Extension::Help,
            Verb::StartTls => Extension::StartTls,
            Verb::Auth => Extension::Auth,
            Verb::Etrn => Extension::Etrn,
            Verb::Burl => Extension::Burl,
            Verb::Atrn => Extension::Atrn,
            Verb::XClient => Extension::XClient,
            Verb::XForward => Extension::XForward,
            Verb::Ehlo
            | Verb::Helo
            | Verb::Lhlo
            | Verb::Mail
            | Verb::Rcpt
            | Verb::Data
            | Verb::Rset
            | Verb::Noop
            | Verb::Quit => return None,
        })
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verb::{
        Atrn, Auth, Bdat, Burl, Data, Ehlo, Etrn, Expn, Helo, Help, Lhlo, Mail, Noop, Quit, Rcpt,
        Rset, StartTls, Vrfy, XClient, XForward,
    };

    const ALL: [Verb; 20] = [
        Ehlo, Helo, Lhlo, Mail, Rcpt, Data, Bdat, Rset, Noop, Quit, Vrfy, Expn, Help, StartTls,
        Auth, Etrn, Burl, Atrn, XClient, XForward,
    ];

    #[test]
    fn every_verb_parses_in_any_case() {
        for verb in ALL {
            let name = verb.as_str();
            assert_eq!(Verb::parse(name.as_bytes()), Some(verb));
            assert_eq!(Verb::parse(name.to_ascii_lowercase().as_bytes()), Some(verb));
            assert_eq!(Verb::parse(&name.as_bytes()[1..]), None);
        }
        assert_eq!(Verb::parse(b"sTaRtTlS"), Some(StartTls));
    }

    #[test]
    fn only_letters_fold() {
        // Every octet in every position: nothing but the two cases of the letter is the verb.
        for verb in ALL {
            let name = verb.as_str().as_bytes();
            for at in 0..name.len() {
                for octet in 0..=u8::MAX {
                    let mut spelled = name.to_vec();
                    spelled[at] = octet;
                    let found = Verb::parse(&spelled);
                    assert_eq!(found == Some(verb), octet.eq_ignore_ascii_case(&name[at]));
                }
            }
        }
        for wrong in [&b""[..], b"EHLO ", b"STARTTLSX", b"\x05HLO", b"XYZZ"] {
            assert_eq!(Verb::parse(wrong), None);
        }
    }
}
