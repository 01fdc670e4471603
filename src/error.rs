//! The one error type: which parameter, its value, what is allowed.

use std::fmt;
use std::path::PathBuf;

/// The result of every fallible call in this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a request was refused, in words a caller can show to a person.
///
/// Every refusal names the parameter, the value it had and what would have been accepted, or what the photo does
/// not show and where. The `Display` form is one line, lower case, without a full stop.
///
/// # Examples
/// ```
/// use stubblefield::Scale;
///
/// let refused = Scale::px_per_mm(-3.0).unwrap_err();
/// assert_eq!(refused.to_string(), "px_per_mm is -3, allowed: 0.2..=400");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// A number outside its range; NaN is outside every range.
    OutOfRange {
        /// The parameter's name as it stands in the API.
        parameter: &'static str,
        /// What the caller passed.
        value: f64,
        /// What would have been accepted.
        allowed: &'static str,
    },
    /// A word that is not one of the known ones.
    UnknownName {
        /// The parameter's name as it stands in the API.
        parameter: &'static str,
        /// What the caller passed.
        value: String,
        /// The words that would have been accepted.
        allowed: &'static str,
    },
    /// Two grids that must have the same size and do not, in pixels.
    SizeMismatch {
        /// The parameter's name as it stands in the API.
        parameter: &'static str,
        /// Width and height of what the caller passed.
        value: (u32, u32),
        /// Width and height that were needed.
        allowed: (u32, u32),
    },
    /// A request for more than the crate's stated limit, refused before anything is allocated.
    TooLarge {
        /// What there would have been too much of.
        parameter: &'static str,
        /// How much the request comes to.
        value: u64,
        /// The limit.
        allowed: u64,
    },
    /// A field that could not be closed: cells with room for another dot after the last round. Not
    /// seen in any run; another seed is as good.
    RoomLeft {
        /// How many cells of the field's lattice.
        cells: u64,
    },
    /// The caller stopped the call; see [`Progress`](crate::progress::Progress).
    Cancelled,
    /// A buffer that is too short for the size and stride that came with it, in elements.
    ShortBuffer {
        /// The parameter's name as it stands in the API.
        parameter: &'static str,
        /// Length of what the caller passed.
        value: usize,
        /// The least length that fits.
        allowed: usize,
    },
    /// A buffer that has to have one length and has another, in elements.
    WrongLength {
        /// The parameter's name as it stands in the API.
        parameter: &'static str,
        /// Length of what the caller passed.
        value: usize,
        /// The length it has to have.
        allowed: usize,
    },
    /// Two hints about the same thing that cannot both be true.
    Contradiction {
        /// What one hint is about, with its unit.
        parameter: &'static str,
        /// What it says.
        value: f64,
        /// What the other hint is about, with its unit.
        other: &'static str,
        /// What the other says.
        other_value: f64,
    },
    /// A result that nothing within the stated limits brings about.
    Unreachable {
        /// The result's name as it stands in the API.
        parameter: &'static str,
        /// What the caller asked for.
        value: f64,
        /// The nearest that is possible.
        reached: f64,
        /// What stops there.
        limit: String,
    },
    /// Something that is recognised by its digest, and is not what was brought.
    OtherDigest {
        /// What was looked for.
        parameter: &'static str,
        /// The digests of what the caller brought, joined by commas; "none" without any.
        value: String,
        /// The digest that was needed.
        allowed: String,
    },
    /// Something that the photo does not show where it was looked for.
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// Where.
        place: &'static str,
    },
    /// A file that could not be read or written as asked.
    File {
        /// The parameter's name as it stands in the API.
        parameter: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: FileProblem,
        /// What would have been accepted.
        allowed: &'static str,
    },
}

/// What was wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileProblem {
    /// Nothing is there.
    Missing,
    /// A folder stands where a file is needed.
    IsDirectory,
    /// A file stands where a folder is needed.
    NotADirectory,
    /// The file has no bytes.
    Empty,
    /// Its first bytes are not those of a known format.
    UnknownFormat,
    /// It is of a known format, in a way that is not read; the decoder's own words.
    NotSupported(String),
    /// Its header claims more pixels than the limit; width and height as claimed.
    TooManyPixels(u32, u32),
    /// It breaks off or contradicts itself; the decoder's own words.
    Damaged(String),
    /// Writing there would replace an input.
    WouldOverwriteInput,
    /// The system refused; its own words.
    Denied(String),
}

