use crate::parse::{Exposition, ParsedFamily};
use narthex_core::{Collect, Desc, Details, Flow, Kind, Labels, Number, Point, Sample, Sink, name};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What is served of all devices at one moment: their families, each once with the series of every device that has it,
/// after what is known of the devices.
pub(super) struct View {
    devices: Vec<Shown>,
    /// The families by name, each with every device that has it.
    families: Vec<Vec<Member>>,
}

/// A family of a device.
struct Member {
    /// The device, as an index.
    device: usize,
    /// The family of its snapshot, as an index.
    family: usize,
    /// What becomes of a label that its series call [`DEVICE`] themselves.
    exported: Option<String>,
}

/// The label that every series gets.
pub(super) const DEVICE: &str = "device";

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

    /// Series that are served.
    pub(super) fn series(&self) -> usize {
        self.families().map(|(_, family)| family.len() - family.left_out()).sum()
    }

    /// Series of a fresh snapshot that are not served.
    fn withheld(&self) -> usize {
        let families = self.latest.as_ref().map_or(&[][..], |(exposition, _)| exposition.families());
        families.iter().map(ParsedFamily::len).sum::<usize>() - self.series()
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
        let mut families = BTreeMap::<&str, Vec<Member>>::new();
        for (device, shown) in devices.iter().enumerate() {
            for (number, family) in shown.families() {
                let member = Member { device, family: number, exported: exported(family) };
                families.entry(family.name()).or_default().push(member);
            }
        }
        let families = families.into_values().collect();
        Self { devices, families }
    }

    /// A family of the relay itself, with one series a device.
    fn status(&self, desc: &Desc<'_>, sink: &mut dyn Sink, value: impl Fn(&Shown) -> Option<Number>) -> Flow {
        let first = sink.family(desc)?;
        for (index, shown) in self.devices.iter().enumerate().skip(first) {
            if let Some(value) = value(shown) {
                let device = [&*shown.name];
                let labels = Labels::new(&[DEVICE], &device);
                sink.sample(desc, &Sample::new(index, &labels, &Point::Number(value)))?;
            }
        }
        Ok(())
    }

    /// The device of a member, and what it has of the family.
    fn family(&self, member: &Member) -> Option<(&str, &ParsedFamily)> {
        let shown = self.devices.get(member.device)?;
        let (exposition, _) = shown.latest.as_ref()?;
        Some((&shown.name, exposition.families().get(member.family)?))
    }

    fn union(&self, members: &[Member], sink: &mut dyn Sink) -> Flow {
        let Some((_, any)) = members.first().and_then(|member| self.family(member)) else { return Ok(()) };
        let first = sink.family(&any.desc())?;
        let mut start = 0;
        for member in members {
            let Some((device, family)) = self.family(member) else { continue };
            let desc = family.desc(); // the scale is this device's own
            let device = [device];
            let outer = Labels::new(&[DEVICE], &device);
            for index in first.saturating_sub(start)..family.len() {
                let place = start + index;
                match &member.exported {
                    None => family.sample(index, Some(&outer), &mut |sample| {
                        let details = sample.details.map(untimed);
                        let sample = Sample::new(place, sample.labels, sample.point);
                        sink.sample(&desc, &sample.with_details(details.as_ref()))
                    }),
                    Some(exported) => family.sample(index, None, &mut |sample| {
                        let rename = |(name, value)| (if name == DEVICE { exported.as_str() } else { name }, value);
                        let (names, values): (Vec<_>, Vec<_>) = sample.labels.iter().map(rename).unzip();
                        let labels = Labels::new(&names, &values);
                        let (details, labels) = (sample.details.map(untimed), outer.and(&labels));
                        let sample = Sample::new(place, &labels, sample.point);
                        sink.sample(&desc, &sample.with_details(details.as_ref()))
                    }),
                }?;
            }
            start += family.len();
        }
        Ok(())
    }
}

/// Without the timestamp of a value: it is of a clock that nobody set, and a Pushgateway refuses a page that has one.
fn untimed<'a>(details: &Details<'a>) -> Details<'a> {
    let untimed = Details::new().with_exemplars(details.exemplars());
    details.created().map_or(untimed, |created| untimed.with_created(created))
}

/// What the label [`DEVICE`] of a family's own series becomes: as with Prometheus, but a name that none of its series
/// has. Nothing when there is no such label.
fn exported(family: &ParsedFamily) -> Option<String> {
    let is_label = |wanted: &str| {
        let series = (0..family.len()).filter_map(|index| family.series(index));
        series.into_iter().any(|series| series.labels().any(|(name, _)| name == wanted))
    };
    let mut exported = String::from(DEVICE);
    while is_label(&exported) || (exported == family.name() && exported != DEVICE) {
        exported.insert_str(0, "exported_");
    }
    (exported != DEVICE).then_some(exported)
}

const UP: Desc<'static> =
    Desc::new(Kind::Gauge, name!("narthex_relay_up"), "Whether the device has sent a snapshot lately.");
const AGE: Desc<'static> =
    Desc::new(Kind::Gauge, name!("narthex_relay_snapshot_age_seconds"), "Time since the last snapshot of the device.");
const SERIES: Desc<'static> =
    Desc::new(Kind::Gauge, name!("narthex_relay_series"), "Series of the device that are served.");
const WITHHELD: Desc<'static> = Desc::new(
    Kind::Gauge,
    name!("narthex_relay_withheld_series"),
    "Series of the device that are not served: their family is in conflict with another one, or they have no shape here.",
);

impl Collect for View {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        [&UP, &AGE, &SERIES, &WITHHELD].into_iter().try_for_each(&mut *each)?;
        let families = self.families.iter().filter_map(|members| self.family(members.first()?));
        families.into_iter().try_for_each(|(_, family)| each(&family.desc()))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.status(&UP, sink, |shown| Some(u64::from(shown.is_up()).into()))?;
        self.status(&AGE, sink, |shown| Some(shown.age?.as_secs_f64().into()))?;
        self.status(&SERIES, sink, |shown| Some((shown.series() as u64).into()))?;
        self.status(&WITHHELD, sink, |shown| Some((shown.withheld() as u64).into()))?;
        self.families.iter().try_for_each(|members| self.union(members, sink))
    }
}
