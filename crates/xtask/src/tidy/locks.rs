//! What is compared with other engines must be what is shipped: both lock files name the same
//! version of what zhen is built on.

use super::Violation;

const RULE: &str = "locks";
/// The lock file of what is shipped.
pub(crate) const SHIPPED: &str = "Cargo.lock";
/// The lock file of the comparison, a workspace of its own.
pub(crate) const COMPARED: &str = "benches/compare/Cargo.lock";
/// Packages on which zhen's speed depends, and which it shares with engines that it is compared
/// with.
const SAME: &[&str] = &["jieba-rs", "tantivy"];

/// Checks the texts of the two lock files.
pub(crate) fn check(shipped: &str, compared: &str) -> Vec<Violation> {
    let differs = |package: &&&str| versions(shipped, package) != versions(compared, package);
    let mend = |package: &str| {
        let shipped = versions(shipped, package).join(", ");
        format!(
            "{package} is not {shipped} as in {SHIPPED}: `cargo update --manifest-path \
             benches/compare/Cargo.toml {package}`, with `--precise {shipped}` where that is not \
             the newest"
        )
    };
    let differing = SAME.iter().filter(differs);
    differing.map(|package| Violation::new(COMPARED, 1, RULE, mend(package))).collect()
}

/// The versions of a package in a lock file.
fn versions<'a>(lock: &'a str, package: &str) -> Vec<&'a str> {
    let name = format!("name = \"{package}\"");
    lock.split("[[package]]")
        .filter(|entry| entry.lines().any(|line| line == name))
        .filter_map(|entry| entry.lines().find_map(|line| line.strip_prefix("version = ")))
        .map(|version| version.trim_matches('"'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::check;

    fn lock(tantivy: &str, other: &str) -> String {
        format!(
            "version = 4\n\n[[package]]\nname = \"tantivy\"\nversion = \"{tantivy}\"\n\n[[package]]\n\
             name = \"tantivy-fst\"\nversion = \"{other}\"\ndependencies = [\n \"tantivy\",\n]\n"
        )
    }

    #[test]
    fn lock_files_that_agree_where_it_matters_are_fine() {
        assert_eq!(check(&lock("0.27.0", "1.0.0"), &lock("0.27.0", "2.0.0")), []);
    }

    #[test]
    fn another_version_is_reported_with_the_command_that_mends_it() {
        let found = check(&lock("0.27.1", "1.0.0"), &lock("0.27.0", "1.0.0"));
        assert_eq!(found.len(), 1);
        let text = found[0].to_string();
        assert!(text.starts_with("benches/compare/Cargo.lock:1: locks: tantivy is not 0.27.1"));
        assert!(text.contains("--precise 0.27.1"), "{text}");
    }
}
