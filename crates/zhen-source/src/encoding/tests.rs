//! What decoding promises:
//! 1. The same text in every encoding that can hold it decodes to the same text.
//! 2. Invalid bytes cost U+FFFD and a flag, not the encoding.
//! 3. Data that is no text is refused, and nothing panics.

use proptest::prelude::*;

use super::*;

/// Bilingual text as people write it: `(simplified, traditional)`.
const SNIPPETS: [(&str, &str); 40] = [
    (
        "中国和巴基斯坦的关系 (China–Pakistan relations)",
        "中國和巴基斯坦的關係 (China–Pakistan relations)",
    ),
    ("安装很简单，只要运行 cargo install。", "安裝很簡單，只要執行 cargo install。"),
    ("请先阅读 README，再提交 issue。", "請先閱讀 README，再提交 issue。"),
    ("全文搜索引擎 full-text search engine", "全文搜尋引擎 full-text search engine"),
    ("他买了一件 T恤 和一部 iPhone手机。", "他買了一件 T恤 和一部 iPhone手機。"),
    ("会议于2024年5月21日在北京举行。", "會議於2024年5月21日在北京舉行。"),
    (
        "机器学习 (machine learning) 是人工智能的一个分支。",
        "機器學習 (machine learning) 是人工智慧的一個分支。",
    ),
    ("这本词典收录了十万个词条。", "這本詞典收錄了十萬個詞條。"),
    ("维生素A缺乏会导致夜盲症。", "維生素A缺乏會導致夜盲症。"),
    ("我们需要更多的数据来训练模型。", "我們需要更多的資料來訓練模型。"),
    ("价格：人民币100元（约15美元）", "價格：人民幣100元（約15美元）"),
    ("Hello, 世界！", "Hello, 世界！"),
    ("第一章 总则", "第一章 總則"),
    ("为了保护公民的合法权益，制定本法。", "為了保護公民的合法權益，制定本法。"),
    ("软件工程师每天都在写代码。", "軟體工程師每天都在寫程式。"),
    ("请点击“确定”按钮，然后重新启动计算机。", "請點擊「確定」按鈕，然後重新啟動電腦。"),
    ("老师：今天我们学习什么？学生：学习历史。", "老師：今天我們學習什麼？學生：學習歷史。"),
    ("北京大学 Peking University 创办于1898年", "北京大學 Peking University 創辦於1898年"),
    ("天气预报说明天会下雨。", "天氣預報說明天會下雨。"),
    ("床前明月光，疑是地上霜。", "床前明月光，疑是地上霜。"),
    ("学而时习之，不亦说乎？", "學而時習之，不亦說乎？"),
    ("数据库连接失败：connection refused", "資料庫連線失敗：connection refused"),
    ("用户名或密码错误，请重试。", "使用者名稱或密碼錯誤，請重試。"),
    ("The word 龙 means dragon.", "The word 龍 means dragon."),
    ("电影《霸王别姬》获得了金棕榈奖。", "電影《霸王別姬》獲得了金棕櫚獎。"),
    ("火车站离这里有三公里远。", "火車站離這裡有三公里遠。"),
    ("公司名称、地址、电话", "公司名稱、地址、電話"),
    ("如果你喜欢这个项目，请给我们一颗星。", "如果你喜歡這個專案，請給我們一顆星。"),
    ("世界卫生组织(WHO)发布了新的报告", "世界衛生組織(WHO)發布了新的報告"),
    ("鸟、鱼、马、龟、龙、凤", "鳥、魚、馬、龜、龍、鳳"),
    ("C++ 与 C# 的区别在于内存管理", "C++ 與 C# 的區別在於記憶體管理"),
    ("红楼梦第三回：贾雨村夤缘复旧职", "紅樓夢第三回：賈雨村夤緣復舊職"),
    ("请把文件发到 info@example.com", "請把檔案寄到 info@example.com"),
    ("开放时间 9:00-17:00，周一闭馆", "開放時間 9:00-17:00，週一閉館"),
    ("经济增长率为百分之八点五", "經濟成長率為百分之八點五"),
    ("编译器报告了三个警告 warning", "編譯器報告了三個警告 warning"),
    ("这是一个测试 test", "這是一個測試 test"),
    ("网络安全法自公布之日起施行", "網路安全法自公布之日起施行"),
    ("医生建议他多喝水，少熬夜。", "醫生建議他多喝水，少熬夜。"),
    ("春眠不觉晓，处处闻啼鸟。", "春眠不覺曉，處處聞啼鳥。"),
];

