//! What one pass over a mask tells of all of it.

use crate::parallel;
use crate::plane::Plane;

/// What is asked of a mask again and again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Summary {
    /// Sum of all coverages.
    pub(super) area_px: f64,
    /// Left, top, right and bottom of the pixels with any coverage, the last two not included.
    pub(super) bounds: Option<[u32; 4]>,
    /// Whether every pixel is either in or out.
    pub(super) hard: bool,
    /// Pixels with any coverage.
    covered: u64,
}

impl Summary {
    pub(super) fn new(coverage: &Plane<f32>) -> Self {
        let rows = coverage.size().height() as usize;
        let rows = parallel::map(rows, |y| Self::of_row(coverage.row(y as u32), y as u32));
        // Row by row, whatever threads there are: sums depend on their order.
        rows.into_iter().fold(Self::of_row(&[], 0), Self::with)
    }

    fn of_row(row: &[f32], y: u32) -> Self {
        // Without a way out, many values at once.
        let seen = |(covered, soft), &c: &f32| {
            let between = (c != 0.0) & (c != 1.0);
            (covered + u32::from(c > 0.0), soft | u32::from(between))
        };
        let (covered, soft) = row.iter().fold((0, 0), seen);
        let bounds = || {
            let left = row.iter().position(|&c| c > 0.0)?;
            let right = row.iter().rposition(|&c| c > 0.0)?;
            Some([left as u32, y, right as u32 + 1, y + 1])
        };
        let hard = soft == 0;
        Self {
            area_px: if hard { f64::from(covered) } else { sum(row) },
            bounds: if covered == 0 { None } else { bounds() },
            hard,
            covered: covered.into(),
        }
    }

    /// Of a mask and the next row below.
    fn with(self, row: Self) -> Self {
        let bounds = match (self.bounds, row.bounds) {
            (Some([l, t, r, _]), Some([left, _, right, bottom])) => {
                Some([l.min(left), t, r.max(right), bottom])
            }
            (above, here) => above.or(here),
        };
        Self {
            area_px: self.area_px + row.area_px,
            bounds,
            hard: self.hard & row.hard,
            covered: self.covered + row.covered,
        }
    }

    /// The bounds, if all pixels between them are in.
    pub(super) fn rectangle(&self) -> Option<[u32; 4]> {
        self.bounds.filter(|[left, top, right, bottom]| {
            let pixels = u64::from(right - left) * u64::from(bottom - top);
            self.hard && self.covered == pixels
        })
    }
}

fn sum(values: &[f32]) -> f64 {
    // Eight sums side by side: one alone waits for each addition.
    let (parts, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for part in parts {
        for (sum, &value) in sums.iter_mut().zip(part) {
            *sum += f64::from(value);
        }
    }
    let rest = rest.iter().map(|&value| f64::from(value));
    sums.into_iter().chain(rest).sum()
}
