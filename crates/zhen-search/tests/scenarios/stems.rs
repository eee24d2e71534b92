//! Words of one stem that are not of one meaning.

use zhen_search::Via;

use crate::{Index, marked};

#[test]
fn a_word_is_not_found_by_words_of_its_stem_that_mean_something_else() {
    let index = Index::of_texts(&[
        "Employees are entitled to severance pay.",
        "Severe weather closed several roads.",
        "The model fails to generalize.",
        "In general, generals retreat.",
        "A political party.",
        "Be polite.",
        "员工有权获得遣散费。",
        "他很有礼貌。",
    ]);
    for (query, found) in [
        ("severance", &["0", "6"] as &[&str]),
        ("several", &["1"]),
        ("generalize", &["2"]),
        ("general", &["3"]),
        ("遣散费", &["0", "6"]),
        ("polite", &["5", "7"]),
    ] {
        assert_eq!(index.ids(query), found, "{query}");
    }
}

#[test]
fn such_a_word_is_found_and_marked_in_all_its_forms() {
    let index = Index::of_texts(&["New editions are out.", "Edit the text."]);
    let response = index.search("edition");
    assert_eq!(marked(&response), ["editions"]);
    let roads: Vec<_> = response.hits[0].matched.iter().map(|one| one.via).collect();
    assert_eq!(roads, [Via::Stem]);
    let both = Index::of_texts(&["Several severe storms.", "A storm."]);
    assert_eq!(marked(&both.search("several")), ["Several"]);
}

#[test]
fn abbreviations_without_a_vowel_are_found_in_the_plural_too() {
    let index =
        Index::of_texts(&["Two GPUs and a bus.", "One GPU.", "A bu is a coin.", "PDF files"]);
    assert_eq!(index.ids("GPU"), ["0", "1"]);
    assert_eq!(index.ids("GPUs"), ["0", "1"]);
    assert_eq!(index.ids("PDFs"), ["3"]);
    assert_eq!(index.ids("bus"), ["0"]);
}
