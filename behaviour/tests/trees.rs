//! What each crate brings along, as Cargo sees it when it is built alone.

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::process::Command;

/// Whatever runs tasks or has timers.
const RUNTIMES: &[&str] = &[
    "async-executor",
    "async-global-executor",
    "async-io",
    "async-net",
    "async-std",
    "blocking",
    "futures-executor",
    "futures-timer",
    "futures-util",
    "glommio",
    "mio",
    "monoio",
    "polling",
    "smol",
    "tokio",
    "tokio-rustls",
    "tokio-util",
];

/// The packages a package depends on, near and far, itself included; those for tests and builds
/// excluded.
fn tree(package: &str, options: &[&str]) -> BTreeSet<String> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["tree", "--package", package, "--edges", "normal", "--prefix", "none"])
        .args(["--format", "{p}"])
        .args(options)
        .current_dir(workspace)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let packages = String::from_utf8(output.stdout).unwrap();
    let packages: BTreeSet<_> =
        packages.lines().filter_map(|line| Some(line.split_once(' ')?.0.to_owned())).collect();
    assert!(packages.contains(package), "{packages:?}");
    packages
}

/// None of `all` but those that are `expected`, and all of these.
fn has_only(packages: &BTreeSet<String>, all: &[&str], expected: &[&str]) {
    let found = packages.iter().map(String::as_str).filter(|package| all.contains(package));
    assert_eq!(found.collect::<BTreeSet<_>>(), expected.iter().copied().collect());
}

#[test]
fn the_machines_need_five_crates() {
    let packages = tree("smtp-proto", &[]);
    let macros = ["proc-macro2", "quote", "syn", "thiserror-impl", "unicode-ident"];
    let own = ["smtp-proto", "bytes", "memchr", "subtle", "thiserror", "zeroize"];
    let expected = own.into_iter().chain(macros);
    assert_eq!(packages, expected.map(str::to_owned).collect());
}

#[test]
fn the_driver_has_no_runtime() {
    for options in [&[][..], &["--all-features"]] {
        has_only(&tree("smtp-driver", options), RUNTIMES, &[]);
    }
}

#[test]
fn threads_need_no_runtime() {
    for options in [&[][..], &["--all-features"]] {
        let packages = tree("smtp-blocking", options);
        has_only(&packages, RUNTIMES, &[]);
        let asynchronous =
            |package: &&String| package.contains("async") || package.contains("futures");
        assert_eq!(packages.iter().find(asynchronous), None);
    }
}

#[test]
fn tokio_comes_alone() {
    let packages = tree("smtp-tokio", &["--all-features"]);
    has_only(&packages, RUNTIMES, &["tokio", "tokio-rustls", "mio"]);
    let others = |package: &&String| package.starts_with("async-") || package.contains("smol");
    assert_eq!(packages.iter().find(others), None);
}

#[test]
fn smol_comes_without_async_std() {
    let packages = tree("smtp-async-std", &["--no-default-features", "--features", "smol"]);
    let async_std = ["async-std", "async-global-executor", "kv-log-macro"];
    has_only(&packages, &async_std, &[]);
    has_only(&packages, &["smol", "async-io", "tokio", "mio"], &["smol", "async-io"]);
}

#[test]
fn async_std_comes_without_smol() {
    let packages = tree("smtp-async-std", &[]);
    has_only(&packages, &["async-std", "smol", "tokio", "mio"], &["async-std"]);
}
