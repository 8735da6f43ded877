use super::{CHECK, CRC, Check, Frame};

/// Puts the frames of a line together to snapshots. The bytes stay with the caller.
///
/// ```
/// use narthex_core::frame::{Assembly, Deframer, Step};
///
/// fn read(line: &[u8], mut received: impl FnMut(&str)) {
///     let (mut deframer, mut assembly, mut page) = (Deframer::new(), Assembly::new(), Vec::new());
///     for byte in line {
///         let Some(Ok(frame)) = deframer.push(*byte) else { continue }; // errors are worth a counter
///         let progress = assembly.take(&frame);
///         match progress.step {
///             Step::Start(data) => page = data.to_vec(),
///             Step::Append(data) => page.extend(data),
///             Step::Skip => {}
///         }
///         if progress.complete {
///             received(str::from_utf8(&page).unwrap());
///         }
///     }
/// }
/// # use narthex_core::{Counter, Metric, MetricGroup, frame::Framer};
/// # #[derive(MetricGroup)] struct Wifi { /// Frames.
/// # frames: Counter }
/// # let mut line = [0_u8; 256];
/// # Framer::new().snapshot(&Wifi::new(), &mut &mut line[..]).unwrap();
/// # let mut pages = 0;
/// # read(&line, |page| { assert!(page.ends_with("frames_total 0\n# EOF\n")); pages += 1; });
/// # assert_eq!(pages, 1);
/// ```
pub struct Assembly {
    /// Of the frame that came last.
    sequence: Option<u16>,
    /// Of the page so far, while a snapshot comes.
    page: Option<Check>,
}

/// What to do with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// Whether a snapshot was dropped: one of its frames did not come, or it is not what was sent.
    pub lost: bool,
    /// What becomes of the data.
    pub step: Step<'a>,
    /// Whether the snapshot is whole with it.
    pub complete: bool,
}

/// What becomes of the data of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// A page begins with it.
    Start(&'a [u8]),
    /// The page goes on with it.
    Append(&'a [u8]),
    /// It is of no use: it has come before, or belongs to a snapshot that was dropped.
    Skip,
}

impl Assembly {
    /// At the start of a line, or somewhere in it.
    pub const fn new() -> Self {
        Self { sequence: None, page: None }
    }

    /// The next frame. What did not become a frame needs no mention: its number is missing.
    pub fn take<'a>(&mut self, frame: &Frame<'a>) -> Progress<'a> {
        let before = self.sequence.replace(frame.sequence);
        let (lost, page) = match self.page.take() {
            Some(page) if before == Some(frame.sequence) && !frame.first => {
                self.page = Some(page);
                return Progress { lost: false, step: Step::Skip, complete: false };
            }
            Some(page) if before == Some(frame.sequence.wrapping_sub(1)) && !frame.first => (false, Some(page)),
            interrupted => {
                let twice = before == Some(frame.sequence);
                (interrupted.is_some() && !twice, frame.first.then(|| CRC.digest()))
            }
        };
        let Some(mut page) = page else { return Progress { lost, step: Step::Skip, complete: false } };

        let (data, check) = if frame.last {
            match frame.data.split_last_chunk::<CHECK>() {
                Some((data, check)) => (data, Some(u32::from_le_bytes(*check))),
                None => return Progress { lost: true, step: Step::Skip, complete: false },
            }
        } else {
            (frame.data, None)
        };
        page.update(data);
        let step = if frame.first { Step::Start(data) } else { Step::Append(data) };
        match check {
            None => {
                self.page = Some(page);
                Progress { lost, step, complete: false }
            }
            Some(check) if page.finalize() == check => Progress { lost, step, complete: true },
            Some(_) => Progress { lost: true, step: Step::Skip, complete: false },
        }
    }
}

impl Default for Assembly {
    fn default() -> Self {
        Self::new()
    }
}
