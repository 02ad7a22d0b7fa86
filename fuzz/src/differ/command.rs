//! Commands, read by us and by others.

use smtp_proto::syntax::address::{AddressErrorKind, Mailbox};
use smtp_proto::syntax::command::{Command, CommandError, CommandErrorKind as Kind};
use smtp_proto::syntax::params::{
    AuthParam, BodyType, By, ConNeg, ConPerm, EnvId, HoldFor, HoldUntil, MtPriority, Mtrk, Notify,
    Orcpt, Params, RequireTls, Ret, Rrvs, Size, SmtpUtf8, Solicit, TransId,
};

use super::{Case, Class, Reading, class, codec, judge, mailin, stalwart};

type Own<'a> = Result<Command<'a>, CommandError>;
type Row<'a> = Class<Own<'a>>;

/// Takes the octets up to the first CRLF for a line, and asks everybody.
pub fn check(data: &[u8]) {
    let end = data.windows(2).position(|pair| pair == b"\r\n").unwrap_or(data.len());
    let line = &data[..end];
    judge(&stalwart_differs(), &against_stalwart(line));
    judge(&codec_differs(), &against_codec(line));
    judge(&mailin_differs(), &against_mailin(line));
}

pub fn against_stalwart(line: &[u8]) -> Case<'_, Own<'_>> {
    case(line, stalwart::command(line), stalwart::expected)
}

pub fn against_codec(line: &[u8]) -> Case<'_, Own<'_>> {
    case(line, codec::command(line), codec::expected)
}

pub fn against_mailin(line: &[u8]) -> Case<'_, Own<'_>> {
    case(line, mailin::command(line), mailin::expected)
}

fn case<'a>(
    input: &'a [u8],
    theirs: Reading,
    expected: fn(&Command<'_>) -> Reading,
) -> Case<'a, Own<'a>> {
    let own = Command::parse(input);
    let unknown = theirs == Reading::Unknown;
    let ours = match &own {
        Ok(command) => expected(command),
        Err(_) => Reading::Refused,
    };
    // Not to know a verb and to refuse what it says is the same to who sent it.
    let theirs = if unknown && ours == Reading::Refused { Reading::Refused } else { theirs };
    Case { input, own, ours, theirs }
}

/// What we refuse, and why; whoever takes it does not look.
fn refused(case: &Case<'_, Own<'_>>, why: impl Fn(&Kind) -> bool) -> bool {
    case.only_theirs() && case.own.as_ref().is_err_and(|error| why(error.kind()))
}

fn controls(case: &Case<'_, Own<'_>>) -> bool {
    refused(case, |kind| matches!(kind, Kind::Control { .. }))
}

fn encoding(case: &Case<'_, Own<'_>>) -> bool {
    refused(case, |kind| matches!(kind, Kind::Encoding { .. }))
}

fn superfluous(case: &Case<'_, Own<'_>>) -> bool {
    refused(case, |kind| matches!(kind, Kind::UnexpectedArgument))
}

fn hello_name(case: &Case<'_, Own<'_>>) -> bool {
    refused(case, |kind| matches!(kind, Kind::HelloName))
}

fn null_recipient(case: &Case<'_, Own<'_>>) -> bool {
    refused(
        case,
        |kind| matches!(kind, Kind::Recipient(error) if error.kind == AddressErrorKind::NullRecipient),
    )
}

fn address(case: &Case<'_, Own<'_>>) -> bool {
    refused(case, |kind| matches!(kind, Kind::Sender(_) | Kind::Recipient(_)))
}

fn parameter(case: &Case<'_, Own<'_>>) -> bool {
    refused(case, |kind| matches!(kind, Kind::Param(_)))
}

fn form(case: &Case<'_, Own<'_>>) -> bool {
    refused(case, |kind| matches!(kind, Kind::Syntax(_) | Kind::ChunkSize | Kind::MissingArgument))
}

fn argument(case: &Case<'_, Own<'_>>) -> bool {
    refused(case, |kind| {
        matches!(
            kind,
            Kind::InitialResponse | Kind::Mechanism | Kind::Etrn(_) | Kind::Atrn(_) | Kind::Url(_)
        )
    })
}

/// A verb of ours among these.
fn is(case: &Case<'_, Own<'_>>, verbs: &[&str]) -> bool {
    let verb = case.own.as_ref().ok().and_then(Command::verb);
    verb.is_some_and(|verb| verbs.contains(&verb.as_str()))
}

fn params<'a>(case: &Case<'a, Own<'a>>) -> Option<Params<&'a str>> {
    match case.own {
        Ok(Command::Mail { params, .. } | Command::Rcpt { params, .. }) => Some(params),
        _ => None,
    }
}

fn mailbox<'a>(case: &'a Case<'_, Own<'_>>) -> Option<Mailbox<&'a str>> {
    match &case.own {
        Ok(Command::Mail { from, .. }) => from.mailbox(),
        Ok(Command::Rcpt { to, .. }) => to.mailbox(),
        _ => None,
    }
}

fn has_params(case: &Case<'_, Own<'_>>) -> bool {
    params(case).is_some_and(|params| !params.is_empty())
}

