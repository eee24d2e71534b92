//! Bad input: each has its message, nothing panics, nothing that was committed is lost.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Done, Place};

/// A place with one good document.
fn place() -> Place {
    Place::with(&[("good.txt", "这本词典很好。")])
}

/// Checks that what was committed is still there.
#[track_caller]
fn expect_good(place: &Place) {
    assert_eq!(place.finds(&["词典"]), ["good.txt"]);
    place.zhen(&["verify"]).expect_status(0);
}

/// Indexes `docs` and gives what is said about `name`.
#[track_caller]
fn problem(place: &Place, name: &str) -> String {
    let done = place.zhen(&["index", "docs"]).expect_status(0);
    assert!(!done.err.contains("panicked"), "{done:?}");
    let line = done.err.lines().find(|line| line.contains(name));
    line.unwrap_or_else(|| panic!("nothing is said about {name}: {done:?}")).trim().to_owned()
}

#[test]
fn a_missing_folder_is_an_error_and_creates_no_index() {
    let place = Place::new();
    place.zhen(&["index", "nowhere"]).expect_error(&["nowhere: no such file or folder"]);
    assert!(!place.path("index/default").exists());
}

#[test]
fn an_unreadable_file_is_reported_with_its_reason() {
    let place = place();
    place.write("docs/secret.txt", "词典");
    let path = place.path("docs/secret.txt");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    }
    if std::fs::File::open(&path).is_ok() {
        eprintln!("skipped: this user may read every file");
        return;
    }
    assert!(problem(&place, "secret.txt").contains("permission denied; make it readable"));
    expect_good(&place);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_fails_while_it_is_read_is_reported_with_its_reason() {
    let place = place();
    // Its first page is never mapped, so reading it fails, for root too.
    let done = place.zhen(&["index", "docs", "/proc/self/mem"]).expect_status(0);
    assert!(done.err.contains("1 file skipped"), "{done:?}");
    assert!(done.err.contains("/proc/self/mem: "), "{done:?}");
    expect_good(&place);
}

#[test]
fn a_binary_file_is_skipped_as_such() {
    let place = place();
    place.write("docs/picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01");
    let noise: Vec<u8> = (0..5_000_u32).map(|n| (n * n % 251) as u8).collect();
    place.write("docs/noise.bin", noise);
    let err = place.zhen(&["index", "docs"]).expect_status(0).err;
    assert!(err.contains("picture.png: binary") && err.contains("noise.bin: binary"), "{err}");
    expect_good(&place);
}

#[test]
fn an_empty_file_is_skipped_as_such() {
    let place = place();
    place.write("docs/empty.txt", "");
    place.write("docs/blank.txt", " \n\n");
    assert!(problem(&place, "empty.txt").ends_with("empty; nothing to index"));
    expect_good(&place);
}

#[test]
fn invalid_utf_8_does_not_keep_the_rest_from_being_found() {
    let place = place();
    let mut text = "望远镜可以看见很远的地方，晚上看星星最好。".repeat(20).into_bytes();
    let middle = text.len() / 2;
    text.splice(middle..middle, *b"\xff\xfe broken \xc3");
    place.write("docs/damaged.txt", text);
    place.zhen(&["index", "docs"]).expect_status(0);
    assert_eq!(place.finds(&["望远镜"]), ["damaged.txt"]);
    expect_good(&place);
}

#[test]
fn a_file_that_is_too_large_is_skipped_with_the_memory_it_needs() {
    let place = place();
    place.write("docs/large.txt", "");
    let file = std::fs::File::options().write(true).open(place.path("docs/large.txt")).unwrap();
    file.set_len((17 << 20) - 1).unwrap();
    let said = |size: &str| {
        let args = ["index", "docs", "--memory", "128MB", "--max-file-size", size];
        place.zhen(&args).expect_status(0).err
    };
    let err = said("20MB");
    assert!(err.contains("the limit of 16777216; give --memory 136MB, 8 times the file"), "{err}");
    let err = said("10MB");
    assert!(err.contains("the limit of 10485760; raise the size limit"), "{err}");
    expect_good(&place);
}

#[test]
fn slow_a_line_of_a_hundred_megabytes_is_dealt_with_within_the_memory_given() {
    let place = place();
    let piece = "安装简单方便，easy to install。";
    let line = piece.repeat(100_000_000 / piece.len() + 1);
    place.write("docs/long.txt", line);
    let said = problem(&place, "long.txt");
    assert!(said.contains("limit"), "{said}");
    expect_good(&place);
}

