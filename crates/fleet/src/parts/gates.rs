//! AG-03: application gateways at the entrances of a service of parts (`entrances.rs`), each with instances of its own.
//!
//! In: what each lets through, as its instances come and go (`gateway.rs`), and where clients are. Out: what comes to a part. What a
//! gateway turns away comes to nothing behind it. A part that nobody is sent to is fit for them whatever its gateway has grown to:
//! that is seen when they come.

use super::Parts;
use crate::entrances::Entrances;
use crate::service::{IN_TIME, is_share};
use crate::structure::Structure;

/// The gateways of a service.
#[derive(Debug)]
pub(super) struct Gates {
    entrances: Entrances,
    /// Thousandths of a request a second.
    lets_through: Vec<u64>,
    /// Clients try again: a gateway is one of the stages with which they settle (`tries.rs`).
    is_stage: bool,
}

zonefall_engine::pooled_clone!(Gates { entrances, lets_through, is_stage });

impl Gates {
    /// Those of a service whose entrances are known; the scenario refuses others.
    pub fn new(service: &Structure, is_stage: bool) -> Self {
        let entrances = Entrances::of_gates(service);
        Self { lets_through: vec![u64::MAX; entrances.at.len()], entrances, is_stage }
    }
}

impl Parts {
    /// How many gateways there are.
    pub fn gates(&self) -> usize {
        self.gates.as_ref().map_or(0, |gates| gates.lets_through.len())
    }

    /// What comes to a gateway, tries again too.
    pub fn comes_to_gate(&self, gate: usize) -> u64 {
        let Some(gates) = &self.gates else { return 0 };
        let entrance = gates.entrances.at[gate];
        match &self.tries {
            Some(tries) => tries.attempts_at_entrance(entrance),
            None => self.share(entrance as usize, self.demand.unwrap_or(0)),
        }
    }

    /// What a gateway lets through that stands at this node and nowhere else.
    pub(super) fn own_gate(&self, at: usize) -> u64 {
        let Some(gates) = &self.gates else { return u64::MAX };
        let own = gates.entrances.at.iter().position(|&entrance| entrance as usize == at);
        own.map_or(u64::MAX, |gate| gates.lets_through[gate])
    }

    /// A gateway lets so much through from now on.
    pub fn opens_gate(&mut self, gate: usize, lets_through: u64) {
        let Some(gates) = &mut self.gates else { return };
        if std::mem::replace(&mut gates.lets_through[gate], lets_through) != lets_through {
            self.weigh_all();
            self.forget();
            self.stirred = true;
        }
    }

    /// The most that the gateway before a node lets through.
    pub fn gate_at(&self, at: usize) -> u64 {
        let Some(gates) = &self.gates else { return u64::MAX };
        let Some(&lets_through) = gates.entrances.behind(at, &gates.lets_through) else { return u64::MAX };
        let demand = self.demand.unwrap_or(0);
        let entrance = gates.entrances.of_node(at).map_or(at, |entrance| entrance as usize);
        match (self.share(at, demand), self.share(entrance, demand)) {
            // Behind it only some of those who come in are sent here.
            (here, all) if here < all => (u128::from(lets_through) * u128::from(here) / u128::from(all)) as u64,
            _ => lets_through,
        }
    }

    /// The same as far as anybody comes to it now.
    pub(super) fn gate_in_use(&self, at: usize) -> u64 {
        if self.gates.is_none() || self.share(at, self.demand.unwrap_or(0)) == 0 { u64::MAX } else { self.gate_at(at) }
    }

    /// What of a demand comes to a node.
    #[inline]
    pub(super) fn comes(&self, at: usize, demand: u64) -> u64 {
        let share = self.share(at, demand);
        // Where nothing arrives, no gateway decides who would be served.
        let decides = self.gates.as_ref().is_some_and(|gates| !gates.is_stage) && self.demand != Some(0);
        if decides { share.min(self.gate_at(at)) } else { share }
    }

    /// What a gateway does not let through now.
    pub fn is_turned_away_at(&self, gate: usize) -> u64 {
        let Some(gates) = &self.gates else { return 0 };
        if self.tries.is_some() {
            return self.comes_to_gate(gate).saturating_sub(gates.lets_through[gate]);
        }
        let (entrance, demand) = (gates.entrances.at[gate] as usize, self.demand.unwrap_or(0));
        self.share(entrance, demand) - self.comes(entrance, demand)
    }

    /// What all gateways together let through of a demand; of first tries, where clients try again.
    pub fn let_in(&self, demand: u64) -> u64 {
        let Some(gates) = &self.gates else { return demand };
        match &self.tries {
            Some(tries) => tries.let_in(),
            None => gates.entrances.at.iter().map(|&entrance| self.comes(entrance as usize, demand)).sum(),
        }
    }

    /// What of so much that would come to a part, in millionths, no gateway turns away.
    pub fn let_in_at(&self, at: usize, micro: u64) -> u64 {
        match &self.tries {
            Some(tries) => tries.let_in_at(at, micro),
            None => micro.min(self.gate_at(at).saturating_mul(1000)),
        }
    }

    /// What gateways do not let through now.
    pub fn is_turned_away(&self, demand: u64) -> u64 {
        match self.tries {
            Some(_) => (0..self.gates()).map(|gate| self.is_turned_away_at(gate)).sum(),
            None => demand.saturating_sub(self.let_in(demand)),
        }
    }

    /// Whether more than 5 of 100 requests are turned away.
    pub(super) fn are_turned_away(&self) -> bool {
        let demand = self.demand.unwrap_or(0);
        self.gates.is_some() && !is_share(self.let_in(demand), IN_TIME, demand)
    }
}
