//! What walking promises:
//! 1. Ignored, hidden and version control files are left out, and options bring them back.
//! 2. What is named by itself is always taken.
//! 3. The order depends on the paths alone, and nothing comes twice.
//! 4. What cannot be listed is reported, and the rest is found.

use std::fs;
use std::path::{Path, PathBuf};

use zhen_source::{Entry, SkipReason, SourceError, WalkOptions, path_id, walk};

type Found = Vec<Result<Entry, SourceError>>;

fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    folder
}

fn found(paths: &[&Path], options: &WalkOptions) -> Found {
    walk(paths, options).collect()
}

/// The files found, relative to `root`, without what is wrong.
fn names(root: &Path, found: &Found) -> Vec<String> {
    let root = format!("{}/", path_id(root));
    found
        .iter()
        .filter_map(|item| item.as_ref().ok())
        .map(|entry| entry.id.strip_prefix(&root).unwrap_or(&entry.id).to_owned())
        .collect()
}

const FILES: [(&str, &str); 9] = [
    ("b.txt", "b"),
    ("a/二.md", "2"),
    ("a/一.md", "1"),
    ("a.txt", "a"),
    (".hidden/x.txt", "x"),
    (".git/config", "x"),
    ("build/out.txt", "x"),
    (".gitignore", "build/\n*.log\n"),
    ("a/x.log", "x"),
];

#[test]
fn ignored_and_hidden_files_are_left_out_and_the_rest_is_sorted() {
    let folder = tree(&FILES);
    let all = found(&[folder.path()], &WalkOptions::default());
    assert_eq!(names(folder.path(), &all), ["a/一.md", "a/二.md", "a.txt", "b.txt"]);
    let entry = all[3].as_ref().expect("an entry");
    assert_eq!(entry.size, 1);
    assert!(entry.modified_ns > 1_600_000_000_000_000_000);
    assert!(entry.id.starts_with('/') || entry.id.contains(":/"));
}

#[test]
fn options_bring_back_what_is_left_out() {
    let folder = tree(&FILES);
    let options = WalkOptions { hidden: true, ignore_files: false, ..WalkOptions::default() };
    assert_eq!(
        names(folder.path(), &found(&[folder.path()], &options)),
        [
            ".gitignore",
            ".hidden/x.txt",
            "a/x.log",
            "a/一.md",
            "a/二.md",
            "a.txt",
            "b.txt",
            "build/out.txt"
        ]
    );
}

#[test]
fn globs_and_excluded_folders_choose() {
    let folder = tree(&FILES);
    let chosen = |include: &[&str], exclude: &[&str], dirs: &[PathBuf]| {
        let options = WalkOptions {
            include: include.iter().map(|&glob| glob.to_owned()).collect(),
            exclude: exclude.iter().map(|&glob| glob.to_owned()).collect(),
            exclude_dirs: dirs.to_vec(),
            ..WalkOptions::default()
        };
        names(folder.path(), &found(&[folder.path()], &options))
    };
    assert_eq!(chosen(&["*.md"], &[], &[]), ["a/一.md", "a/二.md"]);
    assert_eq!(chosen(&[], &["*.md", "b*"], &[]), ["a.txt"]);
    assert_eq!(chosen(&[], &["a/"], &[]), ["a.txt", "b.txt"]);
    // Tied to the path, as a shell's completion writes it or in full.
    let full = |name: &str| format!("{}/{name}", folder.path().display());
    assert_eq!(chosen(&[], &["./a"], &[]), ["a.txt", "b.txt"]);
    assert_eq!(chosen(&["././*.txt"], &[], &[]), ["a.txt", "b.txt"]);
    assert!(chosen(&["./一.md"], &[], &[]).is_empty());
    assert_eq!(chosen(&[&full("a/*.md")], &[&full("a/二.md")], &[]), ["a/一.md"]);
    // An included pattern does not bring back what is ignored.
    assert_eq!(chosen(&["*.log", "*.txt"], &[], &[]), ["a.txt", "b.txt"]);
    assert_eq!(chosen(&[], &[], &[folder.path().join("x/../a")]), ["a.txt", "b.txt"]);
    assert!(chosen(&[], &[], &[folder.path().to_path_buf()]).is_empty());
}

