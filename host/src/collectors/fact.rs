use narthex_core::{Desc, Flow, Kind, Labels, Name, Number, Point, Sample, Sink};

/// Something that is known of a `T`: a family of one number, which may be unknown at times.
pub(super) struct Fact<T: ?Sized> {
    kind: Kind,
    name: Name<'static>,
    help: &'static str,
    read: fn(&T) -> Option<Number>,
}

impl<T: ?Sized> Fact<T> {
    pub(super) const fn counter(name: Name<'static>, help: &'static str, read: fn(&T) -> Option<Number>) -> Self {
        Self { kind: Kind::Counter, name, help, read }
    }

    pub(super) const fn gauge(name: Name<'static>, help: &'static str, read: fn(&T) -> Option<Number>) -> Self {
        Self { kind: Kind::Gauge, name, help, read }
    }

    pub(super) fn desc(&self) -> Desc<'static> {
        Desc::new(self.kind, self.name, self.help)
    }

    /// The family is there even when its value is not: those behind it keep their places.
    pub(super) fn collect(&self, of: &T, sink: &mut dyn Sink) -> Flow {
        let desc = self.desc();
        if sink.family(&desc)? > 0 {
            return Ok(());
        }
        match (self.read)(of) {
            Some(value) => sink.sample(&desc, &Sample::new(0, &Labels::NONE, &Point::Number(value))),
            None => Ok(()),
        }
    }
}
