//! Examples as a person meets them: what they write, and how preview says no.
#![cfg(all(feature = "image", feature = "rayon", feature = "serde"))]

#[path = "../examples/preview/closeup.rs"]
mod closeup;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use stubblefield::{Density, PatchRequest, Scale, Seed, Size};
use tempfile::TempDir;

/// An example; all are built once, in the profile of this test.
fn example(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        let profile = std::env::current_exe().unwrap();
        let profile = profile.parent().and_then(Path::parent).unwrap().to_owned();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--example", "preview"]);
        for other in [
            "timeline",
            "gallery",
            "inspect",
            "synth",
            "field_lab",
            "live",
        ] {
            cargo.args(["--example", other]);
        }
        if profile.ends_with("release") {
            cargo.arg("--release");
        }
        assert!(
            cargo
                .current_dir(env!("CARGO_MANIFEST_DIR"))
                .status()
                .unwrap()
                .success()
        );
        profile.join("examples")
    });
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn run(folder: &TempDir, args: &[&str]) -> Output {
    run_example("preview", folder, args)
}

fn run_example(name: &str, folder: &TempDir, args: &[&str]) -> Output {
    Command::new(example(name))
        .current_dir(folder.path())
        .args(args)
        .output()
        .unwrap()
}

/// A folder with a small photo of even skin, `photo.png`, 120 × 90.
fn with_photo() -> TempDir {
    let folder = TempDir::new().unwrap();
    let skin = image::RgbImage::from_pixel(120, 90, image::Rgb([214, 165, 140]));
    skin.save(folder.path().join("photo.png")).unwrap();
    folder
}

const OUTLINE: &str = "10,10 110,10 110,80 10,80";

