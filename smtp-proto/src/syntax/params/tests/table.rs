//! The table of known parameters.

use super::super::*;
use crate::limits::ServerLimits;
use crate::syntax::capability::Extension;
use crate::syntax::reply::Status;
use crate::syntax::verb::Verb;
use alloc::vec::Vec;

#[test]
fn every_known_parameter_has_one_row() {
    for (at, known) in Known::all().enumerate() {
        assert_eq!(known.keyword(), known.keyword().to_ascii_uppercase());
        assert!(matches!(known.verb(), Verb::Mail | Verb::Rcpt) && !known.expected().is_empty());
        let found = Known::find(known.verb(), &known.keyword().to_ascii_lowercase()).unwrap();
        let first = Known::all().position(|row| core::ptr::eq(row, found));
        assert_eq!(first, Some(at), "{} has two rows", known.keyword());
    }
}

/// The longest that each of them can be.
fn longest() -> Vec<(Verb, String)> {
    let (mail, rcpt) = (Verb::Mail, Verb::Rcpt);
    [
        (mail, String::from("SIZE=18446744073709551615")),
        (mail, "BODY=BINARYMIME".into()),
        (mail, "SMTPUTF8".into()),
        (mail, String::from("AUTH=") + &"+E4+BD+A0".repeat(21) + "@" + &"+E4+BD+A0".repeat(33)),
        (mail, "RET=HDRS".into()),
        (mail, String::from("ENVID=") + &"a".repeat(100)),
        (rcpt, "NOTIFY=SUCCESS,FAILURE,DELAY".into()),
        (rcpt, String::from("ORCPT=rfc822;") + &"a".repeat(493)),
        (mail, "BY=-999999999;NT".into()),
        (mail, "HOLDFOR=999999999".into()),
        (mail, "HOLDUNTIL=2026-01-31T23:59:59.99Z".into()),
        (mail, "MT-PRIORITY=-9".into()),
        (mail, "MTRK=qZk+NkcGgWq6PiVxeFDCbJzQ2J0:999999999".into()),
        (rcpt, "RRVS=2026-01-31T23:59:59+00:00;C".into()),
        (mail, "REQUIRETLS".into()),
        (mail, String::from("SOLICIT=") + &"a".repeat(1000)),
        (mail, "CONPERM".into()),
        (rcpt, "CONNEG".into()),
        (mail, String::from("TRANSID=<") + &"a".repeat(76) + "@b>"),
        (mail, "XVERP=+=".into()),
    ]
    .into()
}

#[test]
fn the_line_grows_by_what_is_needed() {
    let longest = longest();
    for (known, (verb, text)) in Known::all().zip(&longest) {
        let params = Params::parse(text).unwrap();
        let param = params.iter().next().unwrap();
        assert_eq!((known.keyword(), known.verb()), (param.keyword, *verb));
        assert!(known.accepts(param), "{text}");
        let needed = 1 + text.len();
        // RFC 4954 section 3 and RFC 6531 section 3.1 say more than that.
        match known.keyword() {
            "AUTH" => assert!(needed <= known.octets() && known.octets() == 500),
            "SMTPUTF8" => assert_eq!(known.octets(), needed + 1),
            _ => assert_eq!(known.octets(), needed, "{text}"),
        }
    }
    assert_eq!(Known::all().count(), longest.len());
}

/// RFC 3461 section 5.4: any combination of parameters has to fit.
#[test]
fn a_command_line_holds_all_of_them() {
    for verb in [Verb::Mail, Verb::Rcpt] {
        let rows = Known::all().filter(|known| known.verb() == verb);
        let octets: usize = rows.map(Known::octets).sum();
        assert!(512 + octets <= ServerLimits::default().command_line, "{verb} needs {octets} more");
        let texts = longest().into_iter().filter(|(of, _)| *of == verb).map(|(_, text)| text + " ");
        let texts: String = texts.collect();
        assert!(texts.len() <= octets && Params::parse(&texts).is_ok());
    }
}

#[test]
fn a_bad_value_is_refused_by_its_rfc() {
    for known in Known::all() {
        let refusal = if known.extension() == Extension::MtPriority {
            Status::SYNTAX_ERROR
        } else {
            Status::INVALID_COMMAND_ARGUMENTS
        };
        assert_eq!(known.refusal(), refusal);
    }
}
