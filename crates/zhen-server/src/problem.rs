//! Errors as a client sees them: `application/problem+json` (RFC 9457).

use serde::Serialize;
use warp::http::{HeaderValue, StatusCode, header};
use warp::reply::Response;

/// What can go wrong with a request; each has its status code, title and a name of its own by which
/// a program can tell it from others of the same status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request is not what the route takes: unknown or repeated parameter, malformed value.
    BadRequest,
    /// No API key, or one that is not known.
    Unauthorized,
    /// The key does not allow this, or the request comes from where it must not.
    Forbidden,
    /// No such path, index or document.
    NotFound,
    /// The path exists, the method does not.
    MethodNotAllowed,
    /// The client took too long to send its request.
    RequestTimeout,
    /// The body is larger than the limit.
    BodyTooLarge,
    /// The request target is longer than the limit.
    UriTooLong,
    /// The body's media type or encoding is not one that is read.
    UnsupportedMediaType,
    /// Well formed, but outside the limits of what can be asked.
    Unprocessable,
    /// More requests than the rate limit allows.
    TooManyRequests,
    /// The request head is larger than the limit.
    HeadersTooLarge,
    /// The server failed.
    Internal,
    /// Too much to do at the moment, shutting down, or another process is writing.
    Unavailable,
    /// The search did not finish before its deadline.
    Deadline,
}

impl Kind {
    /// Every kind, for tables and tests.
    pub const ALL: [Kind; 15] = [
        Kind::BadRequest,
        Kind::Unauthorized,
        Kind::Forbidden,
        Kind::NotFound,
        Kind::MethodNotAllowed,
        Kind::RequestTimeout,
        Kind::BodyTooLarge,
        Kind::UriTooLong,
        Kind::UnsupportedMediaType,
        Kind::Unprocessable,
        Kind::TooManyRequests,
        Kind::HeadersTooLarge,
        Kind::Internal,
        Kind::Unavailable,
        Kind::Deadline,
    ];

    /// Status code, name within `urn:zhen:problem:`, and title.
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Kind::BadRequest => (StatusCode::BAD_REQUEST, "bad-request", "Bad request"),
            Kind::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized", "API key needed"),
            Kind::Forbidden => (StatusCode::FORBIDDEN, "forbidden", "Not allowed"),
            Kind::NotFound => (StatusCode::NOT_FOUND, "not-found", "Not found"),
            Kind::MethodNotAllowed => {
                (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed")
            }
            Kind::RequestTimeout => {
                (StatusCode::REQUEST_TIMEOUT, "request-timeout", "Request took too long to arrive")
            }
            Kind::BodyTooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "Body too large")
            }
            Kind::UriTooLong => (StatusCode::URI_TOO_LONG, "uri-too-long", "URI too long"),
            Kind::UnsupportedMediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-media-type",
                "Media type not supported",
            ),
            Kind::Unprocessable => {
                (StatusCode::UNPROCESSABLE_ENTITY, "outside-limits", "Outside the limits")
            }
            Kind::TooManyRequests => {
                (StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests")
            }
            Kind::HeadersTooLarge => (
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "headers-too-large",
                "Request headers too large",
            ),
            Kind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Server error"),
            Kind::Unavailable => {
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Temporarily unavailable")
            }
            Kind::Deadline => {
                (StatusCode::SERVICE_UNAVAILABLE, "deadline-exceeded", "Search took too long")
            }
        }
    }

    /// The status code it is answered with.
    pub fn status(self) -> StatusCode {
        self.parts().0
    }

    /// The `type` of its problem document.
    pub fn type_uri(self) -> String {
        format!("urn:zhen:problem:{}", self.parts().1)
    }
}

/// One error on its way to a client.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    /// What sort of error.
    pub(crate) kind: Kind,
    /// What was wrong with this request and how to mend it, one or two sentences.
    pub(crate) detail: String,
    /// After how many seconds trying again makes sense.
    pub(crate) retry_after: Option<u32>,
    /// Methods the path does have.
    allow: Option<Box<str>>,
    /// What an upload that failed had taken and refused.
    upload: Option<Box<serde_json::Map<String, serde_json::Value>>>,
}

/// The document of a [`Problem`].
#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    upload: Option<&'a serde_json::Map<String, serde_json::Value>>,
}

impl Problem {
    /// A problem of the given kind.
    pub(crate) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), retry_after: None, allow: None, upload: None }
    }

    /// The path exists but takes only the methods in `allow`.
    pub(crate) fn method_not_allowed(method: &warp::http::Method, allow: String) -> Self {
        let detail = format!("this path takes {allow}, not {method}");
        Self { allow: Some(allow.into()), ..Self::new(Kind::MethodNotAllowed, detail) }
    }

    /// Tells the client when to try again.
    pub(crate) fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    /// Adds what an upload had taken and refused before it failed.
    pub(crate) fn with_upload(
        mut self,
        report: serde_json::Map<String, serde_json::Value>,
    ) -> Self {
        self.upload = Some(Box::new(report));
        self
    }

    /// The problem document.
    pub(crate) fn body(&self, request_id: Option<&str>) -> Vec<u8> {
        let (status, _, title) = self.kind.parts();
        let document = Document {
            r#type: self.kind.type_uri(),
            title,
            status: status.as_u16(),
            detail: &self.detail,
            request_id,
            upload: self.upload.as_deref(),
        };
        serde_json::to_vec(&document).expect("strings and numbers always serialise")
    }

    /// The whole answer.
    pub(crate) fn respond(&self, request_id: Option<&str>) -> Response {
        let mut response = Response::new(self.body(request_id).into());
        *response.status_mut() = self.kind.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = self.allow.as_deref().and_then(|a| HeaderValue::from_str(a).ok()) {
            headers.insert(header::ALLOW, allow);
        }
        if self.kind == Kind::Unauthorized {
            let challenge = HeaderValue::from_static("Bearer realm=\"zhen\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Media type of a problem document.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

impl From<zhen_search::SearchError> for Problem {
    fn from(error: zhen_search::SearchError) -> Self {
        match error {
            zhen_search::SearchError::Invalid(detail) => Self::new(Kind::Unprocessable, detail),
            zhen_search::SearchError::Engine(detail) => Self::new(Kind::Internal, detail),
        }
    }
}
