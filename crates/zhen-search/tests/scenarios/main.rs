//! What a search does, on small indexes made for it.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that fails should panic")]

mod aliases;
mod duplicates;
mod fields;
mod numbers;
mod pinyin;
mod regions;
mod sounds;
mod spellings;
mod stems;
mod suggest;
mod translations;
mod wanted;

use std::io::BufRead as _;
use std::path::Path;

use zhen_index::{IndexOptions, Indexer};
use zhen_search::{
    Duplicates, Engine as _, IndexEngine, Lang, SearchRequest, SearchResponse, Sort, Via,
};
use zhen_source::Document;

struct Index {
    folder: tempfile::TempDir,
    engine: IndexEngine,
}

impl Index {
    fn of(documents: Vec<Document>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut indexer = Indexer::open(IndexOptions::new(folder.path())).unwrap();
        indexer.index_documents(documents, &()).unwrap();
        indexer.close().unwrap();
        let engine = IndexEngine::open(folder.path()).unwrap();
        Self { folder, engine }
    }

    /// One document for each text; its id is the text's number, from 0.
    fn of_texts(texts: &[&str]) -> Self {
        let documents = texts.iter().enumerate().map(|(i, text)| Document {
            id: i.to_string(),
            body: (*text).to_owned(),
            ..Document::default()
        });
        Self::of(documents.collect())
    }

    fn dir(&self) -> &Path {
        self.folder.path()
    }

    fn ask(&self, request: SearchRequest) -> SearchResponse {
        self.engine.search(&request).unwrap()
    }

    fn search(&self, query: &str) -> SearchResponse {
        // Short texts that differ in script alone would be folded into one.
        let duplicates = Duplicates::Show;
        self.ask(SearchRequest { query: query.to_owned(), duplicates, ..SearchRequest::default() })
    }

    /// The ids found, in order of the id.
    fn ids(&self, query: &str) -> Vec<String> {
        let mut ids: Vec<_> = self.search(query).hits.into_iter().map(|hit| hit.id).collect();
        ids.sort();
        ids
    }
}

fn marked(response: &SearchResponse) -> Vec<String> {
    let passages = response.hits.iter().flat_map(|hit| &hit.passages);
    let marked = passages.flat_map(|passage| {
        let chars: Vec<char> = passage.text.chars().collect();
        passage.highlights.iter().map(move |h| chars[h[0]..h[1]].iter().collect())
    });
    marked.collect()
}

#[test]
fn a_word_inside_a_longer_word_is_found() {
    let index = Index::of_texts(&["安装简单方便", "结构复杂", "不简单"]);
    assert_eq!(index.ids("简单"), ["0", "2"]);
    assert_eq!(marked(&index.search("\"简单\"")), ["简单", "简单"]);
}

#[test]
fn either_script_finds_both_and_highlights_the_original() {
    let index = Index::of_texts(&["一部好詞典。", "一部好词典。", "一部好书。"]);
    for query in ["词典", "詞典"] {
        assert_eq!(index.search(query).total, 2, "{query}");
        let mut marked = marked(&index.search(query));
        marked.sort();
        assert_eq!(marked, ["詞典", "词典"]);
    }
    let matched = index.search("词典").hits.into_iter().flat_map(|hit| hit.matched);
    let roads: Vec<_> = matched.map(|m| (m.term, m.via)).collect();
    assert!(roads.contains(&("詞典".to_owned(), Via::Variant)), "{roads:?}");
}

