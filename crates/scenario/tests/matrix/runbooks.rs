//! Runbooks: what is refused, and what is understood.

use crate::{accepted, scenario, told};
use zonefall_engine::SimTime;
use zonefall_fleet::management::{Action, Alert, Change, Lack, Trigger, Watch};

const HOUR: u64 = 3_600_000;

fn runbook(text: &str) -> (Change, Alert) {
    let text = format!("start = \"2026-01-05\"\n{}", scenario("", &format!("[[runbook]]\n{text}")));
    let mut fine = accepted(&text);
    let change = fine.designs.remove(0).sets.remove(0).management.unwrap().changes.remove(0);
    let Trigger::Alert(alert) = change.trigger.clone() else { panic!("{change:?}") };
    (change, *alert)
}

#[test]
fn zn_06_an_alert_and_an_action() {
    let (change, alert) = runbook("when = { capacity_lost = \"30%\" }\ncapacity = 12");
    assert_eq!((change.action, alert.watch), (Action::Capacity(12), Watch::Lacks(Lack::CapacityLost(300))));
    assert_eq!((alert.lasting.as_ms(), alert.success, alert.waits), (300_000, 1.0, true));
    assert!(alert.office.is_none());
    let (change, alert) = runbook("when = { objective = \"missed\" }\ncontrol_plane = \"fail\"\nstart = true");
    assert_eq!((change.action, alert.watch, alert.waits), (Action::Start, Watch::Missed, false));
}

#[test]
fn hours_of_work_follow_the_calendar() {
    // A Monday; on Tuesdays and Fridays from 9 to 17.
    let office = "office = { days = [\"tuesday\", \"friday\"], from = \"09:00\", to = \"17:00\" }";
    let (_, alert) = runbook(&format!("when = {{ serving_below = 3 }}\n{office}\ncapacity = 12"));
    let turns = alert.office.unwrap().turns;
    let hours = [24 + 9, 24 + 17, 96 + 9, 96 + 17].map(|hour| SimTime::from_ms(hour * HOUR));
    assert_eq!(turns[..4], hours);
}

#[test]
fn runbooks_that_cannot_be() {
    let when = "when = { objective = \"missed\" }";
    for (text, code, words) in [
        ("capacity = 3".to_owned(), "E011", "`when` is missing"),
        (when.to_owned(), "E011", "does nothing"),
        ("when = {}\ncapacity = 3".into(), "E011", "looks at nothing"),
        ("when = { serving_below = 3, objective = \"missed\" }\ncapacity = 3".into(), "E013", "one thing"),
        ("when = { capacity_lost = \"0%\" }\ncapacity = 3".into(), "E020", "no loss at all"),
        (format!("{when}\ncapacity = 3\nstart = true"), "E013", "one action"),
        (format!("{when}\nstart = false"), "E020", "changes nothing"),
        (format!("{when}\nroll_back = true"), "E013", "nothing is released"),
        (format!("{when}\nstop_rollout = true"), "E013", "nothing is released"),
        (format!("{when}\nset = \"wep\"\ncapacity = 3"), "E057", "no scale set `wep`"),
        (format!("{when}\ncapacity = 3\noffice = {{ from = \"9\", to = \"17:00\" }}"), "E026", "not a time of day"),
        (format!("{when}\ncapacity = 3\noffice = {{ from = \"09:00\" }}"), "E011", "`to` is missing"),
        (format!("{when}\ncapacity = 3\noffice = {{ from = \"09:00\", to = \"17:00\" }}"), "E062", "calendar"),
        (format!("{when}\ncapacity = 3\nsuccess = \"120%\""), "E023", "success"),
        (format!("{when}\ncapacity = 3\ncontrol_plane = \"ask\""), "E014", "ask"),
        (format!("{when}\ncapacity = 3\nretry = \"1 ms\""), "E020", "`retry` is less than a minute"),
        (format!("{when}\ncapacity = 3\nretry = \"59999 ms\""), "E020", "`retry` is less than a minute"),
        (format!("{when}\ncapacity = 3\nnotise = \"1 min\""), "E010", "notise"),
    ] {
        let text = scenario("", &format!("[[runbook]]\n{text}"));
        let items = told(&text);
        assert!(items.iter().any(|item| item.code == code && item.message.contains(words)), "{items:#?}\n{text}");
    }
}
