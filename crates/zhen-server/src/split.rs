//! Cuts an upload into records as it arrives, holding one record at a time.
//!
//! Two shapes are read. *Lines*: one JSON value a line. *Values*: a JSON array of objects, or
//! objects one after another, however they are laid out; cut by counting brackets outside strings,
//! so that a record which is not valid JSON is still cut off where it ends and the next one is
//! found. Which of the two is decided by the first bytes, see [`Shape`].

/// What some programs put before text in UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How the upload is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Not known yet: an array if it begins with `[`; otherwise lines if the first line is a
    /// whole value, values if it is not.
    Sniff,
    /// One value a line.
    Lines,
}

/// Where in an upload something begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub(crate) struct Place {
    /// Its line, from 1.
    pub(crate) line: u64,
    /// How many records came before it, unless it is no record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<u64>,
}

/// A piece of an upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// What should be a record: JSON text.
    Record {
        /// Where it begins.
        place: Place,
        /// The text.
        text: Vec<u8>,
    },
    /// Something that cannot be one.
    Fault {
        /// Where it begins.
        place: Place,
        /// What is wrong, a sentence.
        why: String,
    },
}

/// What the cutter is inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first byte that is not white space.
    Start,
    /// A first line that begins with `{` or something else, shape unknown.
    FirstLine,
    /// Lines.
    Line,
    /// Between values; `array` within an array.
    Between { array: bool },
    /// Inside a value.
    Value { array: bool },
    /// After the end of the array.
    Done,
}

/// Cuts an upload into records.
#[derive(Debug)]
pub(crate) struct Splitter {
    state: State,
    /// Text of the record so far.
    text: Vec<u8>,
    /// Line of the byte that comes next, from 1.
    line: u64,
    /// Line on which the record began.
    began: u64,
    /// Records before it.
    records: u64,
    depth: u32,
    in_string: bool,
    escaped: bool,
    /// The record is longer than allowed; its text is no longer kept.
    too_long: bool,
    /// A comma has been read since the last value of an array.
    comma: bool,
    /// Junk between values has been reported already.
    junk: bool,
    max_record: usize,
}

impl Splitter {
    /// A cutter for records of at most `max_record` bytes.
    pub(crate) fn new(shape: Shape, max_record: usize) -> Self {
        Self {
            state: match shape {
                Shape::Sniff => State::Start,
                Shape::Lines => State::Line,
            },
            text: Vec::new(),
            line: 1,
            began: 1,
            records: 0,
            depth: 0,
            in_string: false,
            escaped: false,
            too_long: false,
            comma: true,
            junk: false,
            max_record,
        }
    }

    /// Takes the next bytes and appends what they complete to `pieces`.
    pub(crate) fn push(&mut self, bytes: &[u8], pieces: &mut Vec<Piece>) {
        let mut rest = bytes;
        while let Some(&byte) = rest.first() {
            // The bulk of an upload is plain text inside a line or a string: take it in one go.
            let plain = self.plain_run(rest);
            if plain > 0 {
                self.keep(&rest[..plain]);
                rest = &rest[plain..];
                continue;
            }
            self.step(byte, pieces);
            rest = &rest[1..];
            if byte == b'\n' {
                self.line += 1;
            }
        }
    }

    /// Ends the upload and appends what was still open.
    pub(crate) fn finish(mut self, pieces: &mut Vec<Piece>) {
        match self.state {
            State::Start | State::Done | State::Between { array: false } => {}
            State::Line | State::FirstLine => self.end_line(pieces),
            State::Between { array: true } => {
                pieces.push(self.fault("the upload ends before the array does: `]` is missing"));
            }
            State::Value { .. } => pieces.push(Piece::Fault {
                place: self.record(),
                why: "the upload ends in the middle of this record".to_owned(),
            }),
        }
    }

    /// How many of the first bytes change nothing but the text.
    fn plain_run(&self, bytes: &[u8]) -> usize {
        let stop: fn(u8) -> bool = match self.state {
            State::Line => |b| b == b'\n',
            State::Value { .. } if self.in_string && !self.escaped => {
                |b| matches!(b, b'"' | b'\\' | b'\n')
            }
            _ => return 0,
        };
        bytes.iter().position(|&b| stop(b)).unwrap_or(bytes.len())
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.too_long || self.text.len() + bytes.len() > self.max_record {
            self.too_long = true;
            self.text = Vec::new();
            return;
        }
        self.text.extend_from_slice(bytes);
    }