#[test]
fn without_arguments_it_writes_every_file() {
    let folder = TempDir::new().unwrap();
    let done = run(&folder, &["--px-per-mm", "2"]);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let out = folder.path().join("out");
    for name in [
        "after.png",
        "dots.png",
        "compare.png",
        "dots.csv",
        "recipe.json",
        "report.json",
    ] {
        assert!(fs::metadata(out.join(name)).unwrap().len() > 100, "{name}");
    }
    let json = fs::read_to_string(out.join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    // The library's own report, whole, and what the program adds.
    let whole: stubblefield::Report = serde_json::from_str(&json).unwrap();
    assert!(whole.curved && whole.inside.delta_l < 0.0 && whole.min_spacing_mm.is_some());
    assert_eq!(whole.dots as u64, report["dots"].as_u64().unwrap());
    let words = report["in_words"]["warnings"].as_array().unwrap();
    assert_eq!(words.len(), whole.warnings.len());
    let fingerprint = whole.fingerprint.as_str();
    assert_eq!(fingerprint.len(), 16);
    for name in ["after.png", "dots.png", "compare.png"] {
        let file = fs::read(out.join(name)).unwrap();
        let named = file.windows(16).any(|w| w == fingerprint.as_bytes());
        assert!(named, "{name} does not say of which plan it is");
    }
    assert!(report["seconds"]["rendering"].is_number());
    let table = fs::read_to_string(out.join("dots.csv")).unwrap();
    let mut lines = table.lines();
    let columns = "id,x_mm,y_mm,x_px,y_px,radius_mm,strength,shade,session,rank";
    assert_eq!(lines.next().unwrap(), columns);
    assert_eq!(lines.count() as u64, report["dots"].as_u64().unwrap());
}

#[test]
fn other_outcomes_and_judgements_are_there_when_asked_for() {
    let folder = with_photo();
    let photo = [
        "--photo",
        "photo.png",
        "--outline",
        OUTLINE,
        "--px-per-mm",
        "5",
    ];
    let more = [
        "--outlook",
        "--concealer",
        "powder",
        "--brows",
        "20,88 100,88",
        "--own-hair",
        "0,0 120,0 120,8 0,8",
        "--at",
        "8y",
    ];
    let done = run(&folder, &[&photo[..], &more[..]].concat());
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    // Two millimetres above the brows.
    assert!(
        said.contains("above the brows, allowed: at least 50"),
        "{said}"
    );
    for name in ["outlook.png", "concealer.png"] {
        let sheet = image::open(folder.path().join("out").join(name)).unwrap();
        assert!(sheet.width() > 300, "{name}");
    }
    // Five panels with gaps of 12; under the concealer's, the treatment then, faded, and three years after healing.
    let sheet = image::open(folder.path().join("out/concealer.png")).unwrap();
    let sheet = sheet.to_rgb8();
    let width = (sheet.width() - 12) / 5;
    let light = |panel: u32| {
        let part = image::imageops::crop_imm(&sheet, 12 + panel * width, 60, width - 12, 60);
        let part = part.to_image();
        part.iter().map(|&code| f64::from(code)).sum::<f64>() / part.len() as f64
    };
    assert!(light(4) < light(3) - 1.0 && light(3) < light(0) - 1.0);
    let report = report(&folder, "out");
    assert!(report["hairline_mm"].as_f64().unwrap() < 10.0);
    assert!(report["separation"]["distinct_share"].as_f64().unwrap() > 0.5);
    assert_eq!(report["contrast"].as_array().unwrap().len(), 3);
    assert_eq!(report["zones"][0]["dots"].as_array().unwrap().len(), 3);
    let unjudged = report["in_words"]["unjudged"].as_array().unwrap();
    assert!(
        unjudged
            .iter()
            .any(|words| words.as_str().unwrap().contains("step of density"))
    );
}

#[test]
fn own_hair_greys_beside_the_treatment_where_there_is_some() {
    let folder = with_photo();
    let (size, scale) = (Size::new(240, 120).unwrap(), Scale::px_per_mm(6.0).unwrap());
    let patch = PatchRequest::new(size, scale, Seed::new(2));
    let [hairy, bare] = [85.0, 0.1].map(|density| {
        let density = Density::per_cm2(density).unwrap();
        patch.with_density(density).generate().unwrap().photo
    });
    let mut head = image::RgbImage::new(240, 120);
    for (x, y, pixel) in head.enumerate_pixels_mut() {
        let from = if x < 120 { &bare } else { &hairy };
        let light = from.linear_srgb_at(x, y);
        *pixel = image::Rgb(light.map(|c| (255.0 * c.powf(1.0 / 2.2)) as u8));
    }
    head.save(folder.path().join("head.png")).unwrap();
    let photo = ["--photo", "head.png", "--px-per-mm", "6"];
    let treated = ["--outline", "60,20 140,20 140,100 60,100"];
    let hair = ["--hair-area", "120,0 240,0 240,120 120,120"];
    let asked = [&photo[..], &treated, &hair, &["--greying", "0.8"]].concat();
    let done = run(&folder, &asked);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let sheet = image::open(folder.path().join("out/later.png"))
        .unwrap()
        .to_rgb8();
    let width = (sheet.width() - 12) / 5;
    // The last panel has no treatment, and paler hair than the first.
    let light = |panel: u32| {
        let part = image::imageops::crop_imm(&sheet, 12 + panel * width + 140, 40, 90, 110);
        let part = part.to_image();
        part.iter().map(|&code| f64::from(code)).sum::<f64>() / part.len() as f64
    };
    assert!(light(4) > light(0) + 1.0, "{} {}", light(0), light(4));
    let skin = ["--hair-area", "0,0 100,0 100,120 0,120", "--greying", "0.8"];
    let refused = run(&folder, &[&photo[..], &treated, &skin].concat());
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(said.contains("own hair: none found"), "{said}");
}

#[test]
fn threads_and_runs_do_not_change_a_byte_and_seeds_do() {
    let folder = with_photo();
    let mut pictures = Vec::new();
    for (out, threads, seed) in [
        ("a", "1", "5"),
        ("b", "2", "5"),
        ("c", "3", "5"),
        ("d", "8", "5"),
        ("e", "1", "6"),
    ] {
        let args = [
            "--photo",
            "photo.png",
            "--outline",
            OUTLINE,
            "--px-per-mm",
            "5",
        ];
        let more = [
            "--threads",
            threads,
            "--seed",
            seed,
            "--out",
            out,
            "--quiet",
        ];
        let done = run(&folder, &[&args[..], &more[..]].concat());
        assert!(done.status.success() && done.stdout.is_empty() && done.stderr.is_empty());
        let file = |name: &str| fs::read(folder.path().join(out).join(name)).unwrap();
        pictures.push(["after.png", "dots.png", "compare.png", "dots.csv"].map(file));
    }
    for other in &pictures[1..4] {
        assert!(*other == pictures[0]);
    }
    assert!(pictures[4][0] != pictures[0][0] && pictures[4][3] != pictures[0][3]);
}

#[test]
fn a_kept_recipe_gives_the_same_files_again() {
    let folder = with_photo();
    image::GrayImage::from_fn(120, 90, |x, _| image::Luma([(2 * x) as u8]))
        .save(folder.path().join("mask.png"))
        .unwrap();
    let file = |out: &str, name: &str| fs::read(folder.path().join(out).join(name)).unwrap();
    let masked = ["--photo", "photo.png", "--mask", "mask.png", "--out", "a"];
    let more = ["--px-per-mm", "4", "--hair", "red", "--touch-up", "4"];
    assert!(
        run(&folder, &[&masked[..], &more].concat())
            .status
            .success()
    );
    let recipe = ["--recipe", "a/recipe.json", "--out", "b"];
    let done = run(&folder, &[&masked[..4], &recipe].concat());
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    for name in ["after.png", "dots.png", "dots.csv", "recipe.json"] {
        assert!(file("a", name) == file("b", name), "{name}");
    }
    // Into its own folder: the recipe that is read stays as it is, all else is written anew.
    let kept = ["after.png", "dots.csv", "recipe.json"].map(|name| file("a", name));
    fs::remove_file(folder.path().join("a/after.png")).unwrap();
    fs::write(folder.path().join("a/concealer.png"), "of another run").unwrap();
    let own = ["--recipe", "a/recipe.json", "--out", "a"];
    let done = run(&folder, &[&masked[..4], &own].concat());
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(
        done.status.success() && told.contains("concealer.png was there before"),
        "{told}"
    );
    assert!(
        told.contains("the touch-up after 4 years comes after the moment"),
        "{told}"
    );
    assert!(!told.contains("was kept for fingerprint"), "{told}");
    assert!(kept == ["after.png", "dots.csv", "recipe.json"].map(|name| file("a", name)));
    fs::copy(
        folder.path().join("a/recipe.json"),
        folder.path().join("a/report.json"),
    )
    .unwrap();
    // As TOML, with another seed, on the same mask.
    let page: serde_json::Value = serde_json::from_slice(&file("a", "recipe.json")).unwrap();
    let mut page = toml::Value::try_from(page).unwrap();
    page["seed"] = 8.into();
    fs::write(
        folder.path().join("own.toml"),
        toml::to_string(&page).unwrap(),
    )
    .unwrap();
    let own = ["--recipe", "own.toml", "--out", "c", "--at", "3y"];
    let done = run(&folder, &[&masked[..4], &own].concat());
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(
        done.status.success() && told.contains("the photo or the recipe was changed since"),
        "{told}"
    );
    assert!(file("a", "dots.csv") != file("c", "dots.csv"));

    let mut outlined = page.clone();
    outlined["area"] = toml::from_str("outline_px = [[1.0, 1.0], [9.0, 1.0], [9.0, 9.0]]").unwrap();
    let outlined = toml::to_string(&outlined).unwrap();
    fs::write(folder.path().join("outlined.toml"), outlined).unwrap();
    page["version"] = 99.into();
    page["made_with"] = "stubblefield 9.9.0".into();
    fs::write(
        folder.path().join("later.toml"),
        toml::to_string(&page).unwrap(),
    )
    .unwrap();
    let photo = ["--photo", "photo.png"];
    for (more, expected) in [
        (
            &["--recipe", "own.toml"][..],
            "mask is none, allowed: the one with digest",
        ),
        (
            &["--recipe", "outlined.toml", "--mask", "mask.png"],
            "mask is given, allowed: none",
        ),
        (
            &["--recipe", "later.toml"],
            "stubblefield 9.9.0 made it and reads it",
        ),
        (
            &["--recipe", "gone.json"],
            "recipe is gone.json: there is no such file",
        ),
        (&["--recipe", "photo.png"], "it is no text"),
        (&["--recipe", "a"], "it is a folder, allowed: a recipe as"),
        (
            &[
                "--recipe",
                "a/report.json",
                "--mask",
                "mask.png",
                "--out",
                "a",
            ],
            "overwrite an input",
        ),
    ] {
        let refused = refusal(&folder, &[&photo[..], more].concat());
        assert!(refused.contains(expected), "{refused}");
    }
    let refused = refusal(&folder, &["--recipe", "outlined.toml"]);
    assert!(refused.contains("the one of 120x90 px"), "{refused}");
}

/// Runs with arguments that must fail; returns the one line it says.
fn refusal(folder: &TempDir, args: &[&str]) -> String {
    let before = listing(folder.path());
    let done = run(folder, args);
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(!done.status.success(), "{args:?} was accepted");
    assert!(done.stdout.is_empty(), "{args:?} wrote to stdout");
    assert_eq!(said.trim_end().lines().count(), 1, "{args:?} said:\n{said}");
    // An empty folder for the results is the most that may be left.
    let left: Vec<_> = listing(folder.path())
        .into_iter()
        .filter(|p| !before.contains(p))
        .collect();
    assert!(left.iter().all(|p| p.is_dir()), "{args:?} left {left:?}");
    said
}

fn listing(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(listing(&path));
        }
        found.push(path);
    }
    found
}

