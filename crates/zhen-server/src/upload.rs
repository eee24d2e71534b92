//! Receives an upload of any size: cuts it into records as it arrives and passes them on in
//! batches, holding one batch and one record at a time.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::time::Duration;

use bytes::{Buf, Bytes};
use futures_util::{Stream, StreamExt};
use tokio::time::Instant;
use warp::http::{HeaderMap, header};
use zhen_source::{Document, FileReport, ReadOptions};

use crate::catalog::{MAX_ID_BYTES, WriteError, check_id};
use crate::config::Limits;
use crate::destination::Destination;
use crate::group::{RecordError, SharedReport, lock};
use crate::json;
use crate::problem::{Kind, Problem};
use crate::split::{Piece, Place, Shape, Splitter};

/// Bytes of records handed over at a time.
const BATCH_BYTES: usize = 1 << 20;
/// Records handed over at a time: as many as `zhen-source` tells the problems of, so that each bad
/// record is known by its place.
const BATCH_RECORDS: usize = FileReport::MOST_PROBLEMS;

/// How an upload is laid out, from its headers.
///
/// # Errors
/// 415 for a media type or content coding that is not read, 413 for a declared length beyond the
/// limit.
pub(crate) fn accept(headers: &HeaderMap, limits: &Limits) -> Result<Shape, Problem> {
    let shape = match media_type(headers)?.as_str() {
        "application/json" => Shape::Sniff,
        "application/x-ndjson"
        | "application/ndjson"
        | "application/jsonl"
        | "application/x-jsonlines" => Shape::Lines,
        other => {
            return Err(Problem::new(
                Kind::UnsupportedMediaType,
                format!(
                    "{other:?} is not read; send application/json (an array of records) or \
                     application/x-ndjson (one record a line)"
                ),
            ));
        }
    };
    if limits.max_upload_bytes > 0 {
        check_length(headers, limits.max_upload_bytes)?;
    }
    Ok(shape)
}

/// The media type of a body, without parameters, in lower case.
///
/// # Errors
/// 415 where it is absent, where the charset is not UTF-8, and for a content coding.
pub(crate) fn media_type(headers: &HeaderMap) -> Result<String, Problem> {
    let unsupported = |detail: String| Problem::new(Kind::UnsupportedMediaType, detail);
    if let Some(coding) = headers.get(header::CONTENT_ENCODING)
        && coding.as_bytes() != b"identity"
    {
        return Err(unsupported("a compressed body is not read; send it as it is".to_owned()));
    }
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Err(unsupported(
            "the Content-Type header is missing; send `Content-Type: application/json`".to_owned(),
        ));
    };
    let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
    let mut parts = value.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if let Some(charset) = part.strip_prefix("charset=")
            && !matches!(charset.trim_matches('"'), "utf-8" | "utf8" | "us-ascii")
        {
            return Err(unsupported(format!("charset {charset:?} is not read; send UTF-8")));
        }
    }
    Ok(kind)
}

/// Refuses a body whose declared length is beyond `most` before any of it is read.
///
/// # Errors
/// 413.
pub(crate) fn check_length(headers: &HeaderMap, most: u64) -> Result<(), Problem> {
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<u64>().ok());
    match declared {
        Some(length) if length > most => Err(too_large(most)),
        _ => Ok(()),
    }
}

fn too_large(most: u64) -> Problem {
    Problem::new(
        Kind::BodyTooLarge,
        format!("the body may be at most {most} bytes; send less, of records several uploads"),
    )
}

/// Reads a body with an eye on the clock: no long pause, no trickle, no more than allowed.
pub(crate) struct TimedBody<S> {
    stream: std::pin::Pin<Box<S>>,
    timeout: Duration,
    min_rate: u64,
    most: u64,
    received: u64,
    started: Instant,
    /// Time spent waiting for the client rather than for the index.
    waited: Duration,
}

