//! The request log: one record for each answer, handed to whoever prints.

use std::sync::Arc;

use serde::Serialize;

/// One request and how it was answered. Serialises to one JSON object.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RequestRecord {
    /// When the answer was ready, RFC 3339 in UTC.
    pub time: String,
    /// Identifier that the client was given too.
    pub request_id: String,
    /// Address of the other end of the connection.
    pub peer: String,
    /// Method as sent; empty where no request could be read.
    pub method: String,
    /// Path without the query, as sent; empty where no request could be read.
    pub path: String,
    /// Name of the route, `none` where no route fits.
    pub route: &'static str,
    /// Status code of the answer.
    pub status: u16,
    /// From the request's head to the answer's head, in microseconds; 0 where no request could be
    /// read.
    pub took_us: u64,
    /// Length of the answer's body as sent, in bytes.
    pub bytes: u64,
    /// Name of the API key used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What the route tells about itself.
    #[serde(flatten)]
    pub notes: Notes,
}

/// What a route adds to the log.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Notes {
    /// Index that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// Documents found, or taken from an upload.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<u64>,
    /// What was searched for; only when the configuration says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Why it failed, for the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Notes {
    /// That the index `name` was asked.
    pub(crate) fn of_index(name: &str) -> Self {
        Self { index: Some(name.to_owned()), ..Self::default() }
    }
}

/// Takes the records of the log; called on the event loop, so it must not block for long.
pub type LogSink = Arc<dyn Fn(&RequestRecord) + Send + Sync>;

/// A sink that drops everything.
pub fn no_log() -> LogSink {
    Arc::new(|_| {})
}
