//! `zhen verify`.

use std::io::Write as _;

use serde_json::json;
use zhen_index::ZhenIndex;

use super::with_other_indexes;
use crate::failure::{Failure, Outcome};
use crate::output::hits::{Paths, shell_quoted};
use crate::output::style::Palette;
use crate::output::{Console, Told, count, tell, text};
use crate::settings::{Form, Settings};

pub(crate) fn run(settings: &Settings) -> Result<Outcome, Failure> {
    let dir = settings.index_dir()?;
    let report = ZhenIndex::open(&dir).map_err(with_other_indexes)?.verify()?;
    let mut console = Console::new(settings);
    let Palette { good, error, path, .. } = console.palette;
    let place = dir.to_string_lossy().into_owned();
    let place = text::one_line(Paths::from_here().shorten(&place));
    match console.form {
        _ if settings.is_quiet() => {}
        Form::Json => console.json(&json!({
            "index": dir.to_string_lossy(),
            "sound": report.is_sound(),
            "files": report.files,
            "documents": report.documents,
            "analysed": report.analysed,
            "findings": report.findings,
            "notes": report.notes,
        }))?,
        Form::Person | Form::Lines => {
            for finding in &report.findings {
                writeln!(console, "{error}·{error:#} {}", text::one_line(finding))?;
            }
            if report.is_sound() {
                writeln!(
                    console,
                    "{path}{place}{path:#} is {good}sound{good:#}: {} compared, {} read, {} of them \
                     analysed again",
                    count(report.files, "checksum", "checksums"),
                    count(report.documents, "document", "documents"),
                    report.analysed,
                )?;
            }
        }
    }
    console.flush()?;
    report.notes.iter().for_each(|note| tell(settings, Told::Note, note));
    if report.is_sound() {
        return Ok(Outcome::Found);
    }
    if report.is_passing() {
        return Err(Failure::Usage(format!(
            "the documents of the index {} are sound, what is derived from them is not; run \
             `zhen index --index {} \
             PATH…`, which makes it anew",
            dir.display(),
            shell_quoted(&dir.to_string_lossy()),
        )));
    }
    Err(Failure::Usage(format!(
        "the index {} is damaged: {}; move it away and run `zhen index --index {} PATH…`",
        dir.display(),
        count(report.findings.len() as u64, "finding", "findings"),
        shell_quoted(&dir.to_string_lossy()),
    )))
}
