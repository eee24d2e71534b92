//! Indexes in memory that behave as the real ones do, on a scale that a reader can check: words of
//! the query must all be found, by themselves or by one of a few known relatives; passages are the
//! lines they stand on; filters, facets, order and suggestions work on the records' fields.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use zhen_search::{
    Engine, Facet, Hit, Lang, Matched, Passage, SearchError, SearchRequest, SearchResponse,
    Suggestion, Via,
};
use zhen_server::{Catalog, CatalogError, Index, IndexStats, WriteError, Writer, check_name};
use zhen_source::Document;

/// A word typed, what it is also found as, and how.
const RELATIVES: &[(&str, &str, Via)] = &[
    ("cpec", "中巴经济走廊", Via::Alias),
    ("中巴经济走廊", "CPEC", Via::Alias),
    ("economy", "经济", Via::Translation),
    ("corridor", "走廊", Via::Translation),
    ("dictionary", "词典", Via::Translation),
    ("dictionary", "詞典", Via::Translation),
    ("词典", "詞典", Via::Variant),
    ("詞典", "词典", Via::Variant),
    ("jingji", "经济", Via::Pinyin),
    ("cidian", "词典", Via::Pinyin),
];

/// A misspelt word and what was meant.
const CORRECTIONS: &[(&str, &str)] = &[("corrdior", "corridor"), ("经济走郎", "经济走廊")];

type Record = Map<String, Value>;

/// The documents of one index by id, in the order they were added.
#[derive(Default)]
struct Documents {
    records: Vec<Record>,
    /// Where each id stands in `records`.
    places: BTreeMap<String, usize>,
    commit: u64,
}

/// One index in memory; clones share it.
#[derive(Default, Clone)]
pub struct MemoryIndex(Arc<Shared>);

#[derive(Default)]
pub struct Shared {
    documents: RwLock<Documents>,
    locked: Mutex<bool>,
    /// Searches that have begun.
    searches: AtomicUsize,
    /// How a test makes it misbehave.
    pub faults: Faults,
}

impl std::ops::Deref for MemoryIndex {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// Faults that a test can switch on.
#[derive(Default)]
pub struct Faults {
    /// Searches take at least this long.
    pub delay: Mutex<Duration>,
    /// Searches fail with this message.
    pub search_error: Mutex<Option<String>>,
    /// Commits fail with this message.
    pub commit_error: Mutex<Option<String>>,
    /// Writing is refused because of this other writer.
    pub locked_by: Mutex<Option<String>>,
    /// Searches panic.
    pub panic: Mutex<bool>,
}

/// Indexes in memory, by name.
pub struct MemoryCatalog {
    indexes: Mutex<BTreeMap<String, MemoryIndex>>,
}

impl MemoryCatalog {
    /// No index at all.
    pub fn empty() -> Self {
        Self { indexes: Mutex::default() }
    }

    /// The sample documents in the index `default`.
    pub fn samples() -> Self {
        let catalog = Self::empty();
        catalog.index("default").add_lines(include_str!("samples.jsonl"));
        catalog.index("default").add_lines(&long_document());
        catalog
    }

    /// The index `name`, made where it is missing.
    pub fn index(&self, name: &str) -> MemoryIndex {
        self.indexes.lock().unwrap().entry(name.to_owned()).or_default().clone()
    }
}

/// A document of 1,200 lines with one worth finding.
fn long_document() -> String {
    let line = |n| match n {
        731 => "第 731 行:这里藏着一根针,needle in the haystack。".to_owned(),
        n => format!("Line {n} of the long document holds nothing of note."),
    };
    let body: Vec<String> = (1..=1_200).map(line).collect();
    let record = serde_json::json!({
        "id": "/library/long.txt", "path": "/library/long.txt", "title": "A long document",
        "lang": "en", "kind": "text", "time": "2017-01-01T00:00:00Z", "terms": ["needle"],
        "body": body.join("\n"),
    });
    record.to_string()
}

impl Catalog for MemoryCatalog {
    fn default_index(&self) -> &str {
        "default"
    }

    fn names(&self) -> Result<Vec<String>, CatalogError> {
        Ok(self.indexes.lock().unwrap().keys().cloned().collect())
    }

    fn open(&self, name: &str) -> Result<Arc<dyn Index>, CatalogError> {
        match self.indexes.lock().unwrap().get(name) {
            Some(index) => Ok(Arc::new(index.clone())),
            None => Err(CatalogError::NotFound { name: name.to_owned() }),
        }
    }

