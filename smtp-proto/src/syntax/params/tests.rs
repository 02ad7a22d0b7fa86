use super::*;
use crate::syntax::verb::Verb;
use ParamErrorKind::{Control, Duplicate, Keyword, TooMany, Value, ValueCharacter, ValueEmpty};
use alloc::{format, string::ToString, vec, vec::Vec};
use proptest::prelude::*;

mod dsn;
mod other;
mod table;
mod time;

fn error<V>(kind: ParamErrorKind, keyword: &str, at: usize) -> Result<V, ParamError> {
    Err(ParamError::new(kind, keyword, at))
}

/// What a value says, which is written as a parameter and read again.
fn taken<P: Parameter + PartialEq + fmt::Debug>(value: &str) -> P {
    let parameter = P::parse(Some(value)).expect(value);
    let mut params = Params::none();
    params.set(&parameter).expect(value);
    assert_eq!(params.value::<P>().unwrap().as_ref(), Some(&parameter), "{params}");
    parameter
}

/// Values that a parameter can't have.
fn refused<P: Parameter + PartialEq + fmt::Debug>(values: &[&str]) {
    for value in values {
        assert_eq!(P::parse(Some(value)), None, "{}={value:?}", P::KEYWORD);
    }
}

fn parse(text: &str) -> Params<&str> {
    Params::parse(text).unwrap()
}

#[test]
fn parameters_in_their_order() {
    let params = parse("SIZE=1000 body=8BITMIME SMTPUTF8 X-1=a+b/ü:<>\"\\");
    let expected = vec![
        Param { keyword: "SIZE", value: Some("1000") },
        Param { keyword: "body", value: Some("8BITMIME") },
        Param { keyword: "SMTPUTF8", value: None },
        Param { keyword: "X-1", value: Some("a+b/ü:<>\"\\") },
    ];
    assert_eq!(params.iter().collect::<Vec<_>>(), expected);
    assert_eq!(params.get("Size"), Some(expected[0]));
    assert_eq!(params.get("x-1"), Some(expected[3]));
    assert_eq!(params.get("X"), None);
    assert!(!params.is_empty() && !params.is_ascii());
    assert_eq!(params.to_string(), params.as_str());
    assert_eq!(params.to_string().parse(), Ok(params.into_owned()));
}

#[test]
fn no_parameters() {
    for params in [Params::parse("").unwrap(), parse("  "), Params::none(), Params::default()] {
        assert!(params.is_empty() && params.is_ascii());
        assert_eq!(params.to_string(), "");
        assert_eq!((params.value::<Size>(), params.value::<SmtpUtf8>()), (Ok(None), Ok(None)));
        assert_eq!((params.value::<BodyType>(), params.value::<AuthParam>()), (Ok(None), Ok(None)));
        assert!(!params.has::<Size>());
        assert_eq!(params, Params::none());
    }
}

#[test]
fn spaces_do_not_matter() {
    let params = parse("  A   B=1  ");
    assert_eq!(params.to_string(), "A B=1");
    assert_eq!(params, parse("A B=1"));
    assert_ne!(params, parse("B=1 A"));
    assert_ne!(params, parse("A"));
}

#[test]
fn malformed() {
    for (text, kind, keyword, at) in [
        ("=1", Keyword, "", 0),
        ("A =1", Keyword, "", 2),
        ("-A", Keyword, "-A", 0),
        ("A_B=1", Keyword, "A", 1),
        ("A <b>", Keyword, "", 2),
        ("Ü=1", Keyword, "", 0),
        ("A=", ValueEmpty, "A", 2),
        ("A= B=1", ValueEmpty, "A", 2),
        ("A==", ValueCharacter, "A", 2),
        ("A=b=c", ValueCharacter, "A", 3),
        ("A=b\tB", Control, "A", 3),
        ("A\tB", Control, "A", 1),
        ("A=\u{85}", Control, "A", 2),
        ("A B A", Duplicate, "A", 4),
        ("SIZE=1 BODY=7BIT size=2", Duplicate, "size", 17),
        ("A A=1", Duplicate, "A", 2),
    ] {
        assert_eq!(Params::parse(text), error(kind, keyword, at), "{text:?}");
        assert_eq!(text.parse::<Params>(), error(kind, keyword, at));
    }
}

