//! What records promise, in JSON lines, JSON and tables:
//! 1. A good record is taken by the rules of the contract, whatever stands around it.
//! 2. A bad one is reported with its line.
//! 3. Lines of bodies lead to lines of the file.
//! 4. Streams are read as they come and may be of any size; what is held of them at once may not.

use std::cell::{Cell, RefCell};
use std::io::{self, Read};
use std::ops::ControlFlow;

use encoding_rs::{BIG5, GB18030};
use zhen_source::{Document, FileReport, ReadOptions, SourceError, read_file, read_stream};

fn file(name: &str, content: &[u8]) -> (Vec<Document>, FileReport) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("a file");
    let mut documents = Vec::new();
    let report = read_file(&path, &ReadOptions::default(), &mut |document| {
        documents.push(document);
        ControlFlow::Continue(())
    })
    .expect("a readable file");
    assert_eq!(report.documents, documents.len() as u64);
    (documents, report)
}

fn stream(content: impl Read) -> (Vec<Document>, FileReport) {
    let mut documents = Vec::new();
    let report = read_stream(content, &ReadOptions::default(), &mut |document| {
        documents.push(document);
        ControlFlow::Continue(())
    })
    .expect("a readable stream");
    (documents, report)
}

fn bodies(documents: &[Document]) -> Vec<&str> {
    documents.iter().map(|document| document.body.as_str()).collect()
}

fn problems(report: &FileReport) -> Vec<String> {
    report.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn json_lines_are_taken_one_by_one_and_bad_lines_are_named() {
    let text = "\u{FEFF}{\"id\": \"a\", \"body\": \"一\\ntwo\"}\r\n\r\n{\"body\": broken}\r\n[1]\r\n{\"id\": 7, \"title\": \"题\"}\r\n{\"x\": 1}\r\n\"文\"\r\n{\"body\": \"last\"}";
    let (documents, report) = file("a.jsonl", text.as_bytes());
    assert_eq!(bodies(&documents), ["一\ntwo", "", "last"]);
    assert_eq!(documents[1].id, "7");
    assert!(documents[2].id.ends_with("/a.jsonl#8"));
    assert!(documents[2].path.as_ref().is_some_and(|path| path.ends_with("/a.jsonl")));
    assert_eq!(
        problems(&report),
        [
            "line 3: not valid JSON at column 10: a value is missing, misspelt or without quotation \
             marks",
            "line 4: an array is no record; an object is needed",
            "line 6: the record has neither body nor title; give it one of them as a string",
            "line 7: a string is no record; an object is needed",
        ]
    );
    assert_eq!((report.kind, report.problem_count), ("jsonl", 4));
    // Both lines of the body stand on the one line of the record.
    let lines = [
        documents[0].lines.source_line(1),
        documents[0].lines.source_line(2),
        documents[2].lines.source_line(1),
    ];
    assert_eq!(lines, [1, 1, 8]);
}

#[test]
fn records_that_begin_on_the_same_line_have_ids_of_their_own() {
    let text = r#"[{"body":"一"},7,{"body":"二"},{"id":"x","body":"三"},{"body":"四"},
{"body":"五"},{"body":"六"}]"#;
    let (documents, _) = file("a.json", text.as_bytes());
    let ids: Vec<_> =
        documents.iter().map(|document| document.id.rsplit('/').next().unwrap_or("")).collect();
    assert_eq!(ids, ["a.json#1", "a.json#1.2", "x", "a.json#1.4", "a.json#2", "a.json#2.2"]);
}

#[test]
fn a_stream_is_json_lines_or_an_array() {
    let lines = "{\"body\": \"一\\n二\"}\n{\"body\": \"三\"}\n";
    let (documents, report) = stream(lines.as_bytes());
    assert_eq!(bodies(&documents), ["一\n二", "三"]);
    assert_eq!(report.kind, "jsonl");
    assert_eq!((documents[0].id.len(), &documents[0].path), (32, &None));
    assert!(documents[0].lines.is_identity());

    let array = " [{\"body\": \"一\\n二\"},\n {\"body\": 三},\n {\"body\": \"三\"}]";
    let (from_array, report) = stream(array.as_bytes());
    assert_eq!(bodies(&from_array), ["一\n二", "三"]);
    assert_eq!(report.kind, "json");
    assert_eq!(report.problems[0].line, Some(2));
    // The same content has the same id however it comes.
    assert_eq!(from_array[0].id, documents[0].id);

    let (documents, report) = stream(io::empty());
    assert_eq!((documents.len(), report.documents), (0, 0));

    let packed = zstd::encode_all(lines.as_bytes(), 1).expect("compressed");
    assert_eq!(bodies(&stream(packed.as_slice()).0), ["一\n二", "三"]);
}

