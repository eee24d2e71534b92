//! The promise of this module: its files hold what those hold that tantivy's own builder writes.

use tantivy::directory::{CompositeFile, FileSlice, RamDirectory};
use tantivy::index::SegmentComponent;
use tantivy::{Index, Segment, SingleSegmentIndexWriter};
use zhen_source::Document;
use zhen_text::{Analyzer, UserDict};

use super::SegmentBuilder;
use crate::budget::{Admission, Budget, Position};
use crate::document::{IndexDocument, prepare};
use crate::open::register_tokenizer;
use crate::schema::{Fields, schema};

/// Documents with something in every field, and with nothing in some.
fn documents() -> Vec<Document> {
    let han: Vec<char> =
        "中国经济走廊软件安装简单词典法律研究生命起源数据库搜索引擎".chars().collect();
    (0..300_usize)
        .map(|n| {
            let mut body: String = (0..n % 97).map(|i| han[(n * 7 + i * i) % han.len()]).collect();
            body += &format!("。 Running C++ user_name{n} a-compound-word-{} 25.4 亿\n", n % 13);
            // Terms that stand in many documents fill whole blocks of postings.
            body += &"常见 common ".repeat(n % 5);
            body += if n % 9 == 0 { "\n自由贸易协定 (FTA)" } else { "" };
            let extra = serde_json::json!({
                "price": n as f64 / 4.0, "count": n, "big": u64::MAX, "minus": -3, "ok": n % 2 == 0,
                "when": "2024-05-21T00:00:00Z", "name": format!("名{}", n % 7), "none": null,
                "a.b\\c": {"d": ["x", "x", {"e": 1}], "\u{1}": 2, "\0": 3},
            });
            let extra = extra.as_object().filter(|_| n % 3 > 0).cloned().unwrap_or_default();
            Document {
                id: format!("id-{}", n * 7919 % 1000),
                title: if n % 4 == 0 { String::new() } else { format!("标题 Title {n}") },
                headings: std::iter::repeat_n(0..han[0].len_utf8(), usize::from(n % 5 > 0))
                    .collect(),
                body: if n % 50 == 0 { String::new() } else { format!("中{body}") },
                path: (n % 6 > 0).then(|| format!("/文档/{}.md", n / 10)),
                url: (n % 8 == 0).then(|| "https://example.org/".to_owned()),
                time: (n % 2 == 0).then(|| format!("2024-05-{:02}T08:00:00+08:00", n % 28 + 1)),
                tags: ["甲", "b", "b"].iter().take(n % 4).map(ToString::to_string).collect(),
                kind: "markdown".to_owned(),
                extra,
                ..Document::default()
            }
        })
        .map(|mut document| {
            if document.body.is_empty() {
                document.headings.clear();
            }
            document
        })
        .collect()
}

fn prepared(fields: &Fields) -> Vec<IndexDocument> {
    let analyzer = Analyzer::for_queries(&UserDict::default());
    let budget = Budget::new(usize::MAX);
    documents()
        .into_iter()
        .map(|document| {
            let Admission::Granted(permit) = budget.try_admit(0, Position::default()) else {
                panic!("the budget has no limit")
            };
            let source = document.path.clone();
            prepare(&analyzer, fields, document, source.as_deref(), permit)
        })
        .collect()
}

/// What tantivy makes of the documents.
fn by_tantivy() -> Segment {
    let (schema, fields) = schema();
    let index = Index::create_in_ram(schema.clone());
    register_tokenizer(&index);
    let builder = Index::builder().schema(schema).tokenizers(index.tokenizers().clone());
    let mut writer: SingleSegmentIndexWriter<IndexDocument> =
        builder.single_segment_index_writer(RamDirectory::create(), 50_000_000).unwrap();
    for document in prepared(&fields) {
        writer.add_document(document).unwrap();
    }
    let index = writer.finalize().unwrap();
    index.searchable_segments().unwrap().remove(0)
}

#[test]
fn the_files_hold_what_tantivy_writes() {
    let (schema, fields) = schema();
    let index = Index::create_in_ram(schema.clone());
    let mut builder = SegmentBuilder::new(&index, fields).unwrap();
    for (number, document) in (0..).zip(prepared(&fields)) {
        assert_eq!(builder.add(document).unwrap(), number);
    }
    assert!(builder.memory() > 50_000);
    let meta = builder.finish().unwrap();
    assert_eq!(meta.max_doc(), 300);

    let (theirs, ours) = (by_tantivy(), index.segment(meta));
    let read = |segment: &Segment, component| segment.open_read(component).unwrap();
    let assert_same = |what: &str, theirs: FileSlice, ours: FileSlice| {
        let (theirs, ours) = (theirs.read_bytes().unwrap(), ours.read_bytes().unwrap());
        let lengths = (theirs.len(), ours.len());
        assert!(theirs.as_slice() == ours.as_slice(), "{what} differs: {lengths:?} bytes");
        lengths.0
    };
    for component in
        [SegmentComponent::FieldNorms, SegmentComponent::FastFields, SegmentComponent::Store]
    {
        let [theirs, ours] = [&theirs, &ours].map(|segment| read(segment, component.clone()));
        assert!(assert_same(&component.to_string(), theirs, ours) > 100);
    }
    for component in
        [SegmentComponent::Terms, SegmentComponent::Postings, SegmentComponent::Positions]
    {
        let [theirs, ours] = [&theirs, &ours]
            .map(|segment| CompositeFile::open(&read(segment, component.clone())).unwrap());
        let mut length = 0;
        for (field, entry) in schema.fields() {
            let what = format!("{component} of {}", entry.name());
            match (theirs.open_read(field), ours.open_read(field)) {
                (Some(theirs), Some(ours)) => length += assert_same(&what, theirs, ours),
                (theirs, ours) => assert!(theirs.is_none() && ours.is_none(), "{what}"),
            }
        }
        assert!(length > 100, "{component}: {length} bytes");
    }
}

#[test]
fn every_field_of_terms_has_a_file_whether_documents_have_any_or_not() {
    let (schema, fields) = schema();
    let index = Index::create_in_ram(schema.clone());
    let mut builder = SegmentBuilder::new(&index, fields).unwrap();
    builder.add(prepared(&fields).swap_remove(0)).unwrap();
    let segment = index.segment(builder.finish().unwrap());
    let terms = segment.open_read(SegmentComponent::Terms).unwrap();
    let terms = CompositeFile::open(&terms).unwrap();
    for (field, entry) in schema.fields() {
        assert_eq!(terms.open_read(field).is_some(), entry.is_indexed(), "{}", entry.name());
    }
}
