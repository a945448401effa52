//! Ctrl-C while a pilot learns: no trial of the run has been played, and the study says so.

use super::*;
use std::time::{Duration, Instant};
use zonefall_study::RunError;
use zonefall_study::rare::Ladder;

/// Ten machines before one crew, failing so often that a trial takes a second: the pilots would take minutes.
fn slow() -> Study {
    let crewed = Mode { crews: Some(1), ..mode("vm", Scope::Instance, 0.05, exponential(0.005)) };
    let machine = mode("host", Scope::Host, 0.05, exponential(0.005));
    small(profile(vec![crewed, machine]), bare(&[1], 10, 1), 10_000)
}

#[test]
fn a_pilot_hears_an_interrupt_between_its_trials() {
    let study = slow();
    let within = Duration::from_secs(20);
    for asked in [Method::Forcing, Method::Splitting, Method::Auto] {
        let stop = Arc::new(AtomicBool::new(false));
        let (raised, began) = (Arc::clone(&stop), Instant::now());
        let finger = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(200));
            raised.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        let found = choose(&study, asked, 2, &stop);
        finger.join().unwrap();
        assert!(matches!(found, Err(RunError::Interrupted)), "{asked:?}: {found:?}");
        assert!(began.elapsed() < within, "{asked:?}: {:?}", began.elapsed());
    }
}

#[test]
fn whatever_is_raised_before_is_heard_too() {
    let (study, raised) = (
        small(profile(vec![mode("vm", Scope::Instance, 100.0, exponential(1.0))]), bare(&[1], 4, 1), 100),
        AtomicBool::new(true),
    );
    assert!(matches!(Plan::learn(&study, 1, &raised), Err(RunError::Interrupted)));
    assert!(matches!(Ladder::learn(&study, 1, &raised), Err(RunError::Interrupted)));
}
