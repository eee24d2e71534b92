//! HTML: the main text of a page, its title, language and headings.

mod elements;

use std::borrow::Cow;

use crate::document::Document;
use crate::lines::short_line;
use crate::markup::entities;
use crate::markup::flow::{Flow, Gap};
use crate::markup::tokens::{Attributes, Dialect, Token, Tokens};
use crate::record::{normalise_lang, split_tags};
use crate::time::normalise_time;
use elements::{ends_by_itself, gap_of, heading_level, is_furniture, is_main, is_void};

/// Which parts of a page are left out. Tried in this order until one leaves text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Scope {
    /// All but what stands in `main`.
    Main,
    /// Navigation, banners, forms, what is hidden.
    Page,
    /// Only what is no text: scripts and styles.
    Everything,
}

/// Bytes of text below which the `main` part of a page is not believed to be its main part.
const LEAST_MAIN_BYTES: usize = 64;

/// Reads a page.
///
/// The body holds the main text: `nav`, `script`, `style`, `template`, banners and hidden parts are left
/// out, as are ruby annotations, which would stand within words. So are choices (`select`, `datalist`),
/// of which a reader sees one, and `noscript`, of which a reader sees nothing. Texts of buttons and the
/// `alt` texts of images are taken. Where `main` exists it is the text. A page whose structure is too
/// broken for that, or without any other text, is taken as a whole.
pub(crate) fn read(text: &str, document: &mut Document) {
    let dialect =
        if text.trim_start().starts_with("<?xml") { Dialect::Xhtml } else { Dialect::Html };
    let first = if has_main(text) { Scope::Main } else { Scope::Page };
    for scope in [Scope::Main, Scope::Page, Scope::Everything] {
        if scope < first {
            continue;
        }
        let mut page = Page::new(text, scope, dialect);
        page.read(Tokens::new(text, dialect));
        let enough = match scope {
            Scope::Main => page.flow.len() >= LEAST_MAIN_BYTES && page.skipping.is_none(),
            Scope::Page => !page.flow.is_empty() && page.skipping.is_none(),
            Scope::Everything => true,
        };
        if enough {
            page.finish(document);
            return;
        }
    }
}

/// Whether a `main` element or role occurs at all.
fn has_main(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), b"<main").is_some()
        || memchr::memmem::find(text.as_bytes(), b"role=\"main\"").is_some()
}

/// An element being passed over or taken: its name and how many of that name are open.
struct Open<'t> {
    name: Cow<'t, str>,
    depth: u32,
}

struct Page<'t> {
    scope: Scope,
    flow: Flow<'t>,
    /// The element whose content is left out.
    skipping: Option<Open<'t>>,
    /// The `main` that is open.
    main: Option<Open<'t>>,
    /// Open `article`, `section` and `main` elements: a `header` or `footer` in one is the text's.
    sections: u32,
    /// Open `pre` elements.
    preformatted: u32,
    in_title: bool,
    title: String,
    first_heading: String,
    main_heading: bool,
    dialect: Dialect,
    facts: Facts,
}

/// What a page says about itself.
#[derive(Default)]
struct Facts {
    lang: Option<String>,
    url: Option<String>,
    time: Option<String>,
    tags: Vec<String>,
    description: Option<String>,
}

impl<'t> Page<'t> {
    fn new(text: &'t str, scope: Scope, dialect: Dialect) -> Self {
        Self {
            scope,
            flow: Flow::new(text),
            skipping: None,
            main: None,
            sections: 0,
            preformatted: 0,
            in_title: false,
            title: String::new(),
            first_heading: String::new(),
            main_heading: false,
            dialect,
            facts: Facts::default(),
        }
    }

    fn read(&mut self, tokens: Tokens<'t>) {
        for token in tokens {
            match token {
                Token::Start { name, attributes, closed } => self.start(name, attributes, closed),
                Token::End { name } => self.end(&name),
                Token::Text { raw, at } => self.text(raw, at),
                Token::Literal { text, at } if self.takes_text() => self.flow.literal(text, at),
                Token::Literal { .. } => {}
            }
        }
    }

