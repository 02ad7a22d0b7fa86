//! What can be wrong with an address.

use super::super::class;

/// A text that is not the address it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{kind} at offset {at}")]
pub struct AddressError {
    /// What is wrong.
    pub kind: AddressErrorKind,
    /// Where, in octets from the start of the text that was parsed; for what is too long, the
    /// first octet too many.
    pub at: usize,
}

impl AddressError {
    /// An error of `kind` unless a control character is what stands at `at`: then it's that.
    pub(super) fn new(text: &str, kind: AddressErrorKind, at: usize) -> AddressError {
        let control = class::is_control(text.as_bytes(), at);
        AddressError { kind: if control { AddressErrorKind::Control } else { kind }, at }
    }
}

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum AddressErrorKind {
    /// A control character; no address has any.
    #[error("address has a control character")]
    Control,

    /// A path without its `<`.
    #[error("path doesn't start with \"<\"")]
    MissingOpen,
    /// A path without its `>`, or with something else in its place.
    #[error("path has no \">\" where it should end")]
    MissingClose,
    /// A path of more than 256 octets, or a mailbox that doesn't fit such a path.
    #[error("path is longer than 256 octets with its brackets")]
    PathTooLong,
    /// A source route that is not `@domain,@domain:` (RFC 5321 section 4.1.2).
    #[error("source route is not of the form \"@domain,@domain:\"")]
    Route,
    /// `<>` as a recipient: only a sender can be null.
    #[error("recipient is null, \"<>\" is for senders only,")]
    NullRecipient,
    /// Something behind the end of the address.
    #[error("address is followed by something else")]
    Trailing,

    /// Nothing in front of the `@`.
    #[error("local part is empty")]
    LocalPartEmpty,
    /// A character that a local part can't have, at least not outside quotes.
    #[error("local part has a character that is not permitted outside quotes")]
    LocalPartCharacter,
    /// A dot at the start, at the end, or next to another dot.
    #[error("local part has a dot at its start or end, or next to another,")]
    LocalPartDot,
    /// More than 64 octets.
    #[error("local part is longer than 64 octets")]
    LocalPartTooLong,
    /// `""`: grammatical in RFC 5321 as printed, a mistake by its erratum 5414.
    #[error("quoted local part is empty")]
    QuotedEmpty,
    /// A character that a quoted string can't have, or not after a backslash.
    #[error("quoted local part has a character that is not permitted there")]
    QuotedCharacter,
    /// A quoted string without its second quote.
    #[error("quoted local part has no closing quote")]
    QuotedUnclosed,
    /// A local part without `@` and domain.
    #[error("local part is not followed by \"@\" and a domain")]
    MissingDomain,

    /// Nothing where a domain should be.
    #[error("domain is empty")]
    DomainEmpty,
    /// A character that a domain can't have, such as an underscore.
    #[error("domain has a character other than letters, digits, hyphens and dots")]
    DomainCharacter,
    /// More than 255 octets.
    #[error("domain is longer than 255 octets")]
    DomainTooLong,
    /// A U-label where only ASCII can be.
    #[error("domain has a label that is not ASCII, \"xn--...\" is expected,")]
    DomainNotAscii,
    /// Two dots in a row, or one at the start or end.
    #[error("domain has an empty label")]
    LabelEmpty,
    /// A hyphen at the start or end of a label.
    #[error("domain label starts or ends with a hyphen")]
    LabelHyphen,
    /// An ASCII label of more than 63 octets (RFC 1035 section 2.3.4).
    #[error("domain label is longer than 63 octets")]
    LabelTooLong,

    /// An address literal without its `]`, or with a character that none can have.
    #[error("address literal has no \"]\" where it should end")]
    LiteralUnclosed,
    /// An untagged literal that is not four numbers from 0 to 255 without leading zeros.
    #[error("address literal is neither tagged nor four numbers from 0 to 255")]
    Ipv4,
    /// Not an IPv6 address by RFC 5321 section 4.1.3, where `::` stands for at least two groups.
    #[error("address literal is not an IPv6 address as SMTP writes them")]
    Ipv6,
    /// The tag of a literal is not letters, digits and hyphens, or ends with a hyphen.
    #[error("address literal has a malformed tag")]
    LiteralTag,
    /// A tagged literal with nothing behind its tag.
    #[error("address literal has nothing after its tag")]
    LiteralEmpty,

    /// EHLO or HELO without a name.
    #[error("name in the greeting is empty")]
    HelloEmpty,
    /// An octet other than graphic US-ASCII in the name.
    #[error("name in the greeting has a character other than graphic US-ASCII")]
    HelloCharacter,
    /// More than 255 octets.
    #[error("name in the greeting is longer than 255 octets")]
    HelloTooLong,
}
