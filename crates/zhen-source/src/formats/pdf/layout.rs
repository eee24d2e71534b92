//! Glyphs that stand somewhere on a page to lines, and lines to paragraphs.
//!
//! Lengths are those of the page. Lines stay in the order in which the file draws them, which is
//! that of reading in nearly every file, with one column after the other.

/// Where a glyph stands, seen in the direction of its line: horizontal text reads along `x`, vertical
/// text downwards.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Unit vector of the direction.
    direction: (f64, f64),
    /// How far along the line it begins, and the next one after it.
    start: f64,
    end: f64,
    /// How far down the page its line is.
    down: f64,
    /// Size of the font.
    size: f64,
}

impl Place {
    /// The place of a glyph whose unit square is drawn with `matrix`; the next one is `advance` of
    /// its size away.
    pub(super) fn new(matrix: [f64; 6], advance: f64, is_vertical: bool) -> Self {
        let [a, b, c, d, x, y] = matrix;
        let along = if is_vertical { (-c, -d) } else { (a, b) };
        let length = along.0.hypot(along.1);
        let direction = (along.0 / length, along.1 / length);
        let start = x * direction.0 + y * direction.1;
        Self {
            direction,
            start,
            end: start + advance * length,
            down: x * direction.1 - y * direction.0,
            size: if is_vertical { a.hypot(b) } else { c.hypot(d) },
        }
    }

    fn is_sound(&self) -> bool {
        [self.start, self.end, self.down, self.size].iter().all(|length| length.is_finite())
            && self.size > 0.0
    }
}

/// A line of text.
#[derive(Debug, Clone)]
pub(super) struct Line {
    text: String,
    direction: (f64, f64),
    left: f64,
    right: f64,
    down: f64,
    size: f64,
    /// By how many characters this size is ahead of others.
    lead: usize,
    /// Where the last glyph began, and how many bytes of text it has.
    last: (f64, usize),
}

impl Line {
    fn has_direction_of(&self, direction: (f64, f64)) -> bool {
        self.direction.0 * direction.0 + self.direction.1 * direction.1 > 0.99
    }

    fn has_size(&self, size: f64) -> bool {
        (self.size / size - 1.0).abs() < 0.12
    }

    /// Whether `next` can be the line below this one in the same column.
    fn is_above(&self, next: &Self) -> bool {
        let pitch = (next.down - self.down) / self.size;
        self.has_direction_of(next.direction)
            && self.has_size(next.size)
            && (0.3..2.5).contains(&pitch)
            && next.left < self.right
            && self.left < next.right
    }

    /// How wide the first word is, or the first ideograph and the marks that may not be without it.
    fn first_word(&self) -> f64 {
        let mut chars = self.text.chars();
        let wide = chars.next().is_some_and(is_wide);
        let is_more = |c: &char| match wide {
            true => is_closing(*c),
            false => !c.is_whitespace() && !is_wide(*c),
        };
        let characters = 1 + chars.take_while(is_more).count();
        if wide {
            return characters as f64 * self.size;
        }
        let all = self.text.chars().count().max(1);
        (self.right - self.left) * characters as f64 / all as f64
    }
}

/// Lines of a page under construction.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: Vec<Line>,
}

impl Lines {
    /// Adds the text of a glyph.
    pub(super) fn push(&mut self, text: &str, place: Place) {
        if !place.is_sound() {
            return;
        }
        let text: String = text.chars().filter_map(shown).collect();
        if let Some(line) = self.lines.last_mut()
            && line.takes(&place)
        {
            line.add(&text, &place);
        } else if !text.trim().is_empty() {
            self.lines.push(Line::new(text, &place));
        }
    }

