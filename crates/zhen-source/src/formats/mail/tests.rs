//! What mail promises:
//! 1. What a mail reader shows is found: subject, people, text, names of attached files.
//! 2. Nothing else is: no base64, no second form of the same text.
//! 3. Lines lead to where the text stands in the file.
//! 4. Nothing malformed fails or takes long.

use std::ops::ControlFlow;

use proptest::prelude::*;

use super::*;
use crate::read::FileReport;

fn message(text: &[u8]) -> (Document, FileReport) {
    let mut document = Document { title: "file".into(), ..Document::default() };
    let mut sink = |_| ControlFlow::Continue(());
    let mut out = Output::new(&mut sink, FileReport::default());
    read(text, 1, &mut document, &mut out);
    (document, out.report)
}

fn mailbox(text: &[u8], most: usize) -> (Vec<Document>, FileReport) {
    let mut documents = Vec::new();
    let mut sink = |document| {
        documents.push(document);
        ControlFlow::Continue(())
    };
    let mut out = Output::new(&mut sink, FileReport::default());
    let common = Document { id: "/a.mbox".into(), title: "a".into(), ..Document::default() };
    let flow = read_mailbox(text, &common, most, &mut out).expect("memory does not fail");
    assert!(flow.is_continue());
    let report = out.report;
    (documents, report)
}

fn line_of(document: &Document, text: &str) -> u32 {
    let at = document.body.find(text).unwrap_or_else(|| panic!("{text} in {:?}", document.body));
    let line = document.body[..at].matches('\n').count() as u32 + 1;
    document.lines.source_line(line)
}

#[test]
fn a_message_gives_subject_people_time_and_text() {
    let (document, _) = message(
        "From: =?utf-8?B?5p2O6Zu3?= <li@example.com>\r\nTo: \"Han, Meimei\" <han@example.com>,\r\n jim@example.com\r\n\
         Subject: =?utf-8?Q?=E4=BC=9A=E8=AE=AE?=\r\n =?utf-8?Q?=E9=80=9A=E7=9F=A5?= (2)\r\n\
         Date: Tue, 21 May 2024 08:00:00 +0800 (CST)\r\n\r\n第一行\r\nsecond line\r\n"
            .as_bytes(),
    );
    assert_eq!(document.title, "会议通知 (2)");
    assert_eq!(document.time.as_deref(), Some("2024-05-21T00:00:00Z"));
    assert_eq!(document.extra["from"], "李雷 <li@example.com>");
    assert_eq!(
        document.extra["to"],
        serde_json::json!(["Han, Meimei <han@example.com>", "jim@example.com"])
    );
    assert_eq!(
        document.body,
        "From: 李雷 <li@example.com>\nTo: Han, Meimei <han@example.com>, jim@example.com\n\n第一行\nsecond line\n"
    );
    assert_eq!(["From:", "To:", "第一行", "second"].map(|t| line_of(&document, t)), [1, 2, 8, 9]);
}

#[test]
fn parts_are_decoded_and_attachments_are_names() {
    let (chinese, ..) = encoding_rs::GB18030.encode("附上报告。\n请查收，谢谢。\n");
    let quoted: String = chinese
        .iter()
        .map(|byte| match byte {
            b'\n' => "\n".to_owned(),
            byte => format!("={byte:02X}"),
        })
        .collect();
    let text = format!(
        "Content-Type: multipart/mixed; boundary=\"b 1\"\n\npreamble\n--b 1\n\
         Content-Type: multipart/alternative; boundary=c\n\n--c\n\
         Content-Type: text/plain; charset=\"gb2312\"\nContent-Transfer-Encoding: quoted-printable\n\n{quoted}\n\
         --c\nContent-Type: text/html\n\n<p>again in HTML\n--c--\n--b 1\n\
         Content-Type: application/pdf; name=\"x.pdf\"\nContent-Transfer-Encoding: base64\n\
         Content-Disposition: attachment; filename*0*=utf-8''%E6%8A%A5%E5; filename*1*=%91%8A.pdf\n\nJVBERi0xLjc=\n--b 1\n\
         Content-Type: text/plain\nContent-Disposition: attachment; filename=\"=?utf-8?B?6K6w5b2VLnR4dA==?=\"\n\nnot this\n--b 1--\nepilogue\n"
    );
    let (document, report) = message(text.as_bytes());
    assert_eq!(document.body, "附上报告。\n请查收，谢谢。\n\n报告.pdf\n记录.txt\n");
    assert_eq!(document.extra["attachments"], serde_json::json!(["报告.pdf", "记录.txt"]));
    assert_eq!((report.encoding, report.lossy), ("gb18030", false));
    assert_eq!(["附上", "请查收"].map(|text| line_of(&document, text)), [11, 12]);
}

#[test]
fn html_is_read_where_there_is_no_plain_text() {
    let (document, _) = message(
        b"Subject: x\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n\n\
          <title>t</title>\n<h1>One</h1>\n<p>two</p>\n--b--\n",
    );
    assert_eq!((document.title.as_str(), document.body.as_str()), ("x", "One\n\ntwo\n"));
    assert_eq!(&document.body[document.headings[0].clone()], "One");
    assert_eq!(line_of(&document, "two"), 9);
}

