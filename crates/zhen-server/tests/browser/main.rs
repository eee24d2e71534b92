//! The page and the widget in a real browser. Skipped, visibly, where there is no Chromium.
#![cfg(unix)] // The driver and its browser are ended as a process group.
#![allow(clippy::unwrap_used, clippy::print_stderr)] // Helpers are part of the tests.

#[path = "../support/mod.rs"]
mod support;

mod accessibility;
mod driver;
mod filters;
mod hostile;
mod input_methods;
mod page;
mod reading;
mod real;
mod recovery;
mod widget;

use driver::{Browser, Device};
use support::TestServer;

/// A server with the sample documents, and a browser.
struct Stage {
    server: TestServer,
    browser: Browser,
}

impl Stage {
    /// `None` where there is no Chromium.
    fn new() -> Option<Self> {
        Some(Self { browser: Browser::start()?, server: TestServer::start() })
    }

    fn on(device: Device, lang: &str) -> Option<Self> {
        Some(Self { browser: Browser::start_as(device, lang)?, server: TestServer::start() })
    }

    /// Opens a path of the page and waits until it stands.
    fn open(&self, path: &str) {
        self.browser.open(&format!("http://{}{path}", self.server.addr));
        self.browser
            .wait("['start', 'found', 'document'].some(id => !document.getElementById(id).hidden)");
    }
}

/// The text field inside the page's box.
const FIELD: &str = "document.getElementById('box').shadowRoot.querySelector('input')";
/// The titles of the hits that are shown.
const TITLES: &str = "[...document.querySelectorAll('#hits h2')].map(h => h.textContent)";
/// Whether the page is wider than its window. A telephone's window grows with the page, and with it
/// `innerWidth`.
const WIDE: &str = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