#[test]
fn wrong_values_are_named_with_what_is_allowed() {
    let folder = with_photo();
    let photo = ["--photo", "photo.png", "--outline", OUTLINE];
    let cases: [(&[&str], &str, &str); 30] = [
        (
            &["--hair-area", "1,1 9,1 9,9", "--greying", "1.5"],
            "greying is 1.5",
            "0..=1",
        ),
        (
            &["--hair-area", "1,1 9,1 9,9", "--receding", "NaN"],
            "receding_mm is NaN",
            "0..=150 mm",
        ),
        (
            &["--hair-area", "1,1 9,1 9,9"],
            "greying and receding are 0",
            "one above 0",
        ),
        (&["--touch-up", "NaN"], "touch-up years is NaN", "0..=30"),
        (&["--concealer", "wax"], "concealer is \"wax\"", "powder"),
        (&["--brows", "20,80"], "brows has 1 points", "allowed: 2"),
        (&["--brows", "20;80"], "brows has \"20;80\"", "120,80"),
        (&["--face", "1,1 9,9"], "face has 2 corners", "at least 3"),
        (&["--own-hair", "x"], "own-hair has \"x\"", "120,80"),
        (&["--head", "1,1 NaN,2"], "head has \"NaN,2\"", "120,80"),
        (
            &["--crown", "9,9:NaN"],
            "crown has \"9,9:NaN\"",
            "320,200:45",
        ),
        (&["--px-per-mm", "0"], "px_per_mm is 0", "0.2..=400"),
        (&["--px-per-mm", "-4"], "px_per_mm is -4", "0.2..=400"),
        (&["--px-per-mm", "NaN"], "px_per_mm is NaN", "0.2..=400"),
        (
            &["--px-per-mm", "1e9"],
            "px_per_mm is 1000000000",
            "0.2..=400",
        ),
        (&["--density", "0"], "density is 0", "0.1..=2000"),
        (&["--density", "-3"], "density is -3", "0.1..=2000"),
        (&["--density", "1e9"], "density is 1000000000", "0.1..=2000"),
        (&["--density", "NaN"], "density is NaN", "0.1..=2000"),
        (&["--look", "mohawk"], "look is \"mohawk\"", "stubble"),
        (&["--hair", "mauve"], "hair is \"mauve\"", "dark-brown"),
        (&["--hair", "#12345"], "hair is \"#12345\"", "#rrggbb"),
        (&["--at", "never"], "at is \"never\"", "healed"),
        (&["--at", "-3y"], "at is \"-3y\"", "3y"),
        (
            &["--outline", "1,1 5,5"],
            "outline has 2 corners",
            "at least 3",
        ),
        (
            &["--outline", "1,1 NaN,5 9,9"],
            "outline has \"NaN,5\"",
            "places in pixels",
        ),
        (&["--outline", "1,1 5;5 9,9"], "\"5;5\"", "places in pixels"),
        (&["--outline", ""], "outline has 0 corners", "at least 3"),
        (&["--threads", "1000000"], "threads is 1000000", "0..=1024"),
        (
            &["--out", "photo.png"],
            "photo.png: it is not a folder",
            "a folder",
        ),
    ];
    for (args, named, allowed) in cases {
        // A later value of the same option replaces the earlier one.
        let base: Vec<&str> = if args[0] == "--outline" {
            photo[..2].to_vec()
        } else {
            photo.to_vec()
        };
        let said = refusal(&folder, &[&base[..], args].concat());
        assert!(
            said.contains(named) && said.contains(allowed),
            "{args:?} said: {said}"
        );
        // Words are looked at before files are.
        if args[0] != "--out" {
            let early = [&["--photo", "missing.png"], &base[2..], args].concat();
            assert_eq!(refusal(&folder, &early), said);
        }
    }
}

