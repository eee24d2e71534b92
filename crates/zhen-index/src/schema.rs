//! The schema: the only place where names of fields and tokenizers are spelled.
//!
//! | field | holds | for |
//! | --- | --- | --- |
//! | `id`, `source`, `path`, `lang`, `kind`, `tags` | whole strings | filters, sorting, facets, deleting |
//! | `time` | a date, to the second | ranges, sorting |
//! | `meta` | `url` and every other field of the input record | filters, sorting, facets |
//! | `title_words`, `heading_words`, `body_words` | words and stems | ranking |
//! | `title_grams`, `body_grams` | Han bigrams and exact Latin words, with positions | phrases, substrings, ranking |
//! | `aliases` | pairs of names that the text says mean the same ([`crate::aliases`]) | finding the one by the other |
//! | `order` | a hash of the id | breaking ties of the ranking alike everywhere |
//! | `content` | a hash of the folded title and body | finding exact duplicates |
//! | `signature`, `bands` | samples of the text, and numbers that similar texts share | finding near-duplicates |
//! | `record` | the document itself ([`crate::record`]) | showing it |

use tantivy::schema::{
    DateOptions, DateTimePrecision, FAST, Field, IndexRecordOption, JsonObjectOptions,
    NumericOptions, STORED, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Name under which [`TermsTokenizer`] is registered.
pub const TERMS_TOKENIZER: &str = "zhen_terms";

/// Name of tantivy's tokenizer that takes a string as one term.
const WHOLE_TOKENIZER: &str = "raw";

/// Names of the fields, for messages and for what is built from them (aggregations, sorting).
pub mod name {
    /// Identifier of the document.
    pub const ID: &str = "id";
    /// The file whose change or loss removes the document.
    pub const SOURCE: &str = "source";
    /// Path shown and filtered on.
    pub const PATH: &str = "path";
    /// Language tag, declared or detected.
    pub const LANG: &str = "lang";
    /// Format the document was read from.
    pub const KIND: &str = "kind";
    /// Point in time.
    pub const TIME: &str = "time";
    /// Labels.
    pub const TAGS: &str = "tags";
    /// Object of all other fields.
    pub const META: &str = "meta";
    /// Key of the web address within [`META`].
    pub const URL: &str = "url";
    /// Words of the title.
    pub const TITLE_WORDS: &str = "title_words";
    /// Words of the headings.
    pub const HEADING_WORDS: &str = "heading_words";
    /// Words of the body.
    pub const BODY_WORDS: &str = "body_words";
    /// Grams of the title.
    pub const TITLE_GRAMS: &str = "title_grams";
    /// Grams of the body.
    pub const BODY_GRAMS: &str = "body_grams";
    /// Pairs of names.
    pub const ALIASES: &str = "aliases";
    /// Hash of the id.
    pub const ORDER: &str = "order";
    /// Hash of the folded title and body.
    pub const CONTENT: &str = "content";
    /// Samples of the text.
    pub const SIGNATURE: &str = "signature";
    /// Numbers that similar texts share.
    pub const BANDS: &str = "bands";
    /// The stored document.
    pub const RECORD: &str = "record";
}

/// Handles of all fields; copy it freely.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fields {
    /// Whole string, fast.
    pub id: Field,
    /// Whole string, fast; absent for documents of a stream.
    pub source: Field,
    /// Whole string, fast; absent for documents of a stream.
    pub path: Field,
    /// Whole string, fast.
    pub lang: Field,
    /// Whole string, fast.
    pub kind: Field,
    /// Date, indexed and fast, in seconds.
    pub time: Field,
    /// Whole strings, fast, several a document.
    pub tags: Field,
    /// JSON object, whole strings, fast.
    pub meta: Field,
    /// Terms with frequencies and field norms.
    pub title_words: Field,
    /// Terms with frequencies and field norms.
    pub heading_words: Field,
    /// Terms with frequencies and field norms.
    pub body_words: Field,
    /// Terms with frequencies, positions and field norms.
    pub title_grams: Field,
    /// Terms with frequencies, positions and field norms.
    pub body_grams: Field,
    /// Whole strings, several a document.
    pub aliases: Field,
    /// `u64`, fast.
    pub order: Field,
    /// `u64`, fast; absent for documents without text.
    pub content: Field,
    /// `u64`, fast, as many a document as a signature has words; absent for short texts.
    pub signature: Field,
    /// `u64`, indexed, several a document: those of the signature, or `content` where there is none.
    pub bands: Field,
    /// Bytes, stored.
    pub record: Field,
}

