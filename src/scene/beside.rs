//! What lies beside an area: bare skin, before which a treatment thins out, or own hair, which it meets.

use glam::Vec2;

use crate::mask::{Mask, smoothstep};
use crate::parallel;
use crate::plane::Plane;
use crate::scene::working::{Coarser, Working};
use crate::units::Scale;

/// How far beside the area is looked, in mm: wider than the blur of a border, narrower than a forehead.
const BESIDE_MM: f32 = 7.0;

/// Side of the cells, and standard deviations of the Gaussians over which light beside the area is averaged,
/// over which light in it is, and over which the border is of one kind, in mm.
const CELL_MM: f32 = 1.5;
const LOCAL_MM: f32 = 1.5;
const WITHIN_MM: f32 = 8.0;
const TOGETHER_MM: f32 = 3.0;

/// Share of light from the surface, in 255ths, from which a place tells nothing of what lies below.
const SHINE: u8 = 60;

/// Stubble takes this much more red light than the skin of the area, as a natural logarithm, and this much more of
/// red than of blue. Roots below the skin keep red back most, for red reaches them; shade takes all alike, and skin
/// that is redder takes blue. Beside treatments of a synthetic head and of five photographed ones, stubble took
/// 0.24 to 0.60 of red and 0.03 to 0.19 more than of blue; foreheads −0.15 to 0.20, and from 0.14 on less than of blue.
const STUBBLE: f32 = 0.15;
const COOLER: f32 = 0.02;

/// Whatever takes so much red light, nearly half, is hair of any colour.
const DARK: f32 = 0.6;

/// How much more of red than of blue counts beside the red that is taken, where the share of own hair in an area is
/// found; the share of that beside it which skin may vary by, and from which on hair is as dense as there; and how
/// far into the area it is looked for, in mm.
const COOL_WEIGHT: f32 = 2.0;
const SAME: f32 = 0.08;
const AS_DENSE: f32 = 0.7;
const INTO_MM: f32 = 12.0;

/// Weight of what was seen below which a mean of light is none.
const SEEN: f32 = 0.2;
const TREATED: f32 = 1e-4;

/// Where own hair lies beside an area, in square cells.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HairBeside {
    side_px: u32,
    cells: Plane<u8>,
    /// Share of the density beside the area that own hair has in it, per cell.
    share: Plane<f32>,
}

/// Marks a cell in which all that is not treated is hair, or lies behind hair.
const HAIR: u8 = 1;
/// Marks one that reaches into the area.
const AREA: u8 = 2;

/// Sums over a cell.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    /// Red and blue, and how much was seen of them; the same within the area.
    light: [f32; 2],
    seen: f32,
    within: [f32; 2],
    treated: f32,
    /// Whether its middle lies in the area.
    inside: bool,
}

/// What is taken of red and of blue light, as natural logarithms.
#[derive(Clone, Copy, Debug)]
struct Taken {
    red: f32,
    blue: f32,
}

/// Red and blue light of the skin and hair around each cell, and how much was seen of them.
struct Around {
    light: [Plane<f32>; 2],
    seen: Plane<f32>,
}

impl Around {
    fn of(cells: &Plane<Cell>, whole: f32, cell_mm: f32) -> Self {
        let mean = |of: fn(&Cell) -> f32| {
            let sums = cells.map(|cell| of(&cell) / whole);
            sums.smoothed(LOCAL_MM / cell_mm)
        };
        Self {
            light: [mean(|cell| cell.light[0]), mean(|cell| cell.light[1])],
            seen: mean(|cell| cell.seen),
        }
    }
}

impl Taken {
    fn is_by_hair(self) -> bool {
        self.red >= DARK || self.red >= STUBBLE && self.red - self.blue >= COOLER
    }

    /// In proportion to the hair that takes it.
    fn evidence(self) -> f32 {
        self.red + COOL_WEIGHT * (self.red - self.blue)
    }
}