#[test]
fn a_long_line_is_found_and_shown_short() {
    let place = place();
    let filler = "没有什么可说的，".repeat(20_000);
    place.write("docs/long.txt", format!("{filler}望远镜{filler}"));
    place.zhen(&["index", "docs"]).expect_status(0);
    let out = place.zhen(&["search", "望远镜"]).expect_status(0).out;
    assert!(out.contains("望远镜") && out.chars().count() < 400, "{}", out.chars().count());
}

#[test]
fn a_json_line_that_is_not_json_is_reported_with_its_number_and_the_rest_is_taken() {
    let place = place();
    place.write(
        "docs/r.jsonl",
        "{\"id\": \"a\", \"body\": \"甲\"}\n{oops\n{\"id\": \"b\", \"body\": \"乙\"}\n",
    );
    let said = problem(&place, "r.jsonl");
    assert!(said.contains("line 2"), "{said}");
    assert_eq!(place.finds(&["甲"]), ["a"]);
    assert_eq!(place.finds(&["乙"]), ["b"]);

    let done = place.zhen_reading(&["index", "-"], "nonsense\n{\"id\": \"c\", \"body\": \"丙\"}\n");
    let done = done.expect_status(0);
    assert!(done.err.contains("1 record rejected") && done.err.contains("line 1"), "{done:?}");
    assert_eq!(place.finds(&["丙"]), ["c"]);
    expect_good(&place);
}

#[test]
fn records_that_replace_those_of_another_file_are_told() {
    let place = place();
    for name in ["a", "b"] {
        place.write(&format!("docs/{name}.jsonl"), "{\"id\": 1, \"body\": \"甲\"}\n");
    }
    let err = place.zhen(&["index", "docs"]).expect_status(0).err;
    assert!(err.contains("1 record replaced one of the same id from another file"), "{err}");
    assert!(err.contains("\"1\" in docs/b.jsonl"), "{err}");
    let err = place.zhen(&["index", "docs"]).expect_status(0).err;
    assert!(!err.contains("replaced"), "{err}");
    place.write("docs/c.jsonl", "{\"id\": 1, \"body\": \"乙\"}\n");
    let out = place.zhen(&["--json", "index", "docs"]).expect_status(0).out;
    assert!(out.contains("\"replaced\":1"), "{out}");
    expect_good(&place);
}

#[test]
fn a_stream_of_which_no_record_is_taken_is_an_error() {
    let place = place();
    place.zhen(&["index", "docs"]).expect_status(0);
    let done = place.zhen_reading(&["index", "-"], "garbage\n").expect_status(2);
    assert!(done.err.contains("1 record rejected"), "{done:?}");
    assert!(done.err.ends_with("on each line\n"), "{done:?}");
    place.zhen_reading(&["-q", "index", "-"], "garbage\n").expect_error(&["no record"]);
    place.zhen_reading(&["index", "-"], "").expect_status(0);
    expect_good(&place);
}

#[test]
fn files_of_which_nothing_can_be_taken_are_an_error() {
    let place = place();
    place.write("docs/bad.jsonl", "{\"id\": 1}\nno\n");
    place.write("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01");
    for _ in 0..2 {
        let done = place.zhen(&["index", "picture.png"]).expect_status(2);
        assert!(done.err.contains("nothing was indexed of what was named"), "{done:?}");
    }
    let done = place.zhen(&["index", "docs/bad.jsonl"]).expect_status(2);
    assert!(done.err.contains("2 records rejected"), "{done:?}");
    place.zhen(&["index", "picture.png", "docs/good.txt"]).expect_status(0);
    expect_good(&place);
}

#[test]
fn each_skipped_file_is_named_with_v_and_counted_without() {
    let place = place();
    for n in 0..8 {
        place.write(&format!("docs/empty-{n}.txt"), "");
    }
    let err = place.zhen(&["index", "docs"]).expect_status(0).err;
    assert!(err.contains("8 files skipped"), "{err}");
    assert!(err.contains("and 3 more, named with -v"), "{err}");
    std::fs::remove_dir_all(place.path("index/default")).unwrap();
    let err = place.zhen(&["index", "-v", "docs"]).expect_status(0).err;
    for n in 0..8 {
        assert!(err.contains(&format!("docs/empty-{n}.txt: empty")), "{err}");
    }
    // Later runs know, and say no more than that.
    let err = place.zhen(&["index", "docs"]).expect_status(0).err;
    assert_eq!(err.trim(), "zhen: note: 8 files skipped, all known from earlier runs");
}

