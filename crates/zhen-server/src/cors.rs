//! Which pages may use the API: cross-origin resource sharing, and what is refused without it.
//!
//! Answering without `Access-Control-Allow-Origin` keeps a foreign page from reading; that alone
//! does not keep it from writing to a server on the reader's own machine. Writes that carry a
//! foreign `Origin` are therefore refused, and a server without keys answers only under the names
//! of the loopback, so that no page can reach it by pointing a name of its own at 127.0.0.1.
//! A search sent as a body is no write: nothing changes, and what a page may send without asking
//! first is never JSON.

use warp::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use warp::reply::Response;

use crate::access::Access;
use crate::config::ServerConfig;
use crate::problem::{Kind, Problem};

/// Whether `origin` can stand in the configuration: `*`, or scheme, host and port as a browser
/// sends them.
pub(crate) fn check_origin(origin: &str) -> Result<(), String> {
    let well_formed = origin.split_once("://").is_some_and(|(scheme, host)| {
        matches!(scheme, "http" | "https")
            && !host.is_empty()
            && host.bytes().all(|b| b.is_ascii_graphic())
            && !host.contains(['/', '?', '#', '@', '*'])
            && !host.bytes().any(|b| b.is_ascii_uppercase())
    });
    if origin == "*" || well_formed {
        return Ok(());
    }
    Err(format!(
        "{origin:?} is no origin: give `*` or what a browser sends, such as `https://example.org` \
         (lower case, no path)"
    ))
}

/// The rules of one server.
#[derive(Debug)]
pub(crate) struct Cors {
    any: bool,
    origins: Vec<String>,
    /// Names to answer under; `None` means any.
    hosts: Option<Vec<String>>,
}

impl Cors {
    /// The rules of a configuration.
    pub(crate) fn new(config: &ServerConfig) -> Self {
        let hosts = match (config.keys.is_empty(), config.allowed_hosts.is_empty()) {
            (false, true) => None,
            _ => Some(config.allowed_hosts.iter().map(|h| h.to_ascii_lowercase()).collect()),
        };
        Self {
            any: config.cors_origins.iter().any(|o| o == "*"),
            origins: config.cors_origins.clone(),
            hosts,
        }
    }

    /// Refuses a request that does not name its host as HTTP asks it to, or names a foreign one.
    ///
    /// # Errors
    /// 400 and 403.
    pub(crate) fn check_host(&self, version: Version, headers: &HeaderMap) -> Result<(), Problem> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let (host, another) = (hosts.next(), hosts.next());
        if another.is_some() || (host.is_none() && version >= Version::HTTP_11) {
            let detail = "a request has one Host header (RFC 9112, section 3.2)";
            return Err(Problem::new(Kind::BadRequest, detail));
        }
        let (Some(allowed), Some(host)) = (&self.hosts, host) else { return Ok(()) };
        let name = host_name(&String::from_utf8_lossy(host.as_bytes())).to_ascii_lowercase();
        let loopback = name == "localhost"
            || name.ends_with(".localhost")
            || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if loopback || allowed.contains(&name) {
            return Ok(());
        }
        Err(Problem::new(
            Kind::Forbidden,
            format!(
                "this server does not answer under the name {name:?}; add it to \
                 server.allowed_hosts (or ZHEN_ALLOWED_HOSTS)"
            ),
        ))
    }

    /// Refuses a change asked for by a foreign page; `access` is what the route needs.
    ///
    /// # Errors
    /// 403.
    pub(crate) fn check_page(&self, access: Access, headers: &HeaderMap) -> Result<(), Problem> {
        let Some(origin) = headers.get(header::ORIGIN) else { return Ok(()) };
        let host = headers.get(header::HOST);
        if access < Access::Write || self.allows(origin) || same_origin(origin, host) {
            return Ok(());
        }
        Err(Problem::new(
            Kind::Forbidden,
            "pages of this origin may not write here; add it to server.cors_origins (or \
             ZHEN_CORS_ORIGINS)",
        ))
    }

    fn allows(&self, origin: &HeaderValue) -> bool {
        self.any || self.origins.iter().any(|o| o.as_bytes() == origin.as_bytes())
    }

    /// Adds what lets an allowed origin read the answer.
    pub(crate) fn decorate(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        if self.origins.is_empty() {
            return;
        }
        if self.any {
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        } else {
            headers.append(header::VARY, HeaderValue::from_static("origin"));
            match origin {
                Some(origin) if self.allows(origin) => {
                    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
                }
                _ => return,
            }
        }
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("x-request-id, retry-after"),
        );
    }

    /// Answers an `OPTIONS` request for a path that takes `allow`.
    pub(crate) fn preflight(&self, allow: &str, request: &HeaderMap) -> Response {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NO_CONTENT;
        let allow = HeaderValue::from_str(allow).unwrap_or(HeaderValue::from_static("GET"));
        let headers = response.headers_mut();
        headers.insert(header::ALLOW, allow.clone());
        if request.get(header::ORIGIN).is_some_and(|origin| self.allows(origin)) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, allow);
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_HEADERS,
                HeaderValue::from_static("authorization, content-type, x-api-key, x-request-id"),
            );
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
            if request.contains_key("access-control-request-private-network") {
                headers.insert(
                    "access-control-allow-private-network",
                    HeaderValue::from_static("true"),
                );
            }
        }
        response
    }
}

