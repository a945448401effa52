//! The file: what is accepted, what is refused, and in which words.

use zonefall_engine::SimTime;
use zonefall_faults::*;

const HEAD: &str = "# zonefall fault trace\n# format: 1\n# seed: 42\n# trial: 3\n# topology: 00000000000000ff\n\
                    # profile: 000000000000abcd\n# profile name: quoted; odd\n# horizon_ms: 1000\n";
const COLUMNS: &str = "event_id,parent_id,stage,announced_ms,start_ms,end_ms,scope,members,effect,factor,cause\n";

fn problems(rows: &str) -> Vec<(u64, String)> {
    match parse_trace(format!("{HEAD}{COLUMNS}{rows}").as_bytes()) {
        Err(TraceError::Problems(problems)) => problems.shown().to_vec(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn quotes_windows_line_ends_and_a_byte_order_mark_are_accepted() {
    let rows = "0,,main,,10,20,zone,eastus/1,down,,\"power, \"\"both\"\" feeds\"\n\n\
                1,0,control-plane,,10,,control-plane,\"eastus\",down,,\"power, \"\"both\"\" feeds\"\n\
                2,,unit,5,12,13,instance,web/eastus/1/0;web/eastus/1/1,degraded,250,gray\n";
    let plain = parse_trace(format!("{HEAD}{COLUMNS}{rows}").as_bytes()).expect("it is right");
    let windows = format!("\u{feff}{}", format!("{HEAD}{COLUMNS}{rows}").replace('\n', "\r\n"));
    assert_eq!(parse_trace(windows.as_bytes()).expect("it is right"), plain);
    assert_eq!(plain.causes(), ["power, \"both\" feeds", "gray"]);
    assert_eq!(plain.rows()[1].end, SimTime::NEVER);
    assert_eq!(plain.rows()[2].effect, Effect::Degraded(250));
    assert_eq!(plain.rows()[2].announced, Some(SimTime::from_ms(5)));
    assert_eq!((plain.header.topology, plain.header.profile), (0xff, 0xabcd));
    assert_eq!(plain.header.trial, Some(TrialId { seed: 42, trial: 3, lineage: 0 }));
}

#[test]
fn every_bad_line_is_named() {
    let rows = "x,,main,,10,20,zone,a,down,,c\n0,,mian,,10,20,zone,a,down,,c\n\r\n1,,main,,20,10,zone,a,down,,c\n\
                2,,main,30,20,,zone,a,down,,c\n3,,main,,1,2,zoo,a,down,,c\n4,,main,,1,2,zone,a,degraded,1001,c\n\
                5,,main,,1,2,zone,a,down,7,c\n6,,main,,1,2,zone,a,down\n7,,main,,1,2,zone,\"a\nb\",down,,\n\
                8,,tail,,1,2,zone,a,down,,c\n9,77,main,,1,2,zone,a,down,,c\n\
                10,,main,,99999999999999999,,zone,a,down,,c\n11,,unit,,1,2,host,h,down,,c\n11,,unit,,1,2,host,h,down,,d\n";
    let found = problems(rows);
    let words = |line: u64| {
        let all: Vec<&str> = found.iter().filter(|(at, _)| *at == line).map(|(_, words)| words.as_str()).collect();
        all.join(" | ")
    };
    assert_eq!(words(10), "`event_id` must be a whole number, not `x`");
    assert_eq!(words(11), "there is no stage `mian`");
    assert_eq!(words(13), "it ends at 10 ms, before it starts at 20 ms");
    assert_eq!(words(14), "it is announced after it starts");
    assert_eq!(words(15), "there is no scope `zoo`");
    assert_eq!(words(16), "`factor` must lie between 0 and 1000, not `1001`");
    assert_eq!(words(17), "`factor` goes with the effect `degraded`, not with `down`");
    assert_eq!(words(18), "9 fields instead of 11");
    assert_eq!(words(19), "`cause` is empty");
    assert_eq!(words(21), "event 8 has late racks but no main row");
    assert_eq!(words(22), "`parent_id` must be an event of the file with a lower number");
    assert_eq!(words(23), "`start_ms` is beyond 10,000 years");
    assert_eq!(words(25), "event 11 has another cause or parent elsewhere | event 11 is not only this unit's");
    assert_eq!(found.len(), 14);
}

#[test]
fn sp_01_evictions_and_bad_health_strike_single_machines_and_shortages_have_a_factor() {
    let right = "0,,allocation,,1,2,allocation,eastus/1,degraded,800,c\n1,,unit,,1,2,instance,web/eastus/1/0,evicted,,d\n\
                 2,,shock,,1,1,zone,eastus/1,unhealthy,,e\n3,,shock,,1,1,host,eastus/1/rack00/host000,evicted,,f\n";
    let trace = parse_trace(format!("{HEAD}{COLUMNS}{right}").as_bytes()).expect("it is right");
    let effects: Vec<Effect> = trace.rows().iter().map(|row| row.effect).collect();
    assert_eq!(effects, [Effect::Degraded(800), Effect::Evicted, Effect::Unhealthy, Effect::Evicted]);
    let wrong = "0,,main,,1,2,zone,eastus/1,evicted,,c\n1,,unit,,1,2,host,h,unhealthy,,d\n\
                 2,,allocation,,1,2,allocation,eastus/1,frozen,,e\n3,,control-plane,,1,2,control-plane,eastus,degraded,1,f\n\
                 4,,unit,,1,2,instance,i,evicted,5,g\n5,,unit,,1,2,instance,i,evict,,h\n";
    let found: Vec<String> = problems(wrong).into_iter().map(|(_, words)| words).collect();
    let each = "strikes each machine by itself: stage `shock`, or stage `unit` of scope `instance`";
    let expected = [
        format!("`evicted` {each}"),
        format!("`unhealthy` {each}"),
        "a zone's capacity is `down` or `degraded`, not `frozen`".into(),
        "a control plane is `down`, not `degraded`".into(),
        "`factor` goes with the effect `degraded`, not with `evicted`".into(),
        "there is no effect `evict`".into(),
    ];
    assert_eq!(found, expected);
}

#[test]
fn line_numbers_are_right_with_windows_line_ends() {
    let text = format!("{HEAD}{COLUMNS}0,,main,,1,2,zone,a,down,,c\n\n1,,main,,x,2,zone,a,down,,c\n");
    let Err(TraceError::Problems(problems)) = parse_trace(text.replace('\n', "\r\n").as_bytes()) else { panic!() };
    assert_eq!(problems.shown().iter().map(|(line, _)| *line).collect::<Vec<_>>(), [12]);
}

#[test]
fn beyond_fifty_problems_are_counted() {
    let found = parse_trace(format!("{HEAD}{COLUMNS}{}", "x,\n".repeat(60)).as_bytes());
    let Err(TraceError::Problems(problems)) = found else { panic!() };
    assert_eq!((problems.count(), problems.shown().len()), (60, PROBLEMS_SHOWN_MAX));
    assert!(problems.to_string().ends_with("line 59: 2 fields instead of 11\n… and 10 more"), "{problems}");
}

#[test]
fn other_files_are_refused() {
    let words = |text: &str| parse_trace(text.as_bytes()).expect_err("it is wrong").to_string();
    assert!(words("a,b,c\n1,2,3\n").contains("its first line is not `# zonefall fault trace`"));
    assert!(words("").contains("its first line"));
    assert!(words("# zonefall fault trace\n# format: 2\n").contains("its format is 2"));
    assert!(words("# zonefall fault trace\n# seed: 2\n").contains("does not say `format`"));
    assert!(words(HEAD).contains("the columns `event_id`, `parent_id`"));
    let short = "# zonefall fault trace\n# format: 1\n# seed: minus\n# seed: 2\n";
    let all = words(&format!("{short}{COLUMNS}"));
    for part in ["`topology`", "`profile`", "`horizon_ms`", "says `seed` twice"] {
        assert!(all.contains(part), "{all}");
    }
    assert!(parse_trace(&[HEAD.as_bytes(), COLUMNS.as_bytes(), b"0,,main,,1,2,zone,\xff,down,,c\n"].concat()).is_err());
}
