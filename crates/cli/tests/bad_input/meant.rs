//! What somebody meant who mistyped it is offered, or it is said what there is.

use crate::kit::{BASE, Desk};

#[test]
fn a_mistyped_file_is_offered_by_its_name() {
    let desk = Desk::with(BASE);
    std::fs::create_dir(desk.path("scenarios")).unwrap();
    desk.put("scenarios/two-regions.toml", BASE);
    desk.run("check scenarios/two-region.toml").ends(3).complains(&["did you mean `scenarios/two-regions.toml`?"]);
    desk.run("check scenario/two-regions.toml").ends(3).complains(&["did you mean `scenarios/two-regions.toml`?"]);
    let told = desk.run("check nothing-like-it.txt").ends(3);
    assert!(!told.err.contains("did you mean"), "{told}");
    desk.put("demand.csv", "at,rate\n");
    desk.put("trace.toml", format!("{BASE}[demand]\ntrace = \"demnd.csv\"\ntrace_every = \"1 h\"\n"));
    desk.run("check trace.toml").ends(3).complains(&["did you mean `demand.csv`?"]);
}

#[test]
fn a_key_that_stands_elsewhere_is_offered_with_its_path() {
    let desk = Desk::with(BASE);
    desk.run("check s.toml --what-if min_serving=5").ends(3).complains(&["did you mean `slo.min_serving`"]);
    desk.run("check s.toml --what-if balance=strict").ends(3).complains(&["scale_set.<name>.zone_balance"]);
    desk.run("check s.toml --what-if scale_set.web.balance=strict")
        .ends(3)
        .complains(&["did you mean `zone_balance`?"]);
    desk.put("top.toml", format!("min_servng = 5\n{BASE}"));
    desk.run("check top.toml").ends(3).complains(&["did you mean `slo.min_serving`"]);
}

#[test]
fn a_mistyped_word_is_offered_wherever_it_is_a_value() {
    let desk = Desk::with(BASE);
    desk.run("check s.toml --what-if scale_set.web.zone_balance=strcit").ends(3).complains(&["did you mean `strict`?"]);
    desk.run("sweep s.toml --vary scale_set.web.zone_balance=strcit,best-effort")
        .ends(3)
        .complains(&["did you mean `strict`?", "--vary:1"]);
    for values in ["\"strcit, best-effort\"", "[\"strcit\", \"best-effort\"]"] {
        desk.put(
            "plan.toml",
            format!("{BASE}[[plan.choice]]\nkey = \"scale_set.web.zone_balance\"\nvalues = {values}\n"),
        );
        desk.run("check plan.toml").ends(3).complains(&["did you mean `strict`?"]);
    }
}

#[test]
fn a_mistyped_command_is_offered() {
    let desk = Desk::with(BASE);
    for (wrong, right) in [("rnu", "run"), ("chekc", "check"), ("comapre", "compare"), ("impotance", "importance")] {
        desk.run(&format!("{wrong} s.toml")).ends(2).complains(&[&format!("'{right}'")]);
    }
}

#[test]
fn a_range_as_it_is_written_elsewhere_is_answered_with_how_it_is_written_here() {
    let desk = Desk::with(BASE);
    for range in ["5-7", "5..7", "5..=7", "5 – 7"] {
        let range = format!("scale_set.web.capacity={range}");
        let told = crate::kit::ran(desk.command(["sweep", "s.toml", "--vary"]).arg(range))
            .ends(2)
            .complains(&["a range is written `5 to 7`"]);
        assert!(!told.err.contains("what-if"), "{told}");
    }
    let told = desk.run("sweep s.toml --vary scale_set.web.capacity=five").ends(3).complains(&["--vary:1:24"]);
    assert!(!told.err.contains("what-if"), "{told}");
}

#[test]
fn a_trial_beyond_the_last_is_refused_with_how_many_there_are() {
    let desk = Desk::with(BASE);
    desk.run("trace s.toml --trial 100").ends(2).complains(&["no trial 100", "has 100, from 0 to 99", "trials=101"]);
    desk.run("trace s.toml --trial 100 --faults f.csv").ends(2).complains(&["no trial 100"]);
    desk.run("trace s.toml --trial 100 --what-if trials=101").ends(0);
    desk.run("trace s.toml --trial 99").ends(0);
}

#[test]
fn a_comparison_of_one_says_that_two_are_needed() {
    let desk = Desk::with(&format!("{BASE}[[design]]\nname = \"a\"\n[[design]]\nname = \"b\"\n"));
    desk.run("compare s.toml --only a").ends(2).complains(&["leaves a alone", "needs two designs", "there are: a, b"]);
    desk.put("one.toml", BASE);
    desk.run("compare one.toml").ends(2).complains(&["needs two designs"]);
}
