//! Words that hold a sentence together and say little by themselves. They are indexed and score
//! like all others; only, a document need not hold them to hold every word of a query that has
//! others.

/// Sorted, folded.
const WORDS: &[&str] = &[
    "a",
    "about",
    "after",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "been",
    "before",
    "being",
    "between",
    "but",
    "by",
    "can",
    "could",
    "did",
    "do",
    "does",
    "during",
    "each",
    "for",
    "from",
    "had",
    "has",
    "have",
    "he",
    "her",
    "his",
    "how",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "many",
    "may",
    "me",
    "more",
    "most",
    "much",
    "must",
    "my",
    "no",
    "not",
    "of",
    "on",
    "or",
    "other",
    "our",
    "s",
    "she",
    "should",
    "so",
    "some",
    "such",
    "t",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "to",
    "up",
    "us",
    "was",
    "we",
    "were",
    "what",
    "when",
    "where",
    "which",
    "who",
    "whom",
    "whose",
    "why",
    "will",
    "with",
    "would",
    "you",
    "your",
    "一个",
    "一些",
    "一样",
    "一种",
    "为什么",
    "之间",
    "什么",
    "他们",
    "以及",
    "但是",
    "你们",
    "关于",
    "其中",
    "分别",
    "叫做",
    "可以",
    "各个",
    "吗",
    "呢",
    "哪",
    "哪一",
    "哪个",
    "哪些",
    "哪位",
    "哪儿",
    "哪里",
    "因为",
    "多少",
    "如何",
    "如果",
    "就是",
    "属于",
    "怎么",
    "怎么样",
    "怎样",
    "我们",
    "或者",
    "所以",
    "时候",
    "是不是",
    "是什么",
    "是否",
    "有些",
    "有什么",
    "有关",
    "有哪些",
    "没有",
    "由于",
    "的",
    "自己",
    "虽然",
    "请问",
    "谁",
    "这个",
    "这些",
    "这样",
    "通过",
    "那个",
    "那些",
    "都有",
    "需要",
];

/// Length of the longest of them, in bytes.
const LONGEST: usize = 9;

/// Single ideographs that hold a sentence together.
const PARTICLES: &str = "的地得了着过吗呢吧啊呀么嘛是在有无不没未会能可要应该被把将让使令给对从到向往由与和及或\
    而但也都就才又再还很太最更之其此这那哪谁我你您他她它们某每各几等则若如即且乃者于以为因所并仅只";

/// Whether the folded word is one.
pub(crate) fn is_one(word: &str) -> bool {
    let mut chars = word.chars();
    let single = chars.next().filter(|_| chars.next().is_none());
    word.len() <= LONGEST && WORDS.binary_search(&word).is_ok()
        || single.is_some_and(|c| PARTICLES.contains(c))
}

/// Words that ask for one of several, for a number, a time, a place or a measure; sorted. Others that begin so
/// do not ask: 几乎, 几何, 何况, 哪怕, 多重, and names.
#[rustfmt::skip]
const QUESTIONS: &[&str] = &[
    "何为", "何事", "何人", "何以", "何地", "何处", "何年", "何年何月", "何故", "何方", "何日",
    "何时", "何时何地", "何月", "何月何日", "何物", "何种", "何者", "何谓", "几个", "几位", "几号",
    "几多", "几天", "几岁", "几年", "几日", "几时", "几月", "几月份", "几次", "几点", "几点钟",
    "几种", "哪会儿", "哪位", "哪儿", "哪国", "哪天", "哪家", "哪年", "哪年哪月", "哪月", "哪条",
    "哪样", "哪次", "哪种", "哪类", "哪边", "哪部", "哪里", "哪项", "因何", "多厚", "多大", "多宽",
    "多快", "多深", "多远", "多长", "多长时间", "多高", "缘何",
];

/// Whether a folded Chinese word only asks: 怎么办, 什么样, 哪一年, 何时, 多高, 能不能, 有没有.
pub(crate) fn asks(word: &str) -> bool {
    /// How words begin that ask for a way, a thing, a number.
    const BEGINNINGS: [&str; 10] =
        ["怎", "什么", "为什么", "为何", "多少", "多久", "哪一", "哪个", "哪些", "哪几"];
    let mut chars = word.chars();
    let start = [chars.next(), chars.next(), chars.next()];
    let is_choice = start[0].is_some()
        && start[0] == start[2]
        && matches!(start[1], Some('不' | '没'))
        && chars.count() <= 1;
    is_choice
        || BEGINNINGS.iter().any(|start| word.starts_with(start))
        || QUESTIONS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_folded() {
        assert!(
            WORDS.windows(2).all(|w| w[0] < w[1]),
            "{:?}",
            WORDS.windows(2).find(|w| w[0] >= w[1])
        );
        assert_eq!(WORDS.iter().map(|word| word.len()).max(), Some(LONGEST));
        assert!(
            QUESTIONS.windows(2).all(|w| w[0] < w[1]),
            "{:?}",
            QUESTIONS.windows(2).find(|w| w[0] >= w[1])
        );
        for word in WORDS.iter().chain(QUESTIONS) {
            assert_eq!(zhen_text::fold::fold_to_string(word), *word);
        }
        assert!(is_one("the") && is_one("什么") && is_one("在") && !is_one("中国") && !is_one(""));
    }

    #[test]
    fn words_that_only_ask_are_told_from_others() {
        let choices = ["能不能", "有没有", "可不可以"];
        let things = ["怎么办", "什么样", "多少钱", "哪一年", "哪年", "哪几个"];
        let times = ["几时", "何时", "几点", "何地", "为何", "几个"];
        let measures = ["多长", "多高", "多大", "多远"];
        let all = [&choices as &[&str], &things, &times, &measures];
        for word in all.concat() {
            assert!(asks(word), "{word}");
        }
        let others = ["词典", "不能不", "没有", "怕不怕死人", ""];
        let begun_so = ["几何", "几乎", "几率", "何况", "何必", "何首乌", "哪吒", "哪怕", "多重"];
        for word in others.iter().chain(&begun_so) {
            assert!(!asks(word), "{word}");
        }
    }
}
