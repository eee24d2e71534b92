//! A segment in the making: documents are added, and in the end it is written.

use tantivy::directory::TerminatingWrite;
use tantivy::fastfield::FastFieldsWriter;
use tantivy::fieldnorm::{FieldNormReaders, FieldNormsSerializer};
use tantivy::index::SegmentComponent;
use tantivy::schema::{Field, Schema};
use tantivy::store::StoreWriter;
use tantivy::{DocId, Index, Segment, SegmentMeta};

use super::files::Files;
use super::postings::Log;
use super::terms::Terms;
use super::wholes::Wholes;
use crate::at_once::at_once;
use crate::document::IndexDocument;
use crate::schema::Fields;

/// A segment in the making.
pub(crate) struct SegmentBuilder {
    segment: Segment,
    schema: Schema,
    fields: Fields,
    /// Terms of the word fields and of the gram fields.
    words: Terms,
    grams: Terms,
    /// The runs of terms of each text field, and which terms they are of.
    texts: [(Field, Track, Log); 5],
    wholes: Wholes,
    columns: FastFieldsWriter,
    store: StoreWriter,
    documents: DocId,
}

/// Which terms a text field has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Track {
    Words,
    Grams,
}

impl SegmentBuilder {
    /// A segment without documents, to be one of `index`.
    pub(crate) fn new(index: &Index, fields: Fields) -> tantivy::Result<Self> {
        let segment = index.new_segment();
        let schema = segment.schema();
        let settings = index.settings();
        let store = StoreWriter::new(
            segment.open_write(SegmentComponent::Store)?,
            settings.docstore_compression,
            settings.docstore_blocksize,
            settings.docstore_compress_dedicated_thread,
        )?;
        let columns = FastFieldsWriter::from_schema_and_tokenizer_manager(
            &schema,
            index.fast_field_tokenizer().clone(),
        )?;
        // In the order of the schema.
        let texts = [
            (fields.title_words, Track::Words, Log::new(false)),
            (fields.heading_words, Track::Words, Log::new(false)),
            (fields.body_words, Track::Words, Log::new(false)),
            (fields.title_grams, Track::Grams, Log::new(true)),
            (fields.body_grams, Track::Grams, Log::new(true)),
        ];
        let is_text = |field| texts.iter().any(|(text, ..)| *text == field);
        let indexed = schema.fields().filter(|(_, entry)| entry.is_indexed());
        let wholes = indexed.map(|(field, _)| field).filter(|field| !is_text(*field));
        let wholes = Wholes::new(wholes);
        Ok(Self {
            segment,
            schema,
            fields,
            words: Terms::new(),
            grams: Terms::new(),
            texts,
            wholes,
            columns,
            store,
            documents: 0,
        })
    }

    /// Bytes of memory taken, and what writing the segment will take on top; `usize::MAX` when the
    /// segment can hold no more.
    pub(crate) fn memory(&self) -> usize {
        let logs: usize = self.texts.iter().map(|(_, _, log)| log.memory()).sum();
        let terms = self.words.memory().saturating_add(self.grams.memory());
        // The terms in order take a third of what the tables do.
        let sorting = terms / 3;
        let values = self.wholes.memory() + self.columns.mem_usage() + self.store.mem_usage();
        terms.saturating_add(logs + sorting + values)
    }

    /// Adds a document; says which number it has in the segment.
    pub(crate) fn add(&mut self, mut document: IndexDocument) -> tantivy::Result<DocId> {
        let number = self.documents;
        for (field, track, log) in &mut self.texts {
            let terms = match track {
                Track::Words => &mut self.words,
                Track::Grams => &mut self.grams,
            };
            log.push(terms, &document.take_text(*field).unwrap_or_default());
        }
        self.columns.add_document(&document)?;
        let wholes = &mut self.wholes;
        document.whole_terms(&self.fields, &mut |field, term| wholes.push(field, term, number));
        self.store.store(&document, &self.schema)?;
        self.documents += 1;
        Ok(number)
    }

    /// Writes the segment, which is not part of the index yet: its files stay as long as what is
    /// returned does.
    pub(crate) fn finish(self) -> tantivy::Result<SegmentMeta> {
        let Self {
            segment,
            schema,
            fields,
            mut words,
            mut grams,
            texts,
            mut wholes,
            mut columns,
            store,
            documents,
            ..
        } = self;
        store.close()?;
        let mut write = segment.open_write(SegmentComponent::FastFields)?;
        columns.serialize(&mut write, None)?;
        write.terminate()?;
        drop(columns);

        let mut norms =
            FieldNormsSerializer::from_write(segment.open_write(SegmentComponent::FieldNorms)?)?;
        for (field, _, log) in &texts {
            norms.serialize_field(*field, &log.norms())?;
        }
        norms.close()?;
        let norms = FieldNormReaders::open(segment.open_read(SegmentComponent::FieldNorms)?)?;

        let (word_order, gram_order) = at_once(|| words.sorted(), || grams.sorted());
        // The largest field is as much work as all others.
        let (largest, others): (Vec<_>, Vec<_>) =
            texts.into_iter().partition(|(field, ..)| *field == fields.body_grams);
        let write = |texts: Vec<(Field, Track, Log)>, files: &mut Files| {
            texts.into_iter().try_for_each(|(field, track, log)| {
                let (terms, sorted) = match track {
                    Track::Words => (&words, &word_order),
                    Track::Grams => (&grams, &gram_order),
                };
                log.write(field, terms, sorted, norms.get_field(field)?, files)
            })
        };
        // What is smaller is written beside it meanwhile, and copied.
        let beside = segment.index().new_segment();
        let mut files = Files::open(&segment)?;
        let (written_beside, written) = at_once(
            || {
                let mut files = Files::open(&beside)?;
                write(others, &mut files)?;
                schema.fields().try_for_each(|(field, _)| wholes.write(field, &mut files))?;
                tantivy::Result::Ok(files.close()?)
            },
            || write(largest, &mut files),
        );
        written_beside.and(written)?;
        files.take_over(&beside)?;
        files.close()?;
        let meta = segment.with_max_doc(documents).meta().clone();
        meta.untrack_temp_docstore();
        Ok(meta)
    }
}
