//! `zhen serve`.

use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use zhen_index::{DEFAULT_MEMORY, IndexError, ZhenIndex};
use zhen_server::{DiskCatalog, Hooks, LogSink, RequestRecord, ServerConfig, no_log};

use crate::args::ServeArgs;
use crate::failure::{Failure, Outcome};
use crate::output::hits::Paths;
use crate::output::style::Palette;
use crate::output::text::{one_line, visible};
use crate::output::{Told, duration, tell};
use crate::settings::{Form, Settings};
use crate::stop;

/// The configuration that is read where none is named and this exists.
const USUAL_CONFIG: &str = "zhen.toml";

pub(crate) fn run(args: &ServeArgs, settings: &Settings) -> Result<Outcome, Failure> {
    serve(&settings.index_dir()?, args, settings)
}

/// Serves the index in `dir` until the process is interrupted.
pub(super) fn serve(dir: &Path, args: &ServeArgs, settings: &Settings) -> Result<Outcome, Failure> {
    let config = config(args)?;
    let memory =
        args.memory.map_or(DEFAULT_MEMORY, |memory| usize::try_from(memory).unwrap_or(usize::MAX));
    match ZhenIndex::open(dir) {
        Ok(_) => {}
        Err(IndexError::Missing { .. }) => {
            let place = Paths::from_here().shorten(&dir.to_string_lossy()).to_owned();
            let message = format!(
                "there is no index at {place} yet; fill it with `{} PATH…`, or by POST \
                 /api/v1/documents",
                settings.command("index")
            );
            tell(settings, Told::Note, &message);
        }
        Err(error) => return Err(error.into()),
    }
    let catalog = DiskCatalog::new(dir, memory);
    let hooks = Hooks {
        on_bound: on_bound(dir, settings),
        log: log(settings),
        on_stopping: Box::new(stop::say),
    };
    zhen_server::run(config, Arc::new(catalog), hooks)?;
    Ok(Outcome::Found)
}

/// The configuration: file, then environment, then options.
fn config(args: &ServeArgs) -> Result<ServerConfig, Failure> {
    let usual = Path::new(USUAL_CONFIG);
    let path = args.config.as_deref().or_else(|| usual.is_file().then_some(usual));
    let mut config = match path {
        None => ServerConfig::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|cause| Failure::File {
                doing: "read the configuration",
                path: path.to_path_buf(),
                cause,
                mend: "name a TOML file with a [server] table",
            })?;
            ServerConfig::from_toml(&text)
                .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?
        }
    };
    config
        .apply_env(|name| std::env::var(name).ok())
        .map_err(|error| Failure::Usage(error.to_string()))?;
    if let Some(addr) = &args.addr {
        config.addr.clone_from(addr);
    }
    Ok(config)
}

/// Says where the server can be reached.
fn on_bound(dir: &Path, settings: &Settings) -> Box<dyn FnOnce(SocketAddr) + Send> {
    if settings.is_quiet() {
        return Box::new(|_| {});
    }
    let index = dir.to_string_lossy().into_owned();
    let Palette { path, command, dim, .. } = Palette::new(settings.color_out);
    let form = settings.form;
    Box::new(move |bound| {
        let url = url(bound);
        let mut out = io::stdout().lock();
        // A server whose output nobody reads serves all the same.
        let _ = match form {
            Form::Json => {
                let line = json!({"listening": bound.to_string(), "url": url, "index": index});
                writeln!(out, "{line}")
            }
            Form::Person | Form::Lines => {
                let index = one_line(Paths::from_here().shorten(&index));
                writeln!(
                    out,
                    "{path}{index}{path:#} is served at {command}{url}{command:#}  \
                     {dim}Ctrl-C ends it{dim:#}"
                )
            }
        };
        let _ = out.flush();
    })
}

/// An address that a browser on this machine can open.
fn url(bound: SocketAddr) -> String {
    let here = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    format!("http://{}/", SocketAddr::new(here, bound.port()))
}

/// The request log: JSON lines for a program, with `-v` a line on standard error for a person.
fn log(settings: &Settings) -> LogSink {
    if settings.is_quiet() {
        return no_log();
    }
    match settings.form {
        Form::Json => Arc::new(|record| {
            if let Ok(line) = serde_json::to_string(record) {
                let _ = writeln!(io::stdout().lock(), "{line}");
            }
        }),
        _ if settings.is_verbose() => {
            let palette = Palette::new(settings.color_err);
            Arc::new(move |record| {
                let _ = writeln!(io::stderr().lock(), "{}", line(record, &palette));
            })
        }
        Form::Person | Form::Lines => no_log(),
    }
}

fn line(record: &RequestRecord, palette: &Palette) -> String {
    let Palette { dim, good, error, .. } = palette;
    let style = if record.status < 400 { good } else { error };
    let path: String = record.path.chars().map(visible).collect();
    let method: String = record.method.chars().map(visible).collect();
    let query = record.notes.query.as_ref().map_or_else(String::new, |query| format!(" {query:?}"));
    format!(
        "{dim}{}{dim:#} {style}{}{style:#} {} {}{query} {dim}{}{dim:#}",
        record.time,
        record.status,
        one_line(&method),
        one_line(&path),
        duration(record.took_us),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_shown_is_one_that_a_browser_can_open() {
        let url = |bound: &str| url(bound.parse().unwrap());
        assert_eq!(url("127.0.0.1:7700"), "http://127.0.0.1:7700/");
        assert_eq!(url("0.0.0.0:80"), "http://127.0.0.1:80/");
        assert_eq!(url("[::]:80"), "http://[::1]:80/");
    }

    #[test]
    fn a_line_of_the_log_holds_the_query_where_it_is_told_and_no_control_characters() {
        let mut record = RequestRecord {
            time: "2024-05-21T00:00:00Z".to_owned(),
            request_id: String::new(),
            peer: String::new(),
            method: "GET".to_owned(),
            path: "/a\u{1b}[2J\nb".to_owned(),
            route: "none",
            status: 404,
            took_us: 812,
            bytes: 0,
            key: None,
            notes: zhen_server::Notes::default(),
        };
        assert_eq!(
            line(&record, &Palette::default()),
            "2024-05-21T00:00:00Z 404 GET /a␛[2J b 812 µs"
        );
        record.notes.query = Some("词典\u{1b}[2J".to_owned());
        assert_eq!(
            line(&record, &Palette::default()),
            "2024-05-21T00:00:00Z 404 GET /a␛[2J b \"词典\\u{1b}[2J\" 812 µs"
        );
    }
}