#[test]
fn a_folder_that_is_no_index_is_named_and_left_alone() {
    let place = place();
    place.write("photos/a.jpg", "x");
    for args in [
        &["--index", "./photos", "search", "x"][..],
        &["--index", "./photos", "index", "docs"],
        &["--index", "./photos", "stats"],
        &["--index", "./docs/good.txt", "search", "x"],
    ] {
        place.zhen(args).expect_error(&["is no index", "--index"]);
    }
    let left: Vec<_> = std::fs::read_dir(place.path("photos")).unwrap().collect();
    assert_eq!(left.len(), 1);
}

#[test]
fn a_missing_index_is_named_with_the_command_that_makes_it_and_those_there_are() {
    let place = Place::new();
    place.zhen(&["search", "x"]).expect_error(&[
        "there is no index at",
        "index/default",
        "zhen index",
    ]);
    assert!(!place.path("index/default").exists());
    let place = self::place();
    place.zhen(&["--index", "note", "search", "x"]).expect_error(&["indexes there are: default"]);
    place.zhen(&["--index", "note", "delete", "x"]).expect_error(&["there is no index at"]);
    assert!(!place.path("index/note").exists());
}

#[test]
fn an_index_of_another_version_is_named_with_the_command_that_mends_it() {
    let place = place();
    let meta = place.path("index/default/meta.json");
    let text = std::fs::read_to_string(&meta).unwrap();
    let other = text.replacen("\\\"format\\\":", "\\\"format\\\":9", 1);
    assert_ne!(other, text);
    std::fs::write(&meta, &other).unwrap();
    for args in [&["search", "词典"][..], &["index", "docs"], &["verify"]] {
        place.zhen(args).expect_error(&["format version", "this program reads", "zhen index"]);
    }
    // Nothing was touched.
    std::fs::write(&meta, text).unwrap();
    expect_good(&place);
}

#[test]
fn a_damaged_index_is_named_and_verify_finds_the_damage() {
    let place = place();
    let store = std::fs::read_dir(place.path("index/default"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "store"))
        .unwrap();
    let mut content = std::fs::read(&store).unwrap();
    let middle = content.len() / 2;
    content[middle] ^= 0xff;
    std::fs::write(&store, content).unwrap();
    let done = place.zhen(&["verify"]).expect_error(&["is damaged", "zhen index"]);
    assert!(done.out.contains("not as it was written"), "{done:?}");
}

#[test]
fn every_command_tells_damage_in_the_same_words() {
    let place = place();
    let mut files = std::fs::read_dir(place.path("index/default")).unwrap();
    let is_postings = |path: &std::path::PathBuf| path.extension().is_some_and(|e| e == "idx");
    let postings = files.find_map(|file| Some(file.unwrap().path()).filter(is_postings)).unwrap();
    std::fs::write(postings, "no postings at all").unwrap();
    for command in [
        &["search", "词典"][..],
        &["doc", "docs/good.txt"],
        &["explain", "词典", "docs/good.txt"],
        &["suggest", "词"],
        &["terms", "词"],
        &["stats"],
        &["aliases"],
    ] {
        let parts = ["is damaged: ", ".idx is not as it was written", "move it away"];
        let error = place.zhen(command).expect_error(&parts).err;
        assert!(!error.contains("ooter"), "{error}");
    }
}

