//! A file that is whole, or as it was.

use narthex::encode::{Escaping, OpenMetrics, Text};
use narthex::{Collect, Desc, ErrorKind, Flow, Registry, Sink, Textfile};
use narthex::{generate_latest, generate_latest_escaped, write_to_textfile, write_to_textfile_synced};
use std::fs;
use std::io::ErrorKind as Io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn files(directory: &Path) -> Vec<String> {
    let names = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

/// With a page of some 4 KiB for each series.
fn registry(series: usize) -> Registry {
    let registry = Registry::new();
    let family = registry.gauge("job_state", "State.").labels(["n", "pad"]).register().unwrap();
    (0..series).for_each(|n| family.get([&*n.to_string(), &"x".repeat(4000)]).set(1));
    registry
}

#[test]
fn a_new_file_and_another_in_its_place() {
    let directory = directory("textfile-new");
    let path = directory.join("jobs.prom");
    let check = |registry: &Registry| {
        assert_eq!(fs::read_to_string(&path).unwrap(), generate_latest(registry, Text));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    };
    let many = registry(300);
    write_to_textfile(&path, &many).unwrap();
    check(&many);
    let few = registry(3);
    write_to_textfile_synced(&path, &few).unwrap();
    check(&few);
    write_to_textfile(&path, &Registry::new()).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
    assert_eq!(files(&directory), ["jobs.prom"]);
}

#[test]
fn in_the_format_and_with_the_names_that_its_reader_likes() {
    let directory = directory("textfile-format");
    let (path, registry) = (directory.join("a.om"), registry(2));
    registry.counter("mail.sent", "Mails.").utf8().register().unwrap().inc();
    let file = Textfile::new(&path);
    let written = |file: Textfile| {
        file.write(&registry).unwrap();
        fs::read_to_string(&path).unwrap()
    };
    assert_eq!(written(file.clone()), generate_latest(&registry, Text));
    assert_eq!(written(file.clone().format(OpenMetrics)), generate_latest(&registry, OpenMetrics));
    let quoted = written(file.clone().format(OpenMetrics).escaping(Escaping::AllowUtf8).synced());
    assert_eq!(quoted, generate_latest_escaped(&registry, OpenMetrics, Escaping::AllowUtf8));
    assert!(written(file.escaping(Escaping::Dots)).contains("\nmail_dot_sent_total 1\n"));
    assert_eq!(files(&directory), ["a.om"]);
}

#[test]
fn what_is_left_of_a_process_that_was_killed_is_no_obstacle() {
    let directory = directory("textfile-killed");
    let leftovers: Vec<_> = (0..50).map(|n| format!(".narthex-{}-{n}.tmp", std::process::id())).collect();
    leftovers.iter().for_each(|name| fs::write(directory.join(name), "half").unwrap());
    write_to_textfile(directory.join("a.prom"), &registry(1)).unwrap();
    assert_eq!(files(&directory).len(), 51);
    leftovers.iter().for_each(|name| assert_eq!(fs::read_to_string(directory.join(name)).unwrap(), "half"));
}

#[test]
fn where_no_file_can_be() {
    let root = directory("textfile-nowhere");
    let at = |name: &str| root.join(name);
    fs::create_dir(at("directory.prom")).unwrap();
    fs::write(at("file"), "").unwrap();
    let _socket = UnixListener::bind(at("socket")).unwrap();
    let before = files(&root);
    for (path, io, advice) in [
        (at("missing/jobs.prom"), Io::NotFound, "make its directory first"),
        (at("directory.prom"), Io::IsADirectory, "give it the name of a file"),
        (at("file/jobs.prom"), Io::NotADirectory, "jobs.prom\" is not written: "),
        (at("socket"), Io::IsADirectory, "give it the name of a file"),
        (PathBuf::from("/dev/full"), Io::IsADirectory, "give it the name of a file"),
        (PathBuf::from("/"), Io::IsADirectory, "give it the name of a file"),
        (PathBuf::from(""), Io::InvalidInput, "give it the name of a file"),
        (at(&"n".repeat(300)), Io::InvalidFilename, "is not written: "),
    ] {
        let error = write_to_textfile(&path, &registry(1)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::File, "{error}");
        assert_eq!(error.io().unwrap().kind(), io, "{path:?}");
        assert!(error.to_string().starts_with(&format!("{path:?}")) && error.to_string().contains(advice), "{error}");
    }
    assert_eq!(files(&root), before);
}

/// Runs a test of this program inside a shell's script, with a directory of its own: `$1`. Answers what was said.
fn again(test: &str, shell: &[&str], script: &str, directory: &Path) -> (bool, String) {
    let mut command = Command::new(shell[0]);
    command.args(&shell[1..]).arg(format!("{script} && exec \"$2\" --exact {test}")).arg("sh").arg(directory);
    let output = command.arg(std::env::current_exe().unwrap()).env(INSIDE, directory).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.success() && said.contains("1 passed"), said.into_owned())
}