#[test]
fn scores_after_deletions_and_a_merge_are_those_of_an_index_without_what_was_deleted() {
    let texts: Vec<String> = (0..60)
        .map(|n| {
            format!("{}telescope {}", "stars above ".repeat(n % 7), "望远镜看星星。".repeat(n))
        })
        .collect();
    let document = |n: usize| Document {
        id: n.to_string(),
        title: format!("note {n}"),
        body: texts[n].clone(),
        ..Document::default()
    };
    let kept = |n: &usize| n.is_multiple_of(3);
    let scores = |index: &Index| {
        let request = SearchRequest {
            query: "telescope 星星".to_owned(),
            limit: 100,
            duplicates: Duplicates::Show,
            ..SearchRequest::default()
        };
        let hits = index.ask(request).hits.into_iter();
        hits.map(|hit| (hit.id, hit.score.to_bits())).collect::<Vec<_>>()
    };
    let index = Index::of((0..60).map(document).collect());
    let mut indexer = Indexer::open(IndexOptions::new(index.dir())).unwrap();
    let gone: Vec<String> = (0..60).filter(|n| !kept(n)).map(|n| n.to_string()).collect();
    indexer.delete(&gone).unwrap();
    indexer.merge().unwrap();
    indexer.close().unwrap();
    index.engine.refresh().unwrap();
    let fresh = Index::of((0..60).filter(kept).map(document).collect());
    assert!(scores(&index).len() > 10);
    assert_eq!(scores(&index), scores(&fresh));
}

#[test]
fn what_was_asked_before_changes_no_answer_but_a_commit_does() {
    let index =
        Index::of_texts(&["the free trade agreement", "自由贸易协定", "gone with the wind"]);
    let queries = ["free trade agreement", "自由贸易", "\"free trade\"", "gon*", "goen~", "wnid"];
    let ids = |index: &Index| queries.map(|query| index.ids(query));
    let first = ids(&index);
    assert!(first.iter().all(|ids| !ids.is_empty()), "{first:?}");
    assert_eq!(ids(&index), first);
    let mut indexer = Indexer::open(IndexOptions::new(index.dir())).unwrap();
    indexer.delete(&["2".to_owned()]).unwrap();
    let body = "free trade".to_owned();
    let added = Document { id: "3".to_owned(), body, ..Document::default() };
    indexer.index_documents([added], &()).unwrap();
    indexer.close().unwrap();
    index.engine.refresh().unwrap();
    assert_eq!(index.ids("\"free trade\""), ["0", "3"]);
    assert!(index.ids("gon*").is_empty() && index.ids("goen~").is_empty());
}

#[test]
fn an_operand_without_a_unit_asks_for_nothing() {
    let index = Index::of_texts(&["red apple", "green pear", "词典"]);
    for query in
        ["apple OR ?", "? OR apple", "apple NOT 👍", "apple -👍", "apple AND …", "? AND apple OR !"]
    {
        assert_eq!(index.ids(query), ["0"], "{query}");
    }
    for query in ["词典 OR 。", "(词典 AND ？) OR …", "(词典 NOT (？ OR 。)) OR …"] {
        assert_eq!(index.ids(query), ["2"], "{query}");
    }
    assert_eq!(index.ids("apple OR (pear AND ?)"), ["0", "1"]);
    assert_eq!(index.ids("NOT (apple OR ?)"), ["1", "2"]);
    assert!(index.ids("? OR 。").is_empty());
}

#[test]
fn a_minus_directly_after_a_group_excludes() {
    let index = Index::of_texts(&["苹果 二手", "华为 全新", "小米 全新"]);
    assert_eq!(index.ids("（苹果 OR 华为）－“二手”"), ["1"]);
}

#[test]
fn han_on_either_side_of_kana_or_hangul_is_no_word() {
    let texts = ["山と水", "山水", "中의国"];
    let index = Index::of_texts(&texts);
    assert_eq!(index.ids("山水"), ["1"]);
    assert!(index.ids("中国").is_empty());
}

#[test]
fn a_space_between_words_of_kana_parts_them() {
    let index = Index::of_texts(&["タワーとスカイツリー", "スカイツリー", "東京のタワー"]);
    let hits = index.search("スカイツリー タワー").hits;
    assert_eq!(hits[0].id, "0");
    assert_eq!(index.ids("(スカイツリー タワー) OR 無"), ["0"]);
}

