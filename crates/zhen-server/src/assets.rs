//! Files that are part of the program: the page, the widget, the OpenAPI document.
//!
//! They are compressed once, when first asked for. Each has an `ETag`; the page names its parts
//! with their hash, so that those may be kept for ever and the page itself is asked for anew.

use std::sync::OnceLock;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use warp::http::{HeaderMap, HeaderValue, StatusCode, header};
use warp::reply::Response;

use crate::access::hex;
use crate::compress::{Coding, Effort};

const PAGE: &str = include_str!("../assets/index.html");
const STYLE: &str = include_str!("../assets/page.css");
const SCRIPT: &str = include_str!("../assets/page.js");
const ICON: &str = include_str!("../assets/icon.svg");
const WIDGET: &str = include_str!("../assets/zhen-search.js");
const OPENAPI: &str = include_str!("../assets/openapi.json");

/// What the page may load and run: its own files, nothing inline, nothing from elsewhere; and no
/// script may turn a string into markup.
pub const PAGE_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'; require-trusted-types-for 'script'";

/// Kept for as long as the cache likes: the address holds a hash of the content.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Kept, but asked about before each use.
const REVALIDATE: &str = "no-cache";
/// The widget's address is in other people's pages: a new version reaches them within ten minutes.
const SHORTLY: &str = "public, max-age=600";

/// One file.
#[derive(Debug)]
pub(crate) struct Asset {
    path: String,
    kind: &'static str,
    cache: &'static str,
    etag: String,
    plain: Bytes,
    /// Compressed forms, made when first asked for.
    brotli: OnceLock<Option<Bytes>>,
    gzip: OnceLock<Option<Bytes>>,
    /// Whether pages of other origins may load it.
    shared: bool,
}

/// All files.
#[derive(Debug)]
pub(crate) struct Assets(Vec<Asset>);

impl Assets {
    /// Prepares all files.
    pub(crate) fn new() -> Self {
        let javascript = "text/javascript; charset=utf-8";
        let mut assets = Vec::new();
        let mut page = lean(PAGE);
        let (script, widget) = (lean_script(SCRIPT), lean_script(WIDGET));
        let icon = format!("icon.{}.svg", digest(ICON));
        let style = lean_style(STYLE).replace("icon.svg", &icon);
        let parts = [
            ("assets/page.css", "text/css; charset=utf-8", style.as_str()),
            ("assets/page.js", javascript, script.as_str()),
            ("assets/icon.svg", "image/svg+xml", ICON),
            ("zhen-search.js", javascript, widget.as_str()),
        ];
        for (name, kind, text) in parts {
            // The page's parts go by an address that changes with their content. The widget goes
            // by its plain address as well.
            let (stem, extension) = name.rsplit_once('.').expect("parts have an extension");
            let stem = stem.trim_start_matches("assets/");
            let hashed = format!("assets/{stem}.{}.{extension}", digest(text));
            page = page.replace(&format!("\"{name}\""), &format!("\"{hashed}\""));
            assets.push(Asset::new(&format!("/{hashed}"), kind, FOREVER, text, false));
        }
        let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
        let openapi = OPENAPI.replace("\"version\": \"0\"", &version);
        assets.push(Asset::new("/", "text/html; charset=utf-8", REVALIDATE, &page, false));
        assets.push(Asset::new("/zhen-search.js", javascript, SHORTLY, &widget, true));
        let json = "application/json";
        assets.push(Asset::new("/openapi.json", json, REVALIDATE, &openapi, true));
        Self(assets)
    }

    /// The file at `path`.
    pub(crate) fn find(&self, path: &str) -> Option<&Asset> {
        self.0.iter().find(|asset| asset.path == path)
    }
}

/// A file without its indentation and whole-line comments, which a reader of the source needs and a
/// browser does not. The sources keep to what this leaves valid: no text that spans lines depends on
/// how they begin.
fn lean(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// As [`lean`], without the blanks around operators and within braces and the ends of lines that end
/// nothing, and with the style sheet within the widget's script as [`lean_style`]. No text in the
/// scripts holds an operator between blanks, and no comment behind code ends as those lines do.
fn lean_script(text: &str) -> String {
    const STYLE: &str = "const STYLE=`";
    let mut script = lean(text);
    for operator in ["=>", "=", "===", "!==", "&&", "||", "?", ":"] {
        script = script.replace(&format!(" {operator} "), operator);
    }
    for (wide, narrow) in [("{ ", "{"), (" }", "}"), ("{\n", "{"), (";\n", ";"), (",\n", ",")] {
        script = script.replace(wide, narrow);
    }
    let parts = script.split_once(STYLE).and_then(|(before, rest)| {
        let (style, after) = rest.split_once('`')?;
        Some([before, STYLE, &lean_style(style), "`", after].concat())
    });
    parts.unwrap_or(script)
}

/// A style sheet without comments and the blanks that only layout needs. It holds no strings in which
/// these would stand.
fn lean_style(text: &str) -> String {
    let mut style = lean(text);
    while let Some((before, rest)) = style.split_once("/*") {
        let after = rest.split_once("*/").map_or("", |(_, after)| after);
        style = [before, after].concat();
    }
    for (wide, narrow) in [
        ("; }", "}"),
        (" {", "{"),
        ("{ ", "{"),
        ("{\n", "{"),
        (": ", ":"),
        (", ", ","),
        (";\n", ";"),
        (";}", "}"),
        ("}\n", "}"),
    ] {
        style = style.replace(wide, narrow);
    }
    style
}

fn digest(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes())[..8])
}

