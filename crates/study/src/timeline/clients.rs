//! Clients in words: where a failover group sends them, the line in which they wait, and the tries again that keep an overload up.

use super::beside::span;
use super::rows::Telling;
use super::{Kind, Row};
use zonefall_fleet::{
    ALL_CLIENTS, Attempts, Ended, Failover, Lined, OPERATION_TABLE, Operation, Overload, Pattern, Sent, Sighting,
    Structure,
};

/// AFD-03, TM-03, DR-04: the clients of a group are sent elsewhere.
pub(super) fn sent(of: &Telling<'_>, sighting: &Sighting, group: u32, parts: &[Sent]) -> Option<Row> {
    let service = of.study.designs[of.design].structure()?;
    let failover = service.failovers.get(group as usize)?;
    let named = service.parts_of(failover.node as usize).iter().map(|&part| &*service.nodes[part as usize].name);
    let parts: Vec<(&str, Sent)> = named.zip(parts.iter().copied()).collect();
    let (says, rules) = match failover.pattern {
        Pattern::ActiveActive { .. } => (by_weight(&parts), "AFD-03, TM-03"),
        Pattern::Standby(_) => taken_over(&parts)?,
    };
    let says = says + &on_their_way(failover);
    let row = Telling::row(sighting, Kind::Decision, says);
    Some(Row { rules: rules.into(), times: 1, ..row })
}

/// "`east` is taken for out: clients are sent to `west` (100 %, 50 % before)".
fn by_weight(parts: &[(&str, Sent)]) -> String {
    let mut why: Vec<String> = Vec::new();
    if parts.iter().all(|(_, of)| !of.seen) {
        why.push("no part is taken for working".into());
    } else {
        let out = parts.iter().filter(|(_, of)| of.now == 0 && of.before > 0);
        why.extend(out.map(|(name, of)| format!("`{name}` is taken for out{}", still_serve(of, "though "))));
        let back = parts.iter().filter(|(_, of)| of.now > 0 && of.before == 0);
        why.extend(back.map(|(name, of)| format!("`{name}` is taken for working again{}", still_serve(of, ""))));
    }
    let to = |(name, of): &(&str, Sent)| match of.before {
        before if before == of.now => format!("`{name}` ({})", share(of.now)),
        before => format!("`{name}` ({}, {} before)", share(of.now), share(before)),
    };
    let to: Vec<String> = parts.iter().filter(|(_, of)| of.now > 0).map(to).collect();
    let why = if why.is_empty() { String::new() } else { format!("{}: ", why.join(" and ")) };
    format!("{why}clients are sent to {}", to.join(" and "))
}

/// ", 2 of its 10 machines serve"; nothing of a part without machines, or where it goes without saying.
fn still_serve(of: &Sent, though: &str) -> String {
    match (of.serving, of.machines) {
        (_, 0) => String::new(),
        (0, _) if !though.is_empty() => String::new(),
        (serving, all) if serving == all => format!(", all of its {all} machines serve"),
        (serving, all) => {
            let serve = if serving == 1 { "serves" } else { "serve" };
            format!(", {though}{serving} of its {all} machines {serve}")
        }
    }
}

/// Another part serves, or the first again, and the rules behind that.
fn taken_over(parts: &[(&str, Sent)]) -> Option<(String, &'static str)> {
    let from = parts.iter().position(|(_, of)| of.before > 0)?;
    let to = parts.iter().position(|(_, of)| of.now > 0)?;
    let ((from_name, _), (to_name, of)) = (parts[from], parts[to]);
    let machines = still_serve(&of, "");
    Some(if to < from {
        (format!("clients are sent back from `{from_name}` to `{to_name}`{machines}"), rules(Operation::Failbacks))
    } else {
        let says = format!("another part serves from here on: `{to_name}` for `{from_name}`{machines}");
        (says, rules(Operation::Failovers))
    })
}

/// "; clients go over within 30 s": one by one.
fn on_their_way(of: &Failover) -> String {
    if of.spread.as_ms() == 0 { String::new() } else { format!("; clients go over within {}", span(of.spread)) }
}

fn share(clients: u32) -> String {
    let percent = 100.0 * f64::from(clients) / f64::from(ALL_CLIENTS);
    if percent.fract() < 0.05 || percent.fract() > 0.95 { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
}

const fn rules(of: Operation) -> &'static str {
    OPERATION_TABLE[of as usize].rules
}

/// Requests wait in line.
pub(super) fn line(of: &Telling<'_>, sighting: &Sighting, line: u32, lined: Lined) -> Row {
    let before = of.entrance(Structure::entrances, line).map_or(String::new(), |name| format!(" before `{name}`"));
    let (says, requests) = match lined {
        Lined::Begins => (format!("more requests come than are served: a line begins to build{before}"), 0),
        Lined::GivesUp => {
            (format!("clients begin to give up{before}: the first have waited for as long as they would"), 0)
        }
        Lined::Ends { longest, gave_up, lasted, cut } => {
            let what = if cut {
                format!("the trial ends with requests in line{before}")
            } else {
                format!("the line{before} is empty again")
            };
            let gave = match gave_up {
                0 => "nobody gave up".to_owned(),
                1 => "1 client gave up".into(),
                many => format!("{many} clients gave up"),
            };
            (format!("{what}, after {}: at most {longest} waited, {gave}", span(lasted)), gave_up)
        }
    };
    Row { rules: rules(Operation::GaveUp).into(), times: 1, requests, ..Telling::row(sighting, Kind::Decision, says) }
}

