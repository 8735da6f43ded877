//! Every crate has the version of the workspace, and is depended on with it.

use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::Path;

pub fn check(root: &Path) -> Result<Vec<String>> {
    let read = |path: &str| fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"));
    let workspace = read("Cargo.toml")?;
    let members = workspace.lines().find(|line| line.starts_with("members = ")).context("Cargo.toml has no members")?;
    let mut manifests = Vec::new();
    for member in members.split('"').skip(1).step_by(2) {
        manifests.push((member, read(&format!("{member}/Cargo.toml"))?));
    }
    ensure!(!manifests.is_empty(), "Cargo.toml has its members on more than one line");
    Ok(problems(&workspace, &manifests))
}

fn problems(workspace: &str, manifests: &[(&str, String)]) -> Vec<String> {
    let version = workspace.lines().find(|line| line.starts_with("version = ")).unwrap_or_default();
    let own = workspace.lines().filter(|line| line.starts_with("narthex") && line.contains("path = "));
    let stale = own.filter(|line| !line.contains(version));
    let stale = stale.map(|line| format!("Cargo.toml: `{line}` does not have `{version}`"));
    let strays =
        manifests.iter().filter(|(_, manifest)| !manifest.lines().any(|line| line == "version.workspace = true"));
    stale.chain(strays.map(|(member, _)| format!("{member}/Cargo.toml: has a version of its own"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_version() {
        let workspace = "[workspace.package]\nversion = \"0.2.0\"\n[workspace.dependencies]\n\
                         narthex = { path = \"host\", version = \"0.1.0\" }\nhyper = \"1\"\n";
        let manifests = [
            ("core", "[package]\nversion.workspace = true\n".to_owned()),
            ("host", "[package]\nversion = \"0.2.0\"\n".to_owned()),
        ];
        let found = problems(workspace, &manifests);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("does not have `version = \"0.2.0\"`"));
        assert_eq!(found[1], "host/Cargo.toml: has a version of its own");
    }
}
