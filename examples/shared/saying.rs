//! Words for whoever reads along.

use std::fmt::Display;
use std::io::Write;

/// A line on one of the two outputs. Who closes the pipe does not want to read on; the work goes on without.
pub(crate) fn line(mut output: impl Write, words: impl Display) {
    let _ = writeln!(output, "{words}");
}