fn encoded(text: &str, encoding: &'static Encoding) -> Vec<u8> {
    let (bytes, used, failed) = encoding.encode(text);
    assert!(used == encoding && !failed, "{} cannot hold {text}", encoding.name());
    bytes.into_owned()
}

fn utf16(text: &str, little: bool, mark: bool) -> Vec<u8> {
    let mark = mark.then_some(0xFEFF);
    mark.into_iter()
        .chain(text.encode_utf16())
        .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
        .collect()
}

#[track_caller]
fn check(bytes: Vec<u8>, text: &str, encoding: &str) {
    let decoded = decode(bytes).expect("it is text");
    assert_eq!((decoded.text.as_str(), decoded.encoding, decoded.lossy), (text, encoding, false));
}

#[test]
fn every_snippet_decodes_alike_from_every_encoding() {
    for (simplified, traditional) in SNIPPETS {
        for text in [simplified, traditional] {
            check(text.as_bytes().to_vec(), text, "UTF-8");
            check([b"\xef\xbb\xbf", text.as_bytes()].concat(), text, "UTF-8");
            for (little, name) in [(true, "UTF-16LE"), (false, "UTF-16BE")] {
                check(utf16(text, little, true), text, name);
                check(utf16(text, little, false), text, name);
            }
            if text != "Hello, 世界！" {
                check(encoded(text, GB18030), text, "gb18030");
            }
        }
        check(encoded(traditional, BIG5), traditional, "Big5");
    }
}

#[test]
fn whole_documents_decode_alike_whatever_their_length() {
    let joined = |pick: fn(&(&'static str, &'static str)) -> &'static str| {
        SNIPPETS.iter().map(pick).collect::<Vec<_>>().join("\n")
    };
    let simplified = joined(|s| s.0).repeat(200);
    let traditional = joined(|s| s.1).repeat(200);
    assert!(simplified.len() > 3 * WINDOW);
    check(encoded(&simplified, GB18030), &simplified, "gb18030");
    check(encoded(&traditional, GB18030), &traditional, "gb18030");
    check(encoded(&traditional, BIG5), &traditional, "Big5");
    check(utf16(&traditional, true, false), &traditional, "UTF-16LE");
    // Long English before the first Chinese character, and windows that end anywhere.
    for padding in 0..4 {
        let text = format!("{}{}{simplified}", "plain English ".repeat(9000), "x".repeat(padding));
        check(encoded(&text, GB18030), &text, "gb18030");
    }
}

#[test]
fn a_long_line_without_any_cut_is_decoded_whole() {
    let text = "中华人民共和国宪法".repeat(20_000);
    for padding in ["", "a"] {
        let text = format!("{padding}{text}");
        check(encoded(&text, GB18030), &text, "gb18030");
    }
}

#[test]
fn four_byte_characters_of_gb18030_survive() {
    let text = "龘龑䶮𠮷野家是一家日本的餐厅，汉字“𠮷”不是“吉”。";
    check(encoded(text, GB18030), text, "gb18030");
}

