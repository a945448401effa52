//! A plan: the verdict first, then what lost and why, then what more or less would cost.

mod verdict;

pub(crate) use self::verdict::verdict;
use super::Style;
use super::causes;
use super::jobs;
use super::number::{self, Toward};
use super::page::{Grid, Page, Picture, Side, Tone, clean};
use zonefall_study::outcome::{MINUTES_PER_MONTH, Verdict as Sampling};
use zonefall_study::plan::{BAND, CHEAPER, Nine, Offer, Planned, SAME_PRICE, Verdict};
use zonefall_study::quoted;

/// Designs of a list that are shown.
const SHOWN: usize = 8;

/// Draws a plan.
pub fn plan(of: &Planned, style: Style) -> String {
    blocks(of, style).finish()
}

/// Everything that there is to say about a plan, block by block: first its title and its verdict.
pub(crate) fn blocks(of: &Planned, style: Style) -> Page {
    let mut page = Page::new(style);
    title(&mut page, of);
    let (words, tone) = verdict(of);
    page.paragraph(None, &words, Some(tone));
    below(&mut page, of);
    page
}

/// The same without its verdict, for pages whose headline that is.
pub(crate) fn blocks_below(of: &Planned, style: Style) -> Page {
    let mut page = Page::new(style);
    title(&mut page, of);
    below(&mut page, of);
    page
}

fn title(page: &mut Page, of: &Planned) {
    page.title(&format!("{}: the cheapest design for {}", clean(&of.study), number::percent_given(of.target_share)));
}

fn below(page: &mut Page, of: &Planned) {
    page.paragraph(None, &objective(of), None);
    page.paragraph(None, &scope(of), None);
    designs(page, of);
    reasons(page, of);
    batches(page, of);
    assumed(page, of);
    why(page, of);
    frontier(page, of);
    nines(page, of);
    remarks(page, of);
}

fn minutes(share: f64, toward: Toward) -> String {
    number::plain(share * MINUTES_PER_MONTH, toward)
}

/// The availability of an offer as every table and picture says it: the estimate, or the least where only a bound is known.
pub(crate) fn availability(page: &Page, of: &Planned, offer: &Offer) -> String {
    let decimals = number::target_decimals(of.target_share).max(3);
    let share = number::availabilities(&[offer.shown()], decimals).join("");
    let sign = if offer.is_bound() { format!("{} ", page.sign("≥", ">=")) } else { String::new() };
    format!("{sign}{share} %")
}

/// The downtime of an offer in minutes a month: the estimate, or the most that it is.
pub(crate) fn downtime(page: &Page, offer: &Offer) -> String {
    let sign = if offer.is_bound() { format!("{} ", page.sign("≤", "<=")) } else { String::new() };
    sign + &minutes(offer.shown(), Toward::Up)
}

/// The same within a sentence.
fn downtime_words(offer: &Offer) -> String {
    let most = if offer.is_bound() { "at most " } else { "" };
    format!("{most}{} min a month", minutes(offer.shown(), Toward::Up))
}

/// A design within a sentence: names of candidates hold commas.
fn name(design: &str) -> String {
    quoted(&clean(design))
}

/// What an offer costs, in words.
pub(crate) fn cost_words(of: &Planned, offer: &Offer) -> String {
    cost_of(of, offer.cost)
}

fn cost_of(of: &Planned, cost: f64) -> String {
    format!("{} {}", number::count(number::tidy(cost).ceil() as u64), clean(&of.unit))
}

/// What the target allows, in minutes a month; `1 - 0.9999` is a little less than it should be.
fn allowed(of: &Planned) -> String {
    minutes(number::tidy(1.0 - of.target_share), Toward::Down)
}

fn target(of: &Planned) -> String {
    number::percent_given(of.target_share)
}

/// What is asked for: the target, what it allows, and what up is.
fn objective(of: &Planned) -> String {
    let need = if of.need.is_empty() { String::new() } else { format!(", with {}", clean(&of.need)) };
    format!("Objective: available {} on average{need}; that allows {} min missed a month.", target(of), allowed(of))
}

