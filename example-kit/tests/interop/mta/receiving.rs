//! Our `send` to a mail server, which delivers to a maildir of the recipient's.

use std::collections::BTreeSet;
use std::net::TcpStream;

use super::content::expect_delivered;
use super::server::{Server, send_over_tls};
use super::{MAX_SIZE, Mta, samples};
use crate::interop::deliver::{PASSWORD, USER, WRONG, World};
use crate::interop::feature::Feature;
use crate::interop::tally::{Tally, expect};
use crate::processes::certificates::Certificates;
use crate::processes::corpus::with_lf;
use crate::processes::process::Finished;
use crate::processes::raw::Raw;
use crate::processes::send::Send;

/// What not every server announces.
const OPTIONAL: [(&str, Feature); 5] = [
    ("PIPELINING", Feature::Pipelining),
    ("CHUNKING", Feature::Chunking),
    ("8BITMIME", Feature::EightBitMime),
    ("SMTPUTF8", Feature::SmtpUtf8),
    ("DSN", Feature::Dsn),
];

const MESSAGE: &[u8] = b"Subject: x\n\n.text\n";

pub(crate) fn run(world: &World, tally: &mut Tally, mta: &Mta) {
    let server = Server::start(world, mta, &[]);
    tally.is((mta.version)(&server));
    announced(tally, mta, &server);
    contents(world, tally, mta, &server);
    encryption(world, tally, &server);
    logins(world, tally, mta, &server);
    refusals(world, tally, &server);
    smtputf8(world, tally, mta, &server);
    if mta.announces.contains(&"DSN") {
        notifications(world, tally, &server);
    }
    tally.on(Feature::Many);
    let send = server.send(world).args(["--repeat", "40", "--connections", "2"]);
    tally.check("40 messages", ends_with(&send.message(MESSAGE), 0));
    tally.check("40 messages, delivered", server.arrivals("b", 40).map(|_| ()));
}

/// Whether it announces what is known of it.
fn announced(tally: &mut Tally, mta: &Mta, server: &Server) {
    let stream = TcpStream::connect(server.ports.open).expect("a connection");
    let reply = Raw::new(stream).say("EHLO client.example.org");
    let words = reply.lines().filter_map(|line| line.get(4..)?.split(' ').next());
    let keywords: BTreeSet<&str> = words.collect();
    let optional = || OPTIONAL.iter().map(|(keyword, _)| *keyword);
    let found: Vec<&str> = optional().filter(|keyword| keywords.contains(keyword)).collect();
    let known: Vec<&str> = optional().filter(|word| mta.announces.contains(word)).collect();
    tally.check("what it announces", expect("keywords", &found, &known));
    for (keyword, feature) in OPTIONAL {
        if !known.contains(&keyword) {
            tally.not_offered(feature, "it does not announce that");
        }
    }
}

fn contents(world: &World, tally: &mut Tally, mta: &Mta, server: &Server) {
    let ways = [
        ("waiting", Feature::Plain, "", &["--no-pipelining", "--no-chunking"][..]),
        ("sending ahead", Feature::Pipelining, "PIPELINING", &["--no-chunking"]),
        ("by BDAT", Feature::Chunking, "CHUNKING", &["--no-pipelining"]),
        ("by BDAT, ahead", Feature::Chunking, "CHUNKING", &[]),
    ];
    for (how, feature, keyword, args) in ways {
        if !keyword.is_empty() && !mta.announces.contains(&keyword) {
            continue;
        }
        for sample in samples(world, feature == Feature::Plain) {
            tally.on(match (sample.name, feature) {
                ("20 MB", Feature::Plain) => Feature::Large,
                ("8-bit", Feature::Plain) => Feature::EightBitMime,
                _ => feature,
            });
            let what = format!("{how}, {}", sample.name);
            let send = server.send(world).args(args).to("b@example.net").to("c@example.net");
            tally.check(&what, ends_with(&send.message(&sample.with_lf()), 0));
            for to in ["b", "c"] {
                // In a maildir the last line ends in any case.
                let delivered = server
                    .arrived(to)
                    .and_then(|found| expect_delivered(&found, &with_lf(&sample.in_lines())));
                tally.check(format!("{what}, for {to}"), delivered);
            }
        }
    }
}

fn encryption(world: &World, tally: &mut Tally, server: &Server) {
    let some = ["dots", "8-bit", "no final newline"];
    let implicit = world.adapter.send(server.ports.implicit).args(["--implicit-tls", "--ca"]);
    let modes = [
        (Feature::StartTls, send_over_tls(world, server.ports.open)),
        (Feature::ImplicitTls, implicit.arg(&world.certificates.ca)),
    ];
    for (feature, send) in modes {
        tally.on(feature);
        for sample in world.samples.iter().filter(|sample| some.contains(&sample.name)) {
            let finished = send.clone().message(&sample.with_lf());
            tally.check(sample.name, ends_with(&finished, 0));
            let delivered = server
                .arrived("b")
                .and_then(|found| expect_delivered(&found, &with_lf(&sample.in_lines())));
            tally.check(format!("{}, delivered", sample.name), delivered);
        }
    }
    tally.on(Feature::StartTls);
    let other = Certificates::local();
    let send = world.adapter.send(server.ports.open).args(["--starttls", "required", "--ca"]);
    tally.check("an unknown authority", ends_with(&send.arg(&other.ca).message(MESSAGE), 69));
    let send = world.adapter.send(server.ports.submission).args(["--starttls", "off"]);
    let finished = send.message(MESSAGE);
    tally.check("TLS demanded", ends_with(&finished, 69).and_then(|()| says(&finished, "530")));
    tally.check("nothing else delivered", expect("messages", &server.take("b").len(), &0));
}

