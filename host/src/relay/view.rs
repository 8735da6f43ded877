use crate::parse::{Exposition, ParsedFamily};
use narthex_core::{Collect, Desc, Flow, Kind, Labels, Number, Point, Sample, Sink, name};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What is served of all devices at one moment: their families, each once with the series of every device that has it,
/// after what is known of the devices.
pub(super) struct View {
    devices: Vec<Shown>,
    /// The families by name, each as the devices and their numbers in it.
    families: Vec<Vec<(usize, usize)>>,
}

/// A device at that moment.
pub(super) struct Shown {
    pub(super) name: Arc<str>,
    /// Since the last snapshot.
    pub(super) age: Option<Duration>,
    /// The last snapshot and which of its families are served, unless it is stale.
    pub(super) latest: Option<(Arc<Exposition>, Arc<[usize]>)>,
}

impl Shown {
    pub(super) fn is_up(&self) -> bool {
        self.latest.is_some()
    }

    pub(super) fn series(&self) -> usize {
        self.families().map(|(_, family)| family.len()).sum()
    }

    /// The families that are served, with their numbers.
    fn families(&self) -> impl Iterator<Item = (usize, &ParsedFamily)> {
        let latest = self.latest.as_ref();
        let families = latest.map_or(&[][..], |(exposition, _)| exposition.families());
        let served = latest.map_or(&[][..], |(_, served)| served);
        served.iter().filter_map(|number| Some((*number, families.get(*number)?)))
    }
}

impl View {
    pub(super) fn new(devices: Vec<Shown>) -> Self {
        let mut families = BTreeMap::<&str, Vec<(usize, usize)>>::new();
        for (device, shown) in devices.iter().enumerate() {
            for (number, family) in shown.families() {
                families.entry(family.name()).or_default().push((device, number));
            }
        }
        let families = families.into_values().collect();
        Self { devices, families }
    }

    pub(super) fn devices(&self) -> &[Shown] {
        &self.devices
    }

    /// A family of the relay itself, with one series a device.
    fn status(&self, desc: &Desc<'_>, sink: &mut dyn Sink, value: impl Fn(&Shown) -> Option<Number>) -> Flow {
        let first = sink.family(desc)?;
        for (index, shown) in self.devices.iter().enumerate().skip(first) {
            if let Some(value) = value(shown) {
                let device = [&*shown.name];
                let labels = Labels::new(&["device"], &device);
                sink.sample(desc, &Sample::new(index, &labels, &Point::Number(value)))?;
            }
        }
        Ok(())
    }

    fn union(&self, members: &[(usize, usize)], sink: &mut dyn Sink) -> Flow {
        let members = || {
            members.iter().filter_map(|(device, number)| {
                let shown = self.devices.get(*device)?;
                let (exposition, _) = shown.latest.as_ref()?;
                Some((&*shown.name, exposition.families().get(*number)?))
            })
        };
        let Some((_, any)) = members().next() else { return Ok(()) };
        let desc = any.desc();
        let first = sink.family(&desc)?;
        let mut start = 0;
        for (device, family) in members() {
            let device = [device];
            let outer = Labels::new(&["device"], &device);
            for index in first.saturating_sub(start)..family.len() {
                family.sample(index, None, &mut |sample| {
                    with_device(&outer, sample.labels, &mut |labels| {
                        sink.sample(&desc, &Sample::new(start + index, labels, sample.point))
                    })
                })?;
            }
            start += family.len();
        }
        Ok(())
    }
}

/// The labels of a series after that of its device. What it calls `device` itself is exported, as Prometheus says.
fn with_device(outer: &Labels<'_>, own: &Labels<'_>, give: &mut dyn FnMut(&Labels<'_>) -> Flow) -> Flow {
    if own.get("device").is_none() {
        return give(&outer.and(own));
    }
    let mut exported = String::from("exported_device");
    while own.get(&exported).is_some() {
        exported.insert_str(0, "exported_");
    }
    let (names, values): (Vec<_>, Vec<_>) =
        own.iter().map(|(name, value)| (if name == "device" { exported.as_str() } else { name }, value)).unzip();
    give(&outer.and(&Labels::new(&names, &values)))
}

const UP: Desc<'static> =
    Desc::new(Kind::Gauge, name!("narthex_relay_up"), "Whether the device has sent a snapshot lately.");
const AGE: Desc<'static> =
    Desc::new(Kind::Gauge, name!("narthex_relay_snapshot_age_seconds"), "Time since the last snapshot of the device.");
const SERIES: Desc<'static> =
    Desc::new(Kind::Gauge, name!("narthex_relay_series"), "Series of the device that are served.");

impl Collect for View {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        [&UP, &AGE, &SERIES].into_iter().try_for_each(&mut *each)?;
        self.families.iter().filter_map(|members| members.first()).try_for_each(|(device, number)| {
            let latest = self.devices.get(*device).and_then(|shown| shown.latest.as_ref());
            latest.and_then(|(exposition, _)| exposition.families().get(*number)).map_or(Ok(()), |f| each(&f.desc()))
        })
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.status(&UP, sink, |shown| Some(u64::from(shown.is_up()).into()))?;
        self.status(&AGE, sink, |shown| Some(shown.age?.as_secs_f64().into()))?;
        self.status(&SERIES, sink, |shown| Some((shown.series() as u64).into()))?;
        self.families.iter().try_for_each(|members| self.union(members, sink))
    }
}
