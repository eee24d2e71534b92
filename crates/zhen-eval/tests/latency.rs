//! Load, records and their comparison.
//!
//! 1. Percentiles are exact to 0.1 % and agree with values computed by hand.
//! 2. A closed loop asks every query once a pass, whatever the number of connections.
//! 3. An open loop counts from the moment a request was due: a stall shows in all that waited.
//! 4. Answers that change are found; failed requests are counted and lend no latency.
//! 5. A comparison calls a difference only when it lies beyond the noise of both runs.
//! 6. A record reads as it was written; another version is refused.
//! 7. The report escapes everything and needs nothing from elsewhere.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use proptest::prelude::*;
use zhen_eval::latency::{
    Clock, ClosedLoop, FailureCount, Fallible, LatencyHistogram, Mode, OpenLoop, QueryClass,
    RunRecord, Target, Usage, Verdict, check_hits, closed_loop_with, compare, counterpart,
    format_ns, latency_table, open_loop_with, read_queries,
};
use zhen_eval::report;

/// A clock that the target moves: nothing waits, and every figure is exact.
#[derive(Default)]
struct Hand(AtomicU64);

impl Hand {
    fn pass(&self, time: Duration) {
        self.0.fetch_add(time.as_nanos() as u64, Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::SeqCst))
    }

    fn sleep_until(&self, at: Duration) {
        self.0.fetch_max(at.as_nanos() as u64, Ordering::SeqCst);
    }
}

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn queries(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn near(value: u64, expected: u64) -> bool {
    value.abs_diff(expected) <= expected / 1_000 + 1
}

#[test]
fn percentiles_are_those_of_the_values() {
    let mut histogram = LatencyHistogram::new();
    assert_eq!(histogram.summary(), Default::default());
    for n in 1..=1_000 {
        histogram.record(Duration::from_micros(n));
    }
    let summary = histogram.summary();
    assert_eq!(summary.count, 1_000);
    for (value, expected) in [
        (summary.p50_ns, 500_000),
        (summary.p90_ns, 900_000),
        (summary.p99_ns, 990_000),
        (summary.p999_ns, 999_000),
        (summary.max_ns, 1_000_000),
        (summary.mean_ns, 500_500),
    ] {
        assert!(near(value, expected), "{value} for {expected}");
    }
    histogram.record(Duration::from_secs(1_000_000));
    assert!(near(histogram.summary().max_ns, 3_600_000_000_000));
}

#[test]
fn a_closed_loop_measures_each_answer() {
    let clock = Hand::default();
    let texts = queries(&["词典", "free trade", "\"a b\""]);
    let target = |query: &str| {
        clock.pass(ms(query.len() as u64));
        query.len() as u64 * 10
    };
    let options = ClosedLoop::new(1, 2, 3).expect("valid options");
    let record = closed_loop_with("exact", &texts, &options, &target, &clock);
    assert_eq!((record.requests, record.errors, record.unsent), (9, 0, 0));
    // 6, 10 and 5 ms, three times each.
    assert_eq!(record.wall_ns, 63_000_000);
    assert_eq!(record.throughput, 142.857);
    let by_query: Vec<_> =
        record.queries.iter().map(|q| (q.median_ns, q.hits, q.samples, q.class)).collect();
    assert_eq!(
        by_query,
        [
            (6_000_000, Some(60), 3, QueryClass::OneWord),
            (10_000_000, Some(100), 3, QueryClass::English),
            (5_000_000, Some(50), 3, QueryClass::Phrase),
        ]
    );
    assert!(near(record.latency.p50_ns, 6_000_000) && near(record.latency.max_ns, 10_000_000));
    assert_eq!(record.latency, record.service);
    let classes: Vec<QueryClass> = record.classes.iter().map(|class| class.class).collect();
    assert_eq!(classes, [QueryClass::English, QueryClass::Phrase, QueryClass::OneWord]);
    assert_eq!(record.queries[0].halves_ns, Some([6_000_000, 6_000_000]));
}

#[test]
fn a_closed_loop_asks_every_query_once_a_pass_with_any_number_of_connections() {
    let texts: Vec<String> = (0..50).map(|n| format!("q{n}")).collect();
    for connections in [1, 4] {
        let clock = Hand::default();
        let asked = Mutex::new(Vec::new());
        let target = |query: &str| {
            asked.lock().expect("no thread panicked").push(query.to_owned());
            1
        };
        let options = ClosedLoop::new(connections, 0, 3).expect("valid options");
        let record = closed_loop_with("t", &texts, &options, &target, &clock);
        assert_eq!(record.requests, 150);
        assert!(record.queries.iter().all(|query| query.samples == 3));
        let mut asked = asked.into_inner().expect("no thread panicked");
        if connections == 1 {
            assert_ne!(asked[..50], asked[50..100], "each pass has an order of its own");
        }
        asked.sort();
        asked.dedup();
        assert_eq!(asked.len(), 50);
    }
}

#[test]
fn a_closed_loop_can_last_for_a_time() {
    let clock = Hand::default();
    let texts = queries(&["a", "b", "c"]);
    let target = |_: &str| {
        clock.pass(ms(10));
        1
    };
    let options = ClosedLoop::lasting(1, 2, ms(1_000)).expect("valid options");
    let record = closed_loop_with("t", &texts, &options, &target, &clock);
    assert_eq!(record.requests, 100);
    assert_eq!(record.mode, Mode::Closed { connections: 1, passes: 33 });
    assert!(record.queries.iter().all(|query| (33..=34).contains(&query.samples)));
    let empty = closed_loop_with("t", &[], &options, &target, &clock);
    assert_eq!(empty.requests, 0);
}

/// Counts what it is asked, and wants to end after so many.
struct Impatient {
    clock: Hand,
    asked: AtomicU64,
    begun_after: AtomicU64,
    most: u64,
}

impl Target for Impatient {
    fn ask(&self, _: &str) -> Result<u64, String> {
        self.clock.pass(ms(1));
        Ok(self.asked.fetch_add(1, Ordering::SeqCst))
    }

    fn begin(&self) {
        self.begun_after.store(self.asked.load(Ordering::SeqCst), Ordering::SeqCst);
    }

    fn is_stopped(&self) -> bool {
        self.asked.load(Ordering::SeqCst) >= self.most
    }
}

#[test]
fn a_target_hears_when_measuring_begins_and_can_end_it() {
    let impatient = |most| Impatient {
        clock: Hand::default(),
        asked: AtomicU64::new(0),
        begun_after: AtomicU64::new(u64::MAX),
        most,
    };
    let texts = queries(&["a", "b"]);
    let closed = ClosedLoop::new(1, 3, 100).expect("valid options");
    let open = OpenLoop::new(10.0, Duration::from_secs(5), 1, 3).expect("valid options");
    for most in [4, 10] {
        for is_closed in [true, false] {
            let target = impatient(most);
            let record = match is_closed {
                true => closed_loop_with("t", &texts, &closed, &target, &target.clock),
                false => open_loop_with("t", &texts, &open, &target, &target.clock),
            };
            assert_eq!(target.begun_after.into_inner(), most.min(6));
            assert_eq!(record.requests, most.saturating_sub(6));
        }
    }
}

#[test]
fn only_so_many_different_failures_are_kept_and_all_are_counted() {
    let clock = Hand::default();
    let texts: Vec<String> = (0..9).map(|n| format!("message {n}")).collect();
    let target = Fallible(|query: &str| Err(query.to_owned()));
    let options = ClosedLoop::new(1, 0, 2).expect("valid options");
    let record = closed_loop_with("t", &texts, &options, &target, &clock);
    assert_eq!(record.failures.len(), 6);
    assert_eq!(record.failures[5].message, "other messages");
    assert_eq!(record.failures.iter().map(|failure| failure.count).sum::<u64>(), record.errors);
}

#[test]
fn a_list_of_queries_is_its_lines() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("queries.txt");
    let read = |text: &str| {
        std::fs::write(&path, text).expect("a file");
        read_queries(&path).map_err(|error| error.to_string())
    };
    let queries =
        read("\u{FEFF}词典\r\n\n  free trade \n# no comment\n\t\n\"短语\"").expect("a list");
    assert_eq!(queries, ["词典", "free trade", "# no comment", "\"短语\""]);
    let error = read(" \n\n").expect_err("nothing in it");
    assert!(error.contains("queries.txt: there is no query in it; name a text file"), "{error}");
}

