//! How the time of a search grows with the documents.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

use super::Options;
use super::program::Program;
use super::report::{Figure, Report};
use crate::Failure;

/// The small index holds one document in so many.
const PART: usize = 16;

/// Measures the large corpus against one document in [`PART`] of it.
pub(super) fn measure(
    program: &Program,
    options: &Options,
    folder: &Path,
    queries: &Path,
    report: &mut Report,
) -> Result<(), Failure> {
    let part = folder.join("part.jsonl");
    write_part(&options.large, &part)?;
    let bench = |name: &str, corpus: &Path| {
        let index = folder.join(name);
        program.index(&index, corpus)?;
        program.bench(&index, queries, &["--repeat", options.repeat.as_str()])
    };
    let small = bench("small", &part)?;
    let large = bench("large", &options.large)?;
    for (name, small, large, most) in
        [("median", small.p50, large.p50, 3.0), ("p99", small.p99, large.p99, 5.0)]
    {
        report.add(
            Figure::new(format!("{PART} times the documents: {name}"), "times")
                .measured(large / small)
                .at_most(most)
                .remark(format!("{large:.2} and {small:.2} ms")),
        );
    }
    Ok(())
}

fn write_part(large: &Path, part: &Path) -> Result<(), Failure> {
    let lines = BufReader::new(zstd::stream::read::Decoder::new(std::fs::File::open(large)?)?);
    let mut out = std::io::BufWriter::new(std::fs::File::create(part)?);
    for line in lines.lines().step_by(PART) {
        writeln!(out, "{}", line?)?;
    }
    Ok(out.flush()?)
}
