//! Our sampler beside those of other crates, in one run: dots per second, and the share of the
//! square that is left uncovered, without which a speed says nothing.
//!
//! A sampler is timed until it hands over what its own interface gives: ours a [`DotField`] with
//! ids, positions, spacings and ranks, laid in a thread pool that is there before the clock starts;
//! the others their points, collected into a `Vec` where they come as an iterator. What brings them to a
//! common form for the probes is outside the clock for all. They take turns, and medians are told.
//!
//! Prints a table and ratios. With `--test` only the smallest size runs, as a check that everything
//! works; a number among the arguments asks for that size alone.

use std::time::{Duration, Instant};

use bluenoise::BlueNoise;
use faster_poisson::{Poisson2D, PoissonDart2D};
use nalgebra_017::Vector2;
use poisson::{Builder, Type, algorithm};
use rand::Rng;
use rand_06::SeedableRng;
use rand_pcg::Pcg64Mcg;
use rayon::ThreadPool;
use stubblefield::{DotField, Seed, Stage};

type Points = Vec<[f64; 2]>;

/// A square's side in units of the spacing, and a seed.
type Task = (f64, u64);

/// A sampler at one setting.
struct Peer {
    name: &'static str,
    /// The largest nominal count it is asked for; beyond that it takes minutes.
    most: f64,
    run: fn(Task) -> (Duration, Points),
}

/// Ours, by number of threads.
const OURS: [&str; 2] = ["stubblefield, 1 thread", "stubblefield, 2 threads"];

const PEERS: [Peer; 10] = [
    Peer {
        name: "bluenoise k=4 (default)",
        most: 1e6,
        run: |task| blue(task, 4),
    },
    Peer {
        name: "bluenoise k=16",
        most: 1e6,
        run: |task| blue(task, 16),
    },
    Peer {
        name: "faster_poisson Dart k=6 (default)",
        most: 1e6,
        run: |task| dart(task, 6),
    },
    Peer {
        name: "faster_poisson Dart k=100",
        most: 1e5,
        run: |task| dart(task, 100),
    },
    Peer {
        name: "faster_poisson Parental k=14 (default)",
        most: 1e6,
        run: |task| parental(task, 14),
    },
    Peer {
        name: "faster_poisson Parental k=200",
        most: 1e4,
        run: |task| parental(task, 200),
    },
    Peer {
        name: "fast_poisson k=30 (default)",
        most: 1e5,
        run: |task| fast(task, 30),
    },
    Peer {
        name: "fast_poisson k=200",
        most: 1e4,
        run: |task| fast(task, 200),
    },
    Peer {
        name: "poisson Bridson",
        most: 1e5,
        run: |task| old(task, algorithm::Bridson),
    },
    Peer {
        name: "poisson Ebeida (\"maximal\")",
        most: 1e5,
        run: |task| old(task, algorithm::Ebeida),
    },
];

fn timed<T>(f: impl FnOnce() -> T) -> (Duration, T) {
    #[expect(clippy::disallowed_methods, reason = "a bench measures time")]
    let start = Instant::now();
    let result = std::hint::black_box(f());
    (start.elapsed(), result)
}

fn ours((side, seed): Task, pool: &ThreadPool) -> (Duration, Points) {
    let cells = (side * std::f64::consts::SQRT_2).round() as u32;
    let lay = || DotField::torus(cells, 1.0, Seed::new(seed)).expect("in range");
    let (time, field) = timed(|| pool.install(lay));
    let dots = field.dots().iter();
    let points = dots.map(|dot| dot.position_mm.as_dvec2().to_array());
    (time, points.collect())
}

fn blue((side, seed): Task, attempts: u32) -> (Duration, Points) {
    let side = side as f32;
    let (time, points) = timed(|| {
        let mut noise = BlueNoise::<Pcg64Mcg>::from_seed(side, side, 1.0, seed);
        noise.with_samples(attempts).collect::<Vec<_>>()
    });
    let points = points.iter().map(|p| [f64::from(p.x), f64::from(p.y)]);
    (time, points.collect())
}

fn dart((side, seed): Task, attempts: usize) -> (Duration, Points) {
    timed(|| {
        let sampler = PoissonDart2D::new().dims([side; 2]).radius(1.0);
        sampler.attempts(attempts).seed(Some(seed)).run()
    })
}

fn parental((side, seed): Task, attempts: usize) -> (Duration, Points) {
    timed(|| {
        let sampler = Poisson2D::new().dims([side; 2]).radius(1.0);
        sampler.attempts(attempts).seed(Some(seed)).run()
    })
}

