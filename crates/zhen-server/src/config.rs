//! What can be set, where from, and what must not be.
//!
//! A [`ServerConfig`] is made in layers: defaults, then the `[server]` table of a `zhen.toml`
//! ([`ServerConfig::from_toml`]), then the environment ([`ServerConfig::apply_env`]), then the
//! caller's flags, which set fields directly. [`ServerConfig::check`] says what does not go
//! together before a port is opened.

use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::access::{Access, KeyConfig};

/// How to serve. The names of the fields are those of the `[server]` table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Host and port to listen on; port 0 takes any free one.
    pub addr: String,
    /// API keys. With none, everything is allowed, and only loopback can be listened on.
    pub keys: Vec<KeyConfig>,
    /// Whether searching needs no key although there are keys.
    pub public_search: bool,
    /// Host names under which the server may be asked besides those of the loopback; empty means
    /// any once there are keys. Protects a server without keys from pages that point a name of
    /// theirs at it.
    pub allowed_hosts: Vec<String>,
    /// Origins (`https://example.org`) whose pages may use the API from a browser; `*` means all.
    pub cors_origins: Vec<String>,
    /// Whether the request log holds what was searched for.
    pub log_queries: bool,
    /// Whether answers are compressed for clients that accept it.
    pub compression: bool,
    /// Threads that drive connections, and run their searches while these are short; 0 means as many
    /// as there are processors, at least 2.
    pub event_threads: usize,
    /// Bounds on what a client may ask for.
    pub limits: Limits,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            addr: "127.0.0.1:7700".to_owned(),
            keys: Vec::new(),
            public_search: false,
            allowed_hosts: Vec::new(),
            cors_origins: Vec::new(),
            log_queries: false,
            compression: true,
            event_threads: 0,
            limits: Limits::default(),
        }
    }
}

/// Bounds; the `[server.limits]` table. Sizes are in bytes, times in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Open connections; one more is answered 503 and closed. Also bounded by what the system lets
    /// a process open.
    pub max_connections: usize,
    /// Length of path and query (414).
    pub max_uri_bytes: usize,
    /// Size of a request's head, its first line included (431); at least 8,192.
    pub max_header_bytes: usize,
    /// Size of a search sent as a body (413).
    pub max_search_body_bytes: usize,
    /// Size of an upload (413); 0 means any.
    pub max_upload_bytes: u64,
    /// Size of one record of an upload; a larger one is reported and passed over.
    pub max_record_bytes: usize,
    /// Time for a request's head to arrive, and for the next request on an open connection.
    pub header_timeout_ms: u64,
    /// Longest pause within a body (408).
    pub body_timeout_ms: u64,
    /// Bytes a second below which a body that has been arriving for `body_timeout_ms` is given up
    /// (408).
    pub min_body_rate: u64,
    /// Longest time a client may take none of its answer.
    pub write_timeout_ms: u64,
    /// Time for a search, waiting included (503).
    pub search_timeout_ms: u64,
    /// Searches that run at once; 0 means twice the processors.
    pub max_concurrent_searches: usize,
    /// Searches that may wait for one of those (503).
    pub max_waiting_searches: usize,
    /// Uploads at once (503).
    pub max_concurrent_uploads: usize,
    /// Requests a second allowed to each client, averaged (429); 0 means any number.
    pub requests_per_second: u32,
    /// How many a client may send at once before the average counts; 0 means twice
    /// `requests_per_second`.
    pub request_burst: u32,
    /// Time that requests under way get to finish after shutdown was asked for.
    pub shutdown_timeout_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: 4_096,
            max_uri_bytes: 16 << 10,
            max_header_bytes: 64 << 10,
            max_search_body_bytes: 64 << 10,
            max_upload_bytes: 0,
            max_record_bytes: 16 << 20,
            header_timeout_ms: 15_000,
            body_timeout_ms: 20_000,
            min_body_rate: 128,
            write_timeout_ms: 30_000,
            search_timeout_ms: 5_000,
            max_concurrent_searches: 0,
            max_waiting_searches: 1_024,
            max_concurrent_uploads: 16,
            requests_per_second: 0,
            request_burst: 0,
            shutdown_timeout_ms: 10_000,
        }
    }
}