#[test]
fn the_receiver_can_stop() {
    let mut seen = 0;
    let lines = "{\"body\": \"x\"}\n".repeat(100);
    let report = read_stream(lines.as_bytes(), &ReadOptions::default(), &mut |_| {
        seen += 1;
        if seen == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .expect("a readable stream");
    assert_eq!((seen, report.documents, report.stopped), (3, 3, true));
}

/// A stream of many records that holds none of them.
struct Endless {
    left: usize,
    line: &'static [u8],
    at: usize,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Ok(0);
        }
        let rest = &self.line[self.at..];
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        self.at += length;
        if self.at == self.line.len() {
            self.at = 0;
            self.left -= 1;
        }
        Ok(length)
    }
}

#[test]
fn streams_of_any_size_are_read_as_they_come() {
    let records = 200_000;
    let mut count = 0;
    let endless =
        Endless { left: records, line: "{\"body\": \"大海捞针 needle\"}\n".as_bytes(), at: 0 };
    let report = read_stream(endless, &ReadOptions::default(), &mut |_| {
        count += 1;
        ControlFlow::Continue(())
    })
    .expect("a readable stream");
    assert_eq!((count, report.documents), (records, records as u64));
}

#[test]
fn a_line_over_the_limit_is_reported_and_passed_over() {
    let options = ReadOptions { max_record_bytes: 1000, ..ReadOptions::default() };
    let text = format!(
        "{{\"body\": \"a\"}}\n{{\"body\": \"{}\"}}\n{{\"body\": \"b\"}}\n",
        "x".repeat(300_000)
    );
    let mut found = Vec::new();
    let report = read_stream(text.as_bytes(), &options, &mut |document| {
        found.push(document.body);
        ControlFlow::Continue(())
    })
    .expect("a readable stream");
    assert_eq!(found, ["a", "b"]);
    assert_eq!(problems(&report), ["line 2: the line is longer than 1000 bytes; split the record"]);
}

#[test]
fn a_row_over_the_limit_is_reported_and_the_next_line_is_a_row_again() {
    let options = ReadOptions { max_record_bytes: 1000, ..ReadOptions::default() };
    // A quote that never closes, lines that are empty, a line that never ends, and too many fields.
    let text = format!(
        "id,body\n1,a\n2,\"open\n{}3,b\n4,\"\n{}5,c\n6,{}\n7,d\n",
        "x\n".repeat(510),
        "\n".repeat(1200),
        "x".repeat(300_000),
    );
    let mut found = Vec::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.csv");
    std::fs::write(&path, text).expect("a file");
    let report = read_file(&path, &options, &mut |document| {
        assert!(document.body.len() <= 1000);
        found.push(document.id);
        ControlFlow::Continue(())
    })
    .expect("a readable file");
    let taken: Vec<_> = found.iter().map(String::as_str).filter(|id| *id != "x").collect();
    assert_eq!(taken, ["1", "3", "5", "7"]);
    let told = problems(&report);
    let too_long: Vec<_> = told.iter().filter(|told| told.contains("longer than 1000")).collect();
    assert_eq!(too_long.len(), 3, "{told:?}");
    assert!(too_long[0].starts_with("line 3: the row is longer than 1000 bytes"));
}

#[test]
fn a_row_of_very_many_fields_is_no_row() {
    let text = format!("body\na\n{}\nb\n", ",".repeat(100_000));
    let (documents, report) = file("a.csv", text.as_bytes());
    assert_eq!(bodies(&documents), ["a", "b"]);
    assert_eq!(problems(&report), ["line 3: the row has more than 16384 fields; split it"]);
}

