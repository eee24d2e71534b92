//! Links between the project's documents lead somewhere.

use pulldown_cmark::{Event, Parser, Tag};

use super::Violation;

/// Whether the file's links are checked: Markdown of the project itself, not sample documents.
pub(crate) fn concerns(path: &str) -> bool {
    path.ends_with(".md") && (!path.starts_with("data/samples/") || path.ends_with("/README.md"))
}

/// Checks the links of one Markdown file. `exists` tells whether a path, from the root of the
/// workspace, is a file or folder of the project.
pub(crate) fn check(path: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<Violation> {
    let mut violations = Vec::new();
    for (event, range) in Parser::new(text).into_offset_iter() {
        let (Event::Start(Tag::Link { dest_url, .. }) | Event::Start(Tag::Image { dest_url, .. })) =
            event
        else {
            continue;
        };
        let target = dest_url.split(['#', '?']).next().unwrap_or_default();
        if target.is_empty() || has_scheme(target) {
            continue;
        }
        if !resolve(path, target).is_some_and(|target| exists(&target)) {
            let line = 1 + text[..range.start].matches('\n').count();
            let mend = format!("`{dest_url}` leads nowhere: write the path from this file");
            violations.push(Violation::new(path, line, "links", mend));
        }
    }
    violations
}

/// Whether the address is absolute (`https:…`, `mailto:…`).
fn has_scheme(address: &str) -> bool {
    let scheme = address.split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The path from the root that `target` means in the file at `path`; `None` when it leaves the
/// project.
fn resolve(path: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = path.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::{check, concerns};

    fn messages(path: &str, text: &str) -> Vec<String> {
        let exists = |target: &str| ["docs/QUERY.md", "README.md", "docs"].contains(&target);
        check(path, text, exists).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn links_are_followed_from_the_file_they_stand_in() {
        assert_eq!(messages("README.md", "[q](docs/QUERY.md#words) [d](docs/)"), [""; 0]);
        assert_eq!(messages("docs/A.md", "[q](QUERY.md) [r](../README.md) [s](#here)"), [""; 0]);
        assert_eq!(messages("README.md", "<https://example.org/x> [m](mailto:a@b)"), [""; 0]);
    }

    #[test]
    fn a_link_that_leads_nowhere_is_reported_with_its_line() {
        let found = messages("docs/A.md", "# A\n\nSee [the readme](README.md).\n");
        assert_eq!(
            found,
            ["docs/A.md:3: links: `README.md` leads nowhere: write the path from this file"]
        );
        assert_eq!(messages("README.md", "[up](../other)").len(), 1);
    }

    #[test]
    fn what_looks_like_a_link_in_code_is_none() {
        assert_eq!(messages("README.md", "`[x](y)`\n\n```\n[x](y)\n```\n"), [""; 0]);
    }

    #[test]
    fn sample_documents_may_link_where_they_like() {
        assert!(concerns("data/samples/README.md") && concerns("docs/QUERY.md"));
        assert!(!concerns("data/samples/a.md"));
    }
}
