//! What Taiwan, Hong Kong and the mainland call by different names.

use crate::{Index, marked};

#[test]
fn the_words_of_three_regions_find_each_other() {
    for words in [
        ["出租车", "計程車", "的士"],
        ["公交车", "公車", "巴士"],
        ["移动电话", "行動電話", "手提電話"],
        ["电梯", "電梯", "升降機"],
        ["草莓", "草莓", "士多啤梨"],
        ["质量", "品質", "質素"],
    ] {
        let texts = words.map(|word| format!("请问{word}在哪里？"));
        let index = Index::of_texts(&texts.each_ref().map(String::as_str));
        for word in words {
            assert_eq!(index.ids(word), ["0", "1", "2"], "{word}");
        }
    }
    let index = Index::of_texts(&["的确如此，士兵们前进。", "人品很好"]);
    assert_eq!(index.search("的士").total, 0);
    assert_eq!(index.search("公交车").total, 0);
}

#[test]
fn a_term_of_several_words_is_found_as_it_is_called_elsewhere() {
    let index = Index::of_texts(&[
        "生成對抗網路的訓練不穩定。",
        "使用者可變更預設設定。",
        "網路頻寬不足。",
        "今天天气很好。",
    ]);
    for (query, id, text) in [
        ("生成对抗网络", "0", "生成對抗網路"),
        ("默认设置", "1", "預設設定"),
        ("网络带宽", "2", "網路頻寬"),
    ] {
        let response = index.search(query);
        assert_eq!(response.hits[0].id, id, "{query}");
        assert!(!response.relaxed, "{query}");
        assert_eq!(marked(&response)[0], text, "{query}");
    }
}
