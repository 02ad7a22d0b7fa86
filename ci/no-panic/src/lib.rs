//! Everything of smtp-proto that sees the octets of a peer, each behind a symbol of its own and compiled as a
//! whole program. `check.py` looks at what is left of panics in it.
//!
//! Never run. Memory comes from functions that nobody has defined.
#![no_std]

use core::alloc::{GlobalAlloc, Layout};

use bytes::{Buf, Bytes, BytesMut};
use smtp_proto::body::chunk::Chunk;
use smtp_proto::body::dot::{Stuffer, Unstuffed, Unstuffer};
use smtp_proto::body::newline::{Check, Normalizer};
use smtp_proto::body::{BareNewline, Survey};
use smtp_proto::proxy::{Header, ProxyError, Receiver};
use smtp_proto::session::{Act, Phase};
use smtp_proto::syntax::address::{
    AddressLiteral, Domain, ForwardPath, HelloName, Host, Mailbox, ReversePath,
};
use smtp_proto::syntax::capability::{Capabilities, Capability};
use smtp_proto::syntax::command::Command;
use smtp_proto::syntax::datetime::DateTime;
use smtp_proto::syntax::params::Params;
use smtp_proto::syntax::reply::{Class, Code, EnhancedCode, Reply, ReplyLine};
use smtp_proto::syntax::text::Text;
use smtp_proto::syntax::verb::Verb;
use smtp_proto::syntax::{base64, xtext};
use smtp_proto::{Client, Machine, Server, Step, Time, client, server};

/// Says what it was, or else the compiler makes one of all panics.
#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    let line = info.location().map_or(0, core::panic::Location::line);
    unsafe { panicked(line) }
}

struct Memory;

unsafe extern "C" {
    fn panicked(line: u32) -> !;
    fn memory_take(size: usize, align: usize) -> *mut u8;
    fn memory_give(memory: *mut u8, size: usize, align: usize);
}

// SAFETY: never run; who would, had to define the two functions so that they do what is asked.
unsafe impl GlobalAlloc for Memory {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        unsafe { memory_take(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        unsafe { memory_give(memory, layout.size(), layout.align()) }
    }
}

#[global_allocator]
static MEMORY: Memory = Memory;

/// Gives a function a symbol that the linker keeps.
macro_rules! entries {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty $body:block)*) => {
        $(#[unsafe(no_mangle)] pub fn $name($($argument: $type),*) -> $result $body)*
    };
}

entries! {
    entry_command(line: &[u8]) -> bool { Command::parse(line).is_ok() }
    entry_verb(word: &[u8]) -> Option<Verb> { Verb::parse(word) }
    entry_reply(octets: &[u8]) -> bool { Reply::parse(octets).is_ok() }
    entry_reply_line(line: &[u8]) -> bool { ReplyLine::parse(line).is_ok() }
    entry_code(code: u16) -> Option<Code> { Code::new(code) }
    entry_enhanced_code(text: &[u8]) -> Option<EnhancedCode> { EnhancedCode::parse(text) }
    entry_capability(line: &[u8]) -> bool { Capability::parse(line).is_some() }
    entry_capabilities(reply: &Reply) -> bool { Capabilities::from_reply(reply).iter().next().is_some() }
    entry_hello_name(text: &str) -> bool { HelloName::parse(text).is_ok() }
    entry_host(text: &str) -> bool { Host::parse(text).is_ok() }
    entry_domain(text: &str) -> bool { Domain::parse(text).is_ok() }
    entry_address_literal(text: &str) -> bool { AddressLiteral::parse(text).is_ok() }
    entry_mailbox(text: &str) -> bool { Mailbox::parse(text).is_ok() }
    entry_reverse_path(text: &str) -> bool { ReversePath::parse(text).is_ok() }
    entry_forward_path(text: &str) -> bool { ForwardPath::parse(text).is_ok() }
    entry_params(text: &str) -> bool { Params::parse(text).is_ok() }
    entry_text(text: &str) -> bool { Text::new(text).is_ok() }
    entry_date_time(text: &str) -> bool { DateTime::parse(text).is_some() }
    entry_base64_decode(text: &[u8]) -> bool { base64::decode(text).is_ok() }
    entry_base64_encode(data: &[u8], out: &mut BytesMut) -> () { base64::encode(data, out) }
    entry_xtext_decode(text: &str) -> bool { xtext::decode(text).is_ok() }
    entry_session(phase: Phase, act: Act, class: Class) -> Option<Phase> { phase.next(act, class) }
    entry_unstuff(unstuffer: &mut Unstuffer, data: &mut [u8]) -> Unstuffed { unstuffer.decode(data) }
    entry_stuff(stuffer: &mut Stuffer, piece: Bytes, out: &mut alloc::vec::Vec<u8>) -> Result<(), BareNewline> {
        stuffer.stuff(piece, out)
    }
    entry_chunk(chunk: &mut Chunk, octets: usize) -> usize { chunk.take(octets) }
    entry_newline_check(check: &mut Check, piece: &[u8]) -> bool { check.push(piece).is_ok() }
    entry_newline_normalize(normalizer: &mut Normalizer, piece: Bytes) -> Bytes { normalizer.push(piece) }
    entry_survey(survey: &mut Survey, piece: &[u8]) -> () { survey.push(piece) }
    entry_proxy_space(receiver: &mut Receiver) -> usize { receiver.space().len() }
    entry_proxy_commit(receiver: &mut Receiver, octets: usize) -> Result<Option<Header>, ProxyError> {
        receiver.commit(octets)
    }
    entry_server_space(server: &mut Server) -> usize { server.inbox().space().len() }
    entry_server_commit(server: &mut Server, octets: usize) -> () { server.inbox().commit(octets) }
    entry_server_poll(server: &mut Server, now: Time) -> Step<server::Event> { server.poll(now) }
    entry_server_accept(server: &mut Server) -> bool { server.accept().is_ok() }
    entry_server_reject(server: &mut Server, refusal: server::Refusal) -> bool { server.reject(refusal).is_ok() }
    entry_server_written(server: &mut Server, octets: usize) -> () { server.outbox().advance(octets) }
    entry_client_space(client: &mut Client) -> usize { client.inbox().space().len() }
    entry_client_commit(client: &mut Client, octets: usize) -> () { client.inbox().commit(octets) }
    entry_client_poll(client: &mut Client, now: Time) -> Step<client::Event> { client.poll(now) }
    entry_client_body(client: &mut Client, piece: Bytes) -> bool { client.body(piece).is_ok() }
    entry_client_finish(client: &mut Client) -> bool { client.finish().is_ok() }
    entry_client_written(client: &mut Client, octets: usize) -> () { client.outbox().advance(octets) }
}

extern crate alloc;
