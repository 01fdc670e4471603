//! The sheet: the photo under one overlay after the other.

use glam::Vec2;
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use stubblefield::{Hints, Photo, Scene};

use crate::Failure;
use crate::letters;
use crate::picture::{code, encoded};

/// Widest and highest panel.
const PANEL: u32 = 620;
const GAP: u32 = 10;
const TITLE: u32 = 20;
const COLUMNS: u32 = 2;

const PAPER: Rgb<u8> = Rgb([250, 250, 248]);
const INK: Rgb<u8> = Rgb([30, 30, 34]);
const MARK: Rgb<u8> = Rgb([255, 40, 160]);
const WALL: [u8; 3] = [60, 120, 255];

/// A panel with its title.
struct Panel {
    title: String,
    picture: RgbImage,
}

/// All panels, and under them nothing but paper.
pub(crate) fn draw(photo: &Photo, scene: &Scene, hints: &Hints<'_>) -> Result<RgbImage, Failure> {
    let full = encoded(photo);
    let longest = full.width().max(full.height());
    let shrink = (PANEL as f32 / longest as f32).min(1.0);
    let side = |px: u32| ((px as f32 * shrink) as u32).max(1);
    let (width, height) = (side(full.width()), side(full.height()));
    let small = imageops::resize(&full, width, height, FilterType::Triangle);
    let view = View {
        photo,
        small,
        shrink,
    };
    let panels = [
        view.places(scene, hints)?,
        view.follicles(scene),
        view.hair(scene),
        view.skin(scene),
        view.likeness(scene),
        view.melanin(scene),
        view.shine(scene),
        view.blur(scene),
    ];
    let rows = (panels.len() as u32).div_ceil(COLUMNS);
    let title =
        |panel: &Panel| panel.title.chars().count() as u32 * letters::FONT.character_size.width;
    let widest = panels.iter().map(title).fold(width, u32::max);
    let (column, row) = (widest + GAP, height + TITLE + GAP);
    let mut sheet = RgbImage::from_pixel(COLUMNS * column + GAP, rows * row + GAP, PAPER);
    for (i, panel) in (0..).zip(&panels) {
        let (x, y) = (GAP + i % COLUMNS * column, GAP + i / COLUMNS * row);
        letters::write(&mut sheet, [x, y + 4], &panel.title, INK);
        imageops::replace(
            &mut sheet,
            &panel.picture,
            i64::from(x),
            i64::from(y + TITLE),
        );
    }
    Ok(sheet)
}

struct View<'a> {
    photo: &'a Photo,
    small: RgbImage,
    shrink: f32,
}