    /// The paragraphs that the lines make.
    pub(super) fn paragraphs(self) -> Vec<Paragraph> {
        let mut lines: Vec<Line> = Vec::with_capacity(self.lines.len());
        for mut line in self.lines {
            line.text.truncate(line.text.trim_end().len());
            // Bold type is made by drawing a line again, a little aside.
            let is_again = |other: &Line| {
                other.text == line.text
                    && (other.left - line.left).abs() < 0.3 * line.size
                    && (other.down - line.down).abs() < 0.3 * line.size
            };
            if !lines.last().is_some_and(is_again) {
                lines.push(line);
            }
        }
        let pitch = usual_pitch(&lines);
        let edges = edges(&lines);
        let mut paragraphs: Vec<Paragraph> = Vec::new();
        let mut is_first = true;
        for (at, line) in lines.iter().enumerate() {
            let end = match at.checked_sub(1) {
                Some(before) => end_of(&lines[before], line, edges[before], pitch, is_first),
                None => End::Paragraph,
            };
            is_first = end != End::None;
            match paragraphs.last_mut() {
                Some(paragraph) if end == End::None => paragraph.join(&line.text),
                _ => paragraphs.push(Paragraph {
                    text: line.text.clone(),
                    size: line.size,
                    first_line: line.text.len(),
                    is_apart: end == End::Paragraph,
                }),
            }
        }
        paragraphs
    }
}

impl Line {
    fn new(text: String, place: &Place) -> Self {
        Self {
            last: (place.start, text.len()),
            lead: text.chars().count(),
            text,
            direction: place.direction,
            left: place.start,
            right: place.end,
            down: place.down,
            size: place.size,
        }
    }

    /// Whether a glyph goes on with this line.
    fn takes(&self, place: &Place) -> bool {
        let size = self.size.max(place.size);
        // Signs above and below the line are smaller.
        self.has_direction_of(place.direction)
            && (self.down - place.down).abs() < 0.45 * size
            && place.start > self.last.0 - 0.4 * size
            && place.start > self.right - size
    }

    fn add(&mut self, text: &str, place: &Place) {
        let (start, length) = self.last;
        // Bold type is made by drawing a glyph again, a little aside.
        if !text.is_empty()
            && self.text[self.text.len() - length..] == *text
            && place.start - start < 0.1 * place.size
        {
            return;
        }
        let gap = (place.start - self.right) / place.size;
        if let (Some(before), Some(after)) = (self.text.chars().next_back(), text.chars().next()) {
            let least = if is_wide(before) && is_wide(after) { 1.0 } else { 0.13 };
            if gap > least && before != ' ' && after != ' ' {
                self.text.push(' ');
            }
        }
        self.text.push_str(text);
        self.last = (place.start, text.len());
        self.right = self.right.max(place.end);
        // The size of most of the text is that of the line.
        let characters = text.chars().count();
        if self.has_size(place.size) {
            self.lead += characters;
        } else if self.lead >= characters {
            self.lead -= characters;
        } else {
            (self.size, self.down, self.lead) = (place.size, place.down, characters);
        }
    }
}

/// How far lines are apart on a page, in parts of their size.
fn usual_pitch(lines: &[Line]) -> Option<f64> {
    let mut pitches: Vec<f64> = lines
        .windows(2)
        .filter(|pair| pair[0].is_above(&pair[1]))
        .map(|pair| (pair[1].down - pair[0].down) / pair[0].size)
        .collect();
    pitches.sort_unstable_by(f64::total_cmp);
    pitches.get(pitches.len() / 2).copied()
}

/// For each line how far lines of its column reach.
fn edges(lines: &[Line]) -> Vec<f64> {
    /// Each line of a page is compared with each other; a page with more is no page of a book.
    const MOST_COMPARED: usize = 1000;
    let mut edges = Vec::with_capacity(lines.len());
    for column in lines.chunk_by(Line::is_above) {
        let farthest = column.iter().map(|line| line.right).fold(f64::NEG_INFINITY, f64::max);
        edges.extend(column.iter().map(|line| match lines.len() {
            ..=MOST_COMPARED => common_edge(line, lines).unwrap_or(farthest),
            _ => farthest,
        }));
    }
    edges
}

