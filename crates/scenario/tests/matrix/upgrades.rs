//! Upgrade policies and releases: what is refused, and what is understood.

use crate::{accepted, allowed, change, refused, scenario, told, warned};
use zonefall_fleet::management::{ReleaseKind, Symptom, Upgrades};
use zonefall_fleet::policy::upgrade::{Mode, Rolling};

const RELEASE: &str = "[[release]]\nat = \"10 days\"";

fn upgrades(set: &str, release: &str) -> Upgrades {
    let mut fine = accepted(&scenario(set, release));
    *fine.designs.remove(0).sets.remove(0).management.unwrap().upgrades.unwrap()
}

/// Asserts one mistake by code and words.
#[track_caller]
fn wrong(set: &str, rest: &str, code: &str, words: &str) {
    let text = scenario(set, rest);
    let items = told(&text);
    assert!(items.iter().any(|item| item.code == code && item.message.contains(words)), "{items:#?}\n{text}");
}

#[test]
fn up_01_up_02_defaults_of_a_policy() {
    let mut fine = allowed(&scenario("", RELEASE));
    let plain = *fine.designs.remove(0).sets.remove(0).management.unwrap().upgrades.unwrap();
    assert_eq!((plain.policy.mode, plain.policy.rolling), (Mode::Manual, Rolling::USUAL));
    assert!(plain.policy.automatic_os.is_none() && plain.policy.automatic_extension.is_none());
    let release = &plain.releases[0];
    assert_eq!((release.name.as_str(), release.kind), ("web image 1", ReleaseKind::Image));
    let bad = release.bad.as_ref().unwrap();
    assert_eq!((bad.probability, bad.symptom), (0.02, Symptom::Down));
    assert!(bad.rollback.is_some() && release.every.is_none());
    // Without a release nothing changes, and the policy is told to be idle.
    warned(&scenario("upgrade = { pause = \"1 s\" }", ""), "W015", "nothing is released", "{ pause");
}

#[test]
fn up_02_a_release_by_hand_reaches_only_what_is_made_later() {
    let words = "upgrade = { mode = \"rolling\" }";
    for kind in ["image", "extension", "application"] {
        let release = format!("{RELEASE}\nkind = \"{kind}\"");
        warned(&scenario("", &release), "W015", words, "[[release]]");
        accepted(&scenario("upgrade = { mode = \"automatic\" }", &release));
        accepted(&scenario("health = {}\nrepairs = {}", &release));
        accepted(&scenario("", &format!("{}{release}", change("capacity = 8"))));
    }
    // Automatic upgrades of the OS bring images, and no applications.
    let os = "health = {}\nupgrade = { automatic_os = true }";
    accepted(&scenario(os, RELEASE));
    warned(&scenario(os, &format!("{RELEASE}\nkind = \"application\"")), "W015", words, "[[release]]");
    // No machine is made by what takes some away.
    warned(&scenario("", &format!("{}{RELEASE}", change("deallocate = 1"))), "W015", words, "[[release]]");
    // What one design takes is no mistake.
    let design = "\n[[design]]\nname = \"a\"\n[[design]]\nname = \"b\"\nscale_set.web.upgrade.mode = \"automatic\"";
    accepted(&scenario("", &format!("{RELEASE}{design}")));
}

#[test]
fn up_09_automatic_upgrades_have_limits_of_their_own() {
    let set = |more: &str| {
        format!("health = {{}}\nupgrade = {{ automatic_os = true, batch = 50, max_unhealthy = 50{more} }}")
    };
    let own = upgrades(&set(""), RELEASE).policy;
    assert_eq!(own.automatic_os.unwrap().rolling, Rolling::USUAL);
    let same = upgrades(&set(", use_rolling_policy = true, automatic_rollback = false"), RELEASE).policy;
    let os = same.automatic_os.unwrap();
    assert_eq!((os.rolling.batch, os.rolls_back), (50, false));
}

#[test]
fn up_02_batches_need_health() {
    for (policy, kind) in [
        ("mode = \"rolling\"", "image"),
        ("automatic_os = true", "image"),
        ("automatic_extensions = true", "extension"),
    ] {
        let (set, release) = (format!("upgrade = {{ {policy} }}"), format!("{RELEASE}\nkind = \"{kind}\""));
        refused(&scenario(&set, &release), "E087", "UP-02; our code InvalidUpgradePolicy", &format!("{{ {policy}"));
        accepted(&scenario(&format!("health = {{}}\n{set}"), &release));
    }
}