fn is_quoted(case: &Case<'_, Own<'_>>) -> bool {
    mailbox(case).is_some_and(|mailbox| mailbox.local_part().starts_with('"'))
}

/// Nothing behind the verb is not US-ASCII.
fn is_utf8(case: &Case<'_, Own<'_>>) -> bool {
    !case.input.is_ascii()
}

/// Spaces or tabs other than one between two words.
fn has_odd_space(case: &Case<'_, Own<'_>>) -> bool {
    let double = case.input.windows(2).any(|pair| pair == b"  ");
    double || case.input.contains(&b'\t') || case.input.ends_with(b" ")
}

fn has_route(case: &Case<'_, Own<'_>>) -> bool {
    mailbox(case).is_some() && case.input.windows(2).any(|pair| pair == b"<@")
}

/// `<Postmaster>`, which has no case of its own here.
fn is_postmaster(case: &Case<'_, Own<'_>>) -> bool {
    case.both() && is(case, &["RCPT"]) && mailbox(case).is_none()
}

/// Parameters with values that mean something to us: what others make of the rest of the line behind
/// one that does not is their affair.
fn are_understood(params: &Params<&str>) -> bool {
    let mail = [
        params.value::<AuthParam>().is_ok(),
        params.value::<BodyType>().is_ok(),
        params.value::<By>().is_ok(),
        params.value::<EnvId>().is_ok(),
        params.value::<HoldFor>().is_ok(),
        params.value::<HoldUntil>().is_ok(),
        params.value::<MtPriority>().is_ok(),
        params.value::<Mtrk>().is_ok(),
        params.value::<RequireTls>().is_ok(),
        params.value::<Ret>().is_ok(),
        params.value::<Size>().is_ok(),
        params.value::<SmtpUtf8>().is_ok(),
        params.value::<Solicit>().is_ok(),
        params.value::<TransId>().is_ok(),
    ];
    let rcpt = [
        params.value::<ConNeg>().is_ok(),
        params.value::<ConPerm>().is_ok(),
        params.value::<Notify>().is_ok(),
        params.value::<Orcpt>().is_ok(),
        params.value::<Rrvs>().is_ok(),
    ];
    mail.into_iter().chain(rcpt).all(|understood| understood)
}

pub const fn stalwart_differs<'a>() -> [Row<'a>; 20] {
    [
        class("stalwart-control", b"EHLO a\x01b", controls),
        class("stalwart-encoding", b"NOOP \xff", encoding),
        class("stalwart-superfluous-argument", b"DATA now", superfluous),
        class("stalwart-hello-name", b"EHLO a b", hello_name),
        class("stalwart-null-recipient", b"RCPT TO:<>", null_recipient),
        class("stalwart-address", b"MAIL FROM:<a@-b_c>", address),
        class("stalwart-parameter", b"MAIL FROM:<a@b> SIZE=1 SIZE=2", parameter),
        class("stalwart-form", b"MAIL FROM :<a@b>", form),
        class("stalwart-argument", b"AUTH PLAIN ***", argument),
        class("stalwart-unknown-verb", b"XCLIENT NAME=a", |case| {
            case.only_ours() && is(case, &["XCLIENT", "XFORWARD"])
        }),
        class("stalwart-unknown-parameter", b"MAIL FROM:<a@b> X-OWN=1", |case| {
            case.only_ours() && has_params(case)
        }),
        class("stalwart-atrn-all", b"ATRN", |case| case.only_ours() && is(case, &["ATRN"])),
        class("stalwart-length", LONG_VRFY, |case| case.only_ours() && case.input.len() > 250),
        class("stalwart-empty-string", b"VRFY \"\"", |case| {
            case.only_ours() && is(case, &["VRFY", "EXPN", "ETRN"]) && case.input.contains(&b'"')
        }),
        class("stalwart-number-wraps", b"BDAT 184467440737095516159", |case| {
            is(case, &["BDAT"]) && digits(case.input) >= 20
        }),
        class("stalwart-size-wraps", b"MAIL FROM:<a@b> SIZE=184467440737095516159", |case| {
            case.both() && digits(case.input) >= 20
        }),
        class("stalwart-meaning-later", b"MAIL FROM:<a@b> ENVID=+C3+BC", |case| {
            params(case).is_some_and(|params| !are_understood(&params))
        }),
        class("stalwart-space", b"BDAT \t1", |case| {
            (case.only_ours() || case.both()) && has_odd_space(case)
        }),
        class("stalwart-quotes", b"ETRN #a\"b", |case| {
            case.both() && is(case, &["ETRN"]) && case.input.contains(&b'"')
        }),
        class("stalwart-literal", b"MAIL FROM:<a@[127.0.0.1]>", |case| {
            case.only_ours() && mailbox(case).is_some_and(|mailbox| mailbox.as_str().ends_with(']'))
        }),
    ]
}

/// A user of 257 octets.
const LONG_VRFY: &[u8] =
    b"VRFY aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// The longest run of digits.
fn digits(line: &[u8]) -> usize {
    line.split(|octet| !octet.is_ascii_digit()).map(<[u8]>::len).max().unwrap_or_default()
}

