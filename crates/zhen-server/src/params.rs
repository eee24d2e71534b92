//! Query parameters and the body of a search, to a [`SearchRequest`].
//!
//! What is not known or repeated is refused by name: a silently ignored `lmit=50` costs its author
//! an hour. The value of `q` itself is never refused; it belongs to the query language.

use serde_json::Value;
use zhen_search::limits::{DEEPEST_HIT, MOST_HITS, MOST_PASSAGES};
use zhen_search::{Duplicates, Lang, SearchRequest, Sort};

use crate::json;
use crate::problem::{Kind, Problem};
use crate::split::BYTE_ORDER_MARK;

/// Parameters of `GET /api/v1/search`.
pub(crate) const SEARCH: [&str; 12] = [
    "q",
    "index",
    "limit",
    "offset",
    "filter",
    "sort",
    "facet",
    "lang",
    "exact",
    "fuzzy_pinyin",
    "passages",
    "duplicates",
];
/// Parameters of `GET /api/v1/suggest`.
pub(crate) const SUGGEST: [&str; 3] = ["q", "index", "limit"];
/// Parameters of routes that only need to know which index is meant.
pub(crate) const INDEX: [&str; 1] = ["index"];
/// Parameters of routes that take none.
pub(crate) const NONE: [&str; 0] = [];

/// Most facets in one answer.
pub(crate) const MAX_FACETS: usize = 16;
/// Most suggestions in one answer.
pub(crate) const MAX_SUGGESTIONS: usize = 50;

/// Decoded parameters, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads `query` (what follows `?`), in which only `known` may stand, each once but `facet`.
    ///
    /// # Errors
    /// 400 for what is not known, repeated, or not percent-encoded UTF-8.
    pub(crate) fn parse(query: &str, known: &[&str]) -> Result<Self, Problem> {
        let mut params = Self(Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name)?;
            if name == "facet" && known.contains(&"facet") {
                let fields = decode(value)?;
                params.0.extend(fields.split(',').map(|field| (name.clone(), field.to_owned())));
                continue;
            }
            params.check_name(&name, known)?;
            params.0.push((name, decode(value)?));
        }
        Ok(params)
    }

    /// Reads the body of a search: the parameters as members of a JSON object, for queries too long
    /// for a URI. A `null` is a parameter left out.
    ///
    /// # Errors
    /// 400 for what is no such object, and as [`Params::parse`].
    pub(crate) fn parse_body(body: &[u8], known: &[&str]) -> Result<Self, Problem> {
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        if !body.trim_ascii_start().starts_with(b"{") {
            return Err(bad("body: send a JSON object such as {\"q\": \"needle\"}".to_owned()));
        }
        let mut members = Vec::new();
        json::members(body, |name, value| members.push((name, value)))
            .map_err(|error| bad(format!("body: not valid JSON: {error}")))?;
        let mut params = Self(Vec::new());
        for (name, value) in members {
            params.check_name(&name, known)?;
            let texts = texts(&name, value)?;
            params.0.extend(texts.into_iter().map(|text| (name.clone(), text)));
        }
        Ok(params)
    }

    /// Refuses a name that is not `known` or stands here already.
    fn check_name(&self, name: &str, known: &[&str]) -> Result<(), Problem> {
        if !known.contains(&name) {
            let known = match known {
                [] => "this path takes none".to_owned(),
                _ => format!("there are {}", known.join(", ")),
            };
            return Err(bad(format!("unknown parameter {name:?}; {known}")));
        }
        if self.get(name).is_some() {
            return Err(bad(format!("parameter {name:?} is given twice")));
        }
        Ok(())
    }

    /// The value of `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The value of `name`, `None` where it is absent or empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// The value of `name` as a number of at most `most`.
    fn number(&self, name: &str, most: usize) -> Result<Option<usize>, Problem> {
        let Some(text) = self.filled(name) else { return Ok(None) };
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad(format!("{name}: {text:?} is no whole number from 0 to {most}")));
        }
        // More digits than fit are outside the limits too.
        in_limits(name, text.parse().unwrap_or(usize::MAX), most).map(Some)
    }

    fn boolean(&self, name: &str) -> Result<bool, Problem> {
        match self.get(name) {
            None | Some("false" | "0") => Ok(false),
            Some("" | "true" | "1") => Ok(true),
            Some(other) => Err(bad(format!("{name}: {other:?} is neither true nor false"))),
        }
    }

    /// What is searched for, and in which index.
    ///
    /// # Errors
    /// 400 for what cannot be read, 422 for what is outside the limits.
    pub(crate) fn search(&self) -> Result<(Option<String>, SearchRequest), Problem> {
        let Some(query) = self.get("q") else {
            return Err(bad("parameter \"q\" is missing: what to search for".to_owned()));
        };
        let defaults = SearchRequest::default();
        let facets =
            self.0.iter().filter(|(name, _)| name == "facet").map(|(_, field)| field.as_str());
        let request = SearchRequest {
            query: query.to_owned(),
            limit: self.number("limit", MOST_HITS)?.unwrap_or(defaults.limit),
            offset: self.number("offset", DEEPEST_HIT)?.unwrap_or(defaults.offset),
            filter: self.filled("filter").map(str::to_owned),
            sort: self.filled("sort").map(parse_sort).transpose()?,
            facets: collect_facets(facets)?,
            lang: self.filled("lang").map(parse_lang).transpose()?,
            exact: self.boolean("exact")?,
            fuzzy_pinyin: self.boolean("fuzzy_pinyin")?,
            passages: self.number("passages", MOST_PASSAGES)?.unwrap_or(defaults.passages),
            duplicates: parse_duplicates(self.filled("duplicates"))?,
        };
        check_depth(&request)?;
        Ok((self.filled("index").map(str::to_owned), request))
    }

    /// Of what prefix completions are wanted, how many, and from which index.
    ///
    /// # Errors
    /// As [`Params::search`].
    pub(crate) fn suggest(&self) -> Result<(Option<String>, String, usize), Problem> {
        let Some(prefix) = self.get("q") else {
            return Err(bad("parameter \"q\" is missing: what to complete".to_owned()));
        };
        let limit = self.number("limit", MAX_SUGGESTIONS)?.unwrap_or(8);
        Ok((self.filled("index").map(str::to_owned), prefix.to_owned(), limit))
    }
}

