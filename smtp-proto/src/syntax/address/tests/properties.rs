use super::super::{AddressLiteral, Domain, ForwardPath, HelloName, Host, Mailbox, ReversePath};
use alloc::{
    format,
    string::{String, ToString},
};
use proptest::prelude::*;

fn domain() -> impl Strategy<Value = String> {
    "([a-zA-Z0-9]([a-zA-Z0-9-]{0,5}[a-zA-Z0-9])?|[ü中😀]{1,3})([.][a-z0-9]{1,9}){0,3}"
}

fn host() -> impl Strategy<Value = String> {
    let v4 = any::<[u8; 4]>().prop_map(|[a, b, c, d]| format!("[{a}.{b}.{c}.{d}]"));
    let v6 = any::<core::net::Ipv6Addr>().prop_map(|ip| format!("[IPv6:{ip}]"));
    prop_oneof![domain(), v4, v6, "\\[[a-z]{1,5}:[!-Z^-~]{1,9}\\]"]
}

fn mailbox() -> impl Strategy<Value = String> {
    let atom = "[a-zA-Z0-9!#$%&'*+/=?^_`{|}~ü中😀-]{1,5}";
    let dot_string = format!("{atom}([.]{atom}){{0,2}}");
    let quoted = "\"([ !#-\\[\\]-~é]|\\\\[ -~]){1,20}\"";
    let local = proptest::string::string_regex(&format!("({dot_string}|{quoted})")).unwrap();
    (local, host()).prop_map(|(local, host)| format!("{local}@{host}"))
}

/// Texts of the characters that matter, close to addresses.
fn nearly() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[<>@:,.\"\\\\a0ü\\[\\] \r\n-]{0,16}",
        "<?(@a[,:@]){0,2}(a|\"|\\\\|[.]|é){0,5}@(a|[.]|-){0,4}>?",
        "\\[(IPv6:|x:)?[0-9a-f:.]{0,20}\\]?",
    ]
}

/// Whether `text` could be written into a command.
fn is_clean(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(char::is_control)
}

proptest! {
    #[test]
    fn what_the_grammar_generates_is_parsed_and_written_as_it_was(text in mailbox()) {
        let mailbox = Mailbox::parse(&text).unwrap();
        prop_assert_eq!(mailbox.to_string(), text.clone());
        prop_assert_eq!(format!("{}@{}", mailbox.local_part(), mailbox.domain()), text.clone());
        let host = mailbox.domain();
        prop_assert_eq!(host, Host::parse(host.as_str()).unwrap());
        let owned: Mailbox = text.parse().unwrap();
        prop_assert_eq!(owned.borrowed(), mailbox);

        let path = format!("<{text}>");
        let reverse: ReversePath = path.parse().unwrap();
        let forward: ForwardPath = path.parse().unwrap();
        prop_assert_eq!(reverse.mailbox(), Some(mailbox));
        prop_assert_eq!(forward.mailbox(), Some(mailbox));
        prop_assert_eq!(reverse.to_string(), path.clone());
        prop_assert_eq!(forward.to_string(), path);
    }

    #[test]
    fn a_mailbox_is_the_same_as_the_one_made_of_its_parts(text in mailbox()) {
        let mailbox = Mailbox::parse(&text).unwrap();
        let again = Mailbox::from_parts(&mailbox.unquoted(), mailbox.domain().as_str()).unwrap();
        prop_assert!(mailbox.same_as(&again) && again.same_as(&mailbox));
        prop_assert!(again.as_str().len() <= text.len());
        prop_assert_eq!(Mailbox::parse(again.as_str()), Ok(again.borrowed()));
        prop_assert_eq!(mailbox.unquoted(), again.unquoted());
    }

    #[test]
    fn any_parts_make_a_clean_mailbox_or_none(local in any::<String>(), host in nearly()) {
        for (local, host) in [(local.as_str(), "x"), ("a", host.as_str()), (&local, &host)] {
            if let Ok(mailbox) = Mailbox::from_parts(local, host) {
                prop_assert!(is_clean(mailbox.as_str()));
                prop_assert_eq!(mailbox.unquoted(), local);
                prop_assert_eq!(Mailbox::parse(mailbox.as_str()), Ok(mailbox.borrowed()));
            }
        }
    }

    #[test]
    fn anything_is_refused_or_written_as_it_was(text in nearly()) {
        if let Ok(domain) = Domain::parse(&text) {
            prop_assert!(is_clean(&text) && domain.to_string() == text);
        }
        if let Ok(literal) = AddressLiteral::parse(&text) {
            prop_assert!(is_clean(&text) && literal.to_string() == text);
        }
        if let Ok(mailbox) = Mailbox::parse(&text) {
            prop_assert!(is_clean(&text) && mailbox.to_string() == text);
        }
        if let Ok(name) = HelloName::parse(&text) {
            prop_assert!(is_clean(&text) && name.to_string() == text);
            prop_assert_eq!(name.host(), Host::parse(&text).ok());
        }
        if let Ok((path, rest)) = ReversePath::parse_prefix(&text) {
            prop_assert!(text.ends_with(rest));
            prop_assert!(is_clean(&path.to_string()));
            prop_assert_eq!(path.to_string().parse(), Ok(path.into_owned()));
        }
        if let Ok((path, rest)) = ForwardPath::parse_prefix(&text) {
            prop_assert!(text.ends_with(rest));
            prop_assert!(is_clean(&path.to_string()));
            prop_assert_eq!(path.to_string().parse(), Ok(path.into_owned()));
        }
    }

    #[test]
    fn errors_point_into_the_text(text in nearly()) {
        let errors = [
            Domain::parse(&text).err(),
            AddressLiteral::parse(&text).err(),
            Mailbox::parse(&text).err(),
            HelloName::parse(&text).err(),
            ReversePath::parse(&text).err(),
            ForwardPath::parse(&text).err(),
        ];
        for error in errors.into_iter().flatten() {
            prop_assert!(error.at <= text.len(), "{text:?}: {error}");
        }
    }
}
