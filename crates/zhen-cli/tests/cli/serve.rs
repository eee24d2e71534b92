//! `zhen serve` as a process: it says where it is, answers as the terminal does, and ends in order.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Child;

use serde_json::Value;

use crate::support::{Done, Place};

/// Starts the server on a free port; gives the process, its output and its address.
pub(crate) fn start(place: &Place, args: &[&str]) -> (Child, impl Iterator<Item = String>, String) {
    let mut command = place.command(&[&["--json"], args].concat());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ZHEN_") {
            command.env_remove(name);
        }
    }
    command.env("ZHEN_ADDR", "127.0.0.1:0");
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = loop {
        let line = lines.next().expect("the server says where it is");
        let line: Value = serde_json::from_str(&line).unwrap();
        if let Some(address) = line["listening"].as_str() {
            break address.to_owned();
        }
    };
    (child, lines, address)
}

/// The body of the answer to a GET.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    body.to_owned()
}

/// An answer but for the time it took, byte for byte.
fn untimed(answer: &str) -> String {
    let (before, rest) =
        answer.split_once("\"took_us\":").expect("an answer says how long it took");
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{before}\"took_us\":0{after}")
}

/// Asks the process to end and waits for it.
pub(crate) fn stop(child: Child) -> Done {
    let mut kill = std::process::Command::new("kill");
    assert!(kill.args(["-INT", &child.id().to_string()]).status().unwrap().success());
    Done::of(child)
}

#[cfg(unix)]
#[test]
fn the_server_answers_as_the_terminal_does_and_logs_each_request() {
    let place = Place::with(&[("a.txt", "这本词典很好。"), ("b.txt", "詞典 dictionary")]);
    let (child, mut lines, address) = start(&place, &["serve"]);
    for (target, args) in [
        ("q=%E8%AF%8D%E5%85%B8", &["词典"][..]),
        ("q=dictionary&facet=lang,kind,folder", &["--facet", "lang,kind,folder", "dictionary"]),
        ("q=%22%E5%BE%88%E5%A5%BD%22&limit=1&passages=1", &["-n1", "--passages=1", "\"很好\""]),
        ("q=dictoinary&exact=true", &["--exact", "dictoinary"]),
    ] {
        let served = get(&address, &format!("/api/v1/search?{target}"));
        let printed = place.zhen(&[&["--json", "search"], args].concat()).out;
        assert_eq!(untimed(&served), untimed(printed.trim_end()), "{target}");
    }
    let log: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    assert_eq!((&log["status"], &log["path"]), (&200.into(), &"/api/v1/search".into()), "{log}");
    stop(child).expect_status(0);
}

#[cfg(unix)]
#[test]
fn the_demo_can_be_served() {
    let place = Place::new();
    let (child, _lines, address) = start(&place, &["demo", "--serve"]);
    let body = get(&address, "/api/v1/search?q=CPEC");
    assert!(body.contains("china-pakistan-relations.txt"), "{body}");
    assert!(get(&address, "/").contains("<!doctype html>"));
    stop(child).expect_status(0);
}

#[test]
fn what_cannot_be_served_is_said_before_a_port_is_opened() {
    let place = Place::with(&[("a.txt", "词典")]);
    place.zhen(&["serve", "--addr", "0.0.0.0:0"]).expect_error(&["0.0.0.0", "ZHEN_WRITE_KEY"]);
    place.zhen(&["serve", "--addr", "nonsense"]).expect_error(&["nonsense"]);
    place.zhen(&["serve", "--config", "none.toml"]).expect_error(&["none.toml"]);
    place.write("zhen.toml", "[server]\nadress = \"127.0.0.1:0\"\n");
    place.zhen(&["serve"]).expect_error(&["zhen.toml", "adress"]);
    std::fs::remove_file(place.path("zhen.toml")).unwrap();
    place.write("photos/a.jpg", "x");
    place.zhen(&["--index", "./photos", "serve"]).expect_error(&["is no index"]);
}
