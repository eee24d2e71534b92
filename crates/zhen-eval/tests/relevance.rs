//! Relevance measures.
//!
//! 1. Values agree with ones computed by hand and published ones.
//! 2. Every measure lies in 0..=1; the best possible order has nDCG 1.
//! 3. Documents of the same grade can change places without changing nDCG.
//! 4. Unjudged documents after the ranking change nothing; documents beyond the depth neither.
//! 5. Recall never falls with depth; MRR is 0 or one over a rank.
//! 6. Queries without a relevant document are left out; unanswered ones count 0.
//! 7. A run that is written reads as the same rankings.
//! 8. Swapping two runs turns the difference round and keeps the p-value.

use std::collections::BTreeMap;
use std::path::Path;

use proptest::prelude::*;
use zhen_eval::{
    Baseline, EvalRecord, EvalSet, Evaluation, Judgements, Measure, Qrels, RankedDoc, Run,
    comparison_table, evaluate, paired, relevance_table,
};

fn ranking(ids: &[&str]) -> Vec<RankedDoc> {
    let count = ids.len() as f64;
    ids.iter().enumerate().map(|(at, id)| RankedDoc::new(*id, count - at as f64)).collect()
}

fn judgements(pairs: &[(&str, i32)]) -> Judgements {
    pairs.iter().map(|&(id, grade)| (id.to_owned(), grade)).collect()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[test]
fn ndcg_agrees_with_a_value_computed_by_hand() {
    // Grades in the order found: 3 2 3 0 1 2; two more documents of grade 3 and 2 were not found.
    let judged = judgements(&[
        ("d1", 3),
        ("d2", 2),
        ("d3", 3),
        ("d4", 0),
        ("d5", 1),
        ("d6", 2),
        ("d7", 3),
        ("d8", 2),
    ]);
    let found = ranking(&["d1", "d2", "d3", "d4", "d5", "d6"]);
    let log = |n: f64| n.log2();
    let gained = 3.0 + 2.0 / log(3.0) + 3.0 / 2.0 + 1.0 / log(6.0) + 2.0 / log(7.0);
    let best = 3.0 + 3.0 / log(3.0) + 3.0 / 2.0 + 2.0 / log(5.0) + 2.0 / log(6.0) + 2.0 / log(7.0);
    let score = Measure::Ndcg(6).score(&found, &judged).expect("documents are relevant");
    assert!(close(score, gained / best), "{score}");
    assert!((score - 0.785).abs() < 0.0005, "{score}");
    // With depth 1 the first document is as good as any.
    assert_eq!(Measure::Ndcg(1).score(&found, &judged), Some(1.0));
    // Depth beyond the ranking: the ideal goes on.
    let deeper = best + 1.0 / log(8.0);
    let score = Measure::Ndcg(10).score(&found, &judged).expect("documents are relevant");
    assert!(close(score, gained / deeper), "{score}");
}

#[test]
fn mrr_and_recall_agree_with_values_computed_by_hand() {
    let judged = judgements(&[("a", 1), ("b", 2), ("c", 0), ("d", -1), ("e", 1)]);
    let found = ranking(&["x", "d", "c", "b", "a"]);
    assert_eq!(Measure::Mrr(10).score(&found, &judged), Some(0.25));
    assert_eq!(Measure::Mrr(3).score(&found, &judged), Some(0.0));
    assert_eq!(Measure::Recall(4).score(&found, &judged), Some(1.0 / 3.0));
    assert_eq!(Measure::Recall(10).score(&found, &judged), Some(2.0 / 3.0));
    assert_eq!(Measure::Recall(10).score(&[], &judged), Some(0.0));
}

#[test]
fn a_document_that_stands_twice_counts_once() {
    let judged = judgements(&[("a", 1), ("b", 1)]);
    let twice = ranking(&["a", "a", "a"]);
    assert_eq!(Measure::Recall(3).score(&twice, &judged), Some(0.5));
    let once = Measure::Ndcg(3).score(&ranking(&["a", "x", "y"]), &judged);
    assert_eq!(Measure::Ndcg(3).score(&twice, &judged), once);
}

#[test]
fn queries_without_a_relevant_document_are_left_out_and_unanswered_ones_count_zero() {
    let mut qrels = Qrels::default();
    qrels.insert("answered", "a", 1);
    qrels.insert("unanswered", "a", 1);
    qrels.insert("hopeless", "a", 0);
    qrels.insert("negative", "a", -2);
    let mut run = Run::new("t");
    run.insert("answered", ranking(&["a"])).expect("a valid ranking");
    run.insert("hopeless", ranking(&["a"])).expect("a valid ranking");
    let evaluation = evaluate(&qrels, &run, &Measure::USUAL);
    let names: Vec<&str> = evaluation.queries.iter().map(|query| query.query.as_str()).collect();
    assert_eq!(names, ["answered", "unanswered"]);
    assert_eq!((evaluation.left_out, evaluation.unanswered), (2, 1));
    assert_eq!(evaluation.means(), [0.5, 0.5, 0.5, 0.5]);
}

#[test]
fn measures_are_written_as_they_are_read() {
    for text in ["nDCG@10", "MRR@1", "recall@100"] {
        let measure: Measure = text.parse().expect("a measure");
        assert_eq!(measure.to_string(), text);
    }
    assert_eq!("NDCG@5".parse::<Measure>().expect("any case"), Measure::Ndcg(5));
    for wrong in ["nDCG", "nDCG@0", "nDCG@x", "map@10", "@10", ""] {
        let error = wrong.parse::<Measure>().expect_err("no measure").to_string();
        assert!(error.contains("nDCG@K, MRR@K and recall@K"), "{error}");
    }
}

#[test]
fn the_randomization_test_agrees_with_all_sign_patterns_counted_by_hand() {
    // Differences 1, 1, 1: of 8 patterns only +++ and --- reach a sum of 3.
    let result = paired(&[0.0, 0.0, 0.0], &[1.0, 1.0, 1.0]);
    assert_eq!((result.wins, result.ties, result.losses), (3, 0, 0));
    assert!(close(result.p_value, 0.25), "{}", result.p_value);
    // Differences 3, 1, -1, -1: |sum| = 2 is reached by 12 of 16 patterns.
    let result = paired(&[0.0, 0.0, 1.0, 1.0, 5.0], &[3.0, 1.0, 0.0, 0.0, 5.0]);
    assert_eq!((result.wins, result.ties, result.losses), (2, 1, 2));
    assert!(close(result.difference, 0.4));
    let patterns = (0..16u32).filter(|bits| {
        let sign = |bit: u32| if bits >> bit & 1 == 1 { 1.0 } else { -1.0 };
        let sum: f64 = 3.0 * sign(0) + sign(1) + sign(2) + sign(3);
        sum.abs() >= 2.0
    });
    assert!(close(result.p_value, patterns.count() as f64 / 16.0), "{}", result.p_value);
}

#[test]
fn chance_is_told_from_a_real_difference() {
    let baseline: Vec<f64> = (0..200).map(|n| f64::from(n % 7) / 7.0).collect();
    let same = paired(&baseline, &baseline);
    assert_eq!((same.ties, same.p_value, same.difference), (200, 1.0, 0.0));
    let better: Vec<f64> = baseline.iter().map(|score| score + 0.01).collect();
    assert!(paired(&baseline, &better).p_value < 0.001);
    let mixed: Vec<f64> = baseline
        .iter()
        .enumerate()
        .map(|(n, score)| score + if n % 2 == 0 { 0.1 } else { -0.1 })
        .collect();
    assert!(paired(&baseline, &mixed).p_value > 0.9);
    assert_eq!(paired(&baseline, &mixed), paired(&baseline, &mixed));
}

fn example() -> (Evaluation, Evaluation) {
    let mut qrels = Qrels::default();
    let (mut before, mut now) = (Run::new("before"), Run::new("now"));
    for query in ["q1", "q2", "q3"] {
        qrels.insert(query, "a", 1);
        before.insert(query, ranking(&["x", "a"])).expect("a valid ranking");
    }
    qrels.insert("q4", "a", 0);
    now.insert("q1", ranking(&["a", "x"])).expect("a valid ranking");
    now.insert("q2", ranking(&["x", "y", "a"])).expect("a valid ranking");
    now.insert("q3", ranking(&["x", "a"])).expect("a valid ranking");
    let measures = [Measure::Ndcg(10), Measure::Mrr(10)];
    (evaluate(&qrels, &before, &measures), evaluate(&qrels, &now, &measures))
}

#[test]
fn tables_line_up_in_any_script() {
    let (before, now) = example();
    let sets = [("cranfield-en", &before), ("中文维基", &now)];
    insta::assert_snapshot!(relevance_table(sets));
    let comparison = now.compare(&before);
    insta::assert_snapshot!(comparison_table([("中文维基", comparison.as_slice())]));
}

#[test]
fn a_record_keeps_the_scores_that_a_later_run_is_compared_with() {
    let (before, now) = example();
    let record = EvalRecord::new("中文", &before, true);
    insta::assert_snapshot!(EvalRecord::new("中文", &before, false).to_json());
    let again: EvalRecord = serde_json::from_str(&record.to_json()).expect("its own JSON");
    assert_eq!(again, record);
    assert_eq!(now.compare(&again.to_evaluation()), now.compare(&before));
}

#[test]
fn a_run_reads_in_the_order_of_its_scores_then_ranks() {
    let text =
        "q Q0 low 1 1.5 tag\nq Q0 tied-b 3 2 tag\nq Q0 tied-a 2 2.0 tag\n\nq Q0 high 4 1e1 tag\n";
    let run = Run::parse(text, Path::new("run.txt")).expect("a valid run");
    let ids: Vec<&str> =
        run.ranking("q").expect("answered").iter().map(|doc| doc.id.as_str()).collect();
    assert_eq!(ids, ["high", "tied-a", "tied-b", "low"]);
    assert_eq!(run.tag, "tag");
    assert_eq!(run.to_trec(2), "q Q0 high 1 10 tag\nq Q0 tied-a 2 2 tag\n");
}

#[test]
fn mistakes_in_runs_and_judgements_are_named_with_file_and_line() {
    let run =
        |text: &str| Run::parse(text, Path::new("my.run")).expect_err("a mistake").to_string();
    let qrels =
        |text: &str| Qrels::parse(text, Path::new("qrels.tsv")).expect_err("a mistake").to_string();
    let messages = [
        run("q1 Q0 d1 1 2.5 tag\nq1 Q0 d2 2 2.5\n"),
        run("q1 Q0 d1 one 2.5 tag\n"),
        run("q1 Q0 d1 1 high tag\n"),
        run("q1 Q0 d1 1 NaN tag\n"),
        run("q1 Q0 d1 1 2 tag\nq1 Q0 d1 2 1 tag\n"),
        qrels("q1 0 d1\n"),
        qrels("\n\nq1 0 d1 good\n"),
        qrels("q1 0 d1 1\nq1 0 d1 2\n"),
    ];
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn what_a_trec_file_cannot_say_is_refused() {
    let mut run = Run::new("t");
    let insert = |run: &mut Run, query: &str, ids: &[&str]| run.insert(query, ranking(ids));
    assert!(insert(&mut run, "two words", &["a"]).is_err());
    assert!(insert(&mut run, "q", &["two words"]).is_err());
    assert!(insert(&mut run, "q", &["a", "a"]).is_err());
    assert!(run.insert("q", vec![RankedDoc::new("a", f64::NAN)]).is_err());
    assert!(insert(&mut run, "q", &["路径/文件.md"]).is_ok());
    assert!(insert(&mut run, "q", &["b"]).is_err());
}

fn set_in(files: &[(&str, &str)]) -> (tempfile::TempDir, Result<EvalSet, zhen_eval::EvalError>) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for (name, text) in files {
        std::fs::write(dir.path().join(name), text).expect("a file in it");
    }
    let set = EvalSet::read(dir.path());
    (dir, set)
}

#[test]
fn a_set_is_read_whatever_editor_wrote_it() {
    let (_dir, set) = set_in(&[
        (
            "corpus.jsonl",
            "\u{FEFF}{\"id\":\"d1\",\"body\":\"词典\",\"extra\":1}\r\n\r\n{\"id\":\"d2\",\"title\":\"t\",\"body\":\"b\",\"lang\":\"en\"}",
        ),
        ("queries.tsv", "\u{FEFF}q1\t什么 是\t词典？\r\n\r\nq2\tdictionary\r\n"),
        ("qrels.tsv", "q1 0 d1 1\r\nq2\t0\td2\t0\r\nother 0 d1 1\r\n"),
    ]);
    let set = set.expect("a valid set");
    assert_eq!(set.queries[0].id, "q1");
    assert_eq!(set.queries[0].text, "什么 是\t词典？");
    assert_eq!((set.queries.len(), set.qrels.len(), set.unasked), (2, 2, 1));
    let documents: Vec<_> =
        set.documents().expect("a corpus").collect::<Result<_, _>>().expect("valid documents");
    assert_eq!(documents.len(), 2);
    assert_eq!((documents[0].id.as_str(), documents[0].body.as_str()), ("d1", "词典"));
    assert_eq!(documents[1].lang.as_deref(), Some("en"));
    let evaluation = set.evaluate(&Run::new("empty"), &[Measure::Mrr(10)]);
    assert_eq!((evaluation.queries.len(), evaluation.left_out, evaluation.unanswered), (1, 1, 1));
}

#[test]
fn mistakes_in_a_set_are_named_with_file_and_line() {
    let corpus = ("corpus.jsonl", "{\"id\":\"d1\",\"body\":\"b\"}\n");
    let queries = ("queries.tsv", "q1\ttext\n");
    let qrels = ("qrels.tsv", "q1 0 d1 1\n");
    let sets: [&[(&str, &str)]; 7] = [
        &[corpus, qrels],
        &[corpus, queries],
        &[queries, qrels],
        &[corpus, ("queries.tsv", "q1\ttext\nq2 text\n"), qrels],
        &[corpus, ("queries.tsv", "q1\ttext\nq1\tmore\n"), qrels],
        &[corpus, ("queries.tsv", "\n"), qrels],
        &[corpus, queries, ("qrels.tsv", "q9 0 d1 1\n")],
    ];
    let mut messages = Vec::new();
    for files in sets {
        let (dir, set) = set_in(files);
        let message = set.expect_err("a mistake").to_string();
        messages.push(message.replace(&dir.path().display().to_string(), "SET"));
    }
    let (dir, set) = set_in(&[("corpus.jsonl", "{\"id\":\"d1\"}\n{\"body\":1\n"), queries, qrels]);
    let set = set.expect("the corpus is not read yet");
    let mut documents = set.documents().expect("a corpus");
    assert!(documents.next().is_some_and(|document| document.is_ok()));
    let error = documents.next().expect("a second line").expect_err("a mistake").to_string();
    messages.push(error.replace(&dir.path().display().to_string(), "SET"));
    insta::assert_snapshot!(messages.join("\n"));
}

#[test]
fn a_file_that_is_not_utf8_is_named_with_its_line() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("qrels.tsv");
    std::fs::write(&path, b"q1 0 d1 1\nq2 0 \xff 1\n").expect("a file in it");
    let error = Qrels::read(&path).expect_err("no UTF-8").to_string();
    assert!(error.contains("qrels.tsv, line 2: not UTF-8; save the file as UTF-8"), "{error}");
}

