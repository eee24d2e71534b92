//! Words that hold a sentence together and say little by themselves. They are indexed and score
//! like all others; only, a document need not hold them to hold every word of a query that has
//! others.

/// Sorted, folded.
const WORDS: &[&str] = &[
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be",
    "been", "before", "being", "between", "but", "by", "can", "could", "did", "do", "does",
    "during", "each", "for", "from", "had", "has", "have", "he", "her", "his", "how", "i", "if",
    "in", "into", "is", "it", "its", "many", "may", "me", "more", "most", "much", "must", "my",
    "no", "not", "of", "on", "or", "other", "our", "s", "she", "should", "so", "some", "such",
    "t", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this",
    "those", "to", "up", "us", "was", "we", "were", "what", "when", "where", "which", "who",
    "whom", "whose", "why", "will", "with", "would", "you", "your", "一个", "一些", "一样", "一种", "为什么",
    "之间", "什么", "他们", "以及", "但是", "你们", "关于", "其中", "分别", "叫做", "可以", "各个", "吗", "呢", "哪", "哪一",
    "哪个", "哪些", "哪位", "哪儿", "哪里", "因为", "多少", "如何", "如果", "就是", "属于", "怎么", "怎么样", "怎样", "我们",
    "或者", "所以", "时候", "是不是", "是什么", "是否", "有些", "有什么", "有关", "有哪些", "没有", "由于", "的", "自己", "虽然",
    "请问", "谁", "这个", "这些", "这样", "通过", "那个", "那些", "都有", "需要",
];

/// Whether the folded word is one.
pub(crate) fn is_one(word: &str) -> bool {
    WORDS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_folded() {
        assert!(WORDS.windows(2).all(|w| w[0] < w[1]), "{:?}", WORDS.windows(2).find(|w| w[0] >= w[1]));
        for word in WORDS {
            assert_eq!(zhen_text::fold::fold_to_string(word), *word);
        }
        assert!(is_one("the") && is_one("什么") && !is_one("中国"));
    }
}
