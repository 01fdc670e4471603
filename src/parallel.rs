//! Work spread over a fixed list of parts, so that the number of threads cannot enter a result.
//!
//! With the feature `rayon` the parts run on the caller's current pool (the global one unless the
//! call happens inside `ThreadPool::install`); without it they run one after the other.

#[cfg(feature = "rayon")]
use rayon::prelude::*;
use std::sync::{Mutex, PoisonError};

/// How many parts run at the same time, at most; no result may depend on it.
pub(crate) fn workers() -> usize {
    #[cfg(feature = "rayon")]
    return rayon::current_num_threads();
    #[cfg(not(feature = "rayon"))]
    return 1;
}

/// `f(0), f(1), … f(parts − 1)`, in that order, each computed independently.
pub(crate) fn map<T: Send>(parts: usize, f: impl Fn(usize) -> T + Sync + Send) -> Vec<T> {
    #[cfg(feature = "rayon")]
    return (0..parts).into_par_iter().map(f).collect();
    #[cfg(not(feature = "rayon"))]
    return (0..parts).map(f).collect();
}

/// Both results, computed side by side.
pub(crate) fn both<A: Send, B: Send>(
    a: impl FnOnce() -> A + Send,
    b: impl FnOnce() -> B + Send,
) -> (A, B) {
    #[cfg(feature = "rayon")]
    return rayon::join(a, b);
    #[cfg(not(feature = "rayon"))]
    return (a(), b());
}

/// Tasks for each thread beside the first, at least, where there are so many parts. Left to itself rayon
/// makes four or so, and towards the end the others wait for who has the last of them.
#[cfg(feature = "rayon")]
const TASKS: usize = 16;

/// Hands each run of `chunk` elements (the last may be shorter) to `f` with its index.
pub(crate) fn for_each_chunk<T: Send>(
    values: &mut [T],
    chunk: usize,
    f: impl Fn(usize, &mut [T]) + Sync + Send,
) {
    #[cfg(feature = "rayon")]
    {
        let parts = values.par_chunks_mut(chunk).enumerate();
        let most = parts.len().checked_div(TASKS * (workers() - 1));
        parts
            .with_max_len(most.map_or(usize::MAX, |most| most.max(1)))
            .for_each(|(i, part)| f(i, part));
    }
    #[cfg(not(feature = "rayon"))]
    values
        .chunks_mut(chunk)
        .enumerate()
        .for_each(|(i, part)| f(i, part));
}

/// As [`for_each_chunk`], each part with a state that no other part holds at the time; there must be
/// as many as [`workers`]. Which part gets which state is left to chance.
pub(crate) fn for_each_chunk_with<T: Send, S: Send>(
    values: &mut [T],
    chunk: usize,
    states: &mut [Mutex<S>],
    f: impl Fn(usize, &mut [T], &mut S) + Sync + Send,
) {
    #[cfg(feature = "rayon")]
    let worker = || rayon::current_thread_index().unwrap_or(0);
    #[cfg(not(feature = "rayon"))]
    let worker = || 0;
    let states = &*states;
    for_each_chunk(values, chunk, |i, part| {
        let mut state = states[worker() % states.len()]
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        f(i, part, &mut state);
    });
}
