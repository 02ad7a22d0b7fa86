//! The server, from its start to its end.

use std::convert::Infallible;
use std::fmt::Display;
use std::future::{Future, poll_fn};
use std::io::{self, Write};
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use async_channel::Receiver;
use smtp_driver::server::{Accept, Listener, Statistics};
use smtp_driver::{Drain, DrainWatch, Runtime, within};
use tracing::{info, warn};

use super::Host;
use super::args::Args;
use super::certificate::Certificate;
use super::discard::discard;
use super::failure::{Failure, exit};
use super::listen::Listen;
#[cfg(unix)]
use super::listen::Name;
use super::offers::Offering;
use super::session::{Service, converse};
use super::signals::{Orders, Signals};
use super::store::Store;
use crate::incidents;

/// How long transactions in progress may go on after the signal to stop.
pub(super) const GRACE: Duration = Duration::from_secs(30);

/// How long conversations may take, once they are dropped, to remove what they have begun.
const LAST_MOMENT: Duration = Duration::from_millis(500);

pub(super) async fn run<H: Host>(args: Args) -> Result<(), Failure> {
    // First of all, so that no signal finds us without.
    let signals = Signals::catch(args.tls_files().is_some()).map_err(system("signals"))?;
    let config = args.config().map_err(|e| Failure::new(exit::USAGE, "--hostname", e))?;
    let config = Arc::new(config);
    let offering = Offering::new(Arc::clone(&config), args.offers.clone());
    let certificate = args
        .tls_files()
        .map(Certificate::read)
        .transpose()
        .map_err(|e| Failure::new(exit::CONFIG, "cannot use the certificate", e))?;
    let store = args.dir.as_deref().map(open).transpose()?;
    let unavailable =
        |e| Failure::new(exit::UNAVAILABLE, format!("cannot listen on {}", args.listen), e);
    let server = Server { args: &args, certificate, store, offering, signals };
    match &args.listen {
        Listen::Tcp(address) => {
            let listener = Listener::<H::Runtime>::bind(address, config).map_err(unavailable)?;
            let address = listener.local_addr().map_err(system("cannot tell the own address"))?;
            server.run::<H, _>(listener, address).await
        }
        #[cfg(unix)]
        Listen::Unix(path) => {
            let bind = |path: &_| Listener::<H::Runtime, _>::bind_unix(path, Arc::clone(&config));
            let (listener, _name) = Name::bind(path, bind).map_err(unavailable)?;
            server.run::<H, _>(listener, &args.listen).await
        }
    }
}

fn open(dir: &Path) -> Result<Store, Failure> {
    Store::open(dir).map_err(|e| {
        let what = format!("cannot keep messages in {}", dir.display());
        Failure::new(exit::CANNOT_CREATE, what, e)
    })
}

fn system(what: &str) -> impl Fn(io::Error) -> Failure {
    move |error| Failure::new(exit::SYSTEM, what, error)
}

/// A server, but for its socket.
struct Server<'a> {
    args: &'a Args,
    certificate: Option<Certificate>,
    /// Where messages are kept; none if they are thrown away.
    store: Option<Store>,
    offering: Offering,
    signals: Signals,
}

impl Server<'_> {
    async fn run<H: Host, L: Accept>(
        self,
        mut listener: Listener<H::Runtime, L>,
        address: impl Display,
    ) -> Result<(), Failure> {
        listener.tls = self.certificate.as_ref().map(|certificate| certificate.tls.clone());
        listener.implicit_tls = self.args.implicit_tls;
        listener.max_connections = self.args.max_connections;
        listener.max_per_address = self.args.max_per_address;
        listener.proxy = self.args.proxy();
        listener.observer = incidents::observer();
        listener.config_for = Box::new(move |peer| self.offering.to(peer).map(Arc::new));

        let users = self.args.users().map_err(system("no random numbers"))?;
        let (drain, stop) = Drain::new();
        let orders = Orders::new(drain, self.certificate);
        self.signals.obey(orders).map_err(system("cannot wait for signals"))?;
        // For whoever started us on port 0 and has to know. It may have closed its end.
        let _ =
            writeln!(io::stdout(), "listening on {address}").and_then(|()| io::stdout().flush());

        // Nothing is said on it: it is closed when the last conversation is over.
        let (present, all_gone) = async_channel::bounded::<Infallible>(1);
        let served = if let Some(store) = self.store {
            let service = Arc::new(Service { store, users });
            let handler = move |conn, peer| {
                let (service, present) = (Arc::clone(&service), present.clone());
                async move {
                    converse::<H, _, _>(service, conn, peer).await;
                    drop(present);
                }
            };
            unless_cut(listener.serve(handler, stop.clone(), GRACE), stop).await
        } else {
            warn!("messages are accepted and thrown away");
            let users = Arc::new(users);
            let handler = move |conn, _| discard(Arc::clone(&users), conn);
            // There is nothing to be removed, so nobody is waited for.
            drop(present);
            unless_cut(listener.serve(handler, stop.clone(), GRACE), stop).await
        };
        match served {
            Some(statistics) => {
                if statistics.aborted > 0 {
                    warn!("{} connections were not over in time and cut off", statistics.aborted);
                }
                info!("stopped after {} connections", statistics.accepted);
            }
            None => leave::<H::Runtime>(&all_gone).await,
        }
        Ok(())
    }
}

/// The server's end; none if it is dropped because everything is to end at once.
async fn unless_cut(
    server: impl Future<Output = Statistics>,
    mut stop: DrainWatch,
) -> Option<Statistics> {
    let mut server = pin!(server);
    poll_fn(|cx| match server.as_mut().poll(cx) {
        Poll::Ready(statistics) => Poll::Ready(Some(statistics)),
        Poll::Pending => stop.poll_cut(cx).map(|()| None),
    })
    .await
}

/// Lets conversations that were dropped remove what they have begun.
async fn leave<R: Runtime>(all_gone: &Receiver<Infallible>) {
    within(&mut R::Clock::default(), LAST_MOMENT, all_gone.recv()).await;
}
