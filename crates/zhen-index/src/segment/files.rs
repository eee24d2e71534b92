//! The files of a segment that hold its terms and postings, field by field.

use std::io::{self, Write as _};

use tantivy::Segment;
use tantivy::directory::{CompositeFile, CompositeWrite, Directory as _};
use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentComponent;
use tantivy::postings::FieldSerializer;
use tantivy::schema::{Field, IndexRecordOption, Schema};

const COMPONENTS: [SegmentComponent; 3] =
    [SegmentComponent::Terms, SegmentComponent::Postings, SegmentComponent::Positions];

/// The files in the making.
pub(super) struct Files {
    schema: Schema,
    /// As in [`COMPONENTS`].
    files: [CompositeWrite; 3],
}

impl Files {
    /// Begins the files of a segment.
    pub(super) fn open(segment: &Segment) -> tantivy::Result<Self> {
        let open = |component| segment.open_write(component).map(CompositeWrite::wrap);
        let [terms, postings, positions] = COMPONENTS.map(open);
        Ok(Self { schema: segment.schema(), files: [terms?, postings?, positions?] })
    }

    /// Takes the terms of a field, which has `total` of them in all its documents.
    pub(super) fn field(
        &mut self,
        field: Field,
        total: u64,
        norms: Option<FieldNormReader>,
    ) -> io::Result<FieldSerializer<'_>> {
        let record = self.schema.get_field_entry(field).field_type().index_record_option();
        let [terms, postings, positions] = &mut self.files;
        FieldSerializer::create(
            record.unwrap_or(IndexRecordOption::Basic),
            total,
            terms.for_field(field),
            postings.for_field(field),
            positions.for_field(field),
            norms,
        )
    }

    /// Adds the fields of the files that another segment has, and deletes these.
    pub(super) fn take_over(&mut self, other: &Segment) -> tantivy::Result<()> {
        for (component, file) in COMPONENTS.into_iter().zip(&mut self.files) {
            let fields = CompositeFile::open(&other.open_read(component.clone())?)?;
            for (field, _) in self.schema.fields() {
                if let Some(part) = fields.open_read(field) {
                    file.for_field(field).write_all(&part.read_bytes()?)?;
                }
            }
            drop(fields);
            // What stays is collected later, as all files that no segment of the index has.
            let _ = other.index().directory().delete(&other.relative_path(component));
        }
        Ok(())
    }

    pub(super) fn close(self) -> io::Result<()> {
        self.files.into_iter().try_for_each(CompositeWrite::close)
    }
}
