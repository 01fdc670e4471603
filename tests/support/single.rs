//! Work on one thread, so that what it asks of the allocator does not depend on chance.

#[cfg(feature = "rayon")]
pub(crate) fn on_one_thread(work: impl FnOnce() + Send) {
    rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap()
        .install(work);
}

#[cfg(not(feature = "rayon"))]
pub(crate) fn on_one_thread(work: impl FnOnce()) {
    work();
}
