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
    ask_runs(elements, run, 0, 1);
}

/// Asks for some runs of elements, the first of which is given, and how far each starts behind the last.
#[inline(always)]
pub(crate) fn ask_runs<T>(elements: &[T], run: Range<usize>, stride: usize, count: usize) {
    if run.is_empty() || count == 0 {
        return;
    }
    let (first, length) = (run.start, run.len() - 1);
    let all = stride.wrapping_mul(count);
    ask_every(elements, [first, first.wrapping_add(length)], stride, all);
    // Ends of long runs have lines between them.
    let line = const {
        if size_of::<T>() < LINE {
            LINE / size_of::<T>()
        } else {
            1
        }
    };
    for behind in (line..length).step_by(line) {
        ask_every(elements, [first.wrapping_add(behind)], stride, all);
    }
}

/// Asks for some elements, then for those a stride behind them, and so on until strides come to `all`.
#[inline(always)]
fn ask_every<T, const COUNT: usize>(
    elements: &[T],
    first: [usize; COUNT],
    stride: usize,
    all: usize,
) {
    // Were the strides counted, the compiler would take several at a time, in more registers than there are.
    let mut behind = 0_usize;
    loop {
        for at in first {
            ask(elements, at.wrapping_add(behind));
        }
        behind = behind.wrapping_add(stride);
        if behind == all {
            break;
        }
    }
}