#[test]
fn an_open_loop_shows_a_stall_in_every_request_that_waited() {
    let clock = Hand::default();
    let texts = queries(&["词典"]);
    let calls = AtomicU64::new(0);
    let target = |_: &str| {
        // The first answer takes 10 ms, the others no time.
        if calls.fetch_add(1, Ordering::SeqCst) == 0 {
            clock.pass(ms(10));
        }
        7
    };
    let options = OpenLoop::new(1_000.0, ms(20), 1, 0).expect("valid options");
    let record = open_loop_with("stall", &texts, &options, &target, &clock);
    assert_eq!((record.requests, record.unsent), (20, 0));
    // Latencies 10, 9, …, 1 ms for the ten that were due during the stall, then ten times 0.
    assert!(near(record.latency.max_ns, 10_000_000), "{:?}", record.latency);
    assert!(near(record.latency.p90_ns, 8_000_000), "{:?}", record.latency);
    assert!(near(record.latency.p50_ns, 1), "{:?}", record.latency);
    // Seen from the moment of sending there was one slow answer: what a closed loop would report.
    assert!(near(record.service.max_ns, 10_000_000), "{:?}", record.service);
    assert!(near(record.service.p90_ns, 1), "{:?}", record.service);
    assert_eq!(record.mode, Mode::Open { rate: 1_000.0, workers: 1 });
}