#[test]
fn a_second_writer_is_told_who_the_first_is() {
    let place = place();
    // The first writer waits for more input.
    let mut first = place.command(&["index", "-"]).stdin(Stdio::piped()).spawn().unwrap();
    let mut input = first.stdin.take().unwrap();
    writeln!(input, "{{\"id\": \"a\", \"body\": \"望远镜\"}}").unwrap();
    let pid = first.id().to_string();
    let holds = || {
        let lock = std::fs::read_to_string(place.path("index/default/zhen.lock"));
        lock.is_ok_and(|lock| lock.contains(&pid))
    };
    while !holds() {
        assert!(first.try_wait().unwrap().is_none(), "the first writer ended");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let second = place.zhen(&["index", "docs"]);
    second.expect_error(&["is being written by process", &pid, "zhen index -", "wait for it"]);
    // Searching goes on meanwhile.
    assert_eq!(place.finds(&["词典"]), ["good.txt"]);
    drop(input);
    Done::of(first).expect_status(0);
    assert_eq!(place.finds(&["望远镜"]), ["a"]);
    expect_good(&place);
}

#[test]
fn unbalanced_quotes_are_searched_as_text_and_reported() {
    let place = place();
    let done = place.zhen(&["search", "\"词典"]).expect_status(0);
    assert!(done.out.contains("good.txt"), "{done:?}");
    assert!(done.err.starts_with("zhen: note: ") && done.err.lines().count() == 1, "{done:?}");
    let response = place.search(&["“词典"]);
    assert_eq!(response["notes"].as_array().map(Vec::len), Some(1), "{response}");
}

#[test]
fn a_query_of_ten_thousand_characters_is_answered() {
    let place = place();
    for query in ["词典很好".repeat(2_500), "word ".repeat(2_000), "(".repeat(10_000)] {
        let response = place.search(&[&query]);
        let notes = response["notes"].to_string();
        assert!(notes.contains("longer than"), "{notes}");
    }
}

#[test]
fn options_out_of_range_say_what_is_allowed() {
    let place = place();
    place.zhen(&["search", "x", "-n", "1001"]).expect_error(&["1001", "1000"]);
    place.zhen(&["search", "x", "-n", "ten"]).expect_error(&["'ten'", "zhen search --help"]);
    place.zhen(&["search", "x", "--passages", "21"]).expect_error(&["21", "20"]);
    place.zhen(&["search", "x", "--sort", "time:up"]).expect_error(&["FIELD:desc"]);
    place.zhen(&["search", "x", "--lang", "de"]).expect_error(&["zh", "en"]);
    place.zhen(&["search", "x", "--filter", "year>=2020"]).expect_error(&["year:>=2020"]);
    place.zhen(&["index", "docs", "--memory", "a lot"]).expect_error(&["512MB"]);
    place.zhen(&["index", "docs", "--memory", "1MB"]).expect_error(&["128"]);
    place.zhen(&["index", "docs", "--threads", "0"]).expect_error(&["--threads"]);
    place
        .zhen(&["index", "docs", "--threads", "99999999"])
        .expect_error(&["99999999 threads are too many", "at most 1024"]);
    place.zhen(&["index"]).expect_error(&["nothing to index", "zhen index --help"]);
    place.zhen(&["index", "--watch", "-"]).expect_error(&["--watch"]);
    place.zhen(&["search", "-v", "-q", "x"]).expect_error(&["--quiet"]);
    place.zhen(&["serach", "x"]).expect_error(&["'search'"]);
    expect_good(&place);
}

#[test]
fn a_pattern_that_is_no_glob_is_reported() {
    let place = place();
    let done = place.zhen(&["index", "docs", "--include", "a[b"]);
    assert!(format!("{done:?}").contains("a[b"), "{done:?}");
    expect_good(&place);
}

#[test]
fn a_bad_dictionary_is_named_with_its_line() {
    let place = place();
    place.write("words.txt", "石墨烯 5 n\n词 0 x\n");
    place.zhen(&["index", "docs", "--dict", "words.txt"]).expect_error(&[
        "words.txt",
        "line 2",
        "WORD [FREQUENCY] [TAG]",
    ]);
    place.zhen(&["index", "docs", "--dict", "none.txt"]).expect_error(&["none.txt"]);
    place.write("good-words.txt", "石墨烯 5 n\n");
    place
        .zhen(&["index", "docs", "--dict", "good-words.txt"])
        .expect_error(&["--rebuild --dict good-words.txt"]);
    place.zhen(&["index", "--rebuild", "--dict", "good-words.txt"]).expect_status(0);
    expect_good(&place);
}

#[test]
fn a_dictionary_that_is_no_text_is_refused() {
    let place = place();
    for junk in [&b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0"[..], b"\xfe\x81\x01\x02\n\x90\x03"] {
        place.write("words.bin", junk);
        place.zhen(&["index", "--dict", "words.bin", "docs"]).expect_error(&["words.bin"]);
    }
}

#[test]
fn an_unknown_document_is_told_by_status_and_message() {
    let place = place();
    for args in [&["doc", "none"][..], &["explain", "词典", "none"], &["delete", "none"]] {
        let done = place.zhen(args).expect_status(1);
        assert!(done.err.contains("there is no document \"none\""), "{done:?}");
        assert_eq!(done.out, "");
    }
}