    fn open_or_create(&self, name: &str) -> Result<Arc<dyn Index>, CatalogError> {
        check_name(name).map_err(CatalogError::BadName)?;
        Ok(Arc::new(self.index(name)))
    }
}

impl MemoryIndex {
    /// Adds JSON lines and commits, as another process would.
    pub fn add_lines(&self, lines: &str) {
        let mut documents = self.documents.write().unwrap();
        for line in lines.lines().filter(|line| !line.trim().is_empty()) {
            let record: Record = serde_json::from_str(line).unwrap();
            documents.put(record);
        }
        documents.commit += 1;
    }

    /// Number of documents.
    pub fn len(&self) -> usize {
        self.documents.read().unwrap().records.len()
    }

    /// Number of commits.
    pub fn commits(&self) -> u64 {
        self.documents.read().unwrap().commit
    }

    /// Waits until a search has begun.
    pub fn wait_for_search(&self) {
        while self.searches.load(Ordering::Relaxed) == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Whether a writer has it.
    pub fn is_locked(&self) -> bool {
        *self.locked.lock().unwrap()
    }
}

impl Documents {
    fn put(&mut self, record: Record) {
        let id = text(&record, "id").to_owned();
        match self.places.get(&id) {
            Some(&place) => self.records[place] = record,
            None => {
                self.places.insert(id, self.records.len());
                self.records.push(record);
            }
        }
    }

    fn remove(&mut self, id: &str) {
        if let Some(place) = self.places.remove(id) {
            self.records.remove(place);
            for other in self.places.values_mut().filter(|other| **other > place) {
                *other -= 1;
            }
        }
    }

    fn get(&self, id: &str) -> Option<&Record> {
        self.places.get(id).map(|&place| &self.records[place])
    }
}

impl Index for MemoryIndex {
    fn engine(&self) -> &dyn Engine {
        self
    }

    fn writer(&self) -> Result<Box<dyn Writer>, WriteError> {
        if let Some(who) = &*self.faults.locked_by.lock().unwrap() {
            return Err(WriteError::Locked(format!("the index is being written by {who}")));
        }
        if std::mem::replace(&mut *self.locked.lock().unwrap(), true) {
            return Err(WriteError::Locked("the index is being written".to_owned()));
        }
        Ok(Box::new(MemoryWriter { index: self.clone(), changes: Vec::new() }))
    }

    fn stats(&self) -> Result<IndexStats, CatalogError> {
        let documents = self.documents.read().unwrap();
        let size: usize =
            documents.records.iter().map(|r| Value::from(r.clone()).to_string().len()).sum();
        Ok(IndexStats {
            documents: documents.records.len() as u64,
            size_bytes: size as u64,
            segments: 1,
            commit: documents.commit,
            more: Map::new(),
        })
    }
}

enum Change {
    Put(Record),
    Delete(String),
}

/// Collects changes until they are committed.
struct MemoryWriter {
    index: MemoryIndex,
    changes: Vec<Change>,
}

impl Writer for MemoryWriter {
    fn add(&mut self, document: Document) -> Result<(), WriteError> {
        let mut record = document.extra;
        let mut put = |name: &str, value: Value| record.insert(name.to_owned(), value);
        put("id", document.id.into());
        put("title", document.title.into());
        put("body", document.body.into());
        put("kind", document.kind.into());
        put("tags", document.tags.into());
        let optional = [
            ("lang", document.lang),
            ("path", document.path),
            ("url", document.url),
            ("time", document.time),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                put(name, value.into());
            }
        }
        self.changes.push(Change::Put(record));
        Ok(())
    }

    fn delete(&mut self, id: &str) -> Result<bool, WriteError> {
        let documents = self.index.documents.read().unwrap();
        let known = documents.get(id).is_some();
        let added = self
            .changes
            .iter()
            .any(|change| matches!(change, Change::Put(record) if text(record, "id") == id));
        drop(documents);
        self.changes.push(Change::Delete(id.to_owned()));
        Ok(known || added)
    }

    fn commit(&mut self) -> Result<(), WriteError> {
        if let Some(why) = &*self.index.faults.commit_error.lock().unwrap() {
            return Err(WriteError::Failed(why.clone()));
        }
        let mut documents = self.index.documents.write().unwrap();
        for change in self.changes.drain(..) {
            match change {
                Change::Put(record) => documents.put(record),
                Change::Delete(id) => documents.remove(&id),
            }
        }
        documents.commit += 1;
        Ok(())
    }
}

impl Drop for MemoryWriter {
    fn drop(&mut self) {
        *self.index.locked.lock().unwrap() = false;
    }
}

fn text<'a>(record: &'a Record, field: &str) -> &'a str {
    record.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// The values of a field as text; of `folder` the folder of the path, of `time` the year.
