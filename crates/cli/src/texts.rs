//! Commands that print or write text: init, explain, schema, completions.

use crate::args::{Cli, Explain, Init, SchemaOf};
use crate::console::Console;
use crate::exit::Exit;
use anyhow::{Context, Result, bail};
use clap::CommandFactory;
use std::io::{ErrorKind, Write};
use zonefall_azure::rules;

/// Writes a template. An existing file is never replaced.
pub fn init(options: &Init, console: Console) -> Result<Exit> {
    let names: Vec<&str> = zonefall_scenario::template_names().collect();
    if options.template == "list" {
        console.data(&format!("{}\n", names.join("\n")))?;
        return Ok(Exit::Fine);
    }
    let Some(text) = zonefall_scenario::template(&options.template) else {
        console.complain(&format!("error: no template `{}`; there are: {}", options.template, names.join(", ")));
        return Ok(Exit::Usage);
    };
    let Some(path) = &options.file else {
        console.data(text)?;
        return Ok(Exit::Fine);
    };
    let mut file = match std::fs::File::create_new(path) {
        Err(why) if why.kind() == ErrorKind::AlreadyExists => bail!("{} exists: name another file", path.display()),
        made => made.with_context(|| format!("cannot create {}", path.display()))?,
    };
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
    console.remark(&format!("wrote {0}; now: zonefall run {0}", path.display()));
    Ok(Exit::Fine)
}

/// What can be asked for, by kind.
const ENTRY: &str = "\
`zonefall explain <topic>` explains one thing. What there is:

Writing a scenario
  keys                    every key in a line; one: scale_set.capacity, slo.target, or its last part
  a table                 slo, demand, failover, runbook, retry, plan, drill …
  profile                 what fails how often by default; one mode: rack-failure, zone-network

What the program says
  codes                   every mistake, warning and hint; one: E010, W003
  exit-codes              how each command ends
  verify, checkpoint, fit what these are and how they are used

What the results say
  availability            a column or a metric by its name, as in downtime_min_per_month
  causes                  what missed time is charged to; one: quota, overload
  plan.csv                a file by its name
  sla                     what Azure promises, and what it is worth

What is modelled
  rules                   the rules of Azure that the simulation follows; one: ZN-05, LB-02
  not-modelled            what is left out

`zonefall explain topics` lists every topic, a line each: search it with grep.
`zonefall init --help` names the scenarios to begin with, `zonefall <command> --help` the options.
";

/// Explains a topic, or says what can be explained.
pub fn explain(options: &Explain, console: Console) -> Result<Exit> {
    let Some(topic) = &options.topic else {
        console.data(ENTRY)?;
        return Ok(Exit::Fine);
    };
    let known = || zonefall_scenario::explain(topic).or_else(|| zonefall_report::explain(topic));
    let texts: Vec<String> = match own_topic(topic) {
        Some(own) => vec![own],
        None => zonefall_report::term(topic).into_iter().chain(known()).collect(),
    };
    if !texts.is_empty() {
        console.data(&format!("{}\n", texts.join("\n").trim_end()))?;
        return Ok(Exit::Fine);
    }
    let wanted = topic.to_lowercase();
    let all = zonefall_scenario::topics().into_iter().chain(zonefall_report::topics());
    let near: Vec<String> = all.filter(|other| other.contains(&wanted)).take(6).collect();
    let hint = match (near.is_empty(), zonefall_scenario::nearest_topic(topic).or_else(|| nearest_of_results(&wanted)))
    {
        (false, _) => format!("perhaps: {}", near.join(", ")),
        (true, Some(nearest)) => format!("perhaps: {nearest}"),
        (true, None) => "`zonefall explain topics` lists all".into(),
    };
    console.complain(&format!("error: nothing is known of `{topic}`; {hint}"));
    Ok(Exit::Usage)
}

/// The word of results that is nearest: one that the text holds, or one that is spelt like it.
fn nearest_of_results(wanted: &str) -> Option<String> {
    let all = zonefall_report::topics();
    let padded = format!(" {wanted} ");
    let held = all.iter().filter(|name| padded.contains(&format!(" {name} "))).max_by_key(|name| name.len());
    let names: Vec<&str> = all.iter().map(String::as_str).collect();
    held.cloned().or_else(|| zonefall_scenario::nearest(wanted, &names).map(str::to_owned))
}

fn topics() -> Vec<String> {
    let mut topics = vec!["not-modelled".to_owned(), "exit-codes".into()];
    topics.extend(["checkpoint".into(), "fit".into(), "verify".into()]);
    topics.extend(zonefall_scenario::topics());
    topics.extend(zonefall_report::topics());
    topics.sort_unstable();
    topics.dedup();
    topics
}