#[test]
fn inspect_leaves_its_photo_alone_and_ignores_nothing() {
    let folder = with_photo();
    let photo = folder.path().join("io/inspect.png");
    fs::create_dir(folder.path().join("io")).unwrap();
    fs::rename(folder.path().join("photo.png"), &photo).unwrap();
    let before = fs::read(&photo).unwrap();
    let onto = ["--photo", "io/inspect.png", "--out", "io"];
    let beside = ["--photo", "io/inspect.png", "--out"];
    for (more, expected) in [
        (&onto[..], "overwrite an input"),
        (&[&beside[..], &["b", "--mm", "63"]].concat(), "--distance"),
        (&[&beside[..], &["b", "--tick-mm", "2"]].concat(), "--ruler"),
        (
            &[&beside[..], &["b", "--pupils", "1,1"]].concat(),
            "pupils has 1 points, allowed: 2",
        ),
    ] {
        let done = run_example("inspect", &folder, more);
        let told = String::from_utf8_lossy(&done.stderr);
        assert!(!done.status.success() && told.contains(expected), "{told}");
    }
    assert_eq!(fs::read(&photo).unwrap(), before);
    let done = run_example("inspect", &folder, &[&beside[..], &["b"]].concat());
    assert!(done.status.success());
    let figures = fs::read_to_string(folder.path().join("b/inspect.json")).unwrap();
    let found: serde_json::Value = serde_json::from_str(&figures).unwrap();
    assert!(found["skin"]["lightness"].as_f64().unwrap() > 50.0);
    assert!(!figures.contains("-0.0"), "{figures}");
}

