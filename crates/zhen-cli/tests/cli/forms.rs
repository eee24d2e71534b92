//! Forms of output, exit status, and where an index is looked for.

use serde_json::{Value, json};

use crate::support::{Done, Place, hits};

fn two() -> Place {
    Place::with(&[
        ("dictionary.txt", "小时候家里只有一本词典。\n\n后来有了电子词典。\n"),
        (
            "dictionary.md",
            "# A dictionary\n\nIt held the word 詞典 and many more words than anybody ever reads.\n",
        ),
    ])
}

#[test]
fn the_exit_status_is_that_of_grep() {
    let place = two();
    place.zhen(&["search", "词典"]).expect_status(0);
    place.zhen(&["search", "望远镜"]).expect_status(1);
    place.zhen(&["search", "词典", "--limit", "0"]).expect_status(0);
    place.zhen(&["search", "词典", "--offset", "50"]).expect_status(1);
    place.zhen(&["search", "词典", "--limit", "100000"]).expect_status(2);
    place.zhen(&["--index", "none", "search", "词典"]).expect_status(2);
    place.zhen(&["no-such-command"]).expect_status(2);
    place.zhen(&[]).expect_status(2);
    place.zhen(&["--help"]).expect_status(0);
    place.zhen(&["--version"]).expect_status(0);
}

#[test]
fn quiet_prints_nothing_and_still_tells_by_its_status() {
    let place = two();
    let done = place.zhen(&["search", "-q", "词典"]).expect_status(0);
    assert_eq!((done.out.as_str(), done.err.as_str()), ("", ""));
    assert_eq!(place.zhen(&["search", "-q", "望远镜"]).expect_status(1).out, "");
    place.zhen(&["-q", "search", "x", "--limit", "9999"]).expect_error(&["limit"]);
    let done = place.zhen(&["-q", "index", "docs"]).expect_status(0);
    assert_eq!((done.out.as_str(), done.err.as_str()), ("", ""));
}

#[test]
fn a_pipe_gets_a_line_a_passage_with_path_and_line_number() {
    let place = two();
    let done = place.zhen(&["search", "词典", "--lang", "zh"]).expect_status(0);
    assert_eq!(
        done.out,
        "docs/dictionary.txt:1:小时候家里只有一本词典。\ndocs/dictionary.txt:3:后来有了电子词典。\n"
    );
    assert_eq!(done.err, "");

    place.write("docs/films.jsonl", "{\"title\": \"霸王别姬\"}\n{\"title\": \"地久天长\"}\n");
    place.zhen(&["index", "docs"]).expect_status(0);
    let out = place.zhen(&["search", "地久天长"]).expect_status(0).out;
    assert_eq!(out, "docs/films.jsonl:2:地久天长\n");
}

#[test]
fn paths_only_prints_each_path_once() {
    let place = two();
    let out = place.zhen(&["search", "-l", "词典"]).expect_status(0).out;
    let mut lines: Vec<&str> = out.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["docs/dictionary.md", "docs/dictionary.txt"]);
    place.zhen(&["search", "-l", "--json", "词典"]).expect_error(&["-l and --json"]);

    place.write("docs/records.jsonl", "{\"body\": \"词典一\"}\n{\"body\": \"词典二\"}\n");
    place.zhen(&["index", "docs"]).expect_status(0);
    let out = place.zhen(&["search", "-l", "词典", "--filter", "kind:jsonl"]).out;
    assert_eq!(out, "docs/records.jsonl\n");
}