impl<S, B, E> TimedBody<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    /// Reads `stream`, at most `most` bytes (0 means any number).
    pub(crate) fn new(stream: S, limits: &Limits, most: u64) -> Self {
        Self {
            stream: Box::pin(stream),
            timeout: limits.body_timeout(),
            min_rate: limits.min_body_rate,
            most,
            received: 0,
            started: Instant::now(),
            waited: Duration::ZERO,
        }
    }

    /// The next bytes, `None` at the end.
    ///
    /// # Errors
    /// 408 for a pause or a trickle, 413 beyond the limit, 400 for a body that breaks off.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let asked = Instant::now();
        let item = tokio::time::timeout(self.timeout, self.stream.next()).await;
        self.waited += asked.elapsed();
        let slow = |detail: &str| Err(Problem::new(Kind::RequestTimeout, detail));
        let mut data = match item {
            Err(_) => return slow("the body stopped arriving"),
            Ok(None) => return Ok(None),
            Ok(Some(Err(_))) => {
                return Err(Problem::new(Kind::BadRequest, "the body broke off or is malformed"));
            }
            Ok(Some(Ok(data))) => data,
        };
        let data = data.copy_to_bytes(data.remaining());
        self.received += data.len() as u64;
        if self.most > 0 && self.received > self.most {
            return Err(too_large(self.most));
        }
        if self.waited > self.timeout
            && (self.received as f64) < self.waited.as_secs_f64() * self.min_rate as f64
        {
            return slow("the body arrives too slowly");
        }
        Ok(Some(data))
    }

    /// Time since reading began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The whole body.
    ///
    /// # Errors
    /// As [`TimedBody::next`].
    pub(crate) async fn all(mut self) -> Result<Bytes, Problem> {
        let mut all = bytes::BytesMut::new();
        while let Some(data) = self.next().await? {
            all.extend_from_slice(&data);
        }
        Ok(all.freeze())
    }
}

/// Why an upload did not reach its end.
pub(crate) enum Stopped {
    /// The client's side.
    Body(Problem),
    /// The index could not be made or opened.
    Open(Problem),
    /// The index's side.
    Write(WriteError),
}

/// Receives the whole upload and hands it to the writer of `destination`; returns once everything that was
/// taken is durable and searchable. `report` says what that is, also when this fails.
///
/// # Errors
/// [`Stopped`]; what was taken before a failure of the client's side has been committed.
pub(crate) async fn receive<S, B, E>(
    mut body: TimedBody<S>,
    shape: Shape,
    max_record: usize,
    destination: &mut Destination,
    report: &SharedReport,
) -> Result<Duration, Stopped>
where
    S: Stream<Item = Result<B, E>>,
    B: Buf,
{
    let mut splitter = Splitter::new(shape, max_record);
    let mut pieces = Vec::new();
    let mut waiting = 0;
    let mut stopped = None;
    loop {
        match body.next().await {
            Ok(Some(data)) => {
                let before = pieces.len();
                splitter.push(&data, &mut pieces);
                waiting += pieces[before..].iter().map(size).sum::<usize>();
                if waiting >= BATCH_BYTES || pieces.len() >= BATCH_RECORDS {
                    waiting = 0;
                    hand_over(std::mem::take(&mut pieces), destination, report).await?;
                }
            }
            Ok(None) => {
                splitter.finish(&mut pieces);
                break;
            }
            Err(problem) => {
                stopped = Some(problem);
                break;
            }
        }
    }
    hand_over(pieces, destination, report).await?;
    // No index is made for an upload of which nothing can be taken, but for one that asks for no more.
    let is_empty = stopped.is_none() && lock(report).rejected == 0;
    if destination.exists() || is_empty {
        let writer = destination.writer().await.map_err(Stopped::Open)?;
        writer.finish(report).await.map_err(Stopped::Write)?;
    }
    match stopped {
        Some(problem) => Err(Stopped::Body(problem)),
        None => Ok(body.elapsed()),
    }
}

fn size(piece: &Piece) -> usize {
    match piece {
        Piece::Record { text, .. } => text.len(),
        Piece::Fault { why, .. } => why.len(),
    }
}

/// Parses a batch off the event loop and queues it for the writer.
async fn hand_over(
    pieces: Vec<Piece>,
    destination: &mut Destination,
    report: &SharedReport,
) -> Result<(), Stopped> {
    if let Some(error) = lock(report).failure() {
        return Err(Stopped::Write(error));
    }
    if pieces.is_empty() {
        return Ok(());
    }
    let shared = SharedReport::clone(report);
    let documents = tokio::task::spawn_blocking(move || parse(pieces, &shared))
        .await
        .map_err(|_| Stopped::Write(WriteError::Failed("reading the records failed".to_owned())))?;
    if documents.is_empty() {
        return Ok(());
    }
    let writer = destination.writer().await.map_err(Stopped::Open)?;
    writer.add(documents, report).await.map_err(Stopped::Write)
}

