use super::{Inner, Registry};
use crate::error::{Error, ErrorKind};
use crate::registered::Collector;
use narthex_core::{Collect, Desc, Flow, Invalid, Kind, LabelNames, Labelled, Prefix, Prefixed, Sink};
use std::sync::Arc;

impl Registry {
    /// A part of this registry: metrics that are made in it or registered with it are exposed by this registry, with
    /// `prefix` before their names and `labels` before their own. Scopes nest.
    ///
    /// A scope is a registry as well; read through it, it has what was registered through it, as it is exposed. Whatever
    /// else is said through it is said of the whole registry: [`find`](Self::find) takes exposed names,
    /// [`unregister`](Self::unregister) any receipt, and there is one [target](Self::set_target_info), without prefix and
    /// labels.
    ///
    /// ```
    /// # fn main() -> Result<(), narthex::Error> {
    /// # let registry = narthex::Registry::new();
    /// for device in ["kitchen", "attic"] {
    ///     let scope = registry.scoped(&format!("{device}_"), &[("building", "home")])?;
    ///     scope.gauge("temperature_celsius", "Temperature.").register()?.set(20);
    /// }
    /// assert_eq!(registry.sample_value("attic_temperature_celsius", &[("building", "home")]), Some(20.0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Name`](crate::ErrorKind::Name) for a prefix and [`ErrorKind::Label`](crate::ErrorKind::Label) for a label that is not valid, or that a scope around it
    /// has.
    pub fn scoped(&self, prefix: &str, labels: &[(&str, &str)]) -> Result<Self, Error> {
        let scope = Some(Arc::new(Scope::new(self.0.scope.clone(), prefix, labels)?));
        Ok(Self(Arc::new(Inner { scope, ..self.0.view() })))
    }

    /// The names of the labels that this scope and those around it put before those of a metric.
    pub(crate) fn scope_labels(&self) -> impl Iterator<Item = &str> {
        self.0.scope.iter().flat_map(|scope| scope.names.iter().map(String::as_str))
    }
}

/// What a part of a registry puts before its names and its labels.
pub(super) struct Scope {
    prefix: String,
    names: Vec<String>,
    values: Vec<String>,
    outer: Option<Arc<Scope>>,
}

impl Scope {
    pub(super) fn new(outer: Option<Arc<Scope>>, prefix: &str, labels: &[(&str, &str)]) -> Result<Self, Error> {
        if !prefix.is_empty() {
            Prefix::new(prefix).map_err(|invalid| Error::invalid("prefix", invalid))?;
        }
        let of_outer = |of: fn(&Scope) -> &Vec<String>| outer.as_deref().map_or(Vec::new(), |outer| of(outer).clone());
        let (mut names, mut values) = (of_outer(|outer| &outer.names), of_outer(|outer| &outer.values));
        names.extend(labels.iter().map(|(name, _)| name.to_string()));
        values.extend(labels.iter().map(|(_, value)| value.to_string()));
        let texts: Vec<&str> = names.iter().map(String::as_str).collect();
        LabelNames::new(&texts).map_err(|invalid| Error::invalid("label name of a scope:", invalid))?;
        let prefix = outer.as_deref().map_or("", |outer| &outer.prefix).to_string() + prefix;
        Ok(Self { prefix, names, values, outer })
    }

    /// Whether this is `other`, or inside it.
    pub(super) fn is_in(self: &Arc<Self>, other: &Arc<Scope>) -> bool {
        Arc::ptr_eq(self, other) || self.outer.as_ref().is_some_and(|outer| outer.is_in(other))
    }

    /// A name without the prefix, if it has it.
    pub(super) fn inner_name<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_prefix(&self.prefix)
    }

    /// A name with the prefix.
    pub(super) fn outer_name(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// Whether a metric may have these labels besides its own.
    pub(super) fn check(&self, desc: &Desc<'_>) -> Result<(), Error> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let refused = |invalid: Invalid<'_>| {
            let metric = String::from_iter(desc.name());
            Err(Error::invalid(&format!("metric {metric:?}: label of its scope"), invalid))
        };
        let Ok(labels) = LabelNames::new(&names) else { return Ok(()) }; // checked when the scope was made
        if let Err(invalid) = desc.with_labels(labels) {
            return refused(invalid);
        }
        let name = self.outer_name(&String::from_iter(desc.name()));
        if desc.kind() == Kind::StateSet && (labels.contains(&name) || desc.labels().contains(&name)) {
            let text =
                format!("state set {name:?}: its name in this scope is the label of its states; rename the label");
            return Err(Error::new(ErrorKind::Label, text));
        }
        match names.iter().find(|name| desc.labels().contains(name)) {
            None => Ok(()),
            Some(name) => {
                let metric = String::from_iter(desc.name());
                let text =
                    format!("metric {metric:?}: {name:?} is a label of the metric and one of its scope; rename one");
                Err(Error::new(ErrorKind::Label, text))
            }
        }
    }

    /// What `inner` exposes, in this scope.
    pub(super) fn around(self: &Arc<Self>, inner: Collector) -> Collector {
        Arc::new(Scoped { scope: Arc::clone(self), inner })
    }

    fn adapted<R>(&self, inner: &Collector, f: impl FnOnce(&dyn Collect) -> R) -> R {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let values: Vec<&str> = self.values.iter().map(String::as_str).collect();
        let labelled = Labelled::new(LabelNames::new(&names).unwrap_or(LabelNames::NONE), &values, &**inner);
        match Prefix::new(&self.prefix) {
            Ok(prefix) => f(&Prefixed::new(prefix, labelled)),
            Err(_) => f(&labelled), // there is none
        }
    }
}

struct Scoped {
    scope: Arc<Scope>,
    inner: Collector,
}

impl Collect for Scoped {
    fn describe(&self, each: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
        self.scope.adapted(&self.inner, |adapted| adapted.describe(each))
    }

    fn collect(&self, sink: &mut dyn Sink) -> Flow {
        self.scope.adapted(&self.inner, |adapted| adapted.collect(sink))
    }
}
