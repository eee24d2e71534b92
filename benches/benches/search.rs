//! Searching, completing and opening an index of 5,000 documents.
//!
//! `cargo bench -p benches --bench search`

use std::sync::LazyLock;

use divan::Bencher;
use zhen_search::{Engine as _, IndexEngine, SearchRequest};

fn main() {
    divan::main();
}

static INDEX: LazyLock<(tempfile::TempDir, IndexEngine)> = LazyLock::new(|| benches::index(5_000));

fn requests(name: &str, passages: usize, exact: bool) -> Vec<SearchRequest> {
    let queries = benches::queries(name).into_iter();
    queries
        .map(|query| SearchRequest { query, passages, exact, ..SearchRequest::default() })
        .collect()
}

fn ask(bencher: Bencher<'_, '_>, requests: &[SearchRequest]) {
    let engine = &INDEX.1;
    bencher.counter(requests.len()).bench(|| {
        let answer = |request| engine.search(divan::black_box(request)).map_or(0, |r| r.total);
        requests.iter().map(answer).sum::<u64>()
    });
}

#[divan::bench(args = ["zh", "en", "mixed"])]
fn with_passages(bencher: Bencher<'_, '_>, name: &str) {
    ask(bencher, &requests(name, 3, false));
}

#[divan::bench(args = ["zh", "en", "mixed"])]
fn without_passages(bencher: Bencher<'_, '_>, name: &str) {
    ask(bencher, &requests(name, 0, false));
}

#[divan::bench(args = ["zh", "en", "mixed"])]
fn exact(bencher: Bencher<'_, '_>, name: &str) {
    ask(bencher, &requests(name, 3, true));
}

/// One query of each shape.
#[divan::bench(args = [
    "经济",
    "中巴经济走廊",
    "\"经济发展\"",
    "经济 OR 文化",
    "经济 -文化",
    "发展*",
    "developmnet",
    "free trade agreement",
    "zhongguo jingji",
    "2021年3月",
    "lang:en trade",
])]
fn shape(bencher: Bencher<'_, '_>, query: &str) {
    let request = SearchRequest { query: query.to_owned(), ..SearchRequest::default() };
    ask(bencher, &[request]);
}

#[divan::bench(args = ["中", "经济", "zhongguo", "zg", "dev"])]
fn completing(bencher: Bencher<'_, '_>, prefix: &str) {
    let engine = &INDEX.1;
    bencher.bench(|| engine.suggest(divan::black_box(prefix), 10).map_or(0, |all| all.len()));
}

#[divan::bench]
fn opening(bencher: Bencher<'_, '_>) {
    let dir = INDEX.0.path();
    bencher.bench(|| IndexEngine::open(divan::black_box(dir)).is_ok());
}
