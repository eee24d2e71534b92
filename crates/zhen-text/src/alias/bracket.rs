//! A bracket, what stands in it and what stands before it.

use std::ops::Range;

use super::name::{self, Shape, shape};
use super::{LONGEST_NAME, Miner, abbreviation, acronym, align};
use crate::fold::{self, Folded};
use crate::unit::is_han;

/// How far before the bracket a name is looked for, in bytes.
const WINDOW: usize = 160;
/// Longest run of Chinese looked at before a bracket, in characters.
const LONGEST_RUN: usize = 28;
/// Most names within one bracket: WHO，世界卫生组织，1948.
const MOST_PARTS: usize = 4;

/// How a bracket says that a name follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Introduced {
    /// As what the text calls it from here on, which may have nothing to do with the name: (以下称甲方).
    AsShort,
    /// As another name of the same thing.
    AsOther,
}

/// Words that say so, in the order they are tried; folded.
#[rustfmt::skip]
const INTRODUCTIONS: &[&str] = &[
    "以下简称为", "以下统一简称", "以下简称", "以下合称", "以下均称", "下文简称", "以下称", "下文称",
    "简称为", "简称", "下称", "全称为", "全称", "全名", "英文全称", "英文简称", "英文名称", "英文名",
    "英文缩写为", "英文缩写", "英文", "英语", "英译", "中文名", "中文", "缩写为", "缩写", "又称为", "又称",
    "又名", "又叫做", "又叫", "又译", "亦称", "亦名", "也称为", "也称", "也叫做", "也叫", "也译", "别名",
    "别称", "俗称", "旧称", "学名", "简写为", "简写", "略称", "即",
    "hereinafter referred to as", "hereinafter called", "hereinafter", "hereafter",
    "abbreviated as", "abbreviated to", "abbreviated", "abbr.", "short for", "commonly known as",
    "also known as", "also called", "better known as", "known as", "formerly known as", "a.k.a.",
    "aka", "in chinese", "chinese", "in english", "english", "or simply", "or",
];

/// Words at which a Chinese name before a bracket cannot go on: grammar, and verbs that introduce.
#[rustfmt::skip]
const CUTS: &[&str] = &[
    "的", "了", "是", "在", "为", "对", "被", "将", "把", "从", "到", "向", "由", "于", "而", "以", "其",
    "并", "但", "也", "就", "都", "还", "即", "则", "如", "叫", "称", "让", "使", "用", "按", "据", "经",
    "给", "及其", "以及", "或者", "称为", "叫做", "叫作", "名为", "作为", "成为", "所谓", "这个", "那个",
    "这种", "一种", "一个", "一些", "该", "本", "此", "某", "各", "每", "我们", "他们", "你", "我", "他",
    "它", "她", "有", "没有", "不", "可以", "可", "能", "会", "要", "使用", "采用", "利用", "通过", "根据",
    "按照", "依照", "关于", "对于", "基于", "属于", "位于", "包括", "包含", "例如", "比如", "就是", "不是",
    "以下", "其中", "签署", "签订", "缔结", "建立", "成立", "加入", "参加", "支持", "实现", "提供", "推动",
    "推进", "启动", "发布", "提出", "进行", "实施", "毕业", "就读", "来自", "需要", "等", "与", "和", "及",
    "或", "跟", "同", "所", "之", "着", "过", "下", "当", "时", "后", "里", "内", "个", "种", "次", "位", "这", "那", "申请", "办理", "设置",
    "设立", "依", "称作", "对其", "可选", "获得", "构建", "创建", "设", "特设", "很", "最", "更", "又", "再", "只", "才",
];

/// The words among [`CUTS`] at which a name may go on after all, where what follows says so:
/// 国家发展和改革委员会.
const SOFT: &[&str] =
    &["和", "与", "及", "或", "对", "用", "经", "会", "本", "所", "各", "同", "能"];

/// How sure it is where a run of text begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bound {
    /// A name may begin anywhere in it.
    Loose,
    /// It follows a word that no name begins before.
    Word,
    /// It follows a line break or a sign.
    Sign,
}

