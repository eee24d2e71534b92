//! `zhen verify`.

use std::io::Write as _;

use serde_json::json;
use zhen_index::{Mend, ZhenIndex};

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
    let (shown, quoted) = (dir.display(), shell_quoted(&dir.to_string_lossy()));
    Err(Failure::Usage(match report.mend {
        None => return Ok(Outcome::Found),
        Some(Mend::Synonyms) => format!(
            "the documents of the index {shown} are sound, its synonyms are not; run `zhen synonyms \
             --index {quoted} load FILE`, which replaces them"
        ),
        Some(Mend::NextRun) => format!(
            "the documents of the index {shown} are sound, what is derived from them is not; run \
             `zhen index --index {quoted} PATH…`, which makes it anew"
        ),
        Some(Mend::NewIndex) => format!(
            "the index {shown} is damaged: {}; move it away and run `zhen index --index {quoted} \
             PATH…`",
            count(report.findings.len() as u64, "finding", "findings"),
        ),
    }))
}
