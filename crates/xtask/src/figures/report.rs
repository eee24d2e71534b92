//! The figures as a table and as JSON.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::Failure;

/// What a figure should reach.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Aim {
    None,
    AtMost(f64),
    AtLeast(f64),
}

/// Something that was measured.
pub(super) struct Figure {
    what: String,
    unit: &'static str,
    value: f64,
    aim: Aim,
    remark: String,
}

impl Figure {
    pub(super) fn new(what: impl Into<String>, unit: &'static str) -> Self {
        Self { what: what.into(), unit, value: f64::NAN, aim: Aim::None, remark: String::new() }
    }

    pub(super) fn measured(self, value: f64) -> Self {
        Self { value, ..self }
    }

    /// What it should not go beyond; nothing where that is no number.
    pub(super) fn at_most(self, most: f64) -> Self {
        Self { aim: if most.is_nan() { Aim::None } else { Aim::AtMost(most) }, ..self }
    }

    pub(super) fn at_least(self, least: f64) -> Self {
        Self { aim: Aim::AtLeast(least), ..self }
    }

    pub(super) fn remark(self, remark: String) -> Self {
        Self { remark, ..self }
    }

    /// The aim in words, and whether it is reached.
    fn aim(&self) -> (String, Option<bool>) {
        match self.aim {
            Aim::None => (String::new(), None),
            Aim::AtMost(most) => (format!("≤ {most}"), Some(self.value <= most)),
            Aim::AtLeast(least) => (format!("≥ {least}"), Some(self.value >= least)),
        }
    }
}

/// All figures of one run.
#[derive(Default)]
pub(super) struct Report {
    about: Value,
    figures: Vec<Figure>,
}

impl Report {
    pub(super) fn add(&mut self, figure: Figure) {
        println!("  {}: {}", figure.what, shown(&figure));
        self.figures.push(figure);
    }

    /// What `zhen bench` says of program and machine.
    pub(super) fn about(&mut self, about: &Value) {
        self.about = about.clone();
    }

    fn markdown(&self, date: &str) -> String {
        let of = |key: &str| self.about[key].as_str().unwrap_or("not told").to_owned();
        let mut out = format!(
            "# Figures of {date}\n\n`cargo xtask figures`, {}, {}, {}; {} queries.\n\n| what | measured | reach | reached | |\n| --- | --- | --- | --- | --- |\n",
            of("version"),
            of("processor"),
            of("system"),
            of("queries").split(' ').next().unwrap_or_default(),
        );
        for figure in &self.figures {
            let (aim, reached) = figure.aim();
            let reached = reached.map_or("", |reached| if reached { "yes" } else { "no" });
            let _ = writeln!(
                out,
                "| {} | {} | {aim} | {reached} | {} |",
                figure.what,
                shown(figure),
                figure.remark
            );
        }
        out
    }

    fn json(&self, date: &str) -> Value {
        let figures = self.figures.iter().map(|figure| {
            let (aim, reached) = figure.aim();
            json!({
                "what": figure.what, "unit": figure.unit, "value": figure.value,
                "aim": aim, "reached": reached, "remark": figure.remark,
            })
        });
        let of = |key: &str| self.about[key].clone();
        json!({
            "date": date, "command": "cargo xtask figures", "version": of("version"),
            "commit": of("commit"), "processor": of("processor"), "system": of("system"),
            "figures": figures.collect::<Vec<_>>(),
        })
    }

    /// Writes `figures-DATE.md` and `figures-DATE.json` into a folder.
    pub(super) fn write(&self, folder: &Path) -> Result<(), Failure> {
        let date = self.about["date"].as_str().and_then(|date| date.get(..10));
        let date = date.ok_or_else(|| Failure::Failed("`zhen bench` told no date".to_owned()))?;
        std::fs::create_dir_all(folder)?;
        let name = |extension: &str| folder.join(format!("figures-{date}.{extension}"));
        std::fs::write(name("md"), self.markdown(date))?;
        std::fs::write(name("json"), format!("{:#}\n", self.json(date)))?;
        println!("written to {}", name("md").display());
        Ok(())
    }
}

fn shown(figure: &Figure) -> String {
    let digits = match figure.value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{:.digits$} {}", figure.value, figure.unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_what_was_reached() {
        let mut report = Report::default();
        report.about(&json!({"version": "zhen 1 (abc)", "date": "2026-01-02T03:04:05Z"}));
        report.add(Figure::new("size", "of the text").measured(1.5).at_most(1.4));
        report.add(Figure::new("speed", "queries/s").measured(4000.0).at_least(3000.0));
        report.add(Figure::new("other", "ms").measured(12.345).at_most(f64::NAN));
        let table = report.markdown("2026-01-02");
        assert!(table.contains("zhen 1 (abc)"), "{table}");
        assert!(table.contains("| size | 1.50 of the text | ≤ 1.4 | no |  |"), "{table}");
        assert!(table.contains("| speed | 4000 queries/s | ≥ 3000 | yes |  |"), "{table}");
        assert!(table.contains("| other | 12.3 ms |  |  |  |"), "{table}");
        assert_eq!(report.json("2026-01-02")["figures"][0]["reached"], false);
    }
}
