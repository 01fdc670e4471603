//! Files of results: each appears whole or not at all.

use std::io::Write;
use std::path::Path;

use stubblefield::{Error, FileProblem};

/// Saves bytes: to a temporary file first, so that a run cut off leaves no half file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let mut builder = tempfile::Builder::new();
    // A temporary file is private; a result is for whomever the folder is for.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let write = || {
        let mut file = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error: std::io::Error| refused(path, FileProblem::Denied(error.to_string())))
}

/// What is said when results cannot go where they were to go.
pub(crate) fn refused(path: &Path, problem: FileProblem) -> Error {
    Error::File {
        parameter: "out",
        path: path.to_owned(),
        problem,
        allowed: "a folder that can be written to and holds no input",
    }
}
