//! What is not a value of the wire is not read as one.

use std::fmt::{Debug, Display};

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{generate, refusal};
use smtp_proto::client::{Envelope, Recipient};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::address::{
    AddressLiteral, Domain, ForwardPath, HelloName, Host, Mailbox, ReversePath,
};
use smtp_proto::syntax::capability::{Capabilities, Extension};
use smtp_proto::syntax::command::Mechanism;
use smtp_proto::syntax::params::{AuthParam, BodyType, Params};
use smtp_proto::syntax::reply::{Class, Code, EnhancedCode, Reply, Status};
use smtp_proto::syntax::text::Text;
use smtp_proto::syntax::verb::Verb;

const CONTROLS: [char; 6] = ['\r', '\n', '\0', '\u{1B}', '\u{7F}', '\u{85}'];

/// `text`, with each control in each place; and what ends a command and begins another.
fn injected(text: &str) -> Vec<String> {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut all = vec![format!("{text}\r\nRSET")];
    for at in places {
        let (before, after) = text.split_at(at);
        all.extend(CONTROLS.iter().map(|control| format!("{before}{control}{after}")));
    }
    all
}

/// No control gets into a value that is a string, in either format.
fn no_controls<T: Serialize + DeserializeOwned + Debug>(text: &str) {
    let read = |text: &str| -> Result<T, _> { postcard::from_bytes(&octets(&text)) };
    read(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
    for text in injected(text) {
        refusal::<T>(&serde_json::to_string(&text).unwrap());
        assert!(read(&text).is_err(), "{text:?}");
    }
}

fn octets(value: &impl Serialize) -> Vec<u8> {
    postcard::to_allocvec(value).unwrap()
}

#[test]
fn strings_with_controls() {
    no_controls::<Domain>("example.org");
    no_controls::<AddressLiteral>("[IPv6:::1]");
    no_controls::<AddressLiteral>("[tag:x]");
    no_controls::<Host>("example.org");
    no_controls::<Host>("[192.0.2.1]");
    no_controls::<Mailbox>("\"a b\"@example.org");
    no_controls::<HelloName>("_x");
    no_controls::<ReversePath>("<>");
    no_controls::<ReversePath>("<a@example.org>");
    no_controls::<ForwardPath>("<Postmaster>");
    no_controls::<ForwardPath>("a@example.org");
    no_controls::<Text>("a b");
    no_controls::<Mechanism>("SCRAM-SHA-256");
    no_controls::<AuthParam>("<>");
    no_controls::<AuthParam>("a@example.org");
    no_controls::<BodyType>("8BITMIME");
    no_controls::<Extension>("SIZE");
    no_controls::<Verb>("MAIL");
    no_controls::<EnhancedCode>("5.1.1");
    no_controls::<Status>("X.1.1");
    no_controls::<Protocol>("smtp");
}

#[test]
fn params_with_controls() {
    for text in injected("AB") {
        let json = serde_json::json!({ text.clone(): "1" }).to_string();
        assert!(refusal::<Params>(&json).contains("parameter"), "{json}");
        let json = serde_json::json!({ "KEY": text }).to_string();
        assert!(refusal::<Params>(&json).contains("parameter KEY"), "{json}");
    }
}

#[test]
fn lines_with_controls() {
    for text in injected("5.1.1 No") {
        // RFC 5321 has no C1 controls, but servers may send any octets above 0x7F.
        let c1 = text.contains('\u{85}');
        for lines in [vec![text.clone()], vec![text.clone(), "a".into()], vec!["a".into(), text]] {
            let json = serde_json::json!({ "code": 550, "lines": lines }).to_string();
            match serde_json::from_str::<Reply>(&json) {
                Ok(reply) => assert!(c1 && reply.lines().count() == lines.len(), "{json}"),
                Err(error) => assert!(!c1 && error.to_string().contains("control"), "{error}"),
            }
        }
    }
    for text in injected("SIZE 1000") {
        for lines in [vec![text.clone()], vec!["HELP".into(), text]] {
            refusal::<Capabilities>(&serde_json::to_string(&lines).unwrap());
        }
    }
}

#[test]
fn every_refusal_says_what_is_wrong() {
    fn says<T: DeserializeOwned + Debug>(json: impl Display, error: &str) {
        let refusal = refusal::<T>(&json.to_string());
        assert!(refusal.starts_with(error), "{refusal}");
    }
    says::<Mailbox>(
        r#""a b@example.org""#,
        "invalid value \"a b@example.org\", expected a mailbox: local part has a character that \
         is not permitted outside quotes at offset 1",
    );
    says::<Mailbox>("17", "invalid type: integer `17`, expected a mailbox");
    says::<ForwardPath>(
        r#""<>""#,
        "invalid value \"<>\", expected a forward-path: recipient is null",
    );
    says::<Mechanism>(
        r#""A B""#,
        "invalid value \"A B\", expected a SASL mechanism: 1 to 20 letters",
    );
    says::<BodyType>(
        r#""9BIT""#,
        "invalid value \"9BIT\", expected a body type: 7BIT, 8BITMIME or BINARYMIME",
    );
    says::<Extension>(r#""XYZZY""#, "invalid value \"XYZZY\", expected an extension: its keyword");
    says::<Protocol>(r#""uucp""#, "invalid value \"uucp\", expected a protocol: smtp, submission");
    says::<Code>("199", "invalid value: integer `199`, expected a reply code from 200 to 599");
    says::<Class>("1", "invalid value: integer `1`, expected the first digit of a reply code");
    says::<Params>(r#"{"A": ""}"#, "parameter A has an empty value");
    says::<Params>(r#"{"A": "1", "a": null}"#, "parameter a is there twice");
    says::<Params>(r#"{"A B": "1"}"#, "parameter A has a keyword that is not letters");
    says::<Params>(r#"{"A": "1 B=2"}"#, "parameter A has a character that is not permitted");
    says::<Params>(r#"{"A=1": null}"#, "parameter A has a keyword that is not letters");
    says::<Params>(r#""A=1""#, "invalid type: string \"A=1\", expected a map from the keywords");
    says::<Reply>(
        r#"{"code": 550, "enhanced": "2.1.1", "lines": ["2.1.1 x"]}"#,
        "enhanced code 2.1.1 in a reply 550: the first digits have to be the same",
    );
    says::<Reply>(
        r#"{"code": 550, "enhanced": "5.1.1", "lines": ["No such user"]}"#,
        "the first line of a reply does not begin with its enhanced code 5.1.1: write it there, \
         or leave \"enhanced\" out",
    );
    says::<Reply>(
        r#"{"code": 250, "lines": ["a\r\n550 b"]}"#,
        "the lines of a reply: control character U+000D at offset 1",
    );
    says::<Capabilities>(
        r#"["SIZE 1000\r"]"#,
        "capability \"SIZE 1000\\r\": control character U+000D at offset 9",
    );
    says::<Capabilities>(r#"["?"]"#, "capability \"?\" is not a keyword of letters");
    says::<Envelope>(
        r#"{"from": "<>", "to": [], "deadline": 1}"#,
        "unknown field `deadline`, expected one of `from`, `to`, ",
    );
    says::<Recipient>(r#"{"path": "<>"}"#, "invalid value \"<>\", expected a forward-path");
}

#[test]
fn codes_that_are_none() {
    for code in (0..200).chain(600..1100).chain([65_535, 65_736, i64::MAX]) {
        refusal::<Code>(&code.to_string());
        refusal::<Reply>(&format!(r#"{{"code": {code}, "lines": ["x"]}}"#));
    }
    for json in ["-250", "250.5", "\"250\"", "null", "[250]"] {
        refusal::<Code>(json);
    }
    for class in ["0", "1", "6", "250", "\"2\""] {
        refusal::<Class>(class);
    }
    assert!(postcard::from_bytes::<Code>(&octets(&199u16)).is_err());
    assert!(postcard::from_bytes::<Class>(&octets(&6u8)).is_err());
}

#[test]
fn enhanced_codes_that_are_none() {
    for text in ["3.1.1", "1.1.1", "5.1", "5.1.1 ", " 5.1.1", "5.01.1", "5.1000.1", "X.1.1", ""] {
        refusal::<EnhancedCode>(&format!("{text:?}"));
    }
    for text in ["5.1.1", "x.1.1", "X1.1", "X.1.99", "X.1", "X.1.1 ", "X..1", "X", ""] {
        refusal::<Status>(&format!("{text:?}"));
    }
}

/// The enhanced code is that of the lines or it is wrong, whichever class it has.
#[test]
fn enhanced_codes_that_do_not_match() {
    for code in [250, 354, 450, 550] {
        for enhanced in ["2.1.1", "4.1.1", "5.1.1", "5.1.2"] {
            for first in ["2.1.1 x", "4.1.1", "5.1.1 x", "x", "5.1.1x"] {
                let json = serde_json::json!({
                    "code": code, "enhanced": enhanced, "lines": [first, "5.1.2 x"],
                });
                let read = serde_json::from_value::<Reply>(json.clone());
                let same_class = enhanced.as_bytes()[0] == code.to_string().as_bytes()[0];
                let same = first.split(' ').next() == Some(enhanced);
                assert_eq!(read.is_ok(), same_class && same, "{json}");
            }
        }
    }
}

#[test]
fn too_many_params() {
    let map = |count: usize| -> String {
        let params: Vec<_> = (0..count).map(|n| format!("\"P{n}\":null")).collect();
        format!("{{{}}}", params.join(","))
    };
    let most = smtp_proto::syntax::params::MAX_PARAMS;
    assert_eq!(serde_json::from_str::<Params>(&map(most)).unwrap().iter().count(), most);
    assert!(refusal::<Params>(&map(most + 1)).contains("is one too many"));
}

/// What is unknown may be what the message must not be sent without.
#[test]
fn unknown_fields() {
    refusal::<Envelope>(r#"{"from": "<>", "to": [], "x": 1}"#);
    refusal::<Recipient>(r#"{"path": "<a@example.org>", "x": 1}"#);
    refusal::<Reply>(r#"{"code": 250, "lines": [], "x": 1}"#);
    refusal::<Envelope>(r#"{"from": "<>", "from": "<>", "to": []}"#);
}

proptest! {
    /// Nothing else gets in either: what is read can be written into a command, or a reply.
    #[test]
    fn whatever_is_read_holds_no_line_end(text in nearly()) {
        let json = serde_json::to_string(&text).unwrap();
        look::<Mailbox>(&json);
        look::<ReversePath>(&json);
        look::<ForwardPath>(&json);
        look::<Host>(&json);
        look::<HelloName>(&json);
        look::<Text>(&json);
        look::<Mechanism>(&json);
        look::<AuthParam>(&json);
        look::<Params>(&format!("{{{json}:null}}"));
        look::<Params>(&format!("{{\"X\":{json}}}"));
        look::<Reply>(&format!("{{\"code\":250,\"lines\":[{json},{json}]}}"));
        if let Ok(capabilities) = serde_json::from_str::<Capabilities>(&format!("[{json}]")) {
            assert_eq!(capabilities.iter().count(), 1);
        }
    }

    /// Octets that nobody wrote are refused or are a value, but nothing else happens.
    #[test]
    fn arbitrary_octets(octets in any::<Vec<u8>>()) {
        if let Ok(envelope) = postcard::from_bytes::<Envelope>(&octets) {
            crate::round_trip(&envelope);
        }
        if let Ok(reply) = postcard::from_bytes::<Reply>(&octets) {
            crate::round_trip(&reply);
        }
    }

    /// One octet of an envelope changed: it is refused, or another envelope.
    #[test]
    fn damaged_envelopes(
        envelope in generate::envelope(),
        at in any::<prop::sample::Index>(),
        octet in any::<u8>(),
    ) {
        let mut octets = octets(&envelope);
        *at.get_mut(&mut octets) = octet;
        if let Ok(read) = postcard::from_bytes::<Envelope>(&octets) {
            crate::round_trip(&read);
        }
    }
}

fn look<T: DeserializeOwned + ToString>(json: &str) {
    if let Ok(value) = serde_json::from_str::<T>(json) {
        assert!(!value.to_string().contains(['\r', '\n', '\0']), "{json}");
    }
}

/// Texts of the characters that matter, close to values.
fn nearly() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[<>@:,.\"\\\\a0ü\\[\\] \r\n\0-]{0,16}",
        "<?(@a[,:@]){0,2}(a|\"|\\\\|[.]|é|\r|\n){0,5}@(a|[.]|-|\r|\n){0,4}>?[\r\n]{0,2}",
        "[A-Z]{1,4}[ =]?[a-z\r\n\0 ]{0,4}",
    ]
}
