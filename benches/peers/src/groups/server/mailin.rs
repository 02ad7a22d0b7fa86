//! mailin's session. It wants whole lines, and says itself which follow DATA.

use std::cell::RefCell;
use std::io;
use std::net::{IpAddr, Ipv4Addr};

use mailin::{Handler, Response, SessionBuilder};

use super::Served;
use crate::corpus::dialogues::Dialogue;
use crate::lines::LineBuffer;

/// Takes everything, and collects content as mail servers do.
struct Keep<'a>(&'a RefCell<&'a mut Served>);

impl Handler for Keep<'_> {
    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.0.borrow_mut().keep(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        self.0.borrow_mut().mails += 1;
        mailin::response::OK
    }
}

pub(super) fn serve(dialogue: &Dialogue, served: &mut Served) {
    let mut output = std::mem::take(&mut served.output);
    {
        let served = RefCell::new(&mut *served);
        let client = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let mut session = SessionBuilder::new("mx.example.org").build(client, Keep(&served));
        let mut lines = LineBuffer::default();
        session.greeting().write_to(&mut output).expect("a vector takes everything");
        for piece in &dialogue.pieces {
            lines.push(piece);
            while let Some(line) = lines.next() {
                let response = session.process(line);
                if response.action != mailin::Action::NoReply {
                    response.write_to(&mut output).expect("a vector takes everything");
                }
            }
        }
    }
    served.output = output;
}
