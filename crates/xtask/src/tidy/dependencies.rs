//! Who may depend on whom.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::Violation;

const RULE: &str = "dependencies";
/// The manifest of the workspace.
pub(crate) const MANIFEST: &str = "Cargo.toml";
/// The document that explains every dependency.
pub(crate) const DECISIONS: &str = "docs/DECISIONS.md";

/// A package of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Package {
    name: String,
    /// Its manifest, from the root of the workspace, with `/`.
    manifest: String,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Dependency {
    name: String,
    kind: Kind,
}

/// What a dependency is used in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The package itself, or its build script.
    Shipped,
    /// Its tests, examples and benchmarks.
    Dev,
}

/// Which crates of the workspace each crate may use. Tests of a crate may also use whatever these
/// use in turn.
const ALLOWED: &[(&str, &[&str])] = &[
    ("zhen-text", &[]),
    ("zhen-source", &[]),
    ("zhen-query", &[]),
    ("zhen-eval", &[]),
    ("zhen-index", &["zhen-text", "zhen-source"]),
    ("zhen-search", &["zhen-text", "zhen-query", "zhen-index"]),
    ("zhen-server", &["zhen-search", "zhen-index", "zhen-source"]),
    (
        "zhen-cli",
        &[
            "zhen-text",
            "zhen-source",
            "zhen-query",
            "zhen-eval",
            "zhen-index",
            "zhen-search",
            "zhen-server",
        ],
    ),
];

/// Packages for developers: they may use every library, and no other package may use them, but for
/// the comparison with other engines, which takes its documents where the benchmarks do.
const FREE: &[&str] = &["xtask", "benches", COMPARE];
const COMPARE: &str = "compare";

/// Crates from outside that belong to a part of the system, and the packages that may name them.
/// Benchmarks may, to compare with them.
pub(super) const KEPT_TO: &[(&str, &[&str])] = &[
    ("warp", &["zhen-server", "benches"]),
    ("clap", &["zhen-cli", "benches", COMPARE]),
    ("tantivy", &["zhen-index", "zhen-search", "benches", COMPARE]),
];

/// Reads the packages out of `cargo metadata`'s answer; `None` when it is not of the known form.
pub(crate) fn packages_of(metadata: &Value, root: &Path) -> Option<Vec<Package>> {
    metadata.get("packages")?.as_array()?.iter().map(|package| package_of(package, root)).collect()
}

fn package_of(package: &Value, root: &Path) -> Option<Package> {
    let manifest = Path::new(package.get("manifest_path")?.as_str()?);
    let manifest = manifest.strip_prefix(root).unwrap_or(manifest);
    let dependency = |dependency: &Value| {
        let name = dependency.get("name")?.as_str()?.to_owned();
        let kind = match dependency.get("kind")?.as_str() {
            Some("dev") => Kind::Dev,
            _ => Kind::Shipped,
        };
        Some(Dependency { name, kind })
    };
    Some(Package {
        name: package.get("name")?.as_str()?.to_owned(),
        manifest: manifest.to_string_lossy().replace('\\', "/"),
        dependencies: package
            .get("dependencies")?
            .as_array()?
            .iter()
            .map(dependency)
            .collect::<Option<_>>()?,
    })
}

/// Whether each package stands where its name says and uses only what it may.
pub(crate) fn check(packages: &[Package]) -> Vec<Violation> {
    let members: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let mut violations = Vec::new();
    for package in packages {
        let mut report = |mend: String| {
            violations.push(Violation::new(&package.manifest, 1, RULE, mend));
        };
        if package.manifest.rsplit('/').nth(1) != Some(&package.name) {
            report(format!("the folder of {} must be named as the crate is", package.name));
        }
        let free = FREE.contains(&package.name.as_str());
        if !free && allowed(&package.name).is_none() {
            report(format!(
                "{} is new here: say in {} and in docs/ARCHITECTURE.md what it may depend on",
                package.name,
                file!()
            ));
            continue;
        }
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            if members.contains(name) && !may_use(&package.name, free, dependency) {
                let permitted = match allowed(&package.name) {
                    None => "every library".to_owned(),
                    Some([]) => "no other crate of the workspace".to_owned(),
                    Some(list) => list.join(", "),
                };
                report(format!(
                    "{} must not depend on {name} (it may use {permitted}): move what is shared \
                     down to a crate that both may use",
                    package.name
                ));
            }
            if let Some(homes) = homes_of(name)
                && !homes.contains(&package.name.as_str())
            {
                report(format!(
                    "{name} belongs to {}: wrap what {} needs there",
                    homes.join(", "),
                    package.name
                ));
            }
        }
    }
    violations
}

