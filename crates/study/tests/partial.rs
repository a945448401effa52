//! Partial results: the same bytes whatever the grouping, and nothing else is taken for one.
#![allow(missing_docs, clippy::unwrap_used)]

mod support;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use support::*;
use zonefall_azure::profile::azure_like_v0;
use zonefall_engine::SimTime;
use zonefall_fleet::{Bought, PAID, SlaTerms};
use zonefall_study::money::{Money, Rates};
use zonefall_study::partial::{JoinError, Origin, Partial, PartialError, join};
use zonefall_study::{Finished, Progress, Silent, Study, go_on, run};

const TRIALS: u64 = 300;

/// So much fails that every field of a tally has something to say.
fn busy(trials: Range<u64>) -> Study {
    let mut profile = azure_like_v0();
    profile.modes = profile.modes.iter().map(|mode| mode.with_rate_times(20.0)).collect();
    let mut designs =
        vec![design("zonal", &[1], 9, 6), design("spanning", &[1, 2, 3], 9, 6), design("regional", &[], 9, 6)];
    designs[1].sla = Some(SlaTerms {
        name: "an SLA".into(),
        tiers: vec![(9999, 10_000, 10), (99, 100, 25)],
        least_machines: 2,
        least_zones: 2,
    });
    designs[1].bought = Some(vec![Bought { committed: 2, reserved_per_zone: 0 }]);
    let mut study = study(profile, designs, 120, trials.end - trials.start);
    std::sync::Arc::make_mut(&mut study.measure).at = [30, 90].map(|days| SimTime::from_ms(days * 86_400_000)).into();
    let rates =
        Rates { sets: vec![[3_000_000_000_000; PAID]], once: 1, components: 1, million: 5_000_000, ..Rates::default() };
    let designs = std::iter::once(("spanning".to_owned(), rates)).collect();
    let money = Some(std::sync::Arc::new(Money { designs, ..Money::default() }));
    Study { first_trial: trials.start, rows: false, money, ..study }
}

fn origin(study: &Study) -> Origin {
    Origin::new(study, "1.2.3", "5ca1ab1e")
}

fn played(trials: Range<u64>) -> Partial {
    let study = busy(trials);
    let finished = run(&study, 2, &AtomicBool::new(false), &Silent).unwrap();
    Partial::new(&study, &origin(&study), &finished).unwrap()
}

static STUDY: LazyLock<(Study, Origin)> = LazyLock::new(|| (busy(0..TRIALS), origin(&busy(0..TRIALS))));
static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| played(0..TRIALS).to_bytes());
/// Ten ranges that make the whole.
static TENTHS: LazyLock<Vec<Partial>> =
    LazyLock::new(|| (0..10).map(|tenth| played(tenth * TRIALS / 10..(tenth + 1) * TRIALS / 10)).collect());

fn read(bytes: &[u8]) -> Result<Partial, PartialError> {
    let (study, origin) = &*STUDY;
    Partial::from_bytes(bytes, study, origin)
}

fn joined(parts: impl IntoIterator<Item = Partial>) -> Result<Partial, JoinError> {
    join(parts.into_iter().enumerate().map(|(at, part)| (format!("p{at}"), part)).collect())
}

#[test]
fn what_is_written_is_read_and_ten_designs_are_small() {
    let whole = read(&WHOLE).unwrap();
    assert_eq!((whole.trials(), whole.to_bytes() == *WHOLE), (0..TRIALS, true));
    assert_eq!(Partial::head(&WHOLE).unwrap(), (whole.origin().clone(), 0..TRIALS));
    for part in TENTHS.iter() {
        assert_eq!(read(&part.to_bytes()).unwrap(), *part);
    }
    let bytes_a_design = WHOLE.len() / 3;
    assert!(bytes_a_design < 20_000, "{bytes_a_design} bytes a design");
}

/// A tally that says nothing would hide a field that is not kept.
#[test]
fn the_study_says_something_in_nearly_every_field() {
    let study = busy(0..TRIALS);
    let finished = read(&WHOLE).unwrap().into_finished();
    let again = run(&study, 1, &AtomicBool::new(false), &Silent).unwrap();
    assert_eq!(finished.tally.designs, again.tally.designs);
    let spanning = &finished.tally.designs[1];
    for hits in [&spanning.missed, &spanning.against_reference, &spanning.first_miss, &spanning.unconnected] {
        assert!(hits.hits() > 0, "{spanning:?}");
    }
    assert!(spanning.held_at.iter().all(|held| held.trials() == TRIALS));
    assert!(spanning.avoided.iter().any(|avoided| avoided.hits() > 0));
    assert!(spanning.bill.sum() > 0 && spanning.sla_credit.sum() > 0 && spanning.paid[0][0] > 0, "{spanning:?}");
    assert!(spanning.sla_tiers.iter().all(|windows| windows.sum() > 0), "{:?}", spanning.sla_tiers);
}

