extern crate alloc;

use crate::collect::{Collect, Flow, Sink};
use crate::desc::Desc;
use crate::label::LabelValue;
use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;

macro_rules! pointers {
    ($($pointer:ident),*) => {$(
        impl<C: Collect + ?Sized> Collect for $pointer<C> {
            fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
                (**self).describe(each)
            }

            fn collect(&self, sink: &mut dyn Sink) -> Flow {
                (**self).collect(sink)
            }
        }
    )*};
}

pointers!(Arc, Box);

macro_rules! texts {
    ($($text:ty),*) => {$(
        impl LabelValue for $text {
            type Scratch = ();

            #[inline]
            fn text<'a>(&'a self, (): &'a mut ()) -> &'a str {
                self
            }
        }
    )*};
}

texts!(String, Cow<'_, str>);