#[test]
fn controls_are_refused_everywhere() {
    for control in ('\0'..='\u{9F}').filter(|c| c.is_control()) {
        let text = "AB=cd EF=ü";
        for at in (0..=text.len()).filter(|&at| text.is_char_boundary(at)) {
            let text = format!("{}{control}{}", &text[..at], &text[at..]);
            let found = Params::parse(&text).unwrap_err();
            assert_eq!((found.kind, found.at), (Control, at), "{text:?}");
        }
        for (keyword, value) in [("A", "\0b"), ("A", "b\0"), ("A\0", "b"), ("\0A", "b")] {
            let (keyword, value) =
                [keyword, value].map(|text| text.replace('\0', &control.to_string())).into();
            assert_eq!(Params::none().push(&keyword, Some(&value)).unwrap_err().kind, Control);
        }
    }
}

#[test]
fn there_is_a_most() {
    let text = (0..MAX_PARAMS).fold(String::new(), |text, n| text + &format!("P{n} "));
    let mut params: Params = text.parse().unwrap();
    assert_eq!(params.iter().count(), MAX_PARAMS);
    assert_eq!(Params::parse(&format!("{text}Q")), error(TooMany, "Q", text.len()));
    assert_eq!(params.push("Q", None), error(TooMany, "Q", 0));
}

#[test]
fn built_one_by_one() {
    let mut params = Params::none();
    params.push("SIZE", Some("10")).unwrap();
    params.push("SMTPUTF8", None).unwrap();
    assert_eq!(params.as_str(), "SIZE=10 SMTPUTF8");
    assert_eq!(Params::parse(params.as_str()), Ok(params.borrowed()));
    for (keyword, value, expected) in [
        ("size", Some("1"), error(Duplicate, "size", 0)),
        ("", None, error(Keyword, "", 0)),
        ("", Some("a"), error(Keyword, "", 0)),
        ("A=b", None, error(Keyword, "A", 1)),
        ("A=b", Some("c"), error(ValueCharacter, "A", 3)),
        ("A B", None, error(Keyword, "A", 1)),
        ("A ", None, error(Keyword, "A", 1)),
        ("A", Some(""), error(ValueEmpty, "A", 2)),
        ("A", Some("b C"), error(ValueCharacter, "A", 3)),
        ("A", Some(" "), error(ValueEmpty, "A", 2)),
        ("A", Some("b=c"), error(ValueCharacter, "A", 3)),
        ("A", Some("b\r\nDATA"), error(Control, "A", 3)),
    ] {
        assert_eq!(params.push(keyword, value), expected, "{keyword:?} {value:?}");
    }
    assert_eq!(params.as_str(), "SIZE=10 SMTPUTF8");
}

#[test]
fn size() {
    for (text, size) in [
        ("SIZE=0", 0),
        ("size=0001", 1),
        ("SIZE=18446744073709551615", u64::MAX),
        ("SIZE=18446744073709551616", u64::MAX),
        ("SIZE=99999999999999999999", u64::MAX),
    ] {
        assert_eq!(parse(text).value(), Ok(Some(Size(size))));
    }
    let kind = Value { expected: "1 to 20 digits" };
    for value in ["100000000000000000000", "000000000000000000001", "-1", "+1", "1k", "١"] {
        let text = format!("A SIZE={value}");
        assert_eq!(parse(&text).value::<Size>(), error(kind, "SIZE", 7));
    }
    assert_eq!(parse("SIZE").value::<Size>(), error(kind, "SIZE", 4));
}

#[test]
fn body() {
    for body in [BodyType::SevenBit, BodyType::EightBitMime, BodyType::BinaryMime] {
        for text in [format!("BODY={body}"), format!("body={body}").to_ascii_lowercase()] {
            assert_eq!(parse(&text).value(), Ok(Some(body)));
        }
    }
    for text in ["BODY", "BODY=8BIT", "BODY=8BITMIMEX"] {
        let found = parse(text).value::<BodyType>().unwrap_err();
        assert!(matches!(found.kind, Value { .. }), "{found}");
    }
}

#[test]
fn smtputf8() {
    assert_eq!(parse("A smtputf8").value(), Ok(Some(SmtpUtf8)));
    assert_eq!(parse("SMTPUTF8X").value::<SmtpUtf8>(), Ok(None));
    let kind = Value { expected: "none at all" };
    assert_eq!(parse("SMTPUTF8=1").value::<SmtpUtf8>(), error(kind, "SMTPUTF8", 9));
}