    fn takes_text(&self) -> bool {
        self.skipping.is_none() && (self.scope != Scope::Main || self.main.is_some())
    }

    fn text(&mut self, raw: &str, at: usize) {
        if self.in_title {
            if self.title.is_empty() {
                self.title = short_line(&entities::decode(raw));
            }
        } else if self.takes_text() {
            if self.preformatted > 0 {
                self.flow.preformatted(raw, at);
            } else {
                self.flow.text(raw, at);
            }
        }
    }

    fn start(&mut self, name: Cow<'t, str>, attributes: Attributes<'t>, closed: bool) {
        let void = closed || is_void(&name);
        if let Some(open) = &mut self.skipping {
            if open.name == name && !void {
                open.depth += 1;
            }
            return;
        }
        // A title that nothing closes ends where something else begins.
        self.in_title = name == "title" && !closed;
        match name.as_ref() {
            "html" | "body" => self.facts.note_lang(attributes),
            "meta" => self.facts.note_meta(attributes),
            "link" => self.facts.note_link(attributes),
            _ => {}
        }
        if !void && self.is_left_out(&name, attributes) {
            // What is left out does not join what stands around it, unless within a word.
            if !matches!(name.as_ref(), "rt" | "rp" | "rtc") {
                self.flow.gap(Gap::Space);
            }
            self.skipping = Some(Open { name, depth: 1 });
            return;
        }
        match &mut self.main {
            Some(open) if open.name == name && !void => open.depth += 1,
            None if !void && is_main(&name, attributes) => {
                self.main = Some(Open { name: name.clone(), depth: 1 });
            }
            _ => {}
        }
        self.flow.gap(gap_of(&name));
        if name == "img" && self.takes_text() && !is_furniture(attributes) {
            self.alternative(attributes);
        }
        if void {
            return;
        }
        match name.as_ref() {
            "pre" | "listing" => self.preformatted += 1,
            "article" | "section" | "main" => self.sections += 1,
            _ if heading_level(&name).is_some() => {
                self.flow.begin_heading();
                self.main_heading = name == "h1";
            }
            _ => {}
        }
    }

    /// The text in place of an image, as words of their own.
    fn alternative(&mut self, image: Attributes<'t>) {
        let text = short_line(&image.get("alt").unwrap_or_default());
        if !text.is_empty() {
            self.flow.gap(Gap::Space);
            self.flow.literal(&text, image.at());
            self.flow.gap(Gap::Space);
        }
    }

    fn end(&mut self, name: &str) {
        if let Some(open) = &mut self.skipping {
            if open.name == name {
                open.depth -= 1;
                if open.depth == 0 {
                    self.skipping = None;
                }
            }
            return;
        }
        match name {
            "title" => self.in_title = false,
            "pre" | "listing" => self.preformatted = self.preformatted.saturating_sub(1),
            "article" | "section" | "main" => self.sections = self.sections.saturating_sub(1),
            _ if heading_level(name).is_some() => {
                let heading = self.flow.end_heading().map(short_line);
                if let Some(heading) = heading
                    && self.first_heading.is_empty()
                    && self.main_heading
                {
                    self.first_heading = heading;
                }
            }
            _ => {}
        }
        self.flow.gap(gap_of(name));
        if let Some(open) = &mut self.main
            && open.name == name
        {
            open.depth -= 1;
            if open.depth == 0 {
                self.main = None;
            }
        }
    }

