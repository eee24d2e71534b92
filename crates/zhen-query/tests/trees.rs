//! A table of queries and the trees they become, kept as snapshots: the language at a glance.
//!
//! Each line is `query → tree`, followed by the notes, if any.

use zhen_query::{NodeKind, Parsed, parse, parse_filter, parse_with};

fn lines(queries: &[&str], read: impl Fn(&str) -> Parsed) -> String {
    let mut out = String::new();
    for query in queries {
        let parsed = read(query);
        let tree = parsed.root.map_or("nothing".to_owned(), |root| root.outline());
        out.push_str(&format!("{query}  →  {tree}\n"));
        for note in &parsed.notes {
            out.push_str(&format!("      {}..{} {note}\n", note.span.start, note.span.end));
        }
    }
    out
}

#[test]
fn words_stay_one_text_between_operators() {
    insta::assert_snapshot!(lines(
        &[
            "",
            " \u{3000}\t ",
            "词典",
            "中国 经济 走廊",
            "free trade agreement",
            "  iPhone手机   价格  ",
            "维生素A 和 T恤",
            "what is the difference between linear regression and logistic regression",
            "。",
        ],
        parse
    ));
}

#[test]
fn operators_join_and_bind() {
    insta::assert_snapshot!(lines(
        &[
            "a AND b",
            "a && b",
            "a OR b c",
            "a b OR c d",
            "(a OR b) c",
            "a (b OR c) d",
            "a OR b OR c",
            "(a OR b) OR c",
            "a AND b AND c",
            "a ＡＮＤ b ＯＲ c",
            "（苹果 OR 华为）手机",
            "NOT a",
            "NOT a b",
            "a NOT b c",
            "a AND NOT b",
            "a OR NOT b",
            "-a",
            "-a -b",
            "python -snake",
            "amazon -river -rainforest",
            "苹果 －手机",
            "-(a b)",
            "-(a OR b) c",
            "-\"a b\" c",
            "-lang:en 词典",
            "NOT (NOT a)",
            "中国 AND （经济 OR “自由贸易”）",
            "\"a\"AND\"b\"",
            "(a)AND(b)",
        ],
        parse
    ));
}

#[test]
fn operators_without_operands_are_text() {
    insta::assert_snapshot!(lines(
        &[
            "OR",
            "AND a",
            "a OR",
            "a AND OR b",
            "a OR OR b",
            "NOT",
            "a NOT",
            "NOT NOT a",
            "(a OR) b",
            "(OR a) b",
            "and or not",
            "a && ",
            "R&D && 研发",
            "TO BE OR NOT TO BE",
        ],
        parse
    ));
}

#[test]
fn quotation_marks_pair() {
    insta::assert_snapshot!(lines(
        &[
            "\"free trade\"",
            "“自由贸易”",
            "„Haus“ ‟x”",
            "「词典」『詞典』",
            "«словарь»",
            "＂词典＂ ＂词典\"",
            "”国美”",
            "“国美“",
            "“国美\"",
            "\"国美”",
            "他说“好”的",
            "「他说「好」」",
            "“他说\"好\"”",
            "\"他说“好”\"",
            "\"say \"\"hi\"\"\"",
            "\"\"\"",
            "\"\"\"\"",
            "\"\"",
            "\"a\"\"b\"",
            "\" \" x",
            "a \"b c",
            "」a「",
            "24\" monitor",
            "24\" x 36\" poster",
            "24” 显示器",
            "\"iPhone 15\" case",
            "\"a (b\" c)",
            "\"a b\"~2",
            "don't ‘quote’",
            "《战国无双3》是由哪两个公司合作开发的？",
        ],
        parse
    ));
}

#[test]
fn parentheses_group_only_where_there_is_something_to_group() {
    insta::assert_snapshot!(lines(
        &[
            "(a)",
            "((a))",
            "(a b) c",
            "a (b) c",
            "((a) (b))",
            "(a \"b\") c",
            "郭台铭是哪家公司的总裁(董事长)？",
            "Function Call Operator ()",
            "为 computed() 标注类型",
            "foo() OR bar(x)",
            "listpushback (STL/CLR)",
            "Go_(game) -foo(bar)",
            "()",
            "( ) a",
            "1) first 2) second",
            "a ( b",
            ":) :(",
            "a (b OR c",
            "())(",
        ],
        parse
    ));
}

#[test]
fn hyphens_and_marks_inside_words_are_no_operators() {
    insta::assert_snapshot!(lines(
        &[
            "well-known state-of-the-art",
            "GPT-4o",
            "2024-05-21",
            "a - b",
            "plague - yersinia pestis - new mexico",
            "第一站 - 那是什么样的动画",
            "git commit --amend",
            "CPointoperator -=",
            "--",
            "- a",
            "-",
            "\"a\"-b",
            "C++ C# .NET F# -C++ -.NET -#tag",
            "R&D a||b a&&b",
            "!important ！注意",
            "+1 a+b",
            "破折号——在这里",
            "user@example.com user_name node.js",
        ],
        parse
    ));
}

#[test]
fn a_minus_directly_after_a_group_excludes() {
    let tree = |query| parse(query).root.unwrap().outline();
    let apart = r#"(and (or "苹果" "华为") (not (phrase "二手")))"#;
    for query in ["（苹果 OR 华为）－“二手”", r#"(苹果 OR 华为) -"二手""#] {
        assert_eq!(tree(query), apart, "{query}");
    }
    assert_eq!(tree("(a OR b)-c"), tree("(a OR b) -c"));
    assert_eq!(tree("(a OR b)-(c OR d)"), tree("(a OR b) -(c OR d)"));
    assert_eq!(tree("(a OR b)-lang:en"), tree("(a OR b) -lang:en"));
    assert_eq!(tree("tags:(law)-c"), tree("tags:(law) -c"));
    assert_eq!(tree("tags:((a OR b)-c)"), tree("tags:((a OR b) -c)"));
    // Parentheses with words alone group nothing.
    for text in ["f(x)-1", "(555)-1234", "总裁(董事长)-张三", "(a OR)-b", "(NOT)-b", "computed()-1"]
    {
        assert!(!tree(text).contains("(not"), "{text}");
    }
}