    fn step(&mut self, byte: u8, pieces: &mut Vec<Piece>) {
        match self.state {
            State::Start => match byte {
                b' ' | b'\t' | b'\r' | b'\n' => {}
                // The three bytes of a UTF-8 byte order mark; elsewhere they are no JSON anyway.
                0xef | 0xbb | 0xbf => {}
                b'[' => self.state = State::Between { array: true },
                _ => {
                    self.state = State::FirstLine;
                    self.began = self.line;
                    self.first_line(byte, pieces);
                }
            },
            State::FirstLine => self.first_line(byte, pieces),
            State::Line => {
                if byte == b'\n' {
                    self.end_line(pieces);
                    self.began = self.line + 1;
                } else {
                    self.keep(&[byte]);
                }
            }
            State::Between { array } => self.between(byte, array, pieces),
            State::Value { array } => {
                self.keep(&[byte]);
                if self.count(byte) {
                    self.emit(pieces);
                    self.state = State::Between { array };
                    self.comma = false;
                    self.junk = false;
                }
            }
            State::Done => {
                if !byte.is_ascii_whitespace() && !self.junk {
                    self.junk = true;
                    pieces.push(self.fault("something follows the end of the array"));
                }
            }
        }
    }

    /// Reads the first line until it tells lines from values.
    fn first_line(&mut self, byte: u8, pieces: &mut Vec<Piece>) {
        if byte != b'\n' {
            self.keep(&[byte]);
            self.count(byte);
            return;
        }
        let open = self.depth > 0 || self.in_string;
        if open && (self.too_long || self.text.first() == Some(&b'{')) {
            self.keep(b"\n");
            self.state = State::Value { array: false };
        } else {
            self.end_line(pieces);
            self.began = self.line + 1;
            self.depth = 0;
            self.in_string = false;
            self.escaped = false;
            self.state = State::Line;
        }
    }

    fn between(&mut self, byte: u8, array: bool, pieces: &mut Vec<Piece>) {
        match byte {
            _ if byte.is_ascii_whitespace() => {}
            b',' if array => {
                self.comma = true;
                self.junk = false;
            }
            b']' if array => self.state = State::Done,
            b'{' | b'[' => {
                self.began = self.line;
                if array && !self.comma {
                    pieces.push(self.fault("a comma is missing between two records"));
                }
                self.depth = 0;
                self.keep(&[byte]);
                self.count(byte);
                self.state = State::Value { array };
            }
            _ if self.junk => {}
            _ => {
                self.junk = true;
                self.began = self.line;
                let why = "this is no JSON object".to_owned();
                pieces.push(Piece::Fault { place: self.record(), why });
                self.records += 1;
            }
        }
    }

    /// Follows brackets and strings; true when `byte` closes the outermost bracket.
    fn count(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth = self.depth.saturating_add(1),
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }

    fn end_line(&mut self, pieces: &mut Vec<Piece>) {
        if self.began == 1 && self.text.starts_with(BYTE_ORDER_MARK) {
            self.text.drain(..BYTE_ORDER_MARK.len());
        }
        if self.too_long || !self.text.trim_ascii().is_empty() {
            self.emit(pieces);
        }
        self.text.clear();
    }

    /// Where the record began.
    fn record(&self) -> Place {
        Place { line: self.began, record: Some(self.records) }
    }

    /// What is wrong here with the upload rather than with a record.
    fn fault(&self, why: &str) -> Piece {
        Piece::Fault { place: Place { line: self.line, record: None }, why: why.to_owned() }
    }

