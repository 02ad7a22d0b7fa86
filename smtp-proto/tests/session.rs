//! Walks the session table: every act in every phase, with every class of reply, against
//! `golden/session.txt`.
//!
//! Where the table is meant to change, the test prints what the file has to become.

use std::fmt::Write as _;
use std::path::Path;

use smtp_proto::session::{Act, Forgets, Phase};
use smtp_proto::syntax::reply::Class;
use smtp_proto::syntax::verb::Verb;

const ACTS: [Act; 19] = [
    Act::Greeting,
    Act::Hello,
    Act::Mail,
    Act::Rcpt,
    Act::Data,
    Act::Content,
    Act::Chunk,
    Act::LastChunk,
    Act::Rset,
    Act::Query,
    Act::Quit,
    Act::StartTls,
    Act::Handshake,
    Act::Auth,
    Act::AuthResponse,
    Act::Etrn,
    Act::Atrn,
    Act::XClient,
    Act::XForward,
];

const CLASSES: [Class; 4] =
    [Class::Positive, Class::Intermediate, Class::Transient, Class::Permanent];

#[test]
fn the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/session.txt");
    let golden = std::fs::read_to_string(path).unwrap();
    let comments = golden.lines().take_while(|line| line.starts_with('#'));
    let head: String = comments.flat_map(|line| [line, "\n"]).collect();
    let table = table();
    let expected = golden.strip_prefix(&head).unwrap();
    for (found, line) in table.lines().zip(expected.lines()) {
        assert_eq!(found, line, "the whole table:\n{table}");
    }
    assert_eq!(table.lines().count(), expected.lines().count());
}

fn table() -> String {
    let mut table = String::new();
    for phase in Phase::ALL {
        table.push('\n');
        for act in ACTS {
            let next = CLASSES.map(|class| match phase.next(act, class) {
                Some(next) => format!("{next:?}"),
                None => "-".into(),
            });
            let [positive, intermediate, transient, permanent] = next;
            let line = format!(
                "{:<9}{:<14}{positive:<9}{intermediate:<9}{transient:<9}{permanent}",
                format!("{phase:?}"),
                format!("{act:?}"),
            );
            writeln!(table, "{}", line.trim_end()).unwrap();
        }
    }
    table
}

/// The rules once more, by act and not by phase, from the texts of the RFCs: where an act is in sequence,
/// and where its reply leads.
#[expect(clippy::match_same_arms, reason = "each rule has its own line")]
fn stated(phase: Phase, act: Act, class: Class) -> Option<Phase> {
    use Phase::{Auth, Chunks, Closed, Connect, Data, Failed, Greeted, Mail, Rcpt, Ready};
    use Phase::{Refused, Tls, Turned};
    let positive = class == Class::Positive;
    let intermediate = class == Class::Intermediate;
    let commands = [Greeted, Ready, Mail, Rcpt, Chunks, Failed];
    let (places, next): (&[Phase], Phase) = match act {
        // RFC 5321 sections 3.1 and 4.3.1.
        Act::Greeting => (&[Connect], if positive { Greeted } else { Refused }),
        // Sections 4.1.1.6 to 4.1.1.9 and 4.1.4: at any time.
        Act::Query => (&commands, phase),
        Act::Quit if phase == Refused => (&[Refused], Closed),
        Act::Quit => (&commands, Closed),
        Act::Hello => (&commands, if positive { Ready } else { phase }),
        Act::Rset => (&commands, if positive && phase != Greeted { Ready } else { phase }),
        // Sections 3.3 and 4.1.4: MAIL, RCPT, DATA, in this order; 355 is RFC 1845.
        Act::Mail if intermediate => (&[Ready], Rcpt),
        Act::Mail => (&[Ready], if positive { Mail } else { Ready }),
        Act::Rcpt => (&[Mail, Rcpt], if positive { Rcpt } else { phase }),
        Act::Data => (&[Mail, Rcpt], if intermediate { Data } else { phase }),
        Act::Content => (&[Data], Ready),
        // RFC 3030 section 2: in the place of DATA, and after a refusal nothing but RSET helps.
        Act::Chunk if phase == Mail => (&[Mail], Mail),
        Act::Chunk if phase == Failed => (&[Failed], Failed),
        Act::Chunk => (&[Rcpt, Chunks], if positive { Chunks } else { Failed }),
        Act::LastChunk if phase == Mail => (&[Mail], Mail),
        Act::LastChunk => (&[Rcpt, Chunks, Failed], Ready),
        // RFC 3207 section 4.
        Act::StartTls => (&[Ready], if positive { Tls } else { Ready }),
        Act::Handshake => (&[Tls], if positive { Greeted } else { Closed }),
        // RFC 4954 section 4.
        Act::Auth => (&[Ready], if intermediate { Auth } else { Ready }),
        Act::AuthResponse => (&[Auth], if intermediate { Auth } else { Ready }),
        // RFC 1985, RFC 2645 section 5.2.1; XFORWARD and XCLIENT as Postfix has them.
        Act::Etrn | Act::XForward => (&[Ready], Ready),
        Act::Atrn => (&[Ready], if positive { Turned } else { Ready }),
        Act::XClient => (&[Greeted, Ready], if positive { Greeted } else { phase }),
    };
    places.contains(&phase).then_some(next)
}

