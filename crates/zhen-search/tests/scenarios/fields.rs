//! Fields of records: filtered, sorted and counted by.
//! 1. A record's own field takes the place of another name of the schema's field.
//! 2. Without such a field the other name holds.
//! 3. Sorting by a field that no document has is an error that names those there are.
//! 4. Filtering and counting by one is noted, with those there are.
//! 5. What is compared with times and is none is an error in a filter and a note on a query.
//! 6. Between numbers or dates lies no text that is neither.
//! 7. Whole numbers are compared exactly, however large.
//! 8. Any year of four digits is a time.
//! 9. Full-width digits are digits.

use serde_json::json;
use zhen_search::{Engine as _, SearchError, SearchRequest, SearchResponse, Sort};
use zhen_source::Document;

use super::Index;

fn document(id: &str, extra: serde_json::Value) -> Document {
    let serde_json::Value::Object(extra) = extra else { unreachable!("an object is given") };
    Document {
        id: id.to_owned(),
        body: format!("望远镜 telescope {id}"),
        lang: Some("en".to_owned()),
        extra,
        ..Document::default()
    }
}

fn index() -> Index {
    Index::of(vec![
        document(
            "a",
            json!({"type": "law", "date": "1999-05-01", "language": "Latin", "price": 7}),
        ),
        document("b", json!({"type": "letter", "date": "soon", "tag": "x", "file": "17"})),
    ])
}

#[test]
fn a_records_own_field_takes_the_place_of_another_name() {
    let index = index();
    for (query, found) in [
        ("type:law", vec!["a"]),
        ("-type:law telescope", vec!["b"]),
        ("date:soon", vec!["b"]),
        ("language:latin", vec!["a"]),
        ("tag:x", vec!["b"]),
        ("file:17", vec!["b"]),
        ("(type:law OR tag:x)", vec!["a", "b"]),
        ("lang:en", vec!["a", "b"]),
    ] {
        assert_eq!(index.ids(query), found, "{query}");
        let request = SearchRequest { filter: Some(query.to_owned()), ..SearchRequest::default() };
        if !query.contains("telescope") {
            assert_eq!(index.ask(request).total, found.len() as u64, "{query}");
        }
    }
    let facets = vec!["type".to_owned(), "lang".to_owned()];
    let answer = index.ask(SearchRequest {
        query: "telescope".to_owned(),
        facets,
        sort: Some(Sort { field: "type".to_owned(), descending: true }),
        ..SearchRequest::default()
    });
    let values: Vec<_> = answer.facets["type"].iter().map(|facet| facet.value.as_str()).collect();
    assert_eq!(values, ["law", "letter"]);
    assert_eq!(answer.facets["lang"][0].value, "en");
    assert_eq!(answer.hits[0].id, "b");
}

#[test]
fn without_such_a_field_the_other_name_holds() {
    let index = Index::of(vec![document("a", json!({})), document("b", json!({}))]);
    assert_eq!(index.ids("language:en"), ["a", "b"]);
}

#[test]
fn sorting_by_a_field_that_no_document_has_names_those_there_are() {
    let index = index();
    let sorted = |field: &str| {
        index.engine.search(&SearchRequest {
            query: "telescope".to_owned(),
            sort: Some(Sort { field: field.to_owned(), descending: false }),
            ..SearchRequest::default()
        })
    };
    for field in ["price", "time", "path", "date", "type", "id"] {
        assert!(sorted(field).is_ok(), "{field}");
    }
    for field in ["nosuch", "title", "body", "time:desc"] {
        let Err(SearchError::Invalid(message)) = sorted(field) else { panic!("{field}") };
        assert!(message.contains(&format!("cannot sort by {field:?}")), "{message}");
        assert!(message.contains("price") && message.contains("time"), "{message}");
    }
}

fn filtered(index: &Index, filter: &str) -> Result<SearchResponse, SearchError> {
    let filter = Some(filter.to_owned());
    index.engine.search(&SearchRequest { filter, ..SearchRequest::default() })
}