/// Whether each crate from outside that the workspace's manifest names has a row in the table that says
/// why it is here.
pub(crate) fn explained(manifest: &str, decisions: &str) -> Vec<Violation> {
    let rows = decisions.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let rows: Vec<&str> = rows.flat_map(|first| first.split(['`', ',', ' '])).collect();
    let lines = (1..).zip(manifest.lines());
    lines
        .skip_while(|(_, line)| *line != "[workspace.dependencies]")
        .skip(1)
        .take_while(|(_, line)| !line.starts_with('['))
        .filter(|(_, line)| !line.contains("path = "))
        .filter_map(|(number, line)| Some((number, line.split_once(" = ")?.0)))
        .filter(|(_, name)| !rows.contains(name))
        .map(|(number, name)| {
            let mend = format!("{name} has no line in {DECISIONS}: say there why it is here");
            Violation::new(MANIFEST, number, RULE, mend)
        })
        .collect()
}

fn allowed(package: &str) -> Option<&'static [&'static str]> {
    ALLOWED.iter().find(|(name, _)| *name == package).map(|(_, uses)| *uses)
}

fn may_use(package: &str, free: bool, dependency: &Dependency) -> bool {
    let name = dependency.name.as_str();
    match dependency.kind {
        // A package may use itself in its tests, to switch a feature on.
        Kind::Dev if name == package => true,
        _ if package == COMPARE && name == "benches" => true,
        _ if free => allowed(name).is_some() && name != "zhen-cli",
        Kind::Shipped => allowed(package).is_some_and(|uses| uses.contains(&name)),
        Kind::Dev => stands_on(package).contains(name),
    }
}

/// Everything that the package may use, and what that may use, and so on down.
fn stands_on(package: &str) -> BTreeSet<&'static str> {
    let mut below = BTreeSet::new();
    let mut open: Vec<&str> = vec![package];
    while let Some(next) = open.pop() {
        for used in allowed(next).unwrap_or_default() {
            if below.insert(*used) {
                open.push(used);
            }
        }
    }
    below
}