#[test]
fn a_stream_that_fails_says_so() {
    struct Failing(&'static [u8]);
    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let bytes = std::mem::take(&mut self.0);
            if bytes.is_empty() {
                return Err(io::Error::other("the line is cut"));
            }
            buffer[..bytes.len()].copy_from_slice(bytes);
            Ok(bytes.len())
        }
    }
    let read = |bytes| {
        read_stream(Failing(bytes), &ReadOptions::default(), &mut |_| ControlFlow::Continue(()))
    };
    let error = read(b"{\"body\": \"x").expect_err("the stream failed");
    assert!(
        matches!(error, SourceError::Io { .. }) && error.to_string().contains("the line is cut")
    );
    // What was given before that is kept.
    let report = read(b"{\"body\": \"x\"}\n").expect("a record");
    assert!(report.documents == 1 && report.problems[0].message.contains("the line is cut"));
}

#[test]
fn records_in_other_encodings_are_read() {
    let text = "{\"id\": \"1\", \"body\": \"全文搜尋引擎的設計與實作\"}\n{\"id\": \"2\", \"body\": \"plain\"}\n{\"id\": \"3\", \"body\": \"簡單的中文檢索\"}\n";
    let expected = ["全文搜尋引擎的設計與實作", "plain", "簡單的中文檢索"];
    for encoding in [GB18030, BIG5] {
        let (bytes, _, _) = encoding.encode(text);
        let (documents, report) = file("a.jsonl", &bytes);
        assert_eq!(bodies(&documents), expected);
        assert_eq!(report.encoding, encoding.name());
    }
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (documents, report) = file("a.jsonl", &utf16);
    assert_eq!((bodies(&documents), report.encoding), (expected.to_vec(), "UTF-16LE"));
    // One bad byte costs one character.
    let (documents, report) =
        file("a.jsonl", &[text.as_bytes(), b"{\"body\": \"\xe4\xb8\xad\xff\"}"].concat());
    assert_eq!((documents[3].body.as_str(), report.lossy), ("中\u{FFFD}", true));
}

#[test]
fn a_nul_in_a_line_costs_that_line() {
    let (documents, report) =
        file("a.jsonl", b"{\"body\": \"a\"}\n{\"body\": \"b\0c\"}\n{\"body\": \"d\"}\n");
    assert_eq!(bodies(&documents), ["a", "d"]);
    assert_eq!((report.problem_count, report.problems[0].line), (1, Some(2)));
}

#[test]
fn a_json_file_is_records_or_the_text_of_its_strings() {
    let (documents, report) = file("a.json", "[\n {\"id\": \"x\", \"title\": \"题\",\n  \"body\": \"一\\n二\"},\n 5,\n {\"content\": [\n   \"甲\",\n   \"乙\"]}\n]".as_bytes());
    assert_eq!(bodies(&documents), ["一\n二", "甲\n乙"]);
    assert_eq!(problems(&report), ["line 4: a number is no record; an object is needed"]);
    let lines = [
        documents[0].lines.source_line(2),
        documents[1].lines.source_line(1),
        documents[1].lines.source_line(2),
    ];
    assert_eq!(lines, [3, 6, 7]);
    assert!(documents[1].id.ends_with("a.json#5"));

    let (documents, _) = file("b.json", b"{\"title\": \"t\", \"body\": \"one\"}");
    assert_eq!((documents[0].title.as_str(), documents[0].id.ends_with("/b.json")), ("t", true));

    // A title among nested things does not make a record.
    let (documents, report) =
        file("c.json", "{\"title\": \"配置\", \"items\": [{\"note\": \"文字\"}]}".as_bytes());
    assert_eq!(bodies(&documents), ["配置\n文字\n"]);
    assert_eq!((documents[0].title.as_str(), report.kind), ("c", "json"));

    // JSON lines under another name.
    let (documents, report) = file("d.json", b"{\"body\": \"a\"}\n{\"body\": \"b\"}\n");
    assert_eq!((bodies(&documents), report.kind), (vec!["a", "b"], "jsonl"));

    let (documents, report) = file("f.json", "{\"a\": \"文字\",\n \"b\": ".as_bytes());
    assert_eq!(bodies(&documents), ["文字\n"]);
    assert_eq!(problems(&report), ["line 1: not valid JSON: a closing bracket expected"]);

    // A file that breaks off gives what stands before.
    let (documents, report) = file("e.json", b"[{\"body\": \"a\"}, {\"body\": \"b");
    assert_eq!(bodies(&documents), ["a"]);
    assert_eq!(report.problem_count, 1);
}

