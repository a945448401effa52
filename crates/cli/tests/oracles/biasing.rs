//! Balanced failure biasing restated plainly, on the rare entries of the shared file: an independent second implementation, whose
//! squared relative error × events stands beside that of the product.
//!
//! A system is a list of groups of alike units, each with its crews, and says when it is down. Regenerative simulation of the
//! embedded chain (Goyal et al., IEEE Trans. Comput. 41 (1992) 36): a cycle begins with all up; while something is down and the
//! system is not, the next event is a failure with probability ½, of each group alike; once the system has been down, events come
//! as they are. The expected downtime of a cycle by that, over the expected length of a cycle, which is known well enough.

use zonefall_engine::{Key, Stream};

/// Alike units: how many, failures and repairs an hour, crews.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    pub count: u32,
    pub failure: f64,
    pub repair: f64,
    pub crews: u32,
}

/// What biasing found, and what it cost.
#[derive(Debug)]
pub struct Biased {
    pub unavailability: f64,
    /// The variance of one cycle's downtime over its squared mean, times the events of a cycle.
    pub work: f64,
}

/// So many cycles by biasing, and as many plain ones for their length.
pub fn biased(groups: &[Group], is_down: &dyn Fn(&[u32]) -> bool, cycles: u64) -> Biased {
    let (mut sum, mut squares, mut events, mut length) = (0.0, 0.0, 0_u64, 0.0);
    for cycle in 0..cycles {
        let mut stream = Key::root(cycle).named("biasing").stream();
        let (down_h, _, count) = walk(groups, is_down, true, &mut stream);
        (sum, squares, events) = (sum + down_h, squares + down_h * down_h, events + count);
        length += walk(groups, is_down, false, &mut stream).1;
    }
    let n = cycles as f64;
    let mean = sum / n;
    let work = (squares / n / (mean * mean) - 1.0) * events as f64 / n;
    Biased { unavailability: mean / (length / n), work }
}

/// One cycle: weighed hours down, hours, events.
fn walk(groups: &[Group], is_down: &dyn Fn(&[u32]) -> bool, bias: bool, stream: &mut Stream) -> (f64, f64, u64) {
    let (mut out, mut weight, mut been_down) = (vec![0; groups.len()], 1.0, false);
    let (mut down_h, mut hours, mut events) = (0.0, 0.0, 0);
    loop {
        let failing = |at: usize, out: &[u32]| f64::from(groups[at].count - out[at]) * groups[at].failure;
        let mended = |at: usize, out: &[u32]| f64::from(out[at].min(groups[at].crews)) * groups[at].repair;
        let all =
            |rate: &dyn Fn(usize, &[u32]) -> f64, out: &[u32]| (0..groups.len()).map(|at| rate(at, out)).sum::<f64>();
        let (fail, repair) = (all(&failing, &out), all(&mended, &out));
        let held = 1.0 / (fail + repair);
        hours += held;
        if is_down(&out) {
            been_down = true;
            down_h += weight * held;
        }
        events += 1;
        let can_fail = (0..groups.len()).filter(|&at| out[at] < groups[at].count).count() as f64;
        let biased = bias && !been_down && can_fail > 0.0;
        let first = repair == 0.0;
        let share = if first {
            1.0
        } else if biased {
            0.5
        } else {
            fail / (fail + repair)
        };
        let fails = stream.unit() < share;
        let rate = |at: usize, out: &[u32]| if fails { failing(at, out) } else { mended(at, out) };
        let even = fails && biased;
        let worth = |at: usize, out: &[u32]| if even { f64::from(out[at] < groups[at].count) } else { rate(at, out) };
        let mut left = stream.unit() * (0..groups.len()).map(|at| worth(at, &out)).sum::<f64>();
        let mut chosen = None;
        for at in (0..groups.len()).filter(|&at| worth(at, &out) > 0.0) {
            chosen = Some(at);
            left -= worth(at, &out);
            if left < 0.0 {
                break;
            }
        }
        let Some(at) = chosen else { return (down_h, hours, events) };
        if biased {
            let drawn = if fails { share / can_fail } else { (1.0 - share) * rate(at, &out) / repair };
            weight *= rate(at, &out) * held / drawn;
        }
        if fails {
            out[at] += 1
        } else {
            out[at] -= 1
        }
        if out.iter().all(|&out| out == 0) {
            return (down_h, hours, events);
        }
    }
}

