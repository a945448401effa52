//! AG-03: an application gateway in front of the machines grows with the demand, and takes its time.
//!
//! In: each change of the demand. Out: the most that the gateway lets through, which the book reckons with; what it turns away
//! reaches no machine. Events are orders that come, and looks at what has not been needed (`policy/gateway`). A design
//! without such a gateway has nothing of this.

use crate::operations::Operation;
use crate::pending::Pending;
use crate::policy::gateway::Gateway;
use crate::world::World;
use std::sync::Arc;
use zonefall_engine::SimTime;

impl World {
    /// A trial begins: the gateway has long had what the demand asks for.
    pub(crate) fn begin_gateway(&mut self) {
        let Some(gateway) = &self.design.service.gateway else { return };
        self.growth.begin(gateway.wanted(self.book.demand.unwrap_or(0)));
        self.book.gate = gateway.lets_through(self.growth.instances);
    }

    /// The demand has changed at `t`, up to which everything is settled.
    pub(crate) fn gateway_meets_demand(&mut self, t: SimTime) {
        let design = Arc::clone(&self.design);
        let Some(gateway) = &design.service.gateway else { return };
        let wanted = gateway.wanted(self.book.demand.unwrap_or(0));
        let more = self.growth.wants(wanted, t, gateway.shrinks_after);
        if more > 0 {
            let luck = self.luck.named("gateway").part(t.as_ms(), 0);
            self.growth.order(more, t.after(gateway.grows_in.draw(&mut luck.stream())));
            self.book.count(Operation::GatewayGrowths, 1, t, &self.measure);
        }
        self.look_at_gateway(gateway, t);
    }

    /// Instances of the gateway come or go.
    pub(crate) fn gateway_is_due(&mut self, t: SimTime) {
        let design = Arc::clone(&self.design);
        let Some(gateway) = &design.service.gateway else { return };
        if self.growth.awaited != t {
            return;
        }
        self.growth.awaited = SimTime::NEVER;
        self.book.settle(t, &self.measure);
        self.look_at_gateway(gateway, t);
    }

    fn look_at_gateway(&mut self, gateway: &Gateway, t: SimTime) {
        self.growth.look(t);
        self.book.gate = gateway.lets_through(self.growth.instances);
        let next = self.growth.next();
        if next < self.measure.horizon && next != self.growth.awaited {
            self.growth.awaited = next;
            self.pending.push(next, Pending::Gateway.tag());
        }
    }
}
