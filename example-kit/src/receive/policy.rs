//! What is made of clients that don't behave as mail servers do: that part of the command line.

use std::time::Duration;

use clap::Args;
use smtp_proto::server::{Config, Policy as Checks, Rate};

use super::args::at_least_one;

/// Options about manners.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Manners")]
pub(super) struct Policy {
    /// Keep clients waiting for the greeting; who speaks before it is greeted with 554
    #[arg(long, value_name = "SECONDS", value_parser = at_least_one)]
    greeting_delay: Option<u64>,

    /// End a connection with 421 at the Nth command that has others behind it although its reply
    /// was to be awaited
    ///
    /// That is EHLO, DATA, AUTH and others, and any command of who was not told PIPELINING (RFC
    /// 2920). 1 is what Postfix does; some clients send everything at once.
    #[arg(long, value_name = "N", value_parser = number)]
    unauthorized_pipelining: Option<u32>,

    /// End a connection with 421 at N errors in SECONDS, whatever was achieved in between
    ///
    /// In any case 20 errors without an accepted message end it.
    #[arg(long, value_name = "N/SECONDS", value_parser = rate)]
    error_rate: Option<Rate>,
}

impl Policy {
    pub(super) fn apply(&self, config: &mut Config) {
        config.policy = Checks {
            greeting_delay: self.greeting_delay.map_or(Duration::ZERO, Duration::from_secs),
            refuse_early_talkers: self.greeting_delay.is_some(),
            unauthorized_pipelining: self.unauthorized_pipelining,
            error_rate: self.error_rate,
        };
    }
}

fn number(text: &str) -> Result<u32, String> {
    u32::try_from(at_least_one(text)?).map_err(|error| error.to_string())
}

fn rate(text: &str) -> Result<Rate, String> {
    let (errors, seconds) = text.split_once('/').ok_or("two numbers like 10/60 are expected")?;
    Ok(Rate { errors: number(errors)?, per: Duration::from_secs(at_least_one(seconds)?) })
}
