//! Pairing of quotation marks and of parentheses, before anything else is read.

use crate::chars::Source;
use crate::notes::Notes;

/// Parentheses nested deeper than this are read as text.
pub const MAX_DEPTH: usize = 64;

/// No partner.
const NONE: usize = usize::MAX;

/// Which quotation marks and parentheses belong together, by character index.
pub(crate) struct Pairs {
    /// For the mark that opens a phrase: the index of the mark that closes it.
    quote_close: Vec<usize>,
    /// For a parenthesis that groups: its partner's index.
    paren_mate: Vec<usize>,
    /// Running count of white space and phrase openings, to ask whether a range holds one.
    breaks: Vec<u32>,
}

impl Pairs {
    pub(crate) fn new(source: &Source<'_>, notes: &mut Notes) -> Self {
        let quote_close = pair_quotes(source, notes);
        let paren_mate = pair_parens(source, &quote_close, notes);
        let mut breaks = Vec::with_capacity(source.len() + 1);
        let mut count = 0;
        breaks.push(count);
        for (index, c) in source.chars.iter().enumerate() {
            count += u32::from(c.is_whitespace() || quote_close[index] != NONE);
            breaks.push(count);
        }
        Self { quote_close, paren_mate, breaks }
    }

    /// Where the phrase closes that opens at `index`, if one does.
    pub(crate) fn phrase(&self, index: usize) -> Option<usize> {
        self.quote_close.get(index).copied().filter(|&close| close != NONE)
    }

    /// The partner of the grouping parenthesis at `index`, before or after it.
    pub(crate) fn paren(&self, index: usize) -> Option<usize> {
        self.paren_mate.get(index).copied().filter(|&mate| mate != NONE)
    }

    /// Whether `start..end` holds neither white space nor a phrase.
    pub(crate) fn unbroken(&self, start: usize, end: usize) -> bool {
        self.breaks[start] == self.breaks[end]
    }
}

/// Quotation marks by how they pair. Marks of one kind pair only among themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// `"`: opens and closes; two in a row inside a phrase stand for one.
    Straight,
    /// “ ” „ ‟: directed, but often typed the wrong way round.
    CurlyOpen,
    CurlyClose,
    /// 「 『 « and the like: directed.
    Open(u8),
    Close(u8),
}

/// Number of kinds of `Mark::Open`.
const KINDS: usize = 6;

fn mark(c: char) -> Option<Mark> {
    Some(match c {
        '"' => Mark::Straight,
        '“' | '„' | '‟' => Mark::CurlyOpen,
        '”' => Mark::CurlyClose,
        '「' | '｢' => Mark::Open(0),
        '」' | '｣' => Mark::Close(0),
        '『' => Mark::Open(1),
        '』' => Mark::Close(1),
        '«' => Mark::Open(2),
        '»' => Mark::Close(2),
        '﹁' => Mark::Open(3),
        '﹂' => Mark::Close(3),
        '﹃' => Mark::Open(4),
        '﹄' => Mark::Close(4),
        '〝' => Mark::Open(5),
        '〞' | '〟' => Mark::Close(5),
        _ => return None,
    })
}

/// Whether `c`, narrowed, is one of the quotation marks that may enclose a phrase.
pub(crate) fn is_quotation_mark(c: char) -> bool {
    mark(c).is_some()
}

