//! What the code of the crates may contain: who may print, which outside crates are named where,
//! where field and tokenizer names stand, and how long a file may be.
//!
//! The code is read as tokens, so that comments and strings are never taken for code.

use std::str::FromStr as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::Violation;
use super::dependencies::KEPT_TO;

/// The one file that holds field and tokenizer names.
pub(crate) const SCHEMA: &str = "crates/zhen-index/src/schema.rs";

/// Crates that may write to the terminal. Benchmarks lie elsewhere and may too.
const MAY_PRINT: &[&str] = &["zhen-cli", "xtask"];
/// Crates in which an index field could be named at all.
const KNOW_FIELDS: &[&str] = &["zhen-index", "zhen-search"];
/// Fields of the input record (section 2 of the contract) are named wherever records are read or
/// written; a field of the index may bear the same name.
const RECORD_FIELDS: &[&str] = &[
    "id", "title", "body", "lang", "path", "url", "time", "tags", "kind", "text", "line", "lines",
];
/// Calls whose first string is the name of a field or tokenizer.
const NAMING_CALLS: &[&str] = &[
    "get_field",
    "add_text_field",
    "add_u64_field",
    "add_i64_field",
    "add_f64_field",
    "add_bool_field",
    "add_date_field",
    "add_bytes_field",
    "add_json_field",
    "add_facet_field",
    "set_tokenizer",
    "register",
];

const MAX_LINES: usize = 800;
const MANY_LINES: usize = 500;

/// The values of the string constants of `schema.rs`: names of fields and tokenizers that no other
/// file may spell. Lists of values are no names, so arrays are passed over.
pub(crate) fn field_names(schema: &str) -> Vec<String> {
    let Ok(tokens) = TokenStream::from_str(schema) else { return Vec::new() };
    let mut names = Vec::new();
    collect_constants(tokens, &mut names);
    names.retain(|name| !RECORD_FIELDS.contains(&name.as_str()));
    names
}

fn collect_constants(tokens: TokenStream, names: &mut Vec<String>) {
    let mut in_constant = false;
    for token in code(tokens) {
        match token {
            TokenTree::Ident(ident) if ident == "const" => in_constant = true,
            TokenTree::Punct(punct) if punct.as_char() == ';' => in_constant = false,
            TokenTree::Literal(literal) if in_constant => {
                names.extend(string_value(&literal.to_string()).map(str::to_owned));
            }
            TokenTree::Group(group) if !in_constant => collect_constants(group.stream(), names),
            _ => {}
        }
    }
}

/// Checks one Rust file. `fields` are the names that belong to [`SCHEMA`] alone.
pub(crate) fn check(path: &str, text: &str, fields: &[String]) -> Vec<Violation> {
    let Some((krate, file)) = crate_source(path) else { return Vec::new() };
    let mut violations = Vec::new();
    violations.extend(check_length(path, text));
    match TokenStream::from_str(text) {
        Ok(tokens) if !is_test_file(file) => {
            let mut reader = Reader { path, krate, fields, violations: &mut violations };
            reader.read(tokens);
        }
        Ok(_) => {}
        Err(error) => {
            let line = error.span().start().line;
            violations.push(Violation::new(path, line, "syntax", format!("mend it: {error}")));
        }
    }
    violations
}

/// `crates/NAME/src/FILE` split into name and file.
fn crate_source(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("crates/")?.split_once("/src/")
}

/// Whether the file is a module that its parent includes for tests only, by our naming.
fn is_test_file(file: &str) -> bool {
    file.split('/').any(|part| part == "tests" || part == "tests.rs" || part.ends_with("_tests.rs"))
}

fn check_length(path: &str, text: &str) -> Option<Violation> {
    let lines = text.lines().count();
    if lines > MAX_LINES {
        let mend = format!("{lines} lines, at most {MAX_LINES}: split it by subject");
        return Some(Violation::new(path, MAX_LINES + 1, "length", mend));
    }
    let mend = format!("{lines} lines: past {MANY_LINES} a file usually has two subjects");
    (lines > MANY_LINES).then(|| Violation::warning(path, MANY_LINES + 1, "length", mend))
}

/// Walks through the code of a file and notes what should not be there.
struct Reader<'a> {
    path: &'a str,
    krate: &'a str,
    fields: &'a [String],
    violations: &'a mut Vec<Violation>,
}