#[test]
fn filtering_and_counting_by_a_field_that_no_document_has_is_noted() {
    let index = index();
    let told = |notes: &[String], field: &str| {
        let [note] = notes else { panic!("one note is told: {notes:?}") };
        assert!(note.contains(&format!("there is no field {field:?}")), "{note}");
        assert!(note.contains("price") && note.contains("time"), "{note}");
    };
    for filter in ["nosuch:a", "NOT nosuch:a", "lang:en (price:7 OR -nosuch:1..2)"] {
        told(&filtered(&index, filter).unwrap().notes, "nosuch");
    }
    let counted = |field: &str| {
        let facets = vec![field.to_owned()];
        index.ask(SearchRequest { query: "telescope".to_owned(), facets, ..Default::default() })
    };
    told(&counted("nosuch").notes, "nosuch");
    told(&counted("title").notes, "title");
    for field in ["price", "date", "folder", "tags"] {
        assert_eq!(counted(field).notes, [""; 0], "{field}");
    }
    for filter in ["price:7", "title:a", "duplicates:a", "file:17", "url:*"] {
        let notes = filtered(&index, filter).unwrap().notes;
        assert_eq!(notes.is_empty(), filter != "url:*", "{filter}: {notes:?}");
    }
}

#[test]
fn what_is_no_time_is_an_error_in_a_filter_and_noted_of_a_query() {
    let timed =
        |id: &str, time: &str| Document { time: Some(time.to_owned()), ..document(id, json!({})) };
    let index =
        Index::of(vec![timed("a", "2024-05-21T09:30:00Z"), timed("b", "2024-05-22T00:00:00Z")]);
    for filter in ["time:2024-13", "time:yesterday", "-date:soon", "lang:en time:2024..soon"] {
        let Err(SearchError::Invalid(message)) = filtered(&index, filter) else {
            panic!("{filter}")
        };
        assert!(message.contains("no time") && message.contains("2024-05-21"), "{message}");
    }
    assert!(index.search("time:yesterday").notes[0].contains("no time"));
    for filter in
        ["time:20240521", "time:2024-05-21", "time:..20240521", "time:2024-05-21T09:30:00Z"]
    {
        let response = filtered(&index, filter).unwrap();
        let ids: Vec<_> = response.hits.iter().map(|hit| hit.id.as_str()).collect();
        assert_eq!(ids, ["a"], "{filter}");
    }
    assert_eq!(index.ids("time:*"), ["a", "b"]);
    // A field of the records' own is compared with whatever they put there.
    let index = Index::of(vec![document("a", json!({"date": "soon"}))]);
    assert_eq!(filtered(&index, "date:soon").unwrap().total, 1);
}

#[test]
fn between_numbers_or_dates_lies_no_text_that_is_neither() {
    let prices = ["800", "2000000", "面议", "1.2e6"].map(|price| json!({"price": price}));
    let mut documents: Vec<_> = prices.into_iter().enumerate().collect();
    documents.push((4, json!({"price": 1_500_000})));
    let documents = documents.into_iter().map(|(id, extra)| document(&id.to_string(), extra));
    let index = Index::of(documents.collect());
    assert_eq!(index.ids("price:>1000000"), ["1", "3", "4"]);
    assert_eq!(index.ids("price:..1000"), ["0"]);
    assert_eq!(index.ids("price:>面"), ["2"]);
    let index = Index::of(vec![
        document("a", json!({"seen": "2024-05-21"})),
        document("b", json!({"seen": "unknown"})),
        document("c", json!({"seen": "2023"})),
    ]);
    assert_eq!(index.ids("seen:>=2024-05"), ["a"]);
    assert_eq!(index.ids("seen:2023..2024"), ["a", "c"]);
}

