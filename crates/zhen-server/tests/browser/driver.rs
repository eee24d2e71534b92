//! Drives Debian's Chromium through its chromedriver: a WebDriver session on a plain socket, with
//! the DevTools commands for keys, input methods, colour schemes and accessibility.

#![allow(unreachable_pub)] // A test program has no outside.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::http::Client;

/// How long a condition may take to become true. Long, because it only runs out when a test fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Chromium with an empty profile, ended when dropped.
pub struct Browser {
    driver: Child,
    addr: SocketAddr,
    session: String,
    _profile: tempfile::TempDir,
}

/// What a browser pretends to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Device {
    Desktop,
    Android,
}

/// The browser and its driver, or word that the test is skipped.
fn programs() -> Option<(PathBuf, PathBuf)> {
    let chromium = std::env::var_os("ZHEN_TEST_CHROMIUM")
        .map_or_else(|| PathBuf::from("/usr/bin/chromium"), PathBuf::from);
    let driver = std::env::var_os("ZHEN_TEST_CHROMEDRIVER")
        .map_or_else(|| PathBuf::from("/usr/bin/chromedriver"), PathBuf::from);
    for program in [&chromium, &driver] {
        if !program.exists() {
            eprintln!(
                "skipped: {} is absent (Debian's packages chromium and chromium-driver, or \
                 ZHEN_TEST_CHROMIUM and ZHEN_TEST_CHROMEDRIVER)",
                program.display()
            );
            return None;
        }
    }
    Some((chromium, driver))
}

/// Starts the driver on a free port, which it says. It takes one that is free for IPv4 and ends where that is
/// not free for IPv6, as happens when several start at once: then another is started.
fn start_driver(program: &Path, lang: &str) -> (Child, u16) {
    const MOST_STARTS: usize = 10;
    let mut said = String::new();
    for _ in 0..MOST_STARTS {
        let mut driver = Command::new(program)
            .arg("--port=0")
            .env("LANGUAGE", lang)
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).split(b'\n').flatten();
        let port = lines.find_map(|line| {
            let line = String::from_utf8_lossy(&line);
            said += &format!("{line}\n");
            line.trim_end().strip_suffix('.')?.rsplit_once("on port ")?.1.parse::<u16>().ok()
        });
        if let Some(port) = port {
            // Whatever else it says must not fill the pipe.
            std::thread::spawn(move || lines.for_each(drop));
            return (driver, port);
        }
        let _ = driver.kill();
        let _ = driver.wait();
    }
    panic!("chromedriver says no port:\n{said}");
}

impl Browser {
    /// A browser with an English interface; `None` where there is no Chromium.
    pub fn start() -> Option<Self> {
        Self::start_as(Device::Desktop, "en")
    }

