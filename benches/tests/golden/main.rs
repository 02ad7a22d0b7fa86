//! What sessions cost, as far as it can be counted exactly: the same on every machine with pointers of
//! 64 bits, optimised or not. The tables are in `golden/`; whoever changes what something costs, for
//! better or worse, records it with `SMTP_BENCHES_WRITE=1 cargo test -p smtp-benches --test golden`.
#![cfg(target_pointer_width = "64")]

mod calls;
mod carry;
mod pipe;
mod table;

use smtp_benches::corpora::sessions::{self, Session};
use table::Table;

/// How many more messages are sent to find out what each of them costs.
const MORE: usize = 10;

const MACHINES: &str = "\
What six sessions cost the two machines, each with nothing but the other behind boxes of octets.
`session` is all of it, from the greeting to QUIT; `+1` is one more message over the same connection.

polls        calls of `poll`
events       those that brought an event
allocations  calls of the allocator, to grow as well, while a machine was polled, answered, read into or
             written from; envelopes and content are the caller's
allocated    octets these asked for
read         octets put into the inbox
moved        octets of them that were somewhere else when the next read came: seen by their address
written      octets taken from the outbox
shared       octets of content that stayed in place, by their address: the server handed them on within
             the storage they were read into, the client wrote them from that of its caller
copied       server: the other octets of content; client: the other octets written, which are commands,
             dots and what is too small to be shared
";

const DRIVER: &str = "\
What the same sessions cost in calls of a stream, through `smtp-driver`, over a pipe that takes 64 KiB. The
sides take turns: one runs until it has to wait for the other.

reads        calls of `poll_read` that brought something
waits        those that did not
writes       calls of `poll_write_vectored`
slices       slices that these were given
flushes      calls of `poll_flush`
";

/// Rows for both sides: all of each session, and what one more message costs.
fn rows<const N: usize>(
    name: &str,
    doc: &str,
    run: impl Fn(&Session) -> [[u64; N]; 2],
    columns: [&str; N],
) {
    let mut table = Table::new(doc, columns);
    for session in sessions::typical() {
        let all = run(&session);
        let more = run(&session.clone().times(session.messages + MORE));
        for (side, (all, more)) in ["client", "server"].iter().zip(all.into_iter().zip(more)) {
            table.row([session.name, side, "session"], all, 1);
            let mut further = all;
            for (further, more) in further.iter_mut().zip(more) {
                *further = more.checked_sub(*further).expect("more messages cost more");
            }
            table.row([session.name, side, "+1"], further, MORE as u64);
        }
    }
    table.compare(name);
}

#[test]
fn machines() {
    let columns = [
        "polls",
        "events",
        "allocations",
        "allocated",
        "read",
        "moved",
        "written",
        "shared",
        "copied",
    ];
    rows("machines", MACHINES, carry::run, columns);
}

#[test]
fn driver() {
    rows("driver", DRIVER, calls::run, ["reads", "waits", "writes", "slices", "flushes"]);
}
