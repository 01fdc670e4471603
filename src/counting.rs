//! Sorting by counting: from how many elements each key has to where they lie.

/// Makes counts the places where the elements of each key end, with those of the keys before in front of
/// them; returns how many there are.
#[inline]
pub(crate) fn add_up(counts: &mut [u32]) -> usize {
    let mut end = 0;
    for count in counts {
        end += *count;
        *count = end;
    }
    end as usize
}

#[cfg(test)]
mod tests {
    #[test]
    fn counts_become_ends() {
        let mut counts = [2, 0, 3, 1];
        assert_eq!(super::add_up(&mut counts), 6);
        assert_eq!(counts, [2, 2, 5, 6]);
        assert_eq!(super::add_up(&mut []), 0);
    }
}
