//! What answers the queries: the index opened here, or a server.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::json;
use zhen_eval::latency::{Target, Usage};
use zhen_search::{Engine as _, IndexEngine, SearchRequest};
use zhen_server::ProcessUsage;

use super::client::{Client, ClientError, encoded};
use crate::failure::Failure;

/// Addresses up to this length are accepted everywhere; longer requests are sent as a body.
const LONGEST_PATH: usize = 4_096;
/// A server that so many requests in a row do not reach is taken to be gone.
const UNREACHED: u64 = 100;

/// Answers queries, and knows of itself what a record should say.
pub(super) trait Searcher: Sync {
    /// The number of documents that a query finds, or why it failed.
    fn hits(&self, query: &str) -> Result<u64, String>;

    /// Whether nothing more can be expected of it.
    fn is_gone(&self) -> bool {
        false
    }

    /// What the process that searches has taken of the machine so far, where that is known.
    fn usage(&self) -> Option<Reading>;

    /// The index: what it is called and what it holds.
    fn index(&self) -> Result<IndexFacts, Failure>;

    /// Where it is, in a few words.
    fn place(&self) -> String;
}

/// What a process has taken of the machine since it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) cpu: Duration,
    pub(super) peak_bytes: u64,
}

/// An index in figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct IndexFacts {
    pub(super) name: String,
    pub(super) documents: u64,
    pub(super) bytes: u64,
    pub(super) segments: u64,
    pub(super) commit: u64,
}

/// The index, opened in this process.
pub(super) struct InProcess {
    engine: IndexEngine,
    request: SearchRequest,
    name: String,
}

impl InProcess {
    /// Searches with `engine`, each time as `request` says but for its query.
    pub(super) fn new(engine: IndexEngine, request: SearchRequest, name: &str) -> Self {
        Self { engine, request, name: name.to_owned() }
    }
}

impl Searcher for InProcess {
    fn hits(&self, query: &str) -> Result<u64, String> {
        let request = SearchRequest { query: query.to_owned(), ..self.request.clone() };
        let response = self.engine.search(&request).map_err(|error| error.to_string())?;
        Ok(response.total)
    }

    fn usage(&self) -> Option<Reading> {
        let usage = ProcessUsage::read()?;
        Some(Reading { cpu: usage.cpu, peak_bytes: usage.peak })
    }

    fn index(&self) -> Result<IndexFacts, Failure> {
        let stats = self.engine.index().stats()?;
        Ok(IndexFacts {
            name: self.name.clone(),
            documents: stats.documents,
            bytes: stats.bytes,
            segments: stats.segments.len() as u64,
            commit: stats.manifest.generation,
        })
    }

    fn place(&self) -> String {
        "in process".to_owned()
    }
}

/// A running server.
pub(super) struct Remote {
    client: Client,
    url: String,
    request: SearchRequest,
    index: Option<String>,
    /// Path of a search up to the query.
    path: String,
    /// Requests that did not reach it since one did.
    unreached: AtomicU64,
}

impl Remote {
    /// Asks `client`, the server at `url`, as `request` says but for its query; in the index of
    /// that name, or the one that the server takes for itself.
    pub(super) fn new(
        client: Client,
        url: &str,
        request: SearchRequest,
        index: Option<&str>,
    ) -> Self {
        let mut path = String::from("/api/v1/search?");
        let mut add = |name: &str, value: &str| {
            path.push_str(&format!("{name}={}&", encoded(value)));
        };
        add("limit", &request.limit.to_string());
        add("passages", &request.passages.to_string());
        if request.exact {
            add("exact", "true");
        }
        if let Some(filter) = &request.filter {
            add("filter", filter);
        }
        if let Some(index) = index {
            add("index", index);
        }
        path.push_str("q=");
        Self {
            client,
            url: url.to_owned(),
            request,
            index: index.map(str::to_owned),
            path,
            unreached: AtomicU64::new(0),
        }
    }

    fn body(&self, query: &str) -> String {
        let mut body = json!({
            "q": query,
            "limit": self.request.limit,
            "passages": self.request.passages,
            "exact": self.request.exact,
        });
        let others = [("filter", &self.request.filter), ("index", &self.index)];
        for (name, value) in others {
            if let Some(value) = value {
                body[name] = value.as_str().into();
            }
        }
        body.to_string()
    }

    fn ask(&self, query: &str) -> Result<u64, ClientError> {
        #[derive(Deserialize)]
        struct Answer {
            total: u64,
        }
        let path = format!("{}{}", self.path, encoded(query));
        let body = match path.len() {
            0..=LONGEST_PATH => self.client.get(&path)?,
            _ => self.client.post("/api/v1/search", self.body(query))?,
        };
        let answer = serde_json::from_slice::<Answer>(&body).map_err(ClientError::Strange)?;
        Ok(answer.total)
    }
}

impl Searcher for Remote {
    fn hits(&self, query: &str) -> Result<u64, String> {
        let answer = self.ask(query);
        match &answer {
            Err(ClientError::Unreachable(_)) => self.unreached.fetch_add(1, Ordering::Relaxed),
            _ => self.unreached.swap(0, Ordering::Relaxed),
        };
        answer.map_err(|error| error.to_string())
    }

    fn is_gone(&self) -> bool {
        self.unreached.load(Ordering::Relaxed) >= UNREACHED
    }

    fn usage(&self) -> Option<Reading> {
        // A proxy may keep the page to itself; then these figures are not known.
        reading(&String::from_utf8_lossy(&self.client.get("/metrics").ok()?))
    }

