//! W1 in our engine: its slot tree (a machine always has one event ahead), a keyed stream a machine, its law for the
//! times, the same statistics as the bare loop.

use crate::bare::{DOWN_MS, Repaired, UP_MS};
use zonefall_engine::{Key, Law, SimTime, SlotTree, Stream};

struct Machine {
    luck: Stream,
    up: bool,
}

/// Runs W1.
pub fn run(machines: u64, horizon_ms: u64, seed: u64) -> Repaired {
    let law = |mean: f64| Law::exponential(mean).expect("the means are above zero");
    let (up_law, down_law) = (law(UP_MS), law(DOWN_MS));
    let shop = Key::root(seed).named("repair shop");
    let mut pending = SlotTree::new(machines as u32);
    let mut people: Vec<Machine> =
        (0..machines).map(|machine| Machine { luck: shop.part(machine, 0).stream(), up: true }).collect();
    for (slot, machine) in people.iter_mut().enumerate() {
        pending.set(slot as u32, SimTime::ZERO.after(up_law.draw(&mut machine.luck)));
    }
    let horizon = SimTime::from_ms(horizon_ms);
    let (mut up, mut since, mut up_ms, mut events) = (machines, SimTime::ZERO, 0, 0);
    loop {
        let (now, slot) = pending.first();
        if now >= horizon {
            break;
        }
        up_ms += up * now.since(since).as_ms();
        since = now;
        let machine = &mut people[slot as usize];
        machine.up = !machine.up;
        let law = if machine.up {
            up += 1;
            &up_law
        } else {
            up -= 1;
            &down_law
        };
        events += 1;
        pending.set(slot, now.after(law.draw(&mut machine.luck)));
    }
    Repaired { events, up_ms: up_ms + up * horizon.since(since).as_ms(), machine_ms: machines * horizon_ms }
}