/// What stands for a value of a body's parameter in an address, once for each field of `facet`.
fn texts(name: &str, value: Value) -> Result<Vec<String>, Problem> {
    let wanted = match (name, value) {
        (_, Value::Null) => return Ok(Vec::new()),
        ("limit" | "offset" | "passages", Value::Number(number)) => {
            return Ok(vec![number.to_string()]);
        }
        ("limit" | "offset" | "passages", _) => "a whole number",
        ("exact" | "fuzzy_pinyin", Value::Bool(is_on)) => return Ok(vec![is_on.to_string()]),
        ("exact" | "fuzzy_pinyin", _) => "true or false",
        ("facet", Value::Array(fields)) if fields.iter().all(Value::is_string) => {
            return Ok(fields.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        }
        ("facet", _) => "an array of strings",
        (_, Value::String(text)) => return Ok(vec![text]),
        (_, _) => "a string",
    };
    Err(bad(format!("{name} must be {wanted}")))
}

fn parse_duplicates(text: Option<&str>) -> Result<Duplicates, Problem> {
    match text {
        None => Ok(Duplicates::default()),
        Some("fold") => Ok(Duplicates::Fold),
        Some("show") => Ok(Duplicates::Show),
        Some(other) => Err(bad(format!("duplicates: {other:?} is neither fold nor show"))),
    }
}

fn bad(detail: String) -> Problem {
    Problem::new(Kind::BadRequest, detail)
}

fn in_limits(name: &str, value: usize, most: usize) -> Result<usize, Problem> {
    if value <= most {
        return Ok(value);
    }
    Err(Problem::new(Kind::Unprocessable, format!("{name} may be at most {most}")))
}

fn check_depth(request: &SearchRequest) -> Result<(), Problem> {
    if request.offset + request.limit <= DEEPEST_HIT {
        return Ok(());
    }
    let detail =
        format!("offset and limit together may be at most {DEEPEST_HIT}; narrow the search");
    Err(Problem::new(Kind::Unprocessable, detail))
}

fn collect_facets<'a>(fields: impl Iterator<Item = &'a str>) -> Result<Vec<String>, Problem> {
    let mut facets: Vec<String> = Vec::new();
    for field in fields.map(str::trim).filter(|field| !field.is_empty()) {
        if !facets.iter().any(|seen| seen == field) {
            facets.push(field.to_owned());
        }
    }
    in_limits("number of facets", facets.len(), MAX_FACETS)?;
    Ok(facets)
}

