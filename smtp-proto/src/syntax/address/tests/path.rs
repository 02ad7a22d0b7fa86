use super::super::{AddressErrorKind as Kind, ForwardPath, Mailbox, ReversePath};
use super::{controls, domain_of, error, with_everywhere};
use alloc::{format, string::ToString};

#[test]
fn mailboxes_in_brackets() {
    for mailbox in
        ["a@b", "\"a>b\"@c", "\"\\>\"@c", "a@[IPv6:::1]", "a@[x:>]", "ü@ü", "postmaster@x"]
    {
        let text = format!("<{mailbox}>");
        let expected = Mailbox::parse(mailbox).unwrap();
        assert_eq!(ReversePath::parse(&text), Ok(ReversePath::Mailbox(expected)), "{text}");
        assert_eq!(ForwardPath::parse(&text), Ok(ForwardPath::Mailbox(expected)));
        let reverse: ReversePath = text.parse().unwrap();
        let forward: ForwardPath = text.parse().unwrap();
        assert_eq!((reverse.to_string(), forward.to_string()), (text.clone(), text));
        assert_eq!((reverse.mailbox(), forward.mailbox()), (Some(expected), Some(expected)));
        assert_eq!(
            (reverse.is_ascii(), forward.is_ascii()),
            (mailbox.is_ascii(), mailbox.is_ascii())
        );
        assert_eq!((mailbox.parse(), mailbox.parse()), (Ok(reverse), Ok(forward)));
    }
}

#[test]
fn only_a_sender_can_be_null() {
    assert_eq!(ReversePath::parse("<>"), Ok(ReversePath::Null));
    assert_eq!("".parse(), Ok(ReversePath::Null));
    assert_eq!("<>".parse(), Ok(ReversePath::Null));
    assert_eq!(ReversePath::Null::<&str>.to_string(), "<>");
    assert_eq!(ReversePath::Null::<&str>.mailbox(), None);
    assert!(ReversePath::Null::<&str>.is_ascii());
    assert_eq!(ReversePath::parse("< >"), error(Kind::LocalPartCharacter, 1));

    assert_eq!(ForwardPath::parse("<>"), error(Kind::NullRecipient, 0));
    assert_eq!("<>".parse::<ForwardPath>(), error(Kind::NullRecipient, 0));
    assert_eq!("".parse::<ForwardPath>(), error(Kind::LocalPartEmpty, 0));
}

#[test]
fn only_a_recipient_can_be_postmaster_of_no_domain() {
    for name in ["Postmaster", "postmaster", "POSTMASTER", "pOsTmAsTeR"] {
        let text = format!("<{name}>");
        assert_eq!(ForwardPath::parse(&text), Ok(ForwardPath::Postmaster));
        assert_eq!(text.parse(), Ok(ForwardPath::Postmaster));
        assert_eq!(name.parse(), Ok(ForwardPath::Postmaster));
        assert_eq!(ReversePath::parse(&text), error(Kind::MissingDomain, 11));
        assert_eq!(name.parse::<ReversePath>(), error(Kind::MissingDomain, 10));
    }
    assert_eq!(ForwardPath::Postmaster::<&str>.to_string(), "<Postmaster>");
    assert_eq!(ForwardPath::Postmaster::<&str>.mailbox(), None);
    assert_eq!(ForwardPath::parse("<Postmaste>"), error(Kind::MissingDomain, 10));
    assert_eq!(ForwardPath::parse("<Postmasters>"), error(Kind::MissingDomain, 12));
    assert_eq!(ForwardPath::parse("<Postmaster"), error(Kind::MissingDomain, 11));
    assert_eq!(ForwardPath::parse("<@a:postmaster>"), error(Kind::MissingDomain, 14));
}

#[test]
fn source_routes_are_dropped() {
    for text in ["<@a:u@c.example>", "<@a.example,@b.example:u@c.example>"] {
        let expected = Mailbox::parse("u@c.example").unwrap();
        assert_eq!(ReversePath::parse(text), Ok(ReversePath::Mailbox(expected)));
        assert_eq!(ForwardPath::parse(text), Ok(ForwardPath::Mailbox(expected)));
        assert_eq!(ForwardPath::parse(text).unwrap().to_string(), "<u@c.example>");
    }
    for (text, kind, at) in [
        ("<@a>", Kind::Route, 3),
        ("<@a,>", Kind::Route, 3),
        ("<@a,b:u@c>", Kind::Route, 3),
        ("<@a,@b>", Kind::Route, 6),
        ("<@a@b:u@c>", Kind::Route, 3),
        ("<@a:>", Kind::LocalPartEmpty, 4),
        ("<@a:@b:u@c>", Kind::LocalPartEmpty, 4),
        ("<@:u@c>", Kind::DomainCharacter, 2),
        ("<@>", Kind::DomainEmpty, 2),
        ("<@[1.2.3.4]:u@c>", Kind::DomainCharacter, 2),
        ("<@a_b:u@c>", Kind::Route, 3),
        ("<@a\n:u@c>", Kind::Control, 3),
        ("<:u@c>", Kind::LocalPartCharacter, 1),
    ] {
        assert_eq!(ReversePath::parse(text), error(kind, at), "{text:?}");
        assert_eq!(ForwardPath::parse(text), error(kind, at));
    }
}

