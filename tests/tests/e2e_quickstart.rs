//! The quickstart says what is wrong, where it cannot serve.

use std::net::TcpListener;
use std::process::Command;

fn quickstart(addr: &str) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--package", "narthex", "--example", "quickstart", "--", addr]);
    let output = cargo.output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_port_that_is_in_use() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap();
    let said = quickstart(&addr.to_string());
    let expected = format!("quickstart: port {} of 127.0.0.1 is in use by another server", addr.port());
    assert!(said.starts_with(&expected), "{said}");
}

#[test]
fn no_address() {
    let said = quickstart("localhost");
    assert!(said.starts_with("quickstart: \"localhost\" is no address; 127.0.0.1:8000 would be one"), "{said}");
}
