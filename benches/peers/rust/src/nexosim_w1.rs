//! NeXosim: one model that schedules an event a change on itself, the machine's number in it; one thread. (A model per
//! machine, the other way to write it, is slower.)

use crate::luck::Luck;
use crate::{DOWN_H, Tally, UP_H};
use nexosim::model::{Context, Model, schedulable};
use nexosim::simulation::{Mailbox, SimInit};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};
use std::sync::Mutex;
use std::time::Duration;

/// The only way out of a model that needs no sink.
static RESULT: Mutex<Option<Tally>> = Mutex::new(None);

#[derive(Serialize, Deserialize)]
struct Shop {
    luck: Luck,
    up: Vec<bool>,
    horizon_h: f64,
    #[serde(skip)]
    tally: Tally,
}

#[Model]
impl Shop {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        for machine in 0..self.up.len() as u32 {
            self.schedule(machine, UP_H, cx);
        }
        cx.schedule_event(Duration::from_secs_f64(self.horizon_h * 3600.0), schedulable!(Self::end), ())
            .expect("the horizon lies ahead");
    }

    fn schedule(&mut self, machine: u32, mean_h: f64, cx: &Context<Self>) {
        let length = Duration::from_secs_f64(self.luck.time(mean_h) * 3600.0).max(Duration::from_nanos(1));
        cx.schedule_event(length, schedulable!(Self::change), machine).expect("lengths are above zero");
    }

    #[nexosim(schedulable)]
    fn change(&mut self, machine: u32, cx: &Context<Self>) {
        let up = !self.up[machine as usize];
        self.up[machine as usize] = up;
        let now_h = cx.time().duration_since(MonotonicTime::EPOCH).as_secs_f64() / 3600.0;
        self.tally.change(now_h, up);
        self.schedule(machine, if up { UP_H } else { DOWN_H }, cx);
    }

    #[nexosim(schedulable)]
    fn end(&mut self) {
        let mut tally = self.tally;
        tally.finish(self.horizon_h);
        *RESULT.lock().expect("one thread") = Some(tally);
    }
}

pub fn run(machines: u64, horizon_h: f64) -> Tally {
    let shop = Shop {
        luck: Luck::new(),
        up: vec![true; machines as usize],
        horizon_h,
        tally: Tally { up: machines, ..Tally::default() },
    };
    let mut simulation = SimInit::with_num_threads(1)
        .add_model(shop, Mailbox::new(), "shop")
        .init(MonotonicTime::EPOCH)
        .expect("the bench is sound");
    simulation.step_until(Duration::from_secs_f64(horizon_h * 3600.0)).expect("no event fails");
    RESULT.lock().expect("one thread").take().expect("the end was reached")
}