#[test]
fn an_open_loop_gives_up_on_a_target_that_cannot_keep_up() {
    let clock = Hand::default();
    let texts = queries(&["a", "b"]);
    let target = |_: &str| {
        clock.pass(ms(10));
        1
    };
    let options = OpenLoop::new(1_000.0, ms(100), 1, 0).expect("valid options");
    let record = open_loop_with("slow", &texts, &options, &target, &clock);
    assert_eq!((record.requests, record.unsent), (20, 80));
    assert_eq!(record.wall_ns, 200_000_000);
}

#[test]
fn options_out_of_range_are_refused_with_the_range() {
    let refused = [
        ClosedLoop::new(0, 0, 1).err(),
        ClosedLoop::new(1_025, 0, 1).err(),
        ClosedLoop::new(1, 0, 0).err(),
        OpenLoop::new(0.0, ms(1_000), 1, 0).err(),
        OpenLoop::new(-5.0, ms(1_000), 1, 0).err(),
        OpenLoop::new(f64::NAN, ms(1_000), 1, 0).err(),
        OpenLoop::new(f64::INFINITY, ms(1_000), 1, 0).err(),
        OpenLoop::new(1.0, ms(10), 1, 0).err(),
        OpenLoop::new(1e9, Duration::from_secs(1_000), 1, 0).err(),
        OpenLoop::new(10.0, ms(1_000), 0, 0).err(),
    ];
    for error in refused {
        let message = error.expect("out of range").to_string();
        assert!(message.contains("choose") || message.contains("at least"), "{message}");
    }
}

#[test]
fn an_empty_list_of_queries_gives_an_empty_record() {
    let clock = Hand::default();
    let target = |_: &str| 1;
    let closed = ClosedLoop::new(2, 1, 2).expect("valid options");
    let open = OpenLoop::new(10.0, ms(1_000), 2, 1).expect("valid options");
    for record in [
        closed_loop_with("none", &[], &closed, &target, &clock),
        open_loop_with("none", &[], &open, &target, &clock),
    ] {
        assert_eq!((record.requests, record.throughput, record.queries.len()), (0, 0.0, 0));
        assert!(report::html(&[], &[record]).contains("none"));
    }
}

