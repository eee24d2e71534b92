//! The content of pages: which text stands where.

use std::collections::HashMap;
use std::rc::Rc;

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::font::Font;
use super::layout::{Lines, Place};
use super::objects::{Budget, Exceeded, array, dict, dict_at, name, real};
use super::text_string;

/// Forms within forms that are gone into.
const DEEPEST_FORM: usize = 16;
/// States that are kept; a page that saves more is broken.
const MOST_STATES: usize = 1000;

/// Reads pages of a file, and knows their fonts.
pub(super) struct Reader<'d> {
    document: &'d Document,
    pub(super) budget: Budget,
    fonts: HashMap<ObjectId, Rc<Font>>,
}

impl<'d> Reader<'d> {
    pub(super) fn new(document: &'d Document, budget: Budget) -> Self {
        Self { document, budget, fonts: HashMap::new() }
    }

    /// Adds the text of a page to `lines`.
    pub(super) fn page(&mut self, id: ObjectId, lines: &mut Lines) -> Result<(), Exceeded> {
        let Ok(page) = self.document.get_dictionary(id) else {
            return Ok(());
        };
        let mut content = Vec::new();
        for id in self.document.get_page_contents(id) {
            if let Ok(stream) = self.document.get_object(id).and_then(Object::as_stream)
                && let Some(data) = self.budget.unpack(stream)?
            {
                content.extend_from_slice(&data);
                content.push(b'\n');
            }
        }
        let resources = self.inherited(page, b"Resources");
        Interpreter::new(self, lines).run(&content, resources)
    }

    /// An entry of a page or of what it is part of.
    fn inherited(&self, page: &'d Dictionary, key: &[u8]) -> Option<&'d Dictionary> {
        const DEEPEST: usize = 100;
        let parent = |node: &&'d Dictionary| dict_at(node, b"Parent", self.document);
        std::iter::successors(Some(page), parent)
            .take(DEEPEST)
            .find_map(|node| dict_at(node, key, self.document))
    }

    fn font(
        &mut self,
        resources: Option<&'d Dictionary>,
        name: &[u8],
    ) -> Result<Option<Rc<Font>>, Exceeded> {
        let fonts = resources.and_then(|resources| dict_at(resources, b"Font", self.document));
        let Some(object) = fonts.and_then(|fonts| fonts.get(name).ok()) else {
            return Ok(None);
        };
        let Ok((id, Object::Dictionary(font))) = self.document.dereference(object) else {
            return Ok(None);
        };
        if let Some(known) = id.and_then(|id| self.fonts.get(&id)) {
            return Ok(Some(Rc::clone(known)));
        }
        // So that fonts that are no objects of their own are not made without end.
        self.budget.take(1000)?;
        let font = Rc::new(Font::new(font, self.document, &mut self.budget)?);
        self.fonts.extend(id.map(|id| (id, Rc::clone(&font))));
        Ok(Some(font))
    }
}

/// An affine map: `x' = a·x + c·y + e`, `y' = b·x + d·y + f`.
#[derive(Debug, Clone, Copy)]
struct Matrix([f64; 6]);

impl Matrix {
    const ONE: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    fn of(numbers: &[Object]) -> Option<Self> {
        let numbers: Vec<f64> = numbers.iter().map_while(real).collect();
        numbers.try_into().ok().map(Self)
    }