/// Chinese text directly before a bracket.
pub(super) struct HanRun {
    /// Folded.
    pub(super) text: String,
    /// Its words; bytes of the folded text.
    pub(super) words: Vec<Range<usize>>,
    pub(super) bound: Bound,
}

/// What is called a name, by whom.
pub(super) type Take<'a> = dyn FnMut(&str, &str) + 'a;

impl Miner<'_> {
    /// Looks at the bracket that opens at byte `open`.
    pub(super) fn at_bracket(&self, text: &str, open: usize, take: &mut Take<'_>) {
        let wide = !text[open..].starts_with('(');
        let after = &text[open + if wide { '（'.len_utf8() } else { 1 }..];
        let Some(content) = content(after) else { return };
        let Some(before) = before(text, open) else { return };
        let glued = !wide && !before.spaced;
        if glued && before.text.ends_with(|c: char| !is_han(c) && !is_closing(c)) {
            // A call, a formula, a link: f(x).
            return;
        }
        let mut parts: Vec<(&str, Option<Introduced>, Shape)> = Vec::new();
        for (at, part) in content.split(is_separator).enumerate() {
            let (part, introduced) = part_name(part);
            match shape(part) {
                Some(shape) if parts.len() < MOST_PARTS => parts.push((part, introduced, shape)),
                // What does not begin with a name is a remark.
                _ if at == 0 => return,
                _ => {}
            }
        }
        // A list of things is no list of names for one: (apples, pears, plums).
        if parts.len() > 2 && parts.iter().all(|(_, _, shape)| *shape == parts[0].2) {
            return;
        }
        let mut found = Vec::new();
        for &(part, introduced, shape) in &parts {
            if shape == Shape::Han && !self.is_plain(part) {
                continue;
            }
            if let Some(name) = self.name_before(&before, part, introduced, shape) {
                take(name, part);
                found.push(part);
            }
        }
        // The names in the brackets are names of each other too.
        if let [first, second, ..] = found.as_slice() {
            let length = |name: &str| name.chars().count();
            match length(first) > length(second) {
                true => take(first, second),
                false => take(second, first),
            }
        } else if let (
            [_],
            [(first, _, Shape::Acronym), (second, _, Shape::Words), ..]
            | [(second, _, Shape::Words), (first, _, Shape::Acronym), ..],
        ) = (found.as_slice(), parts.as_slice())
            && acronym::stands_for(first, second)
        {
            take(second, first);
        }
    }

    /// The name before the bracket that `part` is another name of.
    pub(super) fn name_before<'t>(
        &self,
        before: &Before<'t>,
        part: &str,
        introduced: Option<Introduced>,
        part_shape: Shape,
    ) -> Option<&'t str> {
        if let Some(quoted) = before.quoted {
            let fits = match (shape(quoted)?, part_shape) {
                (Shape::Words, Shape::Acronym) => acronym::stands_for(part, quoted),
                (Shape::Acronym, Shape::Words) => acronym::stands_for(quoted, part),
                (Shape::Han, _) if !self.is_plain(quoted) => false,
                (Shape::Han, Shape::Han) => self.same_han(quoted, part, introduced),
                (Shape::Han, Shape::Acronym) => self.fits_letters(quoted, part),
                (Shape::Acronym, Shape::Han) => self.fits_letters(part, quoted),
                (Shape::Han, Shape::Words) => self.fits_words(quoted, part),
                (Shape::Words, Shape::Han) => self.fits_words(part, quoted),
                (Shape::Words, Shape::Words) | (Shape::Acronym, Shape::Acronym) => false,
            };
            return fits.then_some(quoted);
        }
        let last = before.text.chars().next_back()?;
        if is_han(last) {
            return self.han_before(before.text, part, introduced, part_shape);
        }
        if !last.is_alphanumeric() {
            return None;
        }
        let latin = latin_run(before.text);
        let last_word = latin.rsplit(' ').next().unwrap_or(latin);
        match part_shape {
            Shape::Acronym => acronym::long_form(part, latin),
            Shape::Words => {
                let holds = name::is_acronym(last_word) && acronym::stands_for(last_word, part);
                holds.then_some(last_word)
            }
            Shape::Han if name::is_acronym(last_word) => {
                self.fits_letters(part, last_word).then_some(last_word)
            }
            Shape::Han => {
                let folded = fold::fold_to_string(part);
                let words = self.words(&folded);
                let words: Vec<&str> = words.iter().map(|word| &folded[word.clone()]).collect();
                let start = align::words_for_han(&self.lexicon, &words, latin)?;
                let name = &latin[start..];
                shape(name).filter(|shape| *shape == Shape::Words).map(|_| name)
            }
        }
    }

    /// The Chinese name before the bracket.
    fn han_before<'t>(
        &self,
        text: &'t str,
        part: &str,
        introduced: Option<Introduced>,
        part_shape: Shape,
    ) -> Option<&'t str> {
        let start = run_start(text);
        let folded = fold::fold(&text[start..]);
        let mut run = HanRun {
            text: folded.text().to_owned(),
            words: self.words(folded.text()),
            bound: match text[..start].chars().next_back() {
                None => Bound::Sign,
                Some(c) if c.is_alphanumeric() => Bound::Loose,
                Some(_) => Bound::Sign,
            },
        };
        let all = run.words.clone();
        run.cut(false);
        // Across 和 and the like, if the name needs what stands before.
        let mut longer = HanRun { text: run.text.clone(), words: all.clone(), bound: run.bound };
        longer.cut(true);
        let best = |find: &dyn Fn(&HanRun) -> Option<align::Start>| {
            let (short, long) = (find(&run), find(&longer));
            let better = long.filter(|long| short.is_none_or(|short| long.score > short.score));
            better.or(short).map(|start| start.at)
        };
        let name = |at: usize| &text[start..][original(&folded, at)];
        let found = match part_shape {
            Shape::Han => {
                let part = fold::fold_to_string(part);
                let borders: Vec<usize> = all.iter().map(|word| word.start).collect();
                let short = abbreviation::name_start(&part, &run.text, &borders);
                // 清华 for 清华大学 is said to be short for it; 科目一 beside 科目 is something else.
                let short =
                    short.filter(|&at| introduced.is_some() || !run.text[at..].starts_with(&part));
                let said_short =
                    introduced == Some(Introduced::AsShort) && run.bound == Bound::Sign;
                let whole = run.whole().filter(|_| said_short);
                short
                    .or_else(|| {
                        // 台积电, whose name ends with what any company's does.
                        whole.filter(|&at| abbreviation::leaves_out(&part, &run.text[at..]))
                    })
                    .or_else(|| {
                        // 北大（北京大学）: the longest end that abbreviates.
                        let mut starts = run.words.iter().map(|word| word.start);
                        starts.find(|&at| abbreviation::stands_for(&run.text[at..], &part))
                    })
                    .or_else(|| {
                        let other =
                            introduced == Some(Introduced::AsOther) && run.bound == Bound::Sign;
                        run.whole().filter(|&at| other && !run.text[at..].contains(&part))
                    })
            }
            Shape::Acronym => {
                let letters = acronym::letters(part);
                best(&|run| align::han_for_letters(&self.lexicon, &letters, run)).or_else(|| {
                    let whole = run.whole().filter(|_| run.bound == Bound::Sign)?;
                    self.fits_letters(&run.text[whole..], part).then_some(whole)
                })
            }
            Shape::Words => {
                let said = introduced == Some(Introduced::AsOther) && run.bound == Bound::Sign;
                let fits = best(&|run| align::han_for_words(&self.lexicon, part, run));
                fits.or_else(|| run.whole().filter(|_| said))
            }
        }?;
        Some(name(found)).filter(|name| shape(name) == Some(Shape::Han))
    }

    /// Whether two whole Chinese names may be names of one thing.
    fn same_han(&self, name: &str, other: &str, introduced: Option<Introduced>) -> bool {
        let (name, other) = (fold::fold_to_string(name), fold::fold_to_string(other));
        let called = introduced == Some(Introduced::AsOther);
        called || abbreviation::stands_for(&other, &name) || abbreviation::stands_for(&name, &other)
    }

    /// Whether Chinese that is said to be a name holds none of the words that no name holds.
    pub(super) fn is_plain(&self, han: &str) -> bool {
        let folded = fold::fold_to_string(han);
        let mut words = self.words(&folded).into_iter().map(|word| &folded[word]);
        !words.any(|word| CUTS.contains(&word) && !SOFT.contains(&word))
    }

    /// Whether a whole Chinese name and an acronym may be names of one thing: as long as each other,
    /// and not without any letter in common.
    fn fits_letters(&self, han: &str, acronym: &str) -> bool {
        let text = fold::fold_to_string(han);
        let words = self.words(&text);
        let run = HanRun { text, words, bound: Bound::Sign };
        let letters = acronym::letters(acronym);
        let chars = run.text.chars().count();
        let alike = chars >= letters.len().max(3) && chars <= letters.len() * 3 + 3;
        alike && align::shares_letters(&self.lexicon, &letters, &run)
    }

    /// Whether a whole Chinese name and a whole Latin one may be names of one thing.
    fn fits_words(&self, han: &str, words: &str) -> bool {
        let folded = fold::fold_to_string(han);
        let cut = self.words(&folded);
        let cut: Vec<&str> = cut.iter().map(|word| &folded[word.clone()]).collect();
        align::words_for_han(&self.lexicon, &cut, words).is_some()
    }

    /// The words of folded text; bytes.
    pub(super) fn words(&self, folded: &str) -> Vec<Range<usize>> {
        let mut words = Vec::new();
        self.analyzer.segmenter().for_each_word(folded, |word| {
            if word.whole {
                words.push(word.start..word.start + word.text.len());
            }
        });
        words
    }
}

