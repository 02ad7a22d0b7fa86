//! What a server offers: the lines of its reply to EHLO, and what their arguments say.

use std::fmt::Debug;

use bytes::BytesMut;
use smtp_proto::syntax::capability::{
    BurlOffer, Capabilities, Capability, DeliverByOffer, FutureReleaseOffer, LimitsOffer,
    MtPriorityOffer, NoSolicitingOffer, Offer, SizeOffer, XClientOffer, XForwardOffer,
};
use smtp_proto::syntax::command::Url;
use smtp_proto::syntax::reply::{Code, Reply, write_extensions};
use smtp_proto::syntax::text::Text;

use crate::grammar::no_control;
use crate::wire::lines;

const OFFERS: [fn(&str); 9] = [
    offer::<BurlOffer>,
    offer::<DeliverByOffer>,
    offer::<FutureReleaseOffer>,
    offer::<LimitsOffer>,
    offer::<MtPriorityOffer>,
    offer::<NoSolicitingOffer>,
    offer::<SizeOffer>,
    offer::<XClientOffer>,
    offer::<XForwardOffer>,
];

/// Takes octets for the lines behind the first of a reply to EHLO, without code and hyphen.
pub fn check(data: &[u8]) {
    for line in lines(data) {
        if let Some(capability) = Capability::parse(line) {
            let written = capability.to_string();
            no_control(&written);
            assert_eq!(Capability::parse(written.as_bytes()), Some(capability), "{written:?}");
        }
        // As a whole, and behind the keyword.
        let text = String::from_utf8_lossy(line);
        for arguments in [&*text, text.split_once(' ').unwrap_or_default().1] {
            OFFERS.iter().for_each(|offer| offer(arguments));
        }
    }
    let text = String::from_utf8_lossy(data);
    reply(&text);
}

/// What the arguments say is written, and says the same again.
fn offer<T: Offer + PartialEq + Debug>(arguments: &str) {
    if let Some(offer) = T::parse(arguments) {
        let written = offer.to_string();
        no_control(&written);
        assert_eq!(T::parse(&written), Some(offer), "{written:?} of {arguments:?}");
    }
}

fn reply(text: &str) {
    let lines: Vec<Text> =
        std::iter::once("mx.example.org").chain(text.split("\r\n")).map(Text::lossy).collect();
    let reply = Reply::new(Code::OK, None, &lines);
    let capabilities = Capabilities::from_reply(&reply);
    known(&capabilities);

    // What was kept, sent by a server, is kept again.
    let mut written = BytesMut::new();
    let kept: Vec<String> = capabilities.iter().map(|line| line.to_string()).collect();
    let kept = kept.iter().map(String::as_str);
    write_extensions(&mut written, std::iter::once("mx.example.org").chain(kept));
    let again = Reply::parse(&written).expect("what is written can be read");
    assert_eq!(Capabilities::from_reply(&again), capabilities);

    // A refusal offers nothing.
    let refusal = Reply::new(Code::NOT_IMPLEMENTED, None, &lines);
    assert_eq!(Capabilities::from_reply(&refusal), Capabilities::none());
}

/// All ways to ask agree.
fn known(capabilities: &Capabilities) {
    for line in capabilities.iter() {
        assert!(capabilities.get(line.keyword()).is_some());
        assert!(capabilities.get(&line.keyword().to_ascii_lowercase()).is_some());
        assert!(line.extension().is_none_or(|extension| capabilities.has(extension)));
    }
    for mechanism in capabilities.auth() {
        assert!(capabilities.supports_auth(mechanism));
        assert!(capabilities.supports_auth(&mechanism.to_ascii_lowercase()));
    }
    assert_ne!(capabilities.size(), Some(0), "0 is no limit");
    if let Some(limits) = capabilities.offer::<LimitsOffer>() {
        let all = [limits.mail_max, limits.rcpt_max, limits.rcpt_domain_max];
        assert!(all.into_iter().flatten().all(|limit| (1..=999_999).contains(&limit)));
    }
    if let Some(burl) = capabilities.offer::<BurlOffer>() {
        for url in burl.iter().filter_map(|word| Url::parse(word).ok()) {
            let _ = burl.takes(&url);
        }
    }
    if let Some(soliciting) = capabilities.offer::<NoSolicitingOffer>() {
        assert!(soliciting.words().all(|word| soliciting.has(word)));
    }
}
