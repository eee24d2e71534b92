//! What holds for every query, whatever it is made of.
//!
//! 1. Parsing any text gives a tree or nothing, and never panics.
//! 2. Spans lie inside the query on character borders; children lie inside their parent, in order,
//!    without overlap.
//! 3. A text node holds exactly what its span covers, without white space at its ends.
//! 4. No word is lost: what no leaf covers is operators, field names of groups, and punctuation.
//! 5. A tree has at most `MAX_NODES` nodes, bounded depth, and at most 16 notes; `And` and `Or`
//!    have at least two children and never directly hold their own kind.
//! 6. Printing a tree and reading it again gives the same tree, but for punctuation in text.
//! 7. Printing what was read from a printed tree gives the same text; so for trees built by hand.
//! 8. `quote` makes one phrase of any text that is not blank.
//! 9. Full-width punctuation means what its half-width twin means.
//! 10. Where no name is a field, the tree has none.
//! 11. A filter is accepted exactly when every leaf is a condition and there is nothing to note.
//! 12. Where nothing is an operator, the whole query is one text.

use proptest::prelude::*;
use zhen_query::{
    Bound, MAX_DEPTH, MAX_NODES, Node, NodeKind, Span, Value, parse, parse_filter, parse_with,
    quote,
};

/// Pieces that the language is made of, and text that resembles them.
const PIECES: &[&str] = &[
    "a",
    "b",
    "词",
    "词典",
    "GPT-4o",
    "C++",
    "24",
    " ",
    " ",
    " ",
    " ",
    "\u{3000}",
    "AND",
    " AND ",
    " OR ",
    " OR ",
    "OR",
    " NOT ",
    "NOT",
    "&&",
    " || ",
    "(",
    ")",
    "(",
    ")",
    "（",
    "）",
    "\"",
    "\"",
    "\"\"",
    "“",
    "”",
    "„",
    "「",
    "」",
    "『",
    "«",
    "»",
    "＂",
    "-",
    " -",
    "－",
    "--",
    "*",
    "＊",
    "~",
    "~2",
    "～",
    "~9",
    ":",
    "：",
    "f:",
    " f:",
    "标题：",
    "f:(",
    " g:(",
    "f:\"",
    "f:[",
    " TO ",
    "]",
    "{",
    "}",
    "..",
    ".",
    "f:1..2",
    " f:>=",
    "<",
    "≥",
    "//",
    "\\",
    "http://",
    "é",
    "🙂",
    "\u{301}",
    "\n",
    ",",
    "。",
    "#",
    ".NET",
    "=",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

/// Queries in which everything is read as meant.
fn sensible() -> impl Strategy<Value = String> {
    let part = prop::sample::select(
        &[
            "数据库",
            "free trade",
            "\"a b\"",
            "“自由 贸易”",
            "-draft",
            "NOT x",
            "lang:zh",
            "(a OR b)",
            "(a b)",
            "pre*",
            "serch~2",
            "time:2023..2024",
            "year:[1 TO 2}",
            "tags:(a OR b)",
            "-(a OR \"b\")",
            "f(x)",
            "24\" screen",
            "title:\"a b\"",
        ][..],
    );
    let joint = prop::sample::select(&[" ", "  ", "\u{3000}", " AND ", " OR ", " && ", " || "][..]);
    prop::collection::vec((part, joint), 1..8).prop_map(|parts| {
        let mut query: String = parts.iter().flat_map(|(part, joint)| [*part, *joint]).collect();
        query.truncate(query.len() - parts[parts.len() - 1].1.len());
        query
    })
}

fn ascii_query() -> impl Strategy<Value = String> {
    let pieces: Vec<&str> = PIECES.iter().copied().filter(|piece| piece.is_ascii()).collect();
    let soup = prop::collection::vec(prop::sample::select(pieces), 0..40);
    prop_oneof![3 => soup.prop_map(|pieces| pieces.concat()), 1 => "[ -~]{0,60}"]
}

fn query() -> impl Strategy<Value = String> {
    prop_oneof![4 => soup(), 2 => sensible(), 1 => any::<String>(), 1 => "[ -~\u{4e00}-\u{4e20}]{0,60}"]
}

fn nodes(root: &Node) -> Vec<&Node> {
    let mut all = Vec::new();
    root.walk(&mut |node| all.push(node));
    all
}

fn leaves(root: &Node) -> Vec<&Node> {
    nodes(root).into_iter().filter(|node| node.children().is_empty()).collect()
}

fn depth(node: &Node) -> usize {
    1 + node.children().iter().map(depth).max().unwrap_or(0)
}

/// The tree with only the letters and digits of its texts, in lower case, and without the marks
/// that a stray parenthesis or quotation mark leaves in other words.
fn simplified(node: &Node) -> Node {
    let kind = match &node.kind {
        NodeKind::Text(text) => {
            let words: Vec<String> = text
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| !word.is_empty())
                .map(|word| word.chars().map(narrowed).collect::<String>().to_lowercase())
                .collect();
            NodeKind::Text(words.join(" "))
        }
        NodeKind::And(children) => NodeKind::And(children.iter().map(simplified).collect()),
        NodeKind::Or(children) => NodeKind::Or(children.iter().map(simplified).collect()),
        NodeKind::Not(child) => NodeKind::Not(Box::new(simplified(child))),
        NodeKind::Field { name, value: Value::Word(text) | Value::Prefix(text) }
            if text.contains(is_bracket) =>
        {
            NodeKind::Field { name: name.clone(), value: Value::Phrase(text.clone()) }
        }
        other => other.clone(),
    };
    Node { span: Span::default(), kind }
}

