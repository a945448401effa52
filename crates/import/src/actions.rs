//! What each action of Chaos Studio is in the model (CH-02..05, CH-07), or why it is nothing; a misspelt one, which is meant.

use crate::read::Action;
use zonefall_faults::{Effect, Recovery};
use zonefall_scenario::SecurityRule;

/// What an action does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It only takes time.
    Delay,
    /// It stops or slows machines for as long as it lasts.
    Strikes {
        cause: &'static str,
        effect: Effect,
        recovery: Recovery,
        /// What is not quite the same, if anything.
        but: &'static str,
    },
    /// CH-03: autoscale is disabled as long as it lasts; without `enables` for good.
    DisablesAutoscale { enables: bool },
    /// CH-04: a rule of the network that cuts nothing off.
    Allows,
    /// The model does not hold it.
    NotHeld(&'static str),
}

const fn strikes(cause: &'static str, effect: Effect, recovery: Recovery, but: &'static str) -> Meaning {
    Meaning::Strikes { cause, effect, recovery, but }
}

/// The model knows no such action.
const UNKNOWN: &str = "the model knows no such action";

/// Actions that the model knows, as the service writes them.
const KNOWN: [&str; 13] = [
    "chaosStudio:timedDelay",
    "virtualMachineScaleSet:shutdown",
    "virtualMachine:shutdown",
    "agent:networkDisconnect",
    "agent:networkDisconnectViaFirewall",
    "agent:networkIsolation",
    "agent:stopService",
    "agent:killProcess",
    "agent:pauseProcess",
    "agent:cpuPressure",
    "autoscaleSettings:disableAutoscale",
    "autoscaleSetting:disableAutoscale",
    "networkSecurityGroup:securityRule",
];

/// Letters by which a misspelt action may differ from what is meant.
const SLIPS_MAX: usize = 3;

/// What an action is called without the words around it.
fn fault(urn: &str) -> &str {
    let urn = urn.strip_prefix("urn:csci:microsoft:").unwrap_or(urn);
    urn.split('/').next().unwrap_or(urn)
}

/// The action that is meant by one that is misspelt.
pub(crate) fn nearest(urn: &str) -> Option<&'static str> {
    let fault = fault(urn);
    let known = KNOWN.iter().map(|name| (strsim::osa_distance(fault, &name.to_lowercase()), *name));
    let (slips, name) = known.min_by_key(|(slips, _)| *slips)?;
    (1..=SLIPS_MAX).contains(&slips).then_some(name)
}

/// Parameters that name machines of a scale set: `["1","3"]`.
pub(crate) const INSTANCES: [&str; 2] = ["instances", AGENT_INSTANCES];
/// CH-05: the one that agent faults need where they are aimed at a scale set.
pub(crate) const AGENT_INSTANCES: &str = "virtualMachineScaleSetInstances";

/// CH-02: whether it is the fault that shuts down machines of a Uniform set.
pub(crate) fn shuts_down_a_set(urn: &str) -> bool {
    fault(urn) == "virtualmachinescaleset:shutdown"
}

/// CH-05: whether an agent on each machine does it.
pub(crate) fn is_agent(urn: &str) -> bool {
    fault(urn).starts_with("agent:")
}