#[test]
fn paths_go_into_a_pipe_byte_for_byte() {
    let place = two();
    place.write("docs/a\tb.txt", "罕见的望远镜");
    place.write("docs/c\nd.txt", "又一架望远镜，很大");
    place.zhen(&["index", "docs"]).expect_status(0);
    let listed = |args: &[&str]| {
        let out = place.zhen(&[&["search", "望远镜"], args].concat()).expect_status(0).out;
        let end = if args.contains(&"-l") { '\n' } else { '\0' };
        assert!(out.ends_with(end), "{out:?}");
        let mut names: Vec<String> =
            out.trim_end_matches(end).split(end).map(String::from).collect();
        names.sort();
        names
    };
    assert_eq!(listed(&["-l0"]), ["docs/a\tb.txt", "docs/c\nd.txt"]);
    assert_eq!(listed(&["-l"]), ["d.txt", "docs/a\tb.txt", "docs/c"]);
    place.zhen(&["search", "-0", "望远镜"]).expect_error(&["--paths-only"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_name_is_not_utf_8_is_named_as_it_is() {
    use std::os::unix::ffi::OsStrExt as _;
    let place = two();
    let name = std::ffi::OsStr::from_bytes(b"docs/\xCA\xE9.txt");
    std::fs::write(place.path("").join(name), "罕见的望远镜").unwrap();
    place.zhen(&["index", "docs"]).expect_status(0);
    let out = place.command(&["search", "-l", "望远镜"]).output().unwrap().stdout;
    assert_eq!(out, b"docs/\xCA\xE9.txt\n");
    for command in [&["doc"][..], &["explain", "望远镜"], &["delete"]] {
        let done = Done::of(place.command(command).arg(name).spawn().unwrap());
        assert_eq!(done.status, 0, "{command:?}: {done:?}");
    }
    place.zhen(&["search", "望远镜"]).expect_status(1);
}

#[test]
fn a_list_of_paths_has_its_notes_and_no_facets() {
    let place = two();
    for form in ["-l", "--color=never"] {
        let done = place.zhen(&["search", form, "--filter", "-nosuch:1"]).expect_status(0);
        assert!(done.err.contains("there is no field \"nosuch\""), "{done:?}");
    }
    place.zhen(&["search", "-l", "--facet", "lang", "词典"]).expect_error(&["--facet"]);
    place.zhen(&["search", "--filter", "-lang:zz", "词典"]).expect_status(0);
}

#[test]
fn json_is_the_document_of_the_contract() {
    let place = two();
    let response = place.search(&["词典", "--facet", "lang"]);
    for key in ["query", "took_us", "total", "did_you_mean", "hits", "facets"] {
        assert!(response.get(key).is_some(), "{key} is missing: {response}");
    }
    assert_eq!(response["query"], "词典");
    assert_eq!(response["total"], 2);
    assert!(response["took_us"].is_u64());
    let hit = &hits(&response)[0];
    for key in ["id", "title", "path", "lang", "score", "duplicates", "passages", "matched"] {
        assert!(hit.get(key).is_some(), "{key} is missing: {hit}");
    }
    let passage = &hit["passages"][0];
    assert!(passage["line"].is_u64() && passage["text"].is_string(), "{passage}");
    assert!(passage["highlights"][0][0].is_u64(), "{passage}");
    let exactly = json!({"query": "词典", "term": "词典", "via": "exact"});
    let matched = hits(&response).iter().flat_map(|hit| hit["matched"].as_array().unwrap());
    assert!(matched.clone().any(|matched| *matched == exactly), "{response}");
    let facet = response["facets"]["lang"].as_array().unwrap();
    assert_eq!(facet.iter().map(|value| value["count"].as_u64().unwrap()).sum::<u64>(), 2);
    // One document, one line.
    let out = place.zhen(&["search", "--json", "词典"]).out;
    assert_eq!(out.lines().count(), 1);
    // Nothing found is a document too.
    assert_eq!(place.search(&["望远镜"])["hits"], json!([]));
}

#[test]
fn options_narrow_sort_page_and_count() {
    let place = Place::new();
    let records: Vec<String> = (1..=5)
        .map(|n| {
            let lang = if n % 2 == 0 { "en" } else { "zh-Hans" };
            json!({
                "id": format!("r{n}"), "body": format!("词典 dictionary {n}"), "lang": lang,
                "time": format!("202{n}-05-21T00:00:00Z"), "tags": ["book"], "price": n * 10,
            })
            .to_string()
        })
        .collect();
    place.zhen_reading(&["index", "-"], records.join("\n")).expect_status(0);
    assert_eq!(place.finds(&["dictionary", "--filter", "time:2023.."]), ["r3", "r4", "r5"]);
    assert_eq!(place.finds(&["dictionary", "--lang", "en"]), ["r2", "r4"]);
    assert_eq!(place.finds(&["--filter", "price:>=40"]), ["r4", "r5"]);
    let order = |args: &[&str]| -> Vec<String> {
        hits(&place.search(args)).iter().map(crate::support::name).collect()
    };
    assert_eq!(order(&["dictionary", "--sort", "time:desc"]), ["r5", "r4", "r3", "r2", "r1"]);
    assert_eq!(order(&["dictionary", "--sort", "price", "-n", "2"]), ["r1", "r2"]);
    let all = order(&["dictionary"]);
    assert_eq!(order(&["dictionary", "--offset", "2", "-n", "2"]), all[2..4]);
    let response = place.search(&["--facet", "lang"]);
    assert_eq!((&response["total"], &response["query"]), (&json!(5), &json!("")));
    let out = place.zhen(&["search", "dictionary", "--facet", "lang", "-n", "1"]).out;
    assert!(out.ends_with("lang\tzh-Hans\t3\nlang\ten\t2\n"), "{out}");
    let response = place.search(&["dictionary", "--passages", "0"]);
    assert_eq!(hits(&response)[0]["passages"], json!([]));
}

#[test]
fn records_from_standard_input_are_added_replaced_and_found_by_id() {
    let place = Place::new();
    let input = "{\"id\": \"a-1\", \"title\": \"T恤\", \"body\": \"白色纯棉T恤\", \"price\": 79}\n";
    let done = place.zhen_reading(&["index", "-", "--json"], input).expect_status(0);
    let summary: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&summary["added"], &summary["documents"]), (&json!(1), &json!(1)));
    let input = "{\"id\": \"a-1\", \"body\": \"黑色纯棉T恤\"}\n";
    let done = place.zhen_reading(&["index", "-", "--json"], input).expect_status(0);
    let summary: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!((&summary["updated"], &summary["documents"]), (&json!(1), &json!(1)));
    assert_eq!(place.finds(&["黑色"]), ["a-1"]);
    assert_eq!(place.finds(&["\"白色\""]), [""; 0]);
    let out = place.zhen(&["search", "T恤"]).out;
    assert_eq!(out, "a-1:1:黑色纯棉T恤\n");
}

#[test]
fn what_is_to_be_done_is_done_even_if_nobody_reads_what_it_came_to() {
    let place = Place::with(&[("a.txt", "词典")]);
    place.write("docs/b.txt", "望远镜");
    let record = "{\"id\": \"c\", \"body\": \"望远镜\"}\n";
    for form in [&[][..], &["--json"]] {
        let args = [&["index", "docs", "-", "--merge"], form].concat();
        place.zhen_unread(&args, record).expect_status(0);
        assert_eq!(place.finds(&["望远镜"]), ["b.txt", "c"]);
        assert_eq!(place.json(&["stats"])["segments"].as_array().map(Vec::len), Some(1));
        place.zhen(&["delete", "c", "docs/b.txt"]).expect_status(0);
        place.write("docs/b.txt", "望远镜 ");
    }
}

#[test]
fn commands_that_are_suggested_name_the_index() {
    let place = two();
    let error = place.zhen(&["index", "--index", "my ix", "gone"]).expect_status(2).err;
    assert!(error.contains("`zhen index --index 'my ix' --prune gone`"), "{error}");
    let error = place.zhen(&["index", "gone"]).expect_status(2).err;
    assert!(error.contains("`zhen index --prune gone`"), "{error}");
}

#[test]
fn the_index_is_named_by_option_then_by_variable_then_default() {
    let place = two();
    place.write("notes/a.txt", "望远镜");
    place.zhen(&["--index", "notes-index", "index", "notes"]).expect_status(0);
    assert!(place.path("index/notes-index/meta.json").is_file());
    place.zhen(&["search", "--index", "notes-index", "望远镜"]).expect_status(0);
    let with = |variable: &str, args: &[&str]| {
        Done::of(place.command(args).env("ZHEN_INDEX", variable).spawn().unwrap()).status
    };
    assert_eq!(with("notes-index", &["search", "望远镜"]), 0);
    assert_eq!(with("notes-index", &["--index", "default", "search", "望远镜"]), 1);
    assert_eq!(with("", &["search", "词典"]), 0);
    // A folder is a folder.
    place.zhen(&["--index", "./elsewhere/ix", "index", "notes"]).expect_status(0);
    assert!(place.path("elsewhere/ix/meta.json").is_file());
}

#[test]
fn without_a_local_folder_indexes_lie_in_the_data_folder() {
    let place = Place::new();
    std::fs::remove_dir(place.path("index")).unwrap();
    place.write("notes/a.txt", "望远镜");
    place.zhen(&["index", "notes"]).expect_status(0);
    assert!(place.path("data-home/zhen/default/meta.json").is_file());
    place.zhen(&["search", "望远镜"]).expect_status(0);
}

#[test]
fn a_folder_called_as_an_index_does_not_take_its_place() {
    let place = two();
    place.write("default/a.txt", "望远镜");
    std::fs::create_dir(place.path("demo")).unwrap();
    place.zhen(&["search", "词典"]).expect_status(0);
    place.zhen(&["index", "default"]).expect_status(0);
    place.zhen(&["--index", "demo", "index", "docs"]).expect_status(0);
    assert!(place.path("index/demo/meta.json").is_file());
    // Not even one that is an index takes the place of the one that need not be named.
    std::fs::rename(place.path("index/default"), place.path("notes")).unwrap();
    place.zhen(&["--index", "notes", "search", "望远镜"]).expect_status(0);
    std::fs::remove_dir_all(place.path("default")).unwrap();
    std::fs::rename(place.path("notes"), place.path("default")).unwrap();
    place.zhen(&["search", "望远镜"]).expect_error(&["there is no index at index/default"]);
}

#[test]
fn version_says_which_program_this_is() {
    let out = Place::new().zhen(&["--version"]).expect_status(0).out;
    assert_eq!(out, format!("zhen {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn completions_are_scripts_for_each_shell() {
    let place = Place::new();
    for (shell, sign) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef zhen"),
        ("fish", "complete -c zhen"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let out = place.zhen(&["completions", shell]).expect_status(0).out;
        assert!(out.contains(sign), "{shell}");
        assert!(out.contains("facet"), "{shell}");
    }
}
