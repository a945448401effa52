//! What differs between the designs of the fixture.

use super::{bound, interval};
use zonefall_study::outcome::{Estimate, Verdict};

/// What differs between the designs of the fixture.
pub struct Sketch {
    pub name: &'static str,
    pub machines: u64,
    pub downtime: Estimate,
    pub verdicts: (Verdict, Verdict),
    pub met: (f64, f64, f64),
    pub rare_min: f64,
    pub outages: f64,
    pub longest_min: f64,
    pub lost: f64,
    pub causes: &'static [(&'static str, f64, f64)],
    pub sla: Option<(&'static str, f64, f64)>,
}

/// The six of them.
pub fn sketches() -> Vec<Sketch> {
    use Verdict::{Meets, Misses, NotResolved};
    const ZONES: (&str, f64, f64) = ("two or more machines in two or more availability zones, 99.99 %", 0.9999, 0.0);
    vec![
        Sketch {
            name: "one-zone",
            machines: 8,
            downtime: interval(37.94, 33.31, 42.68, 2134),
            verdicts: (Misses, Misses),
            met: (0.9421, 0.9386, 0.9454),
            rare_min: 1094.2,
            outages: 1.34,
            longest_min: 1240.7,
            lost: 0.001_93,
            causes: &[
                ("zone outage", 0.62, 0.61),
                ("host failure", 0.21, 0.18),
                ("bad release", 0.09, 0.09),
                ("rack failure", 0.05, 0.03),
                ("maintenance", 0.027, 0.01),
                ("probe lag", 0.003, 0.0),
            ],
            sla: Some(("two or more machines in an availability set, 99.95 %", 0.9995, 4.21)),
        },
        Sketch {
            name: "zonal-pinned",
            machines: 9,
            downtime: interval(24.11, 20.9, 27.4, 1521),
            verdicts: (NotResolved, Misses),
            met: (0.9487, 0.9463, 0.9499),
            rare_min: 431.0,
            outages: 0.88,
            longest_min: 512.0,
            lost: 0.001_71,
            causes: &[("zone outage", 0.55, 0.5), ("host failure", 0.3, 0.27), ("bad release", 0.15, 0.15)],
            sla: Some(ZONES),
        },
        Sketch {
            name: "spanning-6+3",
            machines: 9,
            downtime: interval(3.861, 3.12, 4.72, 402),
            verdicts: (Meets, Meets),
            met: (0.9931, 0.9917, 0.9942),
            rare_min: 12.25,
            outages: 0.21,
            longest_min: 125.0,
            lost: 0.001_52,
            causes: &[
                ("two zones at once", 0.71, 0.71),
                ("bad release", 0.2, 0.2),
                ("zone outage", 0.06, 0.41),
                ("control plane outage", 0.03, 0.02),
            ],
            sla: Some(ZONES),
        },
        Sketch {
            name: "spanning-6+6",
            machines: 12,
            downtime: interval(1.134, 0.81, 1.53, 118),
            verdicts: (Meets, Meets),
            met: (0.9983, 0.9975, 0.9989),
            rare_min: 0.0,
            outages: 0.06,
            longest_min: 0.0,
            lost: 0.001_49,
            causes: &[("two zones at once", 0.93, 0.93), ("bad release", 0.07, 0.07)],
            sla: Some(ZONES),
        },
        Sketch {
            name: "two-regions",
            machines: 18,
            downtime: bound(0.0021, 0.0384, 4),
            verdicts: (Meets, Meets),
            met: (0.99997, 0.9999, 0.999_991),
            rare_min: 0.0,
            outages: 0.0004,
            longest_min: 0.0,
            lost: 0.001_5,
            causes: &[("global name service", 1.0, 1.0)],
            sla: None,
        },
        Sketch {
            name: "regions+zones",
            machines: 24,
            downtime: bound(0.0, 0.0129, 0),
            verdicts: (Meets, Meets),
            met: (1.0, 0.999_97, 1.0),
            rare_min: 0.0,
            outages: 0.0,
            longest_min: 0.0,
            lost: 0.001_5,
            causes: &[],
            sla: None,
        },
    ]
}