fn values(record: &Record, field: &str) -> Vec<String> {
    match field {
        "folder" => match text(record, "path").rsplit_once('/') {
            Some((folder, _)) => vec![folder.to_owned()],
            None => Vec::new(),
        },
        "time" => text(record, "time").get(..4).map(str::to_owned).into_iter().collect(),
        _ => match record.get(field) {
            Some(Value::String(text)) => vec![text.clone()],
            Some(Value::Array(items)) => {
                items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(Value::Number(number)) => vec![number.to_string()],
            _ => Vec::new(),
        },
    }
}

/// Whether a record passes `field:value` conditions that are joined by blanks.
fn passes(record: &Record, filter: &str) -> bool {
    split_words(filter).iter().all(|condition| {
        let Some((field, value)) = condition.split_once(':') else { return true };
        let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')).unwrap_or(value);
        let value = &value.replace("\"\"", "\"");
        match field {
            "path" => text(record, "path").contains(value.trim_end_matches('*')),
            "time" => {
                let (from, to) = value.split_once("..").unwrap_or((value, value));
                let time = text(record, "time");
                let until = |to: &str| to.is_empty() || &time[..time.len().min(to.len())] <= to;
                !time.is_empty() && time >= from && until(to)
            }
            "lang" => values(record, "lang")
                .iter()
                .any(|v| v.split('-').next() == value.split('-').next() && v.starts_with(value)),
            _ => values(record, field).iter().any(|v| v == value),
        }
    })
}

/// Splits at blanks outside quotation marks.
fn split_words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                words.last_mut().unwrap().push(c);
            }
            c if c.is_whitespace() && !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Lower case, character by character, so that offsets stay.
fn fold(text: &str) -> Vec<char> {
    text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

fn occurrences(text: &[char], wanted: &[char]) -> Vec<[usize; 2]> {
    if wanted.is_empty() || wanted.len() > text.len() {
        return Vec::new();
    }
    let at = |&start: &usize| text[start..start + wanted.len()] == *wanted;
    (0..=text.len() - wanted.len()).filter(at).map(|start| [start, start + wanted.len()]).collect()
}

/// What a word of the query may be found as.
fn alternatives(word: &str, request: &SearchRequest) -> Vec<(String, Via)> {
    let mut all = vec![(word.trim_matches('"').to_owned(), Via::Exact)];
    if !request.exact {
        let relatives = RELATIVES.iter().filter(|(from, ..)| *from == word.to_lowercase());
        all.extend(relatives.map(|&(_, to, via)| (to.to_owned(), via)));
    }
    all
}

fn merge(mut ranges: Vec<[usize; 2]>) -> Vec<[usize; 2]> {
    ranges.sort_unstable();
    let mut merged: Vec<[usize; 2]> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range[0] <= last[1] => last[1] = last[1].max(range[1]),
            _ => merged.push(range),
        }
    }
    merged
}

fn hit(record: &Record, words: &[String], request: &SearchRequest) -> Option<Hit> {
    let title = fold(text(record, "title"));
    let body = text(record, "body");
    let lines: Vec<Vec<char>> = body.split('\n').map(fold).collect();
    let mut matched = Vec::new();
    let mut score = 0.0;
    let mut wanted = Vec::new();
    for word in words {
        let before = matched.len();
        for (term, via) in alternatives(word, request) {
            let folded = fold(&term);
            let count: usize = lines.iter().map(|line| occurrences(line, &folded).len()).sum();
            let in_title = occurrences(&title, &folded).len();
            if count + in_title > 0 {
                let weight = if via == Via::Exact { 1.0 } else { 0.5 };
                score += weight * ((1.0 + count as f32).ln() + 2.0 * in_title as f32);
                matched.push(Matched { query: word.trim_matches('"').to_owned(), term, via });
                wanted.push(folded);
            }
        }
        if matched.len() == before {
            return None;
        }
    }
    let find = |line: &[char]| merge(wanted.iter().flat_map(|w| occurrences(line, w)).collect());
    let passages = (1..)
        .zip(body.split('\n').zip(&lines))
        .map(|(line, (text, folded))| Passage {
            line,
            text: text.to_owned(),
            highlights: find(folded),
        })
        .filter(|passage| !passage.highlights.is_empty())
        .take(request.passages)
        .collect();
    let optional = |name: &str| Some(text(record, name).to_owned()).filter(|v| !v.is_empty());
    Some(Hit {
        id: text(record, "id").to_owned(),
        title: text(record, "title").to_owned(),
        path: optional("path"),
        lang: optional("lang"),
        score,
        duplicates: record.get("duplicates").and_then(Value::as_u64).unwrap_or(0) as u32,
        url: optional("url"),
        time: optional("time"),
        kind: text(record, "kind").to_owned(),
        passages,
        title_highlights: find(&title),
        matched,
    })
}

