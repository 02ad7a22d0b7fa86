//! A mail server that relays to our `receive` what it was sent.

use std::time::Duration;

use serde_json::{Value, json};

use super::content::expect_delivered;
use super::hops::{self, Hop};
use super::receiving::ends_with;
use super::server::Server;
use super::{Mta, samples};
use crate::interop::deliver::{FROM, USER, World};
use crate::interop::feature::Feature;
use crate::interop::tally::{Tally, expect};
use crate::processes::receive::Stored;

const MESSAGE: &[u8] = b"Subject: x\n\n.text\n";

/// A mail server, and where it relays to.
struct Relay<'a> {
    world: &'a World,
    mta: &'a Mta,
    hops: Vec<Hop>,
    server: Server,
}

pub(crate) fn run(world: &World, tally: &mut Tally, mta: &Mta) {
    let hops = hops::start(world, mta.logs_in_by);
    let server = Server::start(world, mta, &hops);
    tally.is((mta.version)(&server));
    let relay = Relay { world, mta, hops, server };
    if !mta.lmtp_to_several {
        tally.not_built_in("LMTP for several recipients at a time");
    }
    relay.contents(tally);
    relay.extensions(tally);
    relay.encryption(tally);
    relay.logins(tally);
    relay.refusals(tally);
    tally.on(Feature::Many);
    let send = relay.server.send(world).args(["--repeat", "40", "--connections", "2"]);
    let finished = send.to(&format!("b@{}", hops::EXTENDED)).message(MESSAGE);
    tally.check("40 messages", ends_with(&finished, 0));
    tally.check("40 messages, relayed", relay.hop(hops::EXTENDED).arrived(40).map(|_| ()));
    relay.failures(tally);
    relay.nothing_else(tally);
}

