//! Stalwart's `smtp-proto`.

use smtp_proto::syntax::address::Mailbox;
use smtp_proto::syntax::command::Command;
use smtp_proto::syntax::params::{
    BodyType, EnvId, HoldFor, Params, RequireTls, Ret, Size, SmtpUtf8,
};
use stalwart::request::receiver::DataReceiver;
use stalwart::response::parser::ResponseReceiver;
use stalwart::{
    Error, MAIL_BODY_7BIT, MAIL_BODY_8BITMIME, MAIL_BODY_BINARYMIME, MAIL_REQUIRETLS,
    MAIL_RET_FULL, MAIL_RET_HDRS, MAIL_SMTPUTF8, MailFrom, Request,
};

use super::Reading;

/// What it makes of a line, given without its CRLF.
pub fn command(line: &[u8]) -> Reading {
    let line = [line, b"\r\n"].concat();
    let request = match Request::parse(&mut line.iter()) {
        Ok(request) => request,
        Err(Error::UnknownCommand) => return Reading::Unknown,
        Err(_) => return Reading::Refused,
    };
    let mut said = vec![request.name().to_owned()];
    match request {
        Request::Ehlo { host } | Request::Helo { host } | Request::Lhlo { host } => {
            said.push(host.into());
        }
        Request::Mail { from } => {
            said.push(from.address.to_string());
            said.extend(mail(&from));
        }
        Request::Rcpt { to } => said.push(to.address.into()),
        Request::Bdat { chunk_size, is_last } => {
            said.extend([chunk_size.to_string(), is_last.to_string()]);
        }
        Request::Auth { initial_response, .. } => said.push(initial_response.into()),
        Request::Etrn { name } => said.push(name.into()),
        Request::Atrn { domains } => said.extend(domains.into_iter().map(Into::into)),
        Request::Burl { uri, is_last } => said.extend([uri.into(), is_last.to_string()]),
        _ => {}
    }
    Reading::Taken(said)
}

fn mail<T: AsRef<str>>(from: &MailFrom<T>) -> Vec<String> {
    let flag = |flag: u64, name: &str| (from.flags & flag != 0).then(|| name.to_owned());
    let flags = [
        flag(MAIL_BODY_7BIT, "7BIT"),
        flag(MAIL_BODY_8BITMIME, "8BITMIME"),
        flag(MAIL_BODY_BINARYMIME, "BINARYMIME"),
        flag(MAIL_SMTPUTF8, "SMTPUTF8"),
        flag(MAIL_REQUIRETLS, "REQUIRETLS"),
        flag(MAIL_RET_FULL, "FULL"),
        flag(MAIL_RET_HDRS, "HDRS"),
    ];
    let mut said: Vec<String> = flags.into_iter().flatten().collect();
    said.push(format!("size {} hold {}", from.size, from.hold_for));
    said.push(from.env_id.as_ref().map_or_else(String::new, |id| id.as_ref().to_owned()));
    said
}

/// What it should make of a line that we take to say this.
pub fn expected(command: &Command<'_>) -> Reading {
    let Some(verb) = command.verb() else { return Reading::Unknown };
    let mut said = vec![verb.as_str().to_owned()];
    match command {
        Command::Ehlo(name) | Command::Helo(name) | Command::Lhlo(name) => {
            said.push(name.as_str().to_owned());
        }
        Command::Mail { from, params } => {
            said.push(address(from.mailbox()));
            said.extend(ours(params));
        }
        Command::Rcpt { to, .. } => {
            said.push(address(to.mailbox()));
        }
        Command::Bdat { size, last } => said.extend([size.to_string(), last.to_string()]),
        Command::Auth { initial, .. } => {
            said.push(initial.map_or("", |initial| initial.as_str()).to_owned());
        }
        Command::Etrn(node) => said.push(node.as_str().to_owned()),
        Command::Atrn(domains) => said.extend(domains.iter().map(|domain| domain.to_string())),
        Command::Burl { url, last } => said.extend([url.as_str().to_owned(), last.to_string()]),
        _ => {}
    }
    Reading::Taken(said)
}

/// Without quotes, and nothing at all for no mailbox.
fn address(mailbox: Option<Mailbox<&str>>) -> String {
    let address = |mailbox: Mailbox<&str>| format!("{}@{}", mailbox.unquoted(), mailbox.domain());
    mailbox.map_or_else(String::new, address)
}

fn ours(params: &Params<&str>) -> Vec<String> {
    let mut said = Vec::new();
    if let Ok(Some(body)) = params.value::<BodyType>() {
        said.push(body.to_string());
    }
    if params.has::<SmtpUtf8>() {
        said.push("SMTPUTF8".to_owned());
    }
    if params.has::<RequireTls>() {
        said.push("REQUIRETLS".to_owned());
    }
    if let Ok(Some(ret)) = params.value::<Ret>() {
        said.push(ret.to_string());
    }
    let size = params.value::<Size>().ok().flatten().map_or(0, |Size(size)| size);
    let hold = params.value::<HoldFor>().ok().flatten().map_or(0, HoldFor::seconds);
    said.push(format!("size {size} hold {hold}"));
    let envid = params.value::<EnvId>().ok().flatten();
    said.push(envid.map_or_else(String::new, |envid| envid.text().into_owned()));
    said
}

/// What it makes of octets that may begin with a reply: the code, and how many octets it took.
pub fn reply(octets: &[u8]) -> Reading {
    let mut rest = octets.iter();
    match ResponseReceiver::default().parse(&mut rest) {
        Ok(response) => {
            let taken = octets.len() - rest.as_slice().len();
            Reading::Taken(vec![response.code.to_string(), taken.to_string()])
        }
        Err(Error::NeedsMoreData { .. }) => Reading::Unknown,
        Err(_) => Reading::Refused,
    }
}

/// What it makes of what follows DATA: where it ends, and the content.
pub fn data(octets: &[u8]) -> (Option<usize>, Vec<u8>) {
    let (mut receiver, mut content, mut rest) = (DataReceiver::new(), Vec::new(), octets.iter());
    let done = receiver.ingest(&mut rest, &mut content);
    (done.then(|| octets.len() - rest.as_slice().len()), content)
}
