//! Sessions that machines lose when they are deleted, with and without a drain.

use crate::{Answer, answer, near};

impl Answer {
    /// Sessions lost a month, to one cause or to all.
    #[track_caller]
    fn lost(&self, design: &str, cause: Option<&str>) -> f64 {
        let of = &self.design(design)["sessions"];
        let Some(cause) = cause else { return of["lost_per_month"]["mean"].as_f64().unwrap() };
        let rows = of["causes"].as_array().unwrap();
        let row = rows.iter().find(|row| row["cause"] == cause);
        row.map_or(0.0, |row| row["lost_per_month"]["mean"].as_f64().unwrap())
    }
}

#[test]
fn lb_10_mt_13_scale_in_costs_more_sessions_than_failures_unless_machines_drain() {
    let got = answer("scale-in-without-drain", 5);
    let (none, planned) = ("deleted at once", Some("planned"));
    assert!(got.lost(none, planned) > 0.9 * got.lost(none, None));
    // What is left of an exponential length of 10 min.
    let left = |minutes: f64| (-minutes / 10.0).exp();
    for (design, minutes) in [("a drain of 5 min", 5.0), ("a drain of 15 min", 15.0)] {
        let share = got.lost(design, planned) / got.lost(none, planned);
        near(share, left(minutes), 0.05 * left(minutes));
    }
    // Each machine loses what it holds, and more of them are deleted.
    let deaf = "a notice that nobody hears";
    let deleted = |design: &str| got.done(design, "deletions");
    assert!(deleted(deaf) > 1.2 * deleted(none));
    near(got.lost(deaf, planned) / got.lost(none, planned), deleted(deaf) / deleted(none), 0.1);
    assert_eq!(got.lost("fixed", planned), 0.0);
    assert!(got.lost("fixed", None) > 0.0);
    // 1.058 times 1,000 req/s on average, 120 of which are a session; a month has 2,592,000 s.
    let begun = got.design("fixed")["sessions"]["begun_per_month"].as_f64().unwrap();
    near(begun, 25.4 / 24.0 * 1000.0 / 120.0 * 2_592_000.0, 0.005 * begun);
}
