use crate::encode::Write;

impl<W: embedded_io::Write + ?Sized> Write for W {
    type Error = W::Error;

    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<usize, W::Error> {
        embedded_io::Write::write(self, bytes)
    }
}