/// The host of a `Host` header without its port or brackets.
fn host_name(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    host.split(':').next().unwrap_or(host)
}

fn same_origin(origin: &HeaderValue, host: Option<&HeaderValue>) -> bool {
    let origin = origin.to_str().ok().and_then(|o| o.split_once("://")).map(|(_, rest)| rest);
    let host = host.and_then(|host| host.to_str().ok());
    matches!((origin, host), (Some(origin), Some(host)) if origin.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::KeyConfig;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let value = |v: &str| HeaderValue::from_bytes(v.as_bytes()).unwrap();
        pairs.iter().map(|(n, v)| (n.parse().unwrap(), value(v))).collect()
    }

    fn check_host(cors: &Cors, host: &'static str) -> Result<(), Kind> {
        let headers = headers(&[("host", host)]);
        cors.check_host(Version::HTTP_11, &headers).map_err(|problem| problem.kind)
    }

    #[test]
    fn a_server_without_keys_answers_only_under_names_of_the_loopback() {
        let cors = Cors::new(&ServerConfig::default());
        for host in ["localhost:7700", "127.0.0.1", "[::1]:7700", "zhen.localhost", "127.3.2.1:1"] {
            assert_eq!(check_host(&cors, host), Ok(()));
        }
        for host in ["evil.example", "127.0.0.1.evil.example:7700", "[2001:db8::1]", "", "针"] {
            assert_eq!(check_host(&cors, host), Err(Kind::Forbidden), "{host}");
        }
        let config = ServerConfig {
            allowed_hosts: vec!["Search.Example".to_owned()],
            ..ServerConfig::default()
        };
        let cors = Cors::new(&config);
        assert_eq!(check_host(&cors, "search.example:80"), Ok(()));
    }

    #[test]
    fn with_keys_any_name_will_do_unless_names_are_listed() {
        let keys = vec![KeyConfig::from_plain("k", Access::Write, "0123456789abcdef").unwrap()];
        let mut config = ServerConfig { keys, ..ServerConfig::default() };
        assert_eq!(check_host(&Cors::new(&config), "any.example"), Ok(()));
        config.allowed_hosts = vec!["search.example".to_owned()];
        assert_eq!(check_host(&Cors::new(&config), "any.example"), Err(Kind::Forbidden));
    }

    #[test]
    fn a_foreign_page_may_not_write_unless_its_origin_is_listed() {
        let config = ServerConfig {
            cors_origins: vec!["https://good.example".to_owned()],
            ..ServerConfig::default()
        };
        let cors = Cors::new(&config);
        let check = |access, origin| {
            let headers = headers(&[("host", "localhost:7700"), ("origin", origin)]);
            cors.check_page(access, &headers).map_err(|problem| problem.kind)
        };
        assert_eq!(check(Access::Write, "http://localhost:7700"), Ok(()));
        assert_eq!(check(Access::Write, "https://good.example"), Ok(()));
        for origin in ["https://evil.example", "null", "http://localhost:8000"] {
            assert_eq!(check(Access::Search, origin), Ok(()), "{origin}");
            assert_eq!(check(Access::Write, origin), Err(Kind::Forbidden), "{origin}");
        }
    }

    #[test]
    fn only_a_listed_origin_is_let_in_and_caches_are_told() {
        let config = ServerConfig {
            cors_origins: vec!["https://good.example".to_owned()],
            ..ServerConfig::default()
        };
        let cors = Cors::new(&config);
        let allowed = |origin: &'static str| {
            let mut headers = HeaderMap::new();
            cors.decorate(Some(&HeaderValue::from_static(origin)), &mut headers);
            assert_eq!(headers[header::VARY], "origin");
            headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).cloned()
        };
        assert_eq!(allowed("https://good.example").unwrap(), "https://good.example");
        assert_eq!(allowed("https://evil.example"), None);
        let mut headers = HeaderMap::new();
        Cors::new(&ServerConfig::default())
            .decorate(Some(&HeaderValue::from_static("https://good.example")), &mut headers);
        assert!(headers.is_empty());
    }

    #[test]
    fn what_is_no_origin_is_refused_in_the_configuration() {
        for good in ["*", "https://example.org", "http://localhost:8000", "https://[::1]:8"] {
            check_origin(good).unwrap();
        }
        for bad in ["", "example.org", "https://example.org/", "https://Example.org", "https://*.a"]
        {
            check_origin(bad).unwrap_err();
        }
    }
}