#[test]
fn options_that_would_be_ignored_are_refused() {
    let folder = with_photo();
    let free = ["--keep-free", "1,1 9,1 9,9"];
    let temple = ["--temple", "1,1 9,1 9,9"];
    let drawn = ["--outline", OUTLINE];
    let kept = ["--recipe", "recipe.json"];
    for (base, more) in [
        (&drawn[..], &free[..]),
        (&drawn, &["--gaps"]),
        (&drawn, &temple),
        (&drawn, &["--hairline-shape", "soft"]),
        (&kept, &free),
        (&kept, &["--gaps"]),
        (&kept, &temple),
        (&kept, &["--hairline-shape", "soft"]),
        (&kept, &["--hairline-depth", "20"]),
        (&drawn, &["--seed", "-1"]),
    ] {
        let done = run(&folder, &[base, more].concat());
        let told = String::from_utf8_lossy(&done.stderr);
        assert!(
            done.status.code() == Some(2) && told.contains(more[0]),
            "{base:?} {more:?}: {told}"
        );
    }
    // An outline may begin left of the picture.
    let out = ["--out", "photo.png", "--face", "-9,-9 9,-9 9,9"];
    let told = refusal(&folder, &[&drawn[..], &out].concat());
    assert!(told.contains("not a folder"), "{told}");
}

#[test]
fn a_hairline_that_runs_leftwards_and_a_faint_mask_are_told() {
    let folder = with_photo();
    let line = |points| {
        let base = ["--photo", "photo.png", "--px-per-mm", "2", "--quiet"];
        let done = run(&folder, &[&base[..], &["--hairline", points]].concat());
        assert!(done.status.success());
        String::from_utf8_lossy(&done.stderr).contains("from right to left")
    };
    assert_eq!([line("10,60 110,60"), line("110,60 10,60")], [false, true]);
    // And so is a mask that was painted in red.
    let red = image::RgbImage::from_pixel(120, 90, image::Rgb([255, 0, 0]));
    red.save(folder.path().join("red.png")).unwrap();
    let base = ["--photo", "photo.png", "--px-per-mm", "2", "--quiet"];
    let done = run(&folder, &[&base[..], &["--mask", "red.png"]].concat());
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("nowhere brighter than 21 %"), "{said}");
}