#[test]
fn other_languages_fall_back() {
    let cases: [(&str, &'static Encoding); 6] = [
        ("これは日本語の文章です。カタカナも漢字もあります。", SHIFT_JIS),
        ("これは日本語の文章です。カタカナも漢字もあります。", EUC_JP),
        ("이것은 한국어 문장입니다. 우리는 데이터를 검색합니다.", EUC_KR),
        ("Le café est très agréable, même l'été à la plage.", WINDOWS_1252),
        ("Die Prüfung der Größe ist für alle Straßen möglich.", WINDOWS_1252),
        ("Это русский текст, написанный кириллицей для проверки.", encoding_rs::WINDOWS_1251),
    ];
    for (text, encoding) in cases {
        check(encoded(text, encoding), text, encoding.name());
    }
}

#[test]
fn declarations_are_believed_when_they_can_be() {
    let html = "<html><head><meta charset=\"big5\"><title>\u{4E00}</title></head></html>";
    check(encoded(html, BIG5), html, "Big5");
    let xml = "<?xml version='1.0' encoding='GB2312'?><t>丁</t>";
    let decoded = decode(encoded(xml, GB18030)).expect("it is text");
    assert_eq!(decoded.text, xml);
    // A declaration that is wrong does not win over the text.
    let lie = format!("<meta charset=big5><p>{}</p>", SNIPPETS[13].0.repeat(5));
    check(encoded(&lie, GB18030), &lie, "gb18030");
}

#[test]
fn stray_bytes_do_not_change_the_encoding() {
    let mut bytes = "中文 and English, ".repeat(20).into_bytes();
    bytes.insert(6, 0xFF);
    bytes.extend(b"\xe4\xb8");
    let decoded = decode(bytes).expect("it is text");
    assert_eq!((decoded.encoding, decoded.lossy), ("UTF-8", true));
    assert!(decoded.text.starts_with("中文\u{FFFD} and English, 中文 and"));

    // One in a short line, and a multi-byte character that is cut off.
    for text in
        [&b"hello \xe4\xb8\xad\xe6\x96\x87 \xff world"[..], "中文测试".as_bytes().split_at(11).0]
    {
        let decoded = decode(text.to_vec()).expect("it is text");
        assert_eq!((decoded.encoding, decoded.lossy), ("UTF-8", true));
    }

    // Also after a clean window.
    let mut bytes = "全文搜索 search\n".repeat(10_000).into_bytes();
    bytes.push(0x80);
    let decoded = decode(bytes).expect("it is text");
    assert_eq!((decoded.encoding, decoded.lossy), ("UTF-8", true));

    let mut bytes = encoded(&SNIPPETS[13].0.repeat(20), GB18030);
    bytes.insert(30, 0xFF);
    let decoded = decode(bytes).expect("it is text");
    assert_eq!((decoded.encoding, decoded.lossy), ("gb18030", true));
}

#[test]
fn lines_in_utf8_and_in_another_encoding_are_decoded_one_by_one() {
    for (encoding, pick) in
        [(GB18030, (|s| s.0) as fn(&(&'static str, &'static str)) -> &'static str), (BIG5, |s| s.1)]
    {
        for utf8_every in [2, 3, 6] {
            for others in [false, true] {
                let lines: Vec<&str> = SNIPPETS.iter().map(pick).collect();
                let bytes: Vec<Vec<u8>> = (0..)
                    .zip(&lines)
                    .map(|(n, line)| match (n % utf8_every == 0) != others {
                        true => format!("12:0{} {line}\r", n % 10).into_bytes(),
                        false => encoded(&format!("12:0{} {line}\r", n % 10), encoding),
                    })
                    .collect();
                let text: Vec<String> =
                    (0..).zip(&lines).map(|(n, line)| format!("12:0{} {line}\r", n % 10)).collect();
                check(bytes.join(&b'\n'), &text.join("\n"), encoding.name());
            }
        }
    }
    // A line that was cut short is none in another encoding.
    let cut = &"第三行".as_bytes()[..8];
    let decoded = decode(["第一行\n第二行\n".as_bytes(), cut].concat()).expect("it is text");
    assert_eq!((decoded.encoding, decoded.lossy), ("UTF-8", true));
}

#[test]
fn a_few_nuls_within_utf8_are_spaces() {
    for (line, other) in [("12:00 失败\n", "12:01 重试\n"), ("12:00 failed\n", "retry\n")] {
        for padding in ["", " "] {
            let log = format!("{padding}{}\0\0\0{}", line.repeat(30), other.repeat(3));
            check(log.clone().into_bytes(), &log.replace('\0', " "), "UTF-8");
        }
    }
    check(b"text\0with a NUL in it".to_vec(), "text with a NUL in it", "UTF-8");
}

#[test]
fn data_that_is_no_text_is_refused() {
    let refused = |bytes: &[u8]| decode(bytes.to_vec()).expect_err("it is no text");
    assert_eq!(refused(b"\x89PNG\r\n\x1a\n\0\0"), SkipReason::Binary(Some("png image")));
    assert_eq!(refused(b"{\\rtf1 text}"), SkipReason::Unsupported("rtf"));
    assert_eq!(refused(b"text with\0\0\0\0NULs in it"), SkipReason::Binary(None));
    assert_eq!(refused(b"a NUL \0 and \xff, which is in no UTF-8"), SkipReason::Binary(None));
    let head = "plain text\n".repeat(10_000).into_bytes();
    assert_eq!(refused(&[head.clone(), vec![0; head.len()]].concat()), SkipReason::Binary(None));
    assert_eq!(refused(&[0; 4096]), SkipReason::Binary(None));
    assert_eq!(refused(&[1, 2, 3, 4, 5, 6, 7, 14]), SkipReason::Binary(None));
    let numbers: Vec<u8> = (0u32..1000).flat_map(u32::to_le_bytes).collect();
    assert_eq!(refused(&numbers), SkipReason::Binary(None));
    // A linear congruential generator makes the same noise each time.
    let mut state = 1u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    })
    .take(10_000)
    .collect();
    assert_eq!(refused(&noise), SkipReason::Binary(None));
    let without_nuls: Vec<u8> = noise.into_iter().filter(|&b| b != 0).collect();
    assert_eq!(refused(&without_nuls), SkipReason::Binary(None));
}

#[test]
fn a_single_stray_byte_in_english_is_a_letter_or_invalid() {
    check(b"caf\xe9".to_vec(), "café", "windows-1252");
    check(b"\xe9".to_vec(), "é", "windows-1252");
    let decoded = decode(b"plain \xff text".to_vec()).expect("it is text");
    assert_eq!(
        (decoded.text.as_str(), decoded.encoding, decoded.lossy),
        ("plain \u{FFFD} text", "UTF-8", true)
    );
}

#[test]
fn marked_utf32_is_read() {
    let text = "中文 text";
    let mut bytes = b"\xff\xfe\0\0".to_vec();
    bytes.extend(text.chars().flat_map(|c| u32::from(c).to_le_bytes()));
    check(bytes, text, "UTF-32LE");
}

#[test]
fn nothing_and_ascii_are_utf8() {
    check(Vec::new(), "", "UTF-8");
    check(b"plain".to_vec(), "plain", "UTF-8");
}

proptest! {
    #[test]
    fn decoding_never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(bytes.clone());
        let _ = decode_line(&bytes, Some(BIG5));
    }

    #[test]
    fn utf8_comes_back_as_it_was(text in "[^\\p{Cc}]{0,60}") {
        prop_assume!(!text.starts_with('\u{FEFF}'));
        let decoded = decode(text.clone().into_bytes());
        prop_assert_eq!(decoded.map(|d| (d.text, d.lossy)), Ok((text, false)));
    }

    #[test]
    fn mixtures_of_snippets_decode_from_every_encoding(
        picks in proptest::collection::vec(0..SNIPPETS.len(), 1..4)
    ) {
        // Two snippets or more: one alone is covered above.
        let text: String = picks.iter().map(|&at| SNIPPETS[at].1).chain(["，以上是中文內容。"]).collect();
        for encoding in [GB18030, BIG5] {
            let decoded = decode(encoded(&text, encoding));
            prop_assert_eq!(decoded.map(|d| d.text), Ok(text.clone()));
        }
    }
}
