//! A server that does as it is told.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

/// What it does when it has heard something.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Say(&'static str),
    /// This, octet by octet and slowly, over and over.
    Drip(&'static str),
    Nothing,
    Close,
}

/// Listens on a free port. `behaviour` hears `""` for the connection, then each command, and `.`
/// for content; `None` is the usual answer.
pub(crate) fn serve(
    behaviour: impl Fn(&str) -> Option<Answer> + Send + Clone + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let behaviour = behaviour.clone();
            // Whoever is served sees whatever goes wrong here.
            thread::spawn(move || talk(&stream, behaviour));
        }
    });
    address
}

fn talk(stream: &TcpStream, behaviour: impl Fn(&str) -> Option<Answer>) -> Option<()> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let mut heard = String::new();
    let mut writer = stream;
    loop {
        let verb = heard.get(..4).unwrap_or(&heard).to_ascii_uppercase();
        let usual = match verb.as_str() {
            "" => "220 fake.example\r\n",
            "EHLO" | "LHLO" => "250-fake.example\r\n250 PIPELINING\r\n",
            "DATA" => "354 go on\r\n",
            "QUIT" => "221 bye\r\n",
            _ => "250 2.0.0 fine\r\n",
        };
        let answer = behaviour(&heard).unwrap_or(Answer::Say(usual));
        match answer {
            Answer::Say(reply) => {
                writer.write_all(reply.as_bytes()).ok()?;
                if verb == "QUIT" {
                    return None;
                }
                if reply.starts_with("354") {
                    lines.by_ref().find(|line| line == ".")?;
                    heard = ".".into();
                    continue;
                }
            }
            Answer::Drip(text) => {
                for octet in text.bytes().cycle() {
                    writer.write_all(&[octet]).ok()?;
                    thread::sleep(Duration::from_millis(50));
                }
            }
            Answer::Nothing => {}
            Answer::Close => return None,
        }
        heard = lines.next()?;
    }
}

/// Says that to whoever comes, at once, and listens until they go.
pub(crate) fn serve_octets(octets: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let octets = octets.clone();
            thread::spawn(move || {
                let _ = stream.write_all(&octets);
                let _ = io::copy(&mut stream, &mut io::sink());
            });
        }
    });
    address
}
