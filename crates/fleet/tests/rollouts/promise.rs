//! SL-03: what a release takes out is the customer's doing: Azure's promise does not pay for it.

use super::*;
use zonefall_fleet::SlaTerms;

/// Ten machines in two zones, with the promise for them.
fn promised(release: Release) -> Design {
    let mut design = upgraded(&[1, 2], 10, 10, policy(Mode::Automatic), release);
    design.sla = Some(SlaTerms { name: "zones".into(), tiers: vec![], least_machines: 2, least_zones: 2 });
    design
}

fn unconnected(script: &Script, release: Release) -> u64 {
    let (ledger, _) = play(script, promised(release));
    assert_eq!(ledger.unpromised_by_month_ms.iter().sum::<u64>(), 0);
    ledger.unconnected_by_month_ms.iter().sum()
}

#[test]
fn sl_03_a_release_that_takes_all_machines_out_is_not_the_platforms_downtime() {
    let (ledger, _) = play(&script(), promised(image()));
    assert_eq!(ledger.missed_ms, REIMAGE);
    assert_eq!(unconnected(&script(), image()), 0);
    // A bad one that nobody takes back: all are down until the end, on machines that answer.
    assert_eq!(unconnected(&script(), bad_image(0)), 0);
}

#[test]
fn sl_03_where_causes_mix_the_platform_answers_for_what_it_alone_would_have_cut_off() {
    // Zones 1 and 2 in the midst of the image's four minutes, and for an hour.
    let dark = |zones: &[u32]| {
        let of = |&zone: &u32| (0, 4 * zone, 4, HOUR + MINUTE, 2 * HOUR + MINUTE);
        script().outages(&zones.iter().map(of).collect::<Vec<_>>())
    };
    assert_eq!(unconnected(&dark(&[0, 1]), image()), HOUR);
    // One zone out, and the other's machines out for the image: these would have answered.
    assert_eq!(unconnected(&dark(&[0]), image()), 0);
    // The same with a bad version on them.
    assert_eq!(unconnected(&dark(&[0]), bad_image(0)), 0);
}