#[test]
fn a_baseline_is_a_run_or_the_records_of_an_earlier_evaluation() {
    let (dir, set) = set_in(&[
        ("corpus.jsonl", "{}"),
        ("queries.tsv", "q1\ttext\n"),
        ("qrels.tsv", "q1 0 d1 1\n"),
    ]);
    let set = set.expect("a valid set");
    let measures = [Measure::Mrr(10)];
    let as_run = dir.path().join("base.run");
    std::fs::write(&as_run, "q1 Q0 d1 1 1 t\n").expect("a file");
    let from_run = Baseline::read(&as_run).expect("a run").on(&set, &measures);
    let from_run = from_run.expect("it answers q1");
    assert_eq!(from_run.means(), [1.0]);
    let as_records = dir.path().join("base.jsonl");
    let record = EvalRecord::new(set.name.clone(), &from_run, true);
    std::fs::write(&as_records, record.to_json() + "\n").expect("a file");
    let from_records = Baseline::read(&as_records).expect("records").on(&set, &measures);
    assert_eq!(from_records.expect("it has the set").means(), [1.0]);
    std::fs::write(&as_run, "other Q0 d1 1 1 t\n").expect("a file");
    assert!(Baseline::read(&as_run).expect("a run").on(&set, &measures).is_none());
    let bare = EvalRecord::new("s", &from_run, false).to_json();
    std::fs::write(&as_records, bare).expect("a file");
    let error = Baseline::read(&as_records).expect_err("no scores by query").to_string();
    assert!(
        error.contains("base.jsonl, line 1: the record of set s has no scores by query"),
        "{error}"
    );
}

