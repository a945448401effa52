//! What releases of several kinds cost one set.

use crate::{answer, near};

#[test]
fn up_08_mt_11_three_kinds_of_releases_cost_what_the_head_says() {
    let got = answer("three-kinds-of-releases", 60);
    let (at_once, batches, drained) = ("at once", "in batches", "in batches, drained");
    for design in [at_once, batches, drained] {
        // 12 images, 51 agents and 180 applications in 360 days; one in twenty is bad.
        near(got.done(design, "releases"), 243.0 * 365.0 / 360.0, 0.5);
        near(got.done(design, "bad_releases"), 243.0 / 20.0 * 365.0 / 360.0, 1.5);
    }
    let yearly = |cause: &str| 12.0 * got.down(at_once) * got.charged(at_once, cause);
    near(yearly("planned"), 341.0, 12.0);
    near(yearly("bad release"), 115.0, 25.0);
    for design in [batches, drained] {
        assert_eq!(got.charged(design, "planned") + got.charged(design, "bad release"), 0.0, "{design}");
    }
    // By hand 12,400 sessions an application and 13,000 an image, of the bad ones two machines' worth: 190,000 a month.
    let lost = |design: &str| got.lost(design, Some("planned"));
    near(lost(batches), 190_000.0, 8_000.0);
    // 5,060 of 12,400.
    near(lost(drained) / lost(batches), 0.41, 0.02);
}
