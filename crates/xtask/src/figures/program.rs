//! Running the program that is measured.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Failure;

/// How often the memory of a running process is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The release build.
pub(super) struct Program {
    path: PathBuf,
}

/// What indexing took.
pub(super) struct Indexed {
    pub(super) elapsed: Duration,
    /// The most memory, in bytes, where the system tells.
    pub(super) peak: Option<u64>,
}

/// What `zhen bench` measured; times in milliseconds.
pub(super) struct Bench {
    pub(super) p50: f64,
    pub(super) p99: f64,
    /// Queries a second.
    pub(super) throughput: f64,
    /// What it says of itself and the machine.
    pub(super) about: Value,
}

/// Medians of whole processes.
pub(super) struct ColdStarts {
    pub(super) version: Duration,
    pub(super) searches: Vec<Duration>,
}

impl Program {
    /// Builds it.
    pub(super) fn build(root: &Path) -> Result<Self, Failure> {
        let output = Command::new(env!("CARGO"))
            .args(["build", "--release", "--package", "zhen-cli", "--message-format", "json"])
            .current_dir(root)
            .stderr(Stdio::inherit())
            .output()?;
        let messages = String::from_utf8_lossy(&output.stdout);
        let path = messages.lines().rev().find_map(|line| {
            let message: Value = serde_json::from_str(line).ok()?;
            message["executable"].as_str().map(PathBuf::from)
        });
        match path {
            Some(path) if output.status.success() => Ok(Self { path }),
            _ => Err(Failure::Failed("the release build failed; see above".to_owned())),
        }
    }

    fn command(&self, index: &Path) -> Command {
        let mut command = Command::new(&self.path);
        command.arg("--index").arg(index);
        command
    }

    /// Indexes a corpus into a new index.
    pub(super) fn index(&self, index: &Path, corpus: &Path) -> Result<Indexed, Failure> {
        let began = Instant::now();
        let mut child = self
            .command(index)
            .args(["--quiet", "index"])
            .arg(corpus)
            .stdout(Stdio::null())
            .spawn()?;
        let mut peak = None;
        let status = loop {
            peak = status_field(child.id(), "VmHWM").or(peak);
            match child.try_wait()? {
                Some(status) => break status,
                None => std::thread::sleep(LOOK_EVERY),
            }
        };
        let elapsed = began.elapsed();
        match status.success() {
            true => Ok(Indexed { elapsed, peak }),
            false => Err(Failure::Failed("indexing failed; see above".to_owned())),
        }
    }

    /// Runs `zhen bench`.
    pub(super) fn bench(
        &self,
        index: &Path,
        queries: &Path,
        more: &[&str],
    ) -> Result<Bench, Failure> {
        // A server has one index and needs no name for it.
        let mut command = match more.contains(&"--url") {
            true => Command::new(&self.path),
            false => self.command(index),
        };
        let command = command.args(["--json", "bench"]).args(more).arg("--queries").arg(queries);
        let output = command.stderr(Stdio::inherit()).output()?;
        let record: Option<Value> = serde_json::from_slice(&output.stdout).ok();
        let Some(record) = record.filter(|_| output.status.success()) else {
            return Err(Failure::Failed("`zhen bench` failed; see above".to_owned()));
        };
        let number = |value: &Value| {
            value.as_f64().ok_or_else(|| Failure::Failed("`zhen bench` left out a figure".into()))
        };
        Ok(Bench {
            p50: number(&record["latency"]["p50_ns"])? / 1e6,
            p99: number(&record["latency"]["p99_ns"])? / 1e6,
            throughput: number(&record["throughput"])?,
            about: record["about"].clone(),
        })
    }

    /// Starts a server on a free port and waits until it listens.
    pub(super) fn serve(&self, index: &Path) -> Result<Server, Failure> {
        let mut child = self
            .command(index)
            .args(["--json", "serve", "--addr", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or_else(no_address)?;
        let mut server = Server { child, url: String::new() };
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            if let Some(at) = line.find("http://") {
                let url = &line[at..];
                let end = url.find(|c: char| c.is_whitespace() || c == '"').unwrap_or(url.len());
                server.url = url[..end].trim_end_matches('/').to_owned();
                return Ok(server);
            }
        }
        Err(no_address())
    }

    /// Runs processes of each kind in turn, and takes the medians.
    pub(super) fn cold_starts(
        &self,
        index: &Path,
        queries: &[&str],
        starts: usize,
    ) -> Result<ColdStarts, Failure> {
        let mut versions = Vec::new();
        let mut searches = vec![Vec::new(); queries.len()];
        for _ in 0..starts {
            versions.push(time(Command::new(&self.path).arg("--version"))?);
            for (query, times) in queries.iter().zip(&mut searches) {
                times.push(time(self.command(index).args(["search", query]))?);
            }
        }
        Ok(ColdStarts {
            version: median(versions),
            searches: searches.into_iter().map(median).collect(),
        })
    }
}

fn no_address() -> Failure {
    Failure::Failed("`zhen serve` did not say where it listens".to_owned())
}

fn time(command: &mut Command) -> Result<Duration, Failure> {
    let began = Instant::now();
    let status = command.stdout(Stdio::null()).status()?;
    match status.success() {
        true => Ok(began.elapsed()),
        false => Err(Failure::Failed(format!("{command:?} failed"))),
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A running server; ended when dropped.
pub(super) struct Server {
    child: Child,
    url: String,
}

impl Server {
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Bytes of memory that are not backed by a file, where the system tells.
    pub(super) fn anonymous_memory(&self) -> Option<u64> {
        status_field(self.child.id(), "RssAnon")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is gone already, or goes now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A field of `/proc/PID/status`, in bytes.
fn status_field(pid: u32, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}

/// Bytes of all files in a folder.
pub(super) fn folder_bytes(folder: &Path) -> Result<u64, Failure> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes)
}

/// Bytes of a file, decompressed where it is compressed with zstd.
pub(super) fn text_bytes(file: &Path) -> Result<u64, Failure> {
    let opened = std::fs::File::open(file)?;
    if file.extension().is_none_or(|ext| ext != "zst") {
        return Ok(opened.metadata()?.len());
    }
    let mut decoder = zstd::stream::read::Decoder::new(opened)?;
    Ok(std::io::copy(&mut decoder, &mut std::io::sink())?)
}
