//! The OpenAPI document is true: it names what there is, and answers are as it says.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use zhen_server::{Access, KeyConfig, Kind, ROUTES};

use crate::support::TestServer;
use crate::support::http::{Answer, encode};

fn document() -> Value {
    TestServer::start().get("/openapi.json").json()
}

/// The schema of an answer, with the document's components in reach.
fn schema(document: &Value, path: &str, method: &str, answer: &Answer) -> Value {
    let operation = &document["paths"][path][method];
    let status = answer.status.to_string();
    let mut response = &operation["responses"][&status];
    assert!(!response.is_null(), "{method} {path} may not answer {status}: {}", answer.text());
    if let Some(reference) = response["$ref"].as_str() {
        response = document.pointer(reference.trim_start_matches('#')).unwrap();
    }
    let kind = answer.header("content-type").unwrap().split(';').next().unwrap();
    let schema = &response["content"][kind]["schema"];
    assert!(!schema.is_null(), "{method} {path} may not answer {status} with {kind}");
    json!({"allOf": [schema], "components": document["components"]})
}

fn check(document: &Value, path: &str, method: &str, answer: &Answer) {
    let schema = schema(document, path, method, answer);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let body = match answer.header("content-type").unwrap() {
        kind if kind.contains("json") => answer.json(),
        _ => Value::String(answer.text()),
    };
    let errors: Vec<_> = validator.iter_errors(&body).map(|e| e.to_string()).collect();
    assert!(errors.is_empty(), "{method} {path}: {errors:?} in {body}");
}

#[test]
fn the_document_names_exactly_the_routes_there_are() {
    let document = document();
    let described: BTreeSet<(String, String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, operation)| {
                let name = operation["operationId"].as_str().unwrap().to_owned();
                (path.clone(), method.to_uppercase(), name)
            })
        })
        .collect();
    let real: BTreeSet<_> = ROUTES
        .iter()
        .map(|route| (route.path.to_owned(), route.method.to_string(), route.name.to_owned()))
        .collect();
    assert_eq!(described, real);
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_document_names_exactly_the_parameters_that_are_taken() {
    let document = document();
    for route in ROUTES {
        let operation = &document["paths"][route.path][route.method.as_str().to_ascii_lowercase()];
        let none = Vec::new();
        let described: BTreeSet<&str> = operation["parameters"]
            .as_array()
            .unwrap_or(&none)
            .iter()
            .filter(|parameter| parameter["in"] == "query")
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        let taken: BTreeSet<&str> = route.params.iter().copied().collect();
        assert_eq!(described, taken, "{}", route.name);
        let open = operation["security"].as_array().unwrap().is_empty();
        assert_eq!(open, route.access == Access::Public, "{}", route.name);
    }
}

#[test]
fn every_problem_s_status_is_described() {
    let document = document();
    let responses = document["components"]["responses"].as_object().unwrap();
    for kind in Kind::ALL {
        // 405 and 431 are answered before a route, 408 of a head too.
        let status = kind.status().as_u16();
        if !matches!(status, 405 | 431) {
            assert!(responses.contains_key(&format!("E{status}")), "{status}");
        }
    }
}

#[test]
fn the_document_follows_the_rules_of_openapi_3_1() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    // Every reference leads somewhere, every schema is one.
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"").skip(1) {
        let pointer = reference.split('"').next().unwrap().trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let whole = json!({"allOf": [schema], "components": document["components"]});
        jsonschema::validator_for(&whole).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            assert!(names.insert(operation["operationId"].as_str().unwrap()));
            assert!(!operation["summary"].as_str().unwrap().is_empty());
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_path = parameters.iter().filter(|p| p["in"] == "path").count();
            assert_eq!(in_path, path.matches('{').count(), "{path}");
        }
    }
}

