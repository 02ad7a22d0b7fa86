//! The registered enhanced status codes, one row for each.
//!
//! RFC 5248 founded the registry. The texts are the registry's, and so are the reply codes: a list
//! that "is usually associated" and excludes no other (RFC 5248 section 2.1).

use super::Code;
use super::status::Status;

const RFC_3463: &str = "RFC 3463";
const RFC_3886: &str = "RFC 3886";
const RFC_4468: &str = "RFC 4468";
const RFC_4954: &str = "RFC 4954";
const RFC_5248: &str = "RFC 5248";
const RFC_6531: &str = "RFC 6531";
const RFC_6710: &str = "RFC 6710";
const RFC_7293: &str = "RFC 7293";
const RFC_7372: &str = "RFC 7372";
const RFC_7505: &str = "RFC 7505";
const RFC_8617: &str = "RFC 8617";
const RFC_8689: &str = "RFC 8689";
const REGISTRY: &str = "IANA registry";

/// A row of the table.
const fn row(
    subject: u8,
    detail: u8,
    text: &'static str,
    codes: &'static [Code],
    reference: &'static str,
) -> Status {
    Status { subject, detail, text, codes, reference }
}

/// The registry. "Permanent only" and the like is what RFC 3463 calls each useful for; the registry
/// lists a code of another class here and there.
impl Status {
    // Undefined (RFC 3463 section 3.1).

    /// X.0.0: only the class is known. Goes with any reply code.
    pub const OTHER: Status = row(0, 0, "Other undefined status", &[], RFC_3463);

    // Addresses (RFC 3463 section 3.2).

    /// X.1.0: something about an address.
    pub const OTHER_ADDRESS: Status = row(1, 0, "Other address status", &[], RFC_3463);
    /// X.1.1: there is no such mailbox. Permanent by RFC 3463; the registry has 451 as well.
    pub const BAD_DESTINATION_MAILBOX: Status =
        row(1, 1, "Bad destination mailbox address", &[Code(451), Code(550)], RFC_3463);
    /// X.1.2: the domain does not exist or cannot take mail. Permanent only.
    pub const BAD_DESTINATION_SYSTEM: Status =
        row(1, 2, "Bad destination system address", &[], RFC_3463);
    /// X.1.3: the recipient's address is not an address. Permanent only.
    pub const BAD_DESTINATION_MAILBOX_SYNTAX: Status =
        row(1, 3, "Bad destination mailbox address syntax", &[Code(501)], RFC_3463);
    /// X.1.4: the address matches more than one recipient.
    pub const DESTINATION_MAILBOX_AMBIGUOUS: Status =
        row(1, 4, "Destination mailbox address ambiguous", &[], RFC_3463);
    /// X.1.5: the recipient's address is good. For success only.
    pub const DESTINATION_ADDRESS_VALID: Status =
        row(1, 5, "Destination address valid", &[Code(250)], RFC_3463);
    /// X.1.6: the mailbox is gone, and nobody knows where. Permanent only.
    pub const DESTINATION_MAILBOX_MOVED: Status =
        row(1, 6, "Destination mailbox has moved, No forwarding address", &[], RFC_3463);
    /// X.1.7: the sender's address is not an address.
    pub const BAD_SENDER_MAILBOX_SYNTAX: Status =
        row(1, 7, "Bad sender's mailbox address syntax", &[], RFC_3463);
    /// X.1.8: the sender's domain does not exist or takes no mail back.
    pub const BAD_SENDER_SYSTEM: Status =
        row(1, 8, "Bad sender's system address", &[Code(451), Code(501)], RFC_3463);
    /// X.1.9: passed on to where message tracking ends. For success only (RFC 3886 section 3.3.4).
    pub const RELAYED_TO_NON_COMPLIANT_MAILER: Status =
        row(1, 9, "Message relayed to non-compliant mailer", &[], RFC_3886);
    /// X.1.10: the recipient's domain says that it takes no mail (RFC 7505 section 4.1).
    pub const RECIPIENT_NULL_MX: Status =
        row(1, 10, "Recipient address has null MX", &[Code(556)], RFC_7505);

    // Mailboxes (RFC 3463 section 3.3).

