//! Dots over several sessions, each of them and all together spread evenly.

use super::obstacle::{Obstacle, ObstacleKind};
use super::prepare::Prepared;
use super::request::{FieldRequest, STEPS};
use super::select::Batch;
use super::{Dot, DotField};
use crate::error::{Error, Result};
use crate::progress::{Progress, Watch};
use crate::random::{Seed, mix64};

/// The dots of a treatment, session by session.
///
/// Made by [`FieldRequest::generate_sessions`].
///
/// # Examples
/// ```
/// use stubblefield::{Density, FieldRequest, Mask, Scale, Seed, Size};
///
/// let mask = Mask::full(Size::new(300, 200)?); // 6 cm²
/// let density = Density::per_cm2(100.0)?;
/// let request = FieldRequest::new(&mask, Scale::px_per_mm(10.0)?, density, Seed::new(7));
/// let sessions = request.generate_sessions(&[0.3, 0.7, 1.0])?;
/// let counts: Vec<usize> = sessions.fields().iter().map(|field| field.dots().len()).collect();
/// assert_eq!(counts, [180, 240, 180]);
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sessions {
    fields: Vec<DotField>,
}

impl Sessions {
    /// The most sessions of one treatment.
    pub const MAX: usize = 16;

    /// The new dots of each session, first session first.
    ///
    /// The obstacles of a field are the caller's and all dots of the sessions before it, those
    /// beyond the edge included. Its dots keep its own spacing from one another and from these; the
    /// dots taken away to meet the count are in its [`DotField::halo`].
    #[must_use]
    pub fn fields(&self) -> &[DotField] {
        &self.fields
    }

    /// All dots in the order of sessions, each with its session's index from 0.
    pub fn dots(&self) -> impl Iterator<Item = (usize, &Dot)> {
        let fields = self.fields.iter().enumerate();
        fields.flat_map(|(session, field)| field.dots().iter().map(move |dot| (session, dot)))
    }

    /// All dots as one field, in the order of [`Sessions::dots`] and with the spacings of the last
    /// session.
    ///
    /// Its obstacles are those of the last session's field, the dots of earlier ones among them.
    ///
    /// # Examples
    /// ```
    /// # use stubblefield::{Density, FieldRequest, Mask, Scale, Seed, Size, quality};
    /// # let (mask, density) = (Mask::full(Size::new(300, 200)?), Density::per_cm2(100.0)?);
    /// # let request = FieldRequest::new(&mask, Scale::px_per_mm(10.0)?, density, Seed::new(7));
    /// let union = request.generate_sessions(&[0.4, 1.0])?.union();
    /// assert_eq!(union.dots().len(), 600);
    /// let least = quality::least_distance_mm(&union).unwrap();
    /// assert!(least > 0.9995 * union.nominal_spacing_mm());
    /// # Ok::<(), stubblefield::Error>(())
    /// ```
    #[must_use]
    pub fn union(&self) -> DotField {
        // There is at least one session.
        let last = &self.fields[self.fields.len() - 1];
        let mut dots: Vec<Dot> = self.dots().map(|(_, dot)| *dot).collect();
        for dot in &mut dots {
            dot.spacing_mm = last.spacing_mm_at(dot.position_mm) as f32;
        }
        DotField {
            dots,
            ..last.clone()
        }
    }

    /// An error unless a treatment can reach these shares one after the other.
    pub(crate) fn check(shares: &[f32]) -> Result<()> {
        let count = shares.len();
        let some = (1..=Self::MAX).contains(&count);
        Error::check("sessions", count as f64, some, "1..=16")?;
        let mut before = 0.0;
        for &share in shares {
            let rising = share > before && share <= 1.0;
            Error::check("share", f64::from(share), rising, "rising, 0..=1")?;
            before = share;
        }
        Ok(())
    }
}

impl FieldRequest<'_> {
    /// A treatment in sessions: after each there are the given shares of all dots, cumulative and
    /// rising, such as `[0.3, 0.7, 1.0]`.
    ///
    /// Session s is laid around all earlier dots at the spacing of the density that is reached with
    /// it: at every moment the dots there are stand as evenly as dots of that density can. No
    /// session moves a dot of an earlier one. Counts are exact: a [`Count::Maximal`] request counts
    /// as [`Count::Exact`]. Ranks run on from session to session; within a session every prefix
    /// is even, together with what stands already.
    ///
    /// For a treatment that has begun, pass the dots found on the skin as obstacles of
    /// [`ObstacleKind::CountsAsDot`] and the shares of what is still to come.
    ///
    /// [`Count::Maximal`]: super::Count::Maximal
    /// [`Count::Exact`]: super::Count::Exact
    ///
    /// # Errors
    /// Those of [`FieldRequest::generate`]; [`Error::OutOfRange`] for shares that are no number, not
    /// above 0, above 1 or not rising, or for none or more than [`Sessions::MAX`] of them.
    ///
    /// # Tolerance
    /// Dots of different sessions keep the session's spacing to within 1/2000: every session has a
    /// lattice of its own.
    ///
    /// # Cost
    /// That of a field with obstacles for every session.
    pub fn generate_sessions(&self, shares: &[f32]) -> Result<Sessions> {
        self.generate_sessions_with(shares, &())
    }

    /// As [`FieldRequest::generate_sessions`], watched: to show how far it is, and to stop it.
    ///
    /// # Errors
    /// Those of [`FieldRequest::generate_sessions`], and [`Error::Cancelled`], as soon as
    /// [`FieldRequest::generate_with`] stops.
    pub fn generate_sessions_with(
        &self,
        shares: &[f32],
        progress: &dyn Progress,
    ) -> Result<Sessions> {
        self.check()?;
        Sessions::check(shares)?;
        let watch = Watch::new(progress, STEPS * shares.len() as u32);
        watch.done(0)?;
        let prepared = Prepared::new(self, true)?;
        let total = prepared.total() as f64;
        let standing = prepared.standing as f64;
        let mut obstacles = self.obstacles.to_vec();
        let mut fields = Vec::with_capacity(shares.len());
        let mut placed = 0;
        for (tag, &share) in (0..).zip(shares) {
            let reached = (f64::from(share) * total).round();
            let so_far = (standing + reached) / (standing + total).max(1.0);
            let batch = Batch {
                seed: of_session(self.seed, tag),
                tag,
                obstacles: &obstacles,
                // A session without a dot still needs a spacing.
                density: prepared.density * so_far.max(1e-3),
                keep: Some(reached as usize - placed),
                first_rank: placed as u32,
            };
            let begun = STEPS * u32::from(tag);
            let session = watch.part(begun..begun + STEPS);
            let laid = prepared.lay(&batch, &Watch::new(&session, STEPS))?;
            watch.done(begun + STEPS)?;
            let stand = laid.field.dots.iter().chain(&laid.standing);
            obstacles
                .extend(stand.map(|dot| Obstacle::new(dot.position_mm, ObstacleKind::CountsAsDot)));
            placed = reached as usize;
            fields.push(laid.field);
        }
        Ok(Sessions { fields })
    }
}

/// The first session is the field of the request's own seed.
const fn of_session(seed: Seed, session: u8) -> Seed {
    match session {
        0 => seed,
        _ => Seed::new(mix64(seed.get() ^ mix64(session as u64))),
    }
}