fn scope(of: &Planned) -> String {
    let widened = match of.tolerance() > CHEAPER {
        true => format!(" ({:.0} % and what is uncertain of simulated costs)", CHEAPER * 100.0),
        false => String::new(),
    };
    let promise = match of.verdict {
        Verdict::Found => format!(
            " With {} confidence for all of it together: no candidate that is cheaper by more than {} %{} misses less than \
             {:.0} % of what the target allows.",
            number::percent_given(of.confidence),
            (of.tolerance() * 1e3).ceil() / 10.0,
            widened,
            (1.0 - BAND) * 100.0
        ),
        _ => String::new(),
    };
    let priced = of
        .priced
        .as_ref()
        .map_or(String::new(), |priced| format!(" ({} of them for costs)", number::count(priced.work())));
    let too_dear = of.priced.as_ref().map_or(0, |priced| priced.too_dear);
    let dear = match too_dear {
        0 => String::new(),
        some => format!(" {} of them dearer than `max_cost`,", number::count(some)),
    };
    format!(
        "{} candidates,{dear} {} of them simulated, {} trials × designs{priced}, seed {}.{promise}",
        number::count(of.candidates),
        number::count(of.tested),
        number::count(of.work),
        of.seed
    )
}

fn head(of: &Planned) -> Vec<(String, Side)> {
    let mut columns = vec![(String::new(), Side::Left)];
    columns.extend(shapes(of).then(|| ("design".to_owned(), Side::Name)));
    let last = |key: &str| key.rsplit('.').next().unwrap_or(key).to_owned();
    let alone = |key: &String| of.keys.iter().filter(|other| last(other) == last(key)).count() == 1;
    let short = |key: &String| if alone(key) { clean(&last(key)) } else { clean(key).replace('.', ".\n") };
    columns.extend(of.keys.iter().map(|key| (short(key), Side::Name)));
    columns.extend([
        (unit(of), Side::Right),
        ("availability".into(), Side::Right),
        ("downtime\nmin a month".into(), Side::Right),
        ("interval\nfor all together".into(), Side::Left),
    ]);
    columns
}

/// What the column of costs counts: machines are those of all zones and sets, and where they come and go their mean.
fn unit(of: &Planned) -> String {
    match (of.unit.as_str(), &of.priced) {
        ("machines", None) => "machines\nin all".into(),
        ("machines", Some(_)) => "machines in all\non average".into(),
        (unit, _) => clean(unit).replace(' ', "\n"),
    }
}

/// Whether candidates were made from several designs.
fn shapes(of: &Planned) -> bool {
    of.best.iter().chain(&of.closest).chain(&of.frontier).any(|offer| !offer.shape.is_empty())
}

fn row(page: &Page, of: &Planned, role: &str, offer: &Offer) -> Vec<String> {
    let interval = match offer.low {
        Some(low) => number::ends(low, offer.high, minutes).join(" to "),
        None => format!("{} {}", page.sign("≤", "at most"), minutes(offer.high, Toward::Up)),
    };
    let mut cells = vec![role.to_owned()];
    cells.extend(shapes(of).then(|| clean(&offer.shape)));
    cells.extend(offer.values.iter().map(|value| clean(value)));
    cells.extend([
        number::count(number::tidy(offer.cost).ceil() as u64),
        availability(page, of, offer),
        downtime(page, offer),
        interval,
    ]);
    cells
}

fn designs(page: &mut Page, of: &Planned) {
    let mut rows = Vec::new();
    let found = of.verdict == Verdict::Found;
    rows.extend(of.best.iter().map(|best| row(page, of, if found { "best" } else { "promising" }, best)));
    rows.extend(of.closest.iter().filter(|_| of.best.is_none()).map(|closest| row(page, of, "closest", closest)));
    rows.extend(of.runner_up.iter().map(|next| row(page, of, "runner-up", next)));
    rows.extend(of.cheaper.iter().map(|cheaper| row(page, of, "cheaper", cheaper)));
    rows.extend(of.ties.iter().take(SHOWN).map(|tie| row(page, of, "tie", tie)));
    rows.extend(of.open.iter().take(SHOWN).map(|open| row(page, of, "open", open)));
    if rows.is_empty() {
        return;
    }
    page.line("");
    page.grid(&Grid { columns: head(of), rows });
}

