//! How a program ends.

use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

/// Success, or one line that says what went wrong.
pub(crate) fn of<E: Display>(result: Result<(), E>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Whoever closed the pipe is told by the code alone.
            let _ = writeln!(std::io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}
