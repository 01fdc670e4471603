//! A short name for everything that decides a picture.

use crate::random::mix64;

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

    pub(super) fn hex(&self) -> String {
        format!("{:016x}", self.0)
    }
}
