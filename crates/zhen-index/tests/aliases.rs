//! Properties of aliases:
//! 1. What documents state is counted by the documents that are there, in either direction.
//! 2. What the user adds or removes has the last word, and outlives documents and rebuilding.
//! 3. The answers do not depend on threads or segments.

#![allow(clippy::unwrap_used, reason = "a test that fails should panic")]

mod common;

use common::{Place, line};
use zhen_index::{Aliases, Indexer, ZhenIndex};

fn counterparts(index: &ZhenIndex, name: &str) -> Vec<(String, u64, bool)> {
    let searcher = index.tantivy().reader().unwrap().searcher();
    let hand_made = index.hand_made_aliases(&index.current_manifest().unwrap()).unwrap();
    let aliases = Aliases::new(&searcher, index.fields().aliases, &hand_made);
    let found = aliases.of(&zhen_text::alias::key(name)).unwrap();
    found.into_iter().map(|one| (one.key, one.documents, one.hand_made)).collect()
}

fn listed(index: &ZhenIndex, prefix: &str) -> Vec<String> {
    let listed = index.aliases(prefix, 10).unwrap();
    let shown = listed.into_iter().map(|one| {
        let evidence =
            one.evidence.map_or(String::new(), |evidence| format!(" in {}", evidence.id));
        format!("{} = {} ×{}{evidence}", one.alias, one.name, one.documents)
    });
    shown.collect()
}

/// One commit each.
fn index_each(place: &Place, documents: &[(&str, &str)]) {
    for (id, body) in documents {
        let mut indexer = place.indexer();
        indexer.index_stream(std::io::Cursor::new(line(id, body).into_bytes()), &()).unwrap();
        indexer.close().unwrap();
    }
}

const CORRIDOR: &[(&str, &str)] = &[
    ("a", "建设中巴经济走廊(CPEC)的项目"),
    ("b", "中巴經濟走廊（CPEC）與自由貿易協定 (FTA)"),
    ("c", "The Free Trade Agreement (FTA)"),
];

#[test]
fn a_pair_counts_the_documents_that_state_it_and_are_there() {
    let place = Place::new();
    index_each(&place, CORRIDOR);
    let index = place.open();
    assert_eq!(counterparts(&index, "CPEC"), [("中巴经济走廊".to_owned(), 2, false)]);
    assert_eq!(counterparts(&index, "中巴經濟走廊"), [("cpec".to_owned(), 2, false)]);
    assert_eq!(counterparts(&index, "fta").len(), 2);
    assert_eq!(counterparts(&index, "CPE"), []);
    assert_eq!(
        listed(&index, ""),
        [
            "CPEC = 中巴經濟走廊 ×2 in b",
            "FTA = Free Trade Agreement ×1 in c",
            "FTA = 自由貿易協定 ×1 in b",
        ]
    );
    assert_eq!(listed(&index, "自由贸易"), ["自由貿易協定 = FTA ×1 in b"]);

    let mut indexer = place.indexer();
    indexer.delete(&["a".to_owned(), "b".to_owned()]).unwrap();
    indexer.close().unwrap();
    let index = place.open();
    assert_eq!(counterparts(&index, "CPEC"), []);
    assert_eq!(listed(&index, ""), ["FTA = Free Trade Agreement ×1 in c"]);
    place.assert_sound();
}

