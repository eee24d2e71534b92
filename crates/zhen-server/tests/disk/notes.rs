//! What is noted of a query, as the page says it in Chinese.

use std::collections::BTreeSet;

use crate::support::http::encode;
use crate::{samples, server};

/// The page's table: the shape of a note, in which `$` stands for what it is about, and its words.
fn table() -> Vec<(&'static str, &'static str)> {
    let page = include_str!("../../assets/page.js");
    let begin = page.rfind("notes: [\n").unwrap();
    let lines = page[begin..].lines().skip(1).map_while(|line| {
        let rule = line.trim().strip_prefix("['")?.strip_suffix("'],")?;
        rule.split_once("', '")
    });
    lines.collect()
}

#[test]
fn the_page_has_words_for_every_note() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("samples");
    samples(&dir);
    let server = server(&dir);
    let (long, brackets) = ("a".repeat(4_097), "(".repeat(30));
    let deep = format!("{}a b{}", "(".repeat(70), ")".repeat(70));
    let parts = "-a ".repeat(2_000);
    let not_understood = "有一处无法理解，已按文字处理。";
    let queries = [
        ("\"open", "引号 $ 没有配对，已按文字处理。"),
        (")a", "括号 $ 没有配对，已按文字处理。"),
        ("\" \" a", "引号之间没有内容，已按文字处理。"),
        ("nothing:x", "没有字段 $，已按文字处理。"),
        ("lang: zh", "$ 的值须紧跟在冒号后面，已按文字处理。"),
        ("a AND", "运算符 $ 没有作用对象，已按文字处理。"),
        ("time:x", "$ 须与时间比较，如 2024、2024-05 或 2024-05-21。"),
        ("lang:zh~", "$ 在字段中不起作用。"),
        ("word~5", "$：最多允许两处差异。"),
        (&long, "查询超过 $ 个字符，其余部分未查找。"),
        ("meeting \"budget corridor\"", "没有文档包含全部引文，引号中的词已按普通词语查找。"),
        ("a&filter=nothing:x", "没有字段 $。"),
        ("a&facet=nothing", "没有字段 $。"),
        (&brackets, "另有 $ 处已按文字处理。"),
        (&deep, not_understood),
        ("lang:()", not_understood),
        ("\"a\"~", not_understood),
        ("time:[2020", not_understood),
        ("time:(2020 [2)", not_understood),
        ("word~0", not_understood),
        ("ab*cd", not_understood),
        (&parts, not_understood),
    ];
    let table = table();
    let mut used = BTreeSet::new();
    for (query, expected) in queries {
        let (query, more) = query.split_once('&').unwrap_or((query, ""));
        let answer = server.get(&format!("/api/v1/search?q={}&{more}", encode(query))).json();
        let notes = answer["notes"].as_array().into_iter().flatten();
        let said: Vec<_> = notes
            .map(|note| {
                let note = note.as_str().unwrap();
                let fits = |(shape, _): &&(&str, &str)| {
                    let (before, after) = shape.split_once('$').unwrap();
                    note.strip_prefix(before).is_some_and(|rest| rest.contains(after))
                };
                table.iter().find(fits).unwrap_or_else(|| panic!("no words for: {note}")).1
            })
            .collect();
        assert!(said.contains(&expected), "{query:.30}: {said:?}");
        used.extend(said);
    }
    let words: BTreeSet<_> = table.iter().map(|(_, words)| *words).collect();
    assert_eq!(used, words, "every line of the table says something");
}
