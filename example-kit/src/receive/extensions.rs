//! Which extensions are announced, where that is a matter of choice.

use std::str::FromStr;

use smtp_proto::syntax::capability::Extension;

/// Announced unless taken away: what asks something of whoever delivers the message. It is honoured
/// by being recorded.
pub(super) const RECORDED: [Extension; 9] = [
    Extension::Dsn,
    Extension::DeliverBy,
    Extension::FutureRelease,
    Extension::MtPriority,
    Extension::Mtrk,
    Extension::Rrvs,
    Extension::RequireTls,
    Extension::Verp,
    Extension::Limits,
];

/// Changes to what is announced: `+CONPERM,-LIMITS`.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    pub(super) added: Vec<Extension>,
    removed: Vec<Extension>,
}

impl Changes {
    /// Makes them.
    pub(super) fn apply(&self, extensions: &mut Vec<Extension>) {
        for added in &self.added {
            if !extensions.contains(added) {
                extensions.push(*added);
            }
        }
        extensions.retain(|extension| !self.removed.contains(extension));
    }
}

impl FromStr for Changes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut changes = Self::default();
        for word in text.split(',') {
            let (list, keyword) = match word.split_at_checked(1) {
                Some(("+", keyword)) => (&mut changes.added, keyword),
                Some(("-", keyword)) => (&mut changes.removed, keyword),
                _ => return Err(format!("+KEYWORD or -KEYWORD is expected, not {word:?}")),
            };
            let extension = Extension::parse(keyword)
                .ok_or_else(|| format!("{keyword:?} is no extension that is known here"))?;
            if let Some(instead) = elsewhere(extension) {
                return Err(format!("{extension}: {instead}"));
            }
            list.push(extension);
        }
        Ok(changes)
    }
}

/// Why an extension is not to be turned on and off like others, if so.
fn elsewhere(extension: Extension) -> Option<&'static str> {
    match extension {
        Extension::StartTls => Some("--tls-cert offers it"),
        Extension::Auth => Some("--auth or --tls-client-ca offers it"),
        Extension::XClient => Some("--xclient-from offers it"),
        Extension::XForward => Some("--xforward-from offers it"),
        Extension::Burl
        | Extension::Checkpoint
        | Extension::Etrn
        | Extension::Atrn
        | Extension::Expn => Some("that is nothing this server can do"),
        _ => None,
    }
}