#[test]
fn up_01_up_07_up_11_policies_that_azure_refuses() {
    let set = |policy: &str| format!("health = {{}}\nupgrade = {{ mode = \"rolling\", {policy} }}");
    let text = |policy: &str| scenario(&set(policy), RELEASE);
    refused(&text("batch = 30"), "E087", "UP-01; our code InvalidUpgradePolicy", "30 }");
    accepted(&text("batch = 30, max_unhealthy = 30"));
    let surge = text("max_surge = true, automatic_os = true");
    refused(&surge, "E087", "UP-07; our code InvalidUpgradePolicy", "true, auto");
    let uniform = |text: &str| text.replace("[scale_set.web]", "[scale_set.web]\norchestration = \"uniform\"");
    accepted(&uniform(&surge));
    let back = text("rollback_failed = true");
    refused(&back, "E087", "UP-11; our code InvalidUpgradePolicy", "true }");
    accepted(&uniform(&back));
    for (policy, code) in [("batch = 4", "E020"), ("max_unhealthy = 101", "E020"), ("pauze = \"1 s\"", "E010")] {
        wrong(&set(policy), RELEASE, code, policy.split(' ').next().unwrap());
    }
    wrong(&set("mode = \"rolling\""), RELEASE, "E005", "");
    wrong("upgrade = { mode = \"blue-green\" }", RELEASE, "E014", "blue-green");
}

#[test]
fn releases_that_cannot_be() {
    for (release, code, words) in [
        ("[[release]]", "E011", "`at` is missing"),
        ("[[release]]\nat = \"400 days\"", "E060", "horizon"),
        ("[[release]]\nat = \"1 day\"\nset = \"wep\"", "E057", "no scale set `wep`"),
        ("[[release]]\nat = \"1 day\"\nkind = \"firmware\"", "E014", "firmware"),
        ("[[release]]\nat = \"1 day\"\nevery = \"0 s\"", "E020", "less than a minute"),
        ("[[release]]\nat = \"1 day\"\nevery = \"1 ms\"", "E020", "`every` is less than a minute"),
        ("[[release]]\nat = \"1 day\"\nbad = \"200%\"", "E023", "bad"),
        ("[[release]]\nat = \"1 day\"\neffect = \"slow\"", "E014", "slow"),
        ("[[release]]\nat = \"1 day\"\neffect = { degraded = 2 }", "E020", "degraded"),
        ("[[release]]\nat = \"1 day\"\nrollback = { notise = \"1 s\" }", "E010", "notise"),
        ("[[release]]\nat = \"1 day\"\nname = \"a\"\n[[release]]\nat = \"2 days\"\nname = \"a\"", "E015", "called `a`"),
        (
            "[[release]]\nat = \"1 day\"\nname = \"web image 2\"\n[[release]]\nat = \"2 days\"",
            "E015",
            "called `web image 2`",
        ),
        ("release = 3", "E012", "release"),
    ] {
        let rest = if release.starts_with('[') { release } else { "" };
        let text = scenario("", rest);
        let text = if rest.is_empty() { format!("{release}\n{text}") } else { text };
        let items = told(&text);
        assert!(items.iter().any(|item| item.code == code && item.message.contains(words)), "{items:#?}\n{text}");
    }
    let never = "[[release]]\nat = \"1 day\"\nbad = \"0%\"\nsymptom_after = \"1 h\"";
    warned(&scenario("", never), "W015", "never bad", "\"1 h\"");
}

#[test]
fn a_machine_has_marks_for_modes_and_for_what_bad_releases_do() {
    let modes: String = (0..23)
        .map(|mode| format!("[faults.mode.m{mode}]\nscope = \"instance\"\nrate = \"1 per year\"\noutage = \"1 h\"\n"))
        .collect();
    let of = |effects: usize| {
        let releases: String = (0..effects)
            .map(|at| format!("[[release]]\nat = \"{} days\"\neffect = {{ degraded = 0.{} }}\n", at + 1, at + 1))
            .collect();
        format!("{releases}[faults]\nprofile = \"none\"\n{modes}")
    };
    accepted(&scenario("upgrade = { mode = \"automatic\" }", &of(1)));
    wrong("", &of(2), "E073", "bad releases have 2 effects");
}