impl Limits {
    /// [`Limits::header_timeout_ms`] as a duration.
    pub fn header_timeout(&self) -> Duration {
        Duration::from_millis(self.header_timeout_ms)
    }

    /// [`Limits::body_timeout_ms`] as a duration.
    pub fn body_timeout(&self) -> Duration {
        Duration::from_millis(self.body_timeout_ms)
    }

    /// [`Limits::write_timeout_ms`] as a duration.
    pub fn write_timeout(&self) -> Duration {
        Duration::from_millis(self.write_timeout_ms)
    }

    /// [`Limits::search_timeout_ms`] as a duration.
    pub fn search_timeout(&self) -> Duration {
        Duration::from_millis(self.search_timeout_ms)
    }

    /// [`Limits::shutdown_timeout_ms`] as a duration.
    pub fn shutdown_timeout(&self) -> Duration {
        Duration::from_millis(self.shutdown_timeout_ms)
    }

    /// Searches that run at once, never 0.
    pub fn concurrent_searches(&self) -> usize {
        match self.max_concurrent_searches {
            0 => 2 * processors(),
            n => n,
        }
    }
}

/// Most searches, or uploads, that can be let run at once.
const MOST_AT_ONCE: usize = 1 << 20;

/// Processors this process may use, at least 1.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Names of the environment variables that [`ServerConfig::apply_env`] reads, with what each sets.
pub const ENVIRONMENT: [(&str, &str); 6] = [
    ("ZHEN_ADDR", "host and port to listen on"),
    ("ZHEN_SEARCH_KEY", "an API key that may search"),
    ("ZHEN_WRITE_KEY", "an API key that may search and write"),
    ("ZHEN_PUBLIC_SEARCH", "`true`: searching needs no key"),
    ("ZHEN_CORS_ORIGINS", "origins whose pages may use the API, separated by commas"),
    ("ZHEN_ALLOWED_HOSTS", "host names the server may be asked under, separated by commas"),
];

impl ServerConfig {
    /// Threads that drive connections, never 0.
    pub fn event_threads(&self) -> usize {
        match self.event_threads {
            // A single one would leave everybody waiting for a search that is long after all.
            0 => processors().max(2),
            n => n,
        }
    }

