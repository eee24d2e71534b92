//! A server process that is killed.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use zhen_index::ZhenIndex;
use zhen_search::{Engine, IndexEngine};
use zhen_server::{Hooks, ServerConfig};

use crate::support::http::Client;

/// Names the index that the process started by [`spawn`] serves.
const SERVE: &str = "ZHEN_TEST_SERVE";

/// The body of the other process; does nothing when run as a test.
#[test]
fn serves_when_started_by_another_test() {
    let Some(dir) = std::env::var_os(SERVE) else { return };
    let catalog = crate::catalog(Path::new(&dir));
    let config = ServerConfig { addr: "127.0.0.1:0".to_owned(), ..ServerConfig::default() };
    let hooks = Hooks {
        on_bound: Box::new(|addr| println!("\nlistening on {addr}")),
        on_stopping: Box::new(|| eprintln!("stopping")),
        ..Hooks::default()
    };
    zhen_server::run(config, Arc::new(catalog), hooks).unwrap();
}

fn spawn(dir: &Path) -> (Child, SocketAddr) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed::serves_when_started_by_another_test", "--nocapture"])
        .env(SERVE, dir)
        .current_dir(dir.parent().unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let addr = lines
        .find_map(|line| line.strip_prefix("listening on ")?.parse().ok())
        .expect("the server says where it listens");
    // What it says later must find a reader.
    std::thread::spawn(move || lines.for_each(drop));
    (child, addr)
}

#[test]
fn what_was_acknowledged_survives_a_kill_in_mid_upload() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("killed");
    let headers = [("content-type", "application/json")];
    for round in 0..3 {
        let (mut child, addr) = spawn(&dir);
        let mut client = Client::connect(addr);
        for n in 0..4 {
            let body =
                format!("{{\"id\": \"{round}-{n}\", \"body\": \"acknowledged {round} {n}\"}}");
            let answer = client.send("POST", "/api/v1/documents", &headers, body.as_bytes());
            assert_eq!(answer.status, 200, "{}", answer.text());
        }
        let mut torn = Client::connect(addr);
        let head = "POST /api/v1/documents HTTP/1.1\r\nhost: localhost\r\n\
            content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n";
        assert!(torn.raw(head.as_bytes()));
        for n in 0..200 * (round + 1) {
            let line =
                format!("{{\"id\": \"torn-{n}\", \"body\": \"{}\"}}\n", "未确认 ".repeat(100));
            assert!(torn.raw(format!("{:x}\r\n{line}\r\n", line.len()).as_bytes()));
        }
        child.kill().unwrap();
        child.wait().unwrap();

        let engine = IndexEngine::open(&dir).unwrap();
        for (r, n) in (0..=round).flat_map(|r| (0..4).map(move |n| (r, n))) {
            let id = format!("{r}-{n}");
            assert!(engine.document(&id).unwrap().is_some(), "{id} was acknowledged");
        }
        let found = ZhenIndex::open(&dir).unwrap().verify().unwrap();
        assert!(found.is_sound(), "{:?}", found.findings);
    }
}

/// A server with an upload under way, and what is missing of that.
#[cfg(unix)]
fn spawn_uploading(dir: &Path) -> (Child, Client, &'static str) {
    let (child, addr) = spawn(dir);
    let mut client = Client::connect(addr);
    let (first, rest) = ("{\"id\": \"late\", ", "\"body\": \"in time\"}");
    let head = format!(
        "POST /api/v1/documents HTTP/1.1\r\nhost: localhost\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{first}",
        first.len() + rest.len()
    );
    client.raw(head.as_bytes());
    crate::support::wait_for_requests(addr, 1);
    (child, client, rest)
}

#[cfg(unix)]
fn send_signal(child: &Child, signal: &str) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
}

#[cfg(unix)]
#[test]
fn a_process_that_is_asked_to_end_finishes_and_ends_well() {
    // Without a terminal to lose SIGHUP may be ignored, and then is.
    let hangup = cfg!(target_os = "linux") && !ignores_hangup();
    for signal in ["-TERM", "-INT"].into_iter().chain(hangup.then_some("-HUP")) {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("ended");
        let (mut child, mut client, rest) = spawn_uploading(&dir);
        send_signal(&child, signal);
        client.raw(rest.as_bytes());
        let answer = client.read_answer(false).unwrap();
        assert_eq!(answer.json()["accepted"], 1, "{}", answer.text());
        assert!(child.wait().unwrap().success(), "{signal}");
        assert!(IndexEngine::open(&dir).unwrap().document("late").unwrap().is_some());
    }
}

#[cfg(unix)]
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    u64::from_str_radix(mask.trim(), 16).unwrap() & 1 == 1
}

#[cfg(unix)]
#[test]
fn a_process_that_is_asked_to_end_twice_does_not_wait() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, _client, _) = spawn_uploading(&folder.path().join("twice"));
    send_signal(&child, "-INT");
    // Until it is seen that one has arrived, a second is the same as the first.
    let mut left = child.stderr.take().map(BufReader::new).unwrap().lines();
    assert_eq!(left.next().unwrap().unwrap(), "stopping");
    send_signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
