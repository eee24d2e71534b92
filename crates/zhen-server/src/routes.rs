//! The routes: one table that access, metrics, `Allow` headers and the OpenAPI document agree with,
//! and the filters that lead to the handlers.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use warp::Filter;
use warp::filters::BoxedFilter;
use warp::http::Method;
use warp::reply::Response;

use crate::access::Access;
use crate::handlers::{assets, documents, operation, search};
use crate::params;
use crate::problem::{Kind, Problem};
use crate::state::State;

/// One method of one path.
#[derive(Debug)]
pub struct Route {
    /// Name in log and metrics, and `operationId` in the OpenAPI document.
    pub name: &'static str,
    /// Method; a `GET` answers `HEAD` too.
    pub method: Method,
    /// Path; a last segment in braces stands for the rest of the path.
    pub path: &'static str,
    /// What the caller must be allowed.
    pub access: Access,
    /// Query parameters it takes.
    pub params: &'static [&'static str],
}

const fn route(
    name: &'static str,
    method: Method,
    path: &'static str,
    access: Access,
    params: &'static [&'static str],
) -> Route {
    Route { name, method, path, access, params }
}

/// Every route there is.
pub const ROUTES: &[Route] = &[
    route("search", Method::GET, "/api/v1/search", Access::Search, &params::SEARCH),
    route("searchByBody", Method::POST, "/api/v1/search", Access::Search, &params::NONE),
    route("suggest", Method::GET, "/api/v1/suggest", Access::Search, &params::SUGGEST),
    route("addDocuments", Method::POST, "/api/v1/documents", Access::Write, &params::INDEX),
    route("getDocument", Method::GET, "/api/v1/documents/{id}", Access::Search, &params::INDEX),
    route(
        "deleteDocument",
        Method::DELETE,
        "/api/v1/documents/{id}",
        Access::Write,
        &params::INDEX,
    ),
    route("stats", Method::GET, "/api/v1/stats", Access::Search, &params::INDEX),
    route("indexes", Method::GET, "/api/v1/indexes", Access::Search, &params::NONE),
    route("healthz", Method::GET, "/healthz", Access::Public, &params::NONE),
    route("readyz", Method::GET, "/readyz", Access::Public, &params::NONE),
    route("metrics", Method::GET, "/metrics", Access::Search, &params::NONE),
    route("openapi", Method::GET, "/openapi.json", Access::Public, &params::NONE),
    route("page", Method::GET, "/", Access::Public, &params::NONE),
    route("widget", Method::GET, "/zhen-search.js", Access::Public, &params::NONE),
    route("asset", Method::GET, "/assets/{file}", Access::Public, &params::NONE),
];

/// What the table says about a request.
pub(crate) enum Found {
    /// The route.
    Route(&'static Route),
    /// The path exists and takes these methods.
    OtherMethods(String),
    /// No such path.
    Nothing,
}

/// Looks a request up.
pub(crate) fn find(method: &Method, path: &str) -> Found {
    let fits = |route: &&Route| match route.path.split_once('{') {
        Some((prefix, _)) => path.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty()),
        None => route.path == path,
    };
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let mut allow: Vec<&str> = Vec::new();
    for route in ROUTES.iter().filter(fits) {
        if route.method == *method {
            return Found::Route(route);
        }
        if route.method == Method::GET {
            allow.push("HEAD");
        }
        allow.push(route.method.as_str());
    }
    if allow.is_empty() {
        return Found::Nothing;
    }
    allow.push("OPTIONS");
    allow.sort_unstable();
    Found::OtherMethods(allow.join(", "))
}

/// Turns a handler's outcome into an answer. A problem travels as an extension and becomes a
/// document once the request's id is at hand, see [`crate::service`].
pub(crate) fn answer(outcome: Result<Response, Problem>) -> Response {
    outcome.unwrap_or_else(|problem| {
        let mut response = Response::default();
        response.extensions_mut().insert(problem);
        response
    })
}

async fn run(
    handler: impl Future<Output = Result<Response, Problem>>,
) -> Result<Response, Infallible> {
    Ok(answer(handler.await))
}