impl HanRun {
    /// Drops what stands before the last word that no name goes on over.
    fn cut(&mut self, soft: bool) {
        let cuts = |word: &Range<usize>| {
            let word = &self.text[word.clone()];
            CUTS.contains(&word) && !(soft && SOFT.contains(&word))
        };
        if let Some(last) = self.words.iter().rposition(cuts) {
            self.words.drain(..=last);
            self.bound = Bound::Word;
        }
    }

    /// Where it begins, if it is not empty.
    fn whole(&self) -> Option<usize> {
        self.words.first().map(|word| word.start)
    }
}

fn original(folded: &Folded<'_>, start: usize) -> Range<usize> {
    folded.original_range(start..folded.text().len())
}

/// What stands before a bracket.
pub(super) struct Before<'t> {
    /// The line up to the bracket, at most [`WINDOW`] bytes, without blanks at its end.
    text: &'t str,
    /// A name in quotation marks or marks of emphasis directly before the bracket.
    quoted: Option<&'t str>,
    /// Whether a blank stands between.
    pub(super) spaced: bool,
}

pub(super) fn before(text: &str, open: usize) -> Option<Before<'_>> {
    let mut from = open.saturating_sub(WINDOW);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let window = &text[from..open];
    // A name may be broken between two lines, but not over an empty one.
    let window = match window.rfind("\n\n") {
        Some(at) => &window[at + 2..],
        None => window,
    };
    let trimmed = window.trim_end_matches([' ', '\n', '\u{3000}']);
    if window.len() - trimmed.len() > 3 || trimmed.is_empty() {
        return None;
    }
    let spaced = window.len() > trimmed.len();
    let quoted = quoted(trimmed);
    if quoted.is_none() && trimmed.ends_with(|c: char| !c.is_alphanumeric()) {
        return None;
    }
    Some(Before { text: trimmed, quoted, spaced })
}

