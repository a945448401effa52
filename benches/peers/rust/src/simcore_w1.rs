//! simcore (DSLab): one component that sends itself an event a change, the machine's number in it.

use crate::luck::Luck;
use crate::{DOWN_H, Tally, UP_H};
use serde::Serialize;
use simcore::{Event, EventHandler, Simulation, SimulationContext, cast};
use std::cell::RefCell;
use std::rc::Rc;

#[derive(Clone, Serialize)]
struct Change {
    machine: u32,
}

struct Shop {
    context: SimulationContext,
    luck: Luck,
    up: Vec<bool>,
    tally: Tally,
}

impl EventHandler for Shop {
    fn on(&mut self, event: Event) {
        cast!(match event.data {
            Change { machine } => {
                let up = !self.up[machine as usize];
                self.up[machine as usize] = up;
                self.tally.change(event.time, up);
                let length = self.luck.time(if up { UP_H } else { DOWN_H });
                self.context.emit_self(Change { machine }, length);
            }
        })
    }
}

pub fn run(machines: u64, horizon_h: f64) -> Tally {
    let mut simulation = Simulation::new(1);
    let shop = Rc::new(RefCell::new(Shop {
        context: simulation.create_context("shop"),
        luck: Luck::new(),
        up: vec![true; machines as usize],
        tally: Tally { up: machines, ..Tally::default() },
    }));
    simulation.add_handler("shop", shop.clone());
    for machine in 0..machines as u32 {
        let mut shop = shop.borrow_mut();
        let length = shop.luck.time(UP_H);
        shop.context.emit_self(Change { machine }, length);
    }
    simulation.step_until_time(horizon_h);
    let mut tally = shop.borrow().tally;
    tally.finish(horizon_h);
    tally
}