    /// A browser of the given kind and interface language.
    pub fn start_as(device: Device, lang: &str) -> Option<Self> {
        let (chromium, driver) = programs()?;
        let (driver, port) = start_driver(&driver, lang);
        let profile = tempfile::tempdir().unwrap();
        let mut options = json!({
            "binary": chromium,
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--window-size=1280,900",
                format!("--lang={lang}"),
                format!("--user-data-dir={}", profile.path().display()),
            ],
            "prefs": {"intl.accept_languages": lang},
        });
        if device == Device::Android {
            options["mobileEmulation"] = json!({
                "deviceMetrics": {"width": 390, "height": 844, "pixelRatio": 2, "touch": true},
                "userAgent": "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 \
                              (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
            });
        }
        let mut browser = Self {
            driver,
            addr: ([127, 0, 0, 1], port).into(),
            session: String::new(),
            _profile: profile,
        };
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let session = browser.call("POST", "/session", &capabilities);
        browser.session = session["sessionId"].as_str().unwrap().to_owned();
        Some(browser)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let headers = [("content-type", "application/json")];
        let answer = Client::connect(self.addr).send(method, path, &headers, body.as_bytes());
        let mut answer_body = answer.json();
        assert_eq!(answer.status, 200, "{path}: {}", answer_body["value"]["message"]);
        answer_body["value"].take()
    }

    fn session(&self, method: &str, path: &str, body: &Value) -> Value {
        self.call(method, &format!("/session/{}{path}", self.session), body)
    }

    /// Opens an address.
    pub fn open(&self, url: &str) {
        self.session("POST", "/url", &json!({"url": url}));
    }

    /// Goes back in the history.
    pub fn back(&self) {
        self.session("POST", "/back", &json!({}));
    }

    /// Runs the body of a function in the page and gives what it returns.
    pub fn run(&self, script: &str) -> Value {
        self.session("POST", "/execute/sync", &json!({"script": script, "args": []}))
    }

    /// The value of an expression in the page.
    pub fn eval(&self, expression: &str) -> Value {
        self.run(&format!("return {expression}"))
    }

    /// The value of an expression as text.
    pub fn text(&self, expression: &str) -> String {
        match self.eval(expression) {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    /// Waits until an expression in the page is true.
    pub fn wait(&self, condition: &str) {
        let began = Instant::now();
        while self.eval(&format!("Boolean({condition})")) != true {
            if began.elapsed() >= PATIENCE {
                let page = self.text("document.body.innerText");
                panic!("never became true: {condition}\n{}\n{page}", self.address());
            }
            std::thread::sleep(Duration::from_millis(25));
        }
    }

    /// A DevTools command.
    pub fn devtools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.session("POST", "/goog/cdp/execute", &body)
    }

    /// The address of the page, decoded as far as the browser shows it.
    pub fn address(&self) -> String {
        self.text("decodeURIComponent(location.href)")
    }

    /// Types text, letter by letter, as a keyboard without input method does.
    pub fn type_text(&self, text: &str) {
        for letter in text.chars() {
            let letter = letter.to_string();
            let key = json!({"type": "keyDown", "text": letter, "key": letter});
            self.devtools("Input.dispatchKeyEvent", key);
            self.devtools("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": letter}));
        }
    }

    /// Presses a key that makes no text, by its name.
    pub fn press(&self, key: &str) {
        let (code, text) = match key {
            "Enter" => (13, Some("\r")),
            "Escape" => (27, None),
            "Tab" => (9, None),
            "Backspace" => (8, None),
            "ArrowUp" => (38, None),
            "ArrowDown" => (40, None),
            "/" => (191, Some("/")),
            other => panic!("no code for {other}"),
        };
        let mut down = json!({
            "type": if text.is_some() { "keyDown" } else { "rawKeyDown" },
            "key": key, "code": key, "windowsVirtualKeyCode": code,
        });
        if let Some(text) = text {
            down["text"] = text.into();
        }
        self.devtools("Input.dispatchKeyEvent", down);
        let up = json!({"type": "keyUp", "key": key, "code": key, "windowsVirtualKeyCode": code});
        self.devtools("Input.dispatchKeyEvent", up);
    }

    /// Presses a key that an input method takes for itself: the page sees code 229.
    pub fn press_in_composition(&self, key: &str) {
        let down = json!({"type": "rawKeyDown", "key": key, "windowsVirtualKeyCode": 229});
        self.devtools("Input.dispatchKeyEvent", down);
        self.devtools("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key}));
    }

    /// Sets what an input method is composing.
    pub fn compose(&self, text: &str) {
        let end = text.encode_utf16().count();
        let at = json!({"text": text, "selectionStart": end, "selectionEnd": end});
        self.devtools("Input.imeSetComposition", at);
    }

    /// Ends the composition with the chosen text.
    pub fn commit(&self, text: &str) {
        self.devtools("Input.insertText", json!({"text": text}));
    }

    /// Presses the left button of the mouse on the first element of a selector.
    pub fn click(&self, selector: &str) {
        self.click_on(&format!("document.querySelector({})", json!(selector)));
    }

    /// Presses the left button of the mouse on the element that an expression gives.
    pub fn click_on(&self, element: &str) {
        let place = self.run(&format!(
            "const e = {element}; e.scrollIntoView({{block: 'nearest'}}); \
             const r = e.getClientRects()[0]; \
             return [r.x + Math.min(r.width / 2, 40), r.y + r.height / 2]"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({
                "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1,
            });
            self.devtools("Input.dispatchMouseEvent", event);
        }
    }

    /// Makes pages believe that the reader likes dark (or light) colours.
    pub fn prefer(&self, scheme: &str) {
        let feature = json!({"name": "prefers-color-scheme", "value": scheme});
        self.devtools("Emulation.setEmulatedMedia", json!({"features": [feature]}));
    }

    /// What the console has been told since the last call, warnings and errors only.
    pub fn complaints(&self) -> Vec<String> {
        let log = self.session("POST", "/se/log", &json!({"type": "browser"}));
        let entries = log.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .filter(|entry| matches!(entry["level"].as_str(), Some("WARNING" | "SEVERE")))
            .map(|entry| entry["message"].to_string())
            .collect()
    }

    /// Keeps a picture of the page as `NAME.png` in the folder that `ZHEN_TEST_SCREENSHOTS` names.
    pub fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("ZHEN_TEST_SCREENSHOTS").map(PathBuf::from) else {
            return;
        };
        let data = self.session("GET", "/screenshot", &Value::Null);
        let bytes = decode_base64(data.as_str().unwrap());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            let path = format!("/session/{}", self.session);
            // The driver may be gone after a failure; its Chromium goes with it.
            let end = || Client::connect(self.addr).send("DELETE", &path, &[], b"");
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(end));
        }
        // The driver leads a process group of its own, to which its browser belongs.
        let group = format!("-{}", self.driver.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.driver.wait();
    }
}

fn decode_base64(text: &str) -> Vec<u8> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u32> = text.bytes().filter(|b| *b != b'=').map(value).collect();
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        let bits = group.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
        bytes.extend(bits.to_be_bytes()[1..].iter().take(group.len() * 3 / 4));
    }
    bytes
}