fn is_bracket(c: char) -> bool {
    matches!(narrowed(c), '(' | ')' | '"') || "“”„‟「」『』«»｢｣﹁﹂﹃﹄〝〞〟".contains(c)
}

fn narrowed(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).expect("a full-width twin"),
        _ => c,
    }
}

fn was_cut(notes: &[zhen_query::Note]) -> bool {
    notes.iter().any(|note| note.message.contains("too many") || note.message.contains("deeper"))
}

fn check_shape(query: &str) -> Result<(), TestCaseError> {
    let parsed = parse(query);
    prop_assert_eq!(&parsed.source, query);
    prop_assert!(parsed.notes.len() <= 16);
    for note in &parsed.notes {
        prop_assert!(query.get(note.span.start..note.span.end).is_some(), "{:?}", note);
        prop_assert!(note.message.ends_with('.') && !note.message.contains('\n'));
    }
    prop_assert_eq!(parsed.root.is_none(), query.trim().is_empty());
    let Some(root) = parsed.root else { return Ok(()) };
    let all = nodes(&root);
    prop_assert!(all.len() <= MAX_NODES, "{} nodes", all.len());
    prop_assert!(depth(&root) <= 3 * MAX_DEPTH + 3);
    for node in all {
        prop_assert!(query.get(node.span.start..node.span.end).is_some());
        let mut end = node.span.start;
        for child in node.children() {
            prop_assert!(child.span.start >= end && child.span.end <= node.span.end);
            end = child.span.end;
        }
        match &node.kind {
            NodeKind::Text(text) => {
                prop_assert_eq!(text.as_str(), node.span.of(query));
                prop_assert_eq!(text.trim(), text.as_str());
                prop_assert!(!text.is_empty());
            }
            NodeKind::And(children) => {
                prop_assert!(children.len() >= 2);
                prop_assert!(!children.iter().any(|child| matches!(child.kind, NodeKind::And(_))));
            }
            NodeKind::Or(children) => {
                prop_assert!(children.len() >= 2);
                prop_assert!(!children.iter().any(|child| matches!(child.kind, NodeKind::Or(_))));
            }
            NodeKind::Fuzzy(_, distance) => prop_assert!((1..=2).contains(distance)),
            _ => {}
        }
    }
    Ok(())
}

fn check_nothing_lost(query: &str) -> Result<(), TestCaseError> {
    let parsed = parse(query);
    let Some(root) = parsed.root else { return Ok(()) };
    let mut rest = String::new();
    let mut at = 0;
    for leaf in leaves(&root) {
        rest.push_str(&query[at..leaf.span.start]);
        rest.push(' ');
        at = leaf.span.end;
    }
    rest.push_str(&query[at..]);
    let rest: String = rest.chars().map(narrowed).collect();
    for word in rest.split(|c: char| c.is_whitespace() || "()（）".contains(c)) {
        let word = word.trim_start_matches(['-', '−', '﹣']);
        let is_operator = matches!(word, "AND" | "OR" | "NOT" | "&&" | "||");
        let names_group = word.ends_with(':');
        prop_assert!(word.is_empty() || is_operator || names_group, "lost {word:?} of {query:?}");
    }
    Ok(())
}

