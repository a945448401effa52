//! AG-03: application gateways in front of the machines grow with the demand, and take their time.
//!
//! In: each change of what comes to one. Out: the most that it lets through, which the book reckons with; what it turns away
//! reaches no machine. Events are orders that come, and looks at what has not been needed (`policy/gateway`). A design
//! without such a gateway has nothing of this.
//!
//! Clients that try again (TF-01) come to it with all their tries, of which it turns away what is too much (`policy/retry.rs`): so what
//! comes changes with whatever happens behind it.
//!
//! There is one before all machines, in a service of parts one at each entrance (`parts/gates.rs`): where clients are sent to one of
//! several parts, those that come over find a gateway that is as small as what came before asked for.

use crate::operations::Operation;
use crate::pending::Pending;
use crate::policy::gateway::{Gateway, Growth};
use crate::serving::Class;
use crate::world::World;
use std::sync::Arc;
use zonefall_engine::SimTime;

impl World {
    /// A trial begins: each gateway has long had what its demand asks for.
    pub(crate) fn begin_gateways(&mut self) {
        let design = Arc::clone(&self.design);
        let Some(gateway) = &design.service.gateway else { return };
        self.growths.resize_with(self.book.gates(), Growth::default);
        // What comes is not yet what a gateway of the trial before has turned away.
        (0..self.growths.len()).for_each(|at| self.book.opens_gate(at, u64::MAX));
        for at in 0..self.growths.len() {
            self.growths[at].begin(gateway.wanted(self.book.comes_to_gate(at)));
            let instances = self.growths[at].instances.into();
            self.book.add(Class::GatewayInstances, instances, SimTime::ZERO, &self.measure);
            self.book.opens_gate(at, gateway.lets_through(self.growths[at].instances));
        }
    }

    /// What comes to gateways may have changed at `t`, up to which everything is settled.
    pub(crate) fn gateways_meet_demand(&mut self, t: SimTime) {
        if self.growths.is_empty() {
            return;
        }
        let design = Arc::clone(&self.design);
        let Some(gateway) = &design.service.gateway else { return };
        for at in 0..self.growths.len() {
            let wanted = gateway.wanted(self.book.comes_to_gate(at));
            let more = self.growths[at].wants(wanted, t, gateway.shrinks_after);
            if more > 0 {
                let luck = self.luck.named("gateway").part(t.as_ms(), at as u64);
                self.growths[at].order(more, t.after(gateway.grows_in.draw(&mut luck.stream())));
                self.book.count(Operation::GatewayGrowths, 1, t, &self.measure);
            }
            self.look_at_gateway(at, gateway, t);
        }
    }

    /// Clients try again: what comes to gateways may be something else after whatever has happened at `t`.
    pub(crate) fn gateways_hear_tries(&mut self, t: SimTime) {
        let design = Arc::clone(&self.design);
        let Some(gateway) = &design.service.gateway else { return };
        // Each turn that changes what comes has opened a gateway, and none has more instances than it may.
        while (0..self.growths.len()).any(|at| self.growths[at].wanted() != gateway.wanted(self.book.comes_to_gate(at)))
        {
            self.book.settle(t, &self.measure);
            self.gateways_meet_demand(t);
        }
    }

    /// Instances of gateways come or go.
    pub(crate) fn gateway_is_due(&mut self, t: SimTime) {
        let design = Arc::clone(&self.design);
        let Some(gateway) = &design.service.gateway else { return };
        for at in 0..self.growths.len() {
            if self.growths[at].awaited == t {
                self.growths[at].awaited = SimTime::NEVER;
                self.book.settle(t, &self.measure);
                self.look_at_gateway(at, gateway, t);
            }
        }
    }

    fn look_at_gateway(&mut self, at: usize, gateway: &Gateway, t: SimTime) {
        let growth = &mut self.growths[at];
        let before = i64::from(growth.instances);
        growth.look(t);
        if i64::from(growth.instances) != before {
            self.book.add(Class::GatewayInstances, i64::from(growth.instances) - before, t, &self.measure);
        }
        self.book.opens_gate(at, gateway.lets_through(growth.instances));
        let next = growth.next();
        if next < self.measure.horizon && next != growth.awaited {
            growth.awaited = next;
            self.pending.push(next, Pending::Gateway.tag());
        }
    }

    /// The instances of each gateway, and those with the ordered ones.
    pub(crate) fn gateway_instances(&self) -> impl Iterator<Item = (u32, u32)> {
        self.growths.iter().map(|growth| (growth.instances, growth.ordered()))
    }
}