    /// X.2.0: something about the mailbox.
    pub const OTHER_MAILBOX: Status = row(2, 0, "Other or undefined mailbox status", &[], RFC_3463);
    /// X.2.1: the mailbox takes nothing, for now or for good.
    pub const MAILBOX_DISABLED: Status =
        row(2, 1, "Mailbox disabled, not accepting messages", &[], RFC_3463);
    /// X.2.2: the recipient has to make room. Transient by RFC 3463, 552 in the registry.
    pub const MAILBOX_FULL: Status = row(2, 2, "Mailbox full", &[Code(552)], RFC_3463);
    /// X.2.3: too long for this mailbox, though not for the system. Permanent.
    pub const MESSAGE_LENGTH_EXCEEDS_LIMIT: Status =
        row(2, 3, "Message length exceeds administrative limit", &[Code(552)], RFC_3463);
    /// X.2.4: the mailbox is a list that cannot be expanded.
    pub const MAILING_LIST_EXPANSION_PROBLEM: Status =
        row(2, 4, "Mailing list expansion problem", &[Code(450), Code(452)], RFC_3463);

    // Mail systems (RFC 3463 section 3.4).

    /// X.3.0: something about the destination's system.
    pub const OTHER_MAIL_SYSTEM: Status = row(
        3,
        0,
        "Other or undefined mail system status",
        &[Code(221), Code(250), Code(421), Code(451), Code(550), Code(554)],
        RFC_3463,
    );
    /// X.3.1: no storage is left. Transient only.
    pub const MAIL_SYSTEM_FULL: Status = row(3, 1, "Mail system full", &[Code(452)], RFC_3463);
    /// X.3.2: shutting down, overloaded, in maintenance, or never takes mail (RFC 7504 section 6).
    pub const SYSTEM_NOT_ACCEPTING_MESSAGES: Status =
        row(3, 2, "System not accepting network messages", &[Code(453), Code(521)], RFC_3463);
    /// X.3.3: the destination lacks what the message asks for.
    pub const SYSTEM_NOT_CAPABLE: Status =
        row(3, 3, "System not capable of selected features", &[], RFC_3463);
    /// X.3.4: larger than any message may be here. Permanent only.
    pub const MESSAGE_TOO_BIG_FOR_SYSTEM: Status =
        row(3, 4, "Message too big for system", &[Code(552), Code(554)], RFC_3463);
    /// X.3.5: a mistake in the configuration keeps the message out.
    pub const SYSTEM_INCORRECTLY_CONFIGURED: Status =
        row(3, 5, "System incorrectly configured", &[], RFC_3463);
    /// X.3.6: accepted with another priority; the text begins with that (RFC 6710 section 10).
    pub const PRIORITY_CHANGED: Status =
        row(3, 6, "Requested priority was changed", &[Code(250), Code(251)], RFC_6710);

    // Network and routing (RFC 3463 section 3.5).

    /// X.4.0: something about the network.
    pub const OTHER_NETWORK: Status =
        row(4, 0, "Other or undefined network or routing status", &[], RFC_3463);
    /// X.4.1: the next host does not take the connection. Transient only.
    pub const NO_ANSWER_FROM_HOST: Status =
        row(4, 1, "No answer from host", &[Code(451)], RFC_3463);
    /// X.4.2: the connection broke or timed out. Transient only.
    pub const BAD_CONNECTION: Status = row(4, 2, "Bad connection", &[Code(421)], RFC_3463);
    /// X.4.3: a directory, DNS for instance, cannot be asked. Transient by RFC 3463.
    pub const DIRECTORY_SERVER_FAILURE: Status =
        row(4, 3, "Directory server failure", &[Code(451), Code(550)], RFC_3463);
    /// X.4.4: the next hop is not to be found out.
    pub const UNABLE_TO_ROUTE: Status = row(4, 4, "Unable to route", &[], RFC_3463);
    /// X.4.5: too much mail at once. Transient only.
    pub const MAIL_SYSTEM_CONGESTION: Status =
        row(4, 5, "Mail system congestion", &[Code(451)], RFC_3463);
    /// X.4.6: the message goes round in circles. Transient only, says RFC 3463.
    pub const ROUTING_LOOP_DETECTED: Status = row(4, 6, "Routing loop detected", &[], RFC_3463);
    /// X.4.7: the message is too old by now.
    pub const DELIVERY_TIME_EXPIRED: Status = row(4, 7, "Delivery time expired", &[], RFC_3463);

