//! What a request may ask for beyond density: how many dots, what edges do, what softness means.

/// How many dots a field gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Count {
    /// As many as fit at the spacing of the density: within about √(0.06·N) dots of
    /// density × area, and maximal, with room for no other dot.
    #[default]
    Maximal,
    /// Exactly density × area, to the nearest whole dot.
    ///
    /// The area is weighed by mask coverage and relative density; pixels whose centres lie inside
    /// a clearance do not count, and each obstacle of
    /// [`ObstacleKind::CountsAsDot`](super::ObstacleKind::CountsAsDot) on the mask takes the place of
    /// one dot.
    Exact,
    /// Exactly this many new dots, 1 to [`FieldRequest::MAX_DOTS`](super::FieldRequest::MAX_DOTS),
    /// in place of the request's density.
    Dots(u32),
}

/// What happens at the edge of the mask.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum EdgePolicy {
    /// An even field is cut off: dots are as dense at the edge as elsewhere, and moving the edge
    /// moves no dot.
    #[default]
    Clip,
    /// As [`EdgePolicy::Clip`], so many mm inside the edge (0 to 1000), to within a pixel.
    ///
    /// The edge runs where coverage crosses ½; the picture's own border is none.
    Inset(f32),
    /// Dots fill the mask by themselves, so that nowhere inside another one fits, down to the
    /// smallest island.
    ///
    /// They line up along the edge, several times as dense within a tenth of the spacing: right for
    /// small shapes, wrong for hairlines. Only for even spacing: a soft mask, a relative density or an
    /// area factor is refused.
    Fill,
}

/// What coverage between 0 and 1 means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Softness {
    /// Spacing grows as coverage falls.
    #[default]
    Density,
    /// A full field is laid wherever there is any coverage; a dot stays if the share of dots ranked
    /// before it is below its coverage.
    ///
    /// Dots come and go with coverage, none moves: for brushing. Less even than
    /// [`Softness::Density`].
    Rank,
}
