//! Work spread over a fixed list of parts, so that the number of threads cannot enter a result.
//!
//! With the feature `rayon` the parts run on the caller's current pool (the global one unless the
//! call happens inside `ThreadPool::install`); without it they run one after the other.

#[cfg(feature = "rayon")]
use rayon::prelude::*;

/// How many parts can run at once; no result may depend on it.
pub(crate) fn threads() -> usize {
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

/// Hands each run of `chunk` elements (the last may be shorter) to `f` with its index.
pub(crate) fn for_each_chunk<T: Send>(
    values: &mut [T],
    chunk: usize,
    f: impl Fn(usize, &mut [T]) + Sync + Send,
) {
    #[cfg(feature = "rayon")]
    values
        .par_chunks_mut(chunk)
        .enumerate()
        .for_each(|(i, part)| f(i, part));
    #[cfg(not(feature = "rayon"))]
    values
        .chunks_mut(chunk)
        .enumerate()
        .for_each(|(i, part)| f(i, part));
}

/// As [`for_each_chunk`], each part with a state of its own; there must be as many states as parts.
pub(crate) fn for_each_chunk_with<T: Send, S: Send>(
    values: &mut [T],
    chunk: usize,
    states: &mut [S],
    f: impl Fn(usize, &mut [T], &mut S) + Sync + Send,
) {
    debug_assert!(
        values.len().div_ceil(chunk) <= states.len(),
        "every part has a state"
    );
    #[cfg(feature = "rayon")]
    values
        .par_chunks_mut(chunk)
        .zip(states.par_iter_mut())
        .enumerate()
        .for_each(|(i, (part, state))| f(i, part, state));
    #[cfg(not(feature = "rayon"))]
    values
        .chunks_mut(chunk)
        .zip(states)
        .enumerate()
        .for_each(|(i, (part, state))| f(i, part, state));
}
