//! Every file of data has its checksum beside it, and the checksum is right.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::Violation;

const RULE: &str = "data";
/// Files that state checksums, in the folder of what they list or in one above.
const LISTS: &[&str] = &["SHA256SUMS", "README.md"];
/// Hexadecimal digits of a SHA-256 sum.
const DIGITS: usize = 64;

/// A file under `data/`.
pub(crate) struct DataFile {
    /// Path from the root of the workspace, with `/`.
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
}

impl DataFile {
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    fn is_list(&self) -> bool {
        LISTS.contains(&self.name())
    }

    /// Whether the file is about data rather than data itself.
    fn is_beside_data(&self) -> bool {
        let name = self.name();
        self.is_list()
            || name.starts_with('.')
            || ["LICENSE", "NOTICE"].iter().any(|start| name.starts_with(start))
    }

    fn sum(&self) -> String {
        Sha256::digest(&self.bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// One line of a list: a file, and the sums said of it.
struct Entry<'a> {
    /// The list, and the line in it.
    at: (&'a str, usize),
    sums: Vec<String>,
}

/// Checks that each file is listed with its SHA-256 sum, and that each file listed exists.
pub(crate) fn check(files: &[DataFile]) -> Vec<Violation> {
    let mut violations = Vec::new();
    let mut said: BTreeMap<String, Vec<Entry<'_>>> = BTreeMap::new();
    for list in files.iter().filter(|file| file.is_list()) {
        let Ok(text) = str::from_utf8(&list.bytes) else { continue };
        let folder = list.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in (1..).zip(text.lines()) {
            let sums = sums_in(line);
            if sums.is_empty() {
                continue;
            }
            for name in names_in(line) {
                let entry = Entry { at: (&list.path, number), sums: sums.clone() };
                said.entry(format!("{folder}/{name}")).or_default().push(entry);
            }
        }
    }
    for file in files.iter().filter(|file| !file.is_beside_data()) {
        violations.extend(check_file(file, said.get(&file.path).map_or(&[], Vec::as_slice)));
    }
    for (path, entries) in &said {
        // Only `SHA256SUMS` holds nothing but names of files beside it.
        let list = entries.iter().find(|entry| entry.at.0.ends_with("SHA256SUMS"));
        if let Some(Entry { at: (list, line), .. }) = list
            && !files.iter().any(|file| file.path == *path)
        {
            violations.push(Violation::new(
                list,
                *line,
                RULE,
                format!("{path} is gone: take it out"),
            ));
        }
    }
    violations
}

fn check_file(file: &DataFile, entries: &[Entry<'_>]) -> Option<Violation> {
    let sum = file.sum();
    if entries.iter().any(|entry| entry.sums.contains(&sum)) {
        return None;
    }
    Some(match entries.first() {
        Some(Entry { at: (list, line), .. }) => {
            let mend = format!(
                "the sum of {} is not that of the file: if the change was meant, write {sum}",
                file.path
            );
            Violation::new(list, *line, RULE, mend)
        }
        None => {
            let (folder, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
            let mend = format!(
                "no checksum: say its origin and licence in {folder}/README.md and add the line \
                 `{sum}  {name}` to {folder}/SHA256SUMS"
            );
            Violation::new(&file.path, 1, RULE, mend)
        }
    })
}

/// The SHA-256 sums that stand in a line.
fn sums_in(line: &str) -> Vec<String> {
    let digits = line.split(|c: char| !c.is_ascii_alphanumeric());
    digits
        .filter(|word| word.len() == DIGITS && word.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .map(str::to_ascii_lowercase)
        .collect()
}

/// What may be names of files in a line: its words, without the marks of Markdown and of
/// `sha256sum`.
fn names_in(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| c.is_whitespace() || "|`[]()<>,".contains(c))
        .map(|word| word.trim_start_matches(['*', '.', '/']))
        .filter(|word| !word.is_empty() && word.len() != DIGITS)
}

#[cfg(test)]
mod tests {
    use super::{DataFile, check};

    /// The SHA-256 sum of `abc` (FIPS 180-2, appendix B.1).
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn messages(files: &[(&str, &str)]) -> Vec<String> {
        let files: Vec<DataFile> = files
            .iter()
            .map(|(path, text)| DataFile { path: (*path).into(), bytes: (*text).into() })
            .collect();
        check(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_file_is_fine_when_its_sum_stands_in_a_list_or_a_readme() {
        let list = format!("{ABC}  a.txt\n{ABC} *b.txt\n");
        let files = [
            ("data/x/SHA256SUMS", list.as_str()),
            ("data/x/a.txt", "abc"),
            ("data/x/b.txt", "abc"),
        ];
        assert_eq!(messages(&files), [""; 0]);
        let readme = format!("| [`sub/a.txt`](sub/a.txt) | `{ABC}` |\n");
        assert_eq!(messages(&[("data/README.md", &readme), ("data/sub/a.txt", "abc")]), [""; 0]);
        assert_eq!(messages(&[("data/x/LICENSE", "abc"), ("data/x/NOTICE.txt", "abc")]), [""; 0]);
    }

    #[test]
    fn a_file_without_a_sum_is_reported_with_the_line_to_add() {
        let found = messages(&[("data/x/README.md", "about a.txt"), ("data/x/a.txt", "abc")]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("data/x/a.txt:1: data: no checksum"), "{found:?}");
        assert!(found[0].contains(&format!("`{ABC}  a.txt` to data/x/SHA256SUMS")), "{found:?}");
    }

    #[test]
    fn a_changed_file_and_a_vanished_one_are_reported_where_they_are_listed() {
        let list = format!("{ABC}  gone.txt\n{ABC}  a.txt\n");
        let found = messages(&[("data/x/SHA256SUMS", &list), ("data/x/a.txt", "changed")]);
        assert_eq!(found.len(), 2);
        assert!(found[0].starts_with("data/x/SHA256SUMS:2: data: the sum of data/x/a.txt is not"));
        assert!(found[1].starts_with("data/x/SHA256SUMS:1: data: data/x/gone.txt is gone"));
    }
}
