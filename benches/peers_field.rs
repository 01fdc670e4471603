//! Our sampler beside those of other crates, in one run: dots per second, and the share of the
//! square that is left uncovered, without which a speed says nothing.
//!
//! Prints a table. With `--test` only the smallest size runs, as a check that everything works.

use std::time::Instant;

use bluenoise::BlueNoise;
use faster_poisson::{Poisson2D, PoissonDart2D};
use rand::Rng;
use rand_pcg::Pcg64Mcg;
use stubblefield::{DotField, Seed, Stage};

type Points = Vec<[f64; 2]>;

/// A sampler at one setting, given the side of a square in units of the spacing.
struct Peer {
    name: &'static str,
    /// The largest nominal count it is asked for; beyond that it takes minutes.
    most: f64,
    run: fn(f64, u64) -> Points,
}

const PEERS: [Peer; 9] = [
    Peer {
        name: "stubblefield, 1 thread",
        most: 1e6,
        run: |side, seed| ours(side, seed, 1),
    },
    Peer {
        name: "stubblefield, 2 threads",
        most: 1e6,
        run: |side, seed| ours(side, seed, 2),
    },
    Peer {
        name: "bluenoise k=4 (default)",
        most: 1e6,
        run: |side, seed| blue(side, seed, 4),
    },
    Peer {
        name: "bluenoise k=16",
        most: 1e6,
        run: |side, seed| blue(side, seed, 16),
    },
    Peer {
        name: "faster_poisson Dart k=6 (default)",
        most: 1e6,
        run: |side, seed| dart(side, seed, 6),
    },
    Peer {
        name: "faster_poisson Dart k=100",
        most: 1e5,
        run: |side, seed| dart(side, seed, 100),
    },
    Peer {
        name: "faster_poisson Parental k=14 (default)",
        most: 1e6,
        run: |side, seed| parental(side, seed, 14),
    },
    Peer {
        name: "fast_poisson k=30 (default)",
        most: 1e5,
        run: |side, seed| fast(side, seed, 30),
    },
    Peer {
        name: "fast_poisson k=100",
        most: 1e4,
        run: |side, seed| fast(side, seed, 100),
    },
];

fn ours(side: f64, seed: u64, threads: usize) -> Points {
    let cells = (side * std::f64::consts::SQRT_2).round() as u32;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let field = pool
        .expect("threads")
        .install(|| DotField::torus(cells, 1.0, Seed::new(seed)).expect("in range"));
    let dots = field.dots().iter();
    dots.map(|dot| dot.position_mm.as_dvec2().to_array())
        .collect()
}

fn blue(side: f64, seed: u64, attempts: u32) -> Points {
    let side = side as f32;
    let mut noise = BlueNoise::<Pcg64Mcg>::from_seed(side, side, 1.0, seed);
    let points = noise.with_samples(attempts);
    points.map(|p| [f64::from(p.x), f64::from(p.y)]).collect()
}

fn dart(side: f64, seed: u64, attempts: usize) -> Points {
    let sampler = PoissonDart2D::new().dims([side; 2]).radius(1.0);
    sampler.attempts(attempts).seed(Some(seed)).run()
}

fn parental(side: f64, seed: u64, attempts: usize) -> Points {
    let sampler = Poisson2D::new().dims([side; 2]).radius(1.0);
    sampler.attempts(attempts).seed(Some(seed)).run()
}

fn fast(side: f64, seed: u64, attempts: u32) -> Points {
    let sampler = fast_poisson::Poisson2D::new().with_dimensions([side; 2], 1.0);
    sampler.with_samples(attempts).with_seed(seed).generate()
}

/// Share of random darts, away from the border, that no disk of radius 1 holds.
fn uncovered(points: &Points, side: f64) -> f64 {
    const PROBES: u32 = 1_000_000;
    let columns = side.ceil() as usize;
    let mut bins = vec![Vec::new(); columns * columns];
    for &[x, y] in points {
        let (c, r) = ((x as usize).min(columns - 1), (y as usize).min(columns - 1));
        bins[r * columns + c].push([x, y]);
    }
    let mut stream = Seed::new(9).stream(Stage::Probe, 0);
    let mut unit = || f64::from(stream.next_u32()) / 4_294_967_296.0;
    let mut free = 0;
    for _ in 0..PROBES {
        let [x, y] = [(); 2].map(|()| 1.5 + unit() * (side - 3.0));
        let near = (0..9).flat_map(|i| {
            let (c, r) = (x as usize + i % 3 - 1, y as usize + i / 3 - 1);
            &bins[r.min(columns - 1) * columns + c.min(columns - 1)]
        });
        let covered = near
            .into_iter()
            .any(|p| (p[0] - x).powi(2) + (p[1] - y).powi(2) <= 1.0);
        free += u32::from(!covered);
    }
    f64::from(free) / f64::from(PROBES)
}

fn main() {
    let check = std::env::args().any(|arg| arg == "--test");
    let sizes: &[f64] = if check { &[1e4] } else { &[1e4, 1e5, 1e6] };
    println!("| peer | nominal | dots | Mdots/s | uncovered % |");
    println!("|---|---|---|---|---|");
    for &size in sizes {
        let side = (size / 0.7).sqrt();
        let runs = if check {
            1
        } else if size < 1e6 {
            5
        } else {
            3
        };
        let peers: Vec<&Peer> = PEERS.iter().filter(|peer| size <= peer.most).collect();
        let mut rates = vec![Vec::new(); peers.len()];
        let mut counts = vec![(0, 0.0); peers.len()];
        // One of each in turn, so that a slow spell of the machine hits all of them.
        for run in 0..runs {
            for (i, peer) in peers.iter().enumerate() {
                #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
                let start = Instant::now();
                let points = (peer.run)(side, run);
                rates[i].push(points.len() as f64 / start.elapsed().as_secs_f64() / 1e6);
                if run == 0 {
                    counts[i] = (points.len(), uncovered(&points, side));
                }
            }
        }
        for (i, peer) in peers.iter().enumerate() {
            rates[i].sort_by(f64::total_cmp);
            let (dots, open) = counts[i];
            let rate = rates[i][runs as usize / 2];
            println!(
                "| {} | {size:.0} | {dots} | {rate:.3} | {:.4} |",
                peer.name,
                100.0 * open
            );
            assert!(i > 1 || open == 0.0, "ours is not maximal");
        }
    }
}
