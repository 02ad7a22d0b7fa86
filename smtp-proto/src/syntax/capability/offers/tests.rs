use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::syntax::command::{AttributeName, Url};

/// What is written can be read, and is the same.
fn round_trip<T: Offer + PartialEq + fmt::Debug>(offer: &T) {
    assert_eq!(T::parse(&offer.to_string()).as_ref(), Some(offer), "{offer}");
}

#[test]
fn deliver_by() {
    // RFC 2852 section 2
    for (arguments, min) in [
        ("", None),
        ("0", Some(0)),
        ("240", Some(240)),
        ("999999999", Some(999_999_999)),
        (",token", None),
        ("60,one,two", Some(60)),
    ] {
        let offer = DeliverByOffer::parse(arguments).unwrap();
        assert_eq!(offer.min(), min, "{arguments:?}");
        round_trip(&offer);
    }
    for arguments in ["1000000000", "-1", "+1", "1s", "1 2"] {
        assert_eq!(DeliverByOffer::parse(arguments), None, "{arguments:?}");
    }
    assert_eq!(DeliverByOffer::at_least(1_000_000_000), None);
}

#[test]
fn future_release() {
    // RFC 4865 section 4.2.1 has both arguments.
    let offer = FutureReleaseOffer::parse("1814400 2007-05-31T12:00:00Z").unwrap();
    assert_eq!(offer.max_interval(), 1_814_400);
    assert_eq!(offer.max_date_time().to_string(), "2007-05-31T12:00:00Z");
    round_trip(&offer);
    // It MUST be in UTC (section 3); a client makes do with what it is told.
    let elsewhere = "2007-05-31T12:00:00+02:00";
    assert_eq!(FutureReleaseOffer::new(3600, elsewhere.parse().unwrap()), None);
    round_trip(&FutureReleaseOffer::parse(&format!("3600 {elsewhere}")).unwrap());
    for arguments in [
        "",
        "3600",
        "0 2007-05-31T12:00:00Z",
        "0600 2007-05-31T12:00:00Z",
        "1000000000 2007-05-31T12:00:00Z",
        "3600 2007-02-30T12:00:00Z",
        "3600 2007-05-31",
        "3600 2007-05-31T12:00:00Z x",
    ] {
        assert_eq!(FutureReleaseOffer::parse(arguments), None, "{arguments:?}");
    }
}

#[test]
fn priority_policies() {
    for name in ["MIXER", "STANAG4406", "NSEP", "a-b_c.1", ".", "12345678901234567890"] {
        let offer = MtPriorityOffer::parse(name).unwrap();
        assert_eq!(offer.name(), Some(name));
        round_trip(&offer);
    }
    assert_eq!(MtPriorityOffer::parse(""), Some(MtPriorityOffer::default()));
    for name in ["123456789012345678901", "a b", "a\r\nb", "é", "a,b", "a+b"] {
        assert_eq!(MtPriorityOffer::policy(name), None, "{name:?}");
    }
}

#[test]
fn limits() {
    let limits = |mail_max, rcpt_max, rcpt_domain_max| {
        Some(LimitsOffer { mail_max, rcpt_max, rcpt_domain_max })
    };
    for (arguments, expected) in [
        // RFC 9422 section 5
        ("RCPTMAX=20 MAILMAX=5", limits(Some(5), Some(20), None)),
        ("rcptdomainmax=1", limits(None, None, Some(1))),
        ("MAILMAX=999999", limits(Some(999_999), None, None)),
        // Section 3.7: what is wrong with one limit, or not known, counts for that limit.
        ("MAILMAX=0 RCPTMAX=7", limits(None, Some(7), None)),
        ("MAILMAX=07 RCPTMAX=7", limits(None, Some(7), None)),
        ("MAILMAX=1000000 RCPTMAX=7", limits(None, Some(7), None)),
        ("MAILMAX=many RCPTMAX RCPTDOMAINMAX=2", limits(None, None, Some(2))),
        ("FUTUREMAX=x,y RCPTMAX=7 OTHER", limits(None, Some(7), None)),
        ("MAILMAX=a=b RCPTMAX=7", limits(None, Some(7), None)),
        // What is wrong with the form counts for all.
        ("RCPTMAX=7 MAILMAX=", None),
        ("RCPTMAX=7 MAIL.MAX=5", None),
        ("RCPTMAX=7;MAILMAX=5", None),
        ("RCPTMAX=7 =5", None),
    ] {
        assert_eq!(LimitsOffer::parse(arguments), expected, "{arguments:?}");
    }
    let unspeakable =
        LimitsOffer { mail_max: Some(0), rcpt_max: Some(1_000_000), ..LimitsOffer::default() };
    assert_eq!(unspeakable.to_string(), "");
}