impl Reader<'_> {
    fn read(&mut self, tokens: TokenStream) {
        let tokens = code(tokens);
        for (at, token) in tokens.iter().enumerate() {
            let next = tokens.get(at + 1);
            match token {
                TokenTree::Ident(ident) => {
                    let line = ident.span().start().line;
                    let name = ident.to_string();
                    self.check_printing(&name, next, line);
                    self.check_outside_crate(&name, next, line);
                    self.check_naming_call(&name, next, line);
                }
                TokenTree::Literal(literal) => {
                    let line = literal.span().start().line;
                    self.check_field_name(&literal.to_string(), line);
                }
                TokenTree::Group(group) => self.read(group.stream()),
                TokenTree::Punct(_) => {}
            }
        }
    }

    fn report(&mut self, line: usize, rule: &'static str, mend: String) {
        self.violations.push(Violation::new(self.path, line, rule, mend));
    }

    fn check_printing(&mut self, name: &str, next: Option<&TokenTree>, line: usize) {
        if MAY_PRINT.contains(&self.krate) {
            return;
        }
        let macro_call = matches!(name, "println" | "eprintln" | "print" | "eprint" | "dbg")
            && is_punct(next, '!');
        let stream = matches!(name, "stdout" | "stderr") && is_empty_call(next);
        if macro_call || stream {
            let mend = format!("`{name}`: only {} print; return a value", MAY_PRINT.join(" and "));
            self.report(line, "printing", mend);
        }
    }

    /// An outside crate may also be reached through a re-export, which `Cargo.toml` does not show.
    fn check_outside_crate(&mut self, name: &str, next: Option<&TokenTree>, line: usize) {
        let kept = KEPT_TO.iter().find(|(outside, homes)| {
            *outside == name && !homes.contains(&self.krate) && is_path_or_import_end(next)
        });
        if let Some((outside, homes)) = kept {
            let mend = format!("`{outside}` belongs to {}: wrap what is needed", homes.join(", "));
            self.report(line, "outside crates", mend);
        }
    }

    fn check_naming_call(&mut self, name: &str, next: Option<&TokenTree>, line: usize) {
        if self.path == SCHEMA
            || !KNOW_FIELDS.contains(&self.krate)
            || !NAMING_CALLS.contains(&name)
        {
            return;
        }
        let Some(TokenTree::Group(group)) = next else { return };
        let first = group.stream().into_iter().next();
        if let Some(TokenTree::Literal(literal)) = first
            && let Some(value) = string_value(&literal.to_string())
        {
            let mend = format!("`{name}({value:?})`: give the name a constant in {SCHEMA}");
            self.report(line, "names", mend);
        }
    }

    fn check_field_name(&mut self, literal: &str, line: usize) {
        if self.path == SCHEMA || !KNOW_FIELDS.contains(&self.krate) {
            return;
        }
        let Some(value) = string_value(literal) else { return };
        if self.fields.iter().any(|field| field == value) {
            let mend = format!("`{value}` is a name of {SCHEMA}: use its constant");
            self.report(line, "names", mend);
        }
    }
}

/// The tokens of one level without attributes and without items that are compiled for tests only.
fn code(tokens: TokenStream) -> Vec<TokenTree> {
    let mut out = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if !is_punct(Some(&token), '#') {
            out.push(token);
            continue;
        }
        tokens.next_if(|token| is_punct(Some(token), '!'));
        let attribute = tokens.next_if(|token| is_group(token, Delimiter::Bracket));
        let attribute = attribute.map(|token| token.to_string().replace(' ', ""));
        if attribute
            .is_some_and(|text| text.starts_with("[cfg(test)") || text.starts_with("[cfg(all(test"))
        {
            skip_item(&mut tokens);
        }
    }
    out
}

