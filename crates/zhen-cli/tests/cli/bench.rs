//! `zhen bench`: what it measures, what it writes, and what it does not take for a run.
//!
//! 1. Every query is asked as often as was said, in process and over HTTP, with the same hits.
//! 2. A record is a baseline; hits that differ from it are named and end with status 1.
//! 3. A run with failed requests is no valid run, and says what the server said.
//! 4. What is wrong is said before anything is measured.
//!
//! No test looks at a time.

use serde_json::Value;

use crate::support::{Done, Place};

/// Three documents and a list of four queries: 2, 1, 2 and 0 hits.
fn place() -> Place {
    let place = Place::with(&[
        ("a.txt", "这本词典很好。"),
        ("b.txt", "詞典 dictionary of English"),
        ("c.txt", "a free trade agreement"),
    ]);
    place.write("q.txt", "词典\n\n\"free trade\"\nEnglish dictionary OR agreement\n望远镜\n");
    place
}

/// The lines that `zhen bench --json` prints.
fn records(place: &Place, args: &[&str], status: i32) -> Vec<Value> {
    let args = [&["bench", "--json", "--queries", "q.txt"], args].concat();
    let done = place.zhen(&args).expect_status(status);
    done.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Hits of each query, in the order of the list.
fn hits(record: &Value) -> Vec<u64> {
    let queries = record["queries"].as_array().unwrap();
    queries.iter().map(|query| query["hits"].as_u64().unwrap()).collect()
}

#[test]
fn every_query_is_asked_as_often_as_was_said() {
    let place = place();
    let [record] = &records(&place, &["--repeat", "3", "--connections", "2"], 0)[..] else {
        panic!("one record expected");
    };
    assert_eq!(hits(record), [2, 1, 2, 0]);
    assert_eq!((&record["requests"], &record["errors"]), (&12.into(), &0.into()));
    assert_eq!(record["label"], "2 connections");
    assert_eq!(record["mode"]["connections"], 2);
    for query in record["queries"].as_array().unwrap() {
        assert_eq!((&query["samples"], &query["steady"]), (&3.into(), &true.into()), "{query}");
    }
    let classes = record["classes"].as_array().unwrap();
    let classes: Vec<_> = classes.iter().map(|class| class["class"].as_str().unwrap()).collect();
    assert_eq!(classes, ["english", "phrase", "one_word"]);
    let about = &record["about"];
    assert_eq!(about["request"], "limit 10, passages 3");
    assert!(about["index"].as_str().unwrap().starts_with("default: 3 documents, "), "{about}");
    let command = "zhen bench --json --queries q.txt --repeat 3 --connections 2";
    assert_eq!(about["command"], command);
    for fact in ["date", "processor", "system", "version"] {
        assert!(about[fact].as_str().is_some_and(|fact| !fact.is_empty()), "{about}");
    }
    if cfg!(target_os = "linux") {
        assert!(record["usage"]["peak_bytes"].as_u64().unwrap() > 0, "{record}");
    }
}

#[test]
fn options_of_a_search_are_those_of_zhen_search() {
    let place = place();
    let hits_with = |args: &[&str]| hits(&records(&place, args, 0)[0]);
    assert_eq!(hits_with(&["--repeat", "1", "--filter", "lang:en"]), [0, 1, 1, 0]);
    let exact = ["--repeat", "1", "--exact", "--limit", "0", "--passages", "0"];
    assert_eq!(hits_with(&exact), [2, 1, 2, 0]);
    let record = &records(&place, &exact, 0)[0];
    assert_eq!(record["about"]["request"], "limit 0, passages 0, exact");
}

#[test]
fn a_fixed_rate_gives_a_run_for_each_rate() {
    let place = place();
    let args = ["--rate", "500,1000", "--duration", "20ms", "--label", "now"];
    let records = records(&place, &args, 0);
    let labels: Vec<_> = records.iter().map(|record| record["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["now 500/s", "now 1000/s"]);
    for (record, planned) in records.iter().zip([10, 20]) {
        assert_eq!(record["mode"]["loop"], "open");
        let sent = record["requests"].as_u64().unwrap();
        assert_eq!(sent + record["unsent"].as_u64().unwrap(), planned, "{record}");
    }
}

#[test]
fn a_time_ends_a_closed_loop() {
    let place = place();
    let record = &records(&place, &["--duration", "10ms", "--warm-up", "0"], 0)[0];
    assert!(record["requests"].as_u64().unwrap() >= 1, "{record}");
    assert_eq!(record["mode"]["loop"], "closed");
}

#[test]
fn people_get_a_table() {
    let place = place();
    let args = ["bench", "--queries", "q.txt", "q.txt", "--repeat", "1"];
    let done = place.zhen(&args).expect_status(0);
    let header: Vec<&str> = done.out.lines().map(str::trim_end).collect();
    assert!(header[0].starts_with("index      default: 3 documents, "), "{}", done.out);
    assert!(header.contains(&"request    limit 10, passages 3"), "{}", done.out);
    assert!(header.contains(&"queries    8 of q.txt, q.txt"), "{}", done.out);
    for part in ["p99.9", "\nall 8", "2 phrase", "4 one word"] {
        assert!(done.out.contains(part), "{part} is missing: {}", done.out);
    }
    assert_eq!(place.zhen(&[&args[..], &["-q"]].concat()).expect_status(0).out, "");
}

#[test]
fn records_are_written_even_if_nobody_reads_the_figures() {
    let place = place();
    for form in [&[][..], &["--json"]] {
        let args = ["bench", "--queries", "q.txt", "--repeat", "1", "--output", "b.json"];
        place.zhen_unread(&[&args, form].concat(), "").expect_status(0);
        std::fs::remove_file(place.path("b.json")).unwrap();
    }
}

#[test]
fn hits_that_differ_from_the_baseline_are_named() {
    let place = place();
    let record = ["bench", "--queries", "q.txt", "--repeat", "2", "--output", "before.json"];
    place.zhen(&record).expect_status(0);
    let again = ["bench", "--queries", "q.txt", "--repeat", "2", "--baseline", "before.json"];
    let done = place.zhen(&again).expect_status(0);
    assert!(done.out.contains("1 connection (baseline)"), "{done:?}");
    assert!(!done.out.contains("hits changed"), "{done:?}");

    place.write("docs/d.txt", "还有一本词典");
    place.zhen(&["index", "docs"]).expect_status(0);
    let done = place.zhen(&again).expect_status(1);
    assert!(done.out.contains("hits changed for 1 query"), "{done:?}");
    let row = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert!(done.out.lines().any(|line| row(line) == ["词典", "2", "3"]), "{done:?}");
    let lines = records(&place, &["--repeat", "2", "--baseline", "before.json"], 1);
    let changes = &lines[0]["comparison"]["hit_changes"];
    assert_eq!(changes.as_array().unwrap().len(), 1, "{changes}");
    assert_eq!((&changes[0]["recorded"], &changes[0]["now"]), (&2.into(), &3.into()));

    // What was asked otherwise is no reason to fail, but is said.
    let args = [&again[..], &["--passages", "0", "--filter", "lang:zh"]].concat();
    let done = place.zhen(&args).expect_status(1);
    let note = "the baseline asked otherwise: limit 10, passages 3; now limit 10, passages 0";
    assert!(done.err.contains(note), "{done:?}");
}

#[test]
fn records_and_reports_are_written() {
    let place = place();
    let rates = ["--rate", "400,800", "--duration", "25ms", "-o", "runs.json"];
    let args = [&["bench", "--queries", "q.txt"], &rates[..]].concat();
    place.zhen(&args).expect_status(0);
    let text = std::fs::read_to_string(place.path("runs.json")).unwrap();
    let rates: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rates.len(), 2);
    assert_eq!(rates[1]["mode"]["rate"], 800.0);

    let report = ["--baseline", "runs.json", "--html", "report.html", "--output", "again.json"];
    place.zhen(&[&args[..7], &report].concat()).expect_status(0);
    let page = std::fs::read_to_string(place.path("report.html")).unwrap();
    for part in ["<!DOCTYPE html>", "Throughput against latency", "400/s (baseline)", "词典"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("<script") && !page.contains("not comparable"));
    // What --json prints can be a baseline too, comparison and all.
    let args = ["bench", "--json", "--queries", "q.txt", "--repeat", "1"];
    let lines = place.zhen(&[&args[..], &["--baseline", "again.json"]].concat()).expect_status(0);
    place.write("printed.json", &lines.out);
    place.zhen(&[&args[..], &["--baseline", "printed.json"]].concat()).expect_status(0);
}

#[test]
fn what_is_wrong_is_said_before_measuring() {
    let place = place();
    place.write("empty.txt", " \n\n");
    place.write("other.txt", "something else\n");
    place.write("broken.json", "nonsense\n");
    let bench = |args: &[&str]| place.zhen(&[&["bench", "--queries"], args].concat());
    bench(&["none.txt"]).expect_error(&["none.txt", "one query a line"]);
    bench(&["empty.txt"]).expect_error(&["empty.txt", "no query"]);
    bench(&["docs"]).expect_error(&["docs"]);
    bench(&["q.txt", "--index", "nowhere"]).expect_error(&["nowhere", "zhen index"]);
    bench(&["q.txt", "--connections", "0"]).expect_error(&["connections", "1 to 1,024"]);
    bench(&["q.txt", "--rate", "0"]).expect_error(&["--rate", "requests a second"]);
    bench(&["q.txt", "--rate", "5", "--repeat", "2"]).expect_error(&["--repeat"]);
    bench(&["q.txt", "--duration", "10"]).expect_error(&["--duration", "10s"]);
    bench(&["q.txt", "--limit", "5000"]).expect_error(&["1000"]);
    bench(&["q.txt", "--filter", "lang:("]).expect_error(&["filter"]);
    bench(&["q.txt", "--output", "no/such/run.json"]).expect_error(&["no/such/run.json", "folder"]);
    bench(&["q.txt", "--html", "docs"]).expect_error(&["docs", "is a folder"]);
    bench(&["q.txt", "--baseline", "none.json"]).expect_error(&["none.json", "zhen bench"]);
    bench(&["q.txt", "--baseline", "broken.json"]).expect_error(&["broken.json, line 1"]);
    bench(&["other.txt", "--repeat", "1", "-o", "other.json"]).expect_status(0);
    bench(&["q.txt", "--baseline", "other.json"]).expect_error(&["other.json", "same queries"]);
    bench(&["q.txt", "--url", "https://example.org"]).expect_error(&["TLS"]);
    place.zhen(&["bench"]).expect_error(&["--queries"]);
}

#[cfg(unix)]
mod over_http {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use super::*;
    use crate::serve::{start, stop};

    /// Runs `zhen bench` against the server at `address`, with an API key or without.
    fn bench(place: &Place, address: &str, key: &str, args: &[&str]) -> Done {
        let url = format!("http://{address}/");
        let args = [&["bench", "--queries", "q.txt", "--url", &url], args].concat();
        Done::of(place.command(&args).env("ZHEN_SEARCH_KEY", key).spawn().unwrap())
    }

    #[test]
    fn a_server_is_measured_as_the_index_is() {
        let place = place();
        let long = "词典 ".repeat(1_000);
        let queries = std::fs::read_to_string(place.path("q.txt")).unwrap();
        place.write("q.txt", format!("{queries}{long}\n"));
        let (child, _lines, address) = start(&place, &["serve"]);
        let options = ["--json", "--repeat", "2", "--passages", "1"];
        let done = bench(&place, &address, "", &[&options[..], &["--connections", "3"]].concat());
        let record: Value = serde_json::from_str(&done.expect_status(0).out).unwrap();
        let here = &records(&place, &["--repeat", "2", "--passages", "1"], 0)[0];
        assert_eq!(hits(&record), hits(here));
        assert_eq!((&record["requests"], &record["errors"]), (&10.into(), &0.into()));
        let about = &record["about"];
        assert_eq!(about["searched"].as_str().unwrap(), format!("at http://{address}/"));
        assert!(about["index"].as_str().unwrap().starts_with("default of zhen "), "{about}");
        if cfg!(target_os = "linux") {
            assert!(record["usage"]["peak_bytes"].as_u64().unwrap() > 0, "{record}");
        }
        let rates = ["--json", "--rate", "200", "--duration", "20ms"];
        let done = bench(&place, &address, "", &rates).expect_status(0);
        let record: Value = serde_json::from_str(&done.out).unwrap();
        assert_eq!(record["mode"]["loop"], "open");

        bench(&place, &address, "", &["--index", "none"]).expect_error(&["404", "none", "--index"]);
        bench(&place, &address, "", &["--filter", "lang:("]).expect_error(&["filter"]);
        stop(child).expect_status(0);
        bench(&place, &address, "", &[]).expect_error(&[&address, "cannot reach", "zhen serve"]);
    }

    #[test]
    fn a_server_with_keys_wants_one() {
        let place = place();
        const KEY: &str = "search-key-0123456789";
        place.write(
            "zhen.toml",
            "[[server.keys]]\nname = \"x\"\naccess = \"search\"\n\
             sha256 = \"4aaf7fac83aecc22263b2f279c218fef9d4328610a58ecb7b95bbe3fffb5647e\"\n",
        );
        let (child, _lines, address) = start(&place, &["serve"]);
        bench(&place, &address, "", &[]).expect_error(&["401", "ZHEN_SEARCH_KEY"]);
        bench(&place, &address, "another-key-987654321", &[]).expect_error(&["401"]);
        let done = bench(&place, &address, KEY, &["--json", "--repeat", "1"]).expect_status(0);
        assert!(!done.out.contains(KEY), "{done:?}");
        stop(child).expect_status(0);
    }

    #[test]
    fn requests_that_are_refused_make_no_valid_run() {
        let place = place();
        place.write("zhen.toml", "[server.limits]\nrequests_per_second = 1\nrequest_burst = 6\n");
        let (child, _lines, address) = start(&place, &["serve"]);
        let args = ["--repeat", "10", "--output", "bad.json"];
        let done = bench(&place, &address, "", &args).expect_status(2);
        for part in ["of 40 requests failed", "no valid run", "429", "requests_per_second"] {
            assert!(done.err.contains(part), "{part} is missing: {done:?}");
        }
        stop(child).expect_status(0);
        let args = ["bench", "--queries", "q.txt", "--baseline", "bad.json"];
        place.zhen(&args).expect_error(&["bad.json", "failed requests"]);
    }

    #[test]
    fn a_run_ends_with_its_server() {
        let place = place();
        // It ends after the questions asked first and some searches.
        let address = forgetful(20, 1);
        let runs = ["--rate", "1000,2000", "--duration", "1m", "--warm-up", "0"];
        let options = [&runs[..], &["--connections", "1"]].concat();
        let done = bench(&place, &address, "", &options).expect_status(2);
        for part in ["1000/s: 100 of ", "no valid run", "cannot reach", "start it again"] {
            assert!(done.err.contains(part), "{part} is missing: {done:?}");
        }
        assert!(!done.out.contains("2000/s"), "no further run is begun: {done:?}");
        let address = forgetful(20, 1);
        let options = ["--warm-up", "1000", "--repeat", "1"];
        let done = bench(&place, &address, "", &options).expect_status(2);
        assert!(done.err.contains("is gone; see why it ended, start it again"), "{done:?}");
        assert!(!done.out.contains("requests "), "nothing was measured: {done:?}");
    }

    /// A server that answers so many requests of each connection, then closes it unasked, and that is
    /// gone after so many connections.
    fn forgetful(answers: usize, connections: usize) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let answer = move |mut stream: TcpStream| {
            let mut head = Vec::new();
            for _ in 0..answers {
                head.clear();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") {
                    match stream.read(&mut byte) {
                        Ok(1) => head.push(byte[0]),
                        _ => return,
                    }
                }
                let body = r#"{"index": "x", "documents": 1, "size_bytes": 1, "segments": 1,
                    "commit": 1, "server": {"version": "9"}, "total": 7}"#;
                let length = body.len();
                let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
            }
        };
        // Both threads end with the process of the tests.
        thread::spawn(move || {
            for stream in listener.incoming().flatten().take(connections) {
                thread::spawn(move || answer(stream));
            }
        });
        address
    }

    #[test]
    fn a_connection_that_the_server_closed_is_opened_again() {
        let place = place();
        let address = forgetful(3, usize::MAX);
        let done = bench(&place, &address, "", &["--json", "--repeat", "5"]).expect_status(0);
        let record: Value = serde_json::from_str(&done.out).unwrap();
        assert_eq!(hits(&record), [7, 7, 7, 7]);
        assert_eq!((&record["requests"], &record["errors"]), (&20.into(), &0.into()));
        // These figures are no page of metrics.
        assert!(record["usage"].is_null(), "{record}");
    }
}