#[test]
fn records_with_a_title_and_no_body_have_their_other_strings_for_it() {
    let record = "{\"title\": \"霸王别姬\", \"year\": 1993,\n \"overview\": \"悲欢\\n离合\", \"no\": \"\",\n \"cast\": [\"张国荣\"]}";
    for text in [record.to_owned(), format!("[{record}]")] {
        let (documents, _) = file("a.json", text.as_bytes());
        assert_eq!(bodies(&documents), ["悲欢\n离合\n张国荣"]);
        assert_eq!([1, 2, 3].map(|n| documents[0].lines.source_line(n)), [2, 2, 3]);
        assert_eq!(documents[0].extra["year"], 1993);
    }
    let line = record.replace('\n', "");
    let (documents, _) = file("a.jsonl", format!("\n{line}\n").as_bytes());
    assert_eq!(bodies(&documents), ["悲欢\n离合\n张国荣"]);
    assert_eq!([1, 3].map(|n| documents[0].lines.source_line(n)), [2, 2]);
}

#[test]
fn tables_map_their_columns() {
    let csv = "\u{FEFF}ID,Title,Body,Lang,Stars,Tags,Zip\r\n1,标题,\"正文, with \"\"quotes\"\"\r\n第二行\",zh,5,\"a,b\",01234\r\n\r\n2,Only,,en,4.5,,\r\n,,,,,,\r\n3,,,,,,\r\n";
    let (documents, report) = file("a.csv", csv.as_bytes());
    assert_eq!(bodies(&documents), ["正文, with \"quotes\"\n第二行", ""]);
    let first = &documents[0];
    assert_eq!(
        (first.id.as_str(), first.title.as_str(), first.lang.as_deref()),
        ("1", "标题", Some("zh"))
    );
    assert_eq!(first.tags, ["a", "b"]);
    assert_eq!(
        serde_json::Value::Object(first.extra.clone()),
        serde_json::json!({"Stars": 5, "Zip": "01234"})
    );
    assert_eq!([first.lines.source_line(1), first.lines.source_line(2)], [2, 3]);
    assert_eq!(report.problems[0].line, Some(7));
    assert_eq!(report.kind, "csv");
}

#[test]
fn a_table_without_a_body_column_joins_its_cells() {
    let (documents, _) = file("a.tsv", "name\t产地\tprice\n\"T恤\nred\"\t中国\t99\n".as_bytes());
    assert_eq!(bodies(&documents), ["T恤\nred\n中国\n99"]);
    let document = &documents[0];
    assert_eq!([1, 2, 3, 4].map(|n| document.lines.source_line(n)), [2, 3, 3, 3]);
    assert_eq!((&document.extra["产地"], &document.extra["price"]), (&"中国".into(), &99.into()));
    assert!(document.id.ends_with("a.tsv#2"));

    let (documents, report) = file("b.csv", b"id,phone,day\n1,13800138000, \n2,,2024-05-21\n");
    assert_eq!(bodies(&documents), ["13800138000", "2024-05-21"]);
    assert_eq!(documents[0].extra["phone"], 13_800_138_000_u64);
    assert_eq!(report.problem_count, 0);
}

#[test]
fn no_cell_of_a_table_takes_the_place_of_another() {
    let (documents, _) = file("a.csv", b"column_2,,column_5,title\na,b,c,d,e,f\n");
    assert_eq!(
        serde_json::Value::Object(documents[0].extra.clone()),
        serde_json::json!({
            "column_2": "a", "column_2_": "b", "column_5": "c", "column_5_": "e", "column_6": "f"
        })
    );
}

