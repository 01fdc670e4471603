//! How a program ends.

use std::fmt::Display;
use std::process::ExitCode;

/// Success, or one line that says what went wrong.
pub(crate) fn of<E: Display>(result: Result<(), E>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
