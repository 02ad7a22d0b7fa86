//! What `send` asks for by extensions, and what `receive` makes of it.

use std::process::Command;

use serde_json::{Value, json};

use super::fake::{Answer, serve};
use crate::ADAPTER;
use crate::processes::certificates::Certificates;
use crate::processes::process::run;
use crate::processes::raw::Raw;

const MESSAGE: &[u8] = b"Subject: test\r\n\r\nHello.\r\n";
/// Of 20 octets, as SHA-1 has them.
const HASH: &str = "QUJDREVGR0hJSktMTU5PUFFSU1Q=";

fn seconds_after_now(time: &Value) -> u64 {
    let time = humantime::parse_rfc3339(time.as_str().expect("a time")).expect("a time");
    time.duration_since(std::time::SystemTime::now()).expect("a time to come").as_secs()
}

#[test]
fn what_is_asked_for_is_recorded() {
    let certificates = Certificates::local();
    let tls = ["--tls-cert".as_ref(), certificates.cert.as_os_str()];
    let key = ["--tls-key".as_ref(), certificates.key.as_os_str()];
    let offers = "--submission --no-require-auth --extensions +CONPERM,+CONNEG --private x-queue \
                  --no-soliciting net.example:OTHER --min-by 60";
    let offers = offers.split_whitespace().map(AsRef::as_ref);
    let server = ADAPTER.receive(tls.into_iter().chain(key).chain(offers));
    let asked = "--notify success,DELAY --ret hdrs --envid 1+1@host.example --orcpt --by 7200;rt \
                 --hold-for 3600 --mt-priority -3 --require-tls --rrvs 2026-01-31T23:59:59Z;c \
                 --solicit net.example:ADV,org.example:ADLT --conperm --conneg --verp=+- \
                 --param X-QUEUE=slow --rcpt-param x-queue";
    let send = ADAPTER.send(server.address()).args(["--ca".as_ref(), certificates.ca.as_os_str()]);
    let send = send.args(asked.split_whitespace()).args(["--mtrk", &format!("{HASH}:600")]);
    let send = send.to("b+c@example.net").to("b\u{fc}@example.net");
    let finished = send.message(MESSAGE);
    assert_eq!(finished.status, 0, "{finished:?}");

    let envelope = server.take_one().unwrap().envelope;
    let mut mail = envelope["requests"]["mail"].clone();
    assert!((7000..=7200).contains(&seconds_after_now(&mail["by"]["time"].take())));
    assert!((3400..=3600).contains(&seconds_after_now(&mail["hold_until"].take())));
    let expected = json!({
        "ret": "HDRS",
        "envid": "1+1@host.example",
        "by": {"seconds": 7200, "mode": "return", "trace": true, "time": null},
        "hold_for": 3600,
        "hold_until": null,
        "mt_priority": -3,
        "mtrk": {"certifier": HASH.trim_end_matches('='), "timeout": 600},
        "require_tls": true,
        "solicit": ["net.example:ADV", "org.example:ADLT"],
        "conperm": true,
        "verp": {"delimiters": "+-"},
    });
    assert_eq!(mail, expected);
    let of_rcpt = |kind: &str, address: &str| {
        json!({
            "notify": ["SUCCESS", "DELAY"],
            "orcpt": {"type": kind, "address": address},
            "rrvs": {"since": "2026-01-31T23:59:59Z", "no_support": "continue"},
            "conneg": true,
        })
    };
    let rcpt = &envelope["requests"]["rcpt"];
    assert_eq!(rcpt[0], of_rcpt("rfc822", "b+c@example.net"));
    assert_eq!(rcpt[1], of_rcpt("utf-8", "b\u{fc}@example.net"));
    let raw = &envelope["parameters"];
    assert_eq!(raw["mail"]["X-QUEUE"], "slow");
    assert_eq!(raw["mail"]["ENVID"], "1+2B1@host.example");
    assert_eq!(
        (&raw["rcpt"][0]["X-QUEUE"], &raw["rcpt"][1]["X-QUEUE"]),
        (&true.into(), &true.into())
    );
    assert_eq!(envelope["xclient"], Value::Null);

    // What was announced as not welcome, and as too little time.
    for (asked, refusal) in [("--solicit=net.example:other", "SOLICIT"), ("--by=59;R", "BY")] {
        let send = ADAPTER.send(server.address()).arg(asked);
        let finished = send.message(MESSAGE);
        assert_eq!(finished.status, 69, "{finished:?}");
        assert!(finished.stderr.contains(refusal), "{finished:?}");
    }
}