    fn index(&self) -> Result<IndexFacts, Failure> {
        #[derive(Deserialize)]
        struct Stats {
            index: String,
            documents: u64,
            size_bytes: u64,
            segments: u64,
            commit: u64,
            server: Server,
        }
        #[derive(Deserialize)]
        struct Server {
            version: String,
        }
        let path = match &self.index {
            Some(index) => format!("/api/v1/stats?index={}", encoded(index)),
            None => "/api/v1/stats".to_owned(),
        };
        let stats = self
            .client
            .get(&path)
            .and_then(|body| serde_json::from_slice::<Stats>(&body).map_err(ClientError::Strange));
        let stats = stats
            .map_err(|error| Failure::Usage(format!("{}: {error}; {}", self.url, mend(&error))))?;
        Ok(IndexFacts {
            name: format!("{} of zhen {}", stats.index, stats.server.version),
            documents: stats.documents,
            bytes: stats.size_bytes,
            segments: stats.segments,
            commit: stats.commit,
        })
    }

    fn place(&self) -> String {
        format!("at {}", self.url)
    }
}

/// What to do about a server that does not answer as it should.
fn mend(error: &ClientError) -> &'static str {
    match error {
        ClientError::Unreachable(_) => {
            "start it with `zhen serve`, or say with --url where it listens"
        }
        ClientError::Refused {
            status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, ..
        } => "set ZHEN_SEARCH_KEY to one of its keys, and name it as it wants to be named",
        ClientError::Refused { status: StatusCode::NOT_FOUND, .. } => {
            "say with --url where zhen serves, and with --index one of its indexes"
        }
        ClientError::Refused { status, .. } => mend_status(status.as_u16()),
        ClientError::Strange(_) => "say with --url where `zhen serve` listens",
        ClientError::Broken(_) | ClientError::Late => "see what the server says, and try again",
        ClientError::Start(_) => "allow more open files, with `ulimit -n`",
    }
}

/// What to do about a server that went away while it was measured.
pub(super) const MEND_GONE: &str = "see why it ended, start it again, and measure anew";

/// What to do when searches are answered with a status.
pub(super) fn mend_status(status: u16) -> &'static str {
    match status {
        429 => {
            "the server limits requests: raise requests_per_second in its configuration, or lower \
             --rate"
        }
        503 => "the server is overloaded: lower --rate or --connections, or raise its limits",
        _ => "see what the server says, and try again",
    }
}

/// Reads processor time and peak memory off a page of metrics.
fn reading(page: &str) -> Option<Reading> {
    let sample = |name: &str| {
        let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))?;
        line.trim().parse::<f64>().ok()
    };
    Some(Reading {
        cpu: Duration::try_from_secs_f64(sample("process_cpu_seconds_total")?).ok()?,
        peak_bytes: sample("zhen_peak_memory_bytes")? as u64,
    })
}

/// A searcher under measurement: counts what it is asked, ends when it is to stop, and knows what
/// was taken of the machine since measuring began.
pub(super) struct Measured<'a> {
    searcher: &'a dyn Searcher,
    stop: &'a AtomicBool,
    asked: AtomicU64,
    begun: Mutex<Option<Reading>>,
}

impl<'a> Measured<'a> {
    pub(super) fn new(searcher: &'a dyn Searcher, stop: &'a AtomicBool) -> Self {
        Self { searcher, stop, asked: AtomicU64::new(0), begun: Mutex::default() }
    }

    /// Requests so far, those for warming up included.
    pub(super) fn asked(&self) -> &AtomicU64 {
        &self.asked
    }

    /// What was taken since measuring began.
    pub(super) fn usage(&self) -> Option<Usage> {
        let begun = (*self.begun.lock().unwrap_or_else(PoisonError::into_inner))?;
        let now = self.searcher.usage()?;
        let cpu = now.cpu.saturating_sub(begun.cpu).as_nanos();
        Some(Usage { cpu_ns: u64::try_from(cpu).unwrap_or(u64::MAX), peak_bytes: now.peak_bytes })
    }
}

impl Target for Measured<'_> {
    fn ask(&self, query: &str) -> Result<u64, String> {
        let answer = self.searcher.hits(query);
        self.asked.fetch_add(1, Ordering::Relaxed);
        answer
    }

    fn begin(&self) {
        *self.begun.lock().unwrap_or_else(PoisonError::into_inner) = self.searcher.usage();
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.searcher.is_gone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_become_addresses_and_bodies() {
        let request = SearchRequest {
            limit: 5,
            passages: 0,
            exact: true,
            filter: Some("lang:zh".to_owned()),
            ..SearchRequest::default()
        };
        let client = Client::new("http://localhost", None).unwrap();
        let remote = Remote::new(client, "http://localhost", request, Some("笔记"));
        assert_eq!(
            remote.path,
            "/api/v1/search?limit=5&passages=0&exact=true&filter=lang%3Azh&\
             index=%E7%AC%94%E8%AE%B0&q="
        );
        let body: serde_json::Value = serde_json::from_str(&remote.body("词典")).unwrap();
        let expected = json!({"q": "词典", "limit": 5, "passages": 0, "exact": true,
            "filter": "lang:zh", "index": "笔记"});
        assert_eq!(body, expected);
    }

    #[test]
    fn the_use_of_the_machine_is_read_off_the_metrics() {
        let page = "# HELP process_cpu_seconds_total x\nprocess_cpu_seconds_total 1.25\n\
                    zhen_peak_memory_bytes 1048576\n";
        let expected = Reading { cpu: Duration::from_millis(1_250), peak_bytes: 1 << 20 };
        assert_eq!(reading(page), Some(expected));
        assert_eq!(reading("process_cpu_seconds_total NaN\nzhen_peak_memory_bytes 1\n"), None);
        assert_eq!(reading("<html>"), None);
    }
}
