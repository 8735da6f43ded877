/// A type that can be the value of a label.
///
/// `&str`, `heapless::String`, `bool`, `char`, integers and enums with `#[derive(ClosedLabels)]`; with the feature `alloc` also
/// `String` and `Cow<str>`. On a host, `narthex::Shown` makes one of anything with `Display`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of a label",
    label = "no value of a label",
    note = "a label is a text, a `bool`, a `char`, an integer, or an enum with `#[derive(ClosedLabels)]`",
    note = "on a host, `narthex::Shown` makes one of anything with `Display`"
)]
pub trait LabelValue {
    /// Where the text is put together when it is not there already.
    type Scratch: Default;
    /// The text.
    fn text<'a>(&'a self, scratch: &'a mut Self::Scratch) -> &'a str;
}

impl LabelValue for &str {
    type Scratch = ();

    #[inline]
    fn text<'a>(&'a self, _: &'a mut ()) -> &'a str {
        self
    }
}

impl<const N: usize, L: heapless::LenType> LabelValue for heapless::String<N, L> {
    type Scratch = ();

    fn text<'a>(&'a self, _: &'a mut ()) -> &'a str {
        self
    }
}

impl LabelValue for bool {
    type Scratch = ();

    fn text<'a>(&'a self, _: &'a mut ()) -> &'a str {
        if *self { "true" } else { "false" }
    }
}

impl LabelValue for char {
    type Scratch = [u8; 4];

    fn text<'a>(&'a self, scratch: &'a mut [u8; 4]) -> &'a str {
        self.encode_utf8(scratch)
    }
}

macro_rules! integers {
    ($($type:ty => $wide:ty),*) => {$(
        impl LabelValue for $type {
            type Scratch = Option<crate::number::NumberText>;

            fn text<'a>(&'a self, scratch: &'a mut Self::Scratch) -> &'a str {
                scratch.insert(crate::number::Number::from(*self as $wide).text(0)).as_str()
            }
        }
    )*};
}

integers!(u8 => u32, u16 => u32, u32 => u32, u64 => u64, usize => u64);
integers!(i8 => i32, i16 => i32, i32 => i32, i64 => i64, isize => i64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_as_text() {
        fn check(value: impl LabelValue, text: &str) {
            assert_eq!(value.text(&mut Default::default()), text);
        }
        check("GET", "GET");
        check(true, "true");
        check('\u{1F525}', "\u{1F525}");
        check(404_u16, "404");
        check(usize::MAX, &std::format!("{}", usize::MAX));
        check(isize::MIN, &std::format!("{}", isize::MIN));
        check(i64::MIN, "-9223372036854775808");
        check(heapless::String::<8>::try_from("heap").unwrap(), "heap");
    }
}
