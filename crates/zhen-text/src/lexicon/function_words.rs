//! English words that carry grammar rather than meaning.

/// Whether a folded English word carries grammar rather than meaning. A query's other words decide
/// what it is about; translating these alone would find everything.
pub fn is_function_word(word: &str) -> bool {
    WORDS.binary_search(&word).is_ok()
}

/// In byte order.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "a", "about", "after", "all", "also", "although", "am", "an", "and", "any", "are", "aren",
    "as", "at", "be", "because", "been", "before", "being", "between", "both", "but", "by", "can",
    "could", "couldn", "did", "didn", "do", "does", "doesn", "don", "done", "down", "during",
    "each", "either", "for", "from", "had", "hadn", "has", "hasn", "have", "haven", "he", "her",
    "here", "herself", "him", "himself", "his", "how", "i", "if", "in", "into", "is", "isn", "it",
    "its", "itself", "just", "ll", "may", "might", "more", "much", "must", "myself", "neither",
    "no", "nor", "not", "of", "off", "on", "ones", "only", "onto", "or", "other", "our",
    "ourselves", "out", "over", "re", "s", "same", "shall", "she", "should", "since", "so",
    "some", "such", "t", "than", "that", "the", "their", "them", "themselves", "then", "there",
    "these", "they", "this", "those", "though", "through", "to", "too", "under", "until", "up",
    "upon", "ve", "very", "was", "wasn", "we", "were", "weren", "what", "when", "where",
    "which", "while", "who", "whom", "whose", "why", "will", "with", "within", "without", "won",
    "would", "wouldn", "yes", "you", "your", "yourself",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_for_binary_search() {
        assert!(WORDS.is_sorted());
        assert!(is_function_word("the") && !is_function_word("war"));
    }
}