#[test]
fn of_very_many_other_names_those_that_most_documents_state_are_given() {
    let place = Place::new();
    let (first, second) = (["ka", "ke", "ki", "ko", "ku"], ["ba", "be", "bo", "bu", "da", "de"]);
    let mut names = Vec::new();
    for a in first {
        for b in second {
            names.extend((b'b'..b'm').map(|c| format!("Fr{a} Tr{b} Ag{}a", char::from(c))));
        }
    }
    let pairs = names.iter().map(|name| format!("The {name} (FTA) was signed.\n"));
    let all: String = pairs.collect();
    let last = "The Fuzzy Tangled Agreement (FTA) was signed.";
    let stated = "The Frozen Treasure Agreement (FTA) was signed.";
    index_each(&place, &[("a", &all), ("b", last), ("c", stated), ("d", last), ("e", stated)]);
    let found = counterparts(&place.open(), "FTA");
    assert_eq!(found.len(), 256);
    assert_eq!(
        found[..3],
        [
            ("frozen treasure agreement".to_owned(), 2, false),
            ("fuzzy tangled agreement".to_owned(), 2, false),
            (names[0].to_lowercase(), 1, false),
        ]
    );

    // What the user says is counted too, however few say so.
    let added = names.last().unwrap();
    let mut indexer = place.indexer();
    indexer.add_alias("FTA", added).unwrap();
    indexer.delete(&["b".to_owned()]).unwrap();
    indexer.close().unwrap();
    let found = counterparts(&place.open(), "FTA");
    assert_eq!(
        found[..2],
        [(added.to_lowercase(), 1, true), ("frozen treasure agreement".to_owned(), 2, false)]
    );
    assert!(!found.contains(&("fuzzy tangled agreement".to_owned(), 1, false)), "it comes last");
}

#[test]
fn what_the_user_says_has_the_last_word_and_is_kept() {
    let place = Place::new();
    index_each(&place, CORRIDOR);
    let mut indexer = place.indexer();
    assert!(indexer.add_alias("走廊", "CPEC").unwrap());
    assert!(!indexer.add_alias("cpec", "走廊").unwrap(), "known already");
    assert!(indexer.remove_alias("FTA", "自由贸易协定").unwrap());
    assert!(!indexer.remove_alias("FTA", "没有这个").unwrap(), "no pair");
    indexer.close().unwrap();
    let expected = |index: &ZhenIndex| {
        let corridor = [("走廊".to_owned(), 0, true), ("中巴经济走廊".to_owned(), 2, false)];
        assert_eq!(counterparts(index, "CPEC"), corridor);
        assert_eq!(counterparts(index, "fta"), [("free trade agreement".to_owned(), 1, false)]);
        let all = listed(index, "");
        assert_eq!(all[0], "走廊 = CPEC ×0");
        assert!(!all.iter().any(|pair| pair.contains("協定")), "{all:?}");
    };
    expected(&place.open());
    place.assert_sound();

    index_each(&place, &[("d", "no pairs here")]);
    expected(&place.open());
    let (indexer, _) = Indexer::rebuild(place.options(), &()).unwrap();
    indexer.close().unwrap();
    expected(&place.open());

    let mut indexer = place.indexer();
    assert!(indexer.remove_alias("CPEC", "走廊").unwrap());
    assert!(indexer.add_alias("FTA", "自由贸易协定").unwrap());
    indexer.close().unwrap();
    let index = place.open();
    assert_eq!(counterparts(&index, "CPEC"), [("中巴经济走廊".to_owned(), 2, false)]);
    assert_eq!(counterparts(&index, "fta")[0], ("自由贸易协定".to_owned(), 1, true));
    place.assert_sound();
}

#[test]
fn a_list_made_by_hand_that_was_altered_is_damage() {
    let place = Place::new();
    index_each(&place, CORRIDOR);
    let mut indexer = place.indexer();
    indexer.add_alias("走廊", "CPEC").unwrap();
    indexer.close().unwrap();
    let is_list = |name: &str| name.starts_with("zhen-aliases-") && name.ends_with(".tsv");
    let files = std::fs::read_dir(&place.index).unwrap().map(|entry| entry.unwrap());
    let lists: Vec<_> = files.filter(|file| is_list(&file.file_name().to_string_lossy())).collect();
    assert_eq!(lists.len(), 1, "one list stays");
    std::fs::write(lists[0].path(), "+\tx\ty\n").unwrap();
    let report = place.open().verify().unwrap();
    assert!(report.findings.iter().any(|finding| finding.contains("zhen-aliases-")), "{report:?}");
}

#[test]
fn lists_do_not_depend_on_segments() {
    let (many, one) = (Place::new(), Place::new());
    index_each(&many, CORRIDOR);
    index_each(&one, CORRIDOR);
    let mut indexer = one.indexer();
    indexer.merge().unwrap();
    indexer.close().unwrap();
    for prefix in ["", "f", "中"] {
        assert_eq!(many.open().aliases(prefix, 2).unwrap(), one.open().aliases(prefix, 2).unwrap());
    }
}