#[test]
fn the_shared_sets_are_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/eval");
    if !root.is_dir() {
        println!("skipped: ../shared/eval is absent");
        return;
    }
    let expected =
        BTreeMap::from([("cmrc2018-zh", (4_219, 1_104)), ("cranfield-en", (225, 1_400))]);
    for (name, (queries, documents)) in expected {
        let set = EvalSet::read(&root.join(name)).expect("a valid set");
        assert_eq!((set.queries.len(), set.unasked), (queries, 0), "{name}");
        let mut count = 0;
        for document in set.documents().expect("a corpus") {
            document.expect("a valid document");
            count += 1;
        }
        assert_eq!(count, documents, "{name}");
        // A run that answers each query with its relevant documents is perfect.
        let mut run = Run::new("ideal");
        for (query, judged) in set.qrels.iter() {
            let relevant: Vec<&str> =
                judged.iter().filter(|(_, grade)| **grade > 0).map(|(id, _)| id.as_str()).collect();
            run.insert(query, ranking(&relevant)).expect("a valid ranking");
        }
        let evaluation =
            set.evaluate(&run, &[Measure::Ndcg(10), Measure::Mrr(10), Measure::Recall(100)]);
        assert!(evaluation.means().iter().all(|&mean| close(mean, 1.0)), "{name}");
        assert_eq!(evaluation.queries.len() + evaluation.left_out, queries);
    }
}