impl HairBeside {
    /// `None` where all that borders on the area is bare skin or the wall.
    ///
    /// # Cost
    /// A visit per cell of the working copy.
    pub(super) fn find(
        working: &Working,
        area: &Mask,
        background: &Mask,
        surface: &Plane<u8>,
        scale: Scale,
    ) -> Option<Self> {
        let Coarser {
            per_cell,
            side_px,
            cell_mm,
            size,
        } = working.coarser(CELL_MM, scale);
        let of = working.light.size();
        let mut cells = Plane::filled(size, Cell::default());
        let tells = |x: u32, y: u32| {
            let (x, y) = (i64::from(x), i64::from(y));
            background.coverage().at(x, y) == 0.0 && surface.at(x, y) <= SHINE
        };
        parallel::for_each_chunk(cells.values_mut(), size.width() as usize, |row, out| {
            let rows = row as u32 * per_cell..((row as u32 + 1) * per_cell).min(of.height());
            for y in rows {
                let y_px = (y * working.side + working.side / 2).min(area.size().height() - 1);
                for (x, light) in (0..).zip(working.light.row(y)) {
                    let x_px = (x * working.side + working.side / 2).min(area.size().width() - 1);
                    let cell = &mut out[(x / per_cell) as usize];
                    let covered = area.coverage().at(i64::from(x_px), i64::from(y_px));
                    cell.inside |= covered > 0.0;
                    if tells(x_px, y_px) {
                        let light = [light[0], light[2]];
                        for c in 0..2 {
                            cell.light[c] += light[c];
                            cell.within[c] += covered * light[c];
                        }
                        cell.seen += 1.0;
                        cell.treated += covered;
                    }
                }
            }
        });
        let whole = (per_cell * per_cell) as f32;
        let away = distance_to(&cells.map(|cell| cell.inside));
        let beside = away.map(|cells| (0.0..=BESIDE_MM).contains(&(cells * cell_mm)));
        if !beside.values().contains(&true) {
            return None;
        }
        // Together, for one stray cell would be an edge of its own.
        let over = |taken: &Plane<Option<Taken>>, of: &dyn Fn(Taken) -> f32| {
            let of = |x: u32, y: u32| {
                let (x, y) = (i64::from(x), i64::from(y));
                taken.at(x, y).filter(|_| beside.at(x, y)).map_or(0.0, of)
            };
            Plane::from_fn(size, of).smoothed(TOGETHER_MM / cell_mm)
        };
        let is_hair = |taken: Taken| f32::from(u8::from(taken.is_by_hair()));
        let around = Around::of(&cells, whole, cell_mm);
        let taken = |own: &Plane<f32>| Self::taken(&cells, &around, own, whole, cell_mm);
        let first = taken(&Plane::filled(size, 0.0));
        let (known, hairy) = (over(&first, &|_| 1.0), over(&first, &is_hair));
        let kind = |of: bool| {
            Plane::from_fn(size, |x, y| {
                let (x, y) = (i64::from(x), i64::from(y));
                beside.at(x, y) && (hairy.at(x, y) > 0.5 * known.at(x, y)) == of
            })
        };
        let hair = kind(true);
        if !hair.values().contains(&true) {
            return None;
        }
        // Farther away lies what is behind the nearest of both.
        let [hair, bare] = [hair, kind(false)].map(|of| distance_to(&of));
        let marks = Plane::from_fn(size, |x, y| {
            let (x, y) = (i64::from(x), i64::from(y));
            let area = if away.at(x, y) <= 0.0 { AREA } else { 0 };
            area | if hair.at(x, y) < bare.at(x, y) {
                HAIR
            } else {
                0
            }
        });
        let share = |taken: &Plane<Option<Taken>>| {
            let wide = |of: &dyn Fn(Taken) -> f32| over(taken, of).smoothed(WITHIN_MM / cell_mm);
            let by_hair = wide(&|taken| is_hair(taken) * taken.evidence());
            let of_hair = wide(&is_hair);
            Plane::from_fn(size, |x, y| {
                let (x, y) = (i64::from(x), i64::from(y));
                let Some(taken) = taken.at(x, y).filter(|_| marks.at(x, y) & HAIR != 0) else {
                    return 0.0;
                };
                let share = taken.evidence() * of_hair.at(x, y) / by_hair.at(x, y).max(1e-6);
                let near = 1.0 - smoothstep(hair.at(x, y) * cell_mm / INTO_MM);
                near * ((share - SAME) / (AS_DENSE - SAME)).clamp(0.0, 1.0)
            })
        };
        // Once more beside the skin that is then known to be bare.
        let share = share(&taken(&share(&first)));
        Some(Self {
            side_px,
            cells: marks,
            share,
        })
    }

