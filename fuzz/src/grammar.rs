//! Each item of the grammar by itself: what is parsed is written, and what is written is parsed as
//! the same. Nothing that is displayed holds a control character.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use bytes::BytesMut;
use smtp_proto::syntax::address::{
    AddressLiteral, AsciiDomain, Domain, ForwardPath, HelloName, Host, Mailbox, ReversePath,
};
use smtp_proto::syntax::command::{
    AtrnDomains, Attributes, EtrnNode, InitialResponse, Mechanism, Url,
};
use smtp_proto::syntax::datetime::DateTime;
use smtp_proto::syntax::params::{
    AuthParam, BodyType, By, ConNeg, ConPerm, EnvId, HoldFor, HoldUntil, Known, MtPriority, Mtrk,
    Notify, Orcpt, Parameter, Params, RequireTls, Ret, Rrvs, Size, SmtpUtf8, Solicit, TransId,
    Xverp,
};
use smtp_proto::syntax::reply::{Code, EnhancedCode};
use smtp_proto::syntax::text::Text;
use smtp_proto::syntax::verb::Verb;
use smtp_proto::syntax::{base64, unitext, xtext};

/// Takes octets for each item in turn.
pub fn check(data: &[u8]) {
    octets(data);
    if let Ok(text) = str::from_utf8(data) {
        addresses(text);
        arguments(text);
        moments(text);
        codes(text);
        texts(text);
        for (keyword, typed) in PARAMETERS {
            let mut params = Params::none();
            if params.push(keyword, Some(text)).is_ok() {
                same(&params);
                typed(&params.borrowed());
            }
        }
        if let Ok(params) = Params::parse(text) {
            parameters(&params);
        }
    }
}

fn addresses(text: &str) {
    if let Some(mailbox) = item::<Mailbox>(text) {
        let (local, domain) = (mailbox.local_part(), mailbox.domain().to_string());
        assert_eq!(mailbox.as_str(), format!("{local}@{domain}"));
        no_control(&mailbox.unquoted());
        let again = Mailbox::from_parts(&mailbox.unquoted(), &domain).expect("the same parts");
        assert!(again.same_as(&mailbox), "{again} is not {mailbox}");
    }
    item::<Domain>(text);
    item::<Host>(text);
    if let Some(domain) = item::<AsciiDomain>(text) {
        assert!(domain.to_string().is_ascii());
    }
    if let Some(literal) = item::<AddressLiteral>(text) {
        let _ = literal.ip();
    }
    if let Some(name) = item::<HelloName>(text) {
        let _ = name.host();
    }
    // From a string they are read with or without brackets, from a command only with.
    if let Some(path) = item::<ReversePath>(text) {
        assert_eq!(ReversePath::parse(&path.to_string()), Ok(path.borrowed()));
    }
    assert!(ReversePath::parse(text).is_err() || text.parse::<ReversePath>().is_ok());
    if let Some(path) = item::<ForwardPath>(text) {
        assert_eq!(ForwardPath::parse(&path.to_string()), Ok(path.borrowed()));
        for smtputf8 in [false, true] {
            if let Some(orcpt) = Orcpt::of(&path, smtputf8) {
                no_control(&orcpt.to_string());
                let _ = orcpt.recipient();
            }
        }
    }
    assert!(ForwardPath::parse(text).is_err() || text.parse::<ForwardPath>().is_ok());
}

/// What stands behind a verb.
fn arguments(text: &str) {
    item::<Mechanism>(text);
    item::<EtrnNode>(text);
    item::<AtrnDomains>(text);
    if let Ok(url) = Url::parse(text) {
        no_control(url.as_str());
        let again = Url::parse(url.as_str()).expect("what was parsed is a URL");
        assert_eq!((again, again.host()), (url, url.host()));
        assert!(url.as_str().starts_with(url.scheme()));
    }
    if let Some(initial) = InitialResponse::parse(text) {
        no_control(initial.as_str());
        let again = InitialResponse::parse(initial.as_str()).expect("what was parsed");
        assert_eq!(again.decode(), initial.decode());
    }
    for verb in [Verb::XClient, Verb::XForward] {
        if let Ok(found) = Attributes::parse(verb, text) {
            let written = found.to_string();
            no_control(&written);
            let again = Attributes::parse(verb, &written).expect("what was parsed");
            assert_eq!(again, found);
        }
    }
    if let Some(verb) = Verb::parse(text.as_bytes()) {
        assert!(verb.as_str().eq_ignore_ascii_case(text));
    }
}

fn moments(text: &str) {
    if let Some(moment) = DateTime::parse(text) {
        assert_eq!(moment.as_str(), text);
        same(&moment);
        if let Some(utc) = DateTime::from_unix_seconds(moment.unix_seconds()) {
            assert!(utc.is_utc() && !utc.has_fraction());
            assert_eq!(utc.unix_seconds(), moment.unix_seconds());
            assert!(utc <= moment || text.contains(":60"), "{utc} is later than {moment}");
        }
    }
    if let Ok(seconds) = text.parse()
        && let Some(moment) = DateTime::from_unix_seconds(seconds)
    {
        assert_eq!(moment.unix_seconds(), seconds);
        same(&moment);
    }
}