#[test]
fn a_file_named_by_itself_is_always_taken() {
    let folder = tree(&FILES);
    let paths = [
        folder.path().join("a/x.log"),
        folder.path().join(".hidden/x.txt"),
        folder.path().join("build/out.txt"),
    ];
    let paths: Vec<&Path> = paths.iter().map(PathBuf::as_path).collect();
    let options = WalkOptions { include: vec!["*.md".into()], ..WalkOptions::default() };
    assert_eq!(
        names(folder.path(), &found(&paths, &options)),
        [".hidden/x.txt", "a/x.log", "build/out.txt"]
    );
}

#[test]
fn overlapping_paths_give_each_file_once() {
    let folder = tree(&FILES);
    let inner = folder.path().join("a");
    let crooked = folder.path().join("a/../a/./一.md");
    let all = found(&[&inner, folder.path(), &crooked, folder.path()], &WalkOptions::default());
    assert_eq!(names(folder.path(), &all), ["a/一.md", "a/二.md", "a.txt", "b.txt"]);
}

#[test]
fn a_missing_path_is_an_error_that_helps_and_the_others_are_walked() {
    let folder = tree(&FILES);
    let missing = folder.path().join("不存在");
    let all = found(&[&missing, &folder.path().join("b.txt")], &WalkOptions::default());
    assert_eq!(names(folder.path(), &all), ["b.txt"]);
    let error = all.iter().find_map(|item| item.as_ref().err()).expect("an error");
    assert!(matches!(error, SourceError::NotFound { path } if *path == missing));
    let text = error.to_string();
    assert!(
        text.contains("不存在: no such file or folder; check") && !text.contains('\n'),
        "{text}"
    );
}

#[test]
fn a_bad_pattern_is_an_error_that_names_it() {
    let folder = tree(&FILES);
    let options = WalkOptions { include: vec!["a[".into()], ..WalkOptions::default() };
    let all = found(&[folder.path()], &options);
    assert!(matches!(&all[..], [Err(SourceError::BadPattern { pattern, .. })] if pattern == "a["));
    for absolute in ["/elsewhere/*.md", &format!("{}x/b", folder.path().display())] {
        let options = WalkOptions { exclude: vec![absolute.into()], ..WalkOptions::default() };
        let all = found(&[folder.path(), &folder.path().join("b.txt")], &options);
        let [Err(error @ SourceError::BadPattern { .. })] = &all[..] else { panic!("{all:?}") };
        assert!(error.to_string().contains("write it relative"), "{error}");
    }
    // Who asks beforehand hears the same.
    assert!(
        matches!(options.check(&[folder.path()]), Err(SourceError::BadPattern { pattern, .. }) if pattern == "a[")
    );
    let good = WalkOptions { exclude: vec!["a*".into()], ..WalkOptions::default() };
    assert!(good.check(&[folder.path()]).is_ok());
}

#[test]
fn files_over_the_limit_are_reported() {
    let folder = tree(&[("big.txt", "0123456789"), ("small.txt", "0")]);
    let options = WalkOptions { max_file_bytes: 5, ..WalkOptions::default() };
    let all = found(&[folder.path()], &options);
    assert_eq!(names(folder.path(), &all), ["small.txt"]);
    let error = all[0].as_ref().expect_err("too large");
    assert_eq!(error.skip_reason(), Some(&SkipReason::TooLarge { size: 10, limit: 5 }));
}

