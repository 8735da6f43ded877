use crate::error::{Error, ErrorKind};
use crate::exposition::{Offer, Pages, append_part};
use crate::registry::Registry;
use narthex_core::encode::{Escaping, Text, TextFormat};
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
    Textfile::new(path.as_ref()).write(registry)
}

/// [Writes](write_to_textfile) a file that survives a power failure: returns when the disk has it.
///
/// # Errors
///
/// As [`write_to_textfile`]. Should the disk fail only when it is asked to keep the file's name, the new file is there.
pub fn write_to_textfile_synced(path: impl AsRef<Path>, registry: &Registry) -> Result<(), Error> {
    Textfile::new(path.as_ref()).synced().write(registry)
}

/// A file of metrics in a format of your choice, for readers other than node-exporter.
///
/// ```
/// use narthex::encode::OpenMetrics;
/// use narthex::{Registry, Textfile};
///
/// # fn main() -> Result<(), narthex::Error> {
/// let path = std::env::temp_dir().join("backup.om");
/// Textfile::new(&path).format(OpenMetrics).synced().write(&Registry::new())?;
/// assert_eq!(std::fs::read(&path).unwrap(), b"# EOF\n");
/// # std::fs::remove_file(path).unwrap();
/// # Ok(())
/// # }
/// ```
///
/// The new file begins its life beside the old one, under a name that begins with a point and ends in `.tmp`: only within a
/// file system does one take the place of another in one step, so that no other directory can be chosen for it.
#[derive(Clone, Debug)]
#[must_use = "it does nothing until `write`"]
pub struct Textfile {
    path: PathBuf,
    offer: Offer,
    escaping: Escaping,
    synced: bool,
}

impl Textfile {
    /// Text 0.0.4 with classic names, as [`write_to_textfile`] writes it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), offer: Offer::of::<Text>(), escaping: Escaping::Underscores, synced: false }
    }

    /// In this format. Node-exporter reads [`Text`] only.
    pub fn format<F: TextFormat>(mut self, _: F) -> Self {
        self.offer = Offer::of::<F>();
        self
    }

    /// With names that are not classic as a scheme writes them; see [`Builder::utf8`](crate::Builder::utf8). Node-exporter
    /// 1.5 reads no names in quotes, which are those of [`Escaping::AllowUtf8`].
    pub fn escaping(mut self, escaping: Escaping) -> Self {
        self.escaping = escaping;
        self
    }

    /// Returns only when the disk has the file, as [`write_to_textfile_synced`] does.
    pub fn synced(mut self) -> Self {
        self.synced = true;
        self
    }

    /// Writes what a registry exposes.
    ///
    /// # Errors
    ///
    /// As [`write_to_textfile`].
    pub fn write(&self, registry: &Registry) -> Result<(), Error> {
        let pages = self.offer.pages(registry.clone(), self.escaping);
        write(&self.path, pages, self.synced.then_some(&File::sync_all)).map_err(|error| refused(&self.path, error))
    }
}

/// Asks the disk to keep something.
type Sync<'a> = &'a dyn Fn(&File) -> io::Result<()>;

fn write(path: &Path, mut pages: Box<dyn Pages>, sync: Option<Sync<'_>>) -> io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|there| !there.is_file() && !there.is_symlink()) {
        return Err(Io::IsADirectory.into()); // a device or a socket is not to be replaced either
    }
    let directory = match path.parent() {
        Some(directory) if directory.as_os_str().is_empty() => Path::new("."),
        Some(directory) => directory,
        None => return Err(Io::InvalidInput.into()),
    };
    let mut draft = Draft::new(directory)?;
    let (mut part, mut more) = (Vec::new(), true);
    while more {
        part.clear();
        more = append_part(&mut *pages, &mut part);
        draft.file.write_all(&part)?;
    }
    draft.file.set_permissions(Permissions::from_mode(MODE))?;
    let Some(sync) = sync else { return draft.rename(path) };
    sync(&draft.file)?;
    draft.rename(path)?;
    sync(&File::open(directory)?)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// A disk that fails when it is asked for the `n`th time to keep something, counted from zero.
    fn write_failing(path: &Path, value: i64, n: u32) -> io::Result<()> {
        let registry = Registry::new();
        registry.gauge("a", "").register().unwrap().set(value);
        let asked = Cell::new(0);
        let sync = |_: &File| match asked.replace(asked.get() + 1) {
            at if at == n => Err(Io::StorageFull.into()),
            _ => Ok(()),
        };
        let written = write(path, Offer::of::<Text>().pages(registry, Escaping::Underscores), Some(&sync));
        assert_eq!(asked.get(), (n + 1).min(2), "a file and its directory");
        written
    }

    #[test]
    fn a_disk_that_does_not_keep_what_is_written() {
        let directory = std::env::temp_dir().join(format!("narthex-textfile-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join("a.prom");
        let there = || fs::read_to_string(&path).unwrap();
        write_failing(&path, 1, 9).unwrap();
        assert_eq!(write_failing(&path, 2, 0).unwrap_err().kind(), Io::StorageFull);
        assert!(there().ends_with("a 1\n"), "as it was");
        assert_eq!(write_failing(&path, 3, 1).unwrap_err().kind(), Io::StorageFull);
        assert!(there().ends_with("a 3\n"), "the new one, whose name may be lost");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
        fs::remove_dir_all(directory).unwrap();
    }
}