/// Set for a test that runs itself: the directory that it may use.
const INSIDE: &str = "NARTHEX_TEST_DISK";

/// Files of no more than 32 KiB, which everybody may ask for, wherever this runs.
#[test]
fn a_file_that_cannot_become_as_large_as_it_has_to_be() {
    let Some(limited) = std::env::var_os(INSIDE).map(PathBuf::from) else {
        let script = "trap '' XFSZ && ulimit -f 64";
        let test = "a_file_that_cannot_become_as_large_as_it_has_to_be";
        let (passed, said) = again(test, &["sh", "-c"], script, &directory("textfile-limit"));
        assert!(passed, "{said}");
        return;
    };
    let (path, old) = (limited.join("jobs.prom"), registry(2));
    write_to_textfile(&path, &old).unwrap();
    let error = write_to_textfile(&path, &registry(100)).unwrap_err();
    assert_eq!((error.kind(), error.io().unwrap().kind()), (ErrorKind::File, Io::FileTooLarge), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), generate_latest(&old, Text));
    assert_eq!(files(&limited), ["jobs.prom"]);
}

/// What a disk does, in a namespace of mounts of its own; this program runs itself in it.
#[test]
fn a_full_disk_and_one_that_is_read_only() {
    let Some(disk) = std::env::var_os(INSIDE).map(PathBuf::from) else {
        let disk = directory("textfile-disk");
        let (test, mount) = ("a_full_disk_and_one_that_is_read_only", "mount -t tmpfs -o size=64k tmpfs \"$1\"");
        let namespaces = [&["unshare", "--mount"][..], &["unshare", "--mount", "--map-root-user"]];
        let allowed = |unshare: &&&[&str]| {
            Command::new(unshare[0])
                .args(&unshare[1..])
                .args(["sh", "-c", mount, "sh"])
                .arg(&disk)
                .output()
                .is_ok_and(|output| output.status.success())
        };
        let shell = namespaces.iter().find(allowed).unwrap_or_else(|| {
            panic!(
                "this test mounts a small disk, which this user may not; run it as root, or allow namespaces of users: \
                 sysctl kernel.unprivileged_userns_clone=1 (Debian) or kernel.apparmor_restrict_unprivileged_userns=0 \
                 (Ubuntu); in a container, --cap-add SYS_ADMIN"
            )
        });
        let (passed, said) = again(test, &[shell, &["sh", "-c"][..]].concat(), mount, &disk);
        assert!(passed, "{said}");
        return;
    };
    let path = disk.join("jobs.prom");
    let old = registry(2);
    write_to_textfile(&path, &old).unwrap();
    let unchanged = |error: narthex::Error, io| {
        assert_eq!((error.kind(), error.io().unwrap().kind()), (ErrorKind::File, io), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), generate_latest(&old, Text));
        assert_eq!(files(&disk), ["jobs.prom"]);
    };
    unchanged(write_to_textfile(&path, &registry(40)).unwrap_err(), Io::StorageFull);
    let status = Command::new("mount").args(["-o", "remount,bind,ro"]).arg(&disk).status().unwrap();
    assert!(status.success());
    unchanged(write_to_textfile_synced(&path, &registry(1)).unwrap_err(), Io::ReadOnlyFilesystem);
}

/// A collector that fails costs its own families, here as on a scrape.
#[test]
fn a_collector_that_panics_costs_no_other() {
    struct Panics;
    impl Collect for Panics {
        fn describe(&self, _: &mut dyn FnMut(&Desc<'_>) -> Flow) -> Flow {
            Ok(())
        }
        fn collect(&self, _: &mut dyn Sink) -> Flow {
            panic!("on purpose")
        }
    }
    let (directory, registry) = (directory("textfile-panic"), registry(1));
    registry.register(Panics).unwrap();
    write_to_textfile(directory.join("a.prom"), &registry).unwrap();
    let page = fs::read_to_string(directory.join("a.prom")).unwrap();
    assert!(page.contains("\njob_state{") && page.ends_with("\nnarthex_collector_errors_total 1\n"), "{page}");
    assert_eq!(files(&directory), ["a.prom"]);
}