impl Error {
    /// An error unless a value lies in a range with its ends.
    pub(crate) fn within(
        parameter: &'static str,
        value: f32,
        low: f32,
        high: f32,
        allowed: &'static str,
    ) -> Result<()> {
        let inside = (low..=high).contains(&value);
        Self::check(parameter, f64::from(value), inside, allowed)
    }

    /// `Ok(value)` when `inside` holds. Written so that NaN, which satisfies no comparison, fails.
    pub(crate) fn check(
        parameter: &'static str,
        value: f64,
        inside: bool,
        allowed: &'static str,
    ) -> Result<()> {
        if inside {
            Ok(())
        } else {
            Err(Self::OutOfRange {
                parameter,
                value,
                allowed,
            })
        }
    }
}

/// A number as the caller wrote it: most are single precision, whose digits in double precision are many
/// and no one's.
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let single = self.0 as f32;
        if f64::from(single) == self.0 {
            single.fmt(f)
        } else {
            self.0.fmt(f)
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange {
                parameter,
                value,
                allowed,
            } => {
                write!(f, "{parameter} is {}, allowed: {allowed}", Number(*value))
            }
            Self::UnknownName {
                parameter,
                value,
                allowed,
            } => {
                write!(f, "{parameter} is {value:?}, allowed: {allowed}")
            }
            Self::SizeMismatch {
                parameter,
                value,
                allowed,
            } => write!(
                f,
                "{parameter} is {}x{} px, allowed: {}x{} px",
                value.0, value.1, allowed.0, allowed.1
            ),
            Self::TooLarge {
                parameter,
                value,
                allowed,
            } => {
                write!(f, "{parameter} is {value}, allowed: at most {allowed}")
            }
            Self::RoomLeft { cells } => {
                write!(f, "room is left in {cells} cells of the field, allowed: 0")
            }
            Self::Cancelled => f.write_str("the call was cancelled by its caller"),
            Self::ShortBuffer {
                parameter,
                value,
                allowed,
            } => {
                write!(
                    f,
                    "{parameter} has {value} elements, allowed: at least {allowed}"
                )
            }
            Self::WrongLength {
                parameter,
                value,
                allowed,
            } => {
                write!(
                    f,
                    "{parameter} has {value} elements, allowed: exactly {allowed}"
                )
            }
            Self::Contradiction {
                parameter,
                value,
                other,
                other_value,
            } => {
                write!(
                    f,
                    "{parameter} is {}, allowed: what agrees with {other}, {}",
                    Number(*value),
                    Number(*other_value)
                )
            }
            Self::Unreachable {
                parameter,
                value,
                reached,
                limit,
            } => {
                write!(
                    f,
                    "{parameter} is {value:.1}, allowed: at most as far as {reached:.1}, which is the limit of {limit}"
                )
            }
            Self::OtherDigest {
                parameter,
                value,
                allowed,
            } => {
                write!(
                    f,
                    "{parameter} is {value}, allowed: the one with digest {allowed}"
                )
            }
            Self::NotFound { what, place } => {
                write!(f, "{what}: none found {place}")
            }
            Self::File {
                parameter,
                path,
                problem,
                allowed,
            } => {
                write!(
                    f,
                    "{parameter} is {}: {problem}, allowed: {allowed}",
                    path.display()
                )
            }
        }
    }
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such file"),
            Self::IsDirectory => f.write_str("it is a folder"),
            Self::NotADirectory => f.write_str("it is not a folder"),
            Self::Empty => f.write_str("the file is empty"),
            Self::UnknownFormat => f.write_str("its contents are no picture of a known format"),
            Self::NotSupported(words) => write!(f, "it is of a kind that is not read ({words})"),
            Self::TooManyPixels(width, height) => {
                write!(f, "its header claims {width}x{height} px")
            }
            Self::Damaged(words) => write!(f, "it is damaged ({words})"),
            Self::WouldOverwriteInput => f.write_str("that would overwrite an input"),
            Self::Denied(words) => write!(f, "the system refused ({words})"),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_as_they_were_written() {
        let told = |value| {
            let refused = Error::check("width", value, false, "1..=9");
            refused.unwrap_err().to_string()
        };
        for (value, words) in [
            (f64::from(0.1_f32), "0.1"),
            (0.1, "0.1"),
            (16_777_217.0, "16777217"),
            (-3.0, "-3"),
            (
                f64::from(f32::MAX),
                "340282350000000000000000000000000000000",
            ),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(told(value), format!("width is {words}, allowed: 1..=9"));
        }
    }
}