    /// Reads the `[server]` table of a `zhen.toml`; other tables belong to others and are passed
    /// over. A file without that table gives the defaults.
    ///
    /// # Errors
    /// [`ConfigError::Toml`] with line and column for what is not TOML, is not known, or has the
    /// wrong type.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        #[derive(Deserialize)]
        struct File {
            #[serde(default)]
            server: ServerConfig,
        }
        let file: File =
            toml::from_str(text).map_err(|error| ConfigError::Toml(error.to_string()))?;
        Ok(file.server)
    }

    /// Lets the environment override what has been set so far; `get` looks a variable up. See
    /// [`ENVIRONMENT`]. An empty variable counts as absent.
    ///
    /// # Errors
    /// [`ConfigError::Environment`] for a value that cannot be used.
    pub fn apply_env(&mut self, get: impl Fn(&str) -> Option<String>) -> Result<(), ConfigError> {
        let get = |name: &str| get(name).filter(|value| !value.trim().is_empty());
        if let Some(addr) = get("ZHEN_ADDR") {
            self.addr = addr.trim().to_owned();
        }
        for (variable, access) in
            [("ZHEN_SEARCH_KEY", Access::Search), ("ZHEN_WRITE_KEY", Access::Write)]
        {
            if let Some(key) = get(variable) {
                let key = KeyConfig::from_plain(variable, access, key.trim()).map_err(|why| {
                    ConfigError::Environment { variable: variable.to_owned(), why }
                })?;
                self.keys.push(key);
            }
        }
        if let Some(value) = get("ZHEN_PUBLIC_SEARCH") {
            self.public_search = match value.trim() {
                "1" | "true" | "yes" | "on" => true,
                "0" | "false" | "no" | "off" => false,
                other => {
                    return Err(ConfigError::Environment {
                        variable: "ZHEN_PUBLIC_SEARCH".to_owned(),
                        why: format!("{other:?} is neither true nor false"),
                    });
                }
            };
        }
        if let Some(value) = get("ZHEN_CORS_ORIGINS") {
            self.cors_origins = comma_list(&value);
        }
        if let Some(value) = get("ZHEN_ALLOWED_HOSTS") {
            self.allowed_hosts = comma_list(&value);
        }
        Ok(())
    }

    /// Whether what is set goes together and is safe.
    ///
    /// # Errors
    /// [`ConfigError::Unsafe`] for an address beyond loopback without keys, [`ConfigError::Value`]
    /// for a value outside its range; each says what to do.
    pub fn check(&self, bound: &[SocketAddr]) -> Result<(), ConfigError> {
        if self.keys.is_empty()
            && let Some(open) = bound.iter().find(|addr| !addr.ip().is_loopback())
        {
            return Err(ConfigError::Unsafe { addr: *open });
        }
        for key in &self.keys {
            key.check().map_err(|why| value("keys", why))?;
        }
        for (i, key) in self.keys.iter().enumerate() {
            if self.keys[..i].iter().any(|other| other.name == key.name) {
                return Err(value("keys", format!("two keys are named {:?}", key.name)));
            }
        }
        for origin in &self.cors_origins {
            crate::cors::check_origin(origin).map_err(|why| value("cors_origins", why))?;
        }
        let limits = &self.limits;
        let least = [
            ("limits.max_connections", limits.max_connections, 1),
            ("limits.max_uri_bytes", limits.max_uri_bytes, 256),
            ("limits.max_header_bytes", limits.max_header_bytes, 8_192),
            ("limits.max_search_body_bytes", limits.max_search_body_bytes, 256),
            ("limits.max_record_bytes", limits.max_record_bytes, 256),
            ("limits.max_concurrent_uploads", limits.max_concurrent_uploads, 1),
        ];
        for (field, is, least) in least {
            if is < least {
                return Err(value(field, format!("{is} is too small, the least is {least}")));
            }
        }
        let at_once = [
            ("limits.max_concurrent_searches", limits.max_concurrent_searches),
            ("limits.max_concurrent_uploads", limits.max_concurrent_uploads),
        ];
        for (field, is) in at_once {
            if is > MOST_AT_ONCE {
                let why = format!("{is} is too large, the largest is {MOST_AT_ONCE}");
                return Err(value(field, why));
            }
        }
        let times = [
            ("limits.header_timeout_ms", limits.header_timeout_ms),
            ("limits.body_timeout_ms", limits.body_timeout_ms),
            ("limits.write_timeout_ms", limits.write_timeout_ms),
            ("limits.search_timeout_ms", limits.search_timeout_ms),
        ];
        for (field, is) in times {
            if is == 0 {
                return Err(value(field, "0 would refuse everything; give milliseconds".into()));
            }
        }
        Ok(())
    }
}

fn value(field: &str, why: String) -> ConfigError {
    ConfigError::Value { field: field.to_owned(), why }
}

