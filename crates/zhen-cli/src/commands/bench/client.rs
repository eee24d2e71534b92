//! A client of `zhen serve` that costs little of what is measured.
//!
//! Each thread that asks has a connection of its own, kept alive, which is driven by the thread
//! itself: between the system and the measurement no other thread has to wake up.

use std::error::Error as _;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::http::uri::Scheme;
use hyper::{Method, Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

/// Time to open a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Time for an answer; a server gives up on a search long before.
const ANSWER: Duration = Duration::from_secs(60);
/// Characters shown of what a server says.
const SHOWN_CHARS: usize = 200;

/// A server, and the connections to it that nobody is using.
pub(super) struct Client {
    /// Host and port, as connected to.
    host: String,
    port: u16,
    /// What goes before each path; without a slash at its end.
    base: String,
    host_header: HeaderValue,
    key: Option<HeaderValue>,
    idle: Mutex<Vec<Connection>>,
}

/// Why there is no good answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClientError {
    #[error("cannot reach the server: {0}")]
    Unreachable(#[source] io::Error),
    #[error("the connection broke: {0}")]
    Broken(String),
    #[error("no answer within {} s", ANSWER.as_secs())]
    Late,
    #[error("{}{}{}", .status, if .detail.is_empty() { "" } else { ": " }, .detail)]
    Refused { status: StatusCode, detail: String },
    #[error("the answer is not zhen's: {0}")]
    Strange(#[source] serde_json::Error),
    #[error("cannot start a connection: {0}")]
    Start(#[source] io::Error),
}

/// An open connection with the runtime that drives it.
struct Connection {
    runtime: Runtime,
    sender: SendRequest<Full<Bytes>>,
}

impl Client {
    /// A client of the server at `url`: `http://host:port`, with a path where the server lies
    /// behind a proxy. Nothing is connected yet.
    ///
    /// # Errors
    /// One sentence on what is wrong with the address or the key.
    pub(super) fn new(url: &str, key: Option<&str>) -> Result<Self, String> {
        let wrong = |what: &str| format!("{url:?} {what}; write http://127.0.0.1:7700");
        let full = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        let uri: Uri = full.parse().map_err(|_| wrong("is no address of a server"))?;
        match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => {}
            Some(scheme) if *scheme == Scheme::HTTPS => {
                return Err(wrong(
                    "asks for TLS, which is not measured here: name the server itself",
                ));
            }
            _ => return Err(wrong("does not begin with http://")),
        }
        let authority = uri.authority().ok_or_else(|| wrong("names no host"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("holds a password; put the key into ZHEN_SEARCH_KEY"));
        }
        if uri.query().is_some() {
            return Err(wrong("has a question mark"));
        }
        let host_header = HeaderValue::from_str(authority.as_str());
        let bearer = |key: &str| {
            let value = HeaderValue::from_str(&format!("Bearer {key}"));
            value.map_err(|_| {
                "the key in ZHEN_SEARCH_KEY is none; take it as it was given".to_owned()
            })
        };
        Ok(Self {
            host: authority.host().trim_matches(['[', ']']).to_owned(),
            port: authority.port_u16().unwrap_or(80),
            base: uri.path().trim_end_matches('/').to_owned(),
            host_header: host_header.map_err(|_| wrong("names no host"))?,
            key: key.map(bearer).transpose()?,
            idle: Mutex::default(),
        })
    }

    /// The body of the answer to a GET.
    ///
    /// # Errors
    /// [`ClientError`], also when the status is not 200.
    pub(super) fn get(&self, path: &str) -> Result<Bytes, ClientError> {
        self.send(Method::GET, path, &Bytes::new())
    }

    /// The body of the answer to a POST of JSON.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(super) fn post(&self, path: &str, json: String) -> Result<Bytes, ClientError> {
        self.send(Method::POST, path, &Bytes::from(json))
    }

    fn send(&self, method: Method, path: &str, body: &Bytes) -> Result<Bytes, ClientError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let kept = idle.is_some();
        let mut connection = idle.map_or_else(|| self.connect(), Ok)?;
        let mut answer = connection.exchange(self.request(&method, path, body)?);
        if kept && matches!(answer, Err(ClientError::Broken(_))) {
            // A server may close a connection that was not used for a while, and both requests made
            // here can be made twice.
            connection = self.connect()?;
            answer = connection.exchange(self.request(&method, path, body)?);
        }
        let (status, body) = answer?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        match status {
            StatusCode::OK => Ok(body),
            status => Err(ClientError::Refused { status, detail: detail(&body) }),
        }
    }

    fn request(
        &self,
        method: &Method,
        path: &str,
        body: &Bytes,
    ) -> Result<Request<Full<Bytes>>, ClientError> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header(HOST, &self.host_header);
        if let Some(key) = &self.key {
            request = request.header(AUTHORIZATION, key);
        }
        if method == Method::POST {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(Full::new(body.clone()));
        request.map_err(|error| ClientError::Broken(error.to_string()))
    }

    fn connect(&self) -> Result<Connection, ClientError> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(ClientError::Start)?;
        let connected = runtime.block_on(async {
            let stream = timeout(CONNECT, TcpStream::connect((self.host.as_str(), self.port)))
                .await
                .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
                .and_then(|stream| stream.set_nodelay(true).map(|()| stream))
                .map_err(ClientError::Unreachable)?;
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| broken(&error))
        });
        let (sender, driver) = connected?;
        // It ends with the runtime; what goes wrong in it is told to who sends.
        runtime.spawn(driver);
        Ok(Connection { runtime, sender })
    }
}