#[test]
fn a_run_goes_on_from_any_of_its_borders() {
    let study = busy(0..TRIALS);
    let whole = read(&WHOLE).unwrap().into_finished();
    for tenths in [1, 4, 9, 10] {
        let begun = joined(TENTHS[..tenths].iter().cloned()).unwrap().into_finished();
        let finished = go_on(&study, begun, tenths % 3 + 1, &AtomicBool::new(false), &Silent).unwrap();
        assert_eq!((finished.trials, &finished.tally.designs), (TRIALS, &whole.tally.designs));
    }
}

/// Stops at a moment of its own, keeps what is merged, and goes on from what it kept: as often as it takes.
#[test]
fn many_interruptions_lead_to_the_same_bytes() {
    struct Keep<'a>(&'a AtomicBool, std::sync::Mutex<Vec<u8>>, u64);
    impl Progress for Keep<'_> {
        fn merged(&self, finished: &Finished) {
            let (study, origin) = &*STUDY;
            *self.1.lock().unwrap() = Partial::new(study, origin, finished).unwrap().to_bytes();
            self.0.store(finished.trials >= self.2, Ordering::Relaxed);
        }
        fn computed(&self, _: u64) {}
    }
    let study = busy(0..TRIALS);
    let (mut kept, mut rounds) = (None::<Vec<u8>>, 0);
    loop {
        let stop = AtomicBool::new(false);
        let before = kept.as_deref().map(|bytes| read(bytes).unwrap());
        let done = before.as_ref().map_or(0, |before| before.trials().end);
        let keep = Keep(&stop, std::sync::Mutex::default(), done + 1 + 37 * rounds % 50);
        let finished = match before {
            Some(before) => go_on(&study, before.into_finished(), 2, &stop, &keep),
            None => run(&study, 2, &stop, &keep),
        };
        let finished = finished.unwrap();
        let bytes = keep.1.into_inner().unwrap();
        // What was kept last is what the run returns: the longest unbroken beginning.
        assert_eq!(Partial::new(&study, &origin(&study), &finished).unwrap().to_bytes(), bytes);
        rounds += 1;
        if finished.trials == TRIALS {
            assert!(rounds > 5 && bytes == *WHOLE, "{rounds} rounds");
            return;
        }
        kept = Some(bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_grouping_in_any_order_gives_the_same_bytes(
        picks in prop::collection::vec(any::<prop::sample::Index>(), 9),
        swaps in prop::collection::vec((0usize..10, 0usize..10), 10),
    ) {
        // Join two neighbours at a time, in an order of chance, through bytes.
        let mut parts: Vec<Vec<u8>> = TENTHS.iter().map(Partial::to_bytes).collect();
        for pick in picks {
            let at = pick.index(parts.len() - 1);
            let pair = [read(&parts[at + 1]).unwrap(), read(&parts[at]).unwrap()];
            parts.splice(at..at + 2, [joined(pair).unwrap().to_bytes()]);
        }
        prop_assert_eq!(&parts[0], &*WHOLE);
        // All at once, shuffled, some of them twice.
        let mut all: Vec<Partial> = TENTHS.iter().chain(&TENTHS[2..5]).cloned().collect();
        swaps.into_iter().for_each(|(a, b)| all.swap(a, b));
        prop_assert_eq!(&joined(all).unwrap().to_bytes(), &*WHOLE);
    }

    #[test]
    fn a_byte_more_or_less_is_refused(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut longer = WHOLE.clone();
        longer.insert(at.index(WHOLE.len() + 1), byte);
        prop_assert!(read(&longer).is_err());
        let mut shorter = WHOLE.clone();
        shorter.remove(at.index(WHOLE.len()));
        prop_assert!(read(&shorter).is_err());
        prop_assert!(read(&WHOLE[..at.index(WHOLE.len())]).is_err());
        prop_assert!(read(&[&WHOLE[..], &[byte]].concat()).is_err());
    }

    /// Bytes whose sum is right and whose content nobody wrote: refused, or they mean exactly what they say.
    #[test]
    fn a_forged_sum_gets_nothing_past_the_reader(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        zeros in any::<prop::sample::Index>(),
    ) {
        let body = 36..WHOLE.len() - 32;
        let mut forged = WHOLE.clone();
        for (at, byte) in changes {
            forged[body.start + at.index(body.len())] = byte;
        }
        reseal(&mut forged);
        prop_assert!(read(&forged).is_ok_and(|partial| partial.to_bytes() == forged) || read(&forged).is_err());
        let _ = Partial::head(&forged);
        let at = body.start + zeros.index(body.len());
        forged[at..body.end].fill(0);
        reseal(&mut forged);
        prop_assert!(read(&forged).is_err() || forged == *WHOLE);
    }
}

/// Puts the right sum under changed bytes.
fn reseal(bytes: &mut [u8]) {
    let (content, sum) = bytes.split_at_mut(bytes.len() - 32);
    sum.copy_from_slice(&Sha256::digest(&*content));
}

#[test]
fn any_byte_that_is_not_as_written_is_refused() {
    let bytes = TENTHS[3].to_bytes();
    for at in 0..bytes.len() {
        for mask in [0x01, 0x80, 0xff] {
            let mut wrong = bytes.clone();
            wrong[at] ^= mask;
            assert!(read(&wrong).is_err() && Partial::head(&wrong).is_err(), "byte {at}");
        }
        assert!(matches!(read(&bytes[..at]), Err(PartialError::Damaged { .. } | PartialError::NotOurs)), "cut at {at}");
    }
}

#[test]
fn what_is_refused_is_told_in_words() {
    let said = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
    assert_eq!(said(b""), "it is not a partial result of zonefall");
    assert_eq!(said(b"name = \"a scenario\"\n"), "it is not a partial result of zonefall");
    assert!(said(&WHOLE[..10]).starts_with("it is damaged: it is cut short"), "{}", said(&WHOLE[..10]));
    let cut = said(&WHOLE[..WHOLE.len() - 1]);
    assert!(cut.contains(&format!("it has {} bytes and says that it has {}", WHOLE.len() - 1, WHOLE.len())), "{cut}");
    let mut other = WHOLE.clone();
    other[24] += 1;
    assert!(said(&other).contains(&format!("form {}", other[24])), "{}", said(&other));
    other[24] = WHOLE[24];
    other[100] ^= 4;
    assert_eq!(said(&other), "it is damaged: its sum is not that of its content");
}

#[test]
fn another_study_is_told_by_what_differs() {
    let ours = busy(0..TRIALS);
    let with = |change: &dyn Fn(&mut Study, &mut Origin)| {
        let (mut study, mut origin) = (ours.clone(), origin(&ours));
        change(&mut study, &mut origin);
        let origin = Origin { version: origin.version, scenario_hash: origin.scenario_hash, ..self::origin(&study) };
        let refused = Partial::from_bytes(&WHOLE, &study, &origin).unwrap_err();
        assert!(refused.is_foreign(), "{refused}");
        refused.to_string()
    };
    let seed = with(&|study, _| study.seed = 12);
    assert_eq!(seed, "it belongs to another study: its seed is 11, not 12");
    assert!(with(&|_, origin| origin.version = "1.2.4".into()).ends_with("version is \"1.2.3\", not \"1.2.4\""));
    assert!(with(&|_, origin| origin.scenario_hash = "0".into()).contains("SHA-256 of its scenario"));
    assert!(with(&|study, _| study.counterfactual = false).contains("--no-counterfactual"));
    assert!(with(&|study, _| drop(study.designs.pop())).contains("the list of designs"));
    let horizon = with(&|study, _| std::sync::Arc::make_mut(&mut study.measure).horizon = SimTime::from_ms(7));
    assert!(horizon.contains("the horizon in milliseconds is 10368000000, not 7"), "{horizon}");
    // Nothing that has a name, but not the same study either.
    let target = with(&|study, _| study.target = "99.9%".parse().unwrap());
    assert!(target.contains("understood otherwise"), "{target}");
    let rate = with(&|study, _| study.profile.modes[0] = study.profile.modes[0].with_rate_times(1.01));
    assert!(rate.contains("understood otherwise"), "{rate}");
}

#[test]
fn how_many_trials_are_asked_for_is_no_part_of_a_study() {
    let longer = Study { trials: 10 * TRIALS, ..busy(0..TRIALS) };
    assert!(Partial::from_bytes(&WHOLE, &longer, &origin(&longer)).is_ok());
}

#[test]
fn ranges_that_do_not_fit_are_refused() {
    let t = |at: usize| TENTHS[at].clone();
    let said = |parts: Vec<Partial>| joined(parts).unwrap_err().to_string();
    assert_eq!(said(vec![]), "there is nothing to merge");
    assert_eq!(said(vec![t(3), t(0), t(1)]), "missing: trials 60 to 89");
    assert_eq!(said(vec![t(1), played(40..70)]), "p0 and p1 overlap in trials 40 to 59");
    assert_eq!(said(vec![played(29..31), t(0)]), "p1 and p0 overlap in trial 29");
    assert_eq!(said(vec![played(0..90), t(1)]), "p0 and p1 overlap in trials 30 to 59");
    assert_eq!(joined([t(5), t(5)]).unwrap(), t(5));
    let study = Study { seed: 12, ..busy(0..30) };
    let other = run(&study, 1, &AtomicBool::new(false), &Silent).unwrap();
    let other = Partial::new(&study, &origin(&study), &other).unwrap();
    let foreign = said(vec![t(1), other]);
    assert_eq!(foreign, "p0 and p1 are of different studies: its seed is 11, not 12");
}

#[test]
fn rows_and_nothing_cannot_be_kept() {
    let study = busy(0..TRIALS);
    let nothing = Finished { trials: 0, ..read(&WHOLE).unwrap().into_finished() };
    assert_eq!(Partial::new(&study, &origin(&study), &nothing), Err(PartialError::Nothing));
    let rows = Study { rows: true, ..study };
    assert_eq!(Partial::new(&rows, &origin(&rows), &nothing), Err(PartialError::Rows));
}