/// Why the others lost.
fn reasons(page: &mut Page, of: &Planned) {
    let Some(best) = of.best.as_ref().filter(|_| of.verdict == Verdict::Found) else { return };
    if let Some(next) = &of.runner_up {
        let more = 100.0 * (next.cost / best.cost.max(f64::MIN_POSITIVE) - 1.0);
        let apart = |more: &Offer, less: &Offer| more.low.is_some_and(|low| low > less.high);
        let words = if more < 100.0 * CHEAPER {
            let beside = match () {
                () if apart(next, best) => format!("misses more: {}", downtime_words(next)),
                () if apart(best, next) => format!("misses less: {}", downtime_words(next)),
                () => "is not told apart".to_owned(),
            };
            format!("The runner-up, {}, costs as much and {beside}.", name(&next.design))
        } else {
            format!(
                "The runner-up, {}, meets the target as far as it was tested, and costs {more:.1} % more.",
                name(&next.design)
            )
        };
        page.paragraph(None, &words, None);
    }
    if let Some(cheaper) = &of.cheaper {
        let words = format!(
            "What is cheaper misses it{}: the best of that, {}, has {} where the target allows {}.",
            if of.ties.iter().any(|tie| tie.cost < best.cost * (1.0 - CHEAPER)) { ", ties aside" } else { "" },
            name(&cheaper.design),
            downtime_words(cheaper),
            allowed(of)
        );
        page.paragraph(None, &words, None);
    }
    if let Some(thumb) = &of.rule_of_thumb {
        let says = match (thumb.simulated, &thumb.other) {
            (Some(machines), None) => format!("the simulation says {machines}"),
            (Some(machines), Some(other)) => format!(
                "the answer stands in one zone; of designs over zones the cheapest that was seen to meet the target has {machines} \
                 ({})",
                name(other)
            ),
            (None, _) => {
                "the answer stands in one zone, and costs less than designs over zones, of which none was simulated to \
                          meet the target"
                    .into()
            }
        };
        let words = format!(
            "Rule of thumb (OV-04): {} needed × {} / {} = {} machines; {says}.",
            thumb.peak,
            thumb.zones,
            thumb.zones - 1,
            thumb.machines,
        );
        page.paragraph(None, &words, None);
    }
}

/// What the downtime of the design that comes first comes from.
fn why(page: &mut Page, of: &Planned) {
    let Some(why) = of.why.as_ref().filter(|why| !why.causes.is_empty()) else { return };
    page.title("Why not less: downtime by cause");
    causes::table(page, &[(&why.design, &why.causes)], ("the downtime", "plan.json"));
    let avoided = match why.causes.iter().any(|cause| cause.avoided_min_per_month.is_some()) {
        true if why.trials_looked_at < why.trials => format!(
            " What would be avoided is known as a share of what the first {} of them missed.",
            number::count(why.trials_looked_at)
        ),
        _ => String::new(),
    };
    let words =
        format!("From all {} trials of this design that gave its downtime above.{avoided}", number::count(why.trials));
    page.paragraph(None, &words, Some(Tone::Faint));
}

/// The share of batches that the answer and its neighbours do in time: what an objective on 99 of 100 nights asks.
fn batches(page: &mut Page, of: &Planned) {
    if of.batches.is_empty() {
        return;
    }
    page.line("");
    let columns = vec![
        ("design".to_owned(), Side::Name),
        ("batches by\ntheir deadline".into(), Side::Right),
        (format!("{} interval\nof each alone", number::percent_given(of.confidence)), Side::Left),
        ("batches".into(), Side::Right),
        ("trials".into(), Side::Right),
    ];
    let rows = of.batches.iter().map(|of| {
        let [met, interval] = jobs::met(page, &of.jobs);
        vec![clean(&of.design), met, interval, number::count(of.jobs.batches), number::count(of.trials)]
    });
    page.grid(&Grid { rows: rows.collect(), columns });
    let plain = if of.methods.forced > 0 { "Counted in plain trials, which" } else { "They" };
    let words = format!(
        "{plain} decide nothing: the target is a share of time, this is one of nights. A goal such as 99 of 100 batches is met \
         where this share is at least 99 % ({} where fewer than 20 trials had one late); `gate.batches_by_deadline` asks for it.",
        page.sign("≥", ">=")
    );
    page.paragraph(None, &words, Some(Tone::Faint));
}