#[test]
fn any_name_that_a_record_gives_a_field_can_be_asked_for() {
    let index = Index::of(vec![
        document("a", json!({"source": "Reuters", "a.b": "flat"})),
        document("b", json!({"source": "Xinhua", "a": {"c": "nested"}})),
    ]);
    for (query, found) in [
        ("source:Reuters", vec!["a"]),
        ("source:*", vec!["a", "b"]),
        ("a.b:flat", vec!["a"]),
        ("a.c:nested", vec!["b"]),
    ] {
        assert_eq!(index.ids(query), found, "{query}");
    }
    let facets = vec!["source".to_owned(), "a.b".to_owned()];
    let request = SearchRequest { query: "telescope".to_owned(), facets, ..Default::default() };
    let answer = index.ask(request);
    assert_eq!((answer.facets["source"].len(), answer.facets["a.b"].len()), (2, 1));
}

#[test]
fn what_a_title_or_a_body_is_asked_to_hold_counts_and_is_shown() {
    let titled = |id: &str, title: &str| Document {
        id: id.to_owned(),
        title: title.to_owned(),
        body: format!("text {id} about strings"),
        ..Document::default()
    };
    let index = Index::of(vec![
        titled("long", "How many ways there are to reverse a string in place"),
        titled("short", "String"),
        titled("none", "Numbers"),
    ]);
    let hits = index.search("title:string").hits;
    assert_eq!(hits.iter().map(|hit| hit.id.as_str()).collect::<Vec<_>>(), ["short", "long"]);
    assert!(hits.iter().all(|hit| hit.score > 0.0 && !hit.title_highlights.is_empty()));
    assert_eq!(crate::marked(&index.search("body:short")), ["short"]);
    // A filter only narrows.
    let filter = Some("title:string".to_owned());
    let request = SearchRequest { query: "text".to_owned(), filter, ..Default::default() };
    assert!(index.ask(request).hits.iter().all(|hit| hit.title_highlights.is_empty()));
}

#[test]
fn a_filter_is_as_long_as_a_query_at_most() {
    let index = index();
    let filter = |words: usize| Some(format!("body:\"{}\"", "the ".repeat(words)));
    let ask = |words| {
        let request = SearchRequest { filter: filter(words), ..SearchRequest::default() };
        index.engine.search(&request)
    };
    assert!(ask(100).is_ok());
    let Err(SearchError::Invalid(message)) = ask(10_000) else { panic!("it was taken") };
    assert!(message.contains("4096 characters"), "{message}");
}

/// The ids of all documents for which a filter holds, in an order.
fn found_by(index: &Index, filter: &str, sort: &str) -> Vec<String> {
    let answer = index.ask(SearchRequest {
        query: "telescope".to_owned(),
        filter: (!filter.is_empty()).then(|| filter.to_owned()),
        sort: Some(Sort { field: sort.to_owned(), descending: false }),
        ..SearchRequest::default()
    });
    answer.hits.into_iter().map(|hit| hit.id).collect()
}

#[test]
fn whole_numbers_are_compared_exactly_however_large() {
    let number = |id: &str, number: u64| document(id, json!({"number": number}));
    let index = Index::of(vec![
        number("a", 9_007_199_254_740_993),
        number("b", 9_007_199_254_740_992),
        number("c", u64::MAX),
        number("d", u64::MAX - 1),
    ]);
    for (filter, found) in [
        ("", vec!["b", "a", "d", "c"]),
        ("number:9007199254740993", vec!["a"]),
        ("number:..9007199254740992", vec!["b"]),
        ("number:>9007199254740992", vec!["a", "d", "c"]),
        ("number:18446744073709551615", vec!["c"]),
        ("number:<18446744073709551615", vec!["b", "a", "d"]),
        ("number:<1e17", vec!["b", "a"]),
        ("number:>1.5", vec!["b", "a", "d", "c"]),
    ] {
        assert_eq!(found_by(&index, filter, "number"), found, "{filter}");
    }
    // Beside numbers with fractions they are kept as such.
    let index = Index::of(vec![
        number("a", 9_007_199_254_740_993),
        document("b", json!({"number": 1.5})),
        number("c", 2),
    ]);
    for (filter, found) in [
        ("", vec!["b", "c", "a"]),
        ("number:9007199254740993", vec!["a"]),
        ("number:>=9007199254740993", vec!["a"]),
        ("number:2", vec!["c"]),
        ("number:1.5..2", vec!["b", "c"]),
    ] {
        assert_eq!(found_by(&index, filter, "number"), found, "{filter}");
    }
}

