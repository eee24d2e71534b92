//! Where an upload goes.

use std::sync::Arc;

use crate::catalog::{Catalog, CatalogError, Index, check_name};
use crate::group::GroupWriter;
use crate::problem::{Kind, Problem};
use crate::state::State;

/// An index that was opened, if there is one.
type Opened = Result<Option<Arc<dyn Index>>, CatalogError>;

/// The index that an upload goes into. One that does not exist is made when there is something to put in.
pub(crate) struct Destination {
    state: Arc<State>,
    name: String,
    writer: Option<GroupWriter>,
}

impl Destination {
    /// The index `name`, which need not exist yet.
    ///
    /// # Errors
    /// 422 for a name that no index may have, and when an index of that name cannot be opened.
    pub(crate) async fn of(state: &Arc<State>, name: &str) -> Result<Self, Problem> {
        let mut destination =
            Self { state: Arc::clone(state), name: name.to_owned(), writer: None };
        destination
            .open(|catalog, name| match catalog.open(name) {
                Err(CatalogError::NotFound { .. }) => {
                    check_name(name).map(|()| None).map_err(CatalogError::BadName)
                }
                opened => opened.map(Some),
            })
            .await?;
        Ok(destination)
    }

    /// Whether there is an index.
    pub(crate) fn exists(&self) -> bool {
        self.writer.is_some()
    }

    /// The way to the writer of the index, which is made where there is none.
    ///
    /// # Errors
    /// When it cannot be made or opened.
    pub(crate) async fn writer(&mut self) -> Result<&GroupWriter, Problem> {
        if !self.exists() {
            self.open(|catalog, name| catalog.open_or_create(name).map(Some)).await?;
        }
        self.writer.as_ref().ok_or_else(|| Problem::new(Kind::Internal, "the index is gone"))
    }

    async fn open(&mut self, open: fn(&dyn Catalog, &str) -> Opened) -> Result<(), Problem> {
        let (state, name) = (Arc::clone(&self.state), self.name.clone());
        let opened = tokio::task::spawn_blocking(move || open(&*state.catalog, &name))
            .await
            .map_err(|_| Problem::new(Kind::Internal, "opening the index failed"))??;
        if let Some(index) = opened {
            self.writer = Some(self.state.writer(&self.name, &index)?);
        }
        Ok(())
    }
}
