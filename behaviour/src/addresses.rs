//! How a client finds its server.

use std::io::ErrorKind;
#[cfg(target_os = "linux")]
use std::net::TcpStream;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
#[cfg(target_os = "linux")]
use std::thread;
use std::time::{Duration, Instant};

use smtp_driver::client::{Address, ConnectError, Connector, Target, quit};
#[cfg(unix)]
use smtp_driver::client::{Fate, send};
#[cfg(unix)]
use smtp_driver::server::Listener;
#[cfg(unix)]
use smtp_proto::session::Protocol;
#[cfg(target_os = "linux")]
use socket2::{Domain, SockAddr, Socket, Type};

use crate::World;
use crate::support::{
    Certificate, PATIENCE, another_loopback, connector, ear, millis, nobody, serve, serve_with,
    server_config, start, tell_all,
};
#[cfg(unix)]
use crate::support::{client_config, envelope};

/// Connects, and takes leave at once.
fn call<W: World>(
    connector: &Connector<W::Runtime>,
    server: impl Into<Target>,
) -> Result<(), ConnectError> {
    W::block_on(async {
        let mut conn = connector.connect(server).await?;
        quit(&mut conn).await.unwrap();
        Ok(())
    })
}

pub fn every_address_is_tried<W: World>() {
    let (server, _) = serve::<W>(server_config(), |_| {});
    let (closed, _held) = nobody();
    let mut connector = connector::<W>();
    call::<W>(&connector, &[closed, server.address()][..]).unwrap();

    let error = call::<W>(&connector, &[closed, closed][..]).unwrap_err();
    let ConnectError::Unreachable(attempts) = &error else { panic!("{error}") };
    assert_eq!(attempts.len(), 2);
    assert_eq!(attempts[0].address, Address::Tcp(closed));
    assert_eq!(attempts[0].error.kind(), ErrorKind::ConnectionRefused);
    assert!(error.to_string().contains(&closed.to_string()), "{error}");

    // Those of another family than one's own can't be, and are no failures.
    connector.local_addr = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let ipv6 = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 1));
    call::<W>(&connector, &[ipv6, server.address()][..]).unwrap();
    match call::<W>(&connector, ipv6) {
        Err(ConnectError::Unreachable(attempts)) => assert!(attempts.is_empty()),
        other => panic!("{other:?}"),
    }
    assert_eq!(server.finish().accepted, 2);
}

pub fn a_client_connects_from_where_it_is_told_to<W: World>() {
    let (told, peers) = ear();
    let server = serve_with::<W, _, _>(
        server_config(),
        |_| {},
        move |conn, peer| {
            told.tell(peer);
            tell_all(conn, ear().0)
        },
    );
    let from = another_loopback().unwrap_or(Ipv4Addr::LOCALHOST.into());
    let mut connector = connector::<W>();
    connector.local_addr = Some(from);
    call::<W>(&connector, server.address()).unwrap();
    assert_eq!(peers.next().ip(), Some(from));

    // An address that is nobody's here (RFC 5737).
    connector.local_addr = Some([203, 0, 113, 1].into());
    match call::<W>(&connector, server.address()) {
        Err(ConnectError::Unreachable(attempts)) => {
            assert_eq!(attempts[0].error.kind(), ErrorKind::AddrNotAvailable);
        }
        other => panic!("{other:?}"),
    }
    server.finish();
}

pub fn a_server_may_have_an_ipv6_address<W: World>() {
    let local = SocketAddr::from(([0, 0, 0, 0, 0, 0, 0, 1], 0));
    if TcpListener::bind(local).is_err() {
        return; // not on this machine
    }
    let bind = move || smtp_driver::server::Listener::<W::Runtime>::bind(local, server_config());
    let server = start::<W, _, _, _>(bind, PATIENCE, |conn, _| tell_all(conn, ear().0));
    call::<W>(&connector::<W>(), server.address()).unwrap();
    call::<W>(&connector::<W>(), &*server.name).unwrap();
    assert_eq!(server.finish().accepted, 2);
}

/// Here it is the handshake that is not answered: a connection is made by the system alone.
pub fn an_address_that_is_silent_costs_its_time_and_no_more<W: World>() {
    let certificate = Certificate::of_server();
    let tls = certificate.server();
    let (server, _) = serve::<W>(server_config(), move |listener| {
        listener.tls = Some(tls);
        listener.implicit_tls = true;
    });
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_address = silent.local_addr().unwrap();
    let mut connector = connector::<W>();
    connector.tls = Some(certificate.client());
    connector.implicit_tls = true;
    // Also how long the one that answers may take for it, on a machine that has much else to do.
    let enough = [500, 2000, 8000].into_iter().map(millis).find(|limit| {
        connector.connect_timeout = *limit;
        let began = Instant::now();
        let found = call::<W>(&connector, &[silent_address, server.address()][..]).is_ok();
        took(began, *limit);
        found
    });
    assert!(enough.is_some());
    server.finish();

    connector.connect_timeout = millis(100);
    let began = Instant::now();
    all_time_out(call::<W>(&connector, &[silent_address, silent_address][..]));
    took(began, millis(200));
}