    fn emit(&mut self, pieces: &mut Vec<Piece>) {
        let place = self.record();
        self.records += 1;
        let text = std::mem::take(&mut self.text);
        pieces.push(if std::mem::take(&mut self.too_long) {
            let why = format!("the record is longer than {} bytes", self.max_record);
            Piece::Fault { place, why }
        } else {
            Piece::Record { place, text }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces of `input`, the same however it is cut into chunks.
    fn cut(shape: Shape, input: &str) -> Vec<Piece> {
        let in_chunks = |size: usize| {
            let mut splitter = Splitter::new(shape, 64);
            let mut pieces = Vec::new();
            for chunk in input.as_bytes().chunks(size) {
                splitter.push(chunk, &mut pieces);
            }
            splitter.finish(&mut pieces);
            pieces
        };
        let whole = in_chunks(usize::MAX);
        for size in [1, 2, 3, 7] {
            assert_eq!(in_chunks(size), whole, "in chunks of {size}");
        }
        whole
    }

    /// The same as text; records as `line:text`, faults as `line!why`.
    fn pieces(shape: Shape, input: &str) -> Vec<String> {
        let show = |piece| match piece {
            Piece::Record { place, text } => {
                format!("{}:{}", place.line, String::from_utf8(text).unwrap().trim())
            }
            Piece::Fault { place, why } => format!("{}!{why}", place.line),
        };
        cut(shape, input).into_iter().map(show).collect()
    }

    /// The position among records of each piece.
    fn positions(shape: Shape, input: &str) -> Vec<Option<u64>> {
        let position = |piece| match piece {
            Piece::Record { place, .. } | Piece::Fault { place, .. } => place.record,
        };
        cut(shape, input).into_iter().map(position).collect()
    }

    #[test]
    fn a_piece_knows_how_many_records_came_before_it() {
        let long = "x".repeat(100);
        let array = format!("[{{\"a\":1}}, null, 7 {{}}, {{\"b\":\"{long}\"}}, {{}} {{}}, {{");
        let mut expected = [0, 1, 2, 3, 4, 5, 6, 6, 7].map(Some);
        expected[6] = None;
        let told = positions(Shape::Sniff, &array);
        assert_eq!(told, expected, "an element of an array each, and a comma that is missing");
        let lines = format!("{{}}\n\nnonsense\n{long}\n{{}}");
        assert_eq!(positions(Shape::Sniff, &lines), [0, 1, 2, 3].map(Some), "a line each");
        assert_eq!(positions(Shape::Sniff, "{\n}{}\n{}"), [0, 1, 2].map(Some));
        for input in ["[{}", "[{}] {}"] {
            assert_eq!(positions(Shape::Sniff, input), [Some(0), None], "the last is no record");
        }
    }

    #[test]
    fn a_byte_order_mark_before_lines_is_no_part_of_the_first() {
        let input = "\u{feff}{\"a\":1}\n\u{feff}{\"b\":2}\n";
        let expected = ["1:{\"a\":1}", "2:\u{feff}{\"b\":2}"];
        assert_eq!(pieces(Shape::Lines, input), expected);
    }

    #[test]
    fn lines_are_records_and_empty_ones_are_none() {
        let input = "{\"a\":1}\n\n  \r\n{\"b\":\"}\"}\r\nnonsense\n{\"c\":3}";
        let expected = ["1:{\"a\":1}", "4:{\"b\":\"}\"}", "5:nonsense", "6:{\"c\":3}"];
        assert_eq!(pieces(Shape::Lines, input), expected);
        assert_eq!(pieces(Shape::Sniff, input), expected);
    }

    #[test]
    fn an_array_is_cut_at_its_elements_whatever_their_layout() {
        let input = " [ {\"a\": [1, {\"x\": \"]}\"}]},\n\n {\n\"b\":\n\"\\\"}\"\n}\n, {} ] \n";
        assert_eq!(
            pieces(Shape::Sniff, input),
            ["1:{\"a\": [1, {\"x\": \"]}\"}]}", "3:{\n\"b\":\n\"\\\"}\"\n}", "7:{}"]
        );
        assert!(pieces(Shape::Sniff, "[]").is_empty());
        assert!(pieces(Shape::Sniff, " \n").is_empty());
    }

    #[test]
    fn one_object_over_several_lines_is_one_record() {
        let input = "\u{feff}{\n  \"body\": \"词典\"\n}\n{\n\"body\": 2}\n";
        assert_eq!(
            pieces(Shape::Sniff, input),
            ["1:{\n  \"body\": \"词典\"\n}", "4:{\n\"body\": 2}"]
        );
    }

    #[test]
    fn a_broken_line_does_not_touch_its_neighbours() {
        let input = "{\"a\":1}\n{\"b\":\"\n{\"c\":3}\n";
        assert_eq!(pieces(Shape::Sniff, input), ["1:{\"a\":1}", "2:{\"b\":\"", "3:{\"c\":3}"]);
    }

    #[test]
    fn a_broken_element_does_not_touch_its_neighbours() {
        let input = "[{\"a\":1},\n{oops: 1},\nnull,\n7, {\"c\":3} {\"d\":4}]";
        let expected = [
            "1:{\"a\":1}",
            "2:{oops: 1}",
            "3!this is no JSON object",
            "4!this is no JSON object",
            "4:{\"c\":3}",
            "4!a comma is missing between two records",
            "4:{\"d\":4}",
        ];
        assert_eq!(pieces(Shape::Sniff, input), expected);
    }

    #[test]
    fn a_record_that_is_too_long_is_reported_and_the_next_is_found() {
        let long = "x".repeat(100);
        let fault = "the record is longer than 64 bytes";
        let lines = format!("{{\"a\":\"{long}\"}}\n{{\"b\":2}}\n");
        let expected = [format!("1!{fault}"), "2:{\"b\":2}".to_owned()];
        assert_eq!(pieces(Shape::Lines, &lines), expected);
        let array = format!("[{{\"a\":\n\"{long}\"}},\n{{\"b\":2}}]");
        let expected = [format!("1!{fault}"), "3:{\"b\":2}".to_owned()];
        assert_eq!(pieces(Shape::Sniff, &array), expected);
    }

    #[test]
    fn an_upload_that_ends_early_says_so() {
        assert_eq!(
            pieces(Shape::Sniff, "[{\"a\":1},\n{\"b\":"),
            ["1:{\"a\":1}", "2!the upload ends in the middle of this record"]
        );
        assert_eq!(
            pieces(Shape::Sniff, "[{\"a\":1}"),
            ["1:{\"a\":1}", "1!the upload ends before the array does: `]` is missing"]
        );
        assert_eq!(pieces(Shape::Sniff, "{\"a\":1}"), ["1:{\"a\":1}"]);
        assert_eq!(
            pieces(Shape::Sniff, "[]\n{\"a\":1}"),
            ["2!something follows the end of the array"]
        );
    }
}
