//! Numbers and dates by value, beyond the plain ones.

use crate::{Index, marked};

#[test]
fn quarters_fiscal_years_and_chapters_are_found_by_value() {
    let index = Index::of_texts(&[
        "2024年第一季度，营收增长。",
        "Revenue grew in Q1 2024.",
        "first quarter of 2024 results",
        "2024年第二季度，营收下滑。",
        "2023财年净利润下降。",
        "Net profit fell in FY2023.",
        "第三章 数据结构",
        "Chapter 3: Data structures",
        "股價上漲三成。",
        "Shares rose 30 percent.",
    ]);
    for query in ["Q1 2024", "2024年第一季度", "2024年一季度", "first quarter 2024", "2024Q1"]
    {
        let hits = index.search(query).hits;
        let mut first: Vec<_> = hits.iter().take(3).map(|hit| hit.id.as_str()).collect();
        first.sort_unstable();
        assert_eq!(first, ["0", "1", "2"], "{query}");
    }
    for (query, found) in [
        ("FY2023", &["4", "5"] as &[&str]),
        ("2023财年", &["4", "5"]),
        ("第三章", &["6", "7"]),
        ("chapter 3", &["6", "7"]),
        ("三成", &["8", "9"]),
        ("30%", &["8", "9"]),
    ] {
        let ids = index.ids(query);
        assert!(found.iter().all(|id| ids.contains(&(*id).to_owned())), "{query}: {ids:?}");
    }
}

#[test]
fn a_number_whose_unit_is_cut_with_what_it_counts_is_found_by_value() {
    let index = Index::of_texts(&["200,000 people live here.", "二十多万人", "20 people"]);
    let response = index.search("20万人");
    assert_eq!(response.hits[0].id, "0");
    assert_eq!(marked(&response)[0], "200,000");
}