#[test]
fn failed_and_unsteady_answers_are_counted() {
    let clock = Hand::default();
    let texts = queries(&["good", "bad", "unsteady"]);
    let count = AtomicU64::new(0);
    let target = Fallible(|query: &str| {
        clock.pass(ms(1));
        match query {
            "bad" => Err("503 overloaded".to_owned()),
            "unsteady" => Ok(count.fetch_add(1, Ordering::SeqCst)),
            _ => Ok(3),
        }
    });
    let options = ClosedLoop::new(1, 0, 2).expect("valid options");
    let record = closed_loop_with("t", &texts, &options, &target, &clock);
    assert_eq!((record.requests, record.errors), (6, 2));
    let failure = FailureCount { message: "503 overloaded".to_owned(), count: 2 };
    assert_eq!(record.failures, [failure]);
    assert_eq!(record.latency.count, 4);
    assert_eq!((record.queries[1].hits, record.queries[1].samples), (None, 0));
    assert!(record.queries[0].steady && !record.queries[2].steady);
    let changes = check_hits(&record, &record);
    assert_eq!(changes.len(), 1, "hits that differ within one run are found too");
    assert_eq!(changes[0].query, "unsteady");
}

/// A run of `count` queries that take `factor` times 1 ms, 2 ms, …; in its later half `drift` times
/// that.
fn run(label: &str, count: u64, factor: f64, drift: f64) -> RunRecord {
    let clock = Hand::default();
    let texts: Vec<String> = (1..=count).map(|n| format!("query {n}")).collect();
    let calls = AtomicU64::new(0);
    let target = |query: &str| {
        let n: u64 = query.split(' ').nth(1).and_then(|n| n.parse().ok()).expect("a number");
        let late = calls.fetch_add(1, Ordering::SeqCst) >= count * 5;
        let slow = if late { drift } else { 1.0 };
        clock.pass(Duration::from_secs_f64(n as f64 * 0.001 * factor * slow));
        n
    };
    let options = ClosedLoop::new(1, 0, 10).expect("valid options");
    closed_loop_with(label, &texts, &options, &target, &clock)
}

#[test]
fn a_difference_is_called_only_beyond_the_noise() {
    let base = run("base", 40, 1.0, 1.0);
    let verdict = |other: &RunRecord| compare(&base, other).verdict;
    assert_eq!(verdict(&base), Verdict::WithinNoise);
    assert_eq!(verdict(&run("now", 40, 0.8, 1.0)), Verdict::Faster);
    assert_eq!(verdict(&run("now", 40, 1.25, 1.0)), Verdict::Slower);
    assert_eq!(verdict(&run("now", 40, 1.005, 1.0)), Verdict::WithinNoise);
    // The second half of this run took 40 % longer than its first: 10 % mean nothing then.
    let restless = run("restless", 40, 1.1 / 1.2, 1.4);
    let result = compare(&base, &restless);
    assert!((result.noise - 0.4).abs() < 0.01, "{}", result.noise);
    assert_eq!(result.verdict, Verdict::WithinNoise);
    let result = compare(&base, &run("now", 40, 0.8, 1.0));
    assert!((result.ratio - 0.8).abs() < 1e-3, "{}", result.ratio);
    assert!(result.interval[0] <= result.ratio && result.ratio <= result.interval[1]);
    assert_eq!(compare(&base, &restless), compare(&base, &restless));
}

#[test]
fn a_run_is_compared_with_the_one_that_was_measured_alike() {
    let at = |rate: f64| {
        let mut record = run("at a rate", 3, 1.0, 1.0);
        record.mode = Mode::Open { rate, workers: 1 };
        record
    };
    let baseline = [at(100.0), at(200.0)];
    assert_eq!(counterpart(&baseline, &at(200.0)), Some(&baseline[1]));
    assert_eq!(counterpart(&baseline, &at(300.0)), Some(&baseline[0]));
    assert_eq!(counterpart(&[], &at(300.0)), None);
}

