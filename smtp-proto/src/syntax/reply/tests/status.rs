use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::super::{Class, EnhancedCode, Reply, Status};

/// Table 1 of RFC 5248 section 2.4, row by row, and what RFCs have registered since, with the reply
/// codes: RFC 7505 section 6, RFC 7504 section 6 (521 with X.3.2), RFC 6710 section 10, RFC 6531
/// section 4, RFC 7293 section 15.3, RFC 7372 section 3, RFC 8617 section 10.4, RFC 8689 section 7.
/// X.7.28 is in no RFC.
const REGISTRY: &str = "\
    X.0.0
    X.1.0
    X.1.1 451 550
    X.1.2
    X.1.3 501
    X.1.4
    X.1.5 250
    X.1.6
    X.1.7
    X.1.8 451 501
    X.1.9
    X.1.10 556
    X.2.0
    X.2.1
    X.2.2 552
    X.2.3 552
    X.2.4 450 452
    X.3.0 221 250 421 451 550 554
    X.3.1 452
    X.3.2 453 521
    X.3.3
    X.3.4 552 554
    X.3.5
    X.3.6 250 251
    X.4.0
    X.4.1 451
    X.4.2 421
    X.4.3 451 550
    X.4.4
    X.4.5 451
    X.4.6
    X.4.7
    X.5.0 220 250 251 252 253 451 452 454 458 459 501 502 503 554
    X.5.1 430 500 501 503 530 550 554 555
    X.5.2 500 501 502 550 555
    X.5.3 451
    X.5.4 451 501 502 503 504 550 555
    X.5.5
    X.5.6 500
    X.6.0
    X.6.1
    X.6.2
    X.6.3 554
    X.6.4 250
    X.6.5
    X.6.6 554
    X.6.7 550 553
    X.6.8 252 550 553
    X.6.9 550
    X.6.10
    X.7.0 220 235 450 454 500 501 503 504 530 535 550
    X.7.1 451 454 502 503 533 550 551
    X.7.2 550
    X.7.3
    X.7.4 504
    X.7.5
    X.7.6
    X.7.7
    X.7.8 535 554
    X.7.9 534
    X.7.10 523
    X.7.11 524 538
    X.7.12 422 432
    X.7.13 525
    X.7.14 535 554
    X.7.15 450 550
    X.7.16 552
    X.7.17
    X.7.18
    X.7.19
    X.7.20 550
    X.7.21 550
    X.7.22 550
    X.7.23 550
    X.7.24 451 550
    X.7.25 550
    X.7.26 550
    X.7.27 550
    X.7.28
    X.7.29 550
    X.7.30 550";

fn code(text: &str) -> EnhancedCode {
    EnhancedCode::parse(text.as_bytes()).unwrap()
}

fn status(text: &str) -> Status {
    code(text).status().unwrap()
}

#[test]
fn the_table_is_the_registry() {
    let row = |status: Status| {
        let codes = status.codes().iter().map(|code| format!(" {code}"));
        format!("{status}{}", codes.collect::<String>())
    };
    let ours: Vec<String> = Status::ALL.into_iter().map(row).collect();
    let registry: Vec<&str> = REGISTRY.lines().map(str::trim).collect();
    assert_eq!(ours, registry);
}

/// One that is defined and not listed could be sent, and would not be known when it is heard.
#[test]
fn all_constants_are_listed_and_have_the_number_of_their_documentation() {
    let mut documented = Vec::new();
    let mut number = "";
    for line in include_str!("../registry.rs").lines().map(str::trim) {
        if let Some((first, _)) = line.strip_prefix("/// X.").and_then(|doc| doc.split_once(": ")) {
            number = first;
        }
        if line.starts_with("pub const ") {
            documented.push(format!("X.{number}"));
        }
    }
    let listed: Vec<String> = Status::ALL.iter().map(Status::to_string).collect();
    assert_eq!(documented, listed);
}

#[test]
fn every_row_can_be_said() {
    for status in Status::ALL {
        assert!(status.text().is_ascii() && !status.text().is_empty(), "{status}");
        for code in status.codes() {
            assert!(code.meaning().is_some(), "{status}: {code}");
            let enhanced = match code.class() {
                Class::Positive => status.positive(),
                Class::Transient => status.transient(),
                Class::Permanent => status.permanent(),
                Class::Intermediate => panic!("{status}: {code} has none (RFC 2034 section 4)"),
            };
            let line = format!("{code} {enhanced} x\r\n");
            let said = Reply::parse(line.as_bytes()).unwrap().enhanced();
            assert_eq!(said.and_then(EnhancedCode::status), Some(status));
        }
    }
}