#[test]
fn auth() {
    let mailbox = |text: &str| AuthParam::Mailbox(text.parse().unwrap());
    for (text, auth, written) in [
        ("AUTH=<>", AuthParam::Null, "<>"),
        ("AUTH=+3C+3e", AuthParam::Null, "<>"),
        ("AUTH=e+3Dmc2@example.com", mailbox("e=mc2@example.com"), "e+3Dmc2@example.com"),
        ("auth=a+2Bb@x", mailbox("a+b@x"), "a+2Bb@x"),
        ("AUTH=\"a+20b\"@x", mailbox("\"a b\"@x"), "\"a+20b\"@x"),
        ("AUTH=+C3+BC@x", mailbox("ü@x"), "+C3+BC@x"),
    ] {
        assert_eq!(parse(text).value(), Ok(Some(auth.clone())));
        assert_eq!(auth.to_string(), written);
    }
    for value in ["<", "a", "<a@x>", "a@x+0D+0A", "a+b@x", "a+@x", "ü@x", "postmaster", "a@x+20"] {
        let found = parse(&format!("AUTH={value}")).value::<AuthParam>().unwrap_err();
        assert_eq!((found.kind, found.at), (Value { expected: "<> or a mailbox, in xtext" }, 5));
    }
    assert!(parse("AUTH").value::<AuthParam>().is_err());
}

#[test]
fn messages_tell_what_and_where() {
    let message = |text: &str| Params::parse(text).unwrap_err().to_string();
    assert_eq!(message("A A"), "parameter A is there twice, the second at offset 2");
    assert_eq!(
        message("A=b=c"),
        "parameter A has a character that is not permitted in a value at offset 3"
    );
    assert_eq!(
        message("A !"),
        "parameter has a keyword that is not letters, digits and hyphens at offset 2"
    );
    assert_eq!(
        parse("SIZE=x").value::<Size>().unwrap_err().to_string(),
        "parameter SIZE has a value other than 1 to 20 digits at offset 5"
    );
    let long = ParamError::new(Duplicate, &"K".repeat(300), 0);
    assert_eq!(long.keyword(), "K".repeat(23));
    assert!(format!("{long:?}").contains("keyword: \"KKK"));
}

proptest! {
    #[test]
    fn round_trip(text in "( |[A-Z0-9][A-Z0-9-]{0,3}(=[!-<>-~ü]{1,5})? ){0,5}") {
        if let Ok(params) = Params::parse(&text) {
            let written = params.to_string();
            prop_assert_eq!(written.parse(), Ok(params.into_owned()));
            let mut built = Params::none();
            for param in params.iter() {
                built.push(param.keyword, param.value).unwrap();
            }
            prop_assert_eq!(built.as_str(), written);
            prop_assert_eq!(built.borrowed(), params);
        } else {
            let words: Vec<String> = text.split_whitespace().map(|word| {
                word.split('=').next().unwrap().to_ascii_lowercase()
            }).collect();
            prop_assert!(words.iter().enumerate().any(|(n, word)| words[..n].contains(word)));
        }
    }

    #[test]
    fn anything_is_refused_or_clean(any in any::<String>(), near in "[A-c0-9= \t\r\n-]{0,12}") {
        for text in [any, near] {
            match Params::parse(&text) {
                Ok(params) => {
                    prop_assert!(!text.chars().any(char::is_control));
                    prop_assert_eq!(params.to_string().parse(), Ok(params.into_owned()));
                    for param in params.iter() {
                        for verb in [Verb::Mail, Verb::Rcpt] {
                            Known::find(verb, param.keyword).map(|known| known.accepts(param));
                        }
                    }
                }
                Err(error) => prop_assert!(text.is_char_boundary(error.at), "{text:?}: {error}"),
            }
        }
    }

    #[test]
    fn what_is_pushed_is_one_parameter(keyword in "[A-C =\r-]{0,3}", value in prop::option::of("[a-c =\n]{0,4}")) {
        let mut params = Params::none();
        if params.push(&keyword, value.as_deref()).is_ok() {
            let param = Param { keyword: &keyword, value: value.as_deref() };
            prop_assert_eq!(params.iter().collect::<Vec<_>>(), vec![param]);
        } else {
            prop_assert!(params.is_empty());
        }
    }
}