#[test]
fn runs_that_measured_other_things_are_not_compared() {
    let base = run("base", 5, 1.0, 1.0);
    let mut other = base.clone();
    other.mode = Mode::Open { rate: 5.0, workers: 1 };
    assert!(matches!(compare(&base, &other).verdict, Verdict::NotComparable(_)));
    other.mode = Mode::Closed { connections: 2, passes: 10 };
    assert!(matches!(compare(&base, &other).verdict, Verdict::NotComparable(_)));
    let mut other = base.clone();
    other.queries.clear();
    assert!(matches!(compare(&base, &other).verdict, Verdict::NotComparable(_)));
    // Of a run that asked each query once nobody knows how restless it was.
    let mut other = run("now", 5, 0.5, 1.0);
    other.queries.iter_mut().for_each(|query| query.halves_ns = None);
    for verdict in [compare(&base, &other).verdict, compare(&other, &base).verdict] {
        let Verdict::NotComparable(reason) = verdict else { panic!("{verdict:?}") };
        assert!(reason.contains("noise"), "{reason}");
    }
}

#[test]
fn a_fast_wrong_answer_is_caught() {
    let base = run("base", 10, 1.0, 1.0);
    let mut wrong = run("now", 10, 0.5, 1.0);
    wrong.queries[3].hits = Some(0);
    let result = compare(&base, &wrong);
    assert_eq!(result.hit_changes.len(), 1);
    assert_eq!((result.hit_changes[0].recorded, result.hit_changes[0].now), (Some(4), Some(0)));
    insta::assert_snapshot!(result.to_string());
    // What was never asked has no wrong answer; what failed has none that is right.
    wrong.queries[3].hits = None;
    assert!(check_hits(&base, &wrong).is_empty() && check_hits(&wrong, &base).is_empty());
    wrong.errors = 1;
    assert_eq!(check_hits(&base, &wrong).len(), 1);
}

#[test]
fn a_record_reads_as_it_was_written() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let path = dir.path().join("run.json");
    let mut record = run("base", 5, 1.0, 1.0);
    record.about.insert("commit".to_owned(), "0123abc".to_owned());
    record.usage = Some(Usage { cpu_ns: 5_000_000, peak_bytes: 60_000_000 });
    let records = [record.clone(), record];
    RunRecord::write(&records, &path).expect("a file");
    assert_eq!(RunRecord::read(&path).expect("what was written"), records);
    let message = |text: &str| {
        std::fs::write(&path, text).expect("a file");
        RunRecord::read(&path).expect_err("no record").to_string()
    };
    assert!(message("{\"format\":2}").contains("format 2 instead of 1; name a record"));
    assert!(message("\nnonsense").contains("run.json, line 2: this is no record"));
    assert!(message("{\"format\":1}").contains("missing field"));
    assert!(message("\n").contains("there is no record in it"));
}

#[test]
fn durations_have_three_digits_and_the_unit_that_suits_them() {
    let table = [
        (0, "0 ns"),
        (999, "999 ns"),
        (1_234, "1.23 µs"),
        (9_996, "10.0 µs"),
        (99_960, "100 µs"),
        (412_345, "412 µs"),
        (3_100_000, "3.10 ms"),
        (25_430_000, "25.4 ms"),
        (1_500_000_000, "1.50 s"),
    ];
    for (ns, text) in table {
        assert_eq!(format_ns(ns), text);
    }
}

#[test]
fn a_table_shows_all_queries_and_then_each_class() {
    let clock = Hand::default();
    let texts = queries(&["词典", "中巴经济走廊", "free trade"]);
    let target = |query: &str| {
        clock.pass(ms(query.chars().count() as u64));
        1
    };
    let options = ClosedLoop::new(1, 0, 2).expect("valid options");
    let record = closed_loop_with("第一", &texts, &options, &target, &clock);
    insta::assert_snapshot!(latency_table(std::slice::from_ref(&record)));
    // Several runs are named, and failures counted.
    let failing = RunRecord { label: "第二".to_owned(), errors: 1, ..record.clone() };
    let table = latency_table(&[record, failing]);
    for part in ["第一", "第二", "failed"] {
        assert!(table.contains(part), "{part} is missing: {table}");
    }
}

