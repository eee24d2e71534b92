//! The same files in other encodings give the same hits.

use std::collections::BTreeMap;

use encoding_rs::{BIG5, GB18030, GBK};
use serde_json::{Value, json};

use crate::support::{Place, hits};

const FILES: usize = 40;

/// Sentences in simplified Chinese and English.
const HANS: [&str; 10] = [
    "图书馆的词典放在二楼，读者可以借阅，也可以在馆内查检。",
    "这款软件的安装简单方便，下载以后就能运行，不需要网络。",
    "The dictionary on the second floor may be borrowed for two weeks.",
    "火车从北京出发，经过五个小时到达上海，沿途风景很好。",
    "医生说维生素C溶于水，多余的会排出体外，不必担心。",
    "She installed the software in a minute and went on reading.",
    "孩子们在河边放风筝，老人坐在树下下棋，时间过得很慢。",
    "银行的营业时间是上午九点到下午五点，周末不办理业务。",
    "Every morning the baker opens his window and greets the street.",
    "夏天的雨来得快，去得也快，屋檐下的燕子叫个不停。",
];

/// The same in traditional Chinese.
const HANT: [&str; 10] = [
    "圖書館的詞典放在二樓，讀者可以借閱，也可以在館內查檢。",
    "這款軟件的安裝簡單方便，下載以後就能運行，不需要網絡。",
    "The dictionary on the second floor may be borrowed for two weeks.",
    "火車從北京出發，經過五個小時到達上海，沿途風景很好。",
    "醫生說維生素C溶於水，多餘的會排出體外，不必擔心。",
    "She installed the software in a minute and went on reading.",
    "孩子們在河邊放風箏，老人坐在樹下下棋，時間過得很慢。",
    "銀行的營業時間是上午九點到下午五點，週末不辦理業務。",
    "Every morning the baker opens his window and greets the street.",
    "夏天的雨來得快，去得也快，屋簷下的燕子叫個不停。",
];

const QUERIES: [&str; 12] = [
    "词典",
    "詞典",
    "dictionary",
    "install",
    "\"安装简单\"",
    "維生素C",
    "\"window and greets\"",
    "风筝 时间",
    "银行营业时间",
    "\"第7份文件\"",
    "北京 train",
    "燕子",
];

/// The text of a file: a number of its own and six sentences, over several lines.
fn text(sentences: &[&str; 10], number: usize) -> String {
    let mut text = format!("第{number}份文件\n\n");
    for at in 0..6 {
        text.push_str(sentences[(number * 3 + at * (1 + number / 10)) % 10]);
        text.push(if at % 2 == 0 { '\n' } else { ' ' });
    }
    text
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(bytes).collect()
}

fn gb(encoding: &'static encoding_rs::Encoding, text: &str) -> Vec<u8> {
    let (bytes, _, lossy) = encoding.encode(text);
    assert!(!lossy, "{} lacks a character of {text}", encoding.name());
    bytes.into_owned()
}

/// An encoding's name, the sentences that it can write, and how.
type Way = (&'static str, &'static [&'static str; 10], fn(&str) -> Vec<u8>);

const WAYS: [Way; 7] = [
    ("UTF-8", &HANS, |text| text.as_bytes().to_vec()),
    ("UTF-8 with byte order mark", &HANS, |text| format!("\u{feff}{text}").into_bytes()),
    ("UTF-16LE", &HANS, |text| utf16(text, u16::to_le_bytes)),
    ("UTF-16BE", &HANS, |text| utf16(text, u16::to_be_bytes)),
    ("GBK", &HANS, |text| gb(GBK, text)),
    ("GB18030", &HANS, |text| gb(GB18030, text)),
    ("Big5", &HANT, |text| gb(BIG5, text)),
];

/// Writes the tree, each file in the encoding that `way` gives, and answers the queries: for each,
/// by file name, score and passages.
fn answers(way: impl Fn(usize) -> Way) -> Vec<BTreeMap<String, Value>> {
    let place = Place::new();
    for number in 0..FILES {
        let (_, sentences, encode) = way(number);
        place.write(&format!("docs/{number}.txt"), encode(&text(sentences, number)));
    }
    let summary = place.json(&["index", "docs"]);
    assert_eq!(summary["documents"], FILES, "{summary}");
    let answer = |query: &&str| {
        let response = place.search(&[query, "-n", "100", "--duplicates", "show"]);
        let hit = |hit: &Value| {
            let shown = json!([hit["score"], hit["lang"], hit["passages"], hit["matched"]]);
            (crate::support::name(hit), shown)
        };
        hits(&response).iter().map(hit).collect()
    };
    QUERIES.iter().map(answer).collect()
}

/// The same sentences in UTF-8.
fn plainly(way: Way) -> Way {
    (way.0, way.1, WAYS[0].2)
}

#[test]
fn each_encoding_gives_the_hits_of_utf_8() {
    for sentences in [&HANS, &HANT] {
        let expected = answers(|_| ("UTF-8", sentences, WAYS[0].2));
        assert!(expected.iter().all(|answer| !answer.is_empty()), "{expected:?}");
        for way in WAYS.iter().skip(1).filter(|way| way.1 == sentences) {
            for (query, (found, expected)) in
                QUERIES.iter().zip(answers(|_| *way).iter().zip(&expected))
            {
                assert_eq!(found, expected, "{query} in {}", way.0);
            }
        }
    }
}

#[test]
fn a_folder_that_mixes_all_encodings_gives_the_hits_of_utf_8() {
    let mixed = |number: usize| WAYS[number % WAYS.len()];
    assert_eq!(answers(mixed), answers(|number| plainly(mixed(number))));
}