#[test]
fn the_table_says_what_the_rfcs_say() {
    let mut compared = 0;
    for phase in Phase::ALL {
        for act in ACTS {
            for class in CLASSES {
                compared += 1;
                let next = phase.next(act, class);
                assert_eq!(next, stated(phase, act, class), "{phase:?} {act:?} {class:?}");
            }
        }
    }
    println!("{compared} entries of the table compared");
    assert_eq!(compared, 13 * 19 * 4);
}

#[test]
fn what_is_out_of_sequence_is_so_whatever_the_reply() {
    for phase in Phase::ALL {
        for act in ACTS {
            let permitted = CLASSES.map(|class| phase.next(act, class).is_some());
            assert_eq!(permitted, [phase.permits(act); 4], "{phase:?} {act:?}");
        }
    }
}

#[test]
fn a_refusal_of_either_kind_leads_to_the_same() {
    for phase in Phase::ALL {
        for act in ACTS {
            let next = phase.next(act, Class::Transient);
            assert_eq!(next, phase.next(act, Class::Permanent), "{phase:?} {act:?}");
        }
    }
}

/// Every phase can be reached, and from every phase the end can.
#[test]
fn no_phase_is_an_island() {
    let reach = |from: Phase| {
        let mut seen = vec![from];
        let mut at = 0;
        while let Some(&phase) = seen.get(at) {
            at += 1;
            for act in ACTS {
                let next = CLASSES.iter().filter_map(|&class| phase.next(act, class));
                for next in next {
                    if !seen.contains(&next) {
                        seen.push(next);
                    }
                }
            }
        }
        seen
    };
    let reached = reach(Phase::Connect);
    for phase in Phase::ALL {
        assert!(reached.contains(&phase), "{phase:?} can't be reached");
        let ends = [Phase::Closed, Phase::Turned];
        assert!(ends.iter().any(|end| reach(phase).contains(end)), "{phase:?} leads nowhere");
    }
    assert_eq!(reach(Phase::Closed), [Phase::Closed]);
    assert_eq!(reach(Phase::Turned), [Phase::Turned]);
}

/// What ends a transaction is what makes both sides forget it.
#[test]
fn whatever_leaves_a_transaction_by_success_forgets_it() {
    for phase in Phase::ALL.into_iter().filter(|phase| phase.in_transaction()) {
        for act in ACTS {
            let Some(next) = phase.next(act, Class::Positive) else { continue };
            if !next.in_transaction() {
                assert!(Forgets::after(act).transaction, "{phase:?} {act:?}");
            }
        }
    }
}

#[test]
fn what_is_forgotten() {
    for act in ACTS {
        let forgets = Forgets::after(act);
        let transaction = matches!(
            act,
            Act::Hello
                | Act::Rset
                | Act::Content
                | Act::LastChunk
                | Act::Quit
                | Act::Handshake
                | Act::XClient
        );
        assert_eq!(forgets.transaction, transaction, "{act:?}");
        let hello = matches!(act, Act::Hello | Act::Handshake | Act::XClient);
        assert_eq!(forgets.hello, hello, "{act:?}");
        let identity = matches!(act, Act::Handshake | Act::XClient);
        assert_eq!(forgets.identity, identity, "{act:?}");
    }
}

#[test]
fn the_act_of_each_verb() {
    let verbs = [
        (Verb::Ehlo, Act::Hello),
        (Verb::Helo, Act::Hello),
        (Verb::Lhlo, Act::Hello),
        (Verb::Mail, Act::Mail),
        (Verb::Rcpt, Act::Rcpt),
        (Verb::Data, Act::Data),
        (Verb::Bdat, Act::Chunk),
        (Verb::Rset, Act::Rset),
        (Verb::Noop, Act::Query),
        (Verb::Quit, Act::Quit),
        (Verb::Vrfy, Act::Query),
        (Verb::Expn, Act::Query),
        (Verb::Help, Act::Query),
        (Verb::StartTls, Act::StartTls),
        (Verb::Auth, Act::Auth),
        (Verb::Etrn, Act::Etrn),
        (Verb::Burl, Act::Chunk),
        (Verb::Atrn, Act::Atrn),
        (Verb::XClient, Act::XClient),
        (Verb::XForward, Act::XForward),
    ];
    for (verb, act) in verbs {
        assert_eq!(Act::of(verb), act, "{verb:?}");
    }
}