const CODEC_KNOWS: [&str; 13] = [
    "EHLO", "HELO", "MAIL", "RCPT", "DATA", "RSET", "VRFY", "EXPN", "HELP", "NOOP", "QUIT",
    "STARTTLS", "AUTH",
];

pub const fn codec_differs<'a>() -> [Row<'a>; 16] {
    [
        class("codec-unknown-verb", b"BDAT 1", |case| case.only_ours() && !is(case, &CODEC_KNOWS)),
        class("codec-space", b"NOOP ", |case| case.only_ours() && has_odd_space(case)),
        class("codec-utf8", b"MAIL FROM:<\xc3\xa4@b>", |case| case.only_ours() && is_utf8(case)),
        class("codec-mechanism", b"AUTH X-OWN", |case| case.only_ours() && is(case, &["AUTH"])),
        class("codec-free-text", b"VRFY a@b", |case| {
            case.only_ours() && is(case, &["VRFY", "EXPN", "HELP", "NOOP"])
        }),
        class("codec-hello-name", b"EHLO a_b", |case| {
            case.only_ours() && is(case, &["EHLO", "HELO"])
        }),
        class("codec-hello-length", LONG_EHLO, hello_name),
        class("codec-hyphens", b"MAIL FROM:<a@b--c>", |case| {
            case.only_ours()
                && mailbox(case).is_some_and(|mailbox| mailbox.domain().to_string().contains("--"))
        }),
        class("codec-quoted-pair", b"MAIL FROM:<\"\\a\"@b>", |case| {
            case.only_ours() && is_quoted(case)
        }),
        class("codec-literal", b"MAIL FROM:<a@[IPv6:1::192.0.2.1]>", |case| {
            case.only_ours() && mailbox(case).is_some_and(|mailbox| mailbox.as_str().ends_with(']'))
        }),
        class("codec-route", b"MAIL FROM:<@a:b@c>", |case| {
            (case.only_ours() || case.both()) && has_route(case)
        }),
        class("codec-address", b"MAIL FROM:<a@[999.0.0.1]>", address),
        class("codec-parameter", b"MAIL FROM:<a@b> SIZE=1 SIZE=2", parameter),
        class("codec-argument", b"AUTH PLAIN a", argument),
        class("codec-equals-sign", b"MAIL FROM:<a@b> XVERP=+=", |case| {
            let value = |params: Params<&str>| {
                params.iter().any(|param| param.value.is_some_and(|value| value.contains('=')))
            };
            case.only_ours() && params(case).is_some_and(value)
        }),
        class("codec-postmaster", b"RCPT TO:<postmaster>", is_postmaster),
    ]
}

const MAILIN_KNOWS: [&str; 11] =
    ["EHLO", "HELO", "MAIL", "RCPT", "DATA", "RSET", "VRFY", "NOOP", "QUIT", "STARTTLS", "AUTH"];

pub const fn mailin_differs<'a>() -> [Row<'a>; 16] {
    [
        class("mailin-unknown-verb", b"BDAT 1", |case| {
            case.only_ours() && !is(case, &MAILIN_KNOWS)
        }),
        class("mailin-null-sender", b"MAIL FROM:<>", |case| {
            case.only_ours() && is(case, &["MAIL"]) && mailbox(case).is_none()
        }),
        class("mailin-parameter", b"MAIL FROM:<a@b> SIZE=1", |case| {
            case.only_ours() && has_params(case)
        }),
        class("mailin-space", b"QUIT ", |case| {
            case.only_ours()
                && (has_odd_space(case) || case.input.windows(2).any(|two| two == b": "))
        }),
        class("mailin-noop-argument", b"NOOP a", |case| case.only_ours() && is(case, &["NOOP"])),
        class("mailin-mechanism", b"AUTH X-OWN", |case| case.only_ours() && is(case, &["AUTH"])),
        class("mailin-quoted", b"MAIL FROM:<\"a b\"@c>", |case| {
            let literal = |mailbox: Mailbox<&str>| mailbox.as_str().ends_with(']');
            case.only_ours() && (is_quoted(case) || mailbox(case).is_some_and(literal))
        }),
        class("mailin-hello-words", b"EHLO [127.0.0.1] words", |case| {
            case.only_ours() && is(case, &["EHLO", "HELO"])
        }),
        class("mailin-route", b"MAIL FROM:<@a:b@c>", |case| case.both() && has_route(case)),
        class("mailin-postmaster", b"RCPT TO:<postmaster>", is_postmaster),
        class("mailin-control", b"EHLO a\x01b", controls),
        class("mailin-encoding", b"EHLO \xc3\xa4", encoding),
        class("mailin-hello-name", LONG_EHLO, hello_name),
        class("mailin-address", b"MAIL FROM:<nobody>", address),
        class("mailin-no-argument", b"VRFY \t", |case| {
            refused(case, |kind| matches!(kind, Kind::MissingArgument))
        }),
        class("mailin-argument", b"AUTH PLAIN a", argument),
    ]
}

/// A name of 256 octets.
const LONG_EHLO: &[u8] =
    b"EHLO aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
