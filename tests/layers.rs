//! The architecture as a test: data flows one way, files stay small, nothing is unsafe.

use std::fs;
use std::path::{Path, PathBuf};

/// Each row may use itself and the rows above it.
const LAYERS: [&[&str]; 9] = [
    &[
        "error",
        "counting",
        "units",
        "plane",
        "progress",
        "random",
        "noise",
        "exponential",
        "filter",
        "logarithm",
        "memory",
        "scielab",
        "parallel",
        "simd",
    ],
    &["mask"],
    &["field"],
    &["pigment"],
    &["raster"],
    &["photo"],
    &["scene"],
    &["look"],
    &["report"],
];

const LONGEST_FILE: usize = 450;

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    assert!(paths.len() > 30, "only {} sources found", paths.len());
    let name = |p: &PathBuf| {
        p.strip_prefix(&root)
            .unwrap()
            .to_string_lossy()
            .replace('\\', "/")
    };
    paths
        .iter()
        .map(|p| (name(p), fs::read_to_string(p).unwrap()))
        .collect()
}

/// The module of this crate that follows each `crate::` in a line of code.
fn imports(line: &str) -> Vec<&str> {
    let code = line.split("//").next().unwrap_or("");
    code.match_indices("crate::")
        // `$crate::` and other crates' paths such as `my_crate::` are none of ours.
        .filter(|(i, _)| {
            !code[..*i].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$')
        })
        .map(|(i, path)| {
            let rest = &code[i + path.len()..];
            let end = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            &rest[..end]
        })
        .collect()
}

#[test]
fn no_file_imports_from_a_higher_layer() {
    let mut crossings = Vec::new();
    for (name, text) in all_sources() {
        let module = name.split(['/', '.']).next().unwrap();
        if module == "lib" {
            continue;
        }
        let own = layer_of(module).unwrap_or_else(|| panic!("{name} belongs to no layer"));
        // Unit tests may look at the whole crate from outside, as its users do.
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        if name.ends_with("tests.rs") || name.contains("/tests/") {
            continue;
        }
        for (number, line) in code.lines().enumerate() {
            for used in imports(line) {
                if layer_of(used).is_some_and(|layer| layer > own) {
                    crossings.push(format!("{name}:{}: {}", number + 1, line.trim()));
                }
            }
        }
    }
    assert!(
        crossings.is_empty(),
        "upward imports:\n{}",
        crossings.join("\n")
    );
}

#[test]
fn code_of_the_library_names_modules_not_root_re_exports() {
    // `use crate::Mask` would hide from which layer it comes.
    let mut hidden = Vec::new();
    for (name, text) in all_sources() {
        if name == "lib.rs" || name.ends_with("tests.rs") || name.contains("/tests/") {
            continue;
        }
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            for used in imports(line) {
                // A brace after `crate::` would hide several modules from the check above.
                if layer_of(used).is_none() {
                    hidden.push(format!("{name}:{}: {}", number + 1, line.trim()));
                }
            }
        }
    }
    assert!(
        hidden.is_empty(),
        "imports from the crate root:\n{}",
        hidden.join("\n")
    );
}

/// How many modules up a path such as `super::super::x` climbs, for each such path in a line.
fn climbs(line: &str) -> Vec<usize> {
    let code = line.split("//").next().unwrap_or("");
    code.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
        .map(|path| path.matches("super::").count())
        .filter(|&up| up > 0)
        .collect()
}

#[test]
fn no_path_climbs_out_of_its_top_level_module() {
    // `super::super::look` would reach another layer without naming the crate.
    for (name, text) in all_sources() {
        let file = name.trim_end_matches(".rs").trim_end_matches("/mod");
        let depth = file.split('/').count();
        for (number, line) in text.lines().enumerate() {
            // One module more inside `mod tests`.
            let nested = usize::from(line.starts_with(' '));
            for up in climbs(line) {
                assert!(
                    up < depth + nested,
                    "{name}:{}: {}",
                    number + 1,
                    line.trim()
                );
            }
        }
    }
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    for (name, text) in all_sources() {
        let lines = text.lines().count();
        assert!(
            lines <= LONGEST_FILE,
            "{name} has {lines} lines, allowed: {LONGEST_FILE}"
        );
    }
}

#[test]
fn nothing_is_unsafe() {
    let manifest = include_str!("../Cargo.toml");
    assert!(manifest.contains("unsafe_code = \"forbid\""));
    for (name, text) in all_sources() {
        let code = text
            .lines()
            .map(|line| line.split("//").next().unwrap_or(""));
        let bad = code.filter(|line| {
            line.split(|c: char| !c.is_alphanumeric())
                .any(|w| w == "unsafe")
        });
        assert_eq!(bad.count(), 0, "{name}");
    }
}

/// Functions whose last bits are the platform's.
const OF_THE_PLATFORM: [&str; 23] = [
    ".sin()",
    ".cos()",
    ".tan()",
    ".sin_cos()",
    ".asin()",
    ".acos()",
    ".atan()",
    ".atan2(",
    ".sinh()",
    ".cosh()",
    ".tanh()",
    ".exp()",
    ".exp2()",
    ".exp_m1()",
    ".ln()",
    ".ln_1p()",
    ".log(",
    ".log2()",
    ".log10()",
    ".powf(",
    ".powi(",
    ".cbrt()",
    ".hypot(",
];

/// Whether a line calls it as a method or names it by its type, as in `map(f32::sin)`.
fn calls(code: &str, method: &str) -> bool {
    let name = method.trim_matches(['.', '(', ')']);
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
    let named = |ty: &str| {
        let path = format!("{ty}::{name}");
        code.match_indices(&path)
            .any(|(i, _)| ends(&code[i + path.len()..]))
    };
    code.contains(method) || named("f32") || named("f64")
}

#[test]
fn no_function_of_the_platform_is_called() {
    for (name, text) in all_sources() {
        if name.ends_with("tests.rs") || name.contains("/tests/") {
            continue;
        }
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            // A square or a cube is one product whatever makes it.
            let code = line.split("//").next().unwrap_or("");
            let code = code.replace(".powi(2)", "").replace(".powi(3)", "");
            let called = OF_THE_PLATFORM.iter().find(|f| calls(&code, f));
            assert_eq!(called, None, "{name}:{}: use libm's", number + 1);
        }
    }
}

#[test]
fn the_checker_sees_an_upward_import() {
    assert_eq!(
        imports("use crate::photo::Photo; // crate::look"),
        ["photo"]
    );
    assert_eq!(
        imports("let x = crate::units::Size::within(1, 1);"),
        ["units"]
    );
    assert!(imports("use my_crate::photo;").is_empty());
    assert_eq!(climbs("use super::super::look::Edge; // super::"), [2]);
    assert!(layer_of("photo") > layer_of("raster"));
    assert!(calls("let y = x.ln();", ".ln()") && calls("xs.map(f64::ln)", ".ln()"));
    assert!(!calls("f32::exp_m1(x)", ".exp()") && !calls("libm::expf(x)", ".exp()"));
}