#[test]
fn wrong_files_are_named_with_what_is_allowed() {
    let folder = with_photo();
    let path = |name: &str| folder.path().join(name);
    let whole = fs::read(path("photo.png")).unwrap();
    fs::write(path("cut.png"), &whole[..whole.len() / 2]).unwrap();
    fs::write(path("empty.jpg"), []).unwrap();
    fs::write(path("empty.png"), []).unwrap();
    fs::write(path("words.png"), "no picture at all").unwrap();
    fs::create_dir(path("folder.png")).unwrap();
    let mut huge = whole.clone();
    huge[16..24].copy_from_slice(&[0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]);
    fs::write(path("huge.png"), huge).unwrap();
    let jpeg = {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let skin = image::RgbImage::from_fn(64, 64, |x, y| image::Rgb([(x * y) as u8, 90, 80]));
        skin.write_to(&mut bytes, image::ImageFormat::Jpeg).unwrap();
        bytes.into_inner()
    };
    fs::write(path("cut.jpg"), &jpeg[..jpeg.len() / 2]).unwrap();
    image::GrayImage::new(60, 90)
        .save(path("small-mask.png"))
        .unwrap();

    for (file, problem) in [
        ("missing.png", "no such file"),
        ("folder.png", "is a folder"),
        ("empty.jpg", "is empty"),
        ("empty.png", "is empty"),
        ("words.png", "no picture of a known format"),
        ("cut.png", "is damaged"),
        ("cut.jpg", "is damaged"),
        ("huge.png", "100000x100000"),
    ] {
        let said = refusal(&folder, &["--photo", file, "--outline", OUTLINE]);
        assert!(said.contains("photo is ") && said.contains(file), "{said}");
        assert!(
            said.contains(problem) && said.contains("allowed: "),
            "{file}: {said}"
        );
        let said = refusal(&folder, &["--photo", "photo.png", "--mask", file]);
        assert!(
            said.contains("mask is ") && said.contains(problem),
            "{said}"
        );
    }
    let said = refusal(
        &folder,
        &["--photo", "photo.png", "--mask", "small-mask.png"],
    );
    assert!(
        said.contains("mask is 60x90 px, allowed: 120x90 px"),
        "{said}"
    );
    let said = refusal(&folder, &["--photo", "photo.png"]);
    assert!(
        said.contains("--mask") && said.contains("--outline"),
        "{said}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_cannot_be_written_to_is_named() {
    // Not even the superuser may make a folder there.
    let folder = with_photo();
    let out = "/proc/stubblefield";
    let args = ["--photo", "photo.png", "--outline", OUTLINE, "--out", out];
    let said = refusal(&folder, &args);
    assert!(
        said.contains("out is /proc/stubblefield: the system refused"),
        "{said}"
    );
    assert!(
        said.contains("allowed: a folder that can be written to"),
        "{said}"
    );
}

#[test]
fn a_photo_too_small_to_guess_its_scale_is_named() {
    let folder = with_photo();
    image::RgbImage::new(30, 30)
        .save(folder.path().join("tiny.png"))
        .unwrap();
    let said = refusal(&folder, &["--photo", "tiny.png", "--outline", OUTLINE]);
    assert!(
        said.contains("30 px wide") && said.contains("allowed: at least 44 px"),
        "{said}"
    );
}

#[test]
fn the_photo_is_never_overwritten() {
    let folder = with_photo();
    fs::rename(
        folder.path().join("photo.png"),
        folder.path().join("after.png"),
    )
    .unwrap();
    let before = fs::read(folder.path().join("after.png")).unwrap();
    for out in [".", "./", "../"] {
        let inside = folder.path().join("sub");
        fs::create_dir_all(&inside).unwrap();
        let args = ["--photo", "after.png", "--outline", OUTLINE, "--out", out];
        if out == "../" {
            let done = Command::new(example("preview"))
                .current_dir(&inside)
                .args([
                    "--photo",
                    "../after.png",
                    "--outline",
                    OUTLINE,
                    "--out",
                    out,
                ])
                .output()
                .unwrap();
            assert!(!done.status.success());
        } else {
            let said = refusal(&folder, &args);
            assert!(said.contains("overwrite an input"), "{said}");
        }
        assert_eq!(fs::read(folder.path().join("after.png")).unwrap(), before);
    }
}

#[test]
fn an_all_black_mask_is_a_valid_plan_without_dots() {
    let folder = with_photo();
    image::GrayImage::new(120, 90)
        .save(folder.path().join("black.png"))
        .unwrap();
    let args = [
        "--photo",
        "photo.png",
        "--mask",
        "black.png",
        "--px-per-mm",
        "5",
    ];
    let done = run(&folder, &args);
    assert!(done.status.success());
    assert!(String::from_utf8_lossy(&done.stderr).contains("warning: the mask is empty"));
    let pixels = |name: &str| image::open(folder.path().join(name)).unwrap().to_rgb8();
    assert_eq!(pixels("photo.png"), pixels("out/after.png"));
}

fn report(folder: &TempDir, out: &str) -> serde_json::Value {
    let json = fs::read_to_string(folder.path().join(out).join("report.json")).unwrap();
    serde_json::from_str(&json).unwrap()
}

#[test]
fn sessions_touch_ups_and_skin_reach_the_report() {
    let folder = with_photo();
    let plain = [
        "--photo",
        "photo.png",
        "--outline",
        OUTLINE,
        "--px-per-mm",
        "4",
    ];
    let with = |more: &[&str]| {
        let done = run(&folder, &[&plain[..], more].concat());
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        report(&folder, "out")
    };
    let first = with(&["--sessions", "2", "--session", "1"]);
    assert_eq!(first["sessions"].as_array().unwrap().len(), 2);
    assert_eq!(first["sessions_held"], 1);
    let delta_l = |report: &serde_json::Value| report["inside"]["delta_l"].as_f64().unwrap();
    let healed = with(&[]);
    assert!(delta_l(&first) > delta_l(&healed));
    let usual = with(&["--at", "5y"]);
    let sun = with(&["--at", "5y", "--skin", "sun,oily"]);
    let touched = with(&["--at", "5y", "--touch-up", "4"]);
    assert!(delta_l(&sun) > delta_l(&usual) && delta_l(&touched) < delta_l(&usual));
    for (more, expected) in [
        (&["--sessions", "5"][..], "sessions is 5, allowed: 2..=4"),
        (&["--session", "4"], "session is 4, allowed: 1..=3"),
        (&["--skin", "thick"], "skin is \"thick\""),
        (
            &["--skin", "sun,sun"],
            "skin is \"sun,sun\", allowed: each once",
        ),
        (&["--skin", "sun,sheltered"], "no sun for sheltered skin"),
        (&["--skin", "usual,oily"], "usual alone"),
        (&["--touch-up", "-1"], "touch-up years is -1"),
        (&["--look", "mane"], "look is \"mane\""),
        (&["--tone", "3"], "delta_l is 3"),
        (&["--tone", "-45"], "which is the limit of strength"),
    ] {
        let refused = refusal(&folder, &[&plain[..], more].concat());
        assert!(refused.contains(expected), "{refused}");
    }
}

#[test]
fn a_scar_is_drawn_from_its_line_and_its_dots() {
    let folder = with_photo();
    let mut skin = image::RgbImage::from_pixel(120, 90, image::Rgb([204, 155, 130]));
    for x in 20..100 {
        for y in 38..46 {
            skin.put_pixel(x, y, image::Rgb([226, 186, 166]));
        }
    }
    skin.save(folder.path().join("scar.png")).unwrap();
    let plain = ["--photo", "scar.png", "--px-per-mm", "4", "--look", "scar"];
    let line = [
        "--scar-line",
        "20,42 100,42:2",
        "--scar-dots",
        "60,80:0.9 80,80:0.9",
    ];
    let done = run(&folder, &[&plain[..], &line].concat());
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}");
    assert!(told.contains("brought to ΔL*"), "{told}");
    let report = report(&folder, "out");
    let from_a_metre = &report["contrast"][1];
    assert_eq!(from_a_metre["metres"], 1.0);
    let [before, after] = ["before", "after"].map(|key| from_a_metre[key].as_f64().unwrap());
    assert!(after < 0.5 * before, "{after} of {before}");
    for (more, expected) in [
        (
            &["--scar-line", "20,42 100,42"][..],
            "scar-line has \"20,42 100,42\"",
        ),
        (&["--scar-line", "20,42 100,42:0"], "scar width_mm is 0"),
        (&["--scar-line", "20,42 130,42:1"], "point of a line is 130"),
        (&["--zone", "chin:1,1 9,1 9,9"], "allowed with these: beard"),
        (&["--scar-dots", "60,80:x"], "scar-dots has \"60,80:x\""),
        (&["--scar-dots", "60,80:99"], "width of a line in px is 396"),
    ] {
        let refused = refusal(&folder, &[&plain[..], more].concat());
        assert!(refused.contains(expected), "{refused}");
    }
    // The synthetic scalp has hair to fill up, no beard and no scar.
    let refused = refusal(&folder, &["--look", "scar"]);
    assert!(refused.contains("no area to treat"), "{refused}");
    // A scar's own three sessions, and not those of a scalp.
    let three = ["--scar-line", "20,42 100,42:2", "--sessions", "3"];
    assert!(
        run(&folder, &[&plain[..], &three].concat())
            .status
            .success()
    );
    let page = fs::read(folder.path().join("out/recipe.json")).unwrap();
    let page: serde_json::Value = serde_json::from_slice(&page).unwrap();
    assert_eq!(page["look"]["course"]["sessions"][0]["share"], 0.25);
}

