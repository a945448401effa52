//! desim: a process (coroutine) a machine, which yields its times; the log of events is off.

use crate::luck::Luck;
use crate::{DOWN_H, Tally, UP_H};
use desim::{Effect, EndCondition, SimContext, Simulation};
use std::cell::RefCell;
use std::rc::Rc;

/// An effect that is not logged, which is desim's fastest setting.
#[derive(Debug, Clone, Copy)]
struct Quiet(Effect);

impl desim::SimState for Quiet {
    fn get_effect(&self) -> Effect {
        self.0
    }
    fn set_effect(&mut self, effect: Effect) {
        self.0 = effect;
    }
    fn should_log(&self) -> bool {
        false
    }
}

pub fn run(machines: u64, horizon_h: f64) -> Tally {
    let world = Rc::new(RefCell::new((Luck::new(), Tally { up: machines, ..Tally::default() })));
    let mut simulation = Simulation::<Quiet>::new();
    for _ in 0..machines {
        let world = Rc::clone(&world);
        let mut up = true;
        let machine = Box::new(
            #[coroutine]
            move |_: SimContext<Quiet>| loop {
                let length = world.borrow_mut().0.time(if up { UP_H } else { DOWN_H });
                let context = yield Quiet(Effect::TimeOut(length));
                up = !up;
                if context.time() < horizon_h {
                    world.borrow_mut().1.change(context.time(), up);
                }
            },
        );
        let id = simulation.create_process(machine);
        simulation.schedule_event(0.0, id, Quiet(Effect::TimeOut(0.0)));
    }
    simulation.run(EndCondition::Time(horizon_h));
    let mut tally = world.borrow().1;
    tally.finish(horizon_h);
    tally
}