    fn shift(x: f64, y: f64) -> Self {
        Self([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// First this, then `other`.
    fn then(self, other: Self) -> Self {
        let (Self([a, b, c, d, e, f]), Self([p, q, r, s, t, u])) = (self, other);
        Self([
            a * p + b * r,
            a * q + b * s,
            c * p + d * r,
            c * q + d * s,
            e * p + f * r + t,
            e * q + f * s + u,
        ])
    }
}

#[derive(Debug, Clone)]
struct State {
    matrix: Matrix,
    font: Option<Rc<Font>>,
    size: f64,
    char_space: f64,
    word_space: f64,
    /// Horizontal scaling, 1 for none.
    stretch: f64,
    leading: f64,
    rise: f64,
}

/// Text that stands for all that a piece of content shows.
struct Replacement {
    /// How many pieces of marked content are open when it begins.
    depth: usize,
    /// Until it was given out.
    text: Option<String>,
}

/// Goes through content.
struct Interpreter<'r, 'd> {
    reader: &'r mut Reader<'d>,
    lines: &'r mut Lines,
    state: State,
    saved: Vec<State>,
    text: Matrix,
    line: Matrix,
    /// Pieces of marked content that are open.
    marked: usize,
    replacement: Option<Replacement>,
    /// Forms being gone through.
    forms: Vec<ObjectId>,
}

impl<'r, 'd> Interpreter<'r, 'd> {
    fn new(reader: &'r mut Reader<'d>, lines: &'r mut Lines) -> Self {
        let state = State {
            matrix: Matrix::ONE,
            font: None,
            size: 0.0,
            char_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
        };
        Self {
            reader,
            lines,
            state,
            saved: Vec::new(),
            text: Matrix::ONE,
            line: Matrix::ONE,
            marked: 0,
            replacement: None,
            forms: Vec::new(),
        }
    }

    fn run(&mut self, content: &[u8], resources: Option<&'d Dictionary>) -> Result<(), Exceeded> {
        for operation in Content::decode_iter(content).map_while(Result::ok) {
            self.step(&operation, resources)?;
        }
        Ok(())
    }

    fn step(
        &mut self,
        operation: &Operation,
        resources: Option<&'d Dictionary>,
    ) -> Result<(), Exceeded> {
        let operands = operation.operands.as_slice();
        let number = |at: usize| operands.get(at).and_then(real).unwrap_or(0.0);
        match operation.operator.as_str() {
            "q" if self.saved.len() < MOST_STATES => self.saved.push(self.state.clone()),
            "Q" => self.state = self.saved.pop().unwrap_or_else(|| self.state.clone()),
            "cm" => {
                if let Some(matrix) = Matrix::of(operands) {
                    self.state.matrix = matrix.then(self.state.matrix);
                }
            }
            "BT" => (self.text, self.line) = (Matrix::ONE, Matrix::ONE),
            "Tm" => {
                if let Some(matrix) = Matrix::of(operands) {
                    (self.text, self.line) = (matrix, matrix);
                }
            }
            "Td" => self.next_line(number(0), number(1)),
            "TD" => {
                self.state.leading = -number(1);
                self.next_line(number(0), number(1));
            }
            "T*" => self.next_line(0.0, -self.state.leading),
            "Tc" => self.state.char_space = number(0),
            "Tw" => self.state.word_space = number(0),
            "Tz" => self.state.stretch = number(0) / 100.0,
            "TL" => self.state.leading = number(0),
            "Ts" => self.state.rise = number(0),
            "Tf" => {
                if let Some(Ok(name)) = operands.first().map(Object::as_name) {
                    self.state.font = self.reader.font(resources, name)?;
                }
                self.state.size = number(1);
            }
            "Tj" => self.show(operands.first()),
            "'" => {
                self.next_line(0.0, -self.state.leading);
                self.show(operands.first());
            }
            "\"" => {
                (self.state.word_space, self.state.char_space) = (number(0), number(1));
                self.next_line(0.0, -self.state.leading);
                self.show(operands.get(2));
            }
            "TJ" => {
                for object in
                    operands.first().and_then(|list| list.as_array().ok()).into_iter().flatten()
                {
                    match real(object) {
                        Some(back) => self.move_back(back / 1000.0 * self.state.size),
                        None => self.show(Some(object)),
                    }
                }
            }
            "BMC" => self.marked += 1,
            "BDC" => {
                self.marked += 1;
                self.replace(operands.get(1), resources);
            }
            "EMC" => {
                self.replacement.take_if(|replacement| replacement.depth == self.marked);
                self.marked = self.marked.saturating_sub(1);
            }
            "Do" => {
                if let Some(Ok(name)) = operands.first().map(Object::as_name) {
                    self.form(name, resources)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::shift(x, y).then(self.line);
        self.text = self.line;
    }

    fn is_vertical(&self) -> bool {
        self.state.font.as_ref().is_some_and(|font| font.is_vertical())
    }

    /// Moves left, or down in vertical text, as the numbers between strings do.
    fn move_back(&mut self, length: f64) {
        self.advance(if self.is_vertical() { length } else { -length });
    }

    /// Moves on by a length along the line.
    fn advance(&mut self, length: f64) {
        let shift = match self.is_vertical() {
            true => Matrix::shift(0.0, -length),
            false => Matrix::shift(length * self.state.stretch, 0.0),
        };
        self.text = shift.then(self.text);
    }

    fn show(&mut self, string: Option<&Object>) {
        let Some(Ok(string)) = string.map(Object::as_str) else {
            return;
        };
        let Some(font) = self.state.font.clone() else {
            return;
        };
        let State { size, stretch, rise, char_space, .. } = self.state;
        // Letters that are set apart belong together; one or two with space after them end a word.
        let letter_space = if font.is_word(string) { char_space } else { 0.0 };
        for glyph in font.glyphs(string) {
            let scale = Matrix([size * stretch, 0.0, 0.0, size, 0.0, rise]);
            let matrix = scale.then(self.text).then(self.state.matrix);
            let width = glyph.advance * size;
            let place = Place::new(matrix.0, (width + letter_space) / size, font.is_vertical());
            match self.replacement.as_mut().map(|replacement| replacement.text.take()) {
                None => self.lines.push(&glyph.text, place),
                Some(text) => self.lines.push(text.as_deref().unwrap_or_default(), place),
            }
            let word_space = if glyph.is_space { self.state.word_space } else { 0.0 };
            self.advance(width + char_space + word_space);
        }
    }

    /// Marked content begins, for which another text may be given.
    fn replace(&mut self, properties: Option<&Object>, resources: Option<&'d Dictionary>) {
        let document = self.reader.document;
        let properties = match properties {
            Some(Object::Dictionary(properties)) => Some(properties),
            Some(Object::Name(name)) => resources
                .and_then(|resources| dict_at(resources, b"Properties", document))
                .and_then(|listed| dict(listed.get(name).ok()?, document)),
            _ => None,
        };
        let text = properties.and_then(|properties| properties.get(b"ActualText").ok());
        let text = text.and_then(|text| text.as_str().ok());
        if let (Some(text), None) = (text, &self.replacement) {
            self.replacement =
                Some(Replacement { depth: self.marked, text: Some(text_string(text)) });
        }
    }

    /// Goes through a form, unless it is being gone through already.
    fn form(&mut self, name: &[u8], resources: Option<&'d Dictionary>) -> Result<(), Exceeded> {
        let document = self.reader.document;
        let objects = resources.and_then(|resources| dict_at(resources, b"XObject", document));
        let Some(Ok((Some(id), Object::Stream(form)))) = objects
            .and_then(|objects| objects.get(name).ok())
            .map(|object| document.dereference(object))
        else {
            return Ok(());
        };
        if self::name(&form.dict, b"Subtype", document) != b"Form"
            || self.forms.len() >= DEEPEST_FORM
            || self.forms.contains(&id)
        {
            return Ok(());
        }
        self.reader.budget.take(100)?;
        let Some(content) = self.reader.budget.unpack(form)? else {
            return Ok(());
        };
        let outer = (self.state.clone(), std::mem::take(&mut self.saved), self.marked);
        if let Some(matrix) = Matrix::of(array(&form.dict, b"Matrix", document)) {
            self.state.matrix = matrix.then(self.state.matrix);
        }
        let own = dict_at(&form.dict, b"Resources", document);
        self.forms.push(id);
        let result = self.run(&content, own.or(resources));
        self.forms.pop();
        (self.state, self.saved, self.marked) = outer;
        result
    }
}