#[test]
fn nothing_is_asked_for_unless_it_was() {
    let server = ADAPTER.receive::<&str>([]);
    assert_eq!(ADAPTER.send(server.address()).message(MESSAGE).status, 0);
    let envelope = server.take_one().unwrap().envelope;
    assert_eq!(envelope["requests"], json!({"mail": {}, "rcpt": [{}]}));
    assert_eq!((&envelope["xclient"], &envelope["xforward"]), (&Value::Null, &Value::Null));
}

/// MAIL is not even said.
#[test]
fn what_the_server_lacks_is_told() {
    let said_too_much =
        |heard: &str| heard.starts_with("MAIL").then_some(Answer::Say("550 MAIL was said\r\n"));
    let plain = serve(said_too_much);
    let limited = serve(move |heard| {
        let offers = "250-x.example\r\n250-DELIVERBY 240\r\n\
                      250 FUTURERELEASE 60 2026-01-31T23:59:59Z\r\n";
        let hello = heard.starts_with("EHLO").then_some(Answer::Say(offers));
        hello.or_else(|| said_too_much(heard))
    });
    for (server, asked, because) in [
        (plain, "--notify never", "DSN"),
        (plain, "--ret full", "DSN"),
        (plain, "--envid x", "DSN"),
        (plain, "--orcpt", "DSN"),
        (plain, "--by 1;N", "DELIVERBY"),
        (plain, "--hold-for 1", "FUTURERELEASE"),
        (plain, "--hold-until 2026-01-31T23:59:59Z", "FUTURERELEASE"),
        (plain, "--mt-priority 9", "MT-PRIORITY"),
        (plain, "--rrvs 2026-01-31T23:59:59Z", "RRVS"),
        (plain, "--solicit a", "NO-SOLICITING"),
        (plain, "--conperm", "CONPERM"),
        (plain, "--conneg", "CONNEG"),
        (plain, "--verp", "XVERP"),
        (plain, "--require-tls", "STARTTLS"),
        (limited, "--by 239;R", "BY can't be sent: the server wants more time"),
        (limited, "--hold-for 61", "HOLDFOR can't be sent"),
        (limited, "--hold-until 2026-02-01T00:00:00Z", "HOLDUNTIL can't be sent"),
    ] {
        let send = ADAPTER.send(server).to("b@example.net").args(asked.split_whitespace());
        let finished = send.message(MESSAGE);
        assert_eq!(finished.status, 69, "{asked}: {finished:?}");
        assert!(finished.stderr.contains(because), "{asked}: {finished:?}");
    }
    // What is not of a known extension is the user's business.
    let finished = ADAPTER.send(plain).args(["--param", "X-A=1"]).message(MESSAGE);
    assert!(finished.stderr.contains("MAIL was said"), "{finished:?}");
}

