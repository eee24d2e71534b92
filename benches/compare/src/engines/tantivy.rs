//! tantivy with one field of jieba's words: the index that most who search Chinese in Rust build.
//!
//! Twice: with a tokenizer as one would write it, and with the one that is published. A query is the
//! flat union (or intersection) of its words. tantivy's own query parser would make a phrase of a
//! Chinese question, since there are no spaces in it, and find next to nothing.

use std::path::Path;
use std::sync::Arc;

use jieba_rs::Jieba;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{
    Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value as _,
};
use tantivy::snippet::SnippetGenerator;
use tantivy::tokenizer::{LowerCaser, TextAnalyzer, Token, TokenStream, Tokenizer};
use tantivy::{DocAddress, Index, IndexWriter, Score, TantivyDocument, Term};
use zhen_source::Document;

use super::{ANY_WORD, WORD_WAYS};
use crate::Outcome;
use crate::about::locked_version;
use crate::engine::{Answer, Claim, Hit, MEMORY, Searcher, TOP, Way};

const TOKENIZER: &str = "jieba";
const ID: &str = "id";
const TEXT: &str = "text";

/// The published tokenizer gives 北京, 大学, 北京大学, so that a word may begin before the one that
/// came before it; tantivy's snippets panic then. It is asked for none.
const PUBLISHED_WAYS: &[Way] = WORD_WAYS.first_chunk::<3>().expect("there are four").as_slice();

/// Whose tokenizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// [`JiebaWords`].
    Plain,
    /// That of the crate tantivy-jieba, as its documentation sets it up.
    Published,
}

impl Flavour {
    pub(crate) fn version(self) -> String {
        let tantivy = format!("tantivy {}", locked_version("tantivy"));
        let jieba = format!("jieba-rs {}", locked_version("jieba-rs"));
        match self {
            Self::Plain => format!("{tantivy}, {jieba}"),
            Self::Published => {
                format!("{tantivy}, tantivy-jieba {}, {jieba}", locked_version("tantivy-jieba"))
            }
        }
    }

    fn analyzer(self, order: Order) -> TextAnalyzer {
        match self {
            Self::Plain => {
                let words = JiebaWords { jieba: Arc::new(Jieba::new()), order };
                TextAnalyzer::builder(words).filter(LowerCaser).build()
            }
            Self::Published => TextAnalyzer::builder(tantivy_jieba::JiebaTokenizer::new())
                .filter(LowerCaser)
                .build(),
        }
    }
}

/// In which order words come that overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// As jieba gives them, parts before the whole, which costs nothing.
    AsCut,
    /// As they begin, which snippets rely on.
    ByStart,
}

/// The words of jieba's search mode, without white space and punctuation.
#[derive(Clone)]
struct JiebaWords {
    jieba: Arc<Jieba>,
    order: Order,
}

impl Tokenizer for JiebaWords {
    type TokenStream<'a> = Words<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Words<'a> {
        let mut words = self.jieba.cut_for_search(text, true);
        if self.order == Order::ByStart {
            words.sort_by_key(|word| word.byte_start);
        }
        let token = Token { position: usize::MAX, ..Token::default() };
        Words { words: words.into_iter(), token }
    }
}

struct Words<'a> {
    words: std::vec::IntoIter<jieba_rs::Token<'a>>,
    token: Token,
}

