use crate::error::{Error, ErrorKind};
use crate::exposition::{Offer, append};
use crate::registry::Registry;
use narthex_core::encode::{Escaping, Text};
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind as Io, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Writes what a registry exposes to a file, in the text format: for node-exporter's
/// [textfile collector](https://github.com/prometheus/node_exporter#textfile-collector), which reads `*.prom`.
///
/// A reader sees the old file or the new one, and nothing between. Everybody may read it, whatever the umask is
/// (`0644`): a node-exporter is another user. Blocks until it is written.
///
/// ```
/// use narthex::{Registry, write_to_textfile};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let registry = Registry::new();
/// registry.gauge("backup_size_bytes", "Size of the last backup.").register()?.set(52_428_800);
///
/// let path = std::env::temp_dir().join("backup.prom");
/// write_to_textfile(&path, &registry)?;
/// assert!(std::fs::read_to_string(&path)?.ends_with("backup_size_bytes 52428800\n"));
/// # std::fs::remove_file(path)?;
/// # Ok(())
/// # }
/// ```
///
/// A node-exporter refuses a file with a sample that has a timestamp, as a collector of your own may give one.
///
/// # Errors
///
/// [`ErrorKind::File`]; [`Error::io`] tells why. What was at `path` is as it was then, and nothing else is left in its
/// directory. (A process that is killed meanwhile leaves a file `.narthex-*.tmp`, which no node-exporter reads.)
pub fn write_to_textfile(path: impl AsRef<Path>, registry: &Registry) -> Result<(), Error> {
    let path = path.as_ref();
    write(path, registry, false).map_err(|error| refused(path, error))
}

/// [Writes](write_to_textfile) a file that survives a power failure: returns when the disk has it.
///
/// # Errors
///
/// As [`write_to_textfile`]. Should the disk fail only when it is asked to keep the file's name, the new file is there.
pub fn write_to_textfile_synced(path: impl AsRef<Path>, registry: &Registry) -> Result<(), Error> {
    let path = path.as_ref();
    write(path, registry, true).map_err(|error| refused(path, error))
}

fn write(path: &Path, registry: &Registry, sync: bool) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|there| !there.is_file() && !there.is_symlink()) {
        return Err(Io::IsADirectory.into()); // a device or a socket is not to be replaced either
    }
    let directory = match path.parent() {
        Some(directory) if directory.as_os_str().is_empty() => Path::new("."),
        Some(directory) => directory,
        None => return Err(Io::InvalidInput.into()),
    };
    let mut draft = Draft::new(directory)?;
    let (mut pages, mut part, mut more) =
        (Offer::of::<Text>().pages(registry.clone(), Escaping::Underscores), Vec::new(), true);
    while more {
        part.clear();
        more = append(&mut *pages, &mut part);
        draft.file.write_all(&part)?;
    }
    draft.file.set_permissions(Permissions::from_mode(MODE))?;
    if sync {
        draft.file.sync_all()?;
    }
    draft.rename(path)?;
    if sync { File::open(directory)?.sync_all() } else { Ok(()) }
}

const MODE: u32 = 0o644;

/// A file beside the one that it becomes; removed unless it does.
struct Draft {
    path: PathBuf,
    file: File,
    done: bool,
}

impl Draft {
    fn new(directory: &Path) -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = directory.join(format!(".narthex-{}-{number}.tmp", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).mode(MODE).open(&path) {
                Ok(file) => return Ok(Self { path, file, done: false }),
                Err(error) if error.kind() == Io::AlreadyExists => {} // of a process that had this number
                Err(error) => return Err(error),
            }
        }
    }

    fn rename(mut self, to: &Path) -> io::Result<()> {
        fs::rename(&self.path, to)?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.done {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn refused(path: &Path, error: io::Error) -> Error {
    let advice = match error.kind() {
        Io::NotFound => "; make its directory first",
        Io::IsADirectory | Io::InvalidInput => "; give it the name of a file",
        Io::PermissionDenied => "; this process has to be allowed to make files in its directory",
        _ => "",
    };
    Error::new(ErrorKind::File, format!("{path:?} is not written{advice}")).with_source(error)
}