#[test]
fn not_paths() {
    for (text, kind, at) in [
        ("", Kind::MissingOpen, 0),
        ("a@b", Kind::MissingOpen, 0),
        (" <a@b>", Kind::MissingOpen, 0),
        ("\n<a@b>", Kind::Control, 0),
        ("<", Kind::LocalPartEmpty, 1),
        ("<a", Kind::MissingDomain, 2),
        ("<a>", Kind::MissingDomain, 2),
        ("<@", Kind::DomainEmpty, 2),
        ("<a@", Kind::DomainEmpty, 3),
        ("<a@>", Kind::DomainEmpty, 3),
        ("<a@b.>", Kind::LabelEmpty, 5),
        ("<a@b", Kind::MissingClose, 4),
        ("<a@b SIZE=1", Kind::MissingClose, 4),
        ("<a@b_c>", Kind::DomainCharacter, 4),
        ("<a@[1.2.3.4]x>", Kind::MissingClose, 12),
        ("<a@[1.2.3.4]", Kind::MissingClose, 12),
        ("<<a@b>>", Kind::LocalPartCharacter, 1),
        ("<a@b>>", Kind::Trailing, 5),
        ("<a@b> ", Kind::Trailing, 5),
        ("<a@b>\r\n", Kind::Control, 5),
    ] {
        assert_eq!(ReversePath::parse(text), error(kind, at), "{text:?}");
        assert_eq!(ForwardPath::parse(text), error(kind, at));
    }
    assert_eq!(ReversePath::parse("<> "), error(Kind::Trailing, 2));
}

#[test]
fn a_prefix_leaves_the_rest() {
    let mailbox = Mailbox::parse("\"> \"@b").unwrap();
    for rest in ["", " SIZE=1", ">", "\r\n", "ü", "<>"] {
        let text = format!("<@r:\"> \"@b>{rest}");
        let reverse = Ok((ReversePath::Mailbox(mailbox), rest));
        let forward = Ok((ForwardPath::Mailbox(mailbox), rest));
        assert_eq!(ReversePath::parse_prefix(&text), reverse);
        assert_eq!(ForwardPath::parse_prefix(&text), forward);
        let (null, postmaster) = (format!("<>{rest}"), format!("<postmaster>{rest}"));
        assert_eq!(ReversePath::parse_prefix(&null), Ok((ReversePath::Null, rest)));
        assert_eq!(ForwardPath::parse_prefix(&postmaster), Ok((ForwardPath::Postmaster, rest)));
    }
}

#[test]
fn controls_are_refused_everywhere() {
    for control in controls() {
        for path in ["<@a,@b:c.d@e.f>", "<\"a\\b\"@c>", "<a@[IPv6:::1]>", "<>", "<Postmaster>"] {
            for (_, text) in with_everywhere(path, control) {
                assert!(ReversePath::parse(&text).is_err(), "{text:?}");
                assert!(ForwardPath::parse(&text).is_err(), "{text:?}");
                assert!(text.parse::<ReversePath>().is_err(), "{text:?}");
                assert!(text.parse::<ForwardPath>().is_err(), "{text:?}");
            }
        }
    }
}

#[test]
fn lengths() {
    let path = |len: usize| format!("<u@{}>", domain_of(len - 4));
    let routed = |len: usize| format!("<@{}:u@c>", domain_of(len - 7));
    for of in [path, routed] {
        assert_eq!(of(256).len(), 256);
        assert!(ReversePath::parse(&of(256)).is_ok());
        assert!(ForwardPath::parse(&of(256)).is_ok());
    }
    assert_eq!(ForwardPath::parse(&path(257)), error(Kind::PathTooLong, 255));
    assert_eq!(ForwardPath::parse(&routed(257)), error(Kind::PathTooLong, 256));
    assert_eq!(ForwardPath::parse(&routed(263)), error(Kind::DomainTooLong, 257));
}