fn parse_lang(text: &str) -> Result<Lang, Problem> {
    match text {
        "zh" => Ok(Lang::Zh),
        "en" => Ok(Lang::En),
        _ => Err(bad(format!("lang: {text:?} is neither zh nor en"))),
    }
}

fn parse_sort(text: &str) -> Result<Sort, Problem> {
    let (field, order) = text.rsplit_once(':').unwrap_or((text, "asc"));
    let descending = match order {
        "asc" => false,
        "desc" => true,
        _ => return Err(bad(format!("sort: {text:?} is not FIELD, FIELD:asc or FIELD:desc"))),
    };
    if field.is_empty() {
        return Err(bad(format!("sort: {text:?} names no field")));
    }
    Ok(Sort { field: field.to_owned(), descending })
}

/// Decodes percent-encoding and `+`.
///
/// # Errors
/// 400 for a `%` that two hexadecimal digits do not follow, and for bytes that are not UTF-8.
pub(crate) fn decode(text: &str) -> Result<String, Problem> {
    percent_decode(text, true)
}

/// Decodes the percent-encoding of a path, in which `+` stands for itself.
///
/// # Errors
/// As [`decode`].
pub(crate) fn decode_path(text: &str) -> Result<String, Problem> {
    percent_decode(text, false)
}