/// Where lines of the page that stand above or below `line` commonly end, where they do: those of
/// justified text, with and without indentation.
fn common_edge(line: &Line, lines: &[Line]) -> Option<f64> {
    let is_in_column = |other: &&Line| {
        other.has_direction_of(line.direction)
            && other.has_size(line.size)
            && other.left < line.right
            && line.left < other.right
    };
    let mut ends: Vec<f64> = lines.iter().filter(is_in_column).map(|line| line.right).collect();
    ends.sort_unstable_by(f64::total_cmp);
    let alike = |at: usize| ends[at..].partition_point(|&end| end < ends[at] + line.size);
    let (at, count) = (0..ends.len()).map(|at| (at, alike(at))).max_by_key(|&(_, count)| count)?;
    // Within a character, as marks may hang out of the column. Short lines may end alike too, those
    // of a list; then many reach farther.
    let beyond = ends.len() - at - count;
    (count > 1 && count * 6 > ends.len() && beyond < count).then(|| ends[at + count - 1])
}

/// What ends with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// Nothing: the next one goes on with its sentence.
    None,
    Line,
    Paragraph,
}

/// What ends with `line`, after which `next` is drawn. `edge` is how far the lines of its column
/// reach, `pitch` how far lines are usually apart, and `is_first` whether a paragraph begins with it.
fn end_of(line: &Line, next: &Line, edge: f64, pitch: Option<f64>, is_first: bool) -> End {
    let size = line.size;
    let farthest = pitch.map_or(2.2, |pitch| pitch * 1.25);
    if !line.is_above(next) || (next.down - line.down) / size > farthest {
        return End::Paragraph;
    }
    // An entry of a table of contents ends at the edge, with the number of its page.
    if next.text.starts_with(BULLETS) || LEADERS.iter().any(|dots| line.text.contains(dots)) {
        return End::Line;
    }
    let is_centred = (line.left + line.right - next.left - next.right).abs() < size;
    if is_centred && (line.left - next.left).abs() > 0.5 * size {
        return End::None;
    }
    if !is_first && next.left > line.left + 0.9 * size {
        return End::Paragraph;
    }
    // The next word and the space before it would have had room, and more than a little.
    if line.right + 0.75 * size + next.first_word() < edge {
        return End::Line;
    }
    End::None
}

/// Dots that lead the eye.
const LEADERS: [&str; 4] = [". . . .", "......", "······", "………"];
const BULLETS: [char; 12] = ['•', '◦', '●', '○', '■', '□', '▪', '▫', '◆', '◇', '►', '·'];

/// A paragraph, or a line that goes on with nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Paragraph {
    pub(super) text: String,
    /// Size of its type.
    pub(super) size: f64,
    /// Length of its first line in bytes.
    pub(super) first_line: usize,
    /// Whether it is set apart from what stands before it.
    pub(super) is_apart: bool,
}

impl Paragraph {
    /// Goes on with the text of the next line.
    pub(super) fn join(&mut self, line: &str) {
        let (Some(before), Some(after)) = (self.text.chars().next_back(), line.chars().next())
        else {
            self.text.push_str(line);
            return;
        };
        let is_hyphen = matches!(before, '-' | '\u{2010}' | '\u{AD}');
        let stem = &self.text[..self.text.len() - before.len_utf8()];
        if before == '\u{AD}'
            || is_hyphen && after.is_lowercase() && stem.ends_with(char::is_lowercase)
        {
            self.text.truncate(stem.len());
        } else if !is_hyphen && !is_wide(before) && !is_wide(after) {
            self.text.push(' ');
        }
        self.text.push_str(line);
    }
}

/// Whether a character is as wide as it is high and stands next to others without a space.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c),
        0x2E80..=0x312F | 0x31A0..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0xFE30..=0xFE4F
        | 0xFF01..=0xFF60 | 0x20000..=0x3FFFF)
}

/// Whether a mark may not begin a line.
fn is_closing(c: char) -> bool {
    "，。、；：？！）】》」』〕”’…—％".contains(c)
}

/// A character as it is put into the text; `None` for what shows nothing.
fn shown(c: char) -> Option<char> {
    match c {
        // The bullet of symbol fonts, and their other signs.
        '\u{F0B7}' => Some('•'),
        '\u{F000}'..='\u{F0FF}' | '\u{FFFD}' | '\u{FEFF}' => None,
        '\t' | '\n' | '\r' | '\u{A0}' => Some(' '),
        c if c.is_control() => None,
        c => Some(c),
    }
}