/// Ids of a small world: half of them judged.
fn id() -> impl Strategy<Value = String> {
    (0..30u32).prop_map(|number| format!("d{number}"))
}

fn judged() -> impl Strategy<Value = Judgements> {
    prop::collection::btree_map(id(), -1..4i32, 1..20)
}

fn ranked() -> impl Strategy<Value = Vec<RankedDoc>> {
    prop::sample::subsequence((0..30u32).collect::<Vec<_>>(), 0..25).prop_shuffle().prop_map(
        |ids| {
            let ids: Vec<String> = ids.iter().map(|number| format!("d{number}")).collect();
            ranking(&ids.iter().map(String::as_str).collect::<Vec<_>>())
        },
    )
}

fn measure() -> impl Strategy<Value = Measure> {
    (1..40usize, 0..3).prop_map(|(depth, kind)| match kind {
        0 => Measure::Ndcg(depth),
        1 => Measure::Mrr(depth),
        _ => Measure::Recall(depth),
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Property 2.
    #[test]
    fn every_measure_lies_between_0_and_1(judged in judged(), ranked in ranked(), measure in measure()) {
        match measure.score(&ranked, &judged) {
            Some(score) => prop_assert!((0.0..=1.0 + 1e-12).contains(&score), "{score}"),
            None => prop_assert!(judged.values().all(|&grade| grade <= 0)),
        }
    }

    /// Property 2.
    #[test]
    fn the_best_order_has_ndcg_1(judged in judged(), depth in 1..40usize) {
        let mut best: Vec<(&String, &i32)> = judged.iter().collect();
        best.sort_by_key(|(_, grade)| -**grade);
        let best: Vec<&str> = best.into_iter().map(|(id, _)| id.as_str()).collect();
        if let Some(score) = Measure::Ndcg(depth).score(&ranking(&best), &judged) {
            prop_assert!(close(score, 1.0), "{score}");
        }
    }

    /// Property 3.
    #[test]
    fn documents_of_one_grade_may_change_places(
        judged in judged(),
        ranked in ranked(),
        places in (0..25usize, 0..25usize),
        depth in 1..40usize,
    ) {
        let (a, b) = places;
        prop_assume!(a < ranked.len() && b < ranked.len());
        let grade = |at: usize| judged.get(&ranked[at].id).copied().unwrap_or(0).max(0);
        prop_assume!(grade(a) == grade(b));
        let mut swapped = ranked.clone();
        swapped.swap(a, b);
        let measure = Measure::Ndcg(depth);
        let (before, after) = (measure.score(&ranked, &judged), measure.score(&swapped, &judged));
        prop_assert_eq!(before.is_some(), after.is_some());
        prop_assert!(close(before.unwrap_or(0.0), after.unwrap_or(0.0)));
    }

    /// Property 4.
    #[test]
    fn what_stands_after_or_beyond_changes_nothing(judged in judged(), ranked in ranked(), measure in measure()) {
        let mut longer = ranked.clone();
        longer.extend((0..5).map(|n| RankedDoc::new(format!("unjudged{n}"), 0.0)));
        prop_assert_eq!(measure.score(&longer, &judged), measure.score(&ranked, &judged));
        let mut cut = ranked.clone();
        cut.truncate(measure.depth());
        prop_assert_eq!(measure.score(&cut, &judged), measure.score(&ranked, &judged));
    }

    /// Property 5.
    #[test]
    fn recall_grows_and_mrr_is_one_over_a_rank(judged in judged(), ranked in ranked(), depth in 1..40usize) {
        let at = |measure: Measure| measure.score(&ranked, &judged).unwrap_or(0.0);
        prop_assert!(at(Measure::Recall(depth)) <= at(Measure::Recall(depth + 1)));
        let mrr = at(Measure::Mrr(depth));
        prop_assert!(mrr == 0.0 || close((1.0 / mrr).round(), 1.0 / mrr));
        prop_assert_eq!(mrr > 0.0, at(Measure::Recall(depth)) > 0.0);
    }

    /// Property 7.
    #[test]
    fn a_written_run_reads_as_the_same_rankings(
        rankings in prop::collection::btree_map("[a-z词]{1,5}", ranked(), 1..5),
    ) {
        let mut run = Run::new("my run");
        for (query, ranked) in &rankings {
            run.insert(query, ranked.clone()).expect("a valid ranking");
        }
        let again = Run::parse(&run.to_trec(1_000), Path::new("run")).expect("what was written");
        for (query, ranked) in &rankings {
            let expected = (!ranked.is_empty()).then_some(ranked.as_slice());
            prop_assert_eq!(again.ranking(query), expected);
        }
    }

    /// Property 8.
    #[test]
    fn swapping_the_runs_turns_the_difference_round(
        pairs in prop::collection::vec((0..5u32, 0..5u32), 0..40),
    ) {
        let (a, b): (Vec<f64>, Vec<f64>) =
            pairs.iter().map(|&(a, b)| (f64::from(a) / 4.0, f64::from(b) / 4.0)).unzip();
        let (forth, back) = (paired(&a, &b), paired(&b, &a));
        prop_assert!(close(forth.difference, -back.difference));
        prop_assert_eq!((forth.wins, forth.losses), (back.losses, back.wins));
        prop_assert!(close(forth.p_value, back.p_value));
        prop_assert!(forth.p_value > 0.0 && forth.p_value <= 1.0);
    }

    /// Files of any content give an error or a result, never a panic.
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>(), lines in "([a-z0-9 .\t-]{0,20}\n){0,5}") {
        for text in [text, lines] {
            let _ = Run::parse(&text, Path::new("x"));
            let _ = Qrels::parse(&text, Path::new("x"));
        }
    }
}
