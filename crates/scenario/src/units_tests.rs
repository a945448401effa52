use super::*;

fn ms(text: &str) -> u64 {
    duration(text).map(SimDuration::as_ms).unwrap_or_else(|why| panic!("`{text}` {why}"))
}

#[test]
fn durations_of_all_spellings() {
    for (text, expected) in [
        ("90 min", 5_400_000),
        ("1h 30m", 5_400_000),
        ("PT90M", 5_400_000),
        ("P1D", 86_400_000),
        ("2 weeks", 14 * 86_400_000),
        ("2.4 days", 207_360_000),
        ("100_000 h", 360_000_000_000),
        ("1 year", 365 * 86_400_000),
        ("1 day, 12 hours", 129_600_000),
        ("0 s", 0),
        ("1.5ms", 2),
        ("P2W", 14 * 86_400_000),
        ("1 Hour", 3_600_000),
    ] {
        assert_eq!(ms(text), expected, "{text}");
    }
}

#[test]
fn a_fine_duration_is_what_was_written() {
    let micros = |text: &str| fine_duration(text).map(|length| length.as_micros());
    assert_eq!(
        ["2.9 ms", "0.4 ms", "1h 30m", "0 s"].map(micros).map(|of| of.unwrap_or(u128::MAX)),
        [2900, 400, 5_400_000_000, 0]
    );
    for (text, why) in
        [("0.0009 ms", "microsecond"), ("2.9958 ms", "finer"), ("3", "no unit"), ("100000 years", "limit")]
    {
        assert!(micros(text).is_err_and(|told| told.contains(why)), "{text}");
    }
}

#[test]
fn durations_that_are_none() {
    for (text, why) in [
        ("90", "no unit"),
        ("", "not a duration"),
        ("-1 h", "negative"),
        ("1 month", "months"),
        ("P1M", "months"),
        ("NaN h", "not a duration"),
        ("inf h", "not a duration"),
        ("1e400 h", "not a duration"),
        ("99999999999999999999999999999999 h", "digits"),
        ("0.0001 ms", "millisecond"),
        ("10001 years", "limit"),
        ("1 parsec", "not a duration"),
        ("1h ago", "negative"),
    ] {
        let said = duration(text).expect_err(text);
        assert!(said.contains(why), "`{text}` {said}");
    }
}

#[test]
fn shares_are_exact() {
    let ratio = |numerator, denominator| Ok(Ratio { numerator, denominator });
    assert_eq!(share("99.95%"), ratio(9995, 10_000));
    assert_eq!(share("0.9995"), ratio(9995, 10_000));
    assert_eq!(share("100 %"), ratio(100, 100));
    assert_eq!(share("0"), ratio(0, 1));
    for wrong in ["99.95", "100.01%", "-1%", "99,95%", "NaN", "inf", "", "%", "1e-3", "0.0000000000000000001"] {
        assert!(share(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn rates_name_their_unit() {
    let per = |text: &str| rate(text).unwrap_or_else(|why| panic!("`{text}` {why}"));
    assert_eq!(per("0.03 per zone-year"), RateText { per_year: 0.03, unit: Some("zone".into()) });
    assert_eq!(per("2 per VM-year").unit.as_deref(), Some("vm"));
    assert_eq!(per("1 per 1000 h").per_year, 8.76);
    assert_eq!(per("1 per control-plane-year").unit.as_deref(), Some("control-plane"));
    assert_eq!(per("1/day").per_year, 365.0);
    for wrong in ["0.1", "x per year", "-1 per year", "inf per year", "1 per rack", "1 per 0 s", "NaN per year", ""] {
        assert!(rate(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn request_rates_are_thousandths_a_second() {
    assert!(request_rate("2 req/min").is_err_and(|why| why.contains("thousandths")));
    assert!(request_rate("1 req/h").is_err() && request_rate("0.0004 req/s").is_err());
    assert_eq!((request_rate("3 req/min"), request_rate("1000 req/min")), (Ok(50), Ok(16_667)));
    for (text, expected) in
        [("100 req/s", 100_000), ("100rps", 100_000), ("6000 req/min", 100_000), ("0.5 requests per second", 500)]
    {
        assert_eq!(request_rate(text), Ok(expected), "{text}");
    }
    for wrong in ["100", "-1 req/s", "many req/s", "1 km/h", "99999999999999999999999 req/s"] {
        assert!(request_rate(wrong).is_err(), "{wrong}");
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_answered(text in ".*") {
        let _ = (duration(&text), share(&text), rate(&text), request_rate(&text));
    }
}