#[test]
fn command_lines_that_make_no_sense() {
    let send = "--server 127.0.0.1:9 --from a@example.org --to b@example.net -";
    let receive = "--listen 127.0.0.1:0 --dir /dev/null/x";
    for (program, common, args, because) in [
        ("send", send, "--notify sometimes", "NEVER, or some of SUCCESS, FAILURE and DELAY"),
        ("send", send, "--by 0;R", "R not with zero or less"),
        ("send", send, "--hold-for 0", "seconds, 1 to 999999999"),
        ("send", send, "--hold-for 1 --hold-until 2026-01-31T23:59:59Z", "cannot be used with"),
        ("send", send, "--mt-priority 10", "a number from -9 to 9"),
        ("send", send, "--rrvs yesterday", "date and time"),
        ("send", send, "--mtrk QUJD --envid 1@host.example", "20 octets in base64"),
        ("send", send, "--mtrk QUJDREVGR0hJSktMTU5PUFFSU1Q", "--envid"),
        ("send", send, "--mtrk QUJDREVGR0hJSktMTU5PUFFSU1Q --envid 1", "unique"),
        ("send", send, "--require-tls --insecure", "--insecure"),
        ("send", send, "--require-tls --starttls off", "in the clear"),
        ("send", send, "--param A=b=c", "character that is not permitted"),
        ("send", send, "--param RET=FULL --ret hdrs", "RET is there twice"),
        ("receive", receive, "--submission", "--no-require-auth"),
        ("receive", receive, "--submission --lmtp", "--lmtp"),
        ("receive", receive, "--max-hold 60", "--submission"),
        ("receive", receive, "--extensions DSN", "+KEYWORD or -KEYWORD"),
        ("receive", receive, "--extensions +DSM", "\"DSM\" is no extension"),
        ("receive", receive, "--extensions +BURL", "nothing this server can do"),
        ("receive", receive, "--extensions +XCLIENT", "--xclient-from"),
        ("receive", receive, "--extensions -DSN,+MTRK", "MTRK needs DSN"),
        ("receive", receive, "--extensions +FUTURERELEASE", "is for --submission"),
        ("receive", receive, "--min-by 1000000000", "0 to 999999999"),
        ("receive", receive, "--no-soliciting a,,b", "words with commas"),
        ("receive", receive, "--private DSN", "known here"),
        ("receive", receive, "--xclient-from here", "192.0.2.0/24 is expected"),
    ] {
        let mut command = Command::new(ADAPTER.program(program));
        let args = command.args(common.split_whitespace()).args(args.split_whitespace());
        let finished = run(args, b"");
        assert_eq!(finished.status, 64, "{args:?}: {finished:?}");
        assert!(finished.stderr.contains(because), "{args:?}: {finished:?}");
    }
}

/// The keywords of a reply to EHLO.
fn keywords(reply: &str) -> Vec<&str> {
    reply.lines().skip(1).filter_map(|line| line.get(4..)?.split_whitespace().next()).collect()
}

#[test]
fn more_or_less_is_announced() {
    let usual = ADAPTER.receive::<&str>([]);
    let reply = Raw::new(usual.connect()).say("EHLO client.example");
    let expected = "PIPELINING SIZE 8BITMIME SMTPUTF8 ENHANCEDSTATUSCODES CHUNKING BINARYMIME DSN \
                    DELIVERBY MT-PRIORITY MTRK RRVS XVERP LIMITS";
    assert_eq!(keywords(&reply), expected.split_whitespace().collect::<Vec<_>>());
    assert!(reply.contains("LIMITS RCPTMAX=1000\r\n"), "{reply}");

    let other = ADAPTER.receive(
        "--extensions -DSN,-CHUNKING,-RRVS,-XVERP,+VRFY --priority-policy NSEP --max-domains 2 \
         --max-recipients 3 --max-transactions 4 --private x-a --no-soliciting a:b"
            .split_whitespace(),
    );
    let mut raw = Raw::new(other.connect());
    let reply = raw.say("EHLO client.example");
    let expected = "PIPELINING SIZE 8BITMIME SMTPUTF8 ENHANCEDSTATUSCODES DELIVERBY MT-PRIORITY \
                    LIMITS NO-SOLICITING VRFY X-A";
    assert_eq!(keywords(&reply), expected.split_whitespace().collect::<Vec<_>>());
    for line in ["MT-PRIORITY NSEP", "LIMITS MAILMAX=4 RCPTMAX=3 RCPTDOMAINMAX=2"] {
        assert!(reply.contains(&format!("250-{line}\r\n")), "{reply}");
    }
    raw.say_all(&["MAIL FROM:<a@x>", "RCPT TO:<a@y>", "RCPT TO:<a@z>"]);
    assert!(raw.say("RCPT TO:<a@other>").starts_with("452"));
}

/// `send` makes as many connections as that takes.
#[test]
fn limits_are_kept() {
    let server = ADAPTER.receive(["--max-transactions", "2"]);
    let finished = ADAPTER.send(server.address()).args(["--repeat", "5"]).message(MESSAGE);
    assert_eq!(finished.status, 0, "{finished:?}");
    let stored = server.take();
    let clients: std::collections::BTreeSet<_> =
        stored.iter().map(|stored| stored.envelope["client"]["address"].to_string()).collect();
    assert_eq!((stored.len(), clients.len()), (5, 3));
}

