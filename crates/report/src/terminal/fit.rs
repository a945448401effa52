//! Fits of recorded events: how often, how long, by which law, and what not to believe.

use super::Style;
use super::number;
use super::page::{Grid, Page, Side, Tone, clean};
use zonefall_study::fitting::{AsFitted, Fitted, Group, HowLong, Law, Parameter};

/// Draws fits.
pub fn fit_table(fitted: &Fitted, style: Style) -> String {
    let mut page = Page::new(style);
    page.title(&fitted.source);
    head(&mut page, fitted);
    if fitted.span_days.is_some() {
        page.title("How often");
        page.grid(&often(&page, fitted));
    }
    page.title("How long, in hours");
    page.grid(&long(fitted));
    page.title("By which law");
    page.grid(&laws(&page, fitted));
    let percent = number::percent_given(fitted.confidence);
    page.paragraph(
        None,
        &format!(
            "In brackets {percent} intervals. p: how often data drawn from the law lie as far from it as these do \
             (Anderson-Darling, bootstrap); small is bad."
        ),
        Some(Tone::Faint),
    );
    remarks(&mut page, fitted);
    page.finish()
}

fn head(page: &mut Page, fitted: &Fitted) {
    let mut words = format!("{} rows, {} events", number::count(fitted.rows), number::count(fitted.events));
    if fitted.aside > 0 {
        words += &format!(", {} left aside by the filter", number::count(fitted.aside));
    }
    if let Some(days) = fitted.span_days {
        let how = if fitted.span_as_recorded { "as recorded" } else { "as said" };
        words += &format!(", over {} years ({how})", near(days / 365.0));
    }
    page.paragraph(None, &format!("{words}."), None);
    for left in &fitted.left_out {
        let words = format!("Left out: {}.", left.words());
        page.paragraph(None, &words, Some(Tone::Unsure));
    }
}

fn often(page: &Page, fitted: &Fitted) -> Grid {
    let per_unit = fitted.groups.iter().any(|group| group.often.is_some_and(|often| often.units.is_some()));
    let each = if per_unit { "per unit\nand year" } else { "a year,\nwhole record" };
    let columns = vec![
        ("group".to_owned(), Side::Name),
        ("events".into(), Side::Right),
        ("units".into(), Side::Right),
        (each.into(), Side::Right),
        ("interval".into(), Side::Left),
        ("variance\nto mean".into(), Side::Right),
        ("p".into(), Side::Right),
    ];
    let row = |group: &Group| {
        let often = group.often;
        let spread = group.dispersion;
        let wide = if often.is_some_and(|often| often.widened) { " widened" } else { "" };
        vec![
            clean(&group.name),
            number::count(group.events),
            often.and_then(|often| often.units).map_or_else(dash, number::count),
            often.map_or_else(dash, |often| near(often.per_year)),
            often.map_or_else(dash, |often| range(page, often.interval.low, often.interval.high) + wide),
            spread.map_or_else(dash, |found| format!("{:.2}", found.index)),
            spread.map_or_else(dash, |found| format!("{:.3}", found.p)),
        ]
    };
    Grid { columns, rows: fitted.groups.iter().map(row).collect() }
}

fn long(fitted: &Fitted) -> Grid {
    let cut = fitted.groups.iter().any(|group| group.cut_off > 0);
    let mut columns = vec![("group".to_owned(), Side::Name), ("n".into(), Side::Right)];
    if cut {
        columns.push(("cut off".into(), Side::Right));
    }
    for name in ["median", "mean", "p90", "ln h:\nmean", "\nsd"] {
        columns.push((name.into(), Side::Right));
    }
    columns.push(("what is in it".into(), Side::Text));
    let row = |group: &Group| {
        let long = group.long;
        let hours = |pick: fn(HowLong) -> Option<f64>| long.and_then(pick).map_or_else(dash, near);
        let mut cells = vec![clean(&group.name), number::count(group.durations)];
        if cut {
            cells.push(number::count(group.cut_off));
        }
        cells.extend([
            hours(|long| long.median_h),
            hours(|long| long.mean_h),
            hours(|long| long.p90_h),
            long.map_or_else(dash, |long| two(long.mean_ln_h)),
            long.and_then(|long| long.sd_ln_h).map_or_else(dash, two),
            clean(&group.holds),
        ]);
        cells
    };
    Grid { columns, rows: fitted.groups.iter().map(row).collect() }
}