#[test]
fn delimiters_and_encodings_of_tables_are_found() {
    let (documents, _) = file("a.csv", "sep=;\ntitle;body\n一;\"a;b\"\n".as_bytes());
    assert_eq!(bodies(&documents), ["a;b"]);
    let text = "标题,正文说明,body\n第一条,无,安装很简单\n第二条,有,搜索引擎的设计\n";
    let (bytes, _, _) = GB18030.encode(text);
    let (documents, report) = file("a.csv", &bytes);
    assert_eq!(bodies(&documents), ["安装很简单", "搜索引擎的设计"]);
    assert_eq!((report.encoding, &documents[0].extra["标题"]), ("gb18030", &"第一条".into()));
    // Line ends of classic Mac OS.
    let (documents, _) = file("m.csv", b"title,body\ra,b\rc,d");
    assert_eq!(bodies(&documents), ["b", "d"]);
    // A quote within a field, and one that is never closed.
    let (documents, report) = file("q.csv", b"body\n5\" pipe\n\"open\nrest\n");
    assert_eq!(bodies(&documents), ["5\" pipe", "open\nrest\n"]);
    assert_eq!((report.problem_count, report.problems[0].line), (1, Some(3)));
    // Rows of any length.
    let (documents, _) = file("b.csv", b"title,body\na\nb,c,d\n");
    assert_eq!(bodies(&documents), ["", "c\nd"]);
    assert_eq!(documents[1].extra["column_3"], "d");
    assert_eq!([1, 2].map(|n| documents[1].lines.source_line(n)), [3, 3]);
    let (documents, _) = file("s.csv", b"title,text\na,,\"d\ne\",f\n");
    assert_eq!(bodies(&documents), ["d\ne\nf"]);
    assert_eq!([1, 2, 3].map(|n| documents[0].lines.source_line(n)), [2, 3, 3]);
}

#[test]
fn a_table_without_a_header_keeps_its_first_row() {
    for (first, body) in [
        ("张三,13800138000", "张三\n13800138000"),
        ("李四,2024-05-21", "李四\n2024-05-21"),
        ("王五,\"1,200.50\"", "王五\n1,200.50"),
        ("a,(010) 6275-1234", "a\n(010) 6275-1234"),
    ] {
        let (documents, _) = file("a.csv", format!("{first}\n赵六,1\n").as_bytes());
        assert_eq!(bodies(&documents), [body, "赵六\n1"]);
        assert!(documents[0].id.ends_with("a.csv#1"));
    }
    // Names are names, and who names a field of the contract has written a header.
    for header in ["name,phone1", "title,2024", "名称,价格"] {
        let (documents, _) = file("a.csv", format!("{header}\n赵六,1\n").as_bytes());
        assert_eq!(documents.len(), 1, "{header}");
    }
}

#[test]
fn what_is_wrong_with_json_is_said_in_words_for_people() {
    for (record, said) in [
        ("{\"body\": nothing}", "misspelt or without quotation marks"),
        ("{\"body\": }", "a value is missing"),
        ("{body: \"x\"}", "name of a field"),
        ("{\"body\": \"x", "ends before the record does"),
        ("{\"body\": \"a\tb\"}", "line break or tab"),
    ] {
        let (_, report) = file("a.jsonl", record.as_bytes());
        let message = &report.problems[0].message;
        assert!(message.contains(said), "{record}: {message}");
    }
}

#[test]
fn an_array_is_one_whatever_comes_before_it() {
    let array = "[{\"body\": \"一\"},\n {\"body\": \"two\"}]";
    for blank in ["\n", " \r\n\n"] {
        let (documents, report) = stream(blank.as_bytes().chain(array.as_bytes()));
        assert_eq!((bodies(&documents), report.problem_count), (vec!["一", "two"], 0), "{blank:?}");
    }
}

#[test]
fn a_record_of_a_slow_stream_is_given_before_the_next_is_waited_for() {
    /// Gives a line at a time, and looks before each how many records were given.
    struct Slow<'g> {
        lines: Vec<&'static [u8]>,
        given: &'g Cell<usize>,
        seen: &'g RefCell<Vec<usize>>,
    }
    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.seen.borrow_mut().push(self.given.get());
            let line = self.lines.pop().unwrap_or_default();
            buffer[..line.len()].copy_from_slice(line);
            Ok(line.len())
        }
    }
    let (given, seen) = (Cell::new(0), RefCell::default());
    let lines: Vec<&[u8]> = vec![b"{\"body\":\"two\"}\n", b"{\"body\":\"one\"}\n"];
    let reader = Slow { lines, given: &given, seen: &seen };
    let report = read_stream(reader, &ReadOptions::default(), &mut |_| {
        given.set(given.get() + 1);
        ControlFlow::Continue(())
    });
    assert_eq!(report.expect("two records").documents, 2);
    assert_eq!(seen.borrow()[..3], [0, 1, 2]);
}
