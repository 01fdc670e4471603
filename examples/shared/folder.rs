//! The folder of results: each file appears whole or not at all, and never over an input.

use std::fs;
use std::path::{Path, PathBuf};

use stubblefield::{Error, FileProblem};

use crate::results::{self, refused};

pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder, made if needed and tried for writing; refused when a result of one of these names would
    /// replace one of the inputs.
    pub(crate) fn prepare<'a>(
        path: &Path,
        names: &[String],
        inputs: impl IntoIterator<Item = Option<&'a Path>>,
    ) -> Result<Self, Error> {
        if path.exists() && !path.is_dir() {
            return Err(refused(path, FileProblem::NotADirectory));
        }
        let denied = |error: std::io::Error| refused(path, FileProblem::Denied(error.to_string()));
        fs::create_dir_all(path).map_err(denied)?;
        tempfile::tempfile_in(path).map_err(denied)?;
        for input in inputs.into_iter().flatten() {
            let Ok(input) = input.canonicalize() else {
                continue;
            };
            for name in names {
                let result = path.join(name).canonicalize();
                if result.is_ok_and(|result| result == input) {
                    return Err(refused(&input, FileProblem::WouldOverwriteInput));
                }
            }
        }
        Ok(Self {
            path: path.to_owned(),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Saves bytes: to a temporary file first, so that a run cut off leaves no half file.
    pub(crate) fn bytes(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        results::write(&self.path.join(name), bytes)
    }
}