impl Relay<'_> {
    fn hop(&self, domain: &str) -> &Hop {
        self.hops.iter().find(|hop| hop.domain == domain).expect("a hop")
    }

    fn uses(&self, keyword: &str) -> bool {
        self.mta.uses.contains(&keyword)
    }

    /// One or two recipients of a domain get a message. What arrived there.
    fn pass(
        &self,
        tally: &mut Tally,
        what: &str,
        domain: &str,
        args: &[&str],
        (content, expected): (&[u8], &[u8]),
    ) -> Vec<Stored> {
        let several = domain != hops::LMTP || self.mta.lmtp_to_several;
        let names = if several { &["b", "c"][..] } else { &["b"] };
        let to: Vec<String> = names.iter().map(|name| format!("{name}@{domain}")).collect();
        let send = self.server.send(self.world).args(args);
        let send = to.iter().fold(send, |send, to| send.to(to));
        tally.check(what, ends_with(&send.message(content), 0));
        match self.hop(domain).arrived(to.len()) {
            Ok(stored) => {
                let relayed = stored.iter().try_for_each(|stored| {
                    expect("from", &stored.envelope["from"], &json!(FROM))?;
                    expect_delivered(&stored.content, expected)
                });
                let mut found: Vec<_> = stored.iter().flat_map(recipients).collect();
                found.sort_by_key(ToString::to_string);
                let all = expect("to", &json!(found), &json!(to));
                tally.check(format!("{what}, relayed"), relayed.and(all));
                stored
            }
            Err(why) => {
                let why = format!("{why}; {}", self.server.last());
                tally.check(format!("{what}, relayed"), Err(why));
                Vec::new()
            }
        }
    }

    fn pass_one(&self, tally: &mut Tally, what: &str, domain: &str) -> Vec<Stored> {
        self.pass(tally, what, domain, &[], (MESSAGE, b"Subject: x\r\n\r\n.text\r\n"))
    }

    fn contents(&self, tally: &mut Tally) {
        let used = |keyword, feature| self.uses(keyword).then_some(feature);
        let ways = [
            (hops::BASIC, Some(Feature::Plain)),
            (hops::PIPELINED, used("PIPELINING", Feature::Pipelining)),
            (hops::EXTENDED, used("CHUNKING", Feature::Chunking)),
            (hops::LMTP, Some(Feature::Lmtp)),
        ];
        for (domain, feature) in ways {
            let Some(feature) = feature else { continue };
            for sample in samples(self.world, feature == Feature::Plain) {
                let large = feature == Feature::Plain && sample.name == "20 MB";
                tally.on(if large { Feature::Large } else { feature });
                let what = format!("{domain}, {}", sample.name);
                let content = (&sample.with_lf()[..], &sample.in_lines()[..]);
                for stored in self.pass(tally, &what, domain, &["--no-chunking"], content) {
                    let lmtp = stored.envelope["client"]["protocol"] == "LMTP";
                    let spoken = expect("LMTP", &lmtp, &(feature == Feature::Lmtp));
                    tally.check(format!("{what}, spoken"), spoken);
                }
            }
        }
    }

    /// What it says to a server that announces everything.
    fn extensions(&self, tally: &mut Tally) {
        let hop = self.hop(hops::EXTENDED);
        let log = hop.log().len();
        let sample = self.world.sample("8-bit");
        let content = (&sample.with_lf()[..], &sample.in_lines()[..]);
        tally.on(Feature::Size);
        let stored = self.pass(tally, "8 bits", hops::EXTENDED, &["--no-chunking"], content);
        let mail = |keyword| {
            let mut found = stored.iter().map(|stored| &stored.envelope["parameters"]["mail"]);
            found.any(|mail: &Value| !mail[keyword].is_null())
        };
        if self.uses("SIZE") {
            tally.check("SIZE=", expect("the parameter", &mail("SIZE"), &true));
        }
        if self.uses("8BITMIME") {
            tally.on(Feature::EightBitMime);
            tally.check("BODY=", expect("BODY", &mail("BODY"), &true));
        } else {
            tally.check("no BODY=", expect("BODY", &mail("BODY"), &false));
            tally.not_offered(Feature::EightBitMime, "it sends 8-bit text without saying so");
        }
        let chunked = hop.log()[log..].contains("by Chunked");
        if self.uses("CHUNKING") {
            tally.on(Feature::Chunking);
            tally.check("BDAT", expect("BDAT", &chunked, &true));
        } else {
            tally.check("DATA", expect("BDAT", &chunked, &false));
            tally.not_offered(Feature::Chunking, "it sends by DATA only");
        }
        if !self.uses("PIPELINING") {
            tally.not_offered(Feature::Pipelining, "it waits for each reply");
        }
        self.forwarding(tally, &stored);
        self.addresses(tally);
        self.notifications(tally);
    }

    fn forwarding(&self, tally: &mut Tally, stored: &[Stored]) {
        if !self.uses("XFORWARD") {
            return;
        }
        tally.on(Feature::XForward);
        let told = stored.iter().try_for_each(|stored| {
            let told = &stored.envelope["xforward"];
            expect("addr", &told["addr"], &json!("127.0.0.1"))?;
            expect("proto", &told["proto"], &json!("ESMTP"))
        });
        tally.check("where it is from", told);
    }

    fn addresses(&self, tally: &mut Tally) {
        if !self.uses("SMTPUTF8") {
            tally.not_offered(Feature::SmtpUtf8, "it takes no such mail");
            return;
        }
        tally.on(Feature::SmtpUtf8);
        let to = format!("b\u{fc}@{}", hops::EXTENDED);
        let message = "Subject: \u{fc}\n\ntext\n".as_bytes();
        tally.check(
            "an address",
            ends_with(&self.server.send(self.world).to(&to).message(message), 0),
        );
        let arrived = self.hop(hops::EXTENDED).arrived(1);
        let arrived = arrived.map_err(|why| format!("{why}; {}", self.server.last()));
        let relayed = arrived.and_then(|stored| {
            let envelope = &stored[0].envelope;
            expect("to", &envelope["to"], &json!([to]))?;
            let asked = &envelope["parameters"]["mail"]["SMTPUTF8"];
            expect("SMTPUTF8", asked, &json!(true))?;
            expect_delivered(&stored[0].content, "Subject: \u{fc}\r\n\r\ntext\r\n".as_bytes())
        });
        tally.check("an address, relayed", relayed);
    }

    fn notifications(&self, tally: &mut Tally) {
        if !self.uses("DSN") {
            tally.not_offered(Feature::Dsn, "it does not pass on what is asked for");
            return;
        }
        tally.on(Feature::Dsn);
        let args = ["--envid", "a+b", "--ret", "hdrs", "--notify", "success,delay", "--orcpt"];
        let content: (&[u8], &[u8]) = (MESSAGE, b"Subject: x\r\n\r\n.text\r\n");
        let stored = self.pass(tally, "asked for", hops::EXTENDED, &args, content);
        let passed_on = stored.iter().try_for_each(|stored| {
            let requests = &stored.envelope["requests"];
            expect("RET", &requests["mail"]["ret"], &json!("HDRS"))?;
            expect("ENVID", &requests["mail"]["envid"], &json!("a+b"))?;
            for (rcpt, to) in
                requests["rcpt"].as_array().into_iter().flatten().zip(recipients(stored))
            {
                expect("NOTIFY", &rcpt["notify"], &json!(["SUCCESS", "DELAY"]))?;
                expect("ORCPT", &rcpt["orcpt"]["address"], to)?;
            }
            Ok(())
        });
        tally.check("asked for, passed on", passed_on);
    }

    fn encryption(&self, tally: &mut Tally) {
        for (domain, feature) in
            [(hops::STARTTLS, Feature::StartTls), (hops::IMPLICIT, Feature::ImplicitTls)]
        {
            tally.on(feature);
            for stored in self.pass_one(tally, domain, domain) {
                let encrypted = !stored.envelope["tls"].is_null();
                tally.check(format!("{domain}, TLS"), expect("TLS", &encrypted, &true));
            }
        }
    }

    /// What keeps it from passing on a message for now.
    fn failures(&self, tally: &mut Tally) {
        tally.on(Feature::StartTls);
        // It may close the connection as well before the handshake as behind it.
        let noticed = ["the TLS handshake failed", "closed"];
        self.stays(tally, "an unknown authority", hops::FORGED, &noticed);
        self.stays(tally, "no STARTTLS where it is demanded", hops::STRIPPED, &noticed);
        tally.on(Feature::Auth);
        let refused = [r#"code="535" enhanced="5.7.8""#];
        self.stays(tally, "wrong password", hops::WRONG_LOGIN, &refused);
    }

    /// Checks that it tries, until one of these is in the log, and does not get rid of a message.
    fn stays(&self, tally: &mut Tally, what: &str, domain: &str, until: &[&str]) {
        let send = self.server.send(self.world).to(&format!("b@{domain}"));
        tally.check(what, ends_with(&send.message(MESSAGE), 0));
        let tried = self.hop(domain).logged(until);
        let tried = tried.map_err(|why| format!("{why}; {}", self.server.last()));
        tally.check(format!("{what}, tried"), tried);
    }

    /// Checks that nothing has come where nothing was to come.
    fn nothing_else(&self, tally: &mut Tally) {
        tally.on(Feature::Refusals);
        for domain in [hops::FORGED, hops::STRIPPED, hops::WRONG_LOGIN, hops::SMALL, hops::CLOSED] {
            let found = self.hop(domain).take().len();
            tally.check(format!("{domain}, nothing"), expect("messages", &found, &0));
        }
        let reports = self.server.take("a").len();
        tally.check("no other report", expect("reports", &reports, &0));
    }

    fn logins(&self, tally: &mut Tally) {
        tally.on(Feature::Auth);
        for mechanism in self.mta.logs_in_by {
            let domain = hops::domain(mechanism);
            for stored in self.pass_one(tally, mechanism, &domain) {
                let user = expect("user", &stored.envelope["user"], &json!(USER));
                tally.check(format!("{mechanism}, user"), user);
            }
            let begun = self.hop(&domain).logged(&[&format!("AUTH detail={mechanism}\n")]);
            tally.check(format!("{mechanism}, the mechanism"), begun);
        }
    }

    fn refusals(&self, tally: &mut Tally) {
        tally.on(Feature::Size);
        let large = [MESSAGE, &b"0123456789abcde\n".repeat(1000)].concat();
        let send = self.server.send(self.world).to(&format!("b@{}", hops::SMALL));
        tally.check("too large", ends_with(&send.message(&large), 0));
        self.bounced(tally, "too large", &format!("b@{}", hops::SMALL), "");

        tally.on(Feature::Refusals);
        let send = self.server.send(self.world).to(&format!("b@{}", hops::CLOSED));
        tally.check("530 to MAIL", ends_with(&send.message(MESSAGE), 0));
        self.bounced(tally, "530 to MAIL", &format!("b@{}", hops::CLOSED), "530");

        // The second recipient hears 452, and gets the message later.
        let to = [format!("b@{}", hops::FEW), format!("c@{}", hops::FEW)];
        let send = self.server.send(self.world).to(&to[0]).to(&to[1]);
        tally.check("452 to RCPT", ends_with(&send.message(MESSAGE), 0));
        let hop = self.hop(hops::FEW);
        let first = hop.arrived(1).and_then(|first| {
            hop.logged(&[r#"code="452""#])?;
            Ok(first)
        });
        // There is nothing to try again before it has put the message aside.
        let moment = Duration::from_secs(5);
        let mut tries =
            (0..8).map(|_| self.server.flush().and_then(|()| hop.arrived_within(1, moment)));
        let other = tries.find(Result::is_ok).unwrap_or_else(|| Err(self.server.last()));
        let both = first.and_then(|first| {
            let other = other?;
            let mut found: Vec<_> = first.iter().chain(&other).flat_map(recipients).collect();
            found.sort_by_key(ToString::to_string);
            expect("to", &json!(found), &json!(to))
        });
        tally.check("452 to RCPT, the other later", both);
    }

    /// Checks that the sender hears of a recipient who did not get it, and why.
    fn bounced(&self, tally: &mut Tally, what: &str, recipient: &str, code: &str) {
        let report = self.server.report().and_then(|report| {
            expect("the recipient", &report.contains(recipient), &true)?;
            expect("the code", &report.contains(code), &true)
        });
        tally.check(format!("{what}, reported"), report);
    }
}

fn recipients(stored: &Stored) -> impl Iterator<Item = &Value> {
    stored.envelope["to"].as_array().into_iter().flatten()
}
