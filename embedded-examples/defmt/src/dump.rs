use defmt::info;
use narthex_core::{Collect, Desc, Flow, Sample, Sink};

/// Logs every series of a collector.
///
/// The texts stay on the host: a series takes a few bytes of the line, where its exposition would take a hundred.
pub fn log(metrics: &dyn Collect) -> Flow {
    metrics.collect(&mut Log)
}

struct Log;

impl Sink for Log {
    fn family(&mut self, _: &Desc<'_>) -> Flow<usize> {
        Ok(0)
    }

    fn sample(&mut self, desc: &Desc<'_>, sample: &Sample<'_>) -> Flow {
        info!("{}: {}", desc, sample);
        Ok(())
    }
}
