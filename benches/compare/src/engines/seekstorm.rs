//! `SeekStorm` with its Chinese tokenizer, set up as its documentation does for text.
//!
//! One shard: a query over several is spread over as many threads, and this is a comparison of one.

use std::collections::HashSet;
use std::path::Path;

use seekstorm::commit::Commit as _;
use seekstorm::highlighter::{Highlight, highlighter};
use seekstorm::index::{
    AccessType, Close as _, Clustering, DocumentCompression, FileType, FrequentwordType, IndexArc,
    IndexDocument as _, IndexMetaObject, LexicalSimilarity, NgramSet, SchemaField, StemmerType,
    StopwordType, TokenizerType, create_index, open_index,
};
use seekstorm::search::{QueryRewriting, QueryType, ResultType, Search as _, SearchMode};
use seekstorm::vector::Inference;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use zhen_source::Document;

use super::{ANY_WORD, WORD_WAYS};
use crate::Outcome;
use crate::engine::{Answer, Claim, Hit, Searcher, TOP, Way};
use crate::runs::runs;

/// Shards, each with one thread.
pub(crate) const SHARDS: usize = 1;
const ID: &str = "id";
const TITLE: &str = "title";
const BODY: &str = "body";
/// Name under which a hit's snippet is given.
const SNIPPET: &str = "snippet";

pub(crate) fn version() -> String {
    format!("SeekStorm {}", seekstorm::index::version())
}

fn schema() -> Outcome<Vec<SchemaField>> {
    let field = |name: &str, indexed: bool| {
        json!({
            "field": name,
            "field_type": "Text",
            "store": true,
            "index_lexical": indexed,
        })
    };
    let fields = json!([field(ID, false), field(TITLE, true), field(BODY, true)]);
    Ok(serde_json::from_value(fields)?)
}

fn meta() -> IndexMetaObject {
    IndexMetaObject {
        id: 0,
        name: "compare".to_owned(),
        lexical_similarity: LexicalSimilarity::Bm25f,
        tokenizer: TokenizerType::UnicodeAlphanumericZH,
        stemmer: StemmerType::None,
        stop_words: StopwordType::None,
        frequent_words: FrequentwordType::English,
        ngram_indexing: NgramSet::NgramFF as u8 | NgramSet::NgramFFF as u8,
        document_compression: DocumentCompression::Snappy,
        access_type: AccessType::Mmap,
        spelling_correction: None,
        query_completion: None,
        clustering: Clustering::None,
        inference: Inference::None,
        segment_number_bits: 11,
    }
}

fn runtime() -> Outcome<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

pub(crate) fn build(documents: Vec<Document>, dir: &Path) -> Outcome<()> {
    let count = documents.len();
    let indexed = runtime()?.block_on(async {
        let schema = schema()?;
        let index = create_index(dir, meta(), &schema, &Vec::new(), true, Some(SHARDS)).await?;
        for document in documents {
            let fields = [(ID, document.id), (TITLE, document.title), (BODY, document.body)];
            let fields = fields.into_iter().map(|(name, text)| (name.to_owned(), text.into()));
            index.index_document(fields.collect(), FileType::None).await;
        }
        // Waits for the documents that are still on their way.
        index.commit().await;
        let indexed = index.read().await.indexed_doc_count().await;
        index.close().await;
        Outcome::Ok(indexed)
    })?;
    match indexed == count {
        true => Ok(()),
        false => Err(format!("{indexed} of {count} documents were indexed").into()),
    }
}

pub(crate) struct SeekStorm {
    index: IndexArc,
    runtime: Runtime,
}

pub(crate) fn open(dir: &Path) -> Outcome<SeekStorm> {
    let runtime = runtime()?;
    let index = runtime.block_on(open_index(dir))?;
    Ok(SeekStorm { index, runtime })
}

impl SeekStorm {
    async fn answer(&self, way: &Way, query: String) -> Outcome<Answer> {
        let kind = if way.finds == "all" { QueryType::Intersection } else { QueryType::Union };
        let result = if way.counts { ResultType::TopkCount } else { ResultType::Topk };
        let found = self
            .index
            .search(
                query,
                None,
                kind,
                SearchMode::Lexical,
                false,
                0,
                TOP,
                result,
                false,
                Vec::new(),
                Vec::new(),
                Vec::new(),
                Vec::new(),
                QueryRewriting::SearchOnly,
            )
            .await;
        let mut fields = HashSet::from([ID.to_owned(), TITLE.to_owned()]);
        let mut marked = None;
        if way.snippets {
            fields.insert(SNIPPET.to_owned());
            let highlight = Highlight {
                field: BODY.to_owned(),
                name: SNIPPET.to_owned(),
                // As its documentation has it.
                fragment_number: 2,
                fragment_size: 160,
                highlight_markup: true,
                ..Highlight::default()
            };
            marked = Some(highlighter(&self.index, vec![highlight], found.query_terms).await);
        }
        let index = self.index.read().await;
        let mut hits = Vec::with_capacity(found.results.len());
        for result in &found.results {
            let document =
                index.get_document(result.doc_id, false, &marked, &fields, &Vec::new()).await?;
            let text = |name| {
                let value = document.get(name).and_then(|value| value.as_str());
                value.unwrap_or_default().to_owned()
            };
            hits.push(Hit {
                id: text(ID),
                title: text(TITLE),
                score: f64::from(result.score),
                snippets: if way.snippets { vec![text(SNIPPET)] } else { Vec::new() },
            });
        }
        Ok(Answer { hits, total: way.counts.then_some(found.result_count_total as u64) })
    }
}

impl Searcher for SeekStorm {
    fn ways(&self) -> &'static [Way] {
        &WORD_WAYS
    }

    fn search(&self, way: usize, query: &str) -> Outcome<Answer> {
        // `+`, `-` and quotation marks are operators, which the queries do not mean.
        self.runtime.block_on(self.answer(&WORD_WAYS[way], runs(query).join(" ")))
    }

    fn claim(&self) -> Claim {
        Claim::Words
    }

    fn any_word(&self) -> usize {
        ANY_WORD
    }
}
