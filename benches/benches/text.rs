//! What a text goes through: folding, units, words, both tracks, a signature; and what a query does.
//!
//! `cargo bench -p benches --bench text`

use divan::Bencher;
use divan::counter::BytesCount;
use zhen_text::signature::Signature;
use zhen_text::{Analyzer, Tracks, UserDict, fold, unit};

fn main() {
    divan::main();
}

/// About a megabyte of text.
fn text() -> String {
    let mut out = String::new();
    for document in benches::documents(2_000) {
        out.push_str(&document.body);
        out.push('\n');
        if out.len() >= 1 << 20 {
            break;
        }
    }
    out
}

#[divan::bench]
fn folding_with_a_map(bencher: Bencher<'_, '_>) {
    let text = text();
    bencher.counter(BytesCount::of_str(&text)).bench(|| fold::fold(divan::black_box(&text)));
}

#[divan::bench]
fn units(bencher: Bencher<'_, '_>) {
    let folded = fold::fold_to_string(&text());
    bencher
        .counter(BytesCount::of_str(&folded))
        .bench(|| unit::units(divan::black_box(&folded)).count());
}

#[divan::bench]
fn grams_and_signature(bencher: Bencher<'_, '_>) {
    let folded = fold::fold_to_string(&text());
    bencher.counter(BytesCount::of_str(&folded)).bench(|| {
        let mut grams = String::new();
        unit::grams(divan::black_box(&folded), &mut grams);
        Signature::of_grams(&grams)
    });
}

#[divan::bench]
fn both_tracks(bencher: Bencher<'_, '_>) {
    let text = text();
    let analyzer = Analyzer::for_indexing(&UserDict::default());
    let mut tracks = Tracks::default();
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        tracks.clear();
        analyzer.tracks(divan::black_box(&text), &mut tracks);
    });
}

/// A query is segmented with the part of the dictionary that stands in it, made anew each time.
#[divan::bench(args = ["zh", "en", "mixed"])]
fn queries_into_words(bencher: Bencher<'_, '_>, name: &str) {
    let analyzer = Analyzer::for_queries(&UserDict::default());
    let queries = benches::queries(name);
    bencher.counter(queries.len()).bench(|| {
        queries
            .iter()
            .map(|query| analyzer.query(divan::black_box(query)).words.len())
            .sum::<usize>()
    });
}
