//! An order of the dots in which every prefix is evenly spread.

use super::elimination::{Elimination, Member};

/// Indices of the members that can go, the first to place first: what elimination takes away last.
///
/// # References
/// C. Yuksel, "Sample Elimination for Generating Poisson Disk Sample Sets", Comput. Graph. Forum 34
/// (2015), §4.3: progressive order by eliminating half of the set again and again.
pub(super) fn by_elimination(members: &[Member], period_mm: Option<f64>) -> Vec<u32> {
    let mut elimination = Elimination::new(members, period_mm);
    let fixed = members.len() - elimination.movable();
    let mut order = Vec::with_capacity(members.len() - fixed);
    loop {
        let movable = elimination.movable();
        // Few beside many that stay hardly change how dense it is: no need for further halves.
        let keep = if movable <= 1 || movable * 4 < fixed {
            0
        } else {
            movable / 2
        };
        let removed = elimination.reduce(keep);
        if removed.is_empty() {
            break;
        }
        order.extend(removed);
    }
    order.reverse();
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::elimination::Role;
    use crate::field::quality::{Periodogram, mean_nearest_mm, relative_radius};
    use crate::field::{Dot, DotField};
    use crate::random::Seed;

    /// Relative radius, mean nearest distance over the hexagonal lattice's, power at low
    /// frequencies.
    fn figures(field: &DotField) -> [f64; 3] {
        let count = field.dots.len() as f64;
        let hexagonal = (2.0 * field.area_mm2 / (3.0_f64.sqrt() * count)).sqrt();
        [
            relative_radius(field).unwrap(),
            mean_nearest_mm(field).unwrap() / hexagonal,
            Periodogram::measure(field, 0.2)
                .unwrap()
                .low_frequency_power(),
        ]
    }

    /// Field test 22.
    #[test]
    fn every_prefix_of_a_torus_is_spread_evenly() {
        const SEEDS: u64 = 10;
        for (share, least) in [
            (0.125, 0.72),
            (0.25, 0.72),
            (0.5, 0.72),
            (0.75, 0.72),
            (0.9, 0.75),
        ] {
            let mut mean = [0.0; 3];
            for seed in 0..SEEDS {
                let whole = DotField::torus(120, 1.0, Seed::new(seed)).unwrap();
                let members: Vec<Member> = whole
                    .dots
                    .iter()
                    .map(|dot| Member::of_dot(dot, Role::Counted))
                    .collect();
                let order = by_elimination(&members, whole.period_mm());
                let count = (order.len() as f64 * share) as usize;
                let dots: Vec<Dot> = order[..count]
                    .iter()
                    .map(|&i| whole.dots[i as usize])
                    .collect();
                let prefix = DotField { dots, ..whole };
                let figures = figures(&prefix);
                assert!(figures[1] >= least, "{share}, seed {seed}: {figures:?}");
                (0..3).for_each(|i| mean[i] += figures[i] / SEEDS as f64);
            }
            assert!(mean[0] > 0.58, "{share}: {mean:?}");
            assert!(mean[2] < 0.12, "{share}: {mean:?}");
        }
    }

    /// Field test 24.
    #[test]
    fn an_order_holds_everything_that_can_go_once() {
        let field = DotField::torus(40, 1.0, Seed::new(3)).unwrap();
        for stays in [0, 7, 400] {
            let role = |i: usize| {
                if i < stays {
                    Role::Fixed
                } else {
                    Role::Counted
                }
            };
            let members: Vec<Member> = field
                .dots
                .iter()
                .enumerate()
                .map(|(i, dot)| Member::of_dot(dot, role(i)))
                .collect();
            let mut order = by_elimination(&members, None);
            order.sort_unstable();
            let expected: Vec<u32> = (stays as u32..members.len() as u32).collect();
            assert_eq!(order, expected);
        }
        assert!(by_elimination(&[], None).is_empty());
    }
}
