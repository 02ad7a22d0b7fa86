//! lettre at the other end of the interoperability tests: a job in JSON is a line of standard input,
//! and what came of it a line of standard output.

use std::error::Error;
use std::fs;
use std::io::{self, BufRead};
use std::path::PathBuf;

use lettre::address::{Address, Envelope};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{SmtpTransport, Transport};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Job {
    port: u16,
    mode: String,
    mechanism: String,
    user: String,
    password: String,
    ca: PathBuf,
    from: String,
    to: Vec<String>,
    file: PathBuf,
    count: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", lettre_version());
    for line in io::stdin().lock().lines() {
        let answer = match run(&serde_json::from_str(&line?)?) {
            Ok(()) => json!({"refused": []}),
            Err(error) => json!({"error": chain(&*error)}),
        };
        println!("{answer}");
    }
    Ok(())
}

/// Of the lock file, as lettre does not tell.
fn lettre_version() -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let behind = lock.split("name = \"lettre\"\nversion = \"").nth(1);
    behind.and_then(|text| text.split('"').next()).unwrap_or("unknown")
}

fn run(job: &Job) -> Result<(), Box<dyn Error>> {
    let message = fs::read(&job.file)?;
    let to: Result<Vec<Address>, _> = job.to.iter().map(|to| to.parse()).collect();
    let envelope = Envelope::new(Some(job.from.parse()?), to?)?;
    let transport = transport(job)?;
    for _ in 0..job.count {
        transport.send_raw(&envelope, &message)?;
    }
    Ok(())
}

fn transport(job: &Job) -> Result<SmtpTransport, Box<dyn Error>> {
    let tls = || -> Result<TlsParameters, Box<dyn Error>> {
        let ca = Certificate::from_pem(&fs::read(&job.ca)?)?;
        let parameters = TlsParameters::builder("127.0.0.1".into());
        let parameters = parameters.certificate_store(CertificateStore::None);
        Ok(parameters.add_root_certificate(ca).build()?)
    };
    let builder = SmtpTransport::builder_dangerous("127.0.0.1")
        .port(job.port)
        .hello_name(ClientId::Domain("client.example.org".into()))
        .pool_config(PoolConfig::new().max_size(2))
        .tls(match job.mode.as_str() {
            "plain" => Tls::None,
            "starttls" => Tls::Required(tls()?),
            "implicit" => Tls::Wrapper(tls()?),
            mode => return Err(format!("{mode} is unknown").into()),
        });
    let mechanism = match job.mechanism.as_str() {
        "" => return Ok(builder.build()),
        "PLAIN" => Some(Mechanism::Plain),
        "LOGIN" => Some(Mechanism::Login),
        "XOAUTH2" => Some(Mechanism::Xoauth2),
        "any" => None,
        mechanism => return Err(format!("{mechanism} is unknown").into()),
    };
    let builder = builder.credentials(Credentials::new(job.user.clone(), job.password.clone()));
    Ok(match mechanism {
        Some(mechanism) => builder.authentication(vec![mechanism]).build(),
        None => builder.build(),
    })
}

/// An error with what it comes from.
fn chain(error: &dyn Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}
