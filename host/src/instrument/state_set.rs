use super::Instrument;
use crate::error::{Error, ErrorKind};
use narthex_core::word::Word32;
use narthex_core::{Flow, Kind, Measure, Point, Take};
use std::sync::Arc;

/// Which of some states holds, with states that are named at run time; always exactly one, the first at the start.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let registry = narthex::Registry::new();
/// let task = registry.state_set("task_state", "State of the task.", ["starting", "running", "stopped"]).register()?;
/// task.set("running")?;
/// assert_eq!(task.state(), "running");
/// assert!(task.set("flying").is_err());
/// # Ok(())
/// # }
/// ```
pub struct RuntimeStateSet {
    states: Arc<[Box<str>]>,
    active: Word32,
}

impl RuntimeStateSet {
    /// Changes the state.
    ///
    /// # Errors
    ///
    /// [`UnknownState`] for a state that was not given to the builder; the state stays as it was.
    pub fn set(&self, state: &str) -> Result<(), UnknownState> {
        match self.states.iter().position(|known| **known == *state) {
            Some(index) => {
                self.active.store(index as u32);
                Ok(())
            }
            None => Err(UnknownState { given: state.into(), known: Arc::clone(&self.states) }),
        }
    }

    /// The state now.
    pub fn state(&self) -> &str {
        self.states.get(self.active.load() as usize).map_or("", |state| state)
    }
}

impl Measure for RuntimeStateSet {
    const KIND: Kind = Kind::StateSet;
    const INTEGER: bool = false;

    fn measure(&self, take: &mut Take<'_>) -> Flow {
        let states: Vec<&str> = self.states.iter().map(|state| &**state).collect();
        take(&Point::StateSet { states: &states, active: self.active.load() as usize }, None)
    }
}

impl Instrument for RuntimeStateSet {
    type Shared = Arc<[Box<str>]>;

    fn make(states: &Self::Shared) -> Self {
        Self { states: Arc::clone(states), active: Word32::new() }
    }

    fn restart(&self) {
        self.active.store(0);
    }

    fn check(states: &Self::Shared) -> Result<(), Error> {
        let wrong = |text: String| Err(Error::new(ErrorKind::States, text));
        if states.is_empty() {
            return wrong("a state set needs at least one state".into());
        }
        match states.iter().enumerate().find(|(at, state)| state.is_empty() || states[..*at].contains(state)) {
            Some((_, state)) => wrong(format!("state {state:?}: a state must have a name and be given once")),
            None => Ok(()),
        }
    }
}

impl std::fmt::Debug for RuntimeStateSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RuntimeStateSet").field(&self.state()).finish()
    }
}

/// A state that the state set does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownState {
    given: Box<str>,
    known: Arc<[Box<str>]>,
}

impl UnknownState {
    /// What was given.
    pub fn given(&self) -> &str {
        &self.given
    }
}

impl std::fmt::Display for UnknownState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "there is no state {:?}; the states are {:?}", self.given, self.known)
    }
}

impl std::error::Error for UnknownState {}