impl View<'_> {
    /// A panel whose pixels are `f(place in the photo, own colour)`.
    fn panel(&self, title: String, f: impl Fn(Vec2, Rgb<u8>) -> Rgb<u8>) -> Panel {
        let picture = RgbImage::from_fn(self.small.width(), self.small.height(), |x, y| {
            let place = Vec2::new(x as f32 + 0.5, y as f32 + 0.5) / self.shrink;
            f(place, *self.small.get_pixel(x, y))
        });
        Panel { title, picture }
    }

    /// Area, wall, head, ruler and scale bar over the photo.
    fn places(&self, scene: &Scene, hints: &Hints<'_>) -> Result<Panel, Failure> {
        let scale = scene.scale();
        let words = scale.map_or("no scale".to_owned(), |found| {
            let (px, sd) = (found.scale.get(), 100.0 * found.uncertainty);
            format!("{px:.2} px/mm +-{sd:.1}% by {}", found.source)
        });
        let edge = hints.area.map(|area| area.signed_distance_px());
        let wall = scene.background().coverage();
        let mut panel = self.panel(format!("area, wall (blue), {words}"), |place, own| {
            let (x, y) = (place.x as i64, place.y as i64);
            let line = edge
                .as_ref()
                .map_or(f32::INFINITY, |edge| edge.at(x, y).abs());
            if line < 0.8 / self.shrink {
                MARK
            } else if wall.at(x, y) > 0.5 {
                mix(own, WALL, 0.4)
            } else {
                own
            }
        });
        if let Some(head) = scene.head() {
            for i in 0..720 {
                let t = i as f32 * std::f32::consts::TAU / 720.0;
                let rim =
                    Vec2::from_angle(head.angle).rotate(head.half_axes_px * Vec2::from_angle(t));
                self.dot(&mut panel, head.centre_px + rim, 0);
            }
        }
        if let Some(ruler) = hints.ruler {
            for tick in ruler.read(self.photo)?.ticks {
                self.dot(&mut panel, tick, 2);
            }
        }
        if let Some(found) = scale {
            self.bar(&mut panel, found.scale.get() * self.shrink);
        }
        Ok(panel)
    }

    /// Follicles as circles, shafts as lines from their exit, where the scale lets them be told apart.
    fn follicles(&self, scene: &Scene) -> Panel {
        let Some(found) = scene.follicles() else {
            return self.panel(
                "follicles: too coarse, or no scale or skin".to_owned(),
                |_, own| own,
            );
        };
        let scale = found.scale();
        let density = found.density().map_or(0.0, |density| density.get());
        let title = format!("{} follicles, {density:.0} per cm2", found.all().len());
        let mut panel = self.panel(title, |_, own| own);
        let radius = scale.to_px(0.25).max(2.5 / self.shrink);
        for follicle in found.all() {
            for i in 0..32 {
                let way = Vec2::from_angle(i as f32 * std::f32::consts::TAU / 32.0);
                self.dot(&mut panel, follicle.exit_px + radius * way, 0);
            }
            if let Some(way) = follicle.direction {
                let length = scale.to_px(follicle.length_mm);
                for i in 0..32 {
                    self.dot(
                        &mut panel,
                        follicle.exit_px + way * (length * i as f32 / 32.0),
                        0,
                    );
                }
            }
        }
        panel
    }

    /// Hair over the skin, how much of the area longer hair lies over, and the families of its colour.
    fn hair(&self, scene: &Scene) -> Panel {
        let longer = scene.longer_share().map_or(String::new(), |share| {
            format!("longer on {:.0}%; ", 100.0 * share)
        });
        let tone = scene
            .hair_tone()
            .map_or("colour not to be told".to_owned(), |tone| {
                let [a, b] = tone.families();
                format!(
                    "{} {:.2}, {} {:.2}",
                    a.name, a.probability, b.name, b.probability
                )
            });
        let Some(hair) = scene.hair() else {
            let title = format!("no hair over skin told apart; {longer}{tone}");
            return self.panel(title, |_, own| own);
        };
        let title = format!("hair over skin (green); {longer}{tone}");
        self.panel(title, |place, own| {
            let cover = hair.cover().at(place.x as i64, place.y as i64);
            mix(own, [40, 200, 90], 0.7 * cover)
        })
    }

    /// A bar of the longest round length that fits a third of the panel.
    fn bar(&self, panel: &mut Panel, px_per_mm: f32) {
        let room = panel.picture.width() as f32 / 3.0;
        let lengths = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0];
        let fits = lengths.iter().rev().find(|&&mm| mm * px_per_mm <= room);
        let Some(mm) = fits else { return };
        let y = panel.picture.height().saturating_sub(16);
        for x in 0..(mm * px_per_mm) as u32 {
            for dy in 0..4 {
                let ink = if dy == 0 || dy == 3 { PAPER } else { INK };
                put(
                    &mut panel.picture,
                    i64::from(12 + x),
                    i64::from(y + dy),
                    ink,
                );
            }
        }
        letters::write(
            &mut panel.picture,
            [12, y.saturating_sub(14)],
            &format!("{mm} mm"),
            INK,
        );
    }

    fn dot(&self, panel: &mut Panel, place: Vec2, reach: i64) {
        let at = place * self.shrink;
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                put(&mut panel.picture, at.x as i64 + dx, at.y as i64 + dy, MARK);
            }
        }
    }

    fn skin(&self, scene: &Scene) -> Panel {
        let title = scene
            .skin()
            .map_or("skin: none found in the area".to_owned(), |skin| {
                let (ita, monk, lab) = (skin.ita_degrees(), skin.monk_tone(), skin.lab());
                let (l, a, b) = (lab.l, lab.a, lab.b);
                format!("skin: L {l:.0} A {a:.0} B {b:.0}, ITA {ita:.0}, Monk {monk:.1}")
            });
        let Some(map) = scene.skin_map() else {
            return self.panel(title, |_, own| own);
        };
        let cell = map.cell_px() as f32;
        self.panel(title, |place, _| {
            let at = place / cell;
            Rgb(map.color().at(at.x as i64, at.y as i64).map(code))
        })
    }

    fn likeness(&self, scene: &Scene) -> Panel {
        let title = "skin-like colour (rest darkened)".to_owned();
        let Some(map) = scene.skin_map() else {
            return self.panel(title, |_, own| mix(own, [0; 3], 0.8));
        };
        let cell = map.cell_px() as f32;
        self.panel(title, |place, own| {
            let at = place / cell;
            mix(
                own,
                [0; 3],
                0.8 * (1.0 - map.likeness().at(at.x as i64, at.y as i64)),
            )
        })
    }

    fn melanin(&self, scene: &Scene) -> Panel {
        let title = "melanin: 0.2 blue to 1.0 red".to_owned();
        let Some(map) = scene.skin_map() else {
            return self.panel(title, |_, own| own);
        };
        let cell = map.cell_px() as f32;
        self.panel(title, |place, _| {
            let at = place / cell;
            heat((map.melanin().at(at.x as i64, at.y as i64) - 0.2) / 0.8)
        })
    }

    fn shine(&self, scene: &Scene) -> Panel {
        let title = "light from the surface: 0 blue to 1 red".to_owned();
        self.panel(title, |place, own| {
            let share = f32::from(scene.surface().at(place.x as i64, place.y as i64)) / 255.0;
            mix(own, heat(share).0, 0.75)
        })
    }

    fn blur(&self, scene: &Scene) -> Panel {
        let camera = scene.camera();
        let grain = camera.and_then(|camera| camera.grain);
        let grain = grain.map_or("no noise".to_owned(), |grain| {
            let (sd, size) = (100.0 * grain.sd_at_white, grain.size_px);
            format!("noise {sd:.2}%, grain {size:.1}")
        });
        let Some(blur) = camera.and_then(|camera| camera.blur.as_ref()) else {
            return self.panel(format!("blur: not to be told, {grain}"), |_, own| own);
        };
        let sigma = blur.sigma_px;
        let title = format!("blur {sigma:.2} px, half blue to twice red, {grain}");
        self.panel(title, |place, own| {
            let octaves = (blur.at(place) / sigma).log2();
            mix(own, heat(0.5 + 0.5 * octaves).0, 0.6)
        })
    }
}

fn put(picture: &mut RgbImage, x: i64, y: i64, color: Rgb<u8>) {
    let inside =
        x >= 0 && y >= 0 && x < i64::from(picture.width()) && y < i64::from(picture.height());
    if inside {
        picture.put_pixel(x as u32, y as u32, color);
    }
}

fn mix(own: Rgb<u8>, other: [u8; 3], share: f32) -> Rgb<u8> {
    let mixed = |c: usize| {
        let (a, b) = (f32::from(own[c]), f32::from(other[c]));
        (a + (b - a) * share.clamp(0.0, 1.0) + 0.5) as u8
    };
    Rgb([mixed(0), mixed(1), mixed(2)])
}

/// Blue, green, yellow, red from 0 to 1.
fn heat(value: f32) -> Rgb<u8> {
    let t = value.clamp(0.0, 1.0) * 3.0;
    let colors = [[40, 60, 200], [40, 170, 90], [245, 210, 60], [215, 40, 40]];
    let i = (t as usize).min(2);
    mix(Rgb(colors[i]), colors[i + 1], t - i as f32)
}
