//! What the values look like to who reads them, and what may be left out.

use crate::{is_written, round_trip};
use smtp_proto::client::{Envelope, Recipient};
use smtp_proto::session::Protocol;
use smtp_proto::syntax::address::{AddressLiteral, ForwardPath, HelloName, Mailbox, ReversePath};
use smtp_proto::syntax::capability::{Capabilities, Capability, Extension};
use smtp_proto::syntax::params::{AuthParam, BodyType, Params};
use smtp_proto::syntax::reply::{Class, Code, EnhancedCode, Reply, Status};
use smtp_proto::syntax::text::Text;
use smtp_proto::syntax::verb::Verb;

#[test]
fn strings() {
    let mailbox: Mailbox = "\"a \\\"b\"@example.org".parse().unwrap();
    is_written(&mailbox, r#""\"a \\\"b\"@example.org""#);
    is_written(&ReversePath::from(mailbox), r#""<\"a \\\"b\"@example.org>""#);
    is_written(&ReversePath::Null, r#""<>""#);
    is_written(&ForwardPath::Postmaster, r#""<Postmaster>""#);
    is_written(&"[IPv6:2001:db8::1]".parse::<AddressLiteral>().unwrap(), r#""[IPv6:2001:db8::1]""#);
    is_written(&"_host".parse::<HelloName>().unwrap(), r#""_host""#);
    is_written(&Text::lossy("Grüße,\tall"), r#""Grüße,\tall""#);
    is_written(&AuthParam::Null, r#""<>""#);
    // On the wire: AUTH=e+3Dmc2@example.com (RFC 4954 section 5).
    let submitter = AuthParam::Mailbox("e=mc2@example.com".parse().unwrap());
    is_written(&submitter, r#""e=mc2@example.com""#);
    is_written(&BodyType::BinaryMime, r#""BINARYMIME""#);
    is_written(&Extension::EightBitMime, r#""8BITMIME""#);
    is_written(&Verb::StartTls, r#""STARTTLS""#);
    is_written(&Protocol::Submission, r#""submission""#);
    is_written(&EnhancedCode::transient(7, 12), r#""4.7.12""#);
    is_written(&Status::MAILBOX_FULL, r#""X.2.2""#);
    let capability = Capability::parse(b"auth=PLAIN").unwrap();
    assert_eq!(serde_json::to_string(&capability).unwrap(), r#""AUTH PLAIN""#);
}

/// What people write by hand is taken as `parse` takes it.
#[test]
fn other_ways_to_write_strings() {
    fn read<T: serde::de::DeserializeOwned>(json: &str) -> T {
        serde_json::from_str(json).unwrap()
    }
    let mailbox: Mailbox = "a@example.org".parse().unwrap();
    assert_eq!(read::<ReversePath>(r#""a@example.org""#), mailbox.clone().into());
    assert_eq!(read::<ForwardPath>(r#""<@relay.example:a@example.org>""#), mailbox.into());
    assert_eq!(read::<ForwardPath>(r#""postmaster""#), ForwardPath::Postmaster);
    assert_eq!(read::<BodyType>(r#""8bitmime""#), BodyType::EightBitMime);
    assert_eq!(read::<Extension>(r#""StartTLS""#), Extension::StartTls);
    assert_eq!(read::<Verb>(r#""rcpt""#), Verb::Rcpt);
    assert_eq!(read::<Protocol>(r#""LMTP""#), Protocol::Lmtp);
    // An escape is the character it stands for.
    assert_eq!(read::<Mailbox>(r#""\u0061@example.org""#).as_str(), "a@example.org");
}

#[test]
fn numbers() {
    is_written(&Code::MAILBOX_UNAVAILABLE, "550");
    is_written(&Class::Permanent, "5");
}

#[test]
fn params_are_a_map_in_their_order() {
    let params: Params = " SIZE=1000  smtputf8 BODY=8BITMIME ".parse().unwrap();
    is_written(&params, r#"{"SIZE":"1000","smtputf8":null,"BODY":"8BITMIME"}"#);
    is_written(&Params::<Box<str>>::none(), "{}");
    let sorted: Params =
        serde_json::from_str(r#"{"BODY":"8BITMIME","SIZE":"1000","smtputf8":null}"#).unwrap();
    assert_eq!(sorted.to_string(), "BODY=8BITMIME SIZE=1000 smtputf8");
}

#[test]
fn replies() {
    let no_user = Text::lossy("No such user");
    let enhanced = EnhancedCode::permanent(1, 1);
    let reply = Reply::new(Code::MAILBOX_UNAVAILABLE, Some(enhanced), &[no_user]);
    is_written(&reply, r#"{"code":550,"enhanced":"5.1.1","lines":["5.1.1 No such user"]}"#);
    let reply = Reply::parse(b"250-mx.example\r\n250 HELP\r\n").unwrap();
    is_written(&reply, r#"{"code":250,"enhanced":null,"lines":["mx.example","HELP"]}"#);

    let left_out: Reply =
        serde_json::from_str(r#"{"lines":["5.1.1 No such user"],"code":550}"#).unwrap();
    assert_eq!(left_out.enhanced(), Some(enhanced));
    let no_lines: Reply = serde_json::from_str(r#"{"code":250,"lines":[]}"#).unwrap();
    assert_eq!(no_lines, Reply::new::<&str>(Code::OK, None, &[]));
}

#[test]
fn capabilities_are_their_lines() {
    let reply = "250-mx.example\r\n250-size 1000\r\n250-X-OWN a  b\r\n250-?\r\n250 AUTH=PLAIN \r\n";
    let announced = Capabilities::from_reply(&Reply::parse(reply.as_bytes()).unwrap());
    let json = serde_json::to_string(&announced).unwrap();
    assert_eq!(json, r#"["SIZE 1000","X-OWN a  b","AUTH PLAIN"]"#);
    let read: Capabilities = serde_json::from_str(&json).unwrap();
    assert_eq!(read.size(), Some(1000));
    assert!(read.supports_auth("plain"));
    assert_eq!(read.get("x-own"), Some("a  b"));
    assert!(read.iter().eq(announced.iter()));
    round_trip(&read);
}

fn example() -> Envelope {
    let alice = "<alice@example.org>".parse().unwrap();
    let bob = "<bob@example.com>".parse().unwrap();
    Envelope {
        to: vec![
            Recipient { path: bob, params: "NOTIFY=SUCCESS,FAILURE".parse().unwrap() },
            ForwardPath::Postmaster.into(),
        ],
        body: BodyType::EightBitMime,
        size: Some(10_240),
        auth: Some(AuthParam::Mailbox("alice@example.org".parse().unwrap())),
        params: "RET=HDRS ENVID=QQ314159".parse().unwrap(),
        ..Envelope::new(alice, [])
    }
}

#[test]
fn envelopes() {
    let json = serde_json::json!({
        "from": "<alice@example.org>",
        "to": [
            { "path": "<bob@example.com>", "params": { "NOTIFY": "SUCCESS,FAILURE" } },
            { "path": "<Postmaster>", "params": {} },
        ],
        "body": "8BITMIME",
        "size": 10240,
        "smtputf8": false,
        "burl": false,
        "auth": "alice@example.org",
        "params": { "RET": "HDRS", "ENVID": "QQ314159" },
    });
    assert_eq!(serde_json::to_value(example()).unwrap(), json);
    round_trip(&example());
}

/// So that what was stored before a field came can be read after it.
#[test]
fn all_but_the_addresses_may_be_missing() {
    let json = r#"{"from": "<>", "to": [{"path": "<bob@example.com>"}]}"#;
    let bob = "bob@example.com".parse().unwrap();
    let plain = Envelope::new(ReversePath::Null, [bob]);
    assert_eq!(serde_json::from_str::<Envelope>(json).unwrap(), plain);

    // Each of them by itself.
    let mut fields: serde_json::Map<_, _> =
        serde_json::from_str(&serde_json::to_string(&plain).unwrap()).unwrap();
    for name in fields.keys().cloned().collect::<Vec<_>>() {
        let field = fields.remove(&name).unwrap();
        let read = serde_json::from_value::<Envelope>(fields.clone().into());
        if matches!(&*name, "from" | "to") {
            assert_eq!(read.unwrap_err().to_string(), format!("missing field `{name}`"));
        } else {
            assert_eq!(read.unwrap(), plain, "without {name}");
        }
        fields.insert(name, field);
    }
}