/// The packages that may name an outside crate: `clap_complete` belongs where `clap` does.
fn homes_of(outside: &str) -> Option<&'static [&'static str]> {
    let belongs = |krate: &str| {
        outside
            .strip_prefix(krate)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '-']))
    };
    KEPT_TO.iter().find(|(krate, _)| belongs(krate)).map(|(_, homes)| *homes)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::{ALLOWED, check, explained, packages_of, stands_on};

    /// The messages for a workspace of all crates in which `package` uses `dependencies`, given
    /// as `(name, kind)` in cargo's words.
    fn messages(package: &str, dependencies: &[(&str, Option<&str>)]) -> Vec<String> {
        let names = ALLOWED.iter().map(|(name, _)| *name).chain(["xtask", "benches", "compare"]);
        let names = names.filter(|name| *name != package);
        let mut packages: Vec<_> = names
            .map(|name| {
                let manifest = format!("/project/crates/{name}/Cargo.toml");
                json!({"name": name, "manifest_path": manifest, "dependencies": []})
            })
            .collect();
        let dependencies: Vec<_> =
            dependencies.iter().map(|(name, kind)| json!({"name": name, "kind": kind})).collect();
        packages.push(json!({
            "name": package,
            "manifest_path": format!("/project/crates/{package}/Cargo.toml"),
            "dependencies": dependencies,
        }));
        let metadata = json!({ "packages": packages });
        let packages = packages_of(&metadata, Path::new("/project")).unwrap();
        check(&packages).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn dependencies_along_the_arrows_are_fine() {
        assert_eq!(messages("zhen-search", &[("zhen-text", None), ("tantivy", None)]), [""; 0]);
        assert_eq!(messages("zhen-cli", &[("zhen-server", None), ("clap", None)]), [""; 0]);
        assert_eq!(messages("xtask", &[("zhen-search", None)]), [""; 0]);
    }

    #[test]
    fn a_dependency_against_the_arrows_is_named_with_what_is_allowed() {
        let found = messages("zhen-index", &[("zhen-search", None)]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with(
            "crates/zhen-index/Cargo.toml:1: dependencies: zhen-index must not depend on \
             zhen-search (it may use zhen-text, zhen-source)"
        ));
        assert_eq!(messages("zhen-text", &[("zhen-source", None)]).len(), 1);
        assert_eq!(messages("zhen-server", &[("zhen-query", None)]).len(), 1);
        assert_eq!(messages("zhen-server", &[("zhen-text", Some("build"))]).len(), 1);
    }

    #[test]
    fn tests_may_use_what_their_crate_stands_on_and_no_more() {
        assert_eq!(messages("zhen-search", &[("zhen-source", Some("dev"))]), [""; 0]);
        assert_eq!(messages("zhen-search", &[("zhen-source", None)]).len(), 1);
        assert_eq!(messages("zhen-index", &[("zhen-search", Some("dev"))]).len(), 1);
    }

    #[test]
    fn nobody_depends_on_developers_tools_or_the_binary() {
        assert_eq!(messages("zhen-cli", &[("xtask", Some("dev"))]).len(), 1);
        assert_eq!(messages("benches", &[("zhen-cli", None)]).len(), 1);
        assert_eq!(messages("benches", &[("compare", None)]).len(), 1);
        assert_eq!(messages("xtask", &[("benches", None)]).len(), 1);
        assert_eq!(messages("compare", &[("benches", None), ("zhen-server", None)]), [""; 0]);
    }

    #[test]
    fn outside_crates_stay_in_their_part() {
        assert_eq!(messages("zhen-text", &[("tantivy", None)]).len(), 1);
        assert_eq!(messages("zhen-source", &[("clap_complete", None)]).len(), 1);
        assert_eq!(messages("zhen-search", &[("warp", Some("dev"))]).len(), 1);
        assert_eq!(messages("benches", &[("tantivy", None)]), [""; 0]);
        assert_eq!(messages("zhen-text", &[("clapper", None)]), [""; 0]);
    }

    #[test]
    fn a_crate_without_a_row_and_a_misnamed_folder_are_reported() {
        assert!(messages("zhen-new", &[])[0].contains("zhen-new is new here"));
        let metadata = json!({"packages": [{
            "name": "zhen-text",
            "manifest_path": "/project/crates/text/Cargo.toml",
            "dependencies": [],
        }]});
        let found = check(&packages_of(&metadata, Path::new("/project")).unwrap());
        assert_eq!(
            found[0].to_string(),
            "crates/text/Cargo.toml:1: dependencies: the folder of zhen-text must be named as the \
             crate is"
        );
    }

    #[test]
    fn a_crate_from_outside_without_its_reason_is_reported() {
        let manifest = "[workspace]\nmembers = []\n\n[workspace.dependencies]\n\
            zhen-text = { path = \"crates/zhen-text\" }\n# Others.\nbytes = \"1\"\nhyper = \"1\"\n\
            fst = { version = \"0.4\" }\n\n[profile.dev]\nopt-level = 1\n";
        let decisions = "The `fst` is a graph.\n| crate | why |\n| `bytes`, `hyper` | `fst` |\n";
        let found = explained(manifest, decisions);
        assert_eq!(found.len(), 1);
        let text = found[0].to_string();
        assert!(text.starts_with("Cargo.toml:9: dependencies: fst has no line"), "{text}");
        assert_eq!(explained(manifest, "| `bytes`, `hyper`, `fst` | x |"), []);
    }

    #[test]
    fn the_arrows_have_no_cycle() {
        for (name, _) in ALLOWED {
            assert!(!stands_on(name).contains(name), "{name} stands on itself");
        }
    }
}