/// The dialogue and the notification of RFC 2034 section 6, by their replies and texts.
#[test]
fn the_example_of_rfc_2034() {
    for (line, status, text) in [
        ("250 2.1.0 Originator <ned@ymir.claremont.edu> ok", Status::OTHER_ADDRESS, None),
        (
            "250 2.1.5 Recipient <mrose@dbc.mtview.ca.us> ok",
            Status::DESTINATION_ADDRESS_VALID,
            Some("Destination address valid"),
        ),
        (
            "550 5.1.1 Mailbox \"nosuchuser\" does not exist",
            Status::BAD_DESTINATION_MAILBOX,
            Some("Bad destination mailbox address"),
        ),
        (
            "551 5.7.1 Select another host to act as your forwarder",
            Status::DELIVERY_NOT_AUTHORISED,
            Some("Delivery not authorized, message refused"),
        ),
        ("250 2.6.0 Message accepted", Status::OTHER_MEDIA, None),
        ("221 2.0.0 Goodbye", Status::OTHER, None),
    ] {
        let reply = Reply::parse(format!("{line}\r\n").as_bytes()).unwrap();
        assert_eq!(reply.enhanced().unwrap().status(), Some(status), "{line}");
        if let Some(text) = text {
            assert_eq!(status.text(), text, "{line}");
        }
    }
}

/// RFC 5321 section 4.5.3.1.10 and RFC 1870 section 6.4.
#[test]
fn a_recipient_too_many_is_one_for_later() {
    for (line, expected) in [
        ("452 4.5.3 Too many recipients", true),
        ("450 4.2.2 Full", true),
        ("552 5.5.3 Too many recipients", true),
        ("552 Too many recipients", true),
        ("552 5.0.0 Too many recipients", true),
        ("552 5.2.2 Mailbox full", false),
        ("552 5.2.3 Message too large for this mailbox", false),
        ("552 5.3.4 Message too large", false),
        ("550 5.5.3 Too many recipients", false),
        ("550 5.1.1 Who?", false),
        ("250 2.1.5 OK", false),
    ] {
        let reply = Reply::parse(format!("{line}\r\n").as_bytes()).unwrap();
        assert_eq!(reply.is_transient_to_rcpt(), expected, "{line}");
    }
}

/// Numbers and words of the RFCs that define them.
#[test]
fn the_texts_are_those_of_the_rfcs() {
    for (code, text, reference) in [
        ("5.0.0", "Other undefined status", "RFC 3463"),
        ("5.1.6", "Destination mailbox has moved, No forwarding address", "RFC 3463"),
        ("2.1.9", "Message relayed to non-compliant mailer", "RFC 3886"),
        ("5.1.10", "Recipient address has null MX", "RFC 7505"),
        ("4.2.2", "Mailbox full", "RFC 3463"),
        ("2.3.6", "Requested priority was changed", "RFC 6710"),
        ("4.4.7", "Delivery time expired", "RFC 3463"),
        ("5.5.6", "Authentication Exchange line is too long", "RFC 4954"),
        ("5.6.6", "Message content not available", "RFC 4468"),
        (
            "5.6.9",
            "UTF-8 header message cannot be transferred to one or more recipients, so the message \
             must be rejected",
            "RFC 6531",
        ),
        ("4.7.12", "A password transition is needed", "RFC 4954"),
        ("5.7.13", "User Account Disabled", "RFC 5248"),
        ("5.7.16", "Message is too big for the specified priority", "RFC 6710"),
        ("5.7.17", "Mailbox owner has changed", "RFC 7293"),
        ("5.7.26", "Multiple authentication checks failed", "RFC 7372"),
        ("5.7.27", "Sender address has null MX", "RFC 7505"),
        ("5.7.29", "ARC validation failure", "RFC 8617"),
        ("5.7.30", "REQUIRETLS support required", "RFC 8689"),
    ] {
        assert_eq!((status(code).text(), status(code).reference()), (text, reference), "{code}");
    }
}

/// X.7.8 is what RFC 4954 section 6 says, not what RFC 4468 section 5 said (RFC 5248 section 2.4).
#[test]
fn names_of_numbers_that_were_given_twice() {
    assert_eq!(status("5.7.8"), Status::AUTHENTICATION_CREDENTIALS_INVALID);
    assert_eq!(status("5.7.14"), Status::TRUST_RELATIONSHIP_REQUIRED);
    assert_eq!(status("5.6.10").text(), status("5.6.8").text());
    assert_ne!(status("5.6.10"), Status::UTF8_REPLY_REQUIRED);
}

#[test]
fn classes() {
    assert_eq!(Status::MAILBOX_FULL.transient(), code("4.2.2"));
    assert_eq!(Status::REQUIRETLS_SUPPORT_REQUIRED.permanent(), code("5.7.30"));
    assert_eq!(Status::RELAYED_TO_NON_COMPLIANT_MAILER.positive(), code("2.1.9"));
    assert_eq!(format!("{:?}", Status::RECIPIENT_NULL_MX), "X.1.10");
}

/// 2.1.23 is the example of a code in RFC 3463 section 2, and means nothing.
#[test]
fn what_is_not_known_is_taken_for_what_is() {
    for (heard, known, closest) in [
        ("2.1.5", true, "X.1.5"),
        ("2.1.23", false, "X.1.0"),
        ("4.7.999", false, "X.7.0"),
        ("5.6.11", false, "X.6.0"),
        ("5.8.1", false, "X.0.0"),
        ("5.8.0", false, "X.0.0"),
        ("5.256.0", false, "X.0.0"),
        ("5.1.257", false, "X.1.0"),
        ("5.0.1", false, "X.0.0"),
        ("4.0.0", true, "X.0.0"),
    ] {
        assert_eq!(code(heard).status().is_some(), known, "{heard}");
        assert_eq!(code(heard).closest_status().to_string(), closest, "{heard}");
    }
}
