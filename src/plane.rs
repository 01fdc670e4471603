//! A row-major grid with one value per pixel.

use std::fmt;

use crate::error::{Error, Result};
use crate::filter;
use crate::memory;
use crate::parallel;
use crate::units::Size;

/// A row-major grid: `width × height` values, row 0 on top, pixel centres at +0.5.
///
/// # Examples
/// ```
/// use stubblefield::{Plane, Size};
///
/// let ramp = Plane::from_fn(Size::new(4, 2)?, |x, _| x as f32);
/// assert_eq!(ramp.row(1), [0.0, 1.0, 2.0, 3.0]);
/// assert_eq!(ramp.sample(2.0, 1.0), 1.5); // halfway between the centres of columns 1 and 2
/// # Ok::<(), stubblefield::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Plane<T> {
    size: Size,
    values: Vec<T>,
}

impl<T> fmt::Debug for Plane<T> {
    /// The size alone: millions of values help nobody.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plane")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// Values that are looked at before any is found not to hold, and how far ahead of them others are asked for.
const PART: usize = 64;
const AHEAD: usize = 8 * PART;

impl<T: Copy> Plane<T> {
    /// A grid of one value.
    #[must_use]
    pub fn filled(size: Size, value: T) -> Self {
        Self {
            size,
            values: vec![value; size.pixels()],
        }
    }

    /// A grid of `f(column, row)`, evaluated row by row.
    #[must_use]
    pub fn from_fn(size: Size, mut f: impl FnMut(u32, u32) -> T) -> Self {
        let mut values = Vec::with_capacity(size.pixels());
        for y in 0..size.height() {
            values.extend((0..size.width()).map(|x| f(x, y)));
        }
        Self { size, values }
    }

    /// [`Plane::from_fn`] by several threads.
    pub(crate) fn from_rows(size: Size, f: impl Fn(u32, u32) -> T + Sync + Send) -> Self
    where
        T: Default + Send,
    {
        let mut plane = Self::filled(size, T::default());
        parallel::for_each_chunk(&mut plane.values, size.width() as usize, |y, row| {
            for (x, value) in (0..).zip(row) {
                *value = f(x, y as u32);
            }
        });
        plane
    }

    /// A grid over values that are already there, row by row.
    ///
    /// # Errors
    /// [`Error::WrongLength`] unless there is exactly one value per pixel.
    pub fn from_vec(size: Size, values: Vec<T>) -> Result<Self> {
        if values.len() != size.pixels() {
            return Err(Error::WrongLength {
                parameter: "values",
                value: values.len(),
                allowed: size.pixels(),
            });
        }
        Ok(Self { size, values })
    }

    /// Width and height.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
    }

    /// The value at a pixel, or at the nearest one when the position lies outside the grid.
    #[must_use]
    pub fn at(&self, x: i64, y: i64) -> T {
        let x = x.clamp(0, i64::from(self.size.width()) - 1) as usize;
        let y = y.clamp(0, i64::from(self.size.height()) - 1) as usize;
        self.values[y * self.size.width() as usize + x]
    }

    /// One row.
    ///
    /// # Panics
    /// When `y` is not below the height.
    #[must_use]
    #[track_caller]
    pub fn row(&self, y: u32) -> &[T] {
        let width = self.size.width() as usize;
        &self.values[y as usize * width..][..width]
    }

    /// All values, row by row.
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// Whether `f` holds for all values; looks at many before it stops, which is quicker.
    pub(crate) fn all(&self, f: impl Fn(T) -> bool) -> bool
    where
        T: Copy,
    {
        // Counted in words as wide as most values: truths in bytes would have to be packed.
        let holds = |part: &[T]| {
            part.iter()
                .fold(0, |not, &value| not | u32::from(!f(value)))
                == 0
        };
        let mut parts = self.values.chunks(PART).enumerate();
        parts.all(|(i, part)| {
            let ahead = i * PART + AHEAD;
            memory::ask_run(&self.values, ahead..ahead + PART);
            holds(part)
        })
    }

    /// All values, row by row, to be changed in place.
    #[must_use]
    pub fn values_mut(&mut self) -> &mut [T] {
        &mut self.values
    }

    /// The values alone.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        self.values
    }

    /// A grid of `f(value)`.
    #[must_use]
    pub fn map<U: Copy>(&self, f: impl FnMut(T) -> U) -> Plane<U> {
        Plane {
            size: self.size,
            values: self.values.iter().copied().map(f).collect(),
        }
    }
}

impl Plane<f32> {
    /// Smoothed with a Gaussian of `sigma` pixels, as by [`filter::gaussian`].
    pub(crate) fn smoothed(&self, sigma: f32) -> Self {
        let columns = self.size.width() as usize;
        Self {
            size: self.size,
            values: filter::gaussian(&self.values, columns, 1, sigma),
        }
    }

    /// The value at a position in pixels, bilinear between pixel centres, constant beyond them.
    ///
    /// Only additions, multiplications and `floor`: the same bits on every machine.
    #[must_use]
    pub fn sample(&self, x_px: f32, y_px: f32) -> f32 {
        // Beyond the rim all is constant; held to it so that no index can overflow. NaN reads as 0.
        let hold = |at: f32, side: u32| (at - 0.5).max(-1.0).min(side as f32);
        let (x, y) = (
            hold(x_px, self.size.width()),
            hold(y_px, self.size.height()),
        );
        let (left, top) = (x.floor(), y.floor());
        let (u, v) = (x - left, y - top);
        let (left, top) = (left as i64, top as i64);
        // Nothing of a value is taken at a weight of 0: an infinite one would make it no number.
        let mix = |a: f32, b: f32, t: f32| if t == 0.0 { a } else { a * (1.0 - t) + b * t };
        let upper = mix(self.at(left, top), self.at(left + 1, top), u);
        let lower = mix(self.at(left, top + 1), self.at(left + 1, top + 1), u);
        mix(upper, lower, v)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampling_is_exact_at_centres_and_constant_outside() {
        let plane = Plane::from_fn(Size::new(3, 3).unwrap(), |x, y| (x + 10 * y) as f32);
        assert_eq!(plane.sample(1.5, 2.5), 21.0);
        assert_eq!(plane.sample(-40.0, -1e9), 0.0);
        assert_eq!(plane.sample(1e9, 1e9), 22.0);
        assert_eq!(plane.sample(f32::INFINITY, f32::NEG_INFINITY), 2.0);
        assert_eq!(plane.sample(f32::NAN, 2.5), 20.0);
        let far = plane.map(|_| f32::INFINITY);
        for at in [-3.0, 0.5, 0.7, 2.5, 9.0] {
            assert_eq!(far.sample(at, 1.5), f32::INFINITY, "at {at}");
        }
    }

    #[test]
    fn a_vector_of_the_wrong_length_is_refused() {
        for length in [3, 5] {
            let refused = Plane::from_vec(Size::new(2, 2).unwrap(), vec![0_u8; length]);
            assert_eq!(
                refused.unwrap_err().to_string(),
                format!("values has {length} elements, allowed: exactly 4")
            );
        }
    }
}