#[test]
fn a_minus_before_a_measure_is_one_of_arithmetic() {
    for text in ["-20℃", "-3.5%", "－20度 保存", "温度 -5°C"] {
        let root = parse(text).root.unwrap();
        assert!(matches!(root.kind, NodeKind::Text(_)), "{text}: {}", root.outline());
    }
    for text in ["手机 -20", "手机 -20块", "手机 -3.5", "手机 NOT 20%"] {
        assert!(parse(text).root.unwrap().outline().contains("(not"), "{text}");
    }
}

#[test]
fn prefixes_and_edits() {
    insta::assert_snapshot!(lines(
        &[
            "zhong*",
            "中国*",
            "中国＊ 经济",
            "-data*",
            "C++*",
            "*",
            "* a",
            "5 * 3",
            "*ology",
            "f*o",
            "2*3",
            "**bold** *em*",
            "java.util.*",
            "serch~",
            "serch~2",
            "serch~1",
            "serch～",
            "serch~0",
            "serch~7",
            "serch~12",
            "~/bin a~b ~",
            "你好～～",
        ],
        parse
    ));
}

#[test]
fn conditions_on_fields() {
    insta::assert_snapshot!(lines(
        &[
            "lang:zh",
            "lang：zh",
            "作者:鲁迅",
            "作者：“鲁迅”",
            "title:\"free trade\"",
            "title:\"free trade\" agreement",
            "tags:(law OR 经济)",
            "tags:(law -draft \"two words\" pre*)",
            "tags:(a (b OR c))",
            "tags:(a)",
            "tags:()",
            "tags:(a b:c)",
            "year:(>=2020 <2024)",
            "year:([2020 TO 2021] OR 1999..2001)",
            "NOT tags:(a OR b)",
            "url:*",
            "url：＊",
            "path:src/*",
            "path:*.rs",
            "path:/usr/share path:../x path:a/../b path:./a",
            "url:https://en.wikipedia.org/wiki/Go_(game)",
            "tag:C++ tag:#rust tag:.NET temp:-5",
            "meta.author-2:x _x:1",
            "time:2024-05-21T08:00:00Z",
            "a:b:c",
            "title:foo\"bar\"",
            "title:词典～",
        ],
        parse
    ));
}

#[test]
fn ranges() {
    insta::assert_snapshot!(lines(
        &[
            "time:2023..2024",
            "time：２０２３．．２０２４",
            "time:2023..",
            "time:..2024",
            "time:..",
            "time:1...2",
            "time:1..2..3",
            "year:>2020 year:>=2020 year:<2020 year:<=2020",
            "year:≥2020 year:≤2020 year:＞＝2020",
            "time:>\"2024-05-21 08:00\"",
            "year:>",
            "year:> 2020",
            "year:[2020 TO 2024]",
            "year:{2020 TO 2024}",
            "year:[2020 TO 2024}",
            "year:{2020 to *]",
            "year:[* TO *]",
            "year:[ \"a b\"  TO  z ]",
            "year:[2020 2024]",
            "year:[2020 TO 2024",
            "year:[2020",
            "year:［2020 TO 2024］",
            "temp:-5..5",
        ],
        parse
    ));
}

#[test]
fn user_text_with_colons_is_no_condition() {
    insta::assert_snapshot!(lines(
        &[
            "http://example.com/a?b=c",
            "https：//example.com",
            "12:30 at 9:00",
            "std::vec::Vec",
            "C:\\x C:/x",
            "x:=5",
            ":smile: :D :-)",
            "define: chargeback",
            "结论： 很好",
            "foo:",
            "foo:, bar",
            "1:2 3d:x",
            "e.g.:x",
            "a:http",
        ],
        parse
    ));
}

#[test]
fn only_known_names_are_fields_where_they_are_known() {
    let known = |name: &str| matches!(name, "lang" | "title" | "标题");
    insta::assert_snapshot!(lines(
        &[
            "lang:zh 词典",
            "auther:wang 词典",
            "localhost:8080",
            "Python：从入门到实践",
            "他说：“你好”",
            "标题：词典",
            "said:\"hello world\"",
            "said:(a OR b)",
            "foo:[a TO b] foo:>=5",
            "foo:bar* foo:bar~",
            "-foo:bar",
            "ＬＡＮＧ:zh ｌａｎｇ:zh",
            "define: chargeback",
            "lang: zh",
        ],
        |query| parse_with(query, &known)
    ));
}

#[test]
fn filters_say_what_is_wrong_with_them() {
    let filters = [
        "lang:zh",
        "lang:zh time:2023..2024",
        "(lang:zh OR lang:en) -tags:draft AND url:*",
        "tags:(a OR b)",
        "",
        "词典",
        "lang:zh 词典",
        "\"a b\"",
        "pre*",
        "lang:zh and year:2020",
        "year>=2020",
        "lang=zh",
        "lang == zh",
        "lang: zh",
        "lang:zh OR",
        "(lang:zh",
        "title:\"a",
        "year:[1 TO",
        "作者：鲁迅 和 年：2020",
    ];
    let mut out = String::new();
    for filter in filters {
        let line = match parse_filter(filter) {
            Ok(node) => node.outline(),
            Err(error) => error.to_string(),
        };
        out.push_str(&format!("{filter}  →  {line}\n"));
    }
    insta::assert_snapshot!(out);
}