    /// What is taken of light near the area beside what the skin in it sends back where own hair does not shade it,
    /// cell by cell, where light tells.
    fn taken(
        cells: &Plane<Cell>,
        around: &Around,
        own: &Plane<f32>,
        whole: f32,
        cell_mm: f32,
    ) -> Plane<Option<Taken>> {
        let bare = |of: fn(&Cell) -> f32| {
            let mut light = cells.map(|cell| of(&cell) / whole);
            for (light, own) in light.values_mut().iter_mut().zip(own.values()) {
                *light *= 1.0 - own;
            }
            light.smoothed(WITHIN_MM / cell_mm)
        };
        let treated = bare(|cell| cell.treated);
        let within = [bare(|cell| cell.within[0]), bare(|cell| cell.within[1])];
        Plane::from_fn(cells.size(), |x, y| {
            let (x, y) = (i64::from(x), i64::from(y));
            let (seen, treated) = (around.seen.at(x, y), treated.at(x, y));
            if seen < SEEN || treated < TREATED {
                return None;
            }
            let [red, blue] = [0, 1].map(|c| {
                let usual = within[c].at(x, y) / treated;
                let ratio = usual / (around.light[c].at(x, y) / seen).max(f32::MIN_POSITIVE);
                libm::logf(ratio.clamp(1e-3, 1e3))
            });
            Some(Taken { red, blue })
        })
    }

    /// Whether a treatment lies in the area that was read.
    pub(crate) fn holds(&self, treated: &Mask) -> bool {
        let side = self.side_px as usize;
        // Samples have told which cells are of the area, and may have missed its rim.
        let middle = |row: usize| (row * side + side / 2) as u32;
        let rows = self.cells.size().height() as usize;
        let within = parallel::map(rows, |row| {
            let treated = (middle(row) < treated.size().height())
                .then(|| treated.coverage().row(middle(row)).chunks(side));
            let mut cells = treated
                .into_iter()
                .flatten()
                .zip(self.cells.row(row as u32));
            cells.all(|(treated, cell)| cell & AREA != 0 || treated.contains(&0.0))
        });
        !within.contains(&false)
    }

    /// The wall, and all that is hair around a treatment or lies behind it.
    pub(crate) fn with(&self, wall: &Mask, treated: &Mask) -> Mask {
        let mut shares = wall.coverage().clone();
        let columns = wall.size().width() as usize;
        let side = self.side_px as usize;
        parallel::for_each_chunk(shares.values_mut(), columns, |y, row| {
            let cells = self.cells.row((y / side) as u32);
            let treated = treated.coverage().row(y as u32).chunks(side);
            let cells = row.chunks_mut(side).zip(treated).zip(cells);
            for ((run, treated), _) in cells.filter(|(_, cell)| *cell & HAIR != 0) {
                for (share, _) in run.iter_mut().zip(treated).filter(|(_, of)| **of == 0.0) {
                    *share = 1.0;
                }
            }
        });
        Mask::from_shares(shares)
    }

    /// The columns of a row in which own hair grows, each with its share of the density beside the area.
    pub(crate) fn shares_in_row(
        &self,
        y_px: u32,
        columns: usize,
    ) -> impl Iterator<Item = (usize, f32)> {
        let side = self.side_px as usize;
        let row = i64::from(y_px / self.side_px);
        let around = move |cell: usize| {
            (row - 1..=row + 1).flat_map(move |y| (-1..=1).map(move |x| (cell as i64 + x, y)))
        };
        let grows = move |cell: &usize| around(*cell).any(|(x, y)| self.share.at(x, y) > 0.0);
        let cells = (0..columns.div_ceil(side)).filter(grows);
        cells.flat_map(move |cell| {
            let run = cell * side..columns.min((cell + 1) * side);
            run.map(move |x| {
                let at_px = Vec2::new(x as f32 + 0.5, y_px as f32 + 0.5);
                (x, self.share_at(at_px))
            })
        })
    }