impl Engine for MemoryIndex {
    fn search(&self, request: &SearchRequest) -> Result<SearchResponse, SearchError> {
        let began = Instant::now();
        self.searches.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(*self.faults.delay.lock().unwrap());
        if let Some(why) = &*self.faults.search_error.lock().unwrap() {
            return Err(SearchError::Engine(why.clone()));
        }
        assert!(!*self.faults.panic.lock().unwrap(), "a fault that a test has asked for");
        if let Some(sort) = &request.sort
            && matches!(&*sort.field, "title" | "body")
        {
            let why = format!("sort: {:?} cannot be sorted by", sort.field);
            return Err(SearchError::Invalid(why));
        }
        let documents = self.documents.read().unwrap();
        let words = split_words(&request.query);
        let lang = match request.lang {
            Some(Lang::Zh) => "lang:zh",
            Some(Lang::En) => "lang:en",
            None => "",
        };
        let filter = request.filter.as_deref().unwrap_or_default();
        let mut found: Vec<(&Record, Hit)> = documents
            .records
            .iter()
            .filter(|record| !words.is_empty() && passes(record, filter) && passes(record, lang))
            .filter_map(|record| Some((record, hit(record, &words, request)?)))
            .collect();
        found.sort_by(|(_, a), (_, b)| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
        if let Some(sort) = &request.sort {
            found.sort_by_cached_key(|(record, _)| match sort.field.as_str() {
                "path" | "time" => text(record, &sort.field).to_owned(),
                field => values(record, field).into_iter().next().unwrap_or_default(),
            });
            if sort.descending {
                found.reverse();
            }
        }
        let mut facets = BTreeMap::new();
        for field in &request.facets {
            let mut counts: BTreeMap<String, u64> = BTreeMap::new();
            for value in found.iter().flat_map(|(record, _)| values(record, field)) {
                *counts.entry(value).or_default() += 1;
            }
            let mut counts: Vec<Facet> =
                counts.into_iter().map(|(value, count)| Facet { value, count }).collect();
            counts.sort_by_key(|facet| std::cmp::Reverse(facet.count));
            facets.insert(field.clone(), counts);
        }
        let mut corrected = request.query.clone();
        for (wrong, right) in CORRECTIONS {
            corrected = corrected.replace(wrong, right);
        }
        let unbalanced = request.query.matches('"').count() % 2 == 1;
        let note = r#"The quotation mark " has no partner; it was read as text."#.to_owned();
        Ok(SearchResponse {
            query: request.query.clone(),
            took_us: u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
            total: found.len() as u64,
            relaxed: false,
            did_you_mean: (corrected != request.query).then_some(corrected),
            notes: if unbalanced { vec![note; 2] } else { Vec::new() },
            hits: found
                .into_iter()
                .skip(request.offset)
                .take(request.limit)
                .map(|(_, hit)| hit)
                .collect(),
            facets,
        })
    }

    fn document(&self, id: &str) -> Result<Option<Value>, SearchError> {
        let documents = self.documents.read().unwrap();
        Ok(documents.get(id).map(|record| Value::from(record.clone())))
    }

    fn suggest(&self, prefix: &str, limit: usize) -> Result<Vec<Suggestion>, SearchError> {
        let documents = self.documents.read().unwrap();
        let wanted = fold(prefix.trim());
        let mut counts: BTreeMap<String, (Via, u64)> = BTreeMap::new();
        for record in &documents.records {
            let terms = values(record, "terms");
            for term in terms.iter().map(String::as_str).chain([text(record, "title")]) {
                let pinyin = RELATIVES.iter().any(|(from, to, via)| {
                    *via == Via::Pinyin && fold(from).starts_with(&wanted) && term.starts_with(to)
                });
                let via = match fold(term).starts_with(&wanted) {
                    true => Via::Prefix,
                    false if pinyin => Via::Pinyin,
                    false => continue,
                };
                counts.entry(term.to_owned()).or_insert((via, 0)).1 += 1;
            }
        }
        if wanted.is_empty() {
            counts.clear();
        }
        let mut all: Vec<Suggestion> = counts
            .into_iter()
            .map(|(text, (via, count))| Suggestion { text, via, count })
            .collect();
        all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.text.cmp(&b.text)));
        all.truncate(limit);
        Ok(all)
    }
}