#[test]
fn a_phrase_stands_across_line_breaks_and_not_across_punctuation() {
    let index = Index::of_texts(&["自由贸\n易协定", "自由，贸易协定", "贸易自由协定"]);
    assert_eq!(index.ids("\"自由贸易\""), ["0"]);
    assert_eq!(index.ids("“自由，贸易”"), ["1"]);
}

#[test]
fn english_stems_work_beside_chinese() {
    let index = Index::of_texts(&["他 was running 很快", "鞋子 shoes"]);
    assert_eq!(index.ids("runs"), ["0"]);
    let exact = SearchRequest { query: "runs".to_owned(), exact: true, ..SearchRequest::default() };
    assert_eq!(index.ask(exact).total, 0);
}

#[test]
fn every_word_is_wanted_and_relaxed_when_that_leaves_too_little() {
    let index = Index::of_texts(&["red apple", "green apple", "red pear"]);
    let both = index.search("red apple");
    assert_eq!((both.hits[0].id.as_str(), both.relaxed), ("0", true));
    let many: Vec<String> = (0..9).map(|i| format!("red apple number {i}")).collect();
    let mut texts: Vec<&str> = many.iter().map(String::as_str).collect();
    texts.push("green apple");
    let index = Index::of_texts(&texts);
    assert_eq!((index.search("red apple").total, index.search("red apple").relaxed), (9, false));
}

#[test]
fn what_matches_does_not_depend_on_how_many_hits_are_asked_for() {
    let lacking = Document {
        id: "lacking".to_owned(),
        title: "kestrel lantern obsidian".to_owned(),
        body: "kestrel lantern obsidian ".repeat(9),
        ..Document::default()
    };
    let filler = "nothing of what is looked for stands in these lines ".repeat(200);
    let long = (0..6).map(|i| format!("{filler} {i} kestrel lantern obsidian walrus"));
    let other = (0..60).map(|i| format!("number {i} of what has none but a walrus"));
    let document =
        |(i, body): (usize, String)| Document { id: i.to_string(), body, ..Document::default() };
    let documents = long.chain(other).enumerate().map(document);
    let index = Index::of(documents.chain([lacking]).collect());
    let found = |limit| {
        let query = "kestrel lantern obsidian walrus".to_owned();
        let facets = vec!["lang".to_owned()];
        let response =
            index.ask(SearchRequest { query, limit, facets, ..SearchRequest::default() });
        assert!(response.hits.len() <= limit);
        (response.total, response.relaxed, response.facets["lang"][0].count)
    };
    assert_eq!(found(10), (67, true, 67));
    assert_eq!(found(1), found(10));
    assert_eq!(found(0), found(10));
}

#[test]
fn operators_prefixes_and_slips_of_the_keyboard() {
    let index =
        Index::of_texts(&["red apple", "green apple", "red pear", "dictionary", "词典大全"]);
    assert_eq!(index.ids("red -apple"), ["2"]);
    assert_eq!(index.ids("green OR pear"), ["1", "2"]);
    assert_eq!(index.ids("-apple -pear"), ["3", "4"]);
    assert_eq!(index.ids("dict*"), ["3"]);
    assert_eq!(index.ids("词典大*"), ["4"]);
    assert_eq!(index.ids("dictoinary~"), ["3"]);
    assert_eq!(index.ids("(red OR green) AND apple"), ["0", "1"]);
}