fn laws(page: &Page, fitted: &Fitted) -> Grid {
    let columns = vec![
        ("group".to_owned(), Side::Name),
        ("law".into(), Side::Left),
        ("parameters".into(), Side::Text),
        ("median\nh".into(), Side::Right),
        ("mean\nh".into(), Side::Right),
        ("p90\nh".into(), Side::Right),
        ("p".into(), Side::Right),
    ];
    let row = |group: &Group| {
        let Some(first) = group.fit.first() else {
            return vec![clean(&group.name), dash(), String::new(), dash(), dash(), dash(), dash()];
        };
        let p = first.goodness.map_or_else(dash, |goodness| format!("{:.3}", goodness.p));
        if !group.own_h.is_empty() {
            let words = format!("{} values; the nearest family is {}", group.own_h.len(), law_word(&first.law));
            let hours = |pick: fn(HowLong) -> Option<f64>| group.long.and_then(pick).map_or_else(dash, near);
            let [median, mean, p90] =
                [hours(|long| long.median_h), hours(|long| long.mean_h), hours(|long| long.p90_h)];
            return vec![clean(&group.name), "recorded".into(), words, median, mean, p90, p];
        }
        let parameters: Vec<String> = first.parameters.iter().map(|of| parameter(page, of)).collect();
        let hours = |hours: fn(AsFitted) -> f64| group.fitted.map_or_else(dash, |fitted| near(hours(fitted)));
        vec![
            clean(&group.name),
            law_word(&first.law).into(),
            parameters.join(", "),
            hours(|fitted| fitted.median_h),
            hours(|fitted| fitted.mean_h),
            hours(|fitted| fitted.p90_h),
            p,
        ]
    };
    Grid { columns, rows: fitted.groups.iter().map(row).collect() }
}

fn law_word(law: &Law) -> &'static str {
    match law {
        Law::Weibull { .. } => "Weibull",
        other => other.family().word(),
    }
}

fn parameter(page: &Page, of: &Parameter) -> String {
    let unit = if of.is_length { " h" } else { "" };
    // In one piece, so that no interval is broken.
    let blank = page.sign('\u{a0}', ' ');
    let text = format!("{} {}{unit} ({})", of.name, near(of.value), range(page, of.interval.low, of.interval.high));
    text.replace(' ', &blank.to_string())
}

fn remarks(page: &mut Page, fitted: &Fitted) {
    page.title("What to make of it");
    for group in &fitted.groups {
        page.paragraph(None, &format!("{}: {}.", group.name, group.word), None);
        for remark in &group.remarks {
            let sign = page.paint(Tone::Unsure, "!");
            page.paragraph(Some((&sign, 1)), &format!("{}: {remark}.", group.name), None);
        }
    }
    for remark in &fitted.remarks {
        let sign = page.paint(Tone::Unsure, "!");
        page.paragraph(Some((&sign, 1)), remark, None);
    }
}

fn dash() -> String {
    number::NONE.into()
}

fn two(value: f64) -> String {
    if value.is_finite() { format!("{value:.2}") } else { dash() }
}

fn range(page: &Page, low: f64, high: f64) -> String {
    let high = if high == f64::INFINITY { page.sign("∞", "inf").to_owned() } else { near(high) };
    format!("{}{}{high}", near(low), page.sign("–", " to "))
}

/// The nearest number of three significant digits: an estimate has no bad side.
fn near(value: f64) -> String {
    if !value.is_finite() {
        return dash();
    }
    if value == 0.0 {
        return "0".into();
    }
    let exponent = libm::floor(libm::log10(value.abs())) as i32;
    if !(-7..12).contains(&exponent) {
        return format!("{value:.2e}");
    }
    if exponent >= 3 {
        return number::count(libm::round(value) as u64);
    }
    format!("{value:.*}", (2 - exponent).max(0) as usize)
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn three_digits_of_the_nearest() {
        let said = [0.0, 7.6134, 0.030_04, 27.06, 1234.5, 999.96, 1e-9, 3.2e15, f64::NAN].map(near);
        assert_eq!(said, ["0", "7.61", "0.0300", "27.1", "1,235", "1000", "1.00e-9", "3.20e15", "-"]);
    }
}
