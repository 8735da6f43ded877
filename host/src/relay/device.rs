use crate::error::{Error, ErrorKind};
use std::collections::HashMap;
use std::path::PathBuf;
use std::str::FromStr;

/// A device, by the name that its series get, and where it is.
///
/// | written as | is |
/// | --- | --- |
/// | `/dev/ttyACM0` | a serial port; the device is called `ttyACM0` |
/// | `kitchen=/dev/ttyACM0` | the same, called `kitchen` |
/// | `unix:/run/board.sock` | a Unix socket, as QEMU offers it; called `board.sock` |
/// | `tcp:10.0.0.7:4000` | a TCP socket; called `10.0.0.7:4000` |
///
/// ```
/// use narthex::relay::Device;
///
/// let device: Device = "kitchen=tcp:10.0.0.7:4000".parse().unwrap();
/// assert_eq!(device.name(), "kitchen");
/// assert!("tcp:10.0.0.7".parse::<Device>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    pub(super) name: String,
    pub(super) address: Address,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    Serial(PathBuf),
    Unix(PathBuf),
    Tcp(String),
}

impl Device {
    /// What its series have as `device`.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl FromStr for Device {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, place) = match text.split_once('=') {
            Some((name, place)) if !name.contains(['/', ':']) => (Some(name), place),
            _ => (None, text),
        };
        let refused = |what: &str| Err(Error::new(ErrorKind::Device, format!("device {text:?}: {what}")));
        let address = if let Some(path) = place.strip_prefix("unix:") {
            Address::Unix(path.into())
        } else if let Some(host) = place.strip_prefix("tcp:") {
            if host.rsplit_once(':').is_none_or(|(host, port)| host.is_empty() || port.parse::<u16>().is_err()) {
                return refused("a TCP address has a port, as tcp:10.0.0.7:4000 has");
            }
            Address::Tcp(host.into())
        } else {
            Address::Serial(place.into())
        };
        let name = name.map_or_else(|| address.name(), String::from);
        if name.is_empty() {
            return refused("it has no name; write one before it, as in kitchen=/dev/ttyACM0");
        }
        Ok(Self { name, address })
    }
}

impl Address {
    /// Whether a path leads there; a TCP address is none.
    pub(super) fn is_there(&self) -> bool {
        match self {
            Self::Serial(path) | Self::Unix(path) => path.exists(),
            Self::Tcp(_) => true,
        }
    }

    /// The last part of the path; empty when there is none.
    fn name(&self) -> String {
        match self {
            Self::Serial(path) | Self::Unix(path) => {
                path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
            }
            Self::Tcp(host) => host.clone(),
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Serial(path) => write!(f, "{}", path.display()),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Tcp(host) => write!(f, "tcp:{host}"),
        }
    }
}

/// That each has a name and a place of its own.
pub(super) fn check(devices: &[Device]) -> Result<(), Error> {
    let (mut names, mut places) = (HashMap::new(), HashMap::new());
    for device in devices {
        let place = device.address.to_string();
        if let Some(other) = names.insert(&device.name, &device.address) {
            let text = format!(
                "two devices are called {:?}, {other} and {place}; give one another name, as in {}-2={place}",
                device.name, device.name
            );
            return Err(Error::new(ErrorKind::Device, text));
        }
        if let Some(other) = places.insert(place.clone(), &device.name) {
            let text = format!("{place} is read as {other:?} and as {:?}; one program can read it once", device.name);
            return Err(Error::new(ErrorKind::Device, text));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_as_they_are_written() {
        for (text, name, address) in [
            ("/dev/ttyACM0", "ttyACM0", Address::Serial("/dev/ttyACM0".into())),
            ("kitchen=/dev/ttyACM0", "kitchen", Address::Serial("/dev/ttyACM0".into())),
            ("/dev/serial/by-id/usb-x=y", "usb-x=y", Address::Serial("/dev/serial/by-id/usb-x=y".into())),
            ("unix:/run/b.sock", "b.sock", Address::Unix("/run/b.sock".into())),
            ("b=unix:/run/b.sock", "b", Address::Unix("/run/b.sock".into())),
            ("tcp:[::1]:4000", "[::1]:4000", Address::Tcp("[::1]:4000".into())),
        ] {
            assert_eq!(text.parse::<Device>().unwrap(), Device { name: name.into(), address }, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_device() {
        let parse = |text: &str| text.parse::<Device>().map(|_| ()).unwrap_err().to_string();
        assert_eq!(
            parse("tcp:10.0.0.7"),
            "device \"tcp:10.0.0.7\": a TCP address has a port, as tcp:10.0.0.7:4000 has"
        );
        assert_eq!(parse("/"), "device \"/\": it has no name; write one before it, as in kitchen=/dev/ttyACM0");
        assert_eq!(
            parse("=/dev/x"),
            "device \"=/dev/x\": it has no name; write one before it, as in kitchen=/dev/ttyACM0"
        );

        let check = |devices: &[&str]| {
            let devices: Vec<Device> = devices.iter().map(|device| device.parse().unwrap()).collect();
            check(&devices).unwrap_err().to_string()
        };
        assert_eq!(
            check(&["/dev/a/x", "/dev/b/x"]),
            "two devices are called \"x\", /dev/a/x and /dev/b/x; give one another name, as in x-2=/dev/b/x"
        );
        assert_eq!(
            check(&["a=/dev/x", "b=/dev/x"]),
            "/dev/x is read as \"a\" and as \"b\"; one program can read it once"
        );
    }
}