/// What the rules of the real system have that the simulation has not, in the words of their table.
fn not_modelled() -> String {
    let mut text = format!(
        "A scenario without a table `maintenance` does not simulate {}, and releases come only from its `[[release]]`.\n\n\
         Of these rules the simulation leaves out (`explain <id>` says what each is):\n",
        crate::assemble::NOT_MODELLED
    );
    for rule in rules::rules() {
        if let Some(why) = rule.standing.leaves_out() {
            let how = if rule.standing.needs_test() { "in part" } else { "all" };
            text += &format!("  {} ({how}): {why}\n", rule.id);
        }
    }
    text + "\nSwitches, routers and power units are no parts of their own: their failures are inside the rates of racks and zones."
}

fn own_topic(topic: &str) -> Option<String> {
    match topic {
        "topics" => Some(topics().join("\n")),
        "fit" => Some(crate::fit::EXPLAINED.into()),
        "not-modelled" => Some(not_modelled()),
        "exit-codes" => Some(
            "0 fine, whatever the verdict\n1 failure: a file, a disk, a pipe, a trial, a comparison of verify\n2 usage\n\
             3 bad scenario or trace, or a checkpoint or partial result of another study\n\
             4 objective missed (with --gate); of a drill: a design failed it\n\
             5 not resolved (with --gate); of a drill: none failed it, but on one nothing was run, or an action was not\n  (with --allow-not-run that is 0), or nothing could miss the objective: no deadline of `[jobs]` passes in the drill\n130 interrupted: `run` keeps the trials that are done, `sweep --csv` the points; the others keep nothing"
                .into(),
        ),
        "checkpoint" | "checkpoints" | "merge" | "partial" => Some(CHECKPOINT.into()),
        "verify" => Some(
            "`verify` holds the simulation against exact answers: the share of time in which the objective does not hold,\n\
             computed without a draw, beside the simulated one with its interval. Without a scenario it plays built-in\n\
             systems; with one, each of its designs, or it says what stands in the way of an exact answer.\n\n\
             z: standard errors from the exact to the simulated value. Up to 4 agree. By luck alone one comparison passes\n\
             that once in 16,000 times, m comparisons at most m times as often. With fewer than 20 trials that missed the\n\
             objective only an exact value above the upper bound counts as different.\n\n\
             Exit codes: 0 nothing differs, 1 something does."
                .into(),
        ),
        _ => None,
    }
}

const CHECKPOINT: &str = "\
Checkpoints and partial results: small files that hold the exact sums of a range of trials.

  zonefall run S --checkpoint FILE [--checkpoint-every 30s]
      Keeps in FILE, every so often, the trials that are done without a gap from the first on. After a kill, a power cut
      or Ctrl-C the same command goes on from FILE, to the same bits as if nothing had happened. Other threads or more
      --trials are fine. Once the results are written FILE is removed.

  zonefall run S --trials-range A..B --partial FILE
      Computes only trials A to B-1, on any machine, and writes FILE in place of results. Once more: what FILE holds
      already is not computed again.

  zonefall merge S FILE... [--out DIR]
      Concludes from partial results (a checkpoint is one, too), in any order, to the same files and the same digest as
      one run over all their trials. Seed and second look are those of the files. The same file twice counts once;
      a gap, an overlap or a file of another study is refused.

FILE is refused, and not touched, if it is not such a file or damaged (exit code 1), or if it is of another version of
the program, another text of the scenario, another seed, or made with or without --no-counterfactual (exit code 3). It is
written beside itself and renamed, and only ever over a file of its kind. --rows keeps every trial and cannot be combined
with either. A record (--faults, a trace, incidents) is one trial: there is nothing to keep.";

/// Prints a JSON schema.
pub fn schema(of: SchemaOf, console: Console) -> Result<Exit> {
    let text = match of {
        SchemaOf::Scenario => serde_json::to_string_pretty(&zonefall_scenario::schema()).context("the schema")?,
        SchemaOf::Summary => zonefall_report::summary_schema()?.trim_end().to_owned(),
    };
    console.data(&format!("{text}\n"))?;
    Ok(Exit::Fine)
}

/// Prints shell completions.
pub fn completions(shell: clap_complete::Shell, console: Console) -> Result<Exit> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "zonefall", &mut text);
    console.data(&String::from_utf8_lossy(&text))?;
    Ok(Exit::Fine)
}