fn check_printing(query: &str) -> Result<(), TestCaseError> {
    let parsed = parse(query);
    let Some(root) = parsed.root else { return Ok(()) };
    let printed = root.to_query();
    let again = parse(&printed).root.expect("a printed tree is not blank");
    if !was_cut(&parsed.notes) {
        prop_assert_eq!(
            simplified(&root).outline(),
            simplified(&again).outline(),
            "printed as {}",
            printed
        );
    }
    prop_assert_eq!(again.to_query(), printed);
    Ok(())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z词典]{1,6}",
        2 => soup(),
        1 => any::<String>(),
        1 => prop::sample::select(&["", " ", "OR", "a b", "-x", "f:x", "x*", "a\"b", "(", "*"][..])
            .prop_map(str::to_owned),
    ]
}

fn bound() -> impl Strategy<Value = Bound> {
    prop_oneof![
        Just(Bound::Open),
        text().prop_map(Bound::Included),
        text().prop_map(Bound::Excluded)
    ]
}

fn built_tree() -> impl Strategy<Value = Node> {
    let node = |kind| Node { span: Span::default(), kind };
    let value = prop_oneof![
        text().prop_map(Value::Word),
        text().prop_map(Value::Phrase),
        text().prop_map(Value::Prefix),
        Just(Value::Exists),
        (bound(), bound()).prop_map(|(from, to)| Value::Range { from, to }),
    ];
    let leaf = prop_oneof![
        3 => text().prop_map(NodeKind::Text),
        1 => text().prop_map(NodeKind::Phrase),
        1 => text().prop_map(NodeKind::Prefix),
        1 => (text(), 1..=2u8).prop_map(|(text, distance)| NodeKind::Fuzzy(text, distance)),
        2 => ("[a-z][a-z0-9]{0,5}", value)
            .prop_map(|(name, value)| NodeKind::Field { name, value }),
    ]
    .prop_map(node);
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(NodeKind::And),
            prop::collection::vec(inner.clone(), 0..4).prop_map(NodeKind::Or),
            inner.prop_map(|child| NodeKind::Not(Box::new(child))),
        ]
        .prop_map(node)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    /// Properties 1, 2, 3 and 5.
    #[test]
    fn any_text_gives_a_well_formed_tree(query in query()) {
        check_shape(&query)?;
    }

    /// Property 4.
    #[test]
    fn no_word_is_lost(query in query()) {
        check_nothing_lost(&query)?;
    }

    /// Properties 6 and 7.
    #[test]
    fn a_printed_tree_reads_as_itself(query in query()) {
        check_printing(&query)?;
    }

    /// Property 6, to the letter, where text stands apart from everything else.
    #[test]
    fn a_sensible_query_survives_printing_exactly(query in sensible()) {
        let parsed = parse(&query);
        prop_assert_eq!(parsed.notes, []);
        let root = parsed.root.expect("not blank");
        let again = parse(&root.to_query()).root.expect("not blank");
        prop_assert!(again.same_meaning(&root), "{} / {}", root.outline(), again.outline());
    }

    /// Property 7, for trees that no query gives.
    #[test]
    fn printing_a_built_tree_settles_at_once(tree in built_tree()) {
        let printed = tree.to_query();
        let again = parse(&printed).root.expect("a printed tree is not blank");
        prop_assert_eq!(again.to_query(), printed);
    }

    /// Property 8.
    #[test]
    fn quote_makes_one_phrase_of_any_text(text in prop_oneof![soup(), any::<String>()]) {
        prop_assume!(!text.trim().is_empty());
        let parsed = parse(&quote(&text));
        prop_assert_eq!(parsed.root.map(|root| root.kind), Some(NodeKind::Phrase(text)));
        prop_assert!(parsed.notes.is_empty());
    }

    /// Property 9.
    #[test]
    fn full_width_punctuation_means_the_same(query in ascii_query()) {
        let wide: String = query
            .chars()
            .map(|c| match c {
                '!'..='~' if !c.is_alphanumeric() => {
                    char::from_u32(c as u32 + 0xFEE0).expect("a full-width twin")
                }
                ' ' => '\u{3000}',
                _ => c,
            })
            .collect();
        let outline = |query: &str| parse(query).root.map(|root| simplified(&root).outline());
        let narrow_outline = outline(&wide).map(|outline| {
            outline
                .replace("\\u{3000}", " ")
                .replace('\u{3000}', " ")
                .replace('＼', "\\\\")
                .replace('＂', "\\\"")
                .chars()
                .map(narrowed)
                .collect::<String>()
        });
        prop_assert_eq!(narrow_outline, outline(&query));
    }

    /// Property 10.
    #[test]
    fn where_no_name_is_a_field_there_is_none(query in query()) {
        let parsed = parse_with(&query, &|_| false);
        if let Some(root) = parsed.root {
            let is_field = |node: &&Node| matches!(node.kind, NodeKind::Field { .. });
            prop_assert_eq!(nodes(&root).into_iter().find(is_field), None);
        }
    }

    /// Property 11.
    #[test]
    fn a_filter_is_conditions_only(query in prop_oneof![query(), sensible()]) {
        let parsed = parse(&query);
        let conditions_only = parsed.notes.is_empty()
            && parsed.root.as_ref().is_some_and(|root| {
                leaves(root).iter().all(|leaf| matches!(leaf.kind, NodeKind::Field { .. }))
            });
        match parse_filter(&query) {
            Ok(node) => {
                prop_assert!(conditions_only);
                prop_assert_eq!(Some(node), parsed.root);
            }
            Err(error) => {
                prop_assert!(!conditions_only);
                prop_assert!(query.get(error.span.start..error.span.end).is_some());
                prop_assert_eq!(error.column, query[..error.span.start].chars().count() + 1);
                prop_assert!(parse_filter(&error.example).is_ok(), "{}", error.example);
            }
        }
    }

    /// Property 12.
    #[test]
    fn plain_words_are_one_text(query in "[a-z词典，。？、!?'0-9][a-z词典，。？、!?'0-9 -]{0,40}") {
        prop_assume!(!query.contains(" -"));
        let parsed = parse(&query);
        prop_assert_eq!(
            parsed.root.map(|root| root.kind),
            Some(NodeKind::Text(query.trim().to_owned()))
        );
        prop_assert!(parsed.notes.is_empty());
    }
}