/// For each character that opens a phrase, the index of its closing mark.
///
/// Directed marks nest within their kind, so `「他说「好」」` is one phrase. Straight marks close at
/// the next single one. Curly marks without a partner pair with each other, then with a lone
/// straight one, because input methods easily give `”国美”` or `“国美"`. What is left is text.
/// Every mark is looked at a bounded number of times.
fn pair_quotes(source: &Source<'_>, notes: &mut Notes) -> Vec<usize> {
    let mut close_of = vec![NONE; source.len()];
    let marks: Vec<(usize, Mark)> = source
        .chars
        .iter()
        .enumerate()
        .filter_map(|(index, &c)| mark(c).map(|kind| (index, kind)))
        .collect();
    if marks.is_empty() {
        return close_of;
    }
    let directed = pair_directed(source, &marks);
    let straight = StraightRuns::new(&marks);
    // For each mark, the first curly one after it that has no partner.
    let mut lone_curly_after = vec![NONE; marks.len()];
    let mut lone_straight_after = vec![NONE; marks.len()];
    let (mut lone_curly, mut last_straight, mut straight_count) = (NONE, NONE, 0usize);
    for (at, &(_, kind)) in marks.iter().enumerate().rev() {
        lone_curly_after[at] = lone_curly;
        // An even number of straight marks will pair among themselves.
        lone_straight_after[at] = if straight_count % 2 == 1 { last_straight } else { NONE };
        match kind {
            Mark::CurlyOpen | Mark::CurlyClose if directed[at] == NONE => lone_curly = at,
            Mark::Straight => {
                last_straight = at;
                straight_count += 1;
            }
            _ => {}
        }
    }

    let mut at = 0;
    while at < marks.len() {
        let (index, kind) = marks[at];
        let close = match kind {
            _ if directed[at] != NONE && directed[at] > at => directed[at],
            Mark::Straight | Mark::CurlyOpen | Mark::CurlyClose if is_inch_mark(source, index) => {
                at += 1;
                continue;
            }
            Mark::Straight => match straight.close(at) {
                NONE => lone_curly_after[at],
                close => close,
            },
            Mark::CurlyOpen | Mark::CurlyClose => match lone_curly_after[at] {
                NONE => lone_straight_after[at],
                close => close,
            },
            Mark::Open(_) | Mark::Close(_) => NONE,
        };
        if close == NONE {
            let shown = source.slice(index, index + 1);
            notes.add(
                source.span(index, index + 1),
                format!("The quotation mark {shown} has no partner; it was read as text."),
            );
            at += 1;
        } else {
            let close_index = marks[close].0;
            if source.chars[index + 1..close_index].iter().all(|c| c.is_whitespace()) {
                notes.add(
                    source.span(index, close_index + 1),
                    "There is nothing between the quotation marks; they were read as text."
                        .to_owned(),
                );
            } else {
                close_of[index] = close_index;
            }
            at = close + 1;
        }
    }
    close_of
}

/// For each directed mark the index (into `marks`) of its partner, by a stack for each kind.
fn pair_directed(source: &Source<'_>, marks: &[(usize, Mark)]) -> Vec<usize> {
    let mut partner = vec![NONE; marks.len()];
    let mut curly: Vec<usize> = Vec::new();
    let mut open: [Vec<usize>; KINDS] = Default::default();
    for (at, &(index, kind)) in marks.iter().enumerate() {
        let opener = match kind {
            Mark::Straight => None,
            Mark::CurlyOpen => {
                // „German“ closes with the mark that opens elsewhere.
                let low = |&opener: &usize| source.at(marks[opener].0) == '„';
                if source.at(index) == '“' && curly.last().is_some_and(low) {
                    curly.pop()
                } else {
                    curly.push(at);
                    None
                }
            }
            Mark::CurlyClose => curly.pop(),
            Mark::Open(kind) => {
                open[usize::from(kind)].push(at);
                None
            }
            Mark::Close(kind) => open[usize::from(kind)].pop(),
        };
        if let Some(opener) = opener {
            partner[opener] = at;
            partner[at] = opener;
        }
    }
    partner
}

/// Where a straight quotation mark closes. Adjacent straight marks form runs: inside a phrase each
/// two of a run stand for one mark of text, so a phrase closes at the end of the next run that
/// has an odd number.
struct StraightRuns {
    /// For each straight mark: marks left in its run, itself included.
    left: Vec<usize>,
    /// For each mark: the last mark of the next odd run that begins after this mark's run.
    odd_after: Vec<usize>,
    /// For each mark: the next straight mark.
    next: Vec<usize>,
}