    fn is_left_out(&self, name: &str, attributes: Attributes<'_>) -> bool {
        match name {
            "script" | "style" | "iframe" | "noframes" => return true,
            "rt" | "rp" | "rtc" | "template" | "svg" | "select" | "datalist" | "noscript"
            | "object" | "audio" | "video" | "canvas" | "dialog"
                if self.scope != Scope::Everything =>
            {
                return true;
            }
            // Self-closing `title` apart, XHTML has nothing in a head that is text.
            "nav" if self.scope != Scope::Everything => return true,
            "header" | "footer" | "aside"
                if self.scope != Scope::Everything && self.sections == 0 && self.main.is_none() =>
            {
                return true;
            }
            _ => {}
        }
        self.scope != Scope::Everything && !ends_by_itself(name) && is_furniture(attributes)
    }

    fn finish(self, document: &mut Document) {
        let title = if self.title.is_empty() { self.first_heading } else { self.title };
        if !title.is_empty() {
            document.title = title;
        }
        self.flow.finish(document);
        let facts = self.facts;
        document.lang = facts.lang;
        document.url = facts.url;
        document.time = facts.time;
        document.tags = facts.tags;
        if let Some(description) = facts.description {
            document.extra.insert("description".into(), description.into());
        }
        debug_assert!(self.dialect != Dialect::Xml);
    }
}

impl Facts {
    fn note_lang(&mut self, attributes: Attributes<'_>) {
        let lang = attributes.get("lang").or_else(|| attributes.get("xml:lang"));
        if let Some(lang) = lang.and_then(|lang| normalise_lang(&lang)) {
            self.lang.get_or_insert(lang);
        }
    }

    fn note_link(&mut self, attributes: Attributes<'_>) {
        let canonical =
            attributes.get("rel").is_some_and(|rel| rel.eq_ignore_ascii_case("canonical"));
        if let Some(href) = attributes.get("href").filter(|_| canonical)
            && (href.starts_with("https://") || href.starts_with("http://"))
        {
            self.url.get_or_insert(href.into_owned());
        }
    }

