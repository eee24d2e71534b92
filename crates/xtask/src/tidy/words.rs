//! What must not stand anywhere in the project: hosts of package registries, and paths that exist
//! on one machine only.

use super::Violation;

const RULE: &str = "words";

/// Hosts of package registries: a project names packages, its users choose where from. Spelled in
/// pieces so that this file does not hold them.
const HOSTS: &[&str] = &[
    concat!("crates", ".io"),
    concat!("pypi", ".org"),
    concat!("pythonhosted", ".org"),
    concat!("npmjs", ".org"),
    concat!("npmjs", ".com"),
    concat!("deb.debian", ".org"),
];

/// Beginnings of paths of somebody's own machine.
const PATHS: &[&str] = &[concat!("/", "work/"), concat!("/tmp", "/w/"), concat!("/ro", "ot/")];

/// Whether the file is checked. `Cargo.lock` is written by cargo, which names its registry; tables
/// of data hold what their sources hold.
pub(crate) fn concerns(path: &str) -> bool {
    let text_of_data = path.starts_with("data/samples/") || path.ends_with("/README.md");
    let lock = path == "Cargo.lock" || path.ends_with("/Cargo.lock");
    !lock && (!path.starts_with("data/") || text_of_data)
}

/// Checks one file.
pub(crate) fn check(path: &str, text: &str) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for host in HOSTS.iter().filter(|host| line.contains(**host)) {
            let mend = format!("`{host}` is a registry's host: name the package alone");
            violations.push(Violation::new(path, number, RULE, mend));
        }
        for start in PATHS.iter().filter(|start| holds_path(line, start)) {
            let mend =
                format!("`{start}` is a path of one machine: write it from the project's root");
            violations.push(Violation::new(path, number, RULE, mend));
        }
    }
    violations
}

/// Whether an absolute path in the line begins with `start`: not `network/x`, not `a/work/x`.
fn holds_path(line: &str, start: &str) -> bool {
    line.match_indices(start).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "/._-~".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::{HOSTS, PATHS, check, concerns};

    #[test]
    fn a_registrys_host_is_reported_with_its_line() {
        for host in HOSTS {
            let found = check("docs/A.md", &format!("one\nsee https://{host}/x\n"));
            assert_eq!(found.len(), 1, "{host}");
            assert!(found[0].to_string().starts_with("docs/A.md:2: words: "));
        }
    }

    #[test]
    fn a_machines_path_is_reported_and_a_relative_one_is_not() {
        for start in PATHS {
            assert_eq!(check("a.rs", &format!("open(\"{start}x\")")).len(), 1, "{start}");
            assert_eq!(check("a.rs", &format!("open(\"some{start}x\")")), []);
        }
    }

    #[test]
    fn the_lock_file_and_tables_of_data_are_left_alone() {
        assert!(!concerns("benches/compare/Cargo.lock"));
        assert!(!concerns("Cargo.lock") && !concerns("data/lexicon/words.tsv"));
        assert!(concerns("data/lexicon/README.md") && concerns("data/samples/a.txt"));
        assert!(concerns("crates/xtask/src/main.rs"));
    }
}
