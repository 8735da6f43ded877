use narthex_core::Refused;
use narthex_core::label::TextArray;
use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ptr::NonNull;

/// In the place of the length of a value that is this long or longer; the length follows in four bytes.
const LONG: u8 = 0xFF;

/// The label values of a series in one allocation: how many bytes follow, then of each value its length in a byte and its
/// bytes. A pointer alone, because there is one in each series; nothing when there are no values.
#[derive(Default)]
pub(super) struct Text(Option<NonNull<u32>>);

impl Text {
    /// # Errors
    ///
    /// [`Refused::TextTooLong`] when the values are longer than 4 GiB.
    pub(super) fn new(values: &[&str]) -> Result<Self, Refused> {
        let mut sizes = values.iter().map(|value| value.len() + if short(value).is_some() { 1 } else { 5 });
        let len = sizes.try_fold(0_usize, usize::checked_add).ok_or(Refused::TextTooLong)?;
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
        let mut write = |part: &[u8]| {
            // SAFETY: there is room for every value and its length.
            unsafe { at.copy_from_nonoverlapping(NonNull::from(part).cast(), part.len()) };
            // SAFETY: at most the end of the allocation.
            at = unsafe { at.add(part.len()) };
        };
        for value in values {
            match short(value) {
                Some(len) => write(&[len]),
                None => {
                    write(&[LONG]);
                    write(&(value.len() as u32).to_le_bytes()); // all of them fit into it
                }
            }
            write(value.as_bytes());
        }
        Ok(Self(Some(place)))
    }

    /// How many bytes there are.
    #[inline]
    pub(super) fn len(&self) -> usize {
        // SAFETY: written when this was made.
        self.0.map_or(0, |place| unsafe { place.read() } as usize)
    }

    #[inline]
    fn as_bytes(&self) -> &[u8] {
        let Some(place) = self.0 else { return &[] };
        let len = self.len();
        // SAFETY: written when this was made, as were the bytes that follow, and nobody changes them.
        unsafe { NonNull::slice_from_raw_parts(bytes(place), len).as_ref() }
    }

    /// Whether these are exactly `values`.
    #[inline(always)]
    pub(super) fn is(&self, values: &[&str]) -> bool {
        let mut rest = self.as_bytes();
        for value in values {
            let Some(len) = short(value) else { return self.is_long(values) };
            // by the length that is sought: the one that is here is compared as what comes first
            let Some(([own_len, own @ ..], after)) = rest.split_at_checked(1 + value.len()) else { return false };
            if *own_len != len || !is_same(own, value.as_bytes()) {
                return false;
            }
            rest = after;
        }
        rest.is_empty()
    }

    #[cold]
    #[inline(never)]
    fn is_long(&self, values: &[&str]) -> bool {
        self.values().eq(values.iter().copied())
    }

    /// The values, as many as the array holds.
    #[inline]
    pub(super) fn read<'a, T: TextArray<'a>>(&'a self) -> T {
        let mut values = T::EMPTY;
        values.as_mut().iter_mut().zip(self.values()).for_each(|(place, value)| *place = value);
        values
    }

    /// Each value.
    #[inline]
    pub(super) fn values(&self) -> impl Iterator<Item = &str> {
        let mut rest = self.as_bytes();
        std::iter::from_fn(move || {
            let (&len, after) = rest.split_first()?;
            let (len, after) = length(len, after)?;
            let (value, after) = after.split_at_checked(len)?;
            rest = after;
            // SAFETY: a `str` of this length was written there.
            Some(unsafe { std::str::from_utf8_unchecked(value) })
        })
    }
}

/// The length of the value that this byte begins, and what follows it.
#[inline]
fn length(first: u8, after: &[u8]) -> Option<(usize, &[u8])> {
    if first == LONG {
        return after.split_first_chunk().map(|(len, after)| (u32::from_le_bytes(*len) as usize, after));
    }
    Some((usize::from(first), after))
}

/// Equality. Both ends, which may overlap, are all that most values have: calling who compares more would cost more. The
/// lengths are told apart as the hash does, so that a processor has just seen where this goes.
#[inline(always)]
fn is_same(a: &[u8], b: &[u8]) -> bool {
    let same = match a.len() {
        len if len != b.len() => return false,
        0..4 => return a.iter().eq(b),
        4..8 => same_ends::<4>(a, b),
        8..16 => same_ends::<8>(a, b),
        16..=32 => same_ends::<16>(a, b),
        _ => None,
    };
    same.unwrap_or_else(|| a == b)
}

#[inline(always)]
fn same_ends<const N: usize>(a: &[u8], b: &[u8]) -> Option<bool> {
    Some((a.first_chunk::<N>()? == b.first_chunk()?) & (a.last_chunk::<N>()? == b.last_chunk()?))
}

/// The length of a value that is not [`LONG`].
#[inline(always)]
fn short(value: &str) -> Option<u8> {
    (value.len() < usize::from(LONG)).then_some(value.len() as u8)
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
        for len in 0..40 {
            let value = "x".repeat(len);
            let text = Text::new(&[&value]).unwrap();
            assert!(text.is(&[&value]) && !text.is(&[&"x".repeat(len + 1)]));
            for at in 0..len {
                let mut other = value.clone();
                other.replace_range(at..=at, "y");
                assert!(!text.is(&[&other]), "{len} {at}");
            }
        }
        let long = [254, 255, 256, 70_000].map(|len| "x".repeat(len));
        let [a, b, c, d] = long.each_ref().map(|long| &**long);
        for values in [
            ["", ""],
            [a, b],
            [c, d],
            [d, ""],
            ["", b],
            ["GET", "200"],
            ["ab", "c"],
            ["a", "bc"],
            ["é\u{10FFFF}", "\0"],
        ] {
            let text = Text::new(&values).unwrap();
            assert!(text.is(&values));
            assert!(!text.is(&values[..1]));
            assert!(!text.is(&[values[0], values[1], ""]));
            assert_eq!(text.read::<[&str; 2]>(), values);
            assert!(text.values().eq(values));
        }
        assert!(!Text::new(&["ab", "c"]).unwrap().is(&["a", "bc"]));
        assert!(Text::new(&[]).unwrap().is(&[]));
    }
}
