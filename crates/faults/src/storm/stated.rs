//! A zone that is lost at a stated instant for a stated length: all else that its mode says is drawn as ever.

use super::process::Reach;
use super::{Drawing, Storm, StormModes};
use zonefall_engine::{Key, SimDuration, SimTime};
use zonefall_topology::ZoneId;

impl StormModes {
    /// Lets a mode of scope zone strike a zone, alone. Which racks, who comes back late, whether the control plane goes too
    /// and how short capacity is elsewhere are drawn, keyed by the trial, the mode, the zone and the instant. Who calls
    /// settles the storm; nothing else must hold the zone under this mode until it is over.
    pub fn lose_zone(
        &mut self,
        mode: usize,
        zone: ZoneId,
        (start, length): (SimTime, SimDuration),
        trial: Key,
        storm: &mut Storm,
    ) {
        let Self { topology, modes, processes, scratch, .. } = self;
        let of_zone = |reach: &Reach| matches!(reach, Reach::Zone(of) if *of == zone);
        let Some(process) = processes.iter().find(|process| process.mode == mode && of_zone(&process.reach)) else {
            return;
        };
        let given = Some((length.as_ms() as f64, 0.0));
        let (horizon, forcing, struck) = (SimTime::NEVER, None, None);
        let mut drawing =
            Drawing { topology, modes, trial, places: trial, horizon, scratch, storm, forcing, given, struck };
        drawing.strike(process, 0, start);
    }
}
