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

/// Whether a folded Chinese word only asks: 怎么办, 什么样, 能不能, 有没有.
pub(crate) fn asks(word: &str) -> bool {
    /// How words begin that ask for a way, a thing, a number.
    const BEGINNINGS: [&str; 6] = ["怎", "什么", "为什么", "为何", "多少", "多久"];
    let mut chars = word.chars();
    let start = [chars.next(), chars.next(), chars.next()];
    let is_choice = start[0].is_some()
        && start[0] == start[2]
        && matches!(start[1], Some('不' | '没'))
        && chars.count() <= 1;
    is_choice || BEGINNINGS.iter().any(|start| word.starts_with(start))
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
        for word in WORDS {
            assert_eq!(zhen_text::fold::fold_to_string(word), *word);
        }
        assert!(is_one("the") && is_one("什么") && is_one("在") && !is_one("中国") && !is_one(""));
    }

    #[test]
    fn words_that_only_ask_are_told_from_others() {
        for word in ["怎么办", "什么样", "多少钱", "能不能", "有没有", "可不可以"]
        {
            assert!(asks(word), "{word}");
        }
        for word in ["词典", "不能不", "没有", "怕不怕死人", ""] {
            assert!(!asks(word), "{word}");
        }
    }
}
