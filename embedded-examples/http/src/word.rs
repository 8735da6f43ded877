/// One word of a request: as long as the longest that means something, `application/openmetrics-text`. A longer one is
/// none that we know.
pub struct Word {
    bytes: [u8; 28],
    len: u8,
}

impl Word {
    pub const fn new() -> Self {
        Self { bytes: [0; 28], len: 0 }
    }

    pub fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(usize::from(self.len)) {
            *place = byte;
        }
        self.len = self.len.saturating_add(1);
    }

    /// What was pushed since the last time; nothing when it was too long.
    pub fn take(&mut self) -> &[u8] {
        let len = core::mem::take(&mut self.len);
        self.bytes.get(..usize::from(len)).unwrap_or_default()
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}
