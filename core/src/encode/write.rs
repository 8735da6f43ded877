//! Byte sinks.

/// A sink of bytes. Every `embedded_io::Write` is one, with the feature of its version.
pub trait Write {
    /// What can go wrong.
    type Error;

    /// Takes some bytes from the start of `bytes`, which is not empty; answers how many.
    ///
    /// # Errors
    ///
    /// Whatever can go wrong. Zero is not an error here, but the encoders report it as one.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error>;
}

/// Why bytes were not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteError<E> {
    /// The sink's own error.
    Sink(E),
    /// The sink took nothing.
    Zero,
}

/// A buffer that remembers how much it would have taken.
pub struct Buffer<'a> {
    bytes: &'a mut [u8],
    len: usize,
}

impl<'a> Buffer<'a> {
    /// With room for as many bytes as there are.
    pub const fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes, len: 0 }
    }

    /// Appends bytes, unless there is no room for all of them. They count in any case.
    #[inline]
    pub fn put(&mut self, bytes: &[u8]) {
        if let Some(place) = self.bytes.get_mut(self.len..).and_then(|free| free.get_mut(..bytes.len())) {
            place.copy_from_slice(bytes);
        }
        self.len = self.len.saturating_add(bytes.len());
    }

    /// Replaces `len` bytes from `at` by others, and moves what follows them.
    ///
    /// Nothing but the count changes when what was put did not fit.
    pub fn replace(&mut self, at: usize, len: usize, by: &[u8]) {
        let (tail, end) = (at + len, self.len);
        self.len = (self.len + by.len()).saturating_sub(len);
        if end <= self.bytes.len() && self.fits() && tail <= end {
            self.bytes.copy_within(tail..end, at + by.len());
            if let Some(place) = self.bytes.get_mut(at..at + by.len()) {
                place.copy_from_slice(by);
            }
        }
    }

    /// How many bytes were put, whether or not they fitted.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether none were.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether all of them fitted.
    pub const fn fits(&self) -> bool {
        self.len <= self.bytes.len()
    }
}

impl Write for Buffer<'_> {
    type Error = core::convert::Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.put(bytes);
        Ok(bytes.len())
    }
}