#[test]
fn charsets_are_found_whatever_is_declared() {
    let text = "全文檢索系統的安裝說明，請參考附件。";
    let (big5, ..) = encoding_rs::BIG5.encode(text);
    for declared in ["", "; charset=big5", "; charset=us-ascii", "; charset=no-such"] {
        let head = format!("Content-Type: text/plain{declared}\n\n");
        let (document, _) = message(&[head.as_bytes(), &big5].concat());
        assert_eq!(document.body.trim_end(), text, "{declared}");
    }
    // Header fields in bytes of their own.
    let (subject, ..) = encoding_rs::GB18030.encode("关于召开会议的通知");
    let (document, _) = message(&[b"Subject: ", subject.as_ref(), b"\n\ntext\n"].concat());
    assert_eq!(document.title, "关于召开会议的通知");
    let head = b"Content-Type: text/plain; charset=shift_jis\nContent-Transfer-Encoding: base64\n\ng2WDWINn";
    assert_eq!(message(head).0.body, "テスト\n");
    let head = b"Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$BF|K\\\x1b(B\n";
    assert_eq!(message(head).0.body, "日本\n");
}

#[test]
fn forwarded_messages_are_text_too() {
    let (document, _) = message(
        b"Content-Type: multipart/digest; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n\
          Subject: inner\n\ninner text\n--b\nContent-Type: message/rfc822\n\nSubject: other\n\nother text\n",
    );
    assert_eq!(document.body, "inner\n\ninner text\n\nother\n\nother text\n");
}

#[test]
fn a_mailbox_is_a_document_for_each_message() {
    let text = "From a@b Tue May 21 08:00:00 2024\nSubject: one\n\nfirst\n\nFrom here on text\n>From quoted\n\n\
                From c@d Tue May 21 09:00:00 2024\nSubject: two\n\nsecond\n";
    let (documents, report) = mailbox(text.as_bytes(), 1000);
    let shown: Vec<_> =
        documents.iter().map(|d| (d.id.as_str(), d.title.as_str(), d.body.as_str())).collect();
    assert_eq!(
        shown,
        [
            ("/a.mbox#1", "one", "first\n\nFrom here on text\nFrom quoted\n"),
            ("/a.mbox#9", "two", "second\n")
        ]
    );
    assert_eq!(line_of(&documents[1], "second"), 12);
    assert_eq!(report.problem_count, 0);
    let long = format!("From a@b Tue May 21 08:00:00 2024\n\n{}\n\n{text}", "x".repeat(2000));
    let (documents, report) = mailbox(long.as_bytes(), 1000);
    assert_eq!((documents.len(), documents[0].id.as_str()), (2, "/a.mbox#5"));
    assert_eq!(report.problems[0].to_string(), "line 1: the message is longer than 1000 bytes");
}

#[test]
fn malformed_messages_are_read_as_far_as_they_go() {
    for (text, body) in [
        ("Subject: x\nno empty line\n", "no empty line\n"),
        ("Content-Type: multipart/mixed\n\nno boundary\n", "no boundary\n"),
        ("Content-Type: multipart/mixed; boundary=b\n\nnever there\n", "never there\n"),
        ("Content-Type: multipart/mixed; boundary=b\n\n--b\n\ncut", "cut\n"),
        (
            "Content-Type: text/plain; charset=\"\nContent-Transfer-Encoding: odd\n\nx=41\n",
            "x=41\n",
        ),
        ("Content-Transfer-Encoding: base64\n\n5Lit5paH5", "中文\n"),
    ] {
        assert_eq!(message(text.as_bytes()).0.body, body, "{text}");
    }
}

#[test]
fn parts_within_parts_and_endless_fields_take_linear_time() {
    let nested: String = (0..20_000)
        .map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"))
        .collect();
    message(nested.as_bytes());
    message("Content-Type: message/rfc822\n\n".repeat(100_000).as_bytes());
    message(
        format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(100_000))
            .as_bytes(),
    );
    for piece in ["=?", "=?aa?q?A", "a=\"", "a=b; ", "a*1*=x; ", "(<\"", "a@b, ", "\n b"] {
        for name in ["Subject", "To", "Content-Type"] {
            message(format!("{name}: x; {}", piece.repeat(200_000)).as_bytes());
        }
    }
}

const TOKENS: [&str; 24] = [
    "Content-Type: ",
    "multipart/mixed; ",
    "multipart/alternative; ",
    "boundary=b",
    "message/rfc822",
    "text/html; ",
    "charset=gb2312",
    "\n\n",
    "\n",
    "\r\n",
    "--b",
    "--",
    "\n--b\n",
    "\n--b--\n",
    "Content-Transfer-Encoding: base64\n",
    "Content-Transfer-Encoding: quoted-printable\n",
    "AAAA=",
    "=?utf-8?b?",
    "?=",
    "Subject: ",
    "To: \"a",
    "; filename*0*=",
    "\nFrom a 1:1 2024\n",
    "文",
];

proptest! {
    #[test]
    fn any_message_is_read(pieces in prop::collection::vec(prop::sample::select(TOKENS.to_vec()), 0..40), cut in any::<prop::sample::Index>()) {
        let text = pieces.concat().into_bytes();
        let cut = cut.index(text.len() + 1);
        for text in [&text[..], &text[..cut]] {
            let (document, _) = message(text);
            for heading in &document.headings {
                prop_assert!(document.body.get(heading.clone()).is_some());
            }
            mailbox(text, 100);
        }
    }
}