fn percent_decode(text: &str, form: bool) -> Result<String, Problem> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' if form => bytes.push(b' '),
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (Some(high), Some(low)) = (digit(), digit()) else {
                    return Err(bad(format!("{text:?} holds a % without two digits after it")));
                };
                bytes.push(u8::try_from(high << 4 | low).expect("two hexadecimal digits"));
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| bad(format!("{text:?} is not UTF-8")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(query: &str) -> Result<(Option<String>, SearchRequest), Kind> {
        Params::parse(query, &SEARCH).and_then(|p| p.search()).map_err(|problem| problem.kind)
    }

    fn search_body(body: &str) -> Result<(Option<String>, SearchRequest), Problem> {
        Params::parse_body(body.as_bytes(), &SEARCH)?.search()
    }

    #[test]
    fn every_parameter_reaches_the_request() {
        let (index, request) = search(
            "q=%E8%AF%8D%E5%85%B8+a%2Bb&index=law&limit=5&offset=20&filter=lang%3Azh\
             &sort=time:desc&facet=lang,kind&facet=folder&lang=en&exact=1&fuzzy_pinyin=1&passages=0\
             &duplicates=show",
        )
        .unwrap();
        assert_eq!(index.as_deref(), Some("law"));
        let expected = SearchRequest {
            query: "词典 a+b".into(),
            limit: 5,
            offset: 20,
            filter: Some("lang:zh".into()),
            sort: Some(Sort { field: "time".into(), descending: true }),
            facets: vec!["lang".into(), "kind".into(), "folder".into()],
            lang: Some(Lang::En),
            exact: true,
            fuzzy_pinyin: true,
            passages: 0,
            duplicates: Duplicates::Show,
        };
        assert_eq!(request, expected);
    }

    #[test]
    fn the_body_says_the_same_as_the_query_string() {
        let body = r#"{"q": "词典", "index": "law", "limit": 5, "offset": 1, "filter": "lang:zh",
            "sort": "a:b:desc", "facet": ["lang", "lang"], "lang": "zh", "exact": true,
            "fuzzy_pinyin": true, "passages": 2, "duplicates": "show"}"#;
        let query = "q=词典&index=law&limit=5&offset=1&filter=lang:zh&sort=a:b:desc&facet=lang\
                     &lang=zh&exact&fuzzy_pinyin&passages=2&duplicates=show";
        let from_body = search_body(body).unwrap();
        assert_eq!(from_body, search(query).unwrap());
        assert_eq!(search_body(&format!("\u{feff}{body}")).unwrap(), from_body);
        let absent = search_body(r#"{"q": "词典", "limit": null, "facet": []}"#).unwrap();
        assert_eq!(absent, search("q=词典").unwrap());
        let comma = search_body(r#"{"q": "", "facet": ["a,b"]}"#).unwrap().1;
        assert_eq!(comma.facets, ["a,b"], "fields of a body stand each by itself");
    }

    #[test]
    fn what_is_wrong_with_a_body_is_said_in_words_of_the_api() {
        for (body, said) in [
            ("", "send a JSON object"),
            ("[\"needle\"]", "send a JSON object"),
            ("\"needle\"", "send a JSON object"),
            ("{\"q\": \"a\"", "not valid JSON"),
            ("{\"q\": \"a\"} {}", "not valid JSON"),
            ("{}", "\"q\" is missing"),
            ("{\"q\": null}", "\"q\" is missing"),
            ("{\"q\": 7}", "q must be a string"),
            ("{\"q\": \"a\", \"q\": \"b\"}", "\"q\" is given twice"),
            ("{\"q\": \"a\", \"facet\": [\"b\"], \"facet\": [\"c\"]}", "\"facet\" is given twice"),
            (
                "{\"q\": \"a\", \"lmit\": 5}",
                "unknown parameter \"lmit\"; there are q, index, limit",
            ),
            ("{\"q\": \"a\", \"limit\": \"5\"}", "limit must be a whole number"),
            ("{\"q\": \"a\", \"limit\": -1}", "limit: \"-1\" is no whole number from 0 to 1000"),
            ("{\"q\": \"a\", \"limit\": 1.5}", "limit: \"1.5\" is no whole number"),
            ("{\"q\": \"a\", \"exact\": 1}", "exact must be true or false"),
            ("{\"q\": \"a\", \"facet\": \"lang\"}", "facet must be an array of strings"),
            ("{\"q\": \"a\", \"facet\": [1]}", "facet must be an array of strings"),
        ] {
            let problem = search_body(body).unwrap_err();
            assert_eq!(problem.kind, Kind::BadRequest, "{body}");
            assert!(problem.detail.contains(said), "{body}: {}", problem.detail);
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_400() {
        for query in [
            "",
            "limit=3",
            "q=a&lmit=3",
            "q=a&q=b",
            "q=%",
            "q=%4",
            "q=%zz",
            "q=%ff",
            "q=a&limit=x",
            "q=a&limit=-1",
            "q=a&lang=de",
            "q=a&exact=maybe",
            "q=a&duplicates=maybe",
            "q=a&sort=:desc",
            "q=a&sort=time:up",
            "q=a&limit=+5",
        ] {
            assert_eq!(search(query), Err(Kind::BadRequest), "{query}");
        }
    }

    #[test]
    fn what_is_outside_the_limits_is_a_422() {
        for query in [
            "q=a&limit=1001",
            "q=a&limit=99999999999999999999999999",
            "q=a&offset=9991",
            "q=a&offset=10001",
            "q=a&passages=21",
            "q=a&facet=a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q",
        ] {
            assert_eq!(search(query), Err(Kind::Unprocessable), "{query}");
        }
        search("q=a&limit=1000&offset=9000&passages=20").unwrap();
    }

    #[test]
    fn an_empty_query_is_the_engine_s_affair() {
        assert_eq!(search("q=").unwrap().1.query, "");
        assert_eq!(search("q").unwrap().1.query, "");
    }

    #[test]
    fn a_plus_in_a_path_stands_for_itself() {
        assert_eq!(decode_path("C%2B%2B+.md").unwrap(), "C+++.md");
    }
}
