//! 1. Every kind of pair that texts state is found, in either script and width.
//! 2. What stands in brackets for another reason is not taken for a name.
//! 3. Mining any text ends, and what it gives stands in the text.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::UserDict;

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::for_queries(&UserDict::default()));

fn mined(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    mine(&ANALYZER, text, &mut |pair| out.push(format!("{}={}", pair.name, pair.alias)));
    out
}

#[test]
fn a_name_and_what_stands_for_it_are_found() {
    let mut wrong = Vec::new();
    for (text, expected) in [
        ("自由贸易协定 (FTA)", "自由贸易协定=FTA"),
        ("两国签署了自由贸易协定 (FTA)。", "自由贸易协定=FTA"),
        ("巴基斯坦签署自由贸易协定（FTA）", "自由贸易协定=FTA"),
        ("中巴经济走廊(CPEC)是", "中巴经济走廊=CPEC"),
        ("建设中巴经济走廊(CPEC)的", "中巴经济走廊=CPEC"),
        ("在“中巴经济走廊”(CPEC)下", "中巴经济走廊=CPEC"),
        ("联合工作组 (JWG)", "联合工作组=JWG"),
        ("世界卫生组织（WHO）", "世界卫生组织=WHO"),
        ("加入世界貿易組織（WTO）後", "世界貿易組織=WTO"),
        ("国内生产总值（GDP）增长", "国内生产总值=GDP"),
        ("人工智能(AI)", "人工智能=AI"),
        ("World Health Organization (WHO)", "World Health Organization=WHO"),
        (
            "The World Health Organization（WHO，世界卫生组织）said",
            "World Health Organization=WHO|World Health Organization=世界卫生组织|世界卫生组织=WHO",
        ),
        (
            "世界贸易组织（WTO，World Trade Organization）",
            "世界贸易组织=WTO|世界贸易组织=World Trade Organization|World Trade Organization=WTO",
        ),
        ("WHO (World Health Organization)", "WHO=World Health Organization"),
        ("WHO（世界卫生组织）", "WHO=世界卫生组织"),
        ("We use machine learning（机器学习） for it", "machine learning=机器学习"),
        ("机器学习（machine learning）", "机器学习=machine learning"),
        ("这是机器学习（machine learning）的一种", "机器学习=machine learning"),
        ("我们采用神经网络（Neural Networks）", "神经网络=Neural Networks"),
        (
            "機器學習（英語：machine learning，縮寫：ML）",
            "機器學習=machine learning|機器學習=ML|machine learning=ML",
        ),
        ("他毕业于北京大学（以下简称北大）。", "北京大学=北大"),
        ("北京大学（简称“北大”）", "北京大学=北大"),
        ("北京大學（以下簡稱「北大」）", "北京大學=北大"),
        ("加入上海合作组织（上合组织）", "上海合作组织=上合组织"),
        ("清华大学（以下简称清华）", "清华大学=清华"),
        ("马铃薯（又称土豆）", "马铃薯=土豆"),
        ("北大（北京大学）", "北大=北京大学"),
        ("马铃薯，又称土豆，是一种", "马铃薯=土豆"),
        ("马铃薯，又称土豆", "马铃薯=土豆"),
        ("馬鈴薯，又稱為「土豆」\n", "馬鈴薯=土豆"),
        ("Vitamin C, also known as ascorbic acid", "Vitamin C=ascorbic acid"),
        ("Vitamin C, also known as ascorbic acid, is", "Vitamin C=ascorbic acid"),
        ("自动驾驶出租车（又叫Robotaxi）", "自动驾驶出租车=Robotaxi"),
        (
            "人机交互（human–computer interaction，简写为HCI）",
            "人机交互=human–computer interaction|人机交互=HCI|human–computer interaction=HCI",
        ),
        ("北京大学【以下简称“北大”】宣布", "北京大学=北大"),
        ("the Internet Engineering Task Force [IETF] said", "Internet Engineering Task Force=IETF"),
        ("臺灣積體電路製造股份有限公司（簡稱台積電）", "臺灣積體電路製造股份有限公司=台積電"),
        (
            "a full-text search engine for named-entity recognition (NER)",
            "named-entity recognition=NER",
        ),
        (
            "国家发展和改革委员会（National Development and Reform Commission）",
            "国家发展和改革委员会=National Development and Reform Commission",
        ),
    ] {
        let found = mined(text).join("|");
        if found != expected {
            wrong.push(format!("{text}: {found:?}, expected {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_stands_in_brackets_for_another_reason_is_left_alone() {
    let mut wrong = Vec::new();
    for text in [
        "第一条（1）甲方（以下简称甲方）",
        "本公司（以下简称“本公司”）",
        "中華民國九十一年（2002）",
        "市、县（市、区）",
        "速度（km/h）",
        "价格（USD）",
        "文件（MB）",
        "成绩(满分)",
        "结果（见下文）",
        "call printf(hello, world) now",
        "see foo(bar)",
        "f(x)",
        "[官方微博](http://weibo.com/juejinfanyi)",
        "as described (see below)",
        "many things (e.g. apples)",
        "(a) first (b) second",
        "fruit (apples, pears, plums)",
        "the answer (in short)",
        "Smith (1994)",
        "C (C99)",
        "王芳（妻）",
        "兀术（改作乌珠）",
        "正旦唱（同上）",
        "他说（笑）",
        "the user can choose (optional)",
        "校对：[wxy](https://github.com/wxy)",
        "在他看来（我们都知道）这很好",
        "北京（上海）",
        "苹果（一种水果）",
        "小时（每天）",
        "The house (on the hill) is old",
        "rates (FTA)",
        "大学(FTA)",
        "十二月三十日（周三）",
        "五十六（56）",
        "the Internet Engineering Task Force [IETF](https://ietf.org)",
        "values[MAX] and items [ABC]",
        "香港股份有限公司（简称新港）",
        "【独家】央行宣布",
    ] {
        wrong.extend(mined(text).into_iter().map(|pair| format!("{text}: {pair}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

proptest! {
    #[test]
    fn what_is_found_stands_in_the_text(
        text in "([A-Z][a-z]{2,5} |[A-Z]{2,4}|[a-z]{3,6} |[世界卫生组织北京大学机器学习简称又]{1,4}|[(（]|[)）]|[，,。“”\n ])*"
    ) {
        let plain: String = text.split_whitespace().collect();
        mine(&ANALYZER, &text, &mut |pair| {
            for side in [&pair.name, &pair.alias] {
                let side: String = side.split_whitespace().collect();
                assert!(plain.contains(&side), "{side} of {text}");
                assert!(!side.is_empty());
            }
        });
    }

    #[test]
    fn any_text_may_be_mined(text in "\\PC{0,80}") {
        mine(&ANALYZER, &text, &mut |_| {});
        mine(&ANALYZER, &format!("自由贸易协定（{text}）"), &mut |_| {});
        mine(&ANALYZER, &format!("{text}（FTA）"), &mut |_| {});
    }
}