#[test]
fn conditions_on_fields_filter_sort_and_count() {
    let document = |id: &str, time: &str, price: f64, lang: &str| Document {
        id: id.to_owned(),
        body: "apple 苹果".to_owned(),
        time: Some(time.to_owned()),
        lang: Some(lang.to_owned()),
        path: Some(format!("/notes/{id}.md")),
        extra: serde_json::json!({"price": price, "maker": "李 Li"}).as_object().unwrap().clone(),
        ..Document::default()
    };
    let index = Index::of(vec![
        document("a", "2022-05-01T00:00:00Z", 3.5, "zh-Hans"),
        document("b", "2023-07-01T00:00:00Z", 10.0, "en"),
        document("c", "2024-01-01T00:00:00Z", 7.25, "zh-Hant"),
    ]);
    assert_eq!(index.ids("apple time:2023..2024"), ["b", "c"]);
    assert_eq!(index.ids("apple time:2022-05"), ["a"]);
    assert_eq!(index.ids("apple price:>=7"), ["b", "c"]);
    assert_eq!(index.ids("apple lang:zh"), ["a", "c"]);
    assert_eq!(index.ids("apple path:b.md"), ["b"]);
    assert_eq!(index.ids("apple maker:\"李 li\" -price:10"), ["a", "c"]);
    let sorted = |field: &str, descending| {
        let sort = Some(Sort { field: field.to_owned(), descending });
        let request = SearchRequest { query: "apple".to_owned(), sort, ..SearchRequest::default() };
        index.ask(request).hits.into_iter().map(|hit| hit.id).collect::<String>()
    };
    assert_eq!(
        (sorted("price", false), sorted("time", true)),
        ("acb".to_owned(), "cba".to_owned())
    );
    let request = SearchRequest {
        query: "apple".to_owned(),
        facets: vec!["lang".to_owned(), "maker".to_owned()],
        lang: Some(Lang::Zh),
        ..SearchRequest::default()
    };
    let response = index.ask(request);
    assert_eq!(
        (response.total, response.facets["lang"].len(), response.facets["maker"][0].count),
        (2, 2, 2)
    );
}

#[test]
fn a_document_counts_once_for_each_of_its_values() {
    let document = |id: &str, extra: serde_json::Value| Document {
        id: id.to_owned(),
        body: "apple 苹果".to_owned(),
        tags: ["a", "a", "A"].map(str::to_owned).to_vec(),
        extra: extra.as_object().unwrap().clone(),
        ..Document::default()
    };
    let index = Index::of(vec![
        document(
            "a",
            serde_json::json!({"sizes": [7, 8, 7], "price": [1.5, 2.5], "ok": [true, false]}),
        ),
        document("b", serde_json::json!({"sizes": [8], "price": 2.5, "ok": true})),
    ]);
    let fields = ["tags", "sizes", "price", "ok"];
    let response = index.ask(SearchRequest {
        query: "apple".to_owned(),
        facets: fields.map(str::to_owned).to_vec(),
        duplicates: Duplicates::Show,
        ..SearchRequest::default()
    });
    let counted = fields.map(|field| {
        let facets = response.facets[field].iter();
        facets.map(|facet| format!("{}={}", facet.value, facet.count)).collect::<Vec<_>>().join(" ")
    });
    assert_eq!(counted, ["A=2 a=2", "8=2 7=1", "2.5=2 1.5=1", "true=2 false=1"]);
    // What a filter finds is what was counted.
    assert_eq!(index.ids("apple sizes:8"), ["a", "b"]);
    assert_eq!(index.ids("apple ok:false"), ["a"]);
}

