//! How far a long call is, and how to stop it.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::error::{Error, Result};

/// Watches a long call, and may stop it.
///
/// A watched call gives the same result as one that nobody watches, or [`Error::Cancelled`] and
/// nothing. Should a method panic, the panic goes to the caller, and nothing is left half done.
///
/// # Examples
/// A bar, and a button that nobody presses.
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use stubblefield::{Density, FieldRequest, Mask, Progress, Scale, Seed, Size};
///
/// #[derive(Default)]
/// struct Bar(AtomicU32);
///
/// impl Progress for Bar {
///     fn report(&self, done: u32, total: u32) {
///         self.0.store(100 * done / total, Ordering::Relaxed);
///     }
/// }
///
/// let mask = Mask::full(Size::new(100, 100)?);
/// let density = Density::per_cm2(100.0)?;
/// let request = FieldRequest::new(&mask, Scale::px_per_mm(10.0)?, density, Seed::new(1));
/// let bar = Bar::default();
/// assert_eq!(request.generate_with(&bar)?, request.generate()?);
/// assert_eq!(bar.0.into_inner(), 100);
/// # Ok::<(), stubblefield::Error>(())
/// ```
pub trait Progress: Sync {
    /// `done` of `total` steps are done. Steps take unequal times; `done` never falls and comes to
    /// `total` at the end. Called from the calling thread.
    fn report(&self, done: u32, total: u32) {
        let _ = (done, total);
    }

    /// Whether the call shall stop. Asked often, from any thread of the pool; once it has said
    /// yes, it is not asked again.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Nobody watches.
impl Progress for () {}

/// A flag that stops calls, to be raised from any thread.
///
/// # Examples
/// ```
/// use stubblefield::{CancelToken, Density, Error, FieldRequest, Mask, Scale, Seed, Size};
///
/// let token = CancelToken::new();
/// token.clone().cancel(); // by a button, in another thread
/// let mask = Mask::full(Size::new(100, 100)?);
/// let density = Density::per_cm2(100.0)?;
/// let request = FieldRequest::new(&mask, Scale::px_per_mm(10.0)?, density, Seed::new(1));
/// assert_eq!(request.generate_with(&token), Err(Error::Cancelled));
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct CancelToken {
    raised: Arc<AtomicBool>,
}

impl CancelToken {
    /// A flag that is not raised; its clones are the same flag.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Raises the flag, for good.
    pub fn cancel(&self) {
        self.raised.store(true, Ordering::Relaxed);
    }
}

impl Progress for CancelToken {
    fn is_cancelled(&self) -> bool {
        self.raised.load(Ordering::Relaxed)
    }
}

/// One watched call.
///
/// Work that was skipped because of a cancellation must never pass for done, so the first yes
/// counts, whatever the caller says later.
pub(crate) struct Watch<'a> {
    progress: &'a dyn Progress,
    total: u32,
    stopped: AtomicBool,
    /// Steps told of; work that is done twice is not told of twice.
    furthest: AtomicU32,
}

impl<'a> Watch<'a> {
    pub(crate) const fn new(progress: &'a dyn Progress, total: u32) -> Self {
        Self {
            progress,
            total,
            stopped: AtomicBool::new(false),
            furthest: AtomicU32::new(0),
        }
    }

    /// Whether to skip what is left.
    pub(crate) fn stops(&self) -> bool {
        if self.stopped.load(Ordering::Relaxed) {
            return true;
        }
        let stops = self.progress.is_cancelled();
        if stops {
            self.stopped.store(true, Ordering::Relaxed);
        }
        stops
    }

    /// Tells that so many steps are done.
    ///
    /// # Errors
    /// [`Error::Cancelled`] when the call is to stop or has skipped anything.
    pub(crate) fn done(&self, steps: u32) -> Result<()> {
        if self.stops() {
            return Err(Error::Cancelled);
        }
        self.tell(steps);
        Ok(())
    }

    fn tell(&self, steps: u32) {
        let before = self.furthest.fetch_max(steps, Ordering::Relaxed);
        let steps = steps.max(before).min(self.total);
        self.progress.report(steps, self.total);
    }

    /// These steps of it, as a call of their own.
    pub(crate) const fn part(&'a self, steps: Range<u32>) -> Part<'a> {
        Part { watch: self, steps }
    }
}

/// Some steps of a watched call, watched as a call of their own.
pub(crate) struct Part<'a> {
    watch: &'a Watch<'a>,
    steps: Range<u32>,
}

impl Progress for Part<'_> {
    fn report(&self, done: u32, total: u32) {
        let Range { start, end } = self.steps;
        let steps = u64::from(end - start) * u64::from(done) / u64::from(total.max(1));
        self.watch.tell(start + steps as u32);
    }

    fn is_cancelled(&self) -> bool {
        self.watch.stops()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says yes once and then no.
    #[derive(Default)]
    struct Fickle(AtomicBool);

    impl Progress for Fickle {
        fn is_cancelled(&self) -> bool {
            !self.0.swap(true, Ordering::Relaxed)
        }
    }

    #[test]
    fn a_yes_is_not_taken_back() {
        let fickle = Fickle::default();
        let watch = Watch::new(&fickle, 3);
        assert!(watch.stops());
        assert!(!fickle.is_cancelled());
        assert_eq!(watch.done(1), Err(Error::Cancelled));
    }
}
