//! What a person sees: layout, colours, and nothing that a document could say to the terminal.

use std::process::Stdio;

use crate::support::{Done, Place, hits};

#[test]
fn pretty_output_groups_by_document_and_ends_with_figures() {
    let place = Place::with(&[
        ("a.md", "# 枕边的词典\n\n小时候家里只有一本词典。\n\n后来有了电子词典。\n"),
        ("b.txt", "這本詞典很舊。\n"),
    ]);
    let command = |args: &[&str]| {
        let mut command = place.command(args);
        Done::of(command.env("COLUMNS", "60").spawn().unwrap()).expect_status(0).out
    };
    let out = command(&["search", "--pretty", "词典"]);
    let plain = strip(&out);
    let lines: Vec<&str> = plain.lines().collect();
    let first =
        if lines[0].starts_with("枕边的词典  zh-Hans · ") { 0 } else { lines.len() / 2 };
    assert!(lines[first].starts_with("枕边的词典  zh-Hans · "), "{plain}");
    assert_eq!(lines[first + 1], "docs/a.md");
    assert!(lines.contains(&"    3  小时候家里只有一本词典。"), "{plain}");
    assert!(lines.contains(&"    5  后来有了电子词典。"), "{plain}");
    assert!(lines.contains(&"       词典 → 詞典 (variant)"), "{plain}");
    assert!(lines.last().unwrap().starts_with("2 documents in "), "{plain}");
    assert!(out.contains("\u{1b}[1m\u{1b}[31m词典\u{1b}[0m"), "{out:?}");
}

#[test]
fn nothing_found_is_said_with_hints_that_would_find_something() {
    let place = Place::with(&[("a.txt", "running home with a 词典")]);
    let plain = |args: &[&str]| {
        strip(&place.zhen(&[&["search", "--pretty"], args].concat()).expect_status(1).out)
    };
    let out = plain(&["词典", "--filter", "lang:fr"]);
    assert!(out.starts_with("nothing found for 词典  in "), "{out}");
    assert!(out.contains("· without --filter: 1 document"), "{out}");
    assert!(plain(&["runs", "--exact"]).contains("· without --exact: 1 document"));
    assert!(plain(&["\"home running\""]).contains("· without quotation marks: 1 document"));
    let out = plain(&["望远镜"]);
    assert!(out.contains("1 document searched") && out.contains("望远*"), "{out}");
    place.zhen(&["delete", "docs/a.txt"]).expect_status(0);
    assert!(plain(&["望远镜"]).contains("the index is empty"));
}

#[test]
fn colours_are_for_those_who_want_them() {
    let place = Place::with(&[("a.txt", "词典")]);
    let out = |args: &[&str], variable: Option<(&str, &str)>| {
        let mut command = place.command(args);
        command.envs(variable);
        Done::of(command.spawn().unwrap()).expect_status(0).out
    };
    let search = ["search", "词典"];
    let always = ["search", "词典", "--color", "always"];
    assert!(!out(&search, None).contains('\u{1b}'));
    assert!(out(&always, None).contains('\u{1b}'));
    assert!(out(&search, Some(("CLICOLOR_FORCE", "1"))).contains('\u{1b}'));
    assert!(!out(&search, Some(("NO_COLOR", "1"))).contains('\u{1b}'));
    assert!(out(&always, Some(("NO_COLOR", "1"))).contains('\u{1b}'));
    assert!(
        !out(&["search", "词典", "--color", "never"], Some(("CLICOLOR_FORCE", "1")))
            .contains('\u{1b}')
    );
}

/// Text without what sets colours. Any other escape stays, and is found by its character.
fn strip(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        let end = after.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(after.len());
        rest = match after[end..].strip_prefix('m') {
            Some(rest) => rest,
            None => {
                out.push('\u{1b}');
                after
            }
        };
    }
    out + rest
}

#[test]
fn documents_paths_and_queries_cannot_speak_to_the_terminal() {
    let nasty = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}evil\u{8}\u{7f}";
    let place = Place::new();
    let record = serde_json::json!({
        "id": format!("id{nasty}"), "title": format!("词典{nasty}"),
        "body": format!("词典 {nasty} 词典\nzweite Zeile\r\u{1b}[A"), "author": nasty,
        "tags": [nasty], "lang": "zh-Hans",
    });
    place.zhen_reading(&["index", "-"], record.to_string()).expect_status(0);
    if cfg!(unix) {
        place.write("docs/词典\u{1b}[2J\n.txt", "词典 in a file with a strange name");
        place.write("docs/empty\u{1b}[2J.txt", "");
        let done = place.zhen(&["index", "-v", "docs"]).expect_status(0);
        expect_tame(&done.err);
    }
    let id = format!("id{nasty}");
    let query = format!("词典 {nasty}");
    for args in [
        &["search", "词典"][..],
        &["search", "--pretty", "词典"],
        &["search", "--color", "always", "词典"],
        &["search", "--pretty", &query],
        &["search", "--pretty", "--exact", &format!("\"{query}\" 望远镜"), "--filter", "lang:fr"],
        &["search", "--pretty", "词典", "--facet", "author", "--facet", "tags"],
        &["search", "词典", "--facet", "author", "--facet", nasty],
        &["doc", &id],
        &["explain", &query, &id],
        &["explain", "词典", &id],
        &["analyze", nasty],
        &["terms", nasty],
        &["terms", "词"],
        &["doc", nasty],
        &["delete", nasty],
        &["--index", nasty, "search", "x"],
        &["search", "x", "--lang", nasty],
        &[nasty],
    ] {
        let done = place.zhen(args);
        expect_tame(&strip(&done.out));
        expect_tame(&strip(&done.err));
    }
    // JSON loses nothing.
    let response = place.search(&["词典", "--filter", "author:*"]);
    assert_eq!(hits(&response)[0]["id"].as_str(), Some(id.as_str()));
}

#[track_caller]
fn expect_tame(text: &str) {
    let bad = |c: char| c.is_control() && c != '\n' && c != '\t';
    assert!(!text.chars().any(bad), "{text:?}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let place = Place::with(&[("big.txt", &"很长的一篇文档，a long document.\n".repeat(20_000))]);
    let mut child = place.command(&["doc", "docs/big.txt"]).spawn().unwrap();
    // More than a pipe holds is still to come.
    drop(child.stdout.take());
    let done = Done::of(child).expect_status(0);
    assert_eq!(done.err, "");
    let mut child = place.command(&["--help"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    Done::of(child).expect_status(0);
}