/// A message for more recipients than the server takes at once goes in parts.
#[test]
fn a_message_goes_in_parts() {
    let server = ADAPTER.receive(["--max-recipients", "2", "--max-transactions", "2"]);
    let to = ["c@x", "d@x", "e@x", "f@x", "g@x"];
    let args = to.iter().flat_map(|to| ["--to", to]);
    let finished = ADAPTER.send(server.address()).args(args).message(MESSAGE);
    assert_eq!(finished.status, 0, "{finished:?}");
    assert!(finished.stdout.contains("6 accepted, 0 refused"), "{finished:?}");
    let mut recipients: Vec<_> = server
        .take()
        .iter()
        .map(|stored| stored.envelope["to"].as_array().unwrap().len())
        .collect();
    recipients.sort_unstable();
    assert_eq!(recipients, [2, 2, 2]);
}

#[test]
fn submission_is_for_who_has_logged_in() {
    let args = ["--submission", "--auth", "a:b", "--auth-without-tls", "--max-hold", "60"];
    let server = ADAPTER.receive(args);
    let send = ADAPTER.send(server.address()).args(["--hold-for", "60"]);
    let finished = send.clone().message(MESSAGE);
    assert_eq!(finished.status, 69, "{finished:?}");
    assert!(finished.stderr.contains("530 5.7.0"), "{finished:?}");
    let finished = send.args(["--auth", "a:b"]).message(MESSAGE);
    assert_eq!(finished.status, 0, "{finished:?}");
    let envelope = server.take_one().unwrap().envelope;
    assert_eq!(
        (&envelope["user"], &envelope["requests"]["mail"]["hold_for"]),
        (&"a".into(), &60.into())
    );

    let send = ADAPTER.send(server.address()).args(["--auth", "a:b", "--hold-for", "61"]);
    let finished = send.message(MESSAGE);
    assert_eq!(finished.status, 69, "{finished:?}");
    assert!(finished.stderr.contains("HOLDFOR"), "{finished:?}");
}

#[test]
fn who_may_speak_for_others() {
    let args = "--xclient-from 127.0.0.0/8 --xforward-from 127.0.0.1";
    let server = ADAPTER.receive(args.split_whitespace());
    let stream = server.connect();
    let proxy = stream.local_addr().expect("an address").to_string();
    let mut raw = Raw::new(stream);
    let reply = raw.say("EHLO proxy.example");
    assert!(keywords(&reply).ends_with(&["XCLIENT", "XFORWARD"]), "{reply}");
    let told = "XCLIENT NAME=[UNAVAILABLE] ADDR=IPV6:2001:db8::1 PORT=4711 LOGIN=t+20im";
    assert!(raw.say(told).starts_with("220"));
    raw.say_all(&["EHLO client.example"]);
    let message = ["MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA", "."];
    raw.say_all(&["XFORWARD NAME=spike.example ADDR=192.0.2.7", "XFORWARD SOURCE=REMOTE"]);
    for xforward in
        [json!({"name": "spike.example", "addr": "192.0.2.7", "source": "REMOTE"}), Value::Null]
    {
        raw.say_all(&message);
        let envelope = server.take_one().unwrap().envelope;
        let told = json!({
            "name": null, "addr": "IPV6:2001:db8::1", "port": "4711", "login": "t im"
        });
        assert_eq!(envelope["xclient"], told);
        assert_eq!(envelope["client"]["address"], "[2001:db8::1]:4711");
        assert_eq!(envelope["client"]["hello"], "client.example");
        assert_eq!(envelope["client"]["protocol"], "ESMTPA");
        assert_eq!(
            (&envelope["user"], &envelope["proxy"]),
            (&"t im".into(), &proxy.as_str().into())
        );
        assert_eq!(envelope["xforward"], xforward);
    }

    let elsewhere = ADAPTER.receive(["--xclient-from", "192.0.2.0/24"]);
    let mut raw = Raw::new(elsewhere.connect());
    assert!(!raw.say("EHLO proxy.example").contains("XCLIENT"));
    assert!(raw.say("XCLIENT ADDR=192.0.2.1").starts_with("502"));
}