    /// The share at one place.
    pub(crate) fn share_at(&self, at_px: Vec2) -> f32 {
        let at = at_px / self.side_px as f32;
        self.share.sample(at.x, at.y)
    }

    /// What a fingerprint is made of.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let shares = self
            .share
            .values()
            .iter()
            .flat_map(|share| share.to_le_bytes());
        self.cells.values().iter().copied().chain(shares).collect()
    }
}

/// Distance to the nearest cell of some, in cells, at most 0 within them.
fn distance_to(cells: &Plane<bool>) -> Plane<f32> {
    let shares = cells.map(|of| f32::from(u8::from(of)));
    Mask::from_shares(shares).signed_distance_px().map(|d| -d)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::Photo;
    use crate::scene::{Hints, Scene};
    use crate::units::Size;
    use palette::{LinSrgb, Srgb};

    /// Skin of 60 mm at 2 px/mm with a round area of 24 mm; before its upper half something else, 12 mm wide, which
    /// leaves these shares of red, green and blue.
    fn beside(left: [f32; 3]) -> (Option<HairBeside>, Mask) {
        let size = Size::new(120, 120).unwrap();
        let from_middle = |p: Vec2| p - Vec2::splat(60.0);
        let area = Mask::from_fn(size, |p| {
            f32::from(u8::from(from_middle(p).length() < 24.0))
        });
        let area = area.unwrap();
        let color = |i: usize| {
            let at = from_middle(Vec2::new((i % 120) as f32 + 0.5, (i / 120) as f32 + 0.5));
            let other = at.y < 0.0 && (24.0..48.0).contains(&at.length());
            let [r, g, b] = if other { left } else { [1.0; 3] };
            let linear = LinSrgb::new(0.36 * r, 0.23 * g, 0.17 * b);
            let codes = Srgb::<u8>::from_linear(linear);
            [codes.red, codes.green, codes.blue]
        };
        let photo = Photo::from_rgb8(size, (0..size.pixels()).flat_map(color).collect()).unwrap();
        let scale = Scale::px_per_mm(2.0).unwrap();
        let hints = Hints::new().with_area(&area).with_scale(scale);
        let scene = Scene::read(&photo, hints).unwrap();
        assert!(scene.background().is_empty());
        (scene.beside().cloned(), area)
    }

    #[test]
    fn hair_is_told_from_shade_and_from_redder_skin() {
        let nothing = Mask::full(Size::new(120, 120).unwrap()).invert();
        // As simulated for shaved hair in fair skin; and long hair.
        for hair in [[0.73, 0.85, 0.90], [0.30, 0.30, 0.30]] {
            let (found, area) = beside(hair);
            let found = found.unwrap_or_else(|| panic!("{hair:?}"));
            assert!(found.holds(&area));
            let around = found.with(&nothing, &area);
            let at = |x, y| around.coverage().at(x, y);
            assert_eq!(
                [at(60, 30), at(60, 5), at(60, 90), at(60, 60)],
                [1.0, 1.0, 0.0, 0.0]
            );
            // The area itself is bare.
            let own = (0..120).flat_map(|y| found.shares_in_row(y, 120).map(move |of| (y, of)));
            let deep = own
                .filter(|&(y, (x, _))| Vec2::new(x as f32 - 60.0, y as f32 - 60.0).length() < 18.0);
            assert!(deep.map(|(_, (_, share))| share).fold(0.0, f32::max) < 0.2);
        }
        for skin in [
            [1.0; 3],
            [0.75, 0.75, 0.75],
            [0.9, 0.7, 0.65],
            [1.2, 1.2, 1.2],
            [0.95, 1.1, 1.1],
        ] {
            assert_eq!(beside(skin).0, None, "{skin:?}");
        }
    }

    #[test]
    fn a_treatment_beyond_what_was_read_is_not_held() {
        let (found, area) = beside([0.73, 0.85, 0.90]);
        let found = found.unwrap();
        assert!(
            found.holds(
                &area
                    .subtract(
                        &Mask::from_fn(area.size(), |p| { f32::from(u8::from(p.x < 50.0)) })
                            .unwrap()
                    )
                    .unwrap()
            )
        );
        assert!(!found.holds(&Mask::full(area.size())));
    }
}