/// The content of marks that `text` ends with.
fn quoted(text: &str) -> Option<&str> {
    const MARKS: [(&str, &str); 8] = [
        ("“", "”"),
        ("「", "」"),
        ("『", "』"),
        ("《", "》"),
        ("〈", "〉"),
        ("**", "**"),
        ("\"", "\""),
        ("*", "*"),
    ];
    MARKS.iter().find_map(|(opens, closes)| {
        let inner = text.strip_suffix(closes)?;
        let start = inner.rfind(opens)? + opens.len();
        let inner = &inner[start..];
        (!inner.is_empty() && inner.len() <= LONGEST_NAME && !inner.contains('\n')).then_some(inner)
    })
}

fn is_closing(c: char) -> bool {
    matches!(c, '”' | '」' | '』' | '》' | '〉' | '"' | '*')
}

/// The text up to the bracket's end, if it may hold a name.
fn content(after: &str) -> Option<&str> {
    let mut end = (LONGEST_NAME * 2).min(after.len());
    while !after.is_char_boundary(end) {
        end -= 1;
    }
    let end = after[..end]
        .find([')', '）', '(', '（', '\n', '{', '}', '=', '<', '>', '`', '\\', '#', '$', '%'])?;
    let closed = after[end..].starts_with([')', '）']);
    let content = after[..end].trim();
    (closed && content.chars().nth(1).is_some()).then_some(content)
}