/// Every tag that is opened is closed, in order.
fn check_tags(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    for tag in html.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("every < begins a tag");
        let name = tag.split([' ', '\n', '/']).find(|part| !part.is_empty()).unwrap_or_default();
        if tag.starts_with('!') || name == "meta" || tag.ends_with('/') {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name));
        } else {
            open.push(name);
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn the_report_holds_every_run_and_is_well_formed() {
    let mut open = run("second run", 12, 0.8, 1.0);
    open.usage = Some(Usage { cpu_ns: 1, peak_bytes: 1 });
    open.about.insert("commit".to_owned(), "0123abc".to_owned());
    let mut first = run("first run", 12, 1.0, 1.0);
    for run in [&mut first, &mut open] {
        run.about.insert("processor".to_owned(), "of both".to_owned());
    }
    let page = report::html(&[first], &[open]);
    check_tags(&page);
    assert_eq!(page.matches("of both").count(), 1, "what the runs share stands once");
    for part in ["first run", "second run", "faster", "Latency curve", "Slowest queries", "0123abc"]
    {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("NaN") && !page.contains("inf"));
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("<script"));
    check_tags(&report::html(&[], &[run("alone", 3, 1.0, 1.0)]));
    check_tags(&report::html(&[], &[]));
}

#[test]
fn nothing_in_a_record_becomes_markup() {
    let evil = "</title><script>alert(1)</script><img src=x onerror='x' a=\"b\">&amp;\u{0}\u{202E}";
    let mut record = run("x", 3, 1.0, 1.0);
    record.label = evil.to_owned();
    record.failures = vec![FailureCount { message: evil.to_owned(), count: 1 }];
    record.errors = 1;
    record.about.insert(evil.to_owned(), evil.to_owned());
    for query in &mut record.queries {
        query.text = evil.to_owned();
    }
    record.throughput = f64::NAN;
    record.curve.push(zhen_eval::latency::CurvePoint { quantile: 7.0, ns: u64::MAX });
    let mut other = record.clone();
    other.queries[0].hits = Some(99);
    let page = report::html(&[record], &[other]);
    check_tags(&page);
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("onerror='"));
    assert!(!page.contains('\u{0}'));
    assert!(page.contains("&lt;script&gt;"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Property 1: against the sorted values.
    #[test]
    fn a_quantile_is_a_value_that_was_recorded(
        mut values in prop::collection::vec(1..10_000_000_000u64, 1..300),
        quantile in 0.0..=1.0f64,
    ) {
        let mut histogram = LatencyHistogram::new();
        values.iter().for_each(|&ns| histogram.record(Duration::from_nanos(ns)));
        values.sort_unstable();
        let rank = ((quantile * values.len() as f64).ceil() as usize).clamp(1, values.len());
        let found = histogram.quantile_ns(quantile);
        prop_assert!(near(found, values[rank - 1]), "{found} for {}", values[rank - 1]);
        let summary = histogram.summary();
        prop_assert!(summary.p50_ns <= summary.p90_ns && summary.p90_ns <= summary.p99_ns);
        prop_assert!(summary.p99_ns <= summary.p999_ns && summary.p999_ns <= summary.max_ns);
        let curve = histogram.curve();
        prop_assert!(curve.windows(2).all(|pair| pair[0].ns <= pair[1].ns && pair[0].quantile < pair[1].quantile));
    }

    /// Any text has a class, and what stands around it does not matter.
    #[test]
    fn any_text_has_a_class(text in any::<String>()) {
        prop_assert_eq!(QueryClass::of(&text), QueryClass::of(&format!("  {text}\n")));
    }
}