/// What an action is here. Its URN is in lower case; versions do not matter.
pub(crate) fn meaning(action: &Action, spelling: SecurityRule) -> Meaning {
    let fault = fault(&action.urn);
    match fault {
        "chaosstudio:timeddelay" => Meaning::Delay,
        "virtualmachinescaleset:shutdown" | "virtualmachine:shutdown" => strikes(
            "shutdown",
            Effect::Down,
            Recovery::Boot,
            if action.parameter("abruptShutdown").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
                ""
            } else {
                "a graceful shutdown is as sudden as an abrupt one here; connections are not drained"
            },
        ),
        "agent:networkdisconnect" => strikes(
            "network disconnect",
            Effect::Down,
            Recovery::Reachable,
            "Azure cuts new connections only, here all of them are cut",
        ),
        "agent:networkdisconnectviafirewall" | "agent:networkisolation" => strikes(
            "network disconnect",
            Effect::Down,
            Recovery::Reachable,
            "destination filters are not looked at: the machines cannot be reached at all",
        ),
        "agent:stopservice" | "agent:killprocess" => strikes(
            "application stopped",
            Effect::Down,
            Recovery::WarmUp,
            "the process is taken for the one that serves",
        ),
        "agent:pauseprocess" => strikes(
            "application paused",
            Effect::Frozen,
            Recovery::Reachable,
            "the process is taken for the one that serves",
        ),
        "agent:cpupressure" => match level(action) {
            Some(level) => strikes(
                "CPU pressure",
                Effect::Degraded(1000 - 10 * level),
                Recovery::Reachable,
                "the pressure is taken for the share of capacity that is lost; the CPU that autoscale sees does not rise by it",
            ),
            None => Meaning::NotHeld("its `pressureLevel` is no whole number from 1 to 99 (CH-05)"),
        },
        "autoscalesettings:disableautoscale" | "autoscalesetting:disableautoscale" => {
            match action.parameter("enableOnComplete").map(str::to_ascii_lowercase).as_deref() {
                None | Some("true") => Meaning::DisablesAutoscale { enables: true },
                Some("false") => Meaning::DisablesAutoscale { enables: false },
                Some(_) => Meaning::NotHeld("its `enableOnComplete` is neither \"true\" nor \"false\" (CH-03)"),
            }
        }
        "networksecuritygroup:securityrule" => security_rule(action, spelling),
        _ if fault.starts_with("agent:") && nearest(fault).is_none() => {
            Meaning::NotHeld("memory, disk, clock, names, latency and packet loss are not part of the model (CH-05)")
        }
        _ if fault.starts_with("azurekubernetesservicechaosmesh:") => {
            Meaning::NotHeld("what runs in a cluster is not part of the model, only its machines are")
        }
        _ => Meaning::NotHeld(UNKNOWN),
    }
}

/// CH-04: a rule that allows cuts nothing off; what one that denies does is not held.
fn security_rule(action: &Action, spelling: SecurityRule) -> Meaning {
    let names: &[&str] = match spelling {
        SecurityRule::Either => &["action", "access"],
        SecurityRule::Action => &["action"],
        SecurityRule::Access => &["access"],
    };
    let mut said = names.iter().filter_map(|name| action.parameter(name)).map(str::to_ascii_lowercase);
    let (first, second) = (said.next(), said.next());
    if second.is_some() && second != first {
        return Meaning::NotHeld("its `action` and `access` contradict each other (CH-04)");
    }
    match first.as_deref() {
        Some("allow") => Meaning::Allows,
        Some("deny") => Meaning::NotHeld(
            "who may reach whom is not part of the model (CH-04); what it cuts off must be scripted as a fault",
        ),
        Some(_) => Meaning::NotHeld("it neither says Allow nor Deny (CH-04)"),
        None => Meaning::NotHeld(match spelling {
            SecurityRule::Either => "it has neither an `action` nor an `access` (CH-04)",
            SecurityRule::Action => "it has no `action`, as `drill.security_rule` calls it (CH-04)",
            SecurityRule::Access => "it has no `access`, as `drill.security_rule` calls it (CH-04)",
        }),
    }
}

fn level(action: &Action) -> Option<u32> {
    action.parameter("pressureLevel")?.trim().parse().ok().filter(|level| (1..=99).contains(level))
}

#[cfg(test)]
mod tests {
    use super::meaning as meaning_of;
    use super::*;

    fn meaning(action: &Action) -> Meaning {
        meaning_of(action, SecurityRule::Either)
    }

    #[test]
    fn ch_04_a_security_rule_is_read_by_either_word_or_by_the_one_that_is_chosen() {
        let of = |parameters: &[(&str, &str)], spelling| {
            meaning_of(&action("urn:csci:microsoft:networksecuritygroup:securityrule/1.1", parameters), spelling)
        };
        let not_held = |meaning| match meaning {
            Meaning::NotHeld(why) => why,
            other => panic!("{other:?}"),
        };
        for (word, other, spelling) in
            [("action", "access", SecurityRule::Action), ("access", "action", SecurityRule::Access)]
        {
            for chosen in [SecurityRule::Either, spelling] {
                assert_eq!(of(&[(word, "Allow")], chosen), Meaning::Allows);
                assert!(not_held(of(&[(word, "Deny")], chosen)).starts_with("who may reach whom"));
                assert!(not_held(of(&[(word, "Block")], chosen)).contains("neither says Allow nor Deny"));
            }
            assert!(not_held(of(&[(other, "Allow")], spelling)).contains(&format!("it has no `{word}`")));
            assert_eq!(of(&[(word, "Allow"), (other, "Deny")], spelling), Meaning::Allows);
        }
        assert!(not_held(of(&[("action", "Allow"), ("access", "Deny")], SecurityRule::Either)).contains("contradict"));
        assert!(not_held(of(&[], SecurityRule::Either)).contains("neither an `action` nor an `access`"));
    }