fn is_separator(c: char) -> bool {
    matches!(c, ',' | '，' | ';' | '；' | '、' | '|' | '/' | '／')
}

/// What a part of a bracket names, without what introduces it and its quotation marks; and
/// how it was introduced.
pub(super) fn part_name(part: &str) -> (&str, Option<Introduced>) {
    let mut rest = part.trim();
    let mut introduced = None;
    // 以下 may be followed by 简称: twice.
    for _ in 0..2 {
        let Some((after, how)) = after_introduction(rest) else { break };
        rest = after.trim_start_matches([':', '：', ' ', '为', '為', '作']);
        introduced = introduced.or(Some(how));
    }
    (rest.trim_matches(|c: char| is_quotation(c) || c.is_whitespace()), introduced)
}

fn after_introduction(text: &str) -> Option<(&str, Introduced)> {
    let folded = fold::fold(text);
    let word = INTRODUCTIONS.iter().find(|word| {
        let rest = folded.text().strip_prefix(**word);
        // A Latin word ends where letters do.
        rest.is_some_and(|rest| !word.is_ascii() || !rest.starts_with(char::is_alphanumeric))
    })?;
    let short = ["以下", "下", "简称", "缩写", "简写", "略称", "here", "abbr", "short"];
    let how = match short.iter().any(|start| word.starts_with(start)) {
        true => Introduced::AsShort,
        false => Introduced::AsOther,
    };
    Some((&text[folded.original_range(0..word.len()).end..], how))
}

fn is_quotation(c: char) -> bool {
    matches!(
        c,
        '"' | '\''
            | '“'
            | '”'
            | '‘'
            | '’'
            | '「'
            | '」'
            | '『'
            | '』'
            | '《'
            | '》'
            | '*'
            | '_'
    )
}

/// Where the run of Chinese begins that `text` ends with.
pub(super) fn run_start(text: &str) -> usize {
    let fits = |c: &char| is_han(*c) || matches!(c, '·' | '・');
    let run: usize =
        text.chars().rev().take(LONGEST_RUN).take_while(fits).map(char::len_utf8).sum();
    text.len() - run
}

/// The run of Latin words that `text` ends with: up to a sign that ends a phrase, or to Chinese.
pub(super) fn latin_run(text: &str) -> &str {
    let start = text
        .char_indices()
        .rev()
        .find(|&(at, c)| {
            let inside = c.is_alphanumeric() && !is_han(c)
                || c.is_whitespace()
                || matches!(c, '-' | '–' | '\'' | '’' | '&' | '/')
                // An abbreviation within a name: St. Louis.
                || c == '.' && !text[at + 1..].starts_with(['\n']) && text[..at].ends_with(|c: char| c.is_alphabetic()) && at > 2 && text[..at].rsplit(|c: char| !c.is_alphabetic()).next().is_some_and(|word| word.len() <= 2);
            !inside
        })
        .map_or(0, |(at, c)| at + c.len_utf8());
    text[start..].trim_start()
}
