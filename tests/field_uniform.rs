//! A uniform field has the statistics of dart throwing, and leaves no room.

use glam::DVec2;
use stubblefield::quality::{self, PairCorrelation, Periodogram};
use stubblefield::{DotField, Seed};

#[test]
fn a_hundred_thousand_dots_keep_their_distance_and_leave_no_room() {
    let field = DotField::torus(560, 1.0, Seed::new(11)).unwrap();
    let dots = field.dots().len();
    assert!(dots >= 100_000, "{dots}");
    let least = quality::least_distance_mm(&field).unwrap();
    assert!(least > 1.0 - 1e-4, "f32 coordinates near 400 mm: {least}");
    assert_eq!(quality::uncovered_share(&field, 300_000, Seed::new(5)), 0.0);
    let packing = quality::packing_constant(&field);
    println!("packing {packing}");
    assert!((packing - 0.6966).abs() < 0.001, "{packing}");
    let [x, y] = quality::lattice_harmonic(&field);
    println!("lattice {x} {y}");
    let spectrum = Periodogram::measure(&field, 0.125).unwrap();
    let floor = spectrum.low_frequency_power();
    println!("S0 {floor}");
    assert!((floor - 0.06).abs() < 0.015, "{floor}");
}