#[test]
fn any_year_of_four_digits_is_a_time() {
    let time = |id: &str, time: &str| {
        let time = Some(time.to_owned());
        Document { time, ..document(id, json!({})) }
    };
    let index = Index::of(vec![
        time("a", "2024-05-21T00:00:00Z"),
        time("b", "0755-12-16T00:00:00Z"),
        time("c", "9999-12-31T23:59:59Z"),
        time("d", "1644-04-25T08:00:00Z"),
        document("e", json!({"time": "some day"})),
        document("f", json!({"made": "0618-06-18T00:00:00Z"})),
    ]);
    for (filter, found) in [
        ("", vec!["b", "d", "a", "c", "e", "f"]),
        ("time:*", vec!["b", "d", "a", "c"]),
        ("time:0755", vec!["b"]),
        ("time:1644-04-25", vec!["d"]),
        ("time:..1911", vec!["b", "d"]),
        ("time:>2024-05", vec!["c"]),
        ("time:9999", vec!["c"]),
        ("time:9999-12-31", vec!["c"]),
        ("time:2020..9999", vec!["a", "c"]),
        ("time:>9999", vec![]),
        ("made:0618-06", vec!["f"]),
        ("made:..0906", vec!["f"]),
    ] {
        let mut ids = found_by(&index, filter, "time");
        // Those without a time come last, in an order of their own.
        let known = ids.len().min(4);
        ids[known..].sort();
        assert_eq!(ids, found, "{filter}");
    }
    let answer = index.ask(SearchRequest {
        query: "telescope".to_owned(),
        facets: vec!["time".to_owned(), "made".to_owned()],
        ..SearchRequest::default()
    });
    let values = |field: &str| -> Vec<_> {
        answer.facets[field].iter().map(|facet| facet.value.as_str()).collect()
    };
    assert_eq!(values("time"), ["0755", "1644", "2024", "9999"]);
    assert_eq!(values("made"), ["0618"]);
}

#[test]
fn a_prefix_of_a_time_is_the_span_that_it_names() {
    let index = Index::of(vec![
        Document { time: Some("2024-05-21T00:00:00Z".to_owned()), ..document("a", json!({})) },
        Document { time: Some("2023-05-21T00:00:00Z".to_owned()), ..document("b", json!({})) },
        document("c", json!({"time": "2024 or so"})),
    ]);
    assert_eq!(found_by(&index, "time:2024*", "id"), ["a"]);
    assert_eq!(found_by(&index, "date:2024-05*", "id"), ["a"]);
    // What may go on to several months or days is no time.
    for query in ["time:2024-1*", "time:2024-05-2*"] {
        assert!(index.search(query).notes[0].contains("no time"), "{query}");
    }
}

#[test]
fn full_width_digits_are_digits() {
    let index = Index::of(vec![
        document("a", json!({"year": 2024})),
        Document { time: Some("2024-05-21T00:00:00Z".to_owned()), ..document("b", json!({})) },
    ]);
    for (filter, found) in [
        ("year:２０２４", "a"),
        ("year:２０２３..２０２５", "a"),
        ("year:>２０２３", "a"),
        ("time:２０２４", "b"),
        ("time:２０２４－０５－２１", "b"),
        ("time:２０２３..２０２４－０５", "b"),
    ] {
        assert_eq!(found_by(&index, filter, "id"), [found], "{filter}");
    }
}