    fn action(urn: &str, parameters: &[(&str, &str)]) -> Action {
        let parameters = parameters.iter().map(|&(key, value)| (key.into(), value.into())).collect();
        Action { urn: urn.into(), length: None, selector: None, parameters }
    }

    #[test]
    fn ch_02_both_shutdowns_stop_machines_that_boot_afterwards() {
        for urn in [
            "virtualmachinescaleset:shutdown/1.0",
            "virtualmachinescaleset:shutdown/2.0",
            "virtualmachine:shutdown/1.0",
        ] {
            let abrupt = meaning(&action(&format!("urn:csci:microsoft:{urn}"), &[("abruptshutdown", "true")]));
            assert_eq!(abrupt, strikes("shutdown", Effect::Down, Recovery::Boot, ""), "{urn}");
        }
    }

    #[test]
    fn ch_02_a_misspelt_action_is_told_which_is_meant() {
        for (urn, meant) in [
            ("virtualmachinescaleset:shutdwon/1.0", Some("virtualMachineScaleSet:shutdown")),
            ("agnet:cpupressure/1.0", Some("agent:cpuPressure")),
            ("agent:cpupresure/1.0", Some("agent:cpuPressure")),
            ("agent:dnsfailure/1.0", None),
            ("cosmosdb:failover/1.0", None),
            ("virtualmachine:shutdown/1.0", None),
        ] {
            let urn = format!("urn:csci:microsoft:{urn}");
            let known = !matches!(meaning(&action(&urn, &[])), Meaning::NotHeld(_));
            assert_eq!(nearest(&urn).filter(|_| !known), meant, "{urn}");
            assert_eq!(
                meaning(&action(&urn, &[])) == Meaning::NotHeld(UNKNOWN),
                meant.is_some() || urn.contains("cosmos"),
                "{urn}"
            );
        }
        for name in KNOWN {
            let known = meaning(&action(
                &format!("urn:csci:microsoft:{}/1.0", name.to_lowercase()),
                &[("pressurelevel", "50")],
            ));
            assert_ne!(known, Meaning::NotHeld(UNKNOWN), "{name}");
        }
    }

    #[test]
    fn ch_03_autoscale_is_disabled_in_both_spellings_and_enabled_again_unless_told() {
        for urn in ["autoscalesettings:disableautoscale/1.0", "autoscalesetting:disableautoscale/1.0"] {
            let urn = format!("urn:csci:microsoft:{urn}");
            let meant = |parameters: &[(&str, &str)]| meaning(&action(&urn, parameters));
            assert_eq!(meant(&[]), Meaning::DisablesAutoscale { enables: true });
            assert_eq!(meant(&[("enableoncomplete", "True")]), Meaning::DisablesAutoscale { enables: true });
            assert_eq!(meant(&[("enableOnComplete", "false")]), Meaning::DisablesAutoscale { enables: false });
            assert!(
                matches!(meant(&[("enableOnComplete", "0")]), Meaning::NotHeld(why) if why.contains("enableOnComplete"))
            );
        }
    }

    #[test]
    fn ch_05_pressure_slows_down_and_what_is_not_held_is_said() {
        let pressed = action("urn:csci:microsoft:agent:cpupressure/1.0", &[("pressureLevel", "80")]);
        let Meaning::Strikes { effect: Effect::Degraded(200), but, .. } = meaning(&pressed) else {
            panic!("{:?}", meaning(&pressed))
        };
        assert!(but.contains("the CPU that autoscale sees does not rise by it"));
        for level in ["0", "100", "high"] {
            let wrong = action("urn:csci:microsoft:agent:cpupressure/1.0", &[("pressureLevel", level)]);
            assert!(matches!(meaning(&wrong), Meaning::NotHeld(_)));
        }
        assert!(matches!(meaning(&action("urn:csci:microsoft:agent:dnsfailure/1.0", &[])), Meaning::NotHeld(_)));
        assert!(matches!(meaning(&action("urn:csci:provider:providername:shutdown/1.0", &[])), Meaning::NotHeld(_)));
    }
}