fn check_all(query: &str) {
    let checks = [check_shape, check_nothing_lost, check_printing];
    for check in checks {
        check(query).expect("the property holds");
    }
}

#[test]
fn a_query_of_ten_thousand_characters_is_read() {
    for piece in [
        "词典 ", "\"", "\"a\" ", "“", "「a", "(", ")", "f:", "f:(a ", "f:[a ", "a OR ", "-a ",
        "NOT ", "a* ", "a~", "f:a..", "\"\"a",
    ] {
        check_all(&piece.repeat(10_000 / piece.chars().count()));
    }
}

#[test]
fn five_hundred_nested_parentheses_are_read() {
    let nested = format!("{}\"词典\" OR a{}", "(".repeat(500), ")".repeat(500));
    check_all(&nested);
    let parsed = parse(&nested);
    assert!(parsed.notes.iter().any(|note| note.message.contains("deeper than 64")));
    let alternating = format!("{}b{}", "(\"a\" OR -".repeat(500), ")".repeat(500));
    check_all(&alternating);
    let fields = format!("{}b{}", "f:(a OR ".repeat(500), ")".repeat(500));
    check_all(&fields);
}

#[test]
fn parentheses_are_grouping_to_the_sixty_fourth_level() {
    let nested = |levels: usize| {
        let query = format!("{}\"x\" OR y{}", "(a -".repeat(levels), ")".repeat(levels));
        parse(&query)
    };
    assert!(nested(MAX_DEPTH).notes.is_empty());
    assert!(!nested(MAX_DEPTH + 1).notes.is_empty());
}

#[test]
fn a_query_of_too_many_parts_ends_as_text() {
    let query = vec!["a"; 2_000].join(" OR ");
    let parsed = parse(&query);
    assert!(parsed.notes[0].message.contains("too many parts"));
    let root = parsed.root.expect("not blank");
    let NodeKind::Or(children) = &root.kind else { panic!("an Or: {}", root.outline()) };
    assert!(children.len() > 1_000 && children.len() <= MAX_NODES);
    let last = children.last().expect("many children");
    assert!(last.span.of(&query).ends_with("a OR a"));
    assert_eq!(last.span.end, query.len());
}
