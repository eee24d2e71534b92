//! Plots as inline SVG.

use std::fmt::Write as _;

use crate::latency::format_ns;
use crate::report::page::{SERIES_STYLES, escape};
use crate::report::scale::LogAxis;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 360.0;
/// Room for the labels of the vertical axis.
const LEFT: f64 = 70.0;
/// Room for half of the last label.
const RIGHT: f64 = 36.0;
const TOP: f64 = 12.0;
/// Room for the labels of the horizontal axis.
const BOTTOM: f64 = 40.0;
/// Height of a bar in a range plot, with its distance to the next.
const ROW: f64 = 16.0;
/// Distance between the groups of a range plot.
const GAP: f64 = 10.0;
/// Room for the names of groups.
const NAMES: f64 = 120.0;

/// A line of a plot, and dots of the same kind.
pub(crate) struct Series {
    pub(crate) name: String,
    /// The line: across, and latency in nanoseconds.
    pub(crate) points: Vec<(f64, f64)>,
    /// Dots, each with what it stands for.
    pub(crate) dots: Vec<(f64, f64, String)>,
}

/// Lines over a common horizontal axis; the vertical axis is latency, logarithmic.
pub(crate) struct Plot {
    pub(crate) title: &'static str,
    pub(crate) caption: &'static str,
    pub(crate) x_label: &'static str,
    pub(crate) x_range: (f64, f64),
    /// Values and labels.
    pub(crate) x_ticks: Vec<(f64, String)>,
    pub(crate) series: Vec<Series>,
}

/// A bar from one latency to another.
pub(crate) struct RangeRow {
    pub(crate) group: &'static str,
    pub(crate) name: String,
    /// Decides the colour.
    pub(crate) series: usize,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

/// SVG text under construction.
struct Svg(String);

impl Svg {
    fn new(label: &str, height: f64) -> Self {
        Self(format!(
            "<div class=\"scroll\" tabindex=\"0\"><svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">\n",
            escape(label)
        ))
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        self.0.write_fmt(element).expect("writing to a string does not fail");
        self.0.push('\n');
    }

    fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.add(format_args!(
            "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
            from.0, from.1, to.0, to.1
        ));
    }

    fn text(&mut self, at: (f64, f64), anchor: &str, class: &str, text: &str) {
        self.add(format_args!(
            "<text class=\"{class}\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            at.0,
            at.1,
            escape(text)
        ));
    }

    fn dot(&mut self, series: usize, at: (f64, f64), title: &str) {
        self.add(format_args!(
            "<circle class=\"d{}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\"><title>{}</title></circle>",
            series % SERIES_STYLES,
            at.0,
            at.1,
            escape(title)
        ));
    }

    fn finish(mut self) -> String {
        self.0.push_str("</svg></div>\n");
        self.0
    }
}

/// Lines with a legend, in a figure of their own.
pub(crate) fn line_plot(plot: &Plot) -> String {
    let latencies = plot.series.iter().flat_map(|line| {
        line.points.iter().map(|&(_, ns)| ns).chain(line.dots.iter().map(|&(_, ns, _)| ns))
    });
    let axis = LogAxis::new(latencies);
    let (start, end) = plot.x_range;
    let across = |x: f64| {
        let share = if x.is_finite() { ((x - start) / (end - start)).clamp(0.0, 1.0) } else { 0.0 };
        LEFT + share * (WIDTH - LEFT - RIGHT)
    };
    let up = |ns: f64| HEIGHT - BOTTOM - axis.place(ns) * (HEIGHT - TOP - BOTTOM);

    let mut svg = Svg::new(plot.title, HEIGHT);
    for (place, label) in axis.ticks() {
        let y = HEIGHT - BOTTOM - place * (HEIGHT - TOP - BOTTOM);
        svg.line("grid", (LEFT, y), (WIDTH - RIGHT, y));
        svg.text((LEFT - 8.0, y + 4.0), "end", "", &label);
    }
    for (value, label) in &plot.x_ticks {
        let x = across(*value);
        svg.line("grid", (x, HEIGHT - BOTTOM), (x, HEIGHT - BOTTOM + 5.0));
        svg.text((x, HEIGHT - BOTTOM + 18.0), "middle", "", label);
    }
    svg.text((WIDTH - RIGHT, HEIGHT - 6.0), "end", "", plot.x_label);
    for (index, series) in plot.series.iter().enumerate() {
        let path: Vec<String> = series
            .points
            .iter()
            .map(|&(x, ns)| format!("{:.1},{:.1}", across(x), up(ns)))
            .collect();
        let style = index % SERIES_STYLES;
        svg.add(format_args!("<polyline class=\"curve l{style}\" points=\"{}\"/>", path.join(" ")));
        for (x, ns, name) in &series.dots {
            let title = format!("{name}, {}: {}", series.name, format_ns(*ns as u64));
            svg.dot(index, (across(*x), up(*ns)), &title);
        }
    }
    let names: Vec<&str> = plot.series.iter().map(|series| series.name.as_str()).collect();
    figure(plot.title, plot.caption, &names, &svg.finish())
}

/// Bars in groups, with a legend, in a figure of their own.
pub(crate) fn range_plot(title: &str, caption: &str, names: &[&str], rows: &[RangeRow]) -> String {
    let axis = LogAxis::new(rows.iter().flat_map(|row| [row.from, row.to]));
    let across = |ns: f64| NAMES + axis.place(ns) * (WIDTH - NAMES - RIGHT);
    let mut places = Vec::with_capacity(rows.len());
    let mut y = TOP;
    let mut group = None;
    for row in rows {
        let begins = group != Some(row.group);
        y += if begins && group.is_some() { ROW + GAP } else { ROW };
        places.push((y, begins));
        group = Some(row.group);
    }
    let height = y + ROW + BOTTOM;

    let mut svg = Svg::new(title, height);
    for (place, label) in axis.ticks() {
        let x = NAMES + place * (WIDTH - NAMES - RIGHT);
        svg.line("grid", (x, TOP), (x, height - BOTTOM));
        svg.text((x, height - BOTTOM + 18.0), "middle", "", &label);
    }
    for (row, (y, begins)) in rows.iter().zip(places) {
        if begins {
            svg.text((NAMES - 12.0, y + 4.0), "end", "name", row.group);
        }
        let class = format!("bar b{}", row.series % SERIES_STYLES);
        svg.line(&class, (across(row.from), y), (across(row.to), y));
        let (from, to) = (format_ns(row.from as u64), format_ns(row.to as u64));
        let hint = format!("{}, {}: median {from}, 99th percentile {to}", row.group, row.name);
        svg.dot(row.series, (across(row.from), y), &hint);
    }
    figure(title, caption, names, &svg.finish())
}

fn figure(title: &str, caption: &str, names: &[&str], svg: &str) -> String {
    let mut legend = String::new();
    if names.len() > 1 {
        legend.push_str("<ul class=\"legend\">");
        for (index, name) in names.iter().enumerate() {
            let style = index % SERIES_STYLES;
            legend.push_str(&format!(
                "<li><svg viewBox=\"0 0 28 10\" aria-hidden=\"true\"><line class=\"curve l{style}\" \
                 x1=\"0\" y1=\"5\" x2=\"28\" y2=\"5\"/></svg><bdi>{}</bdi></li>",
                escape(name)
            ));
        }
        legend.push_str("</ul>\n");
    }
    format!(
        "<figure>\n<h2>{}</h2>\n<figcaption>{}</figcaption>\n{legend}{svg}</figure>\n",
        escape(title),
        escape(caption)
    )
}