/// Where attempts fail, if clients come to several parts: at one of these, or at what all of them need before or behind these.
fn place(of: &Telling<'_>, place: u32) -> String {
    let Some(service) = of.study.designs[of.design].structure() else { return String::new() };
    let entrances = service.entrances_beside_limits().unwrap_or_default();
    let name = |part: u32| format!(" at `{}`", service.nodes[part as usize].name);
    match (place as usize).checked_sub(entrances.len()) {
        None if entrances.len() > 1 => name(entrances[place as usize]),
        None => String::new(),
        Some(0) => " at what all clients pass first".into(),
        Some(_) => " at what all clients need behind their part".into(),
    }
}

/// TF-01: attempts fail for lack of capacity, and tries again keep it so.
pub(super) fn overload(of: &Telling<'_>, sighting: &Sighting, entrance: u32, overload: Overload) -> Row {
    let at = place(of, entrance);
    let says = match overload {
        Overload::Begins(tries) if tries.hold_themselves => format!(
            "attempts begin to fail for lack of capacity{at}, though there would be enough for first tries: tries again that come \
             along keep it up ({})",
            in_numbers(tries)
        ),
        Overload::Begins(tries) if tries.uneven => format!(
            "attempts begin to fail for lack of capacity at machines that can serve less than others, as each gets the same: {} \
             in all",
            in_numbers(tries)
        ),
        Overload::Begins(tries) => {
            format!("attempts begin to fail for lack of capacity{at}: {}", in_numbers(tries))
        }
        Overload::Holds(tries) => format!(
            "capacity would be enough again{at}, but retries keep the overload up, as failed attempts cost work too: {}",
            in_numbers(tries)
        ),
        Overload::Ends { lasted, held, by } => {
            let kept = match held.as_ms() {
                0 => String::new(),
                all if all >= lasted.as_ms() => ", kept up by retries alone".to_owned(),
                _ => format!(", {} of that kept up by retries alone", span(held)),
            };
            let what = match by {
                Ended::Room => format!("no attempt fails for lack of capacity any more{at}"),
                Ended::Left => format!("no attempt fails for lack of capacity any more{at}, as nobody comes there"),
                Ended::Horizon => format!("the trial ends, and attempts still fail{at}"),
            };
            format!("{what}, after {}{kept}", span(lasted))
        }
    };
    let rules = rules(Operation::RetryStorms).into();
    Row { rules, times: 1, ..Telling::row(sighting, Kind::Decision, says) }
}

/// "1620 attempts a second for 540 requests, capacity for 500".
fn in_numbers(of: Attempts) -> String {
    let [first, all, capacity] = [of.first_milli, of.all_milli, of.capacity_milli].map(a_second);
    format!("{all} attempts a second for {first} requests, capacity for {capacity}")
}

fn a_second(milli: u64) -> String {
    let plain = milli as f64 / 1000.0;
    if milli >= 10_000 || milli.is_multiple_of(1000) { format!("{plain:.0}") } else { format!("{plain:.1}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(before: u32, now: u32, (serving, machines): (u32, u32)) -> Sent {
        Sent { before, now, seen: now > 0, serving, machines }
    }

    #[test]
    fn clients_are_sent_in_words() {
        const HALF: u32 = ALL_CLIENTS / 2;
        let two = |east: Sent, west: Sent| by_weight(&[("east", east), ("west", west)]);
        assert_eq!(
            two(part(HALF, 0, (0, 4)), part(HALF, ALL_CLIENTS, (4, 4))),
            "`east` is taken for out: clients are sent to `west` (100 %, 50 % before)"
        );
        assert_eq!(
            two(part(0, HALF, (1, 4)), part(ALL_CLIENTS, HALF, (4, 4))),
            "`east` is taken for working again, 1 of its 4 machines serves: clients are sent to `east` (50 %, 0 % before) and \
             `west` (50 %, 100 % before)"
        );
        let (out, none) = (Sent { seen: false, ..part(0, HALF, (0, 4)) }, (0, 0));
        assert_eq!(
            two(out, Sent { seen: false, ..part(ALL_CLIENTS, HALF, none) }),
            "no part is taken for working: clients are sent to `east` (50 %, 0 % before) and `west` (50 %, 100 % before)"
        );
        let over = taken_over(&[("east", part(ALL_CLIENTS, 0, none)), ("west", part(0, ALL_CLIENTS, (3, 9)))]);
        let says = "another part serves from here on: `west` for `east`, 3 of its 9 machines serve";
        assert_eq!(over, Some((says.to_owned(), "DR-04, DR-07")));
        assert_eq!([333_333, 500_000, 1_000_000].map(share), ["33.3 %", "50 %", "100 %"]);
    }
}