/// The filters of all routes. They never reject: what fits no route is answered 404.
pub(crate) fn filters(state: &Arc<State>) -> BoxedFilter<(Response,)> {
    let with_state = {
        let state = Arc::clone(state);
        warp::any().map(move || Arc::clone(&state))
    };
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    let headers = warp::header::headers_cloned();
    let get = || warp::get().and(with_state.clone());
    let api = || warp::path("api").and(warp::path("v1"));

    let search = api()
        .and(warp::path!("search"))
        .and(get())
        .and(query)
        .and_then(|state, query: String| run(search::get(state, query)));
    let search_by_body = api()
        .and(warp::path!("search"))
        .and(warp::post())
        .and(with_state.clone())
        .and(query)
        .and(headers)
        .and(warp::body::stream())
        .and_then(|state, query: String, headers, body| {
            run(search::post(state, query, headers, body))
        });
    let suggest = api()
        .and(warp::path!("suggest"))
        .and(get())
        .and(query)
        .and_then(|state, query: String| run(search::suggest(state, query)));
    let add_documents = api()
        .and(warp::path!("documents"))
        .and(warp::post())
        .and(with_state.clone())
        .and(query)
        .and(headers)
        .and(warp::body::stream())
        .and_then(|state, query: String, headers, body| {
            run(documents::add(state, query, headers, body))
        });
    let get_document =
        api().and(warp::path("documents")).and(get()).and(warp::path::full()).and(query).and_then(
            |state, path: warp::path::FullPath, query: String| {
                run(documents::get(state, path, query))
            },
        );
    let delete_document = api()
        .and(warp::path("documents"))
        .and(warp::delete())
        .and(with_state.clone())
        .and(warp::path::full())
        .and(query)
        .and_then(|state, path: warp::path::FullPath, query: String| {
            run(documents::delete(state, path, query))
        });
    let stats = api()
        .and(warp::path!("stats"))
        .and(get())
        .and(query)
        .and_then(|state, query: String| run(operation::stats(state, query)));
    let indexes = api()
        .and(warp::path!("indexes"))
        .and(get())
        .and(query)
        .and_then(|state, query: String| run(operation::indexes(state, query)));
    let healthz = warp::path!("healthz")
        .and(get())
        .and(query)
        .and_then(|state, query: String| run(operation::health(state, query)));
    let readyz = warp::path!("readyz")
        .and(get())
        .and(query)
        .and_then(|state, query: String| run(operation::ready(state, query)));
    let metrics = warp::path!("metrics")
        .and(get())
        .and(query)
        .and_then(|state, query: String| run(operation::metrics(state, query)));
    let assets = get().and(warp::path::full()).and(query).and(headers).and_then(
        |state, path: warp::path::FullPath, query: String, headers| {
            run(assets::get(state, path, query, headers))
        },
    );
    let nothing = warp::any()
        .map(|| answer(Err(Problem::new(Kind::NotFound, "there is nothing at this path"))));

    // The most asked-for routes come first; each group is boxed so that types stay short.
    let api = search
        .or(suggest)
        .unify()
        .or(get_document)
        .unify()
        .or(search_by_body)
        .unify()
        .or(add_documents)
        .unify()
        .or(delete_document)
        .unify()
        .or(stats)
        .unify()
        .or(indexes)
        .unify()
        .boxed();
    let operation = healthz.or(readyz).unify().or(metrics).unify().boxed();
    api.or(operation).unify().or(assets).unify().or(nothing).unify().boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_found_by_method_and_path() {
        let name = |method: Method, path: &str| match find(&method, path) {
            Found::Route(route) => route.name.to_owned(),
            Found::OtherMethods(allow) => allow,
            Found::Nothing => "nothing".to_owned(),
        };
        assert_eq!(name(Method::GET, "/api/v1/search"), "search");
        assert_eq!(name(Method::HEAD, "/api/v1/search"), "search");
        assert_eq!(name(Method::DELETE, "/api/v1/documents/%2Fa%2Fb"), "deleteDocument");
        assert_eq!(name(Method::GET, "/api/v1/documents//a/b"), "getDocument");
        assert_eq!(name(Method::GET, "/api/v1/documents"), "OPTIONS, POST");
        assert_eq!(name(Method::PUT, "/api/v1/search"), "GET, HEAD, OPTIONS, POST");
        assert_eq!(name(Method::GET, "/api/v1/documents/"), "nothing");
        assert_eq!(name(Method::GET, "/api/v2/search"), "nothing");
        assert_eq!(name(Method::GET, "/search"), "nothing");
    }

    #[test]
    fn no_two_routes_share_a_name_or_a_method_and_path() {
        for (i, a) in ROUTES.iter().enumerate() {
            for b in &ROUTES[..i] {
                assert_ne!(a.name, b.name);
                assert!(a.path != b.path || a.method != b.method, "{}", a.path);
            }
        }
    }
}