#[test]
fn a_timeline_is_a_strip_and_an_animation_of_the_same_plan() {
    let folder = with_photo();
    let plain = ["--photo", "photo.png", "--outline", OUTLINE, "--quiet"];
    let more = ["--px-per-mm", "3", "--sessions", "2"];
    let done = run_example("timeline", &folder, &[&plain[..], &more].concat());
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() && told.is_empty(), "{told}");
    let out = folder.path().join("out");
    let strip = image::open(out.join("timeline.png")).unwrap().to_rgb8();
    // Before, two sessions, healed, three times later, the touch-up that was not asked for.
    let panels = 8;
    assert_eq!(strip.width(), panels * (230 + 10) + 10);
    let file = std::io::BufReader::new(fs::File::open(out.join("timeline-animated.png")).unwrap());
    let reader = png::Decoder::new(file).read_info().unwrap();
    let animation = reader.info().animation_control().unwrap();
    assert_eq!(animation.num_frames, panels);
    let texts = &reader.info().uncompressed_latin1_text;
    let named = texts
        .iter()
        .find(|text| text.keyword == "Fingerprint")
        .unwrap();
    let page = fs::read(out.join("timeline-recipe.json")).unwrap();
    let page: serde_json::Value = serde_json::from_slice(&page).unwrap();
    assert_eq!(page["fingerprint"], named.text.as_str());
    assert_eq!(page["look"]["course"]["touch_ups"][0]["years"], 5.0);

    // A tall photo keeps its shape: 46 by 460 px of a panel.
    let tall = image::RgbImage::from_pixel(60, 600, image::Rgb([214, 165, 140]));
    tall.save(folder.path().join("tall.png")).unwrap();
    let outline = ["--outline", "5,20 55,20 55,60 5,60"];
    let base = ["--photo", "tall.png", "--px-per-mm", "2", "--quiet"];
    assert!(
        run_example("timeline", &folder, &[&base[..], &outline].concat())
            .status
            .success()
    );
    let strip = image::open(out.join("timeline.png")).unwrap().to_rgb8();
    let is_skin = |x: u32, y: u32| strip.get_pixel(x, y)[0] < 240;
    assert!(is_skin(10 + 44, 10 + 22 + 400) && !is_skin(10 + 48, 10 + 22 + 400));
}

