use narthex_core::label::TextArray;

/// After each value; never part of UTF-8, so that no two lists of values are the same bytes.
const END: u8 = 0xFF;

/// The label values of a series, one after the other.
#[derive(Default)]
pub(super) struct Text(Box<[u8]>);

impl Text {
    pub(super) fn new(values: &[&str]) -> Self {
        let mut bytes = Vec::with_capacity(values.iter().map(|value| value.len() + 1).sum());
        for value in values {
            bytes.extend_from_slice(value.as_bytes());
            bytes.push(END);
        }
        Self(bytes.into_boxed_slice())
    }

    /// Whether these are exactly `values`.
    #[inline]
    pub(super) fn is(&self, values: &[&str]) -> bool {
        let mut rest = &*self.0;
        for value in values {
            match rest.strip_prefix(value.as_bytes()) {
                Some([END, after @ ..]) => rest = after,
                _ => return false,
            }
        }
        rest.is_empty()
    }

    /// The values, as many as the array holds.
    pub(super) fn read<'a, T: TextArray<'a>>(&'a self) -> T {
        let mut values = T::EMPTY;
        let parts = self.0.split(|byte| *byte == END);
        for (value, part) in values.as_mut().iter_mut().zip(parts) {
            *value = std::str::from_utf8(part).unwrap_or_default();
        }
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_exactly() {
        for values in [["", ""], ["GET", "200"], ["ab", "c"], ["a", "bc"], ["é\u{10FFFF}", "\0"]] {
            let text = Text::new(&values);
            assert!(text.is(&values));
            assert!(!text.is(&values[..1]));
            assert!(!text.is(&[values[0], values[1], ""]));
            assert_eq!(text.read::<[&str; 2]>(), values);
        }
        assert!(!Text::new(&["ab", "c"]).is(&["a", "bc"]));
        assert!(Text::new(&[]).is(&[]));
    }
}