fn logins(world: &World, tally: &mut Tally, mta: &Mta, server: &Server) {
    tally.on(Feature::Auth);
    let send = || send_over_tls(world, server.ports.submission);
    for mechanism in mta.takes {
        let only = |send: Send, password: &str| {
            let login = format!("{USER}:{password}");
            send.args(["--auth-mechanism", mechanism, "--auth", &login]).message(MESSAGE)
        };
        tally.check(mechanism, ends_with(&only(send(), PASSWORD), 0));
        let delivered = server.arrived("b").and_then(|found| expect_delivered(&found, MESSAGE));
        tally.check(format!("{mechanism}, delivered"), delivered);
        let wrong = only(send(), WRONG);
        let refused = ends_with(&wrong, 77).and_then(|()| says(&wrong, "535"));
        tally.check(format!("{mechanism}, wrong password"), refused);
    }
    let nobody = send().message(MESSAGE);
    tally.check("nobody", ends_with(&nobody, 69).and_then(|()| says(&nobody, "refused")));
    let choice = send().args(["--auth", &format!("{USER}:{PASSWORD}")]);
    tally.check("any mechanism", ends_with(&choice.message(MESSAGE), 0));
    tally.check("any mechanism, delivered", server.arrivals("b", 1).map(|_| ()));
}

fn refusals(world: &World, tally: &mut Tally, server: &Server) {
    tally.on(Feature::Refusals);
    for args in [&[][..], &["--no-chunking"], &["--no-chunking", "--no-pipelining"]] {
        let send = server.send(world).args(args).to("b@example.net");
        let finished = send.to("nobody@example.net").to("c@example.net").message(MESSAGE);
        let told = ends_with(&finished, 69)
            .and_then(|()| says(&finished, "<nobody@example.net> refused: 550"))
            .and_then(|()| says(&finished, "2 accepted, 1 refused"));
        tally.check(format!("a recipient among others {args:?}"), told);
        for to in ["b", "c"] {
            let delivered = server.arrived(to).and_then(|found| expect_delivered(&found, MESSAGE));
            tally.check(format!("a recipient among others {args:?}, for {to}"), delivered);
        }
        let send = server.send(world).args(args);
        let finished = send.to("nobody@example.net").to("none@example.net").message(MESSAGE);
        let told = ends_with(&finished, 69).and_then(|()| says(&finished, "2 refused"));
        tally.check(format!("all recipients {args:?}"), told);
    }
    tally.on(Feature::Size);
    let mut large = MESSAGE.to_vec();
    while large.len() <= MAX_SIZE {
        large.extend_from_slice(&[b'x'; 900]);
        large.push(b'\n');
    }
    let finished = server.send(world).message(&large);
    let told = says(&finished, &format!("the server takes {MAX_SIZE}"));
    tally.check("too large", ends_with(&finished, 69).and(told));
}

fn smtputf8(world: &World, tally: &mut Tally, mta: &Mta, server: &Server) {
    let message = "Subject: \u{fc}\n\ntext\n".as_bytes();
    let finished = server.send(world).to("b\u{fc}@example.net").message(message);
    if mta.announces.contains(&"SMTPUTF8") {
        tally.on(Feature::SmtpUtf8);
        tally.check("an address", ends_with(&finished, 0));
        let delivered =
            server.arrived("b\u{fc}").and_then(|found| expect_delivered(&found, message));
        tally.check("an address, delivered", delivered);
        let finished = server.send(world).arg("--smtputf8").message(message);
        tally.check("a header", ends_with(&finished, 0));
        let delivered = server.arrived("b").and_then(|found| expect_delivered(&found, message));
        tally.check("a header, delivered", delivered);
    } else {
        tally.on(Feature::Refusals);
        let told = ends_with(&finished, 69).and_then(|()| says(&finished, "SMTPUTF8"));
        tally.check("no SMTPUTF8, and told so", told);
    }
}

fn notifications(world: &World, tally: &mut Tally, server: &Server) {
    tally.on(Feature::Dsn);
    let send = server.send(world).args(["--envid", "a+b", "--ret", "hdrs", "--orcpt"]);
    let finished = send.args(["--notify", "success,failure"]).message(MESSAGE);
    tally.check("NOTIFY=SUCCESS", ends_with(&finished, 0));
    let report = server.report().and_then(|report| {
        expect("the recipient", &report.contains("b@example.net"), &true)?;
        expect("a report (RFC 3464)", &report.contains("Final-Recipient: "), &true)?;
        // With RET=HDRS the text stays away.
        expect("the header", &report.contains("Subject: x"), &true)?;
        expect("the text", &report.contains(".text"), &false)
    });
    tally.check("NOTIFY=SUCCESS, reported", report);
    let finished = server.send(world).args(["--notify", "never"]).message(MESSAGE);
    tally.check("NOTIFY=NEVER", ends_with(&finished, 0));
    tally.check("both delivered", server.arrivals("b", 2).map(|_| ()));
}

pub(crate) fn ends_with(finished: &Finished, status: i32) -> Result<(), String> {
    let Finished { status: found, stderr, .. } = finished;
    if *found == status { Ok(()) } else { Err(format!("exit status {found}: {stderr}")) }
}

pub(crate) fn says(finished: &Finished, words: &str) -> Result<(), String> {
    let Finished { stdout, stderr, .. } = finished;
    let there = stdout.contains(words) || stderr.contains(words);
    if there { Ok(()) } else { Err(format!("no {words:?} in {stdout:?} and {stderr:?}")) }
}