#[test]
fn no_soliciting() {
    // RFC 3865 section 2.1
    let offer = NoSolicitingOffer::parse("net.example:ADV,org.example:ADV:ADLT").unwrap();
    assert_eq!(offer.words().collect::<Vec<_>>(), ["net.example:ADV", "org.example:ADV:ADLT"]);
    assert!(offer.has("NET.EXAMPLE:adv") && !offer.has("net.example"));
    round_trip(&offer);
    assert!(!NoSolicitingOffer::parse("").unwrap().has(""));
    for arguments in [",", "a,", "a,,b", "1a", ".a", "a b", "a;b", &"a".repeat(1001)] {
        assert_eq!(NoSolicitingOffer::parse(arguments), None, "{arguments:?}");
    }
}

#[test]
fn burl() {
    let url = |text: &str| Url::parse(text).unwrap().into_owned();
    let plain = url("imap://imap.example.com/INBOX/;uid=1");
    let auth = url("imap://joe@imap.example.com/INBOX/;uid=20;urlauth=submit+fred:internal:91354");
    let elsewhere = url("imap://other.example/INBOX/;uid=1");
    for (arguments, takes) in [
        ("", [false, false, false]),
        ("imap", [false, true, false]),
        ("imap://imap.example.com", [true, false, false]),
        ("IMAP imap://IMAP.example.com", [true, true, false]),
    ] {
        let offer = BurlOffer::parse(arguments).unwrap();
        let found = [&plain, &auth, &elsewhere].map(|url| offer.takes(url));
        assert_eq!(found, takes, "{arguments:?}");
        round_trip(&offer);
    }
    let spaced = BurlOffer::parse("  imap   imap://imap.example.com ").unwrap();
    assert_eq!(spaced, BurlOffer::parse("imap imap://imap.example.com").unwrap());
    round_trip(&spaced);
    assert!(!BurlOffer::parse("imap").unwrap().takes(&url("http://imap.example.com/;urlauth=x")));
    // The user's password must not go to another host than the one that is trusted.
    let trusted = BurlOffer::parse("imap://imap.example.com").unwrap();
    assert!(trusted.takes(&url("imap://joe;AUTH=*@imap.example.com/INBOX")));
    assert!(!trusted.takes(&url("imap://imap.example.com;AUTH=*@evil.example/INBOX")));
    assert!(!trusted.takes(&url("imap:x://imap.example.com/INBOX")));
}

#[test]
fn attributes() {
    let offer = XClientOffer::parse("NAME ADDR PORT proto UNHEARD-OF LOGIN IDENT").unwrap();
    assert_eq!(offer.to_string(), "NAME ADDR PORT PROTO LOGIN");
    assert!(offer.has(AttributeName::Login) && !offer.has(AttributeName::Helo));
    round_trip(&offer);
    let all = "NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT";
    assert_eq!(XClientOffer::default().to_string(), all);
    let all = "NAME ADDR PORT PROTO HELO IDENT SOURCE";
    assert_eq!(XForwardOffer::default().to_string(), all);
    let some: XForwardOffer = [AttributeName::Addr, AttributeName::Login].into_iter().collect();
    assert_eq!(some.to_string(), "ADDR");
    round_trip(&some);
}

proptest! {
    #[test]
    fn anything(arguments in "[ -~]{0,40}|([A-Z]{1,8}=[0-9]{1,7} ){0,4}|[0-9]{1,10} ?[0-9TZ:-]{0,25}") {
        DeliverByOffer::parse(&arguments).iter().for_each(round_trip);
        FutureReleaseOffer::parse(&arguments).iter().for_each(round_trip);
        MtPriorityOffer::parse(&arguments).iter().for_each(round_trip);
        LimitsOffer::parse(&arguments).iter().for_each(round_trip);
        NoSolicitingOffer::parse(&arguments).iter().for_each(round_trip);
        XClientOffer::parse(&arguments).iter().for_each(round_trip);
        XForwardOffer::parse(&arguments).iter().for_each(round_trip);
        SizeOffer::parse(&arguments).iter().for_each(round_trip);
        if let Some(offer) = BurlOffer::parse(&arguments) {
            let again = BurlOffer::parse(&offer.to_string()).unwrap();
            prop_assert!(again.iter().eq(offer.iter()));
        }
    }

    #[test]
    fn limits_of_all_sizes(mail in 1_u32..=999_999, rcpt in proptest::option::of(1_u32..=999_999)) {
        let limits = LimitsOffer { mail_max: Some(mail), rcpt_max: rcpt, rcpt_domain_max: None };
        round_trip(&limits);
        let text = format!("  {limits} ");
        prop_assert_eq!(LimitsOffer::parse(&text), Some(limits));
    }
}
