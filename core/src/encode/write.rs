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
pub(super) struct Buffer<'a> {
    bytes: &'a mut [u8],
    /// How many bytes were written, whether or not they fit.
    pub(super) len: usize,
}

impl<'a> Buffer<'a> {
    pub(super) fn new(bytes: &'a mut [u8]) -> Self {
        Self { bytes, len: 0 }
    }

    pub(super) fn overflowed(&self) -> bool {
        self.len > self.bytes.len()
    }
}

impl Write for Buffer<'_> {
    type Error = core::convert::Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        if let Some(place) = self.bytes.get_mut(self.len..).and_then(|free| free.get_mut(..bytes.len())) {
            place.copy_from_slice(bytes);
        }
        self.len = self.len.saturating_add(bytes.len());
        Ok(bytes.len())
    }
}