impl Connection {
    fn exchange(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<(StatusCode, Bytes), ClientError> {
        let sender = &mut self.sender;
        self.runtime.block_on(async {
            let exchange = async {
                sender.ready().await?;
                let response = sender.send_request(request).await?;
                let status = response.status();
                Ok((status, response.into_body().collect().await?.to_bytes()))
            };
            let answer = timeout(ANSWER, exchange).await.map_err(|_| ClientError::Late)?;
            answer.map_err(|error: hyper::Error| broken(&error))
        })
    }
}

fn broken(error: &hyper::Error) -> ClientError {
    ClientError::Broken(match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    })
}

/// What a server says about an error: the detail of a problem document, else its text.
fn detail(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Problem {
        detail: String,
    }
    let text = match serde_json::from_slice::<Problem>(body) {
        Ok(problem) => problem.detail,
        Err(_) => String::from_utf8_lossy(body).trim().to_owned(),
    };
    text.chars().take(SHOWN_CHARS).collect()
}

/// Text as a value in the query of an address, percent-encoded (RFC 3986, section 2).
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                let digit = |value: u8| char::from(HEX[usize::from(value)]);
                out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_servers_are_read() {
        let parts = |url: &str| {
            Client::new(url, None)
                .map(|client| (client.host.clone(), client.port, client.base.clone()))
        };
        let is = |host: &str, port, base: &str| Ok((host.to_owned(), port, base.to_owned()));
        assert_eq!(parts("http://127.0.0.1:7700"), is("127.0.0.1", 7700, ""));
        assert_eq!(parts("http://127.0.0.1:7700/"), is("127.0.0.1", 7700, ""));
        assert_eq!(parts("localhost:7700"), is("localhost", 7700, ""));
        assert_eq!(parts("http://[::1]:80/search/"), is("::1", 80, "/search"));
        assert_eq!(parts("http://example.org"), is("example.org", 80, ""));
        for (url, what) in [
            ("https://example.org", "TLS"),
            ("ftp://example.org", "http://"),
            ("http://", "no address"),
            ("", "no address"),
            ("http://me:secret@example.org", "ZHEN_SEARCH_KEY"),
            ("http://example.org/?q=x", "question mark"),
            ("not an address", "no address"),
        ] {
            let error = parts(url).unwrap_err();
            assert!(error.contains(what) && !error.contains('\n'), "{url}: {error}");
        }
        assert!(Client::new("http://x", Some("a\nb")).is_err());
    }

    #[test]
    fn queries_are_encoded_for_an_address() {
        assert_eq!(encoded("词典 C++"), "%E8%AF%8D%E5%85%B8%20C%2B%2B");
        assert_eq!(encoded("a-b_c.d~e&f=g"), "a-b_c.d~e%26f%3Dg");
    }

    #[test]
    fn what_a_server_says_about_an_error_is_kept_short() {
        assert_eq!(detail(br#"{"detail": "no key", "status": 401}"#), "no key");
        assert_eq!(detail(b" bad gateway\n"), "bad gateway");
        assert_eq!(detail(&b"x".repeat(10_000)).len(), SHOWN_CHARS);
        let error = |detail: &str| ClientError::Refused {
            status: StatusCode::UNAUTHORIZED,
            detail: detail.to_owned(),
        };
        assert_eq!(error("no key").to_string(), "401 Unauthorized: no key");
        assert_eq!(error("").to_string(), "401 Unauthorized");
    }
}
