//! Stands in for zhen-text until that lands.
#![allow(missing_docs, unreachable_pub, dead_code)]

pub const ANALYSIS_VERSION: u32 = 1;

#[derive(Debug, Clone, Default)]
pub struct UserDict {
    source: String,
}

#[derive(Debug, thiserror::Error)]
#[error("line {0}")]
pub struct DictError(usize);

impl UserDict {
    pub fn parse(text: &str) -> Result<Self, DictError> {
        match text.lines().position(|line| line.trim().is_empty()) {
            Some(line) => Err(DictError(line + 1)),
            None => Ok(Self { source: text.to_owned() }),
        }
    }
    pub fn checksum(&self) -> u64 {
        crate::hash::hash64(self.source.as_bytes())
    }
    pub fn source(&self) -> &str {
        &self.source
    }
}

#[derive(Debug, Default, Clone)]
pub struct Tracks {
    pub words: String,
    pub grams: String,
}

#[derive(Debug, Clone)]
pub struct Analyzer;

impl Analyzer {
    pub fn for_indexing(_: &UserDict) -> Self {
        Self
    }
    pub fn tracks(&self, text: &str, out: &mut Tracks) {
        fn push(to: &mut String, term: &str) {
            if !to.is_empty() {
                to.push(' ');
            }
            to.push_str(term);
        }
        let mut word = String::new();
        let mut last: Option<char> = None;
        for c in text.chars().chain([' ']) {
            let han = ('\u{3400}'..'\u{a000}').contains(&c);
            if c.is_alphanumeric() && !han {
                word.extend(c.to_lowercase());
            } else if !word.is_empty() {
                push(&mut out.words, &word);
                push(&mut out.grams, &word);
                word.clear();
            }
            if let Some(l) = last {
                let gram: String = if han { [l, c].iter().collect() } else { l.into() };
                push(&mut out.grams, &gram);
                push(&mut out.words, &gram);
            }
            last = han.then_some(c);
        }
    }
}

pub mod lang {
    pub fn detect(text: &str) -> Option<&'static str> {
        let han = text.chars().any(|c| ('\u{3400}'..'\u{a000}').contains(&c));
        let latin = text.chars().any(|c| c.is_ascii_alphabetic());
        if han {
            Some("zh-Hans")
        } else if latin {
            Some("en")
        } else {
            None
        }
    }
}
