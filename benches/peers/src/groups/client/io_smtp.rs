//! io-smtp's coroutines.

use io_smtp::coroutine::{SmtpCoroutine, SmtpCoroutineState, SmtpYield};
use io_smtp::message::{SmtpMessageSend, SmtpMessageSendOptions};
use io_smtp::rfc5321::ehlo::SmtpEhlo;
use io_smtp::rfc5321::greeting::SmtpGreetingGet;
use io_smtp::rfc5321::{
    SmtpDomain, SmtpEhloDomain, SmtpForwardPath, SmtpLocalPart, SmtpMailbox, SmtpReversePath,
};

use super::answering::Answering;
use super::senders::Send;

fn mailbox(local: &'static str, domain: &'static str) -> SmtpMailbox<'static> {
    SmtpMailbox {
        local_part: SmtpLocalPart(local.into()),
        domain: SmtpEhloDomain::SmtpDomain(SmtpDomain(domain.into())),
    }
}

/// The loop that its documentation shows.
fn run<T, E: std::fmt::Debug>(
    mut coroutine: impl SmtpCoroutine<Yield = SmtpYield, Return = Result<T, E>>,
    server: &mut Answering,
    buffer: &mut [u8],
) -> T {
    let mut read = None;
    loop {
        match coroutine.resume(read.take().map(|n| &buffer[..n])) {
            SmtpCoroutineState::Yielded(SmtpYield::WantsWrite(octets)) => server.heard(&octets),
            SmtpCoroutineState::Yielded(SmtpYield::WantsRead) => {
                let said = server.said();
                let n = said.len().min(buffer.len());
                buffer[..n].copy_from_slice(&said[..n]);
                server.advance(n);
                read = Some(n);
            }
            SmtpCoroutineState::Complete(result) => return result.expect("it is accepted"),
        }
    }
}

pub(super) fn sender(content: &[u8]) -> Send {
    let content = content.to_vec();
    Box::new(move |mut server, mails| {
        let mut buffer = [0; 4096];
        run(SmtpGreetingGet::new(), &mut server, &mut buffer);
        let hello = SmtpEhloDomain::SmtpDomain(SmtpDomain("client.example.org".into()));
        run(SmtpEhlo::new(hello), &mut server, &mut buffer);
        for _ in 0..mails {
            let send = SmtpMessageSend::new(
                SmtpReversePath::SmtpMailbox(mailbox("alice", "example.org")),
                [SmtpForwardPath(mailbox("bob", "example.net"))],
                content.clone(),
                SmtpMessageSendOptions::default(),
            );
            run(send, &mut server, &mut buffer);
        }
        server
    })
}