/// Reads records as `zhen index` reads those of a stream.
fn parse(pieces: Vec<Piece>, report: &SharedReport) -> Vec<(Place, Document)> {
    let reject = |place, record: &[u8], detail| {
        lock(report).reject(RecordError { place, id: id_of(record), detail });
    };
    let mut documents = Vec::with_capacity(pieces.len());
    for pieces in pieces.chunks(BATCH_RECORDS) {
        let mut text = Vec::new();
        let mut records = Vec::with_capacity(pieces.len());
        for piece in pieces {
            match piece {
                Piece::Fault { place, why } => reject(*place, b"", why.clone()),
                Piece::Record { place, text: record } => match one_line(record) {
                    Ok(line) => {
                        text.extend_from_slice(&line);
                        text.push(b'\n');
                        records.push((*place, record.as_slice()));
                    }
                    Err(why) => reject(*place, record, why),
                },
            }
        }
        read_lines(&text, &records, &mut documents, &reject);
    }
    documents
}

/// The id that a record gives itself, also where it is no good otherwise.
fn id_of(record: &[u8]) -> Option<String> {
    let mut id = None;
    // Of a record that is no JSON, what stands before the fault can be read.
    let _ = json::members(record, |name, value| match (name.as_str(), value) {
        ("id", serde_json::Value::String(text)) => id = Some(text.trim().to_owned()),
        ("id", serde_json::Value::Number(number)) => id = Some(number.to_string()),
        _ => {}
    });
    id.filter(|id| (1..=MAX_ID_BYTES).contains(&id.len()))
}

/// A record on a line of its own: a line break between the parts of a JSON value is a blank.
fn one_line(record: &[u8]) -> Result<Cow<'_, [u8]>, String> {
    let record = record.trim_ascii();
    if !record.starts_with(b"{") {
        // Told apart here, because a line that begins like an array would be taken for one.
        return Err(match serde_json::from_slice::<serde_json::Value>(record) {
            Ok(_) => "a record must be a JSON object".to_owned(),
            Err(error) => format!("not valid JSON at column {}", error.column()),
        });
    }
    if std::str::from_utf8(record).is_err() {
        return Err("the record is not UTF-8".to_owned());
    }
    if !record.contains(&b'\n') {
        return Ok(Cow::Borrowed(record));
    }
    // A line break within a string is an error, which must stay one.
    if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(record) {
        return Err(format!("not valid JSON: {error}"));
    }
    Ok(record.iter().map(|&b| if b == b'\n' { b' ' } else { b }).collect())
}

