//! The machine, as a record names it.

use std::env;
use std::fs;
use std::thread;

/// Model of the processor, and how many threads it runs for this process: `Some CPU @ 2 GHz, 2
/// hardware threads`. The model is known on Linux; elsewhere the architecture stands for it.
#[must_use]
pub fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == "model name").then(|| value.trim().to_owned())
    });
    let model = model.unwrap_or_else(|| env::consts::ARCH.to_owned());
    match thread::available_parallelism().map_or(1, std::num::NonZero::get) {
        1 => format!("{model}, 1 hardware thread"),
        threads => format!("{model}, {threads} hardware threads"),
    }
}
