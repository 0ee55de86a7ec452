//! Inquiries of partners, and answers to them.

use crate::field::{Field, required};
use crate::{Refusal, body};
use rules::ContractId;
use rules::inquiry::{Concern, Inquiry, Note};
use serde::Deserialize;
use texts::Code;

/// An inquiry on the wire.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = NewInquiry))]
#[serde(deny_unknown_fields)]
pub struct InquiryBody<'a> {
    #[cfg_attr(feature = "openapi", schema(value_type = Concern))]
    concern: String,
    /// The contract as the partner names it; it need not exist.
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<ContractId>))]
    contract_id: Option<Field<'a, ContractId>>,
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Note, required = true))]
    text: Option<Field<'a, Note>>,
}

/// An answer on the wire.
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = InquiryAnswer))]
#[serde(deny_unknown_fields)]
pub struct AnswerBody<'a> {
    #[serde(borrow)]
    #[cfg_attr(feature = "openapi", schema(value_type = Note, required = true))]
    text: Option<Field<'a, Note>>,
}

/// Reads an inquiry.
// Only the API calls it. That crate is compiled for size, this one for speed.
#[inline]
pub fn parse(body: &str) -> Result<Inquiry, Refusal> {
    let InquiryBody { concern, contract_id, text } = body::read(body)?;
    let known = Concern::ALL.into_iter().find(|known| known.as_str() == concern);
    let concern = known.ok_or_else(|| Refusal::new("concern", Code::NotAConcern))?;
    let contract_id = contract_id.map(|id| id.parsed("contract_id")).transpose()?;
    Ok(Inquiry { concern, contract_id, text: required(text, "text")? })
}

/// Reads an answer to an inquiry.
#[inline]
pub fn parse_answer(body: &str) -> Result<Note, Refusal> {
    let AnswerBody { text } = body::read(body)?;
    required(text, "text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inquiry_is_read_or_refused_at_its_field() {
        let inquiry = parse(r#"{"concern":"missing-sale","text":"Mairie de Vias,\nsignée le 3 mars"}"#).unwrap();
        assert_eq!((inquiry.concern, inquiry.contract_id), (Concern::MissingSale, None));
        let inquiry = parse(r#"{"concern":"error","contract_id":"C-1","text":"10 %, not 5 %"}"#).unwrap();
        assert_eq!(inquiry.contract_id.unwrap().as_str(), "C-1");
        let check = |body: &str, field: &str| assert_eq!(parse(body).unwrap_err().field, field, "{body}");
        check(r#"{"concern":"other","text":"A"}"#, "concern");
        check(r#"{"concern":1,"text":"A"}"#, "concern");
        check(r#"{"concern":"error","contract_id":"C 1","text":"A"}"#, "contract_id");
        check(r#"{"concern":"error","text":""}"#, "text");
        check(r#"{"concern":"error"}"#, "text");
        check(r#"{"concern":"error","text":"A","who":"me"}"#, "who");
        assert_eq!(parse_answer(r#"{"text":" A"}"#).unwrap_err().field, "text");
        assert!(parse_answer(r#"{"text":"A"}"#).is_ok());
    }
}
