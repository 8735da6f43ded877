use narthex_core::Refused;
use narthex_core::label::TextArray;
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

/// After each value; never part of UTF-8, so that no two lists of values are the same bytes.
pub(super) const END: u8 = 0xFF;

/// The label values of a series, one after the other, in one allocation: first the length, then the bytes. A pointer
/// alone, because there is one in each series; nothing when there are no values.
#[derive(Default)]
pub(super) struct Text(Option<NonNull<u32>>);

impl Text {
    /// # Errors
    ///
    /// [`Refused::TextTooLong`] when the values are longer than 4 GiB.
    pub(super) fn new(values: &[&str]) -> Result<Self, Refused> {
        let len: usize = values.iter().map(|value| value.len() + 1).sum();
        let (Ok(len), Some(layout)) = (u32::try_from(len), layout(len)) else { return Err(Refused::TextTooLong) };
        if len == 0 {
            return Ok(Self(None));
        }
        // SAFETY: the layout has a size.
        let place = unsafe { alloc(layout) };
        let Some(place) = NonNull::new(place.cast::<u32>()) else { handle_alloc_error(layout) };
        // SAFETY: just allocated, for a length and what follows it.
        unsafe { place.write(len) };
        let mut at = bytes(place);
        for part in values.iter().flat_map(|value| [value.as_bytes(), &[END]]) {
            // SAFETY: there is room for every value and a byte behind it.
            unsafe { at.copy_from_nonoverlapping(NonNull::from(part).cast(), part.len()) };
            // SAFETY: at most the end of the allocation.
            at = unsafe { at.add(part.len()) };
        }
        Ok(Self(Some(place)))
    }

    #[inline]
    fn as_bytes(&self) -> &[u8] {
        let Some(place) = self.0 else { return &[] };
        // SAFETY: written when this was made.
        let len = unsafe { place.read() } as usize;
        // SAFETY: so were the bytes that follow, and nobody changes them.
        unsafe { NonNull::slice_from_raw_parts(bytes(place), len).as_ref() }
    }

    /// Whether these are exactly `values`.
    #[inline]
    pub(super) fn is(&self, values: &[&str]) -> bool {
        let mut rest = self.as_bytes();
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
        for (place, value) in values.as_mut().iter_mut().zip(self.values()) {
            *place = std::str::from_utf8(value).unwrap_or_default();
        }
        values
    }

    /// The bytes of each value.
    pub(super) fn values(&self) -> impl Iterator<Item = &[u8]> {
        let bytes = self.as_bytes();
        bytes.strip_suffix(&[END]).into_iter().flat_map(|bytes| bytes.split(|byte| *byte == END))
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        if let (Some(place), Some(layout)) = (self.0, layout(self.as_bytes().len())) {
            // SAFETY: allocated with this layout, and not used any more.
            unsafe { dealloc(place.as_ptr().cast(), layout) };
        }
    }
}

fn layout(len: usize) -> Option<Layout> {
    Some(Layout::new::<u32>().extend(Layout::array::<u8>(len).ok()?).ok()?.0)
}

fn bytes(place: NonNull<u32>) -> NonNull<u8> {
    // SAFETY: they follow the length in the same allocation.
    unsafe { place.add(1) }.cast()
}

// SAFETY: it owns bytes that never change.
unsafe impl Send for Text {}
// SAFETY: as above.
unsafe impl Sync for Text {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_exactly() {
        for values in [["", ""], ["GET", "200"], ["ab", "c"], ["a", "bc"], ["é\u{10FFFF}", "\0"]] {
            let text = Text::new(&values).unwrap();
            assert!(text.is(&values));
            assert!(!text.is(&values[..1]));
            assert!(!text.is(&[values[0], values[1], ""]));
            assert_eq!(text.read::<[&str; 2]>(), values);
            assert!(text.values().eq(values.map(str::as_bytes)));
        }
        assert!(!Text::new(&["ab", "c"]).unwrap().is(&["a", "bc"]));
        assert!(Text::new(&[]).unwrap().is(&[]));
    }
}