impl TokenStream for Words<'_> {
    fn advance(&mut self) -> bool {
        let Some(word) = self.words.find(|word| is_word(word.word)) else { return false };
        self.token.offset_from = word.byte_start;
        self.token.offset_to = word.byte_end;
        self.token.position = self.token.position.wrapping_add(1);
        self.token.text.clear();
        self.token.text.push_str(word.word);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

fn is_word(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn schema() -> (Schema, Field, Field) {
    let mut schema = Schema::builder();
    let id = schema.add_text_field(ID, STRING | STORED);
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let options = TextOptions::default().set_indexing_options(indexing).set_stored();
    let text = schema.add_text_field(TEXT, options);
    (schema.build(), id, text)
}

pub(crate) fn build(
    flavour: Flavour,
    documents: Vec<Document>,
    dir: &Path,
    threads: usize,
) -> Outcome<()> {
    let (schema, id, text) = schema();
    let index = Index::create_in_dir(dir, schema)?;
    index.tokenizers().register(TOKENIZER, flavour.analyzer(Order::AsCut));
    let mut writer: IndexWriter = index.writer_with_num_threads(threads, MEMORY)?;
    for document in documents {
        let mut out = TantivyDocument::default();
        out.add_text(id, document.id);
        out.add_text(text, document.title);
        out.add_text(text, document.body);
        writer.add_document(out)?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(())
}

pub(crate) struct Tantivy {
    flavour: Flavour,
    searcher: tantivy::Searcher,
    analyzer: TextAnalyzer,
    id: Field,
    text: Field,
}

pub(crate) fn open(flavour: Flavour, dir: &Path) -> Outcome<Tantivy> {
    let index = Index::open_in_dir(dir)?;
    let analyzer = flavour.analyzer(Order::ByStart);
    index.tokenizers().register(TOKENIZER, analyzer.clone());
    let (_, id, text) = schema();
    Ok(Tantivy { flavour, searcher: index.reader()?.searcher(), analyzer, id, text })
}

impl Tantivy {
    fn query(&self, query: &str, occur: Occur) -> BooleanQuery {
        let mut analyzer = self.analyzer.clone();
        let mut words = Vec::new();
        analyzer.token_stream(query).process(&mut |token| {
            // The published tokenizer makes words of spaces and punctuation, too.
            if is_word(&token.text) && !words.contains(&token.text) {
                words.push(token.text.clone());
            }
        });
        let term = |word: &String| -> (Occur, Box<dyn Query>) {
            let term = Term::from_field_text(self.text, word);
            (occur, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)))
        };
        BooleanQuery::new(words.iter().map(term).collect())
    }

    fn hit(
        &self,
        (score, at): (Score, DocAddress),
        snippets: Option<&SnippetGenerator>,
    ) -> Outcome<Hit> {
        let document: TantivyDocument = self.searcher.doc(at)?;
        let value = |field| document.get_first(field).and_then(|value| value.as_str());
        Ok(Hit {
            id: value(self.id).unwrap_or_default().to_owned(),
            title: value(self.text).unwrap_or_default().to_owned(),
            score: f64::from(score),
            snippets: snippets
                .map(|generator| generator.snippet_from_doc(&document).to_html())
                .into_iter()
                .collect(),
        })
    }
}

impl Searcher for Tantivy {
    fn ways(&self) -> &'static [Way] {
        match self.flavour {
            Flavour::Plain => &WORD_WAYS,
            Flavour::Published => PUBLISHED_WAYS,
        }
    }

    fn search(&self, way: usize, query: &str) -> Outcome<Answer> {
        let way = &WORD_WAYS[way];
        let query = self.query(query, if way.finds == "all" { Occur::Must } else { Occur::Should });
        let best = TopDocs::with_limit(TOP).order_by_score();
        let (best, total) = if way.counts {
            let (best, total) = self.searcher.search(&query, &(best, Count))?;
            (best, Some(total as u64))
        } else {
            // Without a count, tantivy leaves out what cannot come among the best.
            (self.searcher.search(&query, &best)?, None)
        };
        let snippets = way
            .snippets
            .then(|| SnippetGenerator::create(&self.searcher, &query, self.text))
            .transpose()?;
        let hits = best.into_iter().map(|hit| self.hit(hit, snippets.as_ref()));
        Ok(Answer { hits: hits.collect::<Outcome<_>>()?, total })
    }

    fn claim(&self) -> Claim {
        Claim::Words
    }

    fn any_word(&self) -> usize {
        ANY_WORD
    }
}