#[test]
fn answers_are_as_the_document_says() {
    let document = document();
    let server = TestServer::start();
    let mut checked = BTreeSet::new();
    let mut get = |path: &'static str, target: &str| {
        let answer = server.get(target);
        check(&document, path, "get", &answer);
        checked.insert((path, "GET"));
    };
    for query in ["corridor", "cpec", "词典", "corrdior", "\"open", "hostile", "meeting", ""] {
        let q = encode(query);
        for more in ["", "&facet=lang,kind,folder,time&limit=50", "&exact=1", "&sort=time:desc"] {
            get("/api/v1/search", &format!("/api/v1/search?q={q}{more}"));
        }
        get("/api/v1/suggest", &format!("/api/v1/suggest?q={q}"));
    }
    for bad in ["?", "?q=a&limit=x", "?q=a&limit=9999", "?q=a&index=nothing"] {
        get("/api/v1/search", &format!("/api/v1/search{bad}"));
    }
    get("/api/v1/documents/{id}", "/api/v1/documents/chat-2024-0117");
    get("/api/v1/documents/{id}", "/api/v1/documents/nothing");
    get("/api/v1/stats", "/api/v1/stats");
    get("/api/v1/stats", "/api/v1/stats?index=nothing");
    get("/api/v1/indexes", "/api/v1/indexes");
    get("/healthz", "/healthz");
    get("/readyz", "/readyz");
    get("/metrics", "/metrics");
    get("/openapi.json", "/openapi.json");
    get("/", "/");
    get("/zhen-search.js", "/zhen-search.js");
    let html = server.get("/").text();
    for name in html.split('"').filter(|name| name.starts_with("assets/")) {
        get("/assets/{file}", &format!("/{name}"));
    }
    get("/assets/{file}", "/assets/nothing");

    let mut send = |method: &'static str, path: &'static str, target: &str, body: &str| {
        let headers = [("content-type", "application/json")];
        let answer = server.client().send(method, target, &headers, body.as_bytes());
        check(&document, path, &method.to_ascii_lowercase(), &answer);
        checked.insert((path, method));
    };
    for body in ["{\"q\": \"corridor\"}", "{}", "{\"q\": \"a\", \"limit\": 9999}"] {
        send("POST", "/api/v1/search", "/api/v1/search", body);
    }
    for body in ["[{\"id\": \"x\", \"body\": \"x\"}, {}]", "nonsense", "[]", "[{\"title\": \"y\"}"]
    {
        send("POST", "/api/v1/documents", "/api/v1/documents", body);
    }
    send("POST", "/api/v1/documents", "/api/v1/documents?index=..", "[{\"body\": \"x\"}]");
    for _ in 0..2 {
        send("DELETE", "/api/v1/documents/{id}", "/api/v1/documents/x", "");
    }
    let all: BTreeSet<_> = ROUTES.iter().map(|r| (r.path, r.method.as_str())).collect();
    assert_eq!(checked.into_iter().collect::<BTreeSet<_>>(), all, "every route was asked");
}

#[test]
fn refusals_for_want_of_a_key_are_as_the_document_says() {
    let document = document();
    let server = TestServer::with(|config| {
        let key = KeyConfig::from_plain("k", Access::Search, "0123456789abcdef").unwrap();
        config.keys = vec![key];
    });
    for route in ROUTES.iter().filter(|route| route.access > Access::Public) {
        let target = route.path.replace("{id}", "x");
        let method = route.method.as_str();
        let answer = server.client().send(method, &target, &[], b"");
        answer.problem(401);
        check(&document, route.path, &method.to_ascii_lowercase(), &answer);
        if route.access == Access::Write {
            let headers = [("x-api-key", "0123456789abcdef")];
            let answer = server.client().send(method, &target, &headers, b"");
            answer.problem(403);
            check(&document, route.path, &method.to_ascii_lowercase(), &answer);
        }
    }
}

#[test]
fn calls_made_up_from_the_document_find_nothing_wrong() {
    crate::support::schemathesis(&TestServer::start());
}
