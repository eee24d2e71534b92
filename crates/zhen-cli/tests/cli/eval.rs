//! `zhen eval`.

use serde_json::Value;

use crate::support::Place;

/// A set in which the first query is answered perfectly and the second half as well.
fn place() -> Place {
    let place = Place::new();
    place.write(
        "sets/tiny/corpus.jsonl",
        "{\"id\": \"d1\", \"body\": \"这本词典很好\"}\n{\"id\": \"d2\", \"body\": \"望远镜 望远镜\"}\n\
         {\"id\": \"d3\", \"body\": \"望远镜在图书馆里，图书馆里还有别的东西\"}\n",
    );
    place.write("sets/tiny/queries.tsv", "q1\t词典\nq2\t望远镜\nq3\t没有人判断\n");
    place.write("sets/tiny/qrels.tsv", "q1 0 d1 1\nq2 0 d3 1\n");
    place
}

#[test]
fn a_set_is_measured_in_a_table() {
    let place = place();
    let out = place.zhen(&["eval", "--set", "sets/tiny"]).expect_status(0).out;
    let lines: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        lines[0],
        ["set", "nDCG@10", "MRR@10", "recall@10", "recall@100", "queries", "ms/query"]
    );
    assert_eq!(lines[1][..6], ["tiny", "0.8155", "0.7500", "1.0000", "1.0000", "2"], "{out}");
    // No index of the user's was touched.
    assert!(std::fs::read_dir(place.path("index")).unwrap().next().is_none());
}

#[test]
fn relevant_documents_that_the_set_lacks_are_told() {
    let place = place();
    let done = place.zhen(&["eval", "--set", "sets/tiny"]).expect_status(0);
    assert!(!done.err.contains("not in corpus.jsonl"), "{done:?}");
    place.write("sets/tiny/qrels.tsv", "q1 0 d1 1\nq1 0 d7 2\nq2 0 d8 1\nq2 0 d9 0\nq1 0 d8 1\n");
    let done = place.zhen(&["eval", "--set", "sets/tiny"]).expect_status(0);
    let note = "tiny: 2 relevant documents are not in corpus.jsonl and count as not found: `d7`";
    assert!(done.err.contains(note), "{done:?}");
}

#[test]
fn several_sets_have_a_mean_and_runs_of_their_own() {
    let place = place();
    std::fs::create_dir(place.path("sets/other")).unwrap();
    for file in ["corpus.jsonl", "queries.tsv", "qrels.tsv"] {
        std::fs::copy(place.path("sets/tiny").join(file), place.path("sets/other").join(file))
            .unwrap();
    }
    let args = ["eval", "--set", "sets/tiny", "--set", "sets/other", "--run-out", "out/runs"];
    let out = place.zhen(&args).expect_status(0).out;
    assert!(out.contains("mean of sets"), "{out}");
    for set in ["tiny", "other"] {
        let run = std::fs::read_to_string(place.path(&format!("out/runs/{set}.run"))).unwrap();
        let first: Vec<&str> = run.lines().next().unwrap().split(' ').collect();
        assert_eq!(first[..4], ["q1", "Q0", "d1", "1"], "{run}");
        assert_eq!(first[5], "zhen");
        assert_eq!(run.lines().filter(|line| line.starts_with("q2 ")).count(), 2);
    }
    // Such a folder is a baseline.
    let args = ["eval", "--set", "sets/tiny", "sets/other", "--baseline", "out/runs"];
    assert!(place.zhen(&args).expect_status(0).out.contains("+0.0000"));
}

#[test]
fn sets_of_one_name_are_told_apart() {
    let place = place();
    for file in ["corpus.jsonl", "queries.tsv", "qrels.tsv"] {
        let content = std::fs::read(place.path("sets/tiny").join(file)).unwrap();
        place.write(&format!("more/tiny/{file}"), content);
    }
    let args = ["eval", "--set", "sets/tiny", "more/tiny", "--run-out", "runs"];
    let out = place.zhen(&args).expect_status(0).out;
    assert!(out.contains("tiny-2"), "{out}");
    assert!(place.path("runs/tiny.run").is_file() && place.path("runs/tiny-2.run").is_file());
    place.write("file", "");
    let args = ["eval", "--set", "sets/tiny", "more/tiny", "--run-out", "file"];
    let error = place.zhen(&args).expect_status(2).err;
    assert!(error.contains("name another"), "{error}");
}

#[test]
fn a_run_is_compared_with_an_earlier_one() {
    let place = place();
    place.write("old.run", "q1 Q0 d2 1 2.0 old\nq1 Q0 d1 2 1.0 old\nq2 Q0 d3 1 1.0 old\n");
    let args = ["eval", "--set", "sets/tiny", "--baseline", "old.run"];
    let out = place.zhen(&args).expect_status(0).out;
    let mrr = out.lines().find(|line| line.contains("MRR@10") && line.starts_with("tiny")).unwrap();
    assert!(mrr.contains("0.7500"), "{out}");
    assert!(out.contains("baseline"), "{out}");
}

#[test]
fn json_is_a_line_a_set_that_can_be_a_baseline() {
    let place = place();
    let out = place.zhen(&["eval", "--json", "--set", "sets/tiny"]).expect_status(0).out;
    let record: Value = serde_json::from_str(out.trim()).unwrap();
    assert_eq!(record["set"], "tiny");
    assert_eq!(record["measures"]["MRR@10"], 0.75);
    assert_eq!(record["by_query"]["q1"]["MRR@10"], 1.0);
    place.write("before.jsonl", &out);
    let args = ["eval", "--set", "sets/tiny", "--baseline", "before.jsonl"];
    assert!(place.zhen(&args).expect_status(0).out.contains("+0.0000"));
    let args = ["eval", "--json", "--set", "sets/tiny", "--baseline", "before.jsonl"];
    let out = place.zhen(&args).expect_status(0).out;
    let record: Value = serde_json::from_str(out.trim()).unwrap();
    let compared = record["comparison"].as_array().unwrap();
    let mrr = compared.iter().find(|one| one["measure"] == "MRR@10").unwrap();
    assert_eq!((&mrr["now"], &mrr["difference"]), (&0.75.into(), &0.0.into()));
    place.write("after.jsonl", &out);
    let args = ["eval", "--set", "sets/tiny", "--baseline", "after.jsonl"];
    assert!(place.zhen(&args).expect_status(0).out.contains("+0.0000"));
}

#[test]
fn a_baseline_of_other_queries_is_refused_in_every_form() {
    let place = place();
    place.write("other.run", "q9 Q0 d1 1 1.0 other\n");
    for form in ["--json", "-q", "-v"] {
        let args = ["eval", form, "--set", "sets/tiny", "--baseline", "other.run"];
        let done = place.zhen(&args).expect_status(2);
        assert!(done.err.contains("answers no query of these sets"), "{done:?}");
    }
}

#[test]
fn a_set_without_a_relevant_document_is_refused() {
    let place = place();
    place.write("sets/tiny/qrels.tsv", "q1 0 d1 0\nq2 0 d3 0\n");
    place
        .zhen(&["eval", "--set", "sets/tiny"])
        .expect_error(&["qrels.tsv", "no document is relevant"]);
}

#[test]
fn a_folder_that_is_no_set_is_named() {
    let place = place();
    place.zhen(&["eval", "--set", "nowhere"]).expect_error(&["nowhere", "queries.tsv"]);
    let args = ["eval", "--set", "sets/tiny", "--baseline", "none.run"];
    place.zhen(&args).expect_error(&["none.run"]);
    place.zhen(&["eval"]).expect_error(&["--set"]);
}
