//! Keys of the demand: its level, its shapes over day and week, launches, growth, noise, and traces.

use super::Key;
use super::Kind::{self, Duration, Either, Instant, List, Number, Off, RequestRate, Table, Tables, Text};

/// The most launches of a demand.
pub(crate) const LAUNCHES_MAX: usize = 1000;
/// The most parts that a day is cut into: minutes.
pub(crate) const DAY_PARTS_MAX: usize = 1440;

pub(super) const FACTOR: Kind = Number(0.0, 1e6);
const MOMENT: Kind = Either(&[Duration, Instant]);

pub(super) const KEYS: &[Key] = &[
    Key::new("demand", Either(&[Table, Off]), "What arrives; `false` in a design removes it.").overlay(),
    Key::new("demand.rate", RequestRate, "Requests that arrive; what follows are factors on it.").overlay(),
    Key::new(
        "demand.trace",
        Text,
        "A CSV file in place of `rate`, relative to the scenario file, with columns `time` (seconds or durations from the beginning of a trial, or dates with times in the demand's time zone) and `rate` (requests a second). A rate holds until the next row, the first also before it, and the last after it (W029 warns of a trace that begins late or lies beside the trial). A time that the clock leaves out in spring is read as so much later, one that it has twice in autumn as the first. Each row has as many cells as the first line names columns. Semicolons may separate them, and decimals stand after a comma then; a number such as 1.200 or 1,200 is refused there, unless another row (0.5 or 12,25) shows that its mark is a decimal one.",
    )
    .overlay(),
    Key::new("demand.trace_every", Duration, "The trace begins anew after so long. Without it the last rate holds.")
        .overlay(),
    Key::new("demand.time_zone", Text, "The IANA time zone of `daily`, `weekly` and dates; the scenario's without it.")
        .overlay(),
    Key::new(
        "demand.daily",
        List(&FACTOR, DAY_PARTS_MAX),
        "Factors of a day cut into equal parts of whole minutes, from midnight on: 24 of them are hours. Needs `start`.",
    )
    .or("[]")
    .overlay(),
    Key::new("demand.weekly", List(&FACTOR, 7), "Factors of the days of a week, Monday first. Needs `start`.")
        .or("[]")
        .overlay(),
    Key::new(
        "demand.growth_per_year",
        Number(-0.99, 100.0),
        "How much more arrives after 365 days, as a share: 0.2 is a fifth more. It grows steadily, in daily steps.",
    )
    .or("0.0")
    .overlay(),
    Key::new("demand.noise", Either(&[Table, Off]), "A random factor of mean 1, the same for every design.").overlay(),
    Key::new("demand.noise.sigma", Number(0.0, 3.0), "Standard deviation of the factor's logarithm (lognormal).")
        .or("0.1")
        .overlay()
        .from("assumed"),
    Key::new("demand.noise.every", Duration, "How long a factor holds before the next is drawn.")
        .or("1 h")
        .overlay()
        .from("assumed"),
    Key::new(
        "demand.kb_between_zones",
        Number(0.0, 1e6),
        "Kilobytes (10³ bytes) that a served request moves between two machines. They cross a zone if these stand in different ones: for each region the chance that two machines do, picked one by one, as they stand when nothing has happened (two thirds for three zones alike; none within one zone, or where zones are not known), regions by their machines. Matters for `money.prices.inter_zone_gb` only.",
    )
    .or("0.0")
    .overlay()
    .from("CO-04"),
    Key::new("demand.step", Duration, "Rises and falls of launches are cut into steps of at most this length.")
        .or("5 min")
        .overlay(),
    Key::new(
        "demand.launch[]",
        Tables(LAUNCHES_MAX),
        "Times of much more (or less) demand: it rises to `peak`, stays, and falls. Those that overlap multiply.",
    )
    .overlay(),
    Key::new("demand.launch[].at", MOMENT, "When the rise begins: a date, or a time after the trial's beginning.")
        .overlay(),
    Key::new("demand.launch[].peak", FACTOR, "The factor at its peak: 4.8 is nearly five times as much.").overlay(),
    Key::new("demand.launch[].rise", Duration, "How long it rises.").or("0 s").overlay(),
    Key::new("demand.launch[].lasts", Duration, "How long the peak lasts.").overlay(),
    Key::new("demand.launch[].fall", Duration, "How long it falls.").or("0 s").overlay(),
    Key::new("demand.launch[].every", Duration, "It comes again after so long, each time.").overlay(),
];
