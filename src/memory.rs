//! Memory asked for before it is needed, and the one place that names `prefetch_index`.
//!
//! A load that waits for memory holds up all that comes behind it, and a machine looks only some hundred
//! instructions ahead; a request holds up nothing. It is a hint: nothing depends on it but time.

use prefetch_index::prefetch_index;
use std::ops::Range;

/// Bytes to a line of the cache. Where they are more, lines are asked for more than once.
const LINE: usize = 64;

/// Asks for the start of an element, which need not be there.
#[inline(always)]
pub(crate) fn ask<T>(elements: &[T], index: usize) {
    prefetch_index(elements, index);
}

/// Asks for a run of elements.
#[inline(always)]
pub(crate) fn ask_run<T>(elements: &[T], run: Range<usize>) {
    if run.is_empty() {
        return;
    }
    let step = const {
        if size_of::<T>() < LINE {
            LINE / size_of::<T>()
        } else {
            1
        }
    };
    let (mut at, last) = (run.start, run.end - 1);
    ask(elements, at);
    while at + step < last {
        at += step;
        ask(elements, at);
    }
    // Which may lie a line behind the last step.
    ask(elements, last);
}