    // The protocol (RFC 3463 section 3.6).

    /// X.5.0: something about the protocol.
    pub const OTHER_PROTOCOL: Status = row(
        5,
        0,
        "Other or undefined protocol status",
        &[
            Code(220),
            Code(250),
            Code(251),
            Code(252),
            Code(253),
            Code(451),
            Code(452),
            Code(454),
            Code(458),
            Code(459),
            Code(501),
            Code(502),
            Code(503),
            Code(554),
        ],
        RFC_3463,
    );
    /// X.5.1: out of sequence, or not supported. Permanent only.
    pub const INVALID_COMMAND: Status = row(
        5,
        1,
        "Invalid command",
        &[Code(430), Code(500), Code(501), Code(503), Code(530), Code(550), Code(554), Code(555)],
        RFC_3463,
    );
    /// X.5.2: cannot be interpreted, or no known command. Permanent only.
    pub const SYNTAX_ERROR: Status = row(
        5,
        2,
        "Syntax error",
        &[Code(500), Code(501), Code(502), Code(550), Code(555)],
        RFC_3463,
    );
    /// X.5.3: the rest is for another transaction; with 452 by RFC 5321 section 4.5.3.1.10.
    pub const TOO_MANY_RECIPIENTS: Status =
        row(5, 3, "Too many recipients", &[Code(451)], RFC_3463);
    /// X.5.4: out of range, or of an unknown feature. Permanent only.
    pub const INVALID_COMMAND_ARGUMENTS: Status = row(
        5,
        4,
        "Invalid command arguments",
        &[Code(451), Code(501), Code(502), Code(503), Code(504), Code(550), Code(555)],
        RFC_3463,
    );
    /// X.5.5: the two sides speak different versions.
    pub const WRONG_PROTOCOL_VERSION: Status = row(5, 5, "Wrong protocol version", &[], RFC_3463);
    /// X.5.6: longer than the SASL mechanism's buffer (RFC 4954 section 4).
    pub const AUTHENTICATION_EXCHANGE_LINE_TOO_LONG: Status =
        row(5, 6, "Authentication Exchange line is too long", &[Code(500)], RFC_4954);

    // Content (RFC 3463 section 3.7).

    /// X.6.0: something about the content.
    pub const OTHER_MEDIA: Status = row(6, 0, "Other or undefined media error", &[], RFC_3463);
    /// X.6.1: such content cannot be carried any further. Permanent only.
    pub const MEDIA_NOT_SUPPORTED: Status = row(6, 1, "Media not supported", &[], RFC_3463);
    /// X.6.2: the content would have to be converted and may not be.
    pub const CONVERSION_REQUIRED_AND_PROHIBITED: Status =
        row(6, 2, "Conversion required and prohibited", &[], RFC_3463);
    /// X.6.3: the content would have to be converted and cannot be.
    pub const CONVERSION_REQUIRED_BUT_NOT_SUPPORTED: Status =
        row(6, 3, "Conversion required but not supported", &[Code(554)], RFC_3463);
    /// X.6.4: delivered, but something was lost; permanent where that was prohibited.
    pub const CONVERSION_WITH_LOSS_PERFORMED: Status =
        row(6, 4, "Conversion with loss performed", &[Code(250)], RFC_3463);
    /// X.6.5: the content was to be converted, and that went wrong.
    pub const CONVERSION_FAILED: Status = row(6, 5, "Conversion Failed", &[], RFC_3463);
    /// X.6.6: the content could not be fetched from where it lies (RFC 4468 section 5).
    pub const MESSAGE_CONTENT_NOT_AVAILABLE: Status =
        row(6, 6, "Message content not available", &[Code(554)], RFC_4468);
    /// X.6.7: 550 to MAIL, 553 to RCPT (RFC 6531 section 3.5).
    pub const NON_ASCII_ADDRESS_NOT_PERMITTED: Status = row(
        6,
        7,
        "Non-ASCII addresses not permitted for that sender/recipient",
        &[Code(550), Code(553)],
        RFC_6531,
    );
    /// X.6.8: the mailbox name would need UTF-8 in the reply (RFC 6531 section 3.7.4.2).
    pub const UTF8_REPLY_REQUIRED: Status = row(
        6,
        8,
        "UTF-8 string reply is required, but not permitted by the SMTP client",
        &[Code(252), Code(550), Code(553)],
        RFC_6531,
    );
    /// X.6.9: said at the end of the content, with 554 by RFC 6531 section 3.5.
    pub const UTF8_HEADER_NOT_TRANSFERABLE: Status = row(
        6,
        9,
        "UTF-8 header message cannot be transferred to one or more recipients, \
         so the message must be rejected",
        &[Code(550)],
        RFC_6531,
    );
    /// X.6.10: a duplicate of X.6.8: may be heard, is not to be sent (RFC 6531 section 4).
    pub const UTF8_REPLY_REQUIRED_DUPLICATE: Status = row(
        6,
        10,
        "UTF-8 string reply is required, but not permitted by the SMTP client",
        &[],
        RFC_6531,
    );