#[test]
fn a_gitignore_above_counts_only_within_a_repository() {
    let folder = tree(&[(".gitignore", "*.txt\n"), ("sub/a.txt", "a"), ("sub/b.md", "b")]);
    let sub = folder.path().join("sub");
    assert_eq!(names(&sub, &found(&[&sub], &WalkOptions::default())), ["a.txt", "b.md"]);
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    assert_eq!(names(&sub, &found(&[&sub], &WalkOptions::default())), ["b.md"]);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_are_followed_only_when_asked_and_loops_end() {
        let folder = tree(&[("a/x.txt", "x"), ("other/y.txt", "y")]);
        let root = folder.path().join("a");
        symlink(&root, root.join("loop")).expect("a link");
        symlink(folder.path().join("other"), root.join("link")).expect("a link");
        symlink("nowhere", root.join("broken")).expect("a link");
        assert_eq!(names(&root, &found(&[&root], &WalkOptions::default())), ["x.txt"]);
        let options = WalkOptions { follow_links: true, ..WalkOptions::default() };
        let all = found(&[&root], &options);
        assert_eq!(names(&root, &all), ["link/y.txt", "x.txt"]);
        let errors: Vec<_> = all.iter().filter_map(|item| item.as_ref().err()).collect();
        assert_eq!(errors.len(), 2, "{errors:?}");
        assert!(errors.iter().any(|error| matches!(error, SourceError::Walk { .. })));
        // A link given as a path is followed.
        let link = root.join("link");
        assert_eq!(names(&link, &found(&[&link], &WalkOptions::default())), ["y.txt"]);
    }

    #[test]
    fn what_is_no_file_is_passed_over_or_reported() {
        let folder = tree(&[("a.txt", "a")]);
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
        let all = found(&[folder.path()], &WalkOptions::default());
        assert_eq!(names(folder.path(), &all), ["a.txt"]);
        assert_eq!(all.len(), 1);
        let all = found(&[&socket], &WalkOptions::default());
        let error = all[0].as_ref().expect_err("no file");
        assert_eq!(error.skip_reason(), Some(&SkipReason::NotAFile));
    }

    #[test]
    fn names_that_are_not_utf8_keep_an_identity_of_their_own() {
        let folder = tree(&[]);
        for name in [&b"\xd6\xd0.txt"[..], b"\xce\xc4.txt"] {
            let path = folder.path().join(std::ffi::OsStr::from_bytes(name));
            if fs::write(path, "x").is_err() {
                eprintln_skip("this file system takes only UTF-8 names");
                return;
            }
        }
        let all = found(&[folder.path()], &WalkOptions::default());
        assert_eq!(names(folder.path(), &all), ["%CE%C4.txt", "%D6%D0.txt"]);
        assert!(
            all.iter().all(|item| item.as_ref().is_ok_and(|entry| fs::read(&entry.path).is_ok()))
        );
    }

    #[test]
    fn the_parent_of_a_link_is_that_of_what_it_leads_to() {
        let folder = tree(&[("x/deep/a.txt", "a"), ("x/f.txt", "inner"), ("f.txt", "outer")]);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("x/deep", &link).expect("a link");
        let real = folder.path().canonicalize().expect("a folder");
        let inner = zhen_source::path_id(&link.join("../f.txt"));
        assert_eq!(inner, zhen_source::path_id(&real.join("x/f.txt")));
        let within = zhen_source::path_id(&link.join("gone/../a.txt"));
        assert_eq!(within, zhen_source::path_id(&link.join("a.txt")));
    }

    #[test]
    fn a_folder_that_cannot_be_listed_is_reported_and_the_rest_is_found() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tree(&[("a/x.txt", "x"), ("b.txt", "b")]);
        let closed = folder.path().join("a");
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("permissions");
        if fs::read_dir(&closed).is_ok() {
            eprintln_skip("permissions do not bind this user");
            return;
        }
        let all = found(&[folder.path()], &WalkOptions::default());
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("permissions");
        assert_eq!(names(folder.path(), &all), ["b.txt"]);
        let error = all[0].as_ref().expect_err("no permission");
        assert_eq!(error.skip_reason(), Some(&SkipReason::Permission));
        assert_eq!(error.path(), Some(closed.as_path()));
    }

    #[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
    fn eprintln_skip(why: &str) {
        eprintln!("skipped: {why}");
    }
}

#[test]
fn identities_are_absolute_and_normal() {
    let here = path_id(Path::new("."));
    assert_eq!(path_id(Path::new("a/../b/./c")), format!("{here}/b/c"));
    assert_eq!(path_id(Path::new("/../x")), "/x");
}