fn fast((side, seed): Task, attempts: u32) -> (Duration, Points) {
    timed(|| {
        let sampler = fast_poisson::Poisson2D::new().with_dimensions([side; 2], 1.0);
        sampler.with_samples(attempts).with_seed(seed).generate()
    })
}

/// On the unit square, which is all it knows; its radius is that of disks that do not meet.
fn old<A>((side, seed): Task, algorithm: A) -> (Duration, Points)
where
    A: algorithm::Creator<f64, Vector2<f64>>,
{
    let random = rand_06::rngs::SmallRng::seed_from_u64(seed);
    let (time, points) = timed(|| {
        let builder = Builder::with_radius(0.5 / side, Type::Normal);
        builder.build(random, algorithm).generate()
    });
    let points = points.iter().map(|p| [p.x * side, p.y * side]);
    (time, points.collect())
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

/// What a sampler did at one size.
#[derive(Default)]
struct Outcome {
    /// Million dots per second, by run.
    rates: Vec<f64>,
    dots: usize,
    uncovered: f64,
}

impl Outcome {
    fn add(&mut self, (time, points): &(Duration, Points), side: f64) {
        self.rates
            .push(points.len() as f64 / time.as_secs_f64() / 1e6);
        if self.dots == 0 {
            self.dots = points.len();
            self.uncovered = uncovered(points, side);
        }
    }

    fn median(&self) -> f64 {
        let mut rates = self.rates.clone();
        rates.sort_by(f64::total_cmp);
        rates[rates.len() / 2]
    }

    fn print(&self, name: &str, size: f64) {
        println!(
            "| {name} | {size:.0} | {} | {:.3} | {:.4} |",
            self.dots,
            self.median(),
            100.0 * self.uncovered
        );
    }
}

/// The fastest of these peers, with what ours on one thread is as a multiple of it.
fn print_ratio<'a>(
    label: &str,
    ours: f64,
    peers: impl Iterator<Item = (&'a &'a Peer, &'a Outcome)>,
) {
    if let Some((peer, outcome)) = peers.max_by(|a, b| a.1.median().total_cmp(&b.1.median())) {
        let ratio = ours / outcome.median();
        println!("{ratio:.1} times {label}, {}", peer.name);
    }
}

/// Uncovered share up to which a setting counts as near-maximal.
const NEARLY: f64 = 1e-4;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = arguments.iter().any(|arg| arg == "--test");
    let asked = arguments.iter().find_map(|arg| arg.parse::<f64>().ok());
    let sizes = match asked {
        Some(size) => vec![size],
        None if check => vec![1e4],
        None => vec![1e4, 1e5, 1e6],
    };
    let pools = [1, 2].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.expect("threads")
    });
    for size in sizes {
        let side = (size / 0.7).sqrt();
        let rounds = match size {
            _ if check => 1,
            ..1e6 => 5,
            _ => 3,
        };
        let peers: Vec<&Peer> = PEERS.iter().filter(|peer| size <= peer.most).collect();
        let mut ours_by_threads = [(); 2].map(|()| Outcome::default());
        let mut theirs: Vec<Outcome> = peers.iter().map(|_| Outcome::default()).collect();
        // One of each in turn, so that a slow spell of the machine hits all of them.
        for round in 0..rounds {
            for (pool, outcome) in pools.iter().zip(&mut ours_by_threads) {
                // A short run is timed more than once a round, or its median hangs on three moments.
                for again in 0..if size < 1e6 { 5 } else { 1 } {
                    outcome.add(&ours((side, 5 * round + again), pool), side);
                }
            }
            for (peer, outcome) in peers.iter().zip(&mut theirs) {
                outcome.add(&(peer.run)((side, round)), side);
            }
        }
        println!("| peer | nominal | dots | Mdots/s | uncovered % |");
        println!("|---|---|---|---|---|");
        for (name, outcome) in OURS.iter().zip(&ours_by_threads) {
            outcome.print(name, size);
            assert!(outcome.uncovered == 0.0, "ours is not maximal");
        }
        for (peer, outcome) in peers.iter().zip(&theirs) {
            outcome.print(peer.name, size);
        }
        let [one, two] = [0, 1].map(|i: usize| ours_by_threads[i].median());
        let all = || peers.iter().zip(&theirs);
        println!();
        print_ratio("the fastest peer", one, all());
        let near = all().filter(|(_, outcome)| outcome.uncovered <= NEARLY);
        print_ratio("the fastest near-maximal peer", one, near);
        println!("{:.2} times one thread on two\n", two / one);
    }
}