    // Security and policy (RFC 3463 section 3.8).

    /// X.7.0: something about security, or what policy does not let be told.
    pub const OTHER_SECURITY: Status = row(
        7,
        0,
        "Other or undefined security status",
        &[
            Code(220),
            Code(235),
            Code(450),
            Code(454),
            Code(500),
            Code(501),
            Code(503),
            Code(504),
            Code(530),
            Code(535),
            Code(550),
        ],
        RFC_3463,
    );
    /// X.7.1: the sender may not send there. Permanent by RFC 3463; the registry has 451 as well.
    pub const DELIVERY_NOT_AUTHORISED: Status = row(
        7,
        1,
        "Delivery not authorized, message refused",
        &[Code(451), Code(454), Code(502), Code(503), Code(533), Code(550), Code(551)],
        RFC_3463,
    );
    /// X.7.2: the sender may not send to the list. Permanent only.
    pub const MAILING_LIST_EXPANSION_PROHIBITED: Status =
        row(7, 2, "Mailing list expansion prohibited", &[Code(550)], RFC_3463);
    /// X.7.3: one secure form of mail cannot be made another. Permanent only.
    pub const SECURITY_CONVERSION_NOT_POSSIBLE: Status =
        row(7, 3, "Security conversion required but not possible", &[], RFC_3463);
    /// X.7.4: the delivery cannot carry what secures the message. Permanent only.
    pub const SECURITY_FEATURES_NOT_SUPPORTED: Status =
        row(7, 4, "Security features not supported", &[Code(504)], RFC_3463);
    /// X.7.5: cannot be verified or decrypted: a key or the like is missing or invalid.
    pub const CRYPTOGRAPHIC_FAILURE: Status = row(7, 5, "Cryptographic failure", &[], RFC_3463);
    /// X.7.6: cannot be verified or decrypted: the algorithm is unknown.
    pub const CRYPTOGRAPHIC_ALGORITHM_NOT_SUPPORTED: Status =
        row(7, 6, "Cryptographic algorithm not supported", &[], RFC_3463);
    /// X.7.7: the message was altered or damaged.
    pub const MESSAGE_INTEGRITY_FAILURE: Status =
        row(7, 7, "Message integrity failure", &[], RFC_3463);
    /// X.7.8: wrong user name or password (RFC 4954 section 6).
    pub const AUTHENTICATION_CREDENTIALS_INVALID: Status =
        row(7, 8, "Authentication credentials invalid", &[Code(535), Code(554)], RFC_4954);
    /// X.7.9: policy wants a stronger mechanism for this user (RFC 4954 section 6).
    pub const AUTHENTICATION_MECHANISM_TOO_WEAK: Status =
        row(7, 9, "Authentication mechanism is too weak", &[Code(534)], RFC_4954);
    /// X.7.10: TLS first, or a stronger mechanism (RFC 5248 section 2.4).
    pub const ENCRYPTION_NEEDED: Status = row(7, 10, "Encryption Needed", &[Code(523)], RFC_5248);
    /// X.7.11: the mechanism is for encrypted connections only (RFC 4954 section 6).
    pub const ENCRYPTION_REQUIRED_FOR_MECHANISM: Status = row(
        7,
        11,
        "Encryption required for requested authentication mechanism",
        &[Code(524), Code(538)],
        RFC_4954,
    );
    /// X.7.12: authenticate once with PLAIN, then this mechanism will do (RFC 4954 section 6).
    pub const PASSWORD_TRANSITION_NEEDED: Status =
        row(7, 12, "A password transition is needed", &[Code(422), Code(432)], RFC_4954);
    /// X.7.13: credentials are good, the account is closed (RFC 5248 section 2.4).
    pub const USER_ACCOUNT_DISABLED: Status =
        row(7, 13, "User Account Disabled", &[Code(525)], RFC_5248);
    /// X.7.14: with the server that has the content; was X.7.8 in RFC 4468 (RFC 5248 section 2.4).
    pub const TRUST_RELATIONSHIP_REQUIRED: Status =
        row(7, 14, "Trust relationship required", &[Code(535), Code(554)], RFC_5248);
    /// X.7.15: mail of this priority is not taken, or not now (RFC 6710 section 4.1).
    pub const PRIORITY_TOO_LOW: Status =
        row(7, 15, "Priority Level is too low", &[Code(450), Code(550)], RFC_6710);
    /// X.7.16: perhaps for now only; RFC 4865 means a quota by it (RFC 6710 section 10).
    pub const MESSAGE_TOO_BIG_FOR_PRIORITY: Status =
        row(7, 16, "Message is too big for the specified priority", &[Code(552)], RFC_6710);
    /// X.7.17: no longer who the sender means. Any 5yz code; RFC 4865 means a quota by it.
    pub const MAILBOX_OWNER_CHANGED: Status =
        row(7, 17, "Mailbox owner has changed", &[], RFC_7293);
    /// X.7.18: the domain is no longer whose it was. Any 5yz code (RFC 7293 section 15.3).
    pub const DOMAIN_OWNER_CHANGED: Status = row(7, 18, "Domain owner has changed", &[], RFC_7293);
    /// X.7.19: since when the mailbox has its owner is not known. Any 5yz code.
    pub const RRVS_TEST_NOT_COMPLETED: Status =
        row(7, 19, "RRVS test cannot be completed", &[], RFC_7293);
    /// X.7.20: no DKIM signature is valid.
    pub const NO_PASSING_DKIM_SIGNATURE: Status =
        row(7, 20, "No passing DKIM signature found", &[Code(550)], RFC_7372);
    /// X.7.21: a DKIM signature is valid, none is good enough.
    pub const NO_ACCEPTABLE_DKIM_SIGNATURE: Status =
        row(7, 21, "No acceptable DKIM signature found", &[Code(550)], RFC_7372);
    /// X.7.22: a DKIM signature is valid, none is the author's.
    pub const NO_AUTHOR_MATCHED_DKIM_SIGNATURE: Status =
        row(7, 22, "No valid author-matched DKIM signature found", &[Code(550)], RFC_7372);
    /// X.7.23: the client may not send for that domain, says SPF.
    pub const SPF_VALIDATION_FAILED: Status =
        row(7, 23, "SPF validation failed", &[Code(550)], RFC_7372);
    /// X.7.24: what SPF says cannot be found out.
    pub const SPF_VALIDATION_ERROR: Status =
        row(7, 24, "SPF validation error", &[Code(451), Code(550)], RFC_7372);
    /// X.7.25: the client's IP address and its name do not fit.
    pub const REVERSE_DNS_VALIDATION_FAILED: Status =
        row(7, 25, "Reverse DNS validation failed", &[Code(550)], RFC_7372);
    /// X.7.26: more than one check of the message failed.
    pub const MULTIPLE_AUTHENTICATION_CHECKS_FAILED: Status =
        row(7, 26, "Multiple authentication checks failed", &[Code(550)], RFC_7372);
    /// X.7.27: no reply could reach the sender's domain (RFC 7505 section 4.1).
    pub const SENDER_NULL_MX: Status =
        row(7, 27, "Sender address has null MX", &[Code(550)], RFC_7505);
    /// X.7.28: one of many abusive messages; no RFC has it.
    pub const MAIL_FLOOD_DETECTED: Status = row(7, 28, "Mail flood detected", &[], REGISTRY);
    /// X.7.29: the chain of ARC seals is broken (RFC 8617 section 5.2.2).
    pub const ARC_VALIDATION_FAILURE: Status =
        row(7, 29, "ARC validation failure", &[Code(550)], RFC_8617);
    /// X.7.30: no server on the way has REQUIRETLS, and the message needs it (RFC 8689 section
    /// 4.2.1).
    pub const REQUIRETLS_SUPPORT_REQUIRED: Status =
        row(7, 30, "REQUIRETLS support required", &[Code(550)], RFC_8689);
}
