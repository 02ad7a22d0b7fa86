//! A transport that is in the clear until it is asked to be otherwise.

use std::fmt;
use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use smtp_proto::Tls;

use crate::{PollRead, Stream, Transport};

/// A handshake under way: ready with the encrypted transport and what is known of the encryption.
pub type Handshake<S> = Pin<Box<dyn Future<Output = io::Result<(S, Tls)>> + Send>>;

/// How a transport in the clear becomes an encrypted one.
///
/// For TLS by rustls this is done, by `tls::Rustls`. For any other library
/// give an [`UpgradeWith`] to [`Upgradable::new`].
pub trait Upgrade<T> {
    /// What comes of it.
    type Secure: Transport;

    /// Begins the handshake.
    fn begin(self, transport: T) -> Handshake<Self::Secure>;
}

/// Encryption by a function that takes the transport in the clear and returns a future.
///
/// ```
/// use std::future::{Ready, ready};
/// use std::io;
/// # use std::task::{Context, Poll};
/// # use smtp_driver::{PollRead, Transport};
/// use smtp_driver::{Upgradable, UpgradeWith};
/// use smtp_proto::Tls;
///
/// # struct Plain;
/// # impl PollRead for Plain {
/// #     fn poll_read(&mut self, _: &mut Context<'_>, _: &mut [u8]) -> Poll<io::Result<usize>> { Poll::Ready(Ok(0)) }
/// # }
/// # impl Transport for Plain {
/// #     fn poll_write_vectored(&mut self, _: &mut Context<'_>, _: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> { Poll::Pending }
/// #     fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> { Poll::Pending }
/// #     fn poll_shutdown(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> { Poll::Pending }
/// # }
/// // What a hardware module, a tunnel or another TLS library would do.
/// fn shake_hands(plain: Plain) -> Ready<io::Result<(Plain, Tls)>> {
///     ready(Ok((plain, Tls::default())))
/// }
/// let stream = Upgradable::new(Plain, UpgradeWith(shake_hands));
/// # let _ = stream;
/// ```
pub struct UpgradeWith<F>(pub F);

impl<T, S, F, H> Upgrade<T> for UpgradeWith<F>
where
    S: Transport,
    F: FnOnce(T) -> H,
    H: Future<Output = io::Result<(S, Tls)>> + Send + 'static,
{
    type Secure = S;

    fn begin(self, transport: T) -> Handshake<S> {
        Box::pin(self.0(transport))
    }
}

/// No encryption: who asks for it gets an error.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoUpgrade;

impl<T: Transport> Upgrade<T> for NoUpgrade {
    type Secure = T;

    fn begin(self, _: T) -> Handshake<T> {
        Box::pin(async { Err(not_configured()) })
    }
}

/// A transport in the clear, and how to encrypt it: a [`Stream`].
pub struct Upgradable<T, U: Upgrade<T>>(State<T, U>);

/// What is large is boxed: most connections of a server wait in the clear.
enum State<T, U: Upgrade<T>> {
    Plain(T, U),
    Handshake(Handshake<U::Secure>),
    Secure(Box<U::Secure>),
    /// A handshake failed.
    Broken,
}

impl<T, U: Upgrade<T>> Upgradable<T, U> {
    /// In the clear, until a handshake.
    pub fn new(transport: T, upgrade: U) -> Self {
        Self(State::Plain(transport, upgrade))
    }

    /// The transport, as long as it is in the clear.
    pub fn as_plain(&self) -> Option<&T> {
        if let State::Plain(transport, _) = &self.0 { Some(transport) } else { None }
    }

    /// The transport, once it is encrypted.
    pub fn as_secure(&self) -> Option<&U::Secure> {
        if let State::Secure(transport) = &self.0 { Some(transport) } else { None }
    }
}

impl<T: Transport, U: Upgrade<T>> Upgradable<T, U> {
    /// Shakes hands now, as implicit TLS wants it (RFC 8314). Cancel-safe.
    ///
    /// What it returns is for [`Machine::upgraded`](smtp_proto::Machine::upgraded).
    pub async fn handshake(&mut self) -> io::Result<Tls> {
        poll_fn(|cx| self.poll_upgrade(cx)).await
    }

    fn transport(&mut self) -> io::Result<&mut dyn Transport> {
        match &mut self.0 {
            State::Plain(transport, _) => Ok(transport),
            State::Secure(transport) => Ok(&mut **transport),
            State::Handshake(_) | State::Broken => Err(not_usable()),
        }
    }
}

impl<T: Transport, U: Upgrade<T>> PollRead for Upgradable<T, U> {
    fn poll_read(&mut self, cx: &mut Context<'_>, space: &mut [u8]) -> Poll<io::Result<usize>> {
        self.transport()?.poll_read(cx, space)
    }
}

impl<T: Transport, U: Upgrade<T>> Transport for Upgradable<T, U> {
    fn poll_write_vectored(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.transport()?.poll_write_vectored(cx, slices)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.transport()?.poll_flush(cx)
    }

    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.transport()?.poll_shutdown(cx)
    }
}

impl<T: Transport, U: Upgrade<T>> Stream for Upgradable<T, U> {
    fn poll_upgrade(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Tls>> {
        self.0 = match mem::replace(&mut self.0, State::Broken) {
            State::Plain(transport, upgrade) => State::Handshake(upgrade.begin(transport)),
            State::Secure(_) => {
                return Poll::Ready(Err(io::Error::other("TLS is active already")));
            }
            state => state,
        };
        let State::Handshake(handshake) = &mut self.0 else {
            return Poll::Ready(Err(not_usable()));
        };
        let Poll::Ready(result) = handshake.as_mut().poll(cx) else { return Poll::Pending };
        self.0 = State::Broken;
        Poll::Ready(result.map(|(secure, tls)| {
            self.0 = State::Secure(Box::new(secure));
            tls
        }))
    }
}

pub(crate) fn not_configured() -> io::Error {
    io::Error::other("TLS is wanted, but there is no configuration for it")
}

fn not_usable() -> io::Error {
    io::Error::new(io::ErrorKind::NotConnected, "the stream is in or behind a TLS handshake")
}

impl<T, U: Upgrade<T>> fmt::Debug for Upgradable<T, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            State::Plain(..) => "Plain",
            State::Handshake(_) => "Handshake",
            State::Secure(_) => "Secure",
            State::Broken => "Broken",
        })
    }
}