/// The second interval: what is assumed at its ends.
fn assumed(page: &mut Page, of: &Planned) {
    for of in &of.assumed {
        let from = |name: &Option<String>| name.clone().unwrap_or_else(|| "as it is stated".into());
        let [least, most] = number::ends(of.low, of.high, minutes);
        let most = format!("{most} min a month ({})", from(&of.high_from));
        // A least of 0 is a look with too few misses to say one.
        let misses = match of.low > 0.0 {
            true => format!("between {least} ({}) and {most}", from(&of.low_from)),
            false => format!("at most {most}"),
        };
        let words = format!(
            "What is assumed: {} by its own trials misses {misses}{}",
            name(&of.design),
            match &of.depends_on {
                Some(words) => format!("; its verdict depends on assumptions: {}.", clean(words)),
                None if of.verdict_sampling == Sampling::NotResolved => {
                    "; the trials of it alone are too few for a verdict of their own.".into()
                }
                None => match &of.windows_depend_on {
                    // What is said above of windows, which nobody may ask for.
                    Some(words) =>
                        format!("; no look turns its verdict on average, but one does in windows: {}.", clean(words)),
                    None => "; no look turns its verdict.".into(),
                },
            }
        );
        page.paragraph(None, &words, of.depends_on.as_ref().map(|_| Tone::Unsure));
    }
}

fn frontier(page: &mut Page, of: &Planned) {
    if of.frontier.len() < 2 {
        return;
    }
    page.title("Cost against availability: each design misses at least a tenth less than all cheaper ones");
    page.picture(Picture::Frontier, None);
    // All have the same role.
    let rows = of.frontier.iter().map(|offer| row(page, of, "", offer).split_off(1)).collect();
    page.grid(&Grid { columns: head(of).split_off(1), rows });
    page.paragraph(
        None,
        &format!(
            "Of the candidates that were simulated; each is told apart from the one before. Costs within {:.1} % are one price: the \
             best of it stands here.",
            SAME_PRICE * 100.0
        ),
        Some(Tone::Faint),
    );
}

fn nines(page: &mut Page, of: &Planned) {
    if of.nines.is_empty() {
        return;
    }
    page.title("What a nine costs");
    for nine in &of.nines {
        let more = nine.target_share > of.target_share;
        let what = if more { "One nine more" } else { "One nine less" };
        page.paragraph(None, &format!("{what}, {}: {}", share(nine.target_share), nine_words(of, nine)), None);
    }
    if !of.assumed.is_empty() {
        let words = "As far as luck goes: what is assumed is looked at for the answer and the runner-up alone.";
        page.paragraph(None, words, Some(Tone::Faint));
    }
}

/// 0.9995 as "99.95 %", without the noise of the last binary digit.
fn share(share: f64) -> String {
    let percent = format!("{:.8}", share * 100.0);
    format!("{} %", percent.trim_end_matches('0').trim_end_matches('.'))
}

fn nine_words(of: &Planned, nine: &Nine) -> String {
    match (nine.verdict, &nine.best) {
        (Verdict::Found, Some(best)) => {
            let than = of.best.as_ref().filter(|_| of.verdict == Verdict::Found).map_or(String::new(), |base| {
                let change = 100.0 * (best.cost / base.cost.max(f64::MIN_POSITIVE) - 1.0);
                match change {
                    _ if best.design == base.design => ", the same design".into(),
                    change if change.abs() < 0.05 => ", at the same cost".into(),
                    change if change >= 0.0 => format!(", {change:.1} % more"),
                    change => format!(", {:.1} % less", -change),
                }
            });
            format!("{}, for {}{than}.", name(&best.design), cost_words(of, best))
        }
        (Verdict::NoneMeets, _) => "no candidate meets it.".into(),
        _ => "not resolved with these trials.".into(),
    }
}

fn remarks(page: &mut Page, of: &Planned) {
    if of.checked.is_empty() && of.notes.is_empty() {
        return;
    }
    page.title("How it was found, and what a cost is");
    for checked in &of.checked {
        let words = format!("{} helps: {}.", clean(&checked.key), clean(&checked.says));
        let tone = if checked.used { None } else { Some(Tone::Unsure) };
        page.paragraph(None, &words, tone);
    }
    for note in &of.notes {
        let sign = page.sign('·', '-').to_string();
        page.paragraph(Some((&sign, 1)), note, Some(Tone::Faint));
    }
}
