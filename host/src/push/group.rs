use crate::error::{Error, ErrorKind};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use narthex_core::LabelNames;

/// The labels of all that is pushed together; the job is first.
#[derive(Clone, Debug)]
pub(super) struct Group(Vec<(String, String)>);

impl Group {
    pub(super) fn new(job: &str) -> Result<Self, Error> {
        if job.is_empty() {
            return Err(Error::new(ErrorKind::Label, "the job is empty; give it a name"));
        }
        Ok(Self(vec![("job".into(), job.into())]))
    }

    pub(super) fn add(&mut self, name: String, value: String) -> Result<(), Error> {
        let names: Vec<&str> = self.0.iter().map(|(name, _)| &**name).chain([&*name]).collect();
        LabelNames::new(&names).map_err(|invalid| Error::invalid("label of the group", invalid))?;
        if ["le", "quantile"].contains(&&*name) {
            let text = format!("label of the group {name:?}: histograms and summaries have it; take another");
            return Err(Error::new(ErrorKind::Label, text));
        }
        self.0.push((name, value));
        Ok(())
    }

    pub(super) fn has(&self, label: &str) -> bool {
        self.0.iter().any(|(name, _)| name == label)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter()
    }
}

/// A value in a path: as it is where that is safe, percent-encoded where not, in base64 where a path could not have it.
pub(super) fn segment(value: &str) -> String {
    if value.is_empty() {
        return "@base64/=".into();
    }
    if value.contains('/') || value.bytes().all(|byte| byte == b'.') {
        return format!("@base64/{}", BASE64_URL_SAFE_NO_PAD.encode(value));
    }
    let mut text = String::from("/");
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => text.push(byte.into()),
            _ => text.push_str(&format!("%{byte:02X}")),
        }
    }
    text
}