fn codes(text: &str) {
    if let Some(enhanced) = EnhancedCode::parse(text.as_bytes()) {
        assert_eq!(EnhancedCode::parse(enhanced.to_string().as_bytes()), Some(enhanced));
        assert_eq!(enhanced.to_string(), text, "there is one way to write it");
        let closest = enhanced.closest_status();
        assert!(enhanced.status().is_none_or(|status| status == closest));
        no_control(&closest.to_string());
    }
    if let Ok(number) = text.parse()
        && let Some(code) = Code::new(number)
    {
        assert_eq!((code.as_u16(), code.to_string()), (number, format!("{number:03}")));
        assert_eq!(u16::from(code.class().digit()), number / 100);
    }
}

/// Texts in all the ways there are to write them.
fn texts(text: &str) {
    match Text::new(text) {
        Ok(fine) => {
            assert_eq!(Text::lossy(text).as_str(), fine.as_str());
            no_control(&fine.as_str().replace('\t', " ")); // the one that a reply may hold
        }
        Err(_) => assert!(Text::new(Text::lossy(text).as_str()).is_ok()),
    }
    let clean = !text.contains(char::is_control);

    let mut encoded = String::new();
    xtext::encode(text, &mut encoded).expect("a String takes everything");
    assert!(encoded.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'='), "{encoded:?}");
    match xtext::decode(&encoded) {
        Ok(decoded) => assert_eq!(decoded, text),
        Err(error) => assert!(!clean, "{error}: {encoded:?}"),
    }
    if let Ok(decoded) = xtext::decode(text) {
        no_control(&decoded);
        let mut again = String::new();
        xtext::encode(&decoded, &mut again).expect("a String takes everything");
        assert_eq!(xtext::decode(&again).as_deref(), Ok(&*decoded));
    }

    let (mut utf8, mut ascii) = (String::new(), String::new());
    unitext::encode(text, &mut utf8).expect("a String takes everything");
    unitext::encode_ascii(text, &mut ascii).expect("a String takes everything");
    assert!(ascii.bytes().all(|octet| octet.is_ascii_graphic() && !b"+=".contains(&octet)));
    for encoded in [utf8, ascii] {
        match unitext::decode(&encoded) {
            Some(decoded) => assert_eq!(decoded, text),
            None => assert!(!clean, "{encoded:?}"),
        }
    }
    if let Some(decoded) = unitext::decode(text) {
        no_control(&decoded);
    }
}

fn octets(octets: &[u8]) {
    let mut encoded = BytesMut::new();
    base64::encode(octets, &mut encoded);
    assert_eq!(base64::decode(&encoded).as_deref(), Ok(octets));
    assert_eq!(encoded.len(), base64::encoded_len(octets.len()));
    if let Ok(decoded) = base64::decode(octets) {
        let mut again = BytesMut::new();
        base64::encode(&decoded, &mut again);
        assert_eq!(again, octets, "there is one way to write it");
    }
}

/// A keyword, and what looks at the parameter of that name.
type Kind = (&'static str, fn(&Params<&str>));

const fn kind<P: Parameter + PartialEq + Debug>() -> Kind {
    (P::KEYWORD, typed::<P>)
}

const PARAMETERS: [Kind; 20] = [
    kind::<AuthParam>(),
    kind::<BodyType>(),
    kind::<By>(),
    kind::<ConNeg>(),
    kind::<ConPerm>(),
    kind::<EnvId>(),
    kind::<HoldFor>(),
    kind::<HoldUntil>(),
    kind::<MtPriority>(),
    kind::<Mtrk>(),
    kind::<Notify>(),
    kind::<Orcpt>(),
    kind::<RequireTls>(),
    kind::<Ret>(),
    kind::<Rrvs>(),
    kind::<Size>(),
    kind::<SmtpUtf8>(),
    kind::<Solicit>(),
    kind::<TransId>(),
    kind::<Xverp>(),
];

/// Parameters, and what each of them says.
pub fn parameters(params: &Params<&str>) {
    same(&params.into_owned());
    let mut copy = Params::none();
    for param in params.iter() {
        copy.push(param.keyword, param.value).expect("what was parsed can be written");
        assert_eq!(params.get(&param.keyword.to_ascii_lowercase()), Some(param));
        for verb in [Verb::Mail, Verb::Rcpt] {
            let _ = Known::find(verb, param.keyword).map(|known| known.accepts(param));
        }
    }
    assert_eq!(copy.borrowed(), *params);
    for (_, typed) in PARAMETERS {
        typed(params);
    }
}

/// What a parameter says can be written, and says the same again.
fn typed<P: Parameter + PartialEq + Debug>(params: &Params<&str>) {
    match params.value::<P>() {
        Ok(None) => assert!(!params.has::<P>()),
        Ok(Some(parameter)) => {
            let mut copy = Params::none();
            copy.set(&parameter).expect("what was parsed can be written");
            no_control(&copy.to_string());
            assert_eq!(copy.value().as_ref(), Ok(&Some(parameter)));
        }
        Err(error) => no_control(&error.to_string()),
    }
}

/// What is parsed is written, and what is written is parsed as the same.
pub fn item<T>(text: &str) -> Option<T>
where
    T: FromStr + Display + PartialEq + Debug,
{
    let value = text.parse().ok()?;
    same(&value);
    Some(value)
}

/// What is written is one line, and is read as what it was.
pub fn same<T>(value: &T)
where
    T: FromStr + Display + PartialEq + Debug,
{
    let written = value.to_string();
    no_control(&written);
    let Ok(again) = written.parse::<T>() else { panic!("{written:?} can't be read") };
    assert_eq!(&again, value);
    assert_eq!(again.to_string(), written);
}

/// Neither CR nor LF nor NUL nor any other.
pub fn no_control(text: &str) {
    assert!(!text.contains(char::is_control), "{text:?} has a control character");
}