#[test]
fn a_phrase_goes_on_with_rare_words_and_with_frequent_ones() {
    let mut texts = vec!["made of apples"; 5];
    texts.extend(["full of apricots", "out of a box", "of all", "apples of old", "an apple"]);
    let index = Index::of_texts(&texts);
    assert_eq!(index.ids("of-a*"), ["0", "1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(index.ids("of-apr*"), ["5"]);
}

#[test]
fn a_filter_alone_lists_what_it_lets_through() {
    let index = Index::of_texts(&["red apple", "中文文本"]);
    let request = SearchRequest { filter: Some("lang:zh".to_owned()), ..SearchRequest::default() };
    let response = index.ask(request);
    assert_eq!((response.total, response.hits[0].id.as_str()), (1, "1"));
    assert_eq!(response.hits[0].passages[0].text, "中文文本");
}

#[test]
fn a_bad_filter_says_what_is_wrong() {
    let index = Index::of_texts(&["x"]);
    let request = SearchRequest { filter: Some("lang:".to_owned()), ..SearchRequest::default() };
    let error = index.engine.search(&request).unwrap_err().to_string();
    assert!(error.starts_with("filter, character 1: "), "{error}");
}

#[test]
fn no_two_passages_of_a_hit_are_alike() {
    let text = "中巴经济走廊(CPEC)是旗舰项目。\n其他内容。\n".repeat(4);
    let index = Index::of_texts(&[&text]);
    assert_eq!(index.search("CPEC").hits[0].passages.len(), 1);
}

#[test]
fn english_finds_chinese_and_chinese_finds_english() {
    let index = Index::of_texts(&[
        "2006 年签署自由贸易协定后，两国开始了合作。",
        "The two countries signed a free trade agreement.",
        "今天天气很好。",
    ]);
    for query in ["free trade agreement", "自由贸易协定"] {
        assert_eq!(index.ids(query)[..2], ["0", "1"], "{query}");
    }
    let response = index.search("free trade agreement");
    let chinese = response.hits.iter().find(|hit| hit.id == "0").unwrap();
    assert!(chinese.matched.iter().any(|m| m.via == Via::Translation), "{:?}", chinese.matched);
    assert_eq!(response.hits[0].id, "1", "an exact match comes first");
    for (exact, lang) in [(true, None), (false, Some(Lang::En))] {
        let query = "free trade agreement".to_owned();
        let response = index.ask(SearchRequest { query, exact, lang, ..SearchRequest::default() });
        assert!(response.hits.iter().all(|hit| hit.id == "1"), "{:?}", response.hits);
    }
}

#[test]
fn a_sentence_with_a_quoted_name_is_not_lost() {
    let index = Index::of_texts(&["该委员会正在起草法律", "无关的文字"]);
    let response = index.search("他们说“国民委员会”正在起草有关的法律");
    assert_eq!((response.total, response.hits[0].id.as_str(), response.notes.len()), (1, "0", 1));
    assert_eq!(index.search("“国民委员会”").total, 0, "quoted text alone is taken by its word");
}

/// How many documents match, and the ids and scores of the best.
type Answer = (u64, Vec<(String, f32)>);

#[test]
fn where_a_document_lies_does_not_change_its_score() {
    // Far enough apart to be scored at different times, in one segment.
    let alike = [10, 20, 4_090, 4_100, 8_000, 8_990];
    let texts: Vec<String> = (0..9_000)
        .map(|n| match alike.contains(&n) {
            true => "这部词典和那部字典，the vocabulary".to_owned(),
            false => format!("天气 {n}"),
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let index = Index::of_texts(&texts);
    // What stands for the word competes.
    for (query, relaxed) in [("dictionary", false), ("dictionary 蓝鲸潜水", true)] {
        let response = index.search(query);
        assert_eq!((response.total, response.relaxed), (alike.len() as u64, relaxed), "{query}");
        let scores: Vec<f32> = response.hits.iter().map(|hit| hit.score).collect();
        assert!(scores[0] > 0.0 && scores.iter().all(|score| *score == scores[0]), "{scores:?}");
    }
}

/// Promise 4: neither threads nor segments change an answer.
#[test]
fn threads_and_merging_change_no_answer() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let Ok(file) = std::fs::File::open(shared.join("corpus/bilingual.jsonl.zst")) else {
        println!("skipped: ../shared/corpus is absent");
        return;
    };
    let reader = std::io::BufReader::new(zstd::stream::read::Decoder::new(file).unwrap());
    let documents: Vec<Document> = reader
        .lines()
        .take(1_500)
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            let text = |key: &str| record[key].as_str().unwrap_or_default().to_owned();
            Document {
                id: text("id"),
                title: text("title"),
                body: text("body"),
                ..Document::default()
            }
        })
        .collect();
    let queries: Vec<String> = ["zh", "en", "mixed"]
        .iter()
        .flat_map(|name| {
            let text = std::fs::read_to_string(shared.join(format!("queries/{name}.txt"))).unwrap();
            text.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let mut answers: Vec<Vec<Answer>> = Vec::new();
    let mut ask = |dir: &Path| {
        let engine = IndexEngine::open(dir).unwrap();
        let answer = queries.iter().map(|query| {
            let request =
                SearchRequest { query: query.clone(), passages: 0, ..SearchRequest::default() };
            let response = engine.search(&request).unwrap();
            (response.total, response.hits.into_iter().map(|hit| (hit.id, hit.score)).collect())
        });
        answers.push(answer.collect());
    };
    for threads in [1, 2] {
        let dir = folder.path().join(threads.to_string());
        let options = IndexOptions { threads, ..IndexOptions::new(&dir) };
        let mut indexer = Indexer::open(options).unwrap();
        // Several commits, so that there are several segments.
        for part in documents.chunks(if threads == 1 { 400 } else { 1_000 }) {
            indexer.index_documents(part.to_vec(), &()).unwrap();
        }
        ask(&dir);
        indexer.merge().unwrap();
        indexer.close().unwrap();
        ask(&dir);
    }
    assert!(queries.len() >= 500 && answers.len() == 4);
    assert!(answers[0].iter().filter(|(total, _)| *total > 0).count() > 500);
    for other in &answers[1..] {
        for ((query, a), b) in queries.iter().zip(&answers[0]).zip(other) {
            assert_eq!(a, b, "{query}");
        }
    }
}

#[test]
fn a_filter_that_leaves_little_of_a_large_index_leaves_just_that() {
    let document = |n: u32| Document {
        id: format!("{n:05}"),
        body: format!("词典 word common{} 全文检索{n}", n % 3),
        tags: vec![if n % 5_000 == 4_999 { "rare" } else { "usual" }.to_owned()],
        ..Default::default()
    };
    let index = Index::of((0..20_000).map(document).collect());
    let rare = ["04999", "09999", "14999", "19999"];
    for query in ["词典", "word", "\"全文检索\"", "comm*", "common1 OR common2 OR common0"] {
        let filter = Some("tags:rare".to_owned());
        let request = SearchRequest { query: query.to_owned(), filter, ..Default::default() };
        let mut found: Vec<_> = index.ask(request).hits.into_iter().map(|hit| hit.id).collect();
        found.sort();
        assert_eq!(found, rare, "{query}");
    }
    for (query, total) in [("word -tags:usual", 4), ("-tags:usual", 4), ("词典 -tags:rare", 19_996)]
    {
        assert_eq!(index.search(query).total, total, "{query}");
    }
}

#[test]
fn a_passage_has_a_limit_whatever_stands_within_a_word() {
    let index = Index::of_texts(&[&format!("安{}装简单方便", " ".repeat(100_000))]);
    for query in ["安装", "\"安装\""] {
        let passages = index.search(query).hits.remove(0).passages;
        assert!(passages.iter().all(|passage| passage.text.len() < 1_000), "{query}");
    }
}

#[test]
fn an_explanation_loosens_quotes_as_a_search_does() {
    let index = Index::of_texts(&["spelling bee", "spelling bee and its errors"]);
    let query = "spelling \"bee errors\"".to_owned();
    assert!(index.search(&query).hits.iter().any(|hit| hit.id == "1"));
    let request = SearchRequest { query, ..SearchRequest::default() };
    let explanation = index.engine.explain(&request, "1").unwrap().unwrap();
    assert!(explanation.matches && !explanation.notes.is_empty(), "{explanation:?}");
}

#[test]
fn an_explanation_has_the_score_of_the_hit() {
    let texts = ["自由贸易协定", "自由的贸易", "free trade", "其他", "三万年前", "前 30,000 years"];
    let index = Index::of_texts(&texts);
    for query in ["自由贸易", "free trade", "贸易 其他", "三万", "30000 years"] {
        let hits = index.search(query).hits;
        assert!(!hits.is_empty(), "{query}");
        for hit in hits {
            let request = SearchRequest { query: query.to_owned(), ..SearchRequest::default() };
            let explanation = index.engine.explain(&request, &hit.id).unwrap().unwrap();
            assert_eq!(explanation.score, hit.score, "{query} {}", hit.id);
        }
    }
}
