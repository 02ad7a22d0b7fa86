//! The header by which a balancer says who the client is.

use std::future::poll_fn;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::task::{Poll, ready};
use std::time::Duration;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use smtp_proto::proxy::{DEFAULT_LIMIT, Header, ProxyError, Receiver};
use thiserror::Error as ThisError;

use super::Peer;
use crate::{Clock, PollRead, within};

/// That every connection begins with a header of the PROXY protocol, version 1 or 2, before TLS
/// and before the greeting.
///
/// What such a header says can't be verified, so whoever may send one may be anybody: only
/// balancers are to be trusted, and the listener is to be reached through them alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyPolicy {
    /// Where balancers are. Others are told 421, or closed at once with implicit TLS.
    /// Connections over unix-domain sockets are trusted.
    pub trusted: Vec<IpNet>,
    /// How long the header may take: 10 seconds, unless set.
    pub timeout: Duration,
    /// Octets of the variable part of a version 2 header that are taken.
    pub limit: usize,
}

impl ProxyPolicy {
    /// With balancers at these networks.
    pub fn new(trusted: impl IntoIterator<Item = IpNet>) -> Self {
        Self {
            trusted: trusted.into_iter().collect(),
            timeout: Duration::from_secs(10),
            limit: DEFAULT_LIMIT,
        }
    }

    /// With a balancer on this machine.
    #[must_use]
    pub fn loopback() -> Self {
        let ipv4 = Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8);
        let ipv6 = Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128);
        Self::new([ipv4.into(), ipv6.into()])
    }

    pub(super) fn trusts(&self, peer: &Peer) -> bool {
        peer.socket.is_none_or(|address| {
            let address = address.ip().to_canonical();
            self.trusted.iter().any(|network| network.contains(&address))
        })
    }

    /// Reads the header and nothing behind it. `None`: the connection was closed at once, as health
    /// checks do.
    pub(super) async fn receive(
        &self,
        transport: &mut impl PollRead,
        clock: &mut impl Clock,
    ) -> Result<Option<Header>, ProxyFailure> {
        let mut receiver = Receiver::with_limit(self.limit);
        let header = poll_fn(|cx| {
            loop {
                let octets = match ready!(transport.poll_read(cx, receiver.space())) {
                    Ok(0) if receiver.is_untouched() => return Poll::Ready(Ok(None)),
                    Ok(0) => return Poll::Ready(Err(ProxyError::Truncated.into())),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    result => result?,
                };
                if let Some(header) = receiver.commit(octets)? {
                    return Poll::Ready(Ok(Some(header)));
                }
            }
        });
        within(clock, self.timeout, header).await.unwrap_or(Err(ProxyFailure::Timeout))
    }
}

/// Why a connection without a PROXY header was closed.
#[derive(Debug, ThisError)]
#[non_exhaustive]
pub enum ProxyFailure {
    /// It is no header, or none that is taken.
    #[error(transparent)]
    Header(#[from] ProxyError),
    /// It did not come in time.
    #[error("the PROXY header did not come in time")]
    Timeout,
    /// The connection failed.
    #[error("the connection failed before the end of the PROXY header: {0}")]
    Io(#[from] io::Error),
}

#[cfg(test)]
mod tests {
    use super::{Peer, ProxyPolicy};

    #[test]
    fn trusts_whom_it_is_told_to() {
        let peer = |address: &str| Peer::new(Some(address.parse().unwrap()));
        let policy = ProxyPolicy::loopback();
        for trusted in ["127.0.0.1:1", "127.8.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(policy.trusts(&peer(trusted)), "{trusted}");
        }
        assert!(policy.trusts(&Peer::new(None)));
        for other in ["128.0.0.1:1", "[::2]:1"] {
            assert!(!policy.trusts(&peer(other)), "{other}");
        }
        let policy = ProxyPolicy::new(["192.0.2.0/24".parse().unwrap()]);
        assert!(policy.trusts(&peer("192.0.2.9:1")));
        assert!(!policy.trusts(&peer("127.0.0.1:1")));
    }
}