fn comma_list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is not TOML or holds what is not known.
    #[error("{0}")]
    Toml(String),
    /// An environment variable cannot be used.
    #[error("environment variable {variable}: {why}")]
    Environment {
        /// Its name.
        variable: String,
        /// What is wrong and how to mend it.
        why: String,
    },
    /// A value is outside its range.
    #[error("server.{field}: {why}")]
    Value {
        /// The field, as in the file.
        field: String,
        /// What is wrong and how to mend it.
        why: String,
    },
    /// Others could read and change the indexes.
    #[error(
        "refusing to listen on {addr}: it can be reached from other machines and no API key is \
         set. Set ZHEN_WRITE_KEY (and ZHEN_SEARCH_KEY, or ZHEN_PUBLIC_SEARCH=true for open \
         searching), or list keys under [[server.keys]] in zhen.toml, or listen on 127.0.0.1"
    )]
    Unsafe {
        /// The address.
        addr: SocketAddr,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_passes_its_own_check_and_survives_toml() {
        let config = ServerConfig::default();
        config.check(&["127.0.0.1:7700".parse().unwrap()]).unwrap();
        assert_eq!(ServerConfig::from_toml("").unwrap(), config);
        assert_eq!(ServerConfig::from_toml("[index]\nbudget = 3\n").unwrap(), config);
    }

    #[test]
    fn a_table_sets_what_it_names_and_leaves_the_rest() {
        let text = r#"
            [server]
            addr = "0.0.0.0:80"
            public_search = true
            cors_origins = ["https://example.org"]
            [server.limits]
            requests_per_second = 7
            [[server.keys]]
            name = "site"
            access = "search"
            sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
        "#;
        let config = ServerConfig::from_toml(text).unwrap();
        assert_eq!(config.addr, "0.0.0.0:80");
        assert_eq!(config.limits.requests_per_second, 7);
        assert_eq!(config.limits.max_uri_bytes, Limits::default().max_uri_bytes);
        assert_eq!(config.keys[0].access, Access::Search);
        config.check(&["0.0.0.0:80".parse().unwrap()]).unwrap();
    }

    #[test]
    fn more_at_once_than_can_be_is_refused_with_the_largest_value() {
        let fields = ["max_concurrent_searches", "max_concurrent_uploads"];
        for field in fields {
            let text = format!("[server.limits]\n{field} = {}\n", i64::MAX);
            let error = ServerConfig::from_toml(&text).unwrap().check(&[]).unwrap_err().to_string();
            assert!(error.contains(field) && error.contains("the largest is 1048576"), "{error}");
            let text = format!("[server.limits]\n{field} = 1048576\n");
            ServerConfig::from_toml(&text).unwrap().check(&[]).unwrap();
        }
    }

    #[test]
    fn a_misspelt_field_is_named_with_its_line() {
        let error = ServerConfig::from_toml("[server]\nadress = \"x\"\n").unwrap_err().to_string();
        assert!(error.contains("adress") && error.contains("line 2"), "{error}");
    }

    #[test]
    fn listening_beyond_loopback_without_keys_is_refused_with_the_remedy() {
        for addr in ["0.0.0.0:7700", "192.0.2.1:80", "[::]:7700"] {
            let addr: SocketAddr = addr.parse().unwrap();
            let error = ServerConfig::default().check(&[addr]).unwrap_err().to_string();
            assert!(error.contains("ZHEN_WRITE_KEY") && error.contains("127.0.0.1"), "{error}");
        }
        ServerConfig::default().check(&["[::1]:7700".parse().unwrap()]).unwrap();
    }

    #[test]
    fn the_environment_overrides_and_its_keys_are_kept_hashed() {
        let mut config = ServerConfig::default();
        let set = |name: &str| match name {
            "ZHEN_ADDR" => Some("localhost:0".to_owned()),
            "ZHEN_WRITE_KEY" => Some("a-long-enough-secret".to_owned()),
            "ZHEN_PUBLIC_SEARCH" => Some("true".to_owned()),
            "ZHEN_CORS_ORIGINS" => Some("https://a.example, https://b.example".to_owned()),
            "ZHEN_ALLOWED_HOSTS" => Some(" ".to_owned()),
            _ => None,
        };
        config.apply_env(set).unwrap();
        assert_eq!(config.addr, "localhost:0");
        assert!(config.public_search);
        assert_eq!(config.cors_origins, ["https://a.example", "https://b.example"]);
        assert!(config.allowed_hosts.is_empty());
        assert_eq!(config.keys.len(), 1);
        assert!(!format!("{config:?}").contains("secret"));
    }

    #[test]
    fn a_short_key_and_an_unclear_boolean_are_refused_by_name() {
        for (variable, value) in [("ZHEN_SEARCH_KEY", "short"), ("ZHEN_PUBLIC_SEARCH", "maybe")] {
            let get = |name: &str| (name == variable).then(|| value.to_owned());
            let error = ServerConfig::default().apply_env(get).unwrap_err().to_string();
            assert!(error.contains(variable), "{error}");
        }
    }
}