impl Asset {
    fn new(path: &str, kind: &'static str, cache: &'static str, text: &str, shared: bool) -> Self {
        Self {
            path: path.to_owned(),
            kind,
            cache,
            etag: digest(text),
            plain: Bytes::copy_from_slice(text.as_bytes()),
            brotli: OnceLock::new(),
            gzip: OnceLock::new(),
            shared,
        }
    }

    /// The file in a coding. Compressing into memory cannot fail; if it did, the plain form would do.
    fn encoded(&self, coding: Coding) -> Option<&Bytes> {
        let slot = match coding {
            Coding::Brotli => &self.brotli,
            Coding::Gzip => &self.gzip,
        };
        slot.get_or_init(|| coding.encode(&self.plain, Effort::Once).ok()).as_ref()
    }

    /// The file in the form the client likes best, or word that it has it already.
    pub(crate) fn respond(&self, request: &HeaderMap, compression: bool) -> Response {
        let coding = match compression {
            true => Coding::negotiate(request.get(header::ACCEPT_ENCODING)),
            false => None,
        };
        let (body, suffix) = match coding.and_then(|coding| Some((coding, self.encoded(coding)?))) {
            Some((Coding::Brotli, body)) => (body, "-br"),
            Some((Coding::Gzip, body)) => (body, "-gz"),
            None => (&self.plain, ""),
        };
        let known = request
            .get_all(header::IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'))
            .any(|tag| tag == "*" || tag.split('-').next() == Some(self.etag.as_str()));
        let mut response = match known {
            true => Response::default(),
            false => Response::new(body.clone().into()),
        };
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = response.headers_mut();
        let etag = HeaderValue::try_from(format!("\"{}{suffix}\"", self.etag))
            .expect("a quoted hash is a header value");
        headers.insert(header::ETAG, etag);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.cache));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if !known {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
            if let (Some(coding), false) = (coding, suffix.is_empty()) {
                headers.insert(header::CONTENT_ENCODING, coding.name());
            }
        }
        if self.path == "/" {
            let policy = HeaderValue::from_static(PAGE_POLICY);
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if self.shared {
            let anybody = HeaderValue::from_static("cross-origin");
            headers.insert("cross-origin-resource-policy", anybody);
            let any = HeaderValue::from_static("*");
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_with_all_its_parts_stays_small() {
        let assets = Assets::new();
        let page = ["/", "/zhen-search.js"].map(|path| assets.find(path).unwrap());
        let parts = assets
            .0
            .iter()
            .filter(|asset| asset.cache == FOREVER && !asset.path.contains("zhen-search"));
        let (mut total, mut sent) = (0, 0);
        for asset in page.into_iter().chain(parts) {
            total += asset.plain.len();
            sent += asset.encoded(Coding::Gzip).unwrap().len();
        }
        assert!(sent < 25_000, "{sent} bytes compressed");
        // Saying in Chinese what the server notes in English takes 2,000 of them.
        assert!(total < 67_000, "{total} bytes");
    }

    #[test]
    fn the_page_names_only_parts_that_there_are() {
        let assets = Assets::new();
        let page = assets.find("/").unwrap();
        let html = std::str::from_utf8(&page.plain).unwrap();
        let mut named = 0;
        for attribute in ["src=\"", "href=\""] {
            for part in html.split(attribute).skip(1) {
                let name = part.split('"').next().unwrap();
                if name.starts_with("assets/") {
                    assert!(assets.find(&format!("/{name}")).is_some(), "{name}");
                    named += 1;
                }
            }
        }
        assert_eq!(named, 4);
        assert!(!html.contains("style=") && !html.contains("<style") && !html.contains(" on"));
    }

    #[test]
    fn a_client_that_has_it_in_any_coding_is_told_so() {
        let assets = Assets::new();
        let widget = assets.find("/zhen-search.js").unwrap();
        let request = |pairs: &[(&'static str, &str)]| -> HeaderMap {
            pairs.iter().map(|(n, v)| (n.parse().unwrap(), v.parse().unwrap())).collect()
        };
        let first = widget.respond(&request(&[("accept-encoding", "br")]), true);
        assert_eq!(first.headers()[header::CONTENT_ENCODING], "br");
        let etag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        for tag in [etag.clone(), format!("W/{etag}"), format!("\"x\", {etag}"), "*".to_owned()] {
            let again = widget.respond(&request(&[("if-none-match", &tag)]), true);
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{tag}");
        }
        let other = widget.respond(&request(&[("if-none-match", "\"x\"")]), true);
        assert_eq!(other.status(), StatusCode::OK);
    }
}