/// Here it is the connection itself: where too many wait to be accepted, further ones are not even
/// refused.
#[cfg(target_os = "linux")]
pub fn an_address_that_does_not_answer_costs_its_time_and_no_more<W: World>() {
    let full = queue(Domain::IPV4, &SocketAddr::from(([127, 0, 0, 1], 0)).into());
    let address = full.local_addr().unwrap().as_socket().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, millis(300)) {
        waiting.push(stream);
    }
    let (server, _) = serve::<W>(server_config(), |_| {});
    let mut connector = connector::<W>();
    connector.connect_timeout = millis(300);
    let began = Instant::now();
    call::<W>(&connector, &[address, server.address()][..]).unwrap();
    took(began, millis(300));
    let began = Instant::now();
    all_time_out(call::<W>(&connector, address));
    took(began, millis(300));
    assert_eq!(server.finish().accepted, 1);
}

/// There is no way to wait in such a queue, so one comes back.
#[cfg(target_os = "linux")]
pub fn a_unix_socket_whose_queue_is_full_is_waited_for<W: World>() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("lmtp");
    let address = SockAddr::unix(&path).unwrap();
    let full = queue(Domain::UNIX, &address);
    let mut waiting = Vec::new();
    loop {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        socket.set_nonblocking(true).unwrap();
        match socket.connect(&address) {
            Ok(()) => waiting.push(socket),
            Err(error) => break assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
    }
    let mut connector = connector::<W>();
    connector.connect_timeout = millis(100);
    let began = Instant::now();
    let full_all_the_time = W::block_on(async { connector.dial_unix(&path).await.map(drop) });
    all_time_out(full_all_the_time);
    took(began, millis(100));

    connector.connect_timeout = PATIENCE;
    let accepting = thread::spawn(move || {
        thread::sleep(millis(100));
        for _ in 0..=waiting.len() {
            full.accept().unwrap();
        }
    });
    W::block_on(async { connector.dial_unix(&path).await.map(drop) }).unwrap();
    accepting.join().unwrap();
}

/// A socket in whose queue there is hardly any room.
#[cfg(target_os = "linux")]
fn queue(domain: Domain, address: &SockAddr) -> Socket {
    let socket = Socket::new(domain, Type::STREAM, None).unwrap();
    socket.bind(address).unwrap();
    socket.listen(1).unwrap();
    socket
}

fn took(began: Instant, least: Duration) {
    let took = began.elapsed();
    assert!(took >= least && took < least + PATIENCE / 2, "{took:?}");
}

fn all_time_out(result: Result<(), ConnectError>) {
    let Err(ConnectError::Unreachable(attempts)) = result else { panic!("{result:?}") };
    for attempt in attempts {
        assert_eq!(attempt.error.kind(), ErrorKind::TimedOut);
    }
}

pub fn names_are_resolved<W: World>() {
    let (server, _) = serve::<W>(server_config(), |_| {});
    let port = server.address().port();
    let connector = connector::<W>();
    // It may have an IPv6 address as well, where nobody listens.
    call::<W>(&connector, format!("localhost:{port}")).unwrap();
    call::<W>(&connector, ("localhost", port)).unwrap();
    call::<W>(&connector, ("127.0.0.1", port)).unwrap();
    assert_eq!(server.finish().accepted, 3);
}

/// Names that no resolver has to be asked for.
pub fn names_that_can_not_be_are_an_error<W: World>() {
    let too_long = format!("{}.example", "x".repeat(64));
    let targets = [Target::from("mx.example.org"), (&*too_long, 25).into(), "".into()];
    for target in targets {
        let error = call::<W>(&connector::<W>(), target).unwrap_err();
        assert!(matches!(error, ConnectError::Resolve(_)), "{error}");
    }
}

/// As it is usual for LMTP.
#[cfg(unix)]
pub fn unix_sockets_have_names_of_their_own<W: World>() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("lmtp");
    let mut config = server_config();
    config.protocol = Protocol::Lmtp;
    let bind = {
        let path = path.clone();
        move || Listener::<W::Runtime, _>::bind_unix(path, config)
    };
    let server = start::<W, _, _, _>(bind, PATIENCE, |conn, _| tell_all(conn, ear().0));
    let mut config = client_config();
    config.protocol = Protocol::Lmtp;
    let connector = Connector::<W::Runtime>::new(config);
    let delivery = W::block_on(async {
        let mut conn = connector.connect_unix(&path).await.unwrap();
        let delivery = send(&mut conn, envelope(), &b"tea\r\n"[..]).await.unwrap();
        quit(&mut conn).await.unwrap();
        delivery
    });
    assert!(matches!(delivery.recipients[0].fate, Fate::Accepted(_)) && delivery.reply.is_none());
    server.finish();

    let nowhere = place.path().join("nowhere");
    let error = W::block_on(async { connector.connect_unix(&nowhere).await.map(drop) });
    let Err(ConnectError::Unreachable(attempts)) = error else { panic!("{error:?}") };
    assert_eq!(attempts[0].address, Address::from(&*nowhere));
    assert_eq!(attempts[0].error.kind(), ErrorKind::NotFound);
}
