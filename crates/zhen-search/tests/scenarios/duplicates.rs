//! Near-duplicates fold to one hit, and can be listed.

use zhen_index::{IndexOptions, Indexer};
use zhen_search::{Duplicates, SearchRequest, Sort};
use zhen_source::Document;

use crate::Index;

const NOTICE: &str = "市图书馆将于七月一日起延长开放时间，周末也开放至晚上十点，欢迎各位读者前来阅览。借书证可在一楼服务台办理，办理时请带身份证。";
const TRADITIONAL: &str = "市圖書館將於七月一日起延長開放時間，週末也開放至晚上十點，歡迎各位讀者前來閱覽。借書證可在一樓服務臺辦理，辦理時請帶身份證。";
const REVISED: &str = "市图书馆将于八月一日起延长开放时间，\n周末也开放至晚上十一点，欢迎各位读者前来阅览！借书证可在二楼服务台办理，办理时请带身份证。";
const OTHER: &str = "市图书馆本周举办讲座，题目是古代的书籍与印刷，主讲人是大学的教授，欢迎各位读者前来听讲。座位有限，请提前在网上预约。";

fn notices() -> Index {
    Index::of_texts(&[
        NOTICE,
        TRADITIONAL,
        REVISED,
        OTHER,
        "图书馆开放",
        "圖書館開放",
        "图书馆很开放",
    ])
}

fn ids(index: &Index, request: SearchRequest) -> Vec<String> {
    let mut ids: Vec<_> = index.ask(request).hits.into_iter().map(|hit| hit.id).collect();
    ids.sort();
    ids
}

fn request(query: &str) -> SearchRequest {
    SearchRequest { query: query.to_owned(), ..Default::default() }
}

#[test]
fn the_same_text_in_another_script_or_with_small_edits_folds_to_one_hit() {
    let index = notices();
    let response = index.ask(request("\"图书馆\""));
    assert_eq!(response.total, 7, "all are counted");
    let folded: Vec<_> = response.hits.iter().map(|hit| hit.duplicates).collect();
    assert_eq!(folded.len(), 4, "{response:?}");
    let mut sorted = folded.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [0, 0, 1, 2], "short texts fold only when they are the same: {response:?}");
}

#[test]
fn near_duplicates_are_shown_when_asked_for() {
    let index = notices();
    let duplicates = Duplicates::Show;
    let all = SearchRequest { duplicates, ..request("\"图书馆\"") };
    assert_eq!(ids(&index, all).len(), 7);
    for id in ["0", "1", "2"] {
        let alike = SearchRequest { filter: Some(format!("duplicates:{id}")), ..request("") };
        assert_eq!(ids(&index, alike), ["0", "1", "2"]);
        assert_eq!(ids(&index, request(&format!("duplicates:{id} 十一点"))), ["2"]);
    }
    let none = SearchRequest { filter: Some("duplicates:99".to_owned()), ..request("") };
    assert_eq!(index.ask(none).total, 0);
    let others =
        SearchRequest { filter: Some("-duplicates:0".to_owned()), ..request("\"图书馆\"") };
    assert_eq!(index.ask(others).total, 4);
}

#[test]
fn pages_fold_as_one_list_and_lists_by_field_do_not_fold() {
    // Many copies of one text, then some others: folding needs to look far ahead.
    let mut documents: Vec<Document> = (0..200)
        .map(|n| Document {
            id: format!("copy{n:03}"),
            body: format!("{NOTICE} 图书馆 图书馆"),
            ..Default::default()
        })
        .collect();
    let others = ["很大", "在山上", "今天没有人", "的窗外下雪了", "卖掉了旧的椅子"];
    documents.extend(others.iter().zip(0..).map(|(what, n): (_, u32)| Document {
        id: format!("other{n}"),
        body: format!("图书馆{what}"),
        ..Default::default()
    }));
    let index = Index::of(documents);
    let page = |offset, limit, sort: Option<&str>| -> Vec<String> {
        let sort = sort.map(|field| Sort { field: field.to_owned(), descending: false });
        let request = SearchRequest { offset, limit, sort, ..request("\"图书馆\"") };
        index.ask(request).hits.into_iter().map(|hit| hit.id).collect()
    };
    let all = page(0, 10, None);
    assert_eq!(all.iter().filter(|id| id.starts_with("copy")).count(), 1, "{all:?}");
    assert_eq!(all.len(), 6, "{all:?}");
    let pages: Vec<_> = [0, 2, 4].into_iter().flat_map(|offset| page(offset, 2, None)).collect();
    assert_eq!(pages, all);
    let listed = ["copy000", "copy001", "copy002"];
    assert_eq!(page(0, 3, Some("id")), listed, "an order of its own lists every document");
    let filter = Some("id:copy000 OR id:copy001".to_owned());
    let filtered = index.ask(SearchRequest { filter, ..request("") });
    assert_eq!(filtered.hits.len(), 2, "so does a filter alone");
    let response = index.ask(request("\"图书馆\""));
    assert_eq!(response.hits.iter().map(|hit| hit.duplicates).max(), Some(199));
    assert_eq!(response.total, 205);
}

#[test]
fn counts_made_beforehand_are_those_made_when_asked_for() {
    let index = notices();
    let file = index.dir().join("zhen-duplicates.bin");
    let same_either_way = || {
        let counted = index.ask(request("图书馆"));
        let kept = std::fs::read(&file).unwrap();
        std::fs::remove_file(&file).unwrap();
        let found = index.ask(request("图书馆"));
        std::fs::write(&file, kept).unwrap();
        assert_eq!(found.hits, counted.hits);
        counted.hits.iter().map(|hit| hit.duplicates).sum::<u32>()
    };
    assert_eq!(same_either_way(), 3);
    // Until they are made anew, old counts are of other documents than there are.
    let old = std::fs::read(&file).unwrap();
    let mut indexer = Indexer::open(IndexOptions::new(index.dir())).unwrap();
    indexer.delete(&["1".to_owned()]).unwrap();
    indexer.close().unwrap();
    assert_eq!(same_either_way(), 2);
    std::fs::write(&file, old).unwrap();
    assert_eq!(same_either_way(), 2);
}

#[test]
fn short_texts_that_differ_in_a_word_or_number_do_not_fold() {
    let order = "您的订单20240101001已发货，预计三天内送达，请注意查收。如有疑问请联系客服热线。";
    let weather = "北京今日天气：晴，最高气温25度，最低气温12度，北风三级，空气质量良。";
    let texts = [
        order.to_owned(),
        order.replace("001已", "002已"),
        weather.to_owned(),
        weather.replace('晴', "雨"),
        format!("【转发】{weather}"),
    ];
    let index = Index::of_texts(&texts.each_ref().map(String::as_str));
    let duplicates = |query: &str| -> Vec<_> {
        let mut counts: Vec<_> =
            index.ask(request(query)).hits.iter().map(|hit| hit.duplicates).collect();
        counts.sort_unstable();
        counts
    };
    assert_eq!(duplicates("订单"), [0, 0]);
    assert_eq!(duplicates("天气"), [0, 1]);
}