/// Passes over an item: up to its `;` or its block.
fn skip_item(tokens: &mut impl Iterator<Item = TokenTree>) {
    for token in tokens {
        if is_punct(Some(&token), ';') || is_group(&token, Delimiter::Brace) {
            return;
        }
    }
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn is_group(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

fn is_empty_call(token: Option<&TokenTree>) -> bool {
    token.is_some_and(|token| {
        is_group(token, Delimiter::Parenthesis)
            && matches!(token, TokenTree::Group(group) if group.stream().is_empty())
    })
}

/// Whether a name before this token can be a crate's: `name::…`, `use name;`, `{name, …}`.
fn is_path_or_import_end(next: Option<&TokenTree>) -> bool {
    [':', ';', ','].iter().any(|wanted| is_punct(next, *wanted)) || next.is_none()
}

/// What stands in a string literal, ordinary or raw; escapes stay as written, for no name has any.
fn string_value(literal: &str) -> Option<&str> {
    let body = literal.strip_prefix('r').unwrap_or(literal).trim_matches('#');
    body.strip_prefix('"')?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::{check, field_names};

    const SCHEMA_TEXT: &str = r#"
        pub const ID: &str = "id";
        /// Words of the body.
        pub const BODY_WORDS: &str = "body_words";
        pub const ALL: [&str; 2] = ["a_field", "b_field"];
        pub mod tokenizer { pub const TERMS: &str = r"split_terms"; }
        fn other() { let text = "not_a_name"; }
    "#;

    fn messages(path: &str, text: &str) -> Vec<String> {
        let fields = vec!["body_words".to_owned()];
        check(path, text, &fields).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_names_are_read_from_the_schemas_constants() {
        assert_eq!(field_names(SCHEMA_TEXT), ["body_words", "split_terms"]);
    }

    #[test]
    fn a_library_that_prints_is_reported_with_its_line() {
        let text = "fn f() {\n    println!(\"x\");\n    let out = std::io::stdout();\n}\n";
        assert_eq!(
            messages("crates/zhen-text/src/a.rs", text),
            [
                "crates/zhen-text/src/a.rs:2: printing: `println`: only zhen-cli and xtask print; \
                 return a value",
                "crates/zhen-text/src/a.rs:3: printing: `stdout`: only zhen-cli and xtask print; \
                 return a value",
            ]
        );
        assert_eq!(messages("crates/zhen-cli/src/a.rs", text), [""; 0]);
        assert_eq!(messages("crates/zhen-text/tests/a.rs", text), [""; 0]);
    }

    #[test]
    fn comments_strings_and_tests_are_not_code() {
        let text = r##"
            /// `println!("x")` and tantivy::Index
            // eprintln!("x")
            fn f() -> &'static str { r#"println!(\"x\") body_words tantivy::x"# }
            fn stdout_is_mine(stdout: u8) -> u8 { stdout }
            #[cfg(test)]
            mod tests {
                fn g() { println!("body_words"); tantivy::x(); }
            }
            #[cfg(test)]
            use tantivy::y;
        "##;
        assert_eq!(messages("crates/zhen-query/src/a.rs", text), [""; 0]);
    }

    #[test]
    fn code_after_a_test_module_is_still_read() {
        let text = "#[cfg(test)]\nmod tests {}\nfn f() { print!(\"x\") }\n";
        assert_eq!(messages("crates/zhen-text/src/a.rs", text).len(), 1);
    }

    #[test]
    fn an_outside_crate_is_found_behind_a_re_export() {
        let text = "fn f() { zhen_index::tantivy::Index::create(); }\nuse zhen_index::tantivy;\n";
        let found = messages("crates/zhen-cli/src/a.rs", text);
        assert_eq!(found.len(), 2);
        assert!(found[0].contains(":1: outside crates: `tantivy` belongs to zhen-index"));
        assert_eq!(messages("crates/zhen-search/src/a.rs", text), [""; 0]);
        assert_eq!(messages("crates/zhen-cli/src/a.rs", "let warp = 1 + warp.len();"), [""; 0]);
    }

    #[test]
    fn a_field_name_outside_the_schema_is_reported() {
        let text = "fn f(s: &Schema) { s.get_field(\"id\"); g(\"body_words\"); }\n";
        let found = messages("crates/zhen-search/src/a.rs", text);
        assert_eq!(found.len(), 2);
        assert!(found[0].contains("give the name a constant"), "{found:?}");
        assert!(found[1].contains("use its constant"), "{found:?}");
        assert_eq!(messages("crates/zhen-index/src/schema.rs", text), [""; 0]);
        assert_eq!(messages("crates/zhen-source/src/a.rs", text), [""; 0]);
    }

    #[test]
    fn a_long_file_is_reported_and_a_rather_long_one_warned_of() {
        let long = "// line\n".repeat(801);
        assert!(messages("crates/zhen-text/src/a.rs", &long)[0].contains(":801: length: 801"));
        let rather = "// line\n".repeat(501);
        assert!(messages("crates/zhen-text/src/a.rs", &rather)[0].contains("length: warning:"));
        assert_eq!(messages("crates/zhen-text/src/a.rs", &"// line\n".repeat(500)), [""; 0]);
    }

    #[test]
    fn a_file_that_is_no_rust_is_reported() {
        assert!(messages("crates/zhen-text/src/a.rs", "fn f( {")[0].contains("syntax: mend it"));
    }
}
