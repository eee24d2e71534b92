//! What the tests share: an engine in memory, a server on a free port, a client on a plain socket.
#![allow(dead_code, unreachable_pub)] // Each test program uses a part of it.

pub mod http;
pub mod memory;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;
use zhen_server::{Catalog, Hooks, RequestRecord, ServeError, ServerConfig};

use http::{Answer, Client};
use memory::MemoryCatalog;

/// A server that runs until it is dropped.
pub struct TestServer<C = MemoryCatalog> {
    pub addr: SocketAddr,
    pub catalog: Arc<C>,
    pub log: Arc<Mutex<Vec<RequestRecord>>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), ServeError>>>,
}

impl TestServer {
    /// A server with the sample documents in its default index.
    pub fn start() -> Self {
        Self::with(|_| {})
    }

    /// The same with a changed configuration.
    pub fn with(change: impl FnOnce(&mut ServerConfig)) -> Self {
        Self::on(MemoryCatalog::samples(), change)
    }
}

impl<C: Catalog> TestServer<C> {
    /// A server on the given indexes.
    pub fn on(catalog: C, change: impl FnOnce(&mut ServerConfig)) -> Self {
        let mut config = ServerConfig { addr: "127.0.0.1:0".to_owned(), ..Default::default() };
        change(&mut config);
        let catalog = Arc::new(catalog);
        let log: Arc<Mutex<Vec<RequestRecord>>> = Arc::default();
        let (bound, address) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = {
            let (catalog, log) = (Arc::clone(&catalog), Arc::clone(&log));
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    .enable_all()
                    .build()
                    .unwrap();
                let hooks = Hooks {
                    on_bound: Box::new(move |addr| bound.send(addr).unwrap()),
                    log: Arc::new(move |record| log.lock().unwrap().push(record.clone())),
                    ..Hooks::default()
                };
                let shutdown = async {
                    let _ = stopped.await;
                };
                let result = runtime.block_on(zhen_server::serve(config, catalog, hooks, shutdown));
                runtime.shutdown_background();
                result
            })
        };
        let addr = address.recv().expect("the server reports where it listens");
        Self { addr, catalog, log, stop: Some(stop), thread: Some(thread) }
    }

    /// A new connection.
    pub fn client(&self) -> Client {
        Client::connect(self.addr)
    }

    /// `GET` on a new connection.
    pub fn get(&self, target: &str) -> Answer {
        self.client().send("GET", target, &[], b"")
    }

    /// A request with a JSON body on a new connection.
    pub fn post_json(&self, target: &str, body: impl AsRef<[u8]>) -> Answer {
        let headers = [("content-type", "application/json")];
        self.client().send("POST", target, &headers, body.as_ref())
    }

    /// Stops the server and gives how it ended.
    pub fn stop(mut self) -> Result<(), ServeError> {
        self.begin_stop();
        self.thread.take().unwrap().join().expect("the server does not panic")
    }
}

impl<C> TestServer<C> {
    /// Asks the server to stop, without waiting.
    pub fn begin_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

impl<C> Drop for TestServer<C> {
    fn drop(&mut self) {
        self.begin_stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Waits until a server has `count` requests under way, besides the one that asks.
pub fn wait_for_requests(addr: SocketAddr, count: u64) {
    let figure = |page: &str| {
        let value = |line: &str| line.strip_prefix("zhen_http_requests_in_flight ")?.parse().ok();
        page.lines().find_map(value).unwrap_or(0_u64)
    };
    while figure(&Client::connect(addr).send("GET", "/metrics", &[], b"").text()) <= count {
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Calls made up from the OpenAPI document by schemathesis, where it is at hand:
/// `ZHEN_TEST_SCHEMATHESIS` names the program (PyPI's `schemathesis`; it is not part of the project).
pub fn schemathesis<C: Catalog>(server: &TestServer<C>) {
    let Some(program) = std::env::var_os("ZHEN_TEST_SCHEMATHESIS") else {
        eprintln!("skipped: ZHEN_TEST_SCHEMATHESIS does not name a schemathesis");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(program)
        .current_dir(folder.path())
        .args([
            "run",
            "--max-examples=60",
            "--seed=7",
            "--generation-database=none",
            "--no-color",
            "--suppress-health-check=all",
        ])
        // The server takes any text for a query and passes over empty parameters, on purpose;
        // it does answer 405 for what is not described, and knows no key that it could refuse.
        .args(["--exclude-checks", "positive_data_acceptance,negative_data_rejection"])
        .arg(format!("http://{}/openapi.json", server.addr))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let log = server.log.lock().unwrap();
    assert!(log.len() > 300, "{} calls were made", log.len());
    assert!(log.iter().all(|record| record.status < 500));
}
