use super::*;
use alloc::string::ToString;
use proptest::prelude::*;

fn at(text: &str) -> DateTime {
    DateTime::parse(text).unwrap()
}

#[test]
fn the_examples_of_rfc_3339() {
    for (text, unix, utc) in [
        ("1985-04-12T23:20:50.52Z", 482_196_050, true),
        ("1996-12-19T16:39:57-08:00", 851_042_397, false),
        ("1990-12-31T23:59:60Z", 662_688_000, true),
        ("1990-12-31T15:59:60-08:00", 662_688_000, false),
        ("1937-01-01T12:00:27.87+00:20", -1_041_337_173, false),
    ] {
        let found = at(text);
        assert_eq!((found.unix_seconds(), found.is_utc()), (unix, utc), "{text}");
        assert_eq!((found.as_str(), found.to_string().as_str()), (text, text));
        assert_eq!(found.has_fraction(), text.contains('.'));
        assert_eq!(at(&text.to_ascii_lowercase()), found);
        assert_eq!(text.parse(), Ok(found));
    }
    assert_eq!(at("1996-12-19T16:39:57-08:00"), at("1996-12-20T00:39:57Z"));
    assert_eq!(at("1990-12-31T15:59:60-08:00"), at("1990-12-31T23:59:60Z"));
    assert_eq!(at("2000-01-01T18:50:00-04:00"), at("2000-01-01T22:50:00Z"));
}

#[test]
fn refused() {
    for text in [
        "",
        "1985-04-12",
        "1985-04-12T23:20:50",
        "1985-04-12T23:20Z",
        "1985-04-12 23:20:50Z",
        "1985-04-12_23:20:50Z",
        "85-04-12T23:20:50Z",
        "11985-04-12T23:20:50Z",
        "-985-04-12T23:20:50Z",
        "+985-04-12T23:20:50Z",
        "1985-4-12T23:20:50Z",
        "1985/04/12T23:20:50Z",
        "19850412T232050Z",
        "1985-00-12T23:20:50Z",
        "1985-13-12T23:20:50Z",
        "1985-04-00T23:20:50Z",
        "1985-04-31T23:20:50Z",
        "1985-02-29T23:20:50Z",
        "1900-02-29T23:20:50Z",
        "2024-02-30T23:20:50Z",
        "1985-04-12T24:00:00Z",
        "1985-04-12T23:60:50Z",
        "1985-04-12T23:20:61Z",
        "1985-04-12T23:20:60Z",
        "1990-12-31T23:59:60-08:00",
        "1990-12-30T23:59:60Z",
        "1990-12-31T22:59:60Z",
        "0000-01-01T00:00:60+01:00",
        "1985-04-12T23:20:50.Z",
        "1985-04-12T23:20:50,5Z",
        "1985-04-12T23:20:50.5",
        "1985-04-12T23:20:50.5.5Z",
        "1985-04-12T23:20:50ZZ",
        "1985-04-12T23:20:50Z ",
        " 1985-04-12T23:20:50Z",
        "1985-04-12T23:20:50+0100",
        "1985-04-12T23:20:50+01",
        "1985-04-12T23:20:50+1:00",
        "1985-04-12T23:20:50+24:00",
        "1985-04-12T23:20:50+01:60",
        "1985-04-12T23:20:50+01:00Z",
        "1985-04-12T23:20:50 01:00",
        "1985-04-12T23:20:5\u{661}Z",
        "1985-04-12T23:20:50Z\0",
    ] {
        assert_eq!(DateTime::parse(text), None, "{text:?}");
        assert_eq!(text.parse::<DateTime>(), Err(DateTimeError));
    }
}

#[test]
fn the_calendar_has_its_leap_days_and_leap_seconds() {
    for text in ["2000-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "0000-02-29T00:00:00Z"] {
        assert_eq!(at(text).as_str(), text);
    }
    for text in [
        "1972-06-30T23:59:60Z",
        "2015-06-30T23:59:60.5Z",
        "2017-01-01T00:59:60+01:00",
        "2030-03-31T23:59:60Z",
        "2028-02-29T23:59:60Z",
        "0000-01-01T00:59:60+01:00",
    ] {
        assert_eq!(at(text).as_str(), text);
    }
}

#[test]
fn ordered_by_instant() {
    let ordered = [
        "0000-01-01T00:00:00+23:59",
        "0000-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T01:00:00+01:00",
        "1990-12-31T23:59:59Z",
        "1990-12-31T23:59:59.09Z",
        "1990-12-31T23:59:59.9Z",
        "1990-12-31T23:59:59.99999999999999999999Z",
        "1990-12-31T23:59:60Z",
        "1990-12-31T23:59:60.5Z",
        "1991-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-23:59",
    ];
    for (index, text) in ordered.iter().enumerate() {
        for (other, later) in ordered.iter().enumerate() {
            assert_eq!(at(text).cmp(&at(later)), index.cmp(&other), "{text} {later}");
        }
    }
    assert_eq!(at("2000-01-01T00:00:00.50Z"), at("2000-01-01T00:00:00.5-00:00"));
    assert_eq!(at("2000-01-01T00:00:00.000Z"), at("2000-01-01T00:00:00+00:00"));
}

#[test]
fn from_the_first_to_the_last_second() {
    for (unix, text) in [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59Z"),
        (951_782_400, "2000-02-29T00:00:00Z"),
        (-62_167_219_200, "0000-01-01T00:00:00Z"),
        (253_402_300_799, "9999-12-31T23:59:59Z"),
    ] {
        let found = DateTime::from_unix_seconds(unix).unwrap();
        assert_eq!((found.as_str(), found.unix_seconds()), (text, unix));
    }
    for unix in [i64::MIN, -62_167_219_201, 253_402_300_800, i64::MAX] {
        assert_eq!(DateTime::from_unix_seconds(unix), None);
    }
}

#[test]
fn every_day_follows_the_one_before() {
    let (mut year, mut month, mut day) = (0, 1, 1);
    for days in 0..days_before_year(10_000) {
        assert_eq!(date(days), (year, month, day));
        assert!(day > 1 || days == days_before_year(year) + days_before_month(year, month));
        day += 1;
        if day > days_in(year, month) {
            (day, month) = (1, month + 1);
        }
        if month > 12 {
            (month, year) = (1, year + 1);
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(unix in -62_167_219_200_i64..253_402_300_800) {
        let written = DateTime::from_unix_seconds(unix).unwrap();
        let read = at(written.as_str());
        prop_assert_eq!(read.unix_seconds(), unix);
        prop_assert_eq!(read, written);
    }

    #[test]
    fn the_fields_are_those_of_the_instant(
        (year, month, day) in (1..9999_i64, 0..=13_i64, 0..=32_i64),
        (hour, minute, second) in (0..=24_i64, 0..=60_i64, 0..60_i64),
        offset in -1439..=1439_i64,
    ) {
        let sign = if offset < 0 { '-' } else { '+' };
        let ahead = format!("{sign}{:02}:{:02}", offset.abs() / 60, offset.abs() % 60);
        let local = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        let found = DateTime::parse(&format!("{local}{ahead}"));
        let may_be = matches!(month, 1..=12) && matches!(day, 1..=31) && hour < 24 && minute < 60;
        prop_assert!(found.is_some() || !may_be || day > 28);
        if let Some(found) = found {
            let back = DateTime::from_unix_seconds(found.unix_seconds() + offset * 60).unwrap();
            prop_assert_eq!(back.as_str(), local + "Z");
        }
    }
}
