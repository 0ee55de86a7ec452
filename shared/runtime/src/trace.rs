//! The distributed trace, in the form of X-Ray or of W3C. A trace that came in is carried on to the messages sent
//! because of it.

use aws_sdk_sqs::operation::send_message::builders::SendMessageFluentBuilder;
use aws_sdk_sqs::types::{MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue};

/// The message attribute, and the header, of W3C's Trace Context.
pub const TRACEPARENT: &str = "traceparent";
/// The message attribute in which SQS itself carries X-Ray's header.
pub const AWS_TRACE_HEADER: &str = "AWSTraceHeader";

/// A trace. Only well-formed parts of a header are kept, so that nothing else of it gets into a log or a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    id: String,
    carrier: Carrier,
}

/// The form in which the trace came in and is carried on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Carrier {
    XRay(String),
    W3c(String),
}

impl Trace {
    /// Parses X-Ray's header, `Root=1-<8 hex>-<24 hex>;Parent=<16 hex>;Sampled=1`; its id is that of the root.
    pub fn x_ray(header: &str) -> Option<Trace> {
        let part = |name| header.split(';').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
        let id = part("Root").filter(|root| is_root(root))?.to_owned();
        let mut kept = format!("Root={id}");
        if let Some(parent) = part("Parent").filter(|parent| is_hex(parent, 16)) {
            kept = kept + ";Parent=" + parent;
        }
        if let Some(sampled) = part("Sampled").filter(|sampled| matches!(*sampled, "0" | "1")) {
            kept = kept + ";Sampled=" + sampled;
        }
        Some(Trace { id, carrier: Carrier::XRay(kept) })
    }

    /// Parses W3C's, `00-<32 hex: the id>-<16 hex>-<2 hex>`.
    pub fn w3c(traceparent: &str) -> Option<Trace> {
        let (version, rest) = traceparent.split_once('-')?;
        let (id, rest) = rest.split_once('-')?;
        let (parent, flags) = rest.split_once('-')?;
        let is_known = version == "00" && is_hex(id, 32) && is_hex(parent, 16) && is_hex(flags, 2);
        is_known.then(|| Trace { id: id.to_owned(), carrier: Carrier::W3c(traceparent.to_owned()) })
    }

    /// The id to search the trace by.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Adds the trace to a message.
    pub fn onto(&self, send: SendMessageFluentBuilder) -> SendMessageFluentBuilder {
        match &self.carrier {
            Carrier::XRay(header) => {
                let value = MessageSystemAttributeValue::builder().data_type("String").string_value(header).build();
                match value {
                    Ok(value) => {
                        send.message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, value)
                    }
                    Err(_) => send,
                }
            }
            Carrier::W3c(traceparent) => {
                let value = MessageAttributeValue::builder().data_type("String").string_value(traceparent).build();
                match value {
                    Ok(value) => send.message_attributes(TRACEPARENT, value),
                    Err(_) => send,
                }
            }
        }
    }
}

fn is_root(root: &str) -> bool {
    let mut parts = root.split('-');
    let known = parts.next() == Some("1")
        && parts.next().is_some_and(|seconds| is_hex(seconds, 8))
        && parts.next().is_some_and(|random| is_hex(random, 24));
    known && parts.next().is_none()
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "1-67891233-abcdef012345678912345678";
    const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn what_is_well_formed_of_a_header_is_kept_and_nothing_else() {
        let kept = |header: &str| match Trace::x_ray(header).map(|trace| trace.carrier) {
            Some(Carrier::XRay(kept)) => Some(kept),
            Some(Carrier::W3c(_)) | None => None,
        };
        let whole = format!("Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1");
        assert_eq!(kept(&whole), Some(whole.clone()));
        assert_eq!(kept(&format!("Self=secret; {whole};Lineage=secret:0")), Some(whole));
        assert_eq!(kept(&format!("Root={ROOT};Parent=secret;Sampled=secret")), Some(format!("Root={ROOT}")));
        for bad in
            ["", "Root=", "secret", "Root=secret", "Root=1-67891233-secret", &format!("Root={ROOT}-secret"), ROOT]
        {
            assert_eq!(kept(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_id_is_the_root_or_the_trace_id() {
        assert_eq!(Trace::x_ray(&format!("Sampled=0;Root={ROOT}")).unwrap().id(), ROOT);
        assert_eq!(Trace::w3c(TRACE).unwrap().id(), "0af7651916cd43dd8448eb211c80319c");
        for bad in ["", "00", "00-secret-b7ad6b7169203331-01", &format!("{TRACE}-secret"), &TRACE.to_uppercase()] {
            assert_eq!(Trace::w3c(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_trace_goes_on_as_it_came() {
        let config = aws_sdk_sqs::Config::builder().behavior_version_latest().build();
        let send = || aws_sdk_sqs::Client::from_conf(config.clone()).send_message();
        let w3c = Trace::w3c(TRACE).unwrap().onto(send());
        let attributes = w3c.get_message_attributes().clone().unwrap();
        assert_eq!(attributes[TRACEPARENT].string_value(), Some(TRACE));
        let x_ray = Trace::x_ray(&format!("Root={ROOT}")).unwrap().onto(send());
        let attributes = x_ray.get_message_system_attributes().clone().unwrap();
        let header = &attributes[&MessageSystemAttributeNameForSends::AwsTraceHeader];
        assert_eq!(header.string_value(), Some(&*format!("Root={ROOT}")));
    }
}
