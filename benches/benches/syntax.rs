//! Commands and replies: taking lines apart and writing them.

use std::hint::black_box;

use bytes::BytesMut;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use smtp_proto::syntax::command::Command;
use smtp_proto::syntax::reply::{Code, EnhancedCode, ReplyLimits, ReplyParser, write_reply};

const SESSION: &[&str] = &[
    "EHLO client.example.org",
    "MAIL FROM:<sender@example.com> SIZE=12345 BODY=8BITMIME",
    "RCPT TO:<one@example.org>",
    "RCPT TO:<two@example.org>",
    "RCPT TO:<three@example.org>",
    "DATA",
    "RSET",
    "NOOP",
    "QUIT",
];

const WITHOUT_PARAMS: &[&str] = &["MAIL FROM:<sender@example.com>", "RCPT TO:<one@example.org>"];

const WITH_PARAMS: &[&str] = &[
    "MAIL FROM:<sender@example.com> SIZE=12345 BODY=8BITMIME SMTPUTF8 AUTH=<>",
    "RCPT TO:<one@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;one@example.org",
];

const INVALID: &[&str] = &[
    "MAIL FROM:sender@example.com",
    "MAIL FROM:<sender@@example.com>",
    "RCPT TO:<>",
    "MAIL FROM:<sender@example.com> SIZE=1 SIZE=2",
    "DATA now",
    "BDAT x",
    "NOOP \u{1}",
    "",
];

fn commands(criterion: &mut Criterion) {
    let long = format!("RCPT TO:<{}@{}.example>", "x".repeat(64), "sub.".repeat(40) + "domain");
    let groups: [(&str, &[&str], bool); 5] = [
        ("session", SESSION, true),
        ("without-params", WITHOUT_PARAMS, true),
        ("with-params", WITH_PARAMS, true),
        ("long-address", &[&long], true),
        ("invalid", INVALID, false),
    ];
    let mut group = criterion.benchmark_group("command");
    for (name, lines, valid) in groups {
        let octets: usize = lines.iter().map(|line| line.len() + 2).sum();
        group.throughput(Throughput::Bytes(octets as u64));
        for line in lines {
            assert_eq!(Command::parse(line.as_bytes()).is_ok(), valid, "{line}");
        }
        group.bench_function(format!("parse/{name}"), |bencher| {
            bencher.iter(|| {
                let parsed = lines.iter().map(|line| Command::parse(black_box(line.as_bytes())));
                parsed.flatten().count()
            });
        });
        let commands: Vec<_> =
            lines.iter().filter_map(|line| Command::parse(line.as_bytes()).ok()).collect();
        if !valid {
            continue;
        }
        let mut out = BytesMut::with_capacity(octets);
        write_all(&commands, &mut out);
        assert_eq!(out, lines.join("\r\n") + "\r\n");
        group.bench_function(format!("write/{name}"), |bencher| {
            bencher.iter(|| {
                out.clear();
                write_all(black_box(&commands), &mut out);
                out.len()
            });
        });
    }
    group.finish();
}

fn write_all(commands: &[Command<'_>], out: &mut BytesMut) {
    for command in commands {
        command.write(out);
    }
}

fn replies(criterion: &mut Criterion) {
    let short: &[&str] = &["250 2.1.0 Sender OK"];
    let ehlo: &[&str] = &[
        "250-mx.example.org",
        "250-PIPELINING",
        "250-SIZE 10240000",
        "250-8BITMIME",
        "250-SMTPUTF8",
        "250-ENHANCEDSTATUSCODES",
        "250-CHUNKING",
        "250-BINARYMIME",
        "250-STARTTLS",
        "250 AUTH PLAIN LOGIN",
    ];
    let mut group = criterion.benchmark_group("reply");
    for (name, lines) in [("one-line", short), ("ehlo", ehlo)] {
        let parse = |parser: &mut ReplyParser| {
            let mut reply = None;
            for line in lines {
                reply = parser.push(black_box(line.as_bytes())).expect("a reply");
            }
            reply
        };
        let mut parser = ReplyParser::new(ReplyLimits::default());
        let reply = parse(&mut parser).expect("a whole reply");
        assert_eq!(reply.lines().count(), lines.len());
        let octets: usize = lines.iter().map(|line| line.len() + 2).sum();
        group.throughput(Throughput::Bytes(octets as u64));
        group.bench_function(format!("parse/{name}"), |bencher| {
            bencher.iter(|| parse(&mut parser));
        });
    }
    let mut out = BytesMut::with_capacity(512);
    let mut write = || {
        out.clear();
        let enhanced = Some(EnhancedCode::positive(1, 0));
        write_reply(&mut out, Code::OK, enhanced, [black_box("Sender OK")]);
        out.len()
    };
    assert_eq!(write(), "250 2.1.0 Sender OK\r\n".len());
    group.throughput(Throughput::Bytes(write() as u64));
    group.bench_function("write/one-line", |bencher| bencher.iter(&mut write));
    group.finish();
}

criterion_group!(syntax, commands, replies);
criterion_main!(syntax);