    fn note_meta(&mut self, attributes: Attributes<'_>) {
        let Some(content) = attributes.get("content") else {
            return;
        };
        let name = attributes
            .get("name")
            .or_else(|| attributes.get("property"))
            .or_else(|| attributes.get("http-equiv"));
        let Some(name) = name.map(|name| name.to_ascii_lowercase()) else {
            return;
        };
        match name.as_str() {
            "content-language" | "og:locale" => {
                if let Some(lang) = normalise_lang(&content) {
                    self.lang.get_or_insert(lang);
                }
            }
            "date" | "dc.date" | "dcterms.date" | "article:published_time" | "last-modified" => {
                if let Some(time) = normalise_time(&content) {
                    self.time.get_or_insert(time);
                }
            }
            "keywords" if self.tags.is_empty() => self.tags = split_tags(&content),
            "description" if !content.trim().is_empty() => {
                self.description.get_or_insert(short_line(&content));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(html: &str) -> Document {
        let mut document = Document::default();
        read(html, &mut document);
        document
    }

    fn headings(document: &Document) -> Vec<&str> {
        document.headings.iter().map(|r| &document.body[r.clone()]).collect()
    }

    #[test]
    fn a_page_gives_its_main_text_title_language_and_headings() {
        let document = page(
            "<!DOCTYPE html>\n<html lang=zh_CN>\n<head><title>词典 &amp; 工具</title>\n\
             <style>p{}</style><script>var x = '<p>no</p>';</script>\n\
             <meta name=keywords content='词典, dictionary'></head>\n\
             <body><nav>首页 Home</nav>\n<h1>使用<em>说明</em></h1>\n\
             <p>安装<b>简</b>单。Run <code>zhen</code>\n  now.</p><ul><li>一<li>二</ul>\n\
             <table><tr><td>甲<td>乙</table><footer>版权</footer></body></html>",
        );
        assert_eq!(document.title, "词典 & 工具");
        assert_eq!(document.lang.as_deref(), Some("zh-CN"));
        assert_eq!(document.tags, ["词典", "dictionary"]);
        assert_eq!(headings(&document), ["使用说明"]);
        assert_eq!(document.body, "使用说明\n\n安装简单。Run zhen\nnow.\n\n一\n二\n\n甲\t乙\n");
        let lines: Vec<_> = (1..=8).map(|n| document.lines.source_line(n)).collect();
        // Lines 2, 5 and 8 of the body are empty or the last.
        assert_eq!([lines[0], lines[2], lines[3], lines[5], lines[6]], [7, 8, 9, 9, 9]);
        assert_eq!(document.lines.source_line(9), 10);
    }

    #[test]
    fn the_main_element_is_the_text_where_there_is_one() {
        let long = "正文 text ".repeat(20);
        let document = page(&format!(
            "<div>菜单</div><main><header><h1>标题</h1></header><p>{long}</p></main><div>尾</div>"
        ));
        assert!(document.body.starts_with("标题\n\n正文 text"));
        assert!(!document.body.contains("菜单") && !document.body.contains('尾'));
        // One that is empty is not believed.
        assert_eq!(page("<main></main><p>text</p>").body, "text\n");
        assert_eq!(page("<h1>只有标题</h1>").title, "只有标题");
    }

    #[test]
    fn nothing_is_lost_when_the_structure_is_broken() {
        assert_eq!(page("<nav>a<p>text</p>").body, "a\n\ntext\n");
        assert_eq!(page("<nav>only navigation</nav>").body, "only navigation\n");
        assert_eq!(page("<p>a<!-- open <p>b").body, "ab\n");
        assert_eq!(page("just text & more").body, "just text & more\n");
        assert_eq!(page("<div hidden>秘密</div>看得见").body, "看得见\n");
        let document = page("<head><title>title\n<body><p>text");
        assert_eq!((document.title.as_str(), document.body.as_str()), ("title", "text\n"));
    }

    #[test]
    fn inline_elements_and_ruby_do_not_split_words() {
        assert_eq!(page("H<sub>2</sub>O<wbr>x <i>中</i><b>文</b>").body, "H2Ox 中文\n");
        assert_eq!(page("<ruby>漢<rp>(</rp><rt>hàn</rt>字<rt>zì</rt></ruby>").body, "漢字\n");
    }

    #[test]
    fn preformatted_text_keeps_its_lines() {
        let document = page("<p>x</p>\n<pre>\nfn main() {\n    run();\n}\n</pre>\n<p>y");
        assert_eq!(document.body, "x\n\nfn main() {\n    run();\n}\n\ny\n");
        assert_eq!(document.lines.source_line(4), 4);
        assert_eq!(document.lines.source_line(7), 7);
    }

    #[test]
    fn a_break_inside_a_tag_keeps_lines_apart() {
        let document = page("<p>one <a\nhref=x>two</a></p>");
        assert_eq!(document.body, "one\ntwo\n");
        assert_eq!(document.lines.source_line(2), 2);
    }

    #[test]
    fn alternative_texts_and_buttons_are_taken_where_they_stand() {
        let document = page(
            "<p>图<img src=a alt=\"架构 &amp; 总览\">示<img alt=''></p>\n<p><button>立即<b>安装</b></button><button>取消</button>",
        );
        assert_eq!(document.body, "图 架构 & 总览 示\n\n立即安装 取消\n");
        assert_eq!(document.lines.source_line(3), 2);
        let main = "正文".repeat(20);
        let document = page(&format!("<main><p>{main}</main><img alt=x>"));
        assert_eq!(document.body, format!("{main}\n"));
        assert_eq!(page("<p>a<img alt=y hidden>b<img>").body, "ab\n");
    }

    #[test]
    fn choices_and_what_is_for_no_scripts_are_left_out_unless_there_is_nothing_else() {
        let rest = "<select><option>甲<option>乙</select><noscript>请启用脚本</noscript>";
        assert_eq!(page(&format!("<p>正文</p>{rest}")).body, "正文\n");
        assert_eq!(page("<noscript>请启用脚本</noscript>").body, "请启用脚本\n");
    }
}
