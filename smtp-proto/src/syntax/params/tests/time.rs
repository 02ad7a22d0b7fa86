//! The parameters that tell a time, and the priority.

use super::super::*;
use super::{refused, taken};
use crate::syntax::datetime::DateTime;
use alloc::{format, string::ToString};
use proptest::prelude::*;

fn date_time(text: &str) -> DateTime {
    text.parse().unwrap()
}

#[test]
fn by() {
    use ByMode::{Notify, Return};
    for (text, seconds, mode, trace, written) in [
        ("120;R", 120, Return, false, "120;R"), // RFC 2852 section 6
        ("+98;nt", 98, Notify, true, "98;NT"),
        ("000000001;RT", 1, Return, true, "1;RT"),
        ("0;N", 0, Notify, false, "0;N"),
        ("-0;N", 0, Notify, false, "0;N"),
        ("-98;N", -98, Notify, false, "-98;N"),
        ("+999999999;rT", 999_999_999, Return, true, "999999999;RT"),
        ("-999999999;Nt", -999_999_999, Notify, true, "-999999999;NT"),
    ] {
        let found: By = taken(text);
        assert_eq!((found.seconds(), found.mode(), found.trace()), (seconds, mode, trace));
        assert_eq!(By::new(seconds, mode, trace), Some(found));
        assert_eq!(found.to_string(), written);
    }
    refused::<By>(&[
        "",
        "120",
        "120;",
        ";N",
        "+;N",
        "-;N",
        "120;T",
        "120;NR",
        "120;NTT",
        "120;N;T",
        "120;N T",
        "120,N",
        "+-1;N",
        "--1;N",
        "1 ;N",
        "1.5;N",
        "0x10;N",
        "1000000000;N",
        "0000000001;N",
        "0;R",
        "-0;R",
        "+0;RT",
        "-1;R",
        "١;N",
    ]);
    for (seconds, mode) in
        [(1_000_000_000, Notify), (-1_000_000_000, Notify), (i32::MIN, Notify), (0, Return)]
    {
        assert_eq!(By::new(seconds, mode, false), None);
    }
}

#[test]
fn holdfor() {
    for (text, seconds) in [("1", 1), ("86400", 86_400), ("999999999", 999_999_999)] {
        assert_eq!(taken::<HoldFor>(text).seconds(), seconds);
        assert_eq!(HoldFor::new(seconds), Some(taken(text)));
        assert_eq!(taken::<HoldFor>(text).to_string(), text);
    }
    refused::<HoldFor>(&["", "0", "01", "1000000000", "+1", "-1", "1s", "1.0", " 1"]);
    assert_eq!([0, 1_000_000_000, u32::MAX].map(HoldFor::new), [None; 3]);
}

#[test]
fn holduntil() {
    for text in ["2026-01-31T23:59:59Z", "2026-01-31t23:59:59.25+00:00", "2016-12-31T23:59:60Z"] {
        assert_eq!(*taken::<HoldUntil>(text).date_time(), date_time(text));
        assert_eq!(HoldUntil::new(date_time(text)), Some(taken(text)));
        assert_eq!(taken::<HoldUntil>(text).to_string(), text);
    }
    refused::<HoldUntil>(&[
        "",
        "2026-01-31T23:59:59+01:00",
        "2026-01-31T23:59:59-00:01",
        "2026-01-31T23:59:59",
        "2026-02-31T23:59:59Z",
        "2026-01-31",
        "1769903999",
    ]);
    assert_eq!(HoldUntil::new(date_time("2026-01-31T23:59:59+01:00")), None);
}

#[test]
fn mt_priority() {
    for priority in -9..=9 {
        let text = format!("{priority}");
        assert_eq!(taken::<MtPriority>(&text).get(), priority);
        assert_eq!(MtPriority::new(priority), Some(taken(&text)));
        assert_eq!(taken::<MtPriority>(&text).to_string(), text);
    }
    assert!(taken::<MtPriority>("-9") < taken("0") && taken::<MtPriority>("0") < taken("3"));
    refused::<MtPriority>(&["", "-", "+1", "-0", "00", "01", "-01", "10", "-10", "a", "1 ", "--1"]);
    assert_eq!([-10, 10, i8::MIN, i8::MAX].map(MtPriority::new), [None; 4]);
}

#[test]
fn rrvs() {
    use NoSupport::{Continue, Reject};
    for (text, action) in [
        ("2014-04-03T23:01:00Z", Reject), // RFC 7293 section 14.1
        ("2014-04-03T23:01:00Z;C", Continue),
        ("2014-04-03T23:01:00+01:30;R", Reject),
    ] {
        let found: Rrvs = taken(text);
        let since = text.split(';').next().unwrap();
        assert_eq!((found.since(), found.action()), (&date_time(since), action));
        assert_eq!(found.to_string(), text);
    }
    assert_eq!(taken::<Rrvs>("2014-04-03T23:01:00Z;c").to_string(), "2014-04-03T23:01:00Z;C");
    let since = date_time("2014-04-03T23:01:00Z");
    assert_eq!(Rrvs::new(since.clone(), None), Some(taken("2014-04-03T23:01:00Z")));
    assert_eq!(Rrvs::new(since, Some(Continue)), Some(taken("2014-04-03T23:01:00Z;C")));
    refused::<Rrvs>(&[
        "",
        "2014-04-03",
        "2014-04-03T23:01:00",
        "2014-04-03T23:01:00.0Z",
        "2014-04-03T23:01:00.5Z;C",
        "2014-04-03T23:01:00Z;",
        "2014-04-03T23:01:00Z;X",
        "2014-04-03T23:01:00Z;CR",
        "2014-04-03T23:01:00Z;C;C",
        "2014-04-03T23:01:00ZC",
        "2014-04-31T23:01:00Z",
        "Thu,3Apr2014",
    ]);
    assert_eq!(Rrvs::new(date_time("2014-04-03T23:01:00.5Z"), None), None);
}

proptest! {
    #[test]
    fn what_is_written_is_read(
        seconds in -999_999_999..=999_999_999_i32,
        (returned, trace) in any::<(bool, bool)>(),
        unix in 0..253_402_300_800_i64,
    ) {
        let mode = if returned { ByMode::Return } else { ByMode::Notify };
        if let Some(by) = By::new(seconds, mode, trace) {
            prop_assert_eq!(taken::<By>(&by.to_string()), by);
        } else {
            prop_assert!(returned && seconds <= 0);
        }
        let time = DateTime::from_unix_seconds(unix).unwrap();
        let until = HoldUntil::new(time.clone()).unwrap();
        prop_assert_eq!(taken::<HoldUntil>(&until.to_string()), until);
        let rrvs = Rrvs::new(time, trace.then_some(NoSupport::Reject)).unwrap();
        prop_assert_eq!(taken::<Rrvs>(&rrvs.to_string()), rrvs);
    }
}
