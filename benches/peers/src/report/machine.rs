//! What all this was measured with.

use std::fs;
use std::thread::available_parallelism;

use cargo_lock::Lockfile;

/// The peers and what the limits are made with, by the names of their packages.
const PACKAGES: [&str; 13] = [
    "smtp-proto",
    "mailrs-smtp-proto",
    "smtp-codec",
    "mailin",
    "smtp-message",
    "smtp-server",
    "lettre",
    "mail-send",
    "async-smtp",
    "io-smtp",
    "httparse",
    "memchr",
    "tokio",
];

/// Names and versions as they are in Cargo.lock. Ours has no registry as its source.
pub(crate) fn versions() -> Vec<(String, String)> {
    let lock: Lockfile = include_str!("../../Cargo.lock").parse().expect("cargo has written it");
    PACKAGES
        .iter()
        .flat_map(|name| lock.packages.iter().filter(move |package| package.name.as_str() == *name))
        .map(|package| {
            let name = match (package.name.as_str(), &package.source) {
                ("smtp-proto", None) => "smtp-proto (this)".into(),
                ("smtp-proto", Some(_)) => "Stalwart smtp-proto".into(),
                (name @ ("smtp-message" | "smtp-server"), _) => format!("kannader {name}"),
                (name, _) => name.into(),
            };
            (name, package.version.to_string())
        })
        .collect()
}

/// The day, the processor and the compiler.
pub(crate) fn conditions() -> String {
    let date = jiff::Timestamp::now().strftime("%Y-%m-%d");
    let cores = available_parallelism().map_or(1, usize::from);
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("an unknown processor", |(_, model)| model.trim());
    let os = std::env::consts::OS;
    let profile = option_env!("PEERS_PROFILE").unwrap_or("release, without LTO");
    let rustc = env!("RUSTC_VERSION");
    format!("{date}, {cores} cores of {model}, {os}, {rustc}, profile: {profile}")
}
