//! A short name for everything that decides a picture.

use crate::mask::Mask;
use crate::random::mix64;

/// Raised by every release that makes another picture of the same inputs, or writes recipes in another
/// way; a recipe is good for one of them.
pub(super) const PICTURE_VERSION: u32 = 1;

/// A 64-bit digest of values in the order they are added.
pub(super) struct Digest(u64);

impl Digest {
    pub(super) const fn new() -> Self {
        Self(0x7374_7562_626C_6500)
    }

    pub(super) fn add_words(mut self, words: impl IntoIterator<Item = u64>) -> Self {
        for word in words {
            self.0 = mix64(self.0.rotate_left(5) ^ mix64(word ^ 0x9E37_79B9_7F4A_7C15));
        }
        self
    }

    pub(super) fn add_text(self, text: &str) -> Self {
        let length = text.len() as u64;
        self.add_words(text.bytes().map(u64::from))
            .add_words([length])
    }

    /// Eight bytes a word, the last filled up with zeros.
    pub(super) fn add_bytes(self, bytes: &[u8]) -> Self {
        let (words, rest) = bytes.as_chunks::<8>();
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        let words = words.iter().chain([&last]);
        self.add_words(words.map(|&word| u64::from_le_bytes(word)))
    }

    pub(super) fn add_mask(self, mask: &Mask) -> Self {
        let size = mask.size();
        let word = |pair: &[f32; 2]| {
            let [first, second] = pair.map(|coverage| u64::from(coverage.to_bits()));
            first | second << 32
        };
        let (pairs, rest) = mask.coverage().values().as_chunks();
        self.add_words([size.width(), size.height()].map(u64::from))
            .add_words(pairs.iter().map(word))
            .add_words(rest.iter().map(|coverage| u64::from(coverage.to_bits())))
    }

    #[cfg(feature = "serde")]
    pub(super) const fn get(&self) -> u64 {
        self.0
    }

    pub(super) fn hex(&self) -> String {
        format!("{:016x}", self.0)
    }
}