impl StraightRuns {
    fn new(marks: &[(usize, Mark)]) -> Self {
        let count = marks.len();
        let mut runs =
            Self { left: vec![0; count], odd_after: vec![NONE; count], next: vec![NONE; count] };
        let (mut next_straight, mut odd) = (NONE, NONE);
        for at in (0..count).rev() {
            runs.next[at] = next_straight;
            runs.odd_after[at] = odd;
            if marks[at].1 != Mark::Straight {
                continue;
            }
            let goes_on = at + 1 < count && marks[at + 1] == (marks[at].0 + 1, Mark::Straight);
            if goes_on {
                runs.left[at] = runs.left[at + 1] + 1;
                runs.odd_after[at] = runs.odd_after[at + 1];
            } else {
                runs.left[at] = 1;
            }
            next_straight = at;
            let begins = at == 0 || marks[at - 1] != (marks[at].0.wrapping_sub(1), Mark::Straight);
            if begins && runs.left[at] % 2 == 1 {
                odd = at + runs.left[at] - 1;
            }
        }
        runs
    }

    /// The mark that closes the phrase opened by the straight mark `at`, or `NONE`.
    fn close(&self, at: usize) -> usize {
        let behind = self.left[at] - 1;
        if behind % 2 == 1 {
            return at + behind;
        }
        match self.odd_after[at] {
            NONE => self.next[at],
            close => close,
        }
    }
}

/// Whether the quotation mark at `index` means inches, as in `24" monitor`: right after a digit,
/// and a word ends there. Such a mark never opens a phrase; it may close one.
fn is_inch_mark(source: &Source<'_>, index: usize) -> bool {
    let after_digit = index > 0 && source.at(index - 1).is_ascii_digit();
    let next = source.at(index + 1);
    after_digit && (next.is_whitespace() || matches!(next, ',' | ';' | ')' | '、' | '。' | '×'))
}

/// For each parenthesis outside phrases its partner. Strays and those beyond [`MAX_DEPTH`] have
/// none.
fn pair_parens(source: &Source<'_>, quote_close: &[usize], notes: &mut Notes) -> Vec<usize> {
    let mut mate = vec![NONE; source.len()];
    let mut open: Vec<usize> = Vec::new();
    let mut too_deep: Option<(usize, usize)> = None;
    let mut strays: Vec<usize> = Vec::new();
    let mut index = 0;
    while index < source.len() {
        match source.at(index) {
            _ if quote_close[index] != NONE => index = quote_close[index],
            '(' => open.push(index),
            ')' => match open.pop() {
                None => strays.push(index),
                Some(opener) if open.len() < MAX_DEPTH => {
                    mate[opener] = index;
                    mate[index] = opener;
                }
                Some(opener) => {
                    let (start, end) = too_deep.unwrap_or((opener, index));
                    too_deep = Some((start.min(opener), end.max(index)));
                }
            },
            _ => {}
        }
        index += 1;
    }
    strays.append(&mut open);
    for stray in strays {
        let shown = source.slice(stray, stray + 1);
        notes.add(
            source.span(stray, stray + 1),
            format!("The parenthesis {shown} has no partner; it was read as text."),
        );
    }
    if let Some((start, end)) = too_deep {
        notes.add(
            source.span(start, end + 1),
            format!(
                "Parentheses nest deeper than {MAX_DEPTH} levels; the inner ones were read as text."
            ),
        );
    }
    mate
}

/// The content of a phrase whose straight quotation marks were doubled to stand for one.
pub(crate) fn undouble(content: &str, opened_by: char) -> String {
    if opened_by != '"' {
        return content.to_owned();
    }
    let mut plain = String::with_capacity(content.len());
    let mut chars = content.chars().peekable();
    while let Some(c) = chars.next() {
        plain.push(c);
        let straight = |c: char| crate::chars::narrow(c) == '"';
        if straight(c) && chars.peek().is_some_and(|&next| straight(next)) {
            chars.next();
        }
    }
    plain
}

/// `text` in quotation marks, so that it is read as one phrase whatever it holds.
///
/// Marks inside are doubled, as in CSV: `say "hi"` becomes `"say ""hi"""`.
///
/// ```
/// assert_eq!(zhen_query::quote("词典"), "\"词典\"");
/// assert_eq!(zhen_query::quote("say \"hi\""), "\"say \"\"hi\"\"\"");
/// ```
#[must_use]
pub fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        quoted.push(c);
        if crate::chars::narrow(c) == '"' {
            quoted.push(c);
        }
    }
    quoted.push('"');
    quoted
}