#[test]
fn the_other_programs_say_no_before_they_work() {
    let folder = with_photo();
    let cases: [(&str, &[&str], &str); 11] = [
        (
            "synth",
            &["--shards", "0"],
            "shards is 0, allowed: at least 1",
        ),
        (
            "synth",
            &["--shard", "2"],
            "shard is 2, allowed: 0 to one less",
        ),
        ("synth", &["--side", "0"], "width is 0, allowed: 1..=262144"),
        ("synth", &["--out", "photo.png"], "it is not a folder"),
        ("gallery", &["--out", "photo.png"], "it is not a folder"),
        ("gallery", &["--width", "-5"], "--width"),
        ("field_lab", &["--out", "sheet.xyz"], "out is sheet.xyz"),
        ("field_lab", &["--out", "nowhere/a.png"], "nowhere/a.png"),
        ("field_lab", &["--prints", "field_lab.png"], "another file"),
        ("live", &["--frames", "3"], "--frames"),
        ("timeline", &["--at", "3y"], "--at"),
    ];
    for (name, args, expected) in cases {
        let done = run_example(name, &folder, args);
        let told = String::from_utf8_lossy(&done.stderr);
        assert!(!done.status.success(), "{name} {args:?}");
        assert!(
            done.stdout.is_empty() && told.contains(expected),
            "{name} {args:?}: {told}"
        );
    }
    let shard = ["--count", "3", "--shard", "1", "--shards", "2"];
    let done = run_example(
        "synth",
        &folder,
        &[&shard[..], &["--side", "64", "--out", "set"]].concat(),
    );
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(told.starts_with("1 pictures of 3"), "{told}");
    // Whoever listened has gone: all is written all the same.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let unheard = Command::new(example("synth"))
        .current_dir(folder.path())
        .args(["--count", "1", "--side", "64", "--out", "unheard"])
        .stdout(writer)
        .output()
        .unwrap();
    assert!(
        unheard.status.success(),
        "{}",
        String::from_utf8_lossy(&unheard.stderr)
    );
    assert_eq!(listing(&folder.path().join("unheard")).len(), 2);
    let set = listing(&folder.path().join("set"));
    assert_eq!(set.len(), 2);
    let labels = fs::read(folder.path().join("set/000001.json")).unwrap();
    let labels: serde_json::Value = serde_json::from_slice(&labels).unwrap();
    assert!(labels["px_per_mm"].as_f64().unwrap() > 1.0);
}

#[test]
fn the_gallery_shows_every_look_on_every_skin() {
    let folder = TempDir::new().unwrap();
    let done = run_example("gallery", &folder, &["--width", "96"]);
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let sheet = image::open(folder.path().join("out/gallery.png"))
        .unwrap()
        .to_rgb8();
    assert!(
        fs::metadata(folder.path().join("out/gallery.jpg"))
            .unwrap()
            .len()
            > 1000
    );
    let refused = run_example("gallery", &folder, &["--width", "0"]);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(told.contains("width is 0, allowed: 60..=2000"), "{told}");
    // Each column gets darker skin, and each healed picture is darker than the one above it.
    let mean = |left: u32, top: u32| {
        let part = image::imageops::crop_imm(&sheet, left, top, 96, 72).to_image();
        part.iter().map(|&c| f64::from(c)).sum::<f64>() / part.len() as f64
    };
    for row in 0..4 {
        let mut lighter = 255.0;
        for column in 0..5 {
            let (left, top) = (10 + 72 + column * 106, 10 + 22 + row * 164);
            let (before, after) = (mean(left, top), mean(left, top + 74));
            assert!(
                before < lighter && after < before,
                "row {row}, column {column}"
            );
            lighter = before;
        }
    }
}

#[test]
fn close_ups_lie_apart_where_there_is_room() {
    use closeup::Closeup;
    use stubblefield::{Look, Mask, Photo, Scale, Seed, Size};

    // Pictures, bands that are treated in them, and the widths of the preview's and the timeline's close-ups.
    for ([width, height], [top, bottom], rooms) in [
        ([24, 18], [6.0, 12.0], [24, 24]),
        ([600, 480], [120.0, 300.0], [600, 470]),
        ([600, 480], [0.0, 120.0], [600, 470]),
        ([600, 480], [0.0, 480.0], [600, 470]),
    ] {
        let size = Size::new(width, height).unwrap();
        let photo = Photo::from_rgb8(size, [214, 165, 140].repeat(size.pixels())).unwrap();
        let band = Mask::from_fn(size, |p| f32::from(u8::from((top..bottom).contains(&p.y))));
        let scale = Scale::px_per_mm(4.0).unwrap();
        let plan = Look::stubble()
            .plan(&photo, &band.unwrap(), scale, Seed::new(1))
            .unwrap();
        for (room, gap) in rooms.into_iter().zip([12, 10]) {
            let both = closeup::closeups(&plan, room, gap);
            let [a, b] = &both[..] else {
                panic!("two were asked for")
            };
            let inside = |c: &Closeup| c.x + c.width <= width && c.y + c.height <= height;
            assert!(inside(a) && inside(b));
            // The edge below the middle is in the second.
            let edge = bottom as u32;
            assert!((b.y..=b.y + b.height).contains(&edge), "{edge} in {}", b.y);
            let apart = a.x.abs_diff(b.x) >= a.width || a.y.abs_diff(b.y) >= a.height;
            let at = [a.x, a.y, b.x, b.y];
            assert!(
                apart,
                "{width}×{height}, {top}..{bottom}, {room}: {at:?} of {}×{}",
                a.width, a.height
            );
        }
    }
}
