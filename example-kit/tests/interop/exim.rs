//! Exim, in a root directory of its own.

use std::fmt::Write;

use super::deliver::{PASSWORD, USER, WRONG};
use super::mta::hops::{Hop, Security, WRONG_LOGIN};
use super::mta::root::{Root, enter, unpacked};
use super::mta::server::{Plan, Server, Setup};
use super::mta::{MAX_SIZE, Mta, filled};

const CONFIG: &str = include_str!("exim.conf");

pub(crate) const EXIM: Mta = Mta {
    name: "Exim",
    announces: &["PIPELINING", "CHUNKING", "8BITMIME", "SMTPUTF8", "DSN"],
    takes: &["PLAIN", "LOGIN", "CRAM-MD5"],
    logs_in_by: &["PLAIN", "LOGIN", "CRAM-MD5"],
    uses: &["PIPELINING", "CHUNKING", "SMTPUTF8", "DSN", "SIZE"],
    lmtp_to_several: true,
    version,
    set_up,
};

/// From its greeting.
fn version(server: &Server) -> String {
    let greeting = server.greeting();
    greeting.split(' ').nth(4).unwrap_or_default().into()
}

fn set_up(plan: &Plan<'_>) -> Setup {
    let Plan { world, hops, ports, dir } = plan;
    let root = Root::new(dir);
    root.users(&["Debian-exim"]);
    root.program(&unpacked("exim4/usr/sbin/exim4"), "usr/sbin/exim4");
    for name in ["var/spool/exim", "var/log", "var/mail"] {
        root.own_directory(name);
    }
    root.copy(&world.certificates.cert, "etc/cert.pem", true);
    root.copy(&world.certificates.key, "etc/key.pem", true);
    root.copy(&world.certificates.ca, "etc/ca.pem", true);
    let config = filled(
        CONFIG,
        *ports,
        &[
            ("@MAX_SIZE@", MAX_SIZE.to_string()),
            ("@USER@", USER.into()),
            ("@PASSWORD@", PASSWORD.into()),
            ("@WRONG@", WRONG.into()),
            ("@WRONG_DOMAIN@", WRONG_LOGIN.into()),
            ("@ROUTERS@", hops.iter().map(router).collect()),
            ("@TRANSPORTS@", hops.iter().map(transport).collect()),
        ],
    );
    // Given by name it would do without its privileges, and could not deliver.
    root.directory("etc/exim4");
    root.write("etc/exim4/exim4.conf", &config);

    let run = enter(dir, &[], &["/usr/sbin/exim4", "-bdf", "-q1h"]);
    let flush = enter(dir, &[], &["/usr/sbin/exim4", "-qff"]);
    let logs = ["var/log/out", "var/log/mainlog", "var/log/paniclog"];
    let logs = logs.map(|log| root.path(log)).into();
    Setup { run, flush, mail: root.path("var/mail"), logs, helper: None }
}

fn router(hop: &Hop) -> String {
    format!(
        "{0}:\n  driver = manualroute\n  domains = {1}\n  transport = {0}\n  \
         route_list = * {2}\n  self = send\n\n",
        hop.domain.replace(['.', '-'], "_"),
        hop.domain,
        hop.host(),
    )
}

fn transport(hop: &Hop) -> String {
    let Hop { domain, address, security, login, lmtp, .. } = hop;
    let mut text = format!("{}:\n  driver = smtp\n", domain.replace(['.', '-'], "_"));
    let _ = writeln!(text, "  port = {}", address.port());
    text += "  allow_localhost\n  hosts_try_dane =\n";
    text += match security {
        Security::Never => "  hosts_avoid_tls = *\n",
        _ => {
            "  hosts_require_tls = *\n  tls_verify_certificates = /etc/ca.pem\n  \
             tls_verify_hosts = *\n"
        }
    };
    if *security == Security::Implicit {
        text += "  protocol = smtps\n";
    } else if *lmtp {
        text += "  protocol = lmtp\n";
    }
    if login.is_some() {
        text += "  hosts_require_auth = *\n";
    }
    let _ = writeln!(text);
    text
}