/// The schema of an index of the present format version, and the handles of its fields.
pub fn schema() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let whole_indexing = || {
        TextFieldIndexing::default()
            .set_tokenizer(WHOLE_TOKENIZER)
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false)
    };
    let whole = || TextOptions::default().set_indexing_options(whole_indexing()) | FAST;
    let terms = |record: IndexRecordOption| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(TERMS_TOKENIZER)
                .set_index_option(record)
                .set_fieldnorms(true),
        )
    };
    let words = || terms(IndexRecordOption::WithFreqs);
    let grams = || terms(IndexRecordOption::WithFreqsAndPositions);
    let time =
        DateOptions::default().set_indexed().set_fast().set_precision(DateTimePrecision::Seconds);
    let meta = JsonObjectOptions::default().set_indexing_options(whole_indexing()) | FAST;
    let fast_number = || NumericOptions::default().set_fast();

    let fields = Fields {
        id: builder.add_text_field(name::ID, whole()),
        source: builder.add_text_field(name::SOURCE, whole()),
        path: builder.add_text_field(name::PATH, whole()),
        lang: builder.add_text_field(name::LANG, whole()),
        kind: builder.add_text_field(name::KIND, whole()),
        time: builder.add_date_field(name::TIME, time),
        tags: builder.add_text_field(name::TAGS, whole()),
        meta: builder.add_json_field(name::META, meta),
        title_words: builder.add_text_field(name::TITLE_WORDS, words()),
        heading_words: builder.add_text_field(name::HEADING_WORDS, words()),
        body_words: builder.add_text_field(name::BODY_WORDS, words()),
        title_grams: builder.add_text_field(name::TITLE_GRAMS, grams()),
        body_grams: builder.add_text_field(name::BODY_GRAMS, grams()),
        aliases: builder.add_text_field(
            name::ALIASES,
            TextOptions::default().set_indexing_options(whole_indexing()),
        ),
        order: builder.add_u64_field(name::ORDER, fast_number()),
        content: builder.add_u64_field(name::CONTENT, fast_number()),
        signature: builder.add_u64_field(name::SIGNATURE, fast_number()),
        bands: builder.add_u64_field(name::BANDS, NumericOptions::default().set_indexed()),
        record: builder.add_bytes_field(name::RECORD, STORED),
    };
    (builder.build(), fields)
}

/// Splits ready-made terms at single spaces; a term's position is its ordinal.
///
/// The analysis of text happens before a document reaches tantivy (and, for a query, never goes
/// through tantivy at all), so this is all the index needs to know about text.
#[derive(Debug, Clone, Default)]
pub struct TermsTokenizer {
    /// Kept between documents, so that its buffer is allocated once.
    token: Token,
}

/// The terms of one text; see [`TermsTokenizer`].
#[derive(Debug)]
pub struct TermsStream<'a> {
    text: &'a str,
    /// Byte offset of the next term.
    next: usize,
    token: &'a mut Token,
}

impl Tokenizer for TermsTokenizer {
    type TokenStream<'a> = TermsStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TermsStream<'a> {
        self.token.reset();
        TermsStream { text, next: 0, token: &mut self.token }
    }
}

impl TokenStream for TermsStream<'_> {
    fn advance(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.next..];
        let start = self.next + rest.iter().take_while(|&&byte| byte == b' ').count();
        let rest = &self.text.as_bytes()[start..];
        if rest.is_empty() {
            self.next = start;
            return false;
        }
        let end = start + memchr::memchr(b' ', rest).unwrap_or(rest.len());
        self.token.text.clear();
        self.token.text.push_str(&self.text[start..end]);
        self.token.offset_from = start;
        self.token.offset_to = end;
        // A reset token stands at `usize::MAX`, so the first becomes 0.
        self.token.position = self.token.position.wrapping_add(1);
        self.next = end;
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(tokenizer: &mut TermsTokenizer, text: &str) -> Vec<(usize, String)> {
        let mut stream = tokenizer.token_stream(text);
        let mut out = Vec::new();
        while stream.advance() {
            out.push((stream.token().position, stream.token().text.clone()));
        }
        out
    }

    #[test]
    fn terms_are_split_at_spaces_and_positions_are_ordinals() {
        let mut tokenizer = TermsTokenizer::default();
        let expected: Vec<(usize, String)> = ["中国", "国人", "人", "c++"]
            .iter()
            .enumerate()
            .map(|(i, t)| (i, t.to_string()))
            .collect();
        assert_eq!(terms(&mut tokenizer, "中国 国人 人 c++"), expected);
        assert_eq!(terms(&mut tokenizer, " 中国  国人 人 c++ "), expected);
        assert_eq!(terms(&mut tokenizer, ""), []);
        assert_eq!(terms(&mut tokenizer, "  "), []);
    }

    #[test]
    fn every_field_has_its_handle_and_its_name() {
        let (schema, fields) = schema();
        for (field, name) in [
            (fields.id, name::ID),
            (fields.source, name::SOURCE),
            (fields.meta, name::META),
            (fields.body_grams, name::BODY_GRAMS),
            (fields.record, name::RECORD),
        ] {
            assert_eq!(schema.get_field_name(field), name);
        }
        assert_eq!(schema.num_fields(), 19);
    }
}
