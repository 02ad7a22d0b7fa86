//! `OpenSMTPD`, in a root directory of its own.

use super::deliver::{PASSWORD, USER, WRONG};
use super::mta::hops::{Hop, Security};
use super::mta::root::{Root, enter, everybody, unpacked};
use super::mta::server::{Plan, Server, Setup};
use super::mta::{MAX_SIZE, Mta, filled};

const CONFIG: &str = include_str!("opensmtpd.conf");

/// [`PASSWORD`] by crypt(3).
const HASH: &str = "$5$interop$GMiOJ/cN1J14/wxW8rf13vAe5ea5Xnughs7vDboRKh1";

/// What it runs besides itself, where it looks for that.
const PROGRAMS: [&str; 4] = [
    "usr/sbin/smtpd",
    "usr/sbin/smtpctl",
    "usr/libexec/opensmtpd/mail.maildir",
    "usr/libexec/opensmtpd/lockspool",
];

pub(crate) const OPENSMTPD: Mta = Mta {
    name: "OpenSMTPD",
    announces: &["8BITMIME", "DSN"],
    takes: &["PLAIN", "LOGIN"],
    logs_in_by: &["PLAIN", "LOGIN"],
    uses: &["DSN"],
    // It takes the second reply for something that nobody asked for, and sends the message again.
    lmtp_to_several: false,
    version,
    set_up,
};

/// From the beginning of its log: `info: OpenSMTPD 7.4.0-portable starting`.
fn version(server: &Server) -> String {
    server.log().split(' ').nth(2).unwrap_or_default().into()
}

fn set_up(plan: &Plan<'_>) -> Setup {
    let Plan { world, hops, ports, dir } = plan;
    let root = Root::new(dir);
    root.users(&["opensmtpd", "opensmtpq", "mail"]);
    let unpacked = unpacked("opensmtpd");
    for name in PROGRAMS {
        root.program(&unpacked.join(name), name);
    }
    root.program("/bin/sh".as_ref(), "bin/sh");
    root.directory("var/lib/opensmtpd/empty");
    everybody(&root.directory("var/spool/smtpd"), 0o711);
    root.own_directory("var/mail");
    root.write("etc/mailname", "smtpd.example\n");
    // It would ask for names, and wait.
    root.write("etc/resolv.conf", "lookup file\n");
    root.copy(&world.certificates.cert, "etc/cert.pem", false);
    root.copy(&world.certificates.key, "etc/key.pem", false);
    root.directory("etc/ssl/certs");
    let authorities = "etc/ssl/certs/ca-certificates.crt";
    root.copy(&world.certificates.ca, authorities, false);
    everybody(&root.path(authorities), 0o644);
    let config = filled(
        CONFIG,
        *ports,
        &[
            ("@MAX_SIZE@", MAX_SIZE.to_string()),
            ("@USER@", USER.into()),
            ("@PASSWORD@", PASSWORD.into()),
            ("@WRONG@", WRONG.into()),
            ("@HASH@", HASH.into()),
            ("@ACTIONS@", hops.iter().map(action).collect()),
            ("@MATCHES@", hops.iter().map(condition).collect()),
        ],
    );
    root.write("etc/smtpd.conf", &config);

    let run = enter(dir, &[], &["/usr/sbin/smtpd", "-d"]);
    // Of the group that may have such wishes.
    let group = ["--groups=opensmtpq", "--userspec=root:opensmtpq"];
    let flush = enter(dir, &group, &["/usr/sbin/smtpctl", "schedule", "all"]);
    Setup { run, flush, mail: root.path("var/mail"), logs: vec![root.path("log")], helper: None }
}

fn action(hop: &Hop) -> String {
    let Hop { domain, address, security, login, lmtp, .. } = hop;
    let scheme = match security {
        _ if *lmtp => "lmtp",
        Security::Never => "smtp+notls",
        Security::StartTls => "smtp+tls",
        Security::Implicit => "smtps",
    };
    let label = match login {
        Some((_, PASSWORD)) => "right@",
        Some(_) => "wrong@",
        None => "",
    };
    let mut text = format!("action \"{domain}\" relay host \"{scheme}://{label}{address}\"");
    if *security != Security::Never {
        text += " tls";
    }
    if login.is_some() {
        text += " auth <logins>";
    }
    text + "\n"
}

fn condition(hop: &Hop) -> String {
    format!("match from any for domain \"{0}\" action \"{0}\"\n", hop.domain)
}
