//! Keys of jobs that come in batches.

use super::Key;
use super::Kind::{Count, Either, List, Number, Off, Table, Text};
use super::fleet::SETS_MAX;

/// The most jobs of a batch.
const COUNT_MAX: u64 = 1_000_000_000;
/// The most requests that a job takes as much as.
const WORK_MAX: u64 = 1_000_000_000;

pub(super) const KEYS: &[Key] = &[
    Key::new(
        "jobs",
        Either(&[Table, Off]),
        "Jobs that come in one batch a day and wait for workers. Needs `start`. What a worker does is `capacity_per_instance`: \"3 req/min\" are three jobs a minute. Beside `[demand]` the same machines serve requests first and a job steps aside at once, so requests know nothing of jobs; jobs take what is left of each part, and stand still while somebody waits in line (`service.patience`, not in a service of parts). In a service of parts each job passes the parts that it needs, so the slowest decides, and a component that is down stops all. `sets` names those that do nothing else. `false` in a design removes them.",
    )
    .overlay(),
    Key::new("jobs.count", Count(1, COUNT_MAX), "Jobs of a batch, on average.").overlay(),
    Key::new(
        "jobs.work",
        Count(1, WORK_MAX),
        "What one job takes, in requests of `capacity_per_instance`: where a machine serves 200 req/s, a job that keeps one busy for a minute takes 12,000.",
    )
    .or("1")
    .overlay(),
    Key::new(
        "jobs.sets",
        List(&Text, SETS_MAX),
        "The sets that work on jobs and do nothing else: a worker tier beside a web tier. They take no requests, stand behind no load balancer, are in no part and count for nothing in what requests need; jobs have all of them that runs, and all others do no jobs. Autoscale sees of each set its own load: the queue of workers, requests of others. Without it all machines work on jobs. `[]` in a design, or `jobs = false`, makes them like all others.",
    )
    .or("[]")
    .overlay(),
    Key::new("jobs.at", Text, "When the batch comes, by the clock of `time_zone`: \"22:00\".").overlay(),
    Key::new("jobs.deadline", Text, "When it should be done: the next such time after `at`, \"05:00\"; the same time as `at` is a day later.").overlay(),
    Key::new("jobs.time_zone", Text, "The IANA time zone of `at` and `deadline`; the scenario's without it.").overlay(),
    Key::new(
        "jobs.sigma",
        Number(0.0, 3.0),
        "Standard deviation of the logarithm of a factor on each batch's size (lognormal, mean 1), the same for every design.",
    )
    .or("0.0")
    .overlay(),
];