/// Reads JSON lines, each of which is one of `records`.
fn read_lines(
    text: &[u8],
    records: &[(Place, &[u8])],
    documents: &mut Vec<(Place, Document)>,
    reject: &impl Fn(Place, &[u8], String),
) {
    if records.is_empty() {
        return;
    }
    let mut read = Vec::with_capacity(records.len());
    let options = ReadOptions { max_record_bytes: usize::MAX, ..ReadOptions::default() };
    let outcome = zhen_source::read_stream(text, &options, &mut |document| {
        read.push(document);
        ControlFlow::Continue(())
    });
    let problems = match outcome {
        Ok(report) => report.problems,
        Err(error) => {
            records.iter().for_each(|&(place, record)| reject(place, record, error.to_string()));
            return;
        }
    };
    // Each line is a document or a problem, in order.
    let mut bad = vec![None; records.len()];
    for problem in problems {
        let at = problem.line.and_then(|line| usize::try_from(line).ok()?.checked_sub(1));
        if let Some(slot) = at.and_then(|at| bad.get_mut(at)) {
            *slot = Some(problem.message);
        }
    }
    let mut read = read.into_iter();
    for (&(place, record), problem) in records.iter().zip(bad) {
        match problem {
            Some(why) => reject(place, record, why),
            None => match read.next() {
                Some(document) => match check_id(&document.id) {
                    Ok(()) => documents.push((place, document)),
                    Err(why) => reject(place, record, why),
                },
                None => reject(place, record, "the record could not be read".to_owned()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use warp::http::HeaderValue;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (n.parse().unwrap(), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn the_media_type_decides_the_shape() {
        let limits = Limits { max_upload_bytes: 100, ..Limits::default() };
        let shape = |kind| accept(&headers(&[("content-type", kind)]), &limits).map_err(|p| p.kind);
        assert_eq!(shape("application/json"), Ok(Shape::Sniff));
        assert_eq!(shape("Application/JSON; charset=UTF-8"), Ok(Shape::Sniff));
        assert_eq!(shape("application/x-ndjson"), Ok(Shape::Lines));
        for refused in [
            "text/plain",
            "application/json; charset=gbk",
            // Its records begin with a character that is no JSON (RFC 7464).
            "application/json-seq",
            "multipart/form-data",
            "",
        ] {
            assert_eq!(shape(refused), Err(Kind::UnsupportedMediaType), "{refused}");
        }
        assert_eq!(
            accept(&HeaderMap::new(), &limits).unwrap_err().kind,
            Kind::UnsupportedMediaType
        );
        let gzip = headers(&[("content-type", "application/json"), ("content-encoding", "gzip")]);
        assert_eq!(accept(&gzip, &limits).unwrap_err().kind, Kind::UnsupportedMediaType);
        let long = headers(&[("content-type", "application/json"), ("content-length", "101")]);
        assert_eq!(accept(&long, &limits).unwrap_err().kind, Kind::BodyTooLarge);
    }

    #[test]
    fn each_bad_record_of_a_batch_is_told_by_its_place() {
        let at = |line| Place { line, record: Some(line) };
        let record =
            |line, text: &str| Piece::Record { place: at(line), text: text.as_bytes().to_vec() };
        let pieces = vec![
            record(1, "{\"id\": \"a\", \"body\": \"词典\", \"lang\": \"zh\"}"),
            record(2, "[{\"body\": \"an array\"}]"),
            Piece::Fault { place: at(3), why: "too long".to_owned() },
            record(4, "{\"nobody\": 1}"),
            record(7, "{\n\"title\":\n\"over lines\"\n}"),
            record(11, "{\"body\": \"broken\nstring\"}"),
            record(13, "{\"body\": "),
            Piece::Record { place: at(14), text: b"{\"body\": \"\xff\"}".to_vec() },
            record(15, &format!("{{\"id\": \"{}\", \"body\": \"x\"}}", "i".repeat(5_000))),
            record(16, "{\"body\": \"no id\"}"),
            record(17, "{\"id\": \"..\", \"body\": \"x\"}"),
            record(18, "{\"id\": 18446744073709551616, \"body\": \"x\"}"),
        ];
        let report = SharedReport::default();
        let documents = parse(pieces, &report);
        let taken: Vec<_> =
            documents.iter().map(|(place, d)| (place.line, &*d.title, &*d.body)).collect();
        assert_eq!(taken, [(1, "", "词典"), (7, "over lines", ""), (16, "", "no id")]);
        assert!(!documents[2].1.id.is_empty(), "a record without an id gets one");
        let report = lock(&report);
        let mut lines: Vec<u64> = report.errors.iter().map(|error| error.place.line).collect();
        lines.sort_unstable();
        assert_eq!(lines, [2, 3, 4, 11, 13, 14, 15, 17, 18]);
        assert!(report.errors.iter().all(|error| !error.detail.is_empty()));
    }

    #[test]
    fn the_id_of_a_bad_record_is_told_where_it_can_be_read() {
        let ids = [
            (r#"{"id": " a ", "nobody": 1}"#, Some("a")),
            (r#"{"id": 7}"#, Some("7")),
            (r#"{"id": "b", "body": "torn"#, Some("b")),
            (r#"{"body": torn, "id": "c"}"#, None),
            (r#"{"nobody": {"id": "d"}}"#, None),
            (r#"{"id": ["e"], "nobody": 1}"#, None),
            (r#"{"id": "", "nobody": 1}"#, None),
            ("nonsense", None),
        ];
        for (record, id) in ids {
            assert_eq!(id_of(record.as_bytes()).as_deref(), id, "{record}");
        }
        assert_eq!(id_of(format!("{{\"id\": \"{}\"}}", "i".repeat(5_000)).as_bytes()), None);
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_pauses_or_trickles_or_swells_is_given_up() {
        let limits = Limits { body_timeout_ms: 1_000, min_body_rate: 100, ..Limits::default() };
        let drip = |bytes: usize, pause: u64| {
            stream::unfold((), move |()| async move {
                tokio::time::sleep(Duration::from_millis(pause)).await;
                Some((Ok::<_, std::convert::Infallible>(Bytes::from(vec![b' '; bytes])), ()))
            })
        };
        let kind = |problem: Problem| problem.kind;
        let never = TimedBody::new(drip(1, 2_000), &limits, 0);
        assert_eq!(never.all().await.map_err(kind), Err(Kind::RequestTimeout));
        let trickle = TimedBody::new(drip(10, 500), &limits, 0);
        assert_eq!(trickle.all().await.map_err(kind), Err(Kind::RequestTimeout));
        let endless = TimedBody::new(drip(1_000, 500), &limits, 1_000_000);
        assert_eq!(endless.all().await.map_err(kind), Err(Kind::BodyTooLarge));
    }
}