/// A Markov-like system, for both ways.
pub struct Case {
    pub name: &'static str,
    pub exact: f64,
    pub groups: Vec<Group>,
    pub is_down: fn(&[u32]) -> bool,
    /// The scenario, but for trials and method.
    pub toml: String,
    pub method: &'static str,
    pub trials: u64,
    /// The most that half of its interval may be, over the value.
    pub within: f64,
}

fn exp(mean_h: f64) -> String {
    format!("{{ law = \"exponential\", mean = \"{mean_h} h\" }}")
}

fn mode(name: &str, scope: &str, up_h: f64, down_h: f64, more: &str) -> String {
    format!(
        "[faults.mode.{name}]\nscope = \"{scope}\"\ntime_to_failure = {}\noutage = {}\n{more}\n",
        exp(up_h),
        exp(down_h)
    )
}

fn scenario(zones: &str, sets: &str, slo: &str, modes: &[String]) -> String {
    format!(
        "name = \"t\"\nhorizon = \"8760 h\"\nseed = 1\nassumptions = false\n[slo]\nwindow = \"8760 h\"\n{slo}\n[region.here]\nzones = {zones}\n\
         halls_per_zone = 1\nracks_per_zone = 1\nhosts_per_rack = 12\n{sets}\n[faults]\nprofile = \"none\"\n{}\n",
        modes.join("\n")
    )
}

/// R01, R04 and R10 of the shared file, and ten machines before one crew.
pub fn cases(exact: impl Fn(&str) -> f64) -> Vec<Case> {
    let alike =
        |count, up_h: f64, down_h: f64, crews| Group { count, failure: 1.0 / up_h, repair: 1.0 / down_h, crews };
    let set = |name: &str, count: u32, zones: &str| {
        format!("[scale_set.{name}]\nzones = [{zones}]\ncapacity = {count}\nboot = \"0 s\"\nwarm_up = \"0 s\"\n")
    };
    let three = ["a", "b", "c"].map(|name| set(name, 3, "")).join("");
    let parts = ["a", "b", "c"].map(|name| format!("[part.p{name}]\nsets = [\"{name}\"]\nmin_serving = 1\n")).join("");
    let vm = |up_h, down_h| mode("vm", "instance", up_h, down_h, "");
    let zone = mode("zone", "zone", 8760.0, 1.0, "");
    let queue = mode("vm", "instance", 1000.0, 5.0, "crews = 1\nstart = \"new\"");
    vec![
        Case {
            name: "R01, four machines",
            exact: exact("R01"),
            groups: vec![alike(4, 1000.0, 1.0, 4)],
            is_down: |out| out[0] == 4,
            toml: scenario("1", &set("web", 4, ""), "min_serving = 1", &[vm(1000.0, 1.0)]),
            method: "forcing",
            trials: 4000,
            within: 0.1,
        },
        Case {
            name: "R04, three types of three",
            exact: exact("R04"),
            groups: vec![alike(3, 1e4, 1.0, 3); 3],
            is_down: |out| out.contains(&3),
            toml: scenario(
                "1",
                &(three + &parts + "[part.all]\nall = [\"pa\", \"pb\", \"pc\"]\n"),
                "holds = \"all\"",
                &[vm(1e4, 1.0)],
            ),
            method: "forcing",
            trials: 40_000,
            within: 0.1,
        },
        Case {
            name: "R10, three zones of four",
            exact: exact("R10"),
            groups: [alike(4, 2000.0, 2.0, 4), alike(1, 8760.0, 1.0, 1)].repeat(3),
            is_down: |out| out.chunks(2).all(|zone| zone[0] == 4 || zone[1] == 1),
            toml: scenario("3", &set("web", 12, "1, 2, 3"), "min_serving = 1", &[vm(2000.0, 2.0), zone]),
            method: "forcing",
            trials: 4000,
            within: 0.1,
        },
        Case {
            name: "ten machines, one crew",
            exact: exact("queue"),
            groups: vec![alike(10, 1000.0, 5.0, 1)],
            is_down: |out| out[0] > 4,
            toml: scenario("1", &set("web", 10, ""), "min_serving = 6", &[queue])
                .replace("horizon = \"8760 h\"", "horizon = \"8760 h\"\nmeasure_from = \"1440 h\"")
                .replace("window = \"8760 h\"", "window = \"7320 h\""),
            method: "splitting",
            trials: 10_000,
            within: 0.25,
        },
    ]
}
