//! Refusals and problems in English. Errors of the rules are in English themselves.

use crate::notice::Code;

#[expect(clippy::too_many_lines, reason = "a table: one line for each code")]
pub(super) fn code(code: &Code) -> &'static str {
    match code {
        // Refusals: each follows the name of a field.
        Code::Missing => "is missing",
        Code::NotAString => "must be a string",
        Code::NotAList => "must be a list",
        Code::NotAWholeNumber => "must be a whole number, 0 or more, without quotes",
        Code::NotABoolean => "must be true or false, without quotes",
        Code::NotAnObject => "must be a JSON object",
        Code::NotJson { .. } => "is not JSON at line {line}, column {column}",
        Code::NotUtf8 => "is not UTF-8",
        Code::Refused { .. } => "is refused: {by}",
        Code::EventTooLarge { .. } => "is {bytes} bytes; a message has at most {most}",
        Code::RequestTooLarge { .. } => "is {bytes} bytes; a request has at most {most}",
        Code::NotSpecversion => "must be \"1.0\"",
        Code::NotOnThisQueue { .. } => "must be {expected} on this queue",
        Code::NotATime => "is not an RFC 3339 time",
        Code::NotAnAttribute => "must be a string that is not empty and has no control characters",
        Code::NotAnInstance => "must be \"customer\" or \"partner\"",
        Code::NotATermFrom { .. } => "must be a whole number from {least} to 99, without quotes",
        Code::NotInRange { .. } => "must be a whole number from {least} to {most}",
        Code::NotTheValue { .. } => "must be {value}",
        Code::NotALanguage => "must be fr or en",
        Code::NotAnItem => "is not an item of the attention list; take its id from the list",
        Code::NotAnItemKind => "is not a kind of items of the attention list",
        Code::DayToCome => "is still to come",
        Code::NotAPerk => "must be technical-training or seminars",
        Code::NotARole => "must be manager, accountant or partner",
        Code::TooManyContacts { .. } => "has more than {most} contacts",
        Code::OnlyForPartners => "is for the role partner alone",
        Code::NotAConcern => "must be missing-sale or error",
        Code::NotAnAdjustment => "must be supplements or credit-notes",
        Code::TooLong { .. } => "must be at most {most} characters",
        Code::GivenTwice => "is given twice",
        Code::NotAParameter => "is not a query parameter of this route",
        Code::BeforeFrom => "is before from",
        Code::TooLongAgo { .. } => "is more than {most} months ago: give to as well",
        Code::TooManyMonths { .. } => "is more than {most} months after from",
        Code::MonthMissing => "is missing: YYYY-MM",
        Code::CursorInvalid => "is invalid or expired for this list",
        Code::NotThePathsPartner => "is not the partner that the path names",
        Code::NotARegisteredPartner => "is not a registered partner",
        Code::NothingToChange => "names nothing to change: give rate, from_sale or model",
        Code::CountedFromOne => "must be 1 or more, or null, which chooses none",
        Code::ChoiceOutOfTurn { .. } => {
            "is taken by another choice, or one before it is missing; the next one is {next}"
        }
        Code::NoSuchClaim { .. } => "must be null or a whole number from 1 to {claims}",
        Code::ClaimsUnseen { .. } => {
            "is not the number of claims recorded, which is {claims}: read the contract again and choose again"
        }
        Code::NotARestatement => "is not a valid restatement request",
        Code::NotAPass => "is not a step of making the documents of a close",
        Code::NoMonths => "names no months to add up",
        // Problems: whole sentences, without a full stop.
        Code::NothingHere => "there is nothing at this path",
        Code::NoSuchFile => "the page has no such file",
        Code::FileUnreadable => "this file of the page cannot be read",
        Code::WrongMethod => "this path does not take that method",
        Code::RequestUnreadable => "the request cannot be read",
        Code::TokenMissing => "the bearer token is missing: send it as Authorization: Bearer",
        Code::NoIdentityInToken => "the token does not say who asks: it has no issuer and subject of the usual form",
        Code::NotAMember => "this programme does not know you: ask whoever runs it for an invitation",
        Code::NotForThisRole => "your role does not allow this",
        Code::ViewIsReadOnly => "whoever sees the page as another member changes nothing",
        Code::NoMember => "there is no such member",
        Code::OtherRole => "this member has another role: revoke that one first",
        Code::LastManager => "this is the last manager: without one, nobody could grant a role",
        Code::NoInvitation => "no invitation has this code: it was revoked, or sent again with another link",
        Code::InvitationUsed => "this invitation was accepted already",
        Code::InvitationExpired => "this invitation has expired: ask for another link",
        Code::MemberAlready => "you are a member already, and keep your role",
        Code::NoCodeMade => "the code of an invitation could not be made",
        Code::NoPartner { .. } => "no partner {id} is registered",
        Code::NoContract { .. } => "contract {id} not found",
        Code::NothingClaimed => "nothing was claimed under this key",
        Code::ItemNotTaken => "the item could not be set aside now; nothing was changed, try again",
        Code::NoSuchItem => "the attention list has no such item",
        Code::NoSuchInquiry => "this partner has no such inquiry",
        Code::SaidOtherwise => "something else was recorded under this id before, and stays",
        Code::TooManyOpenInquiries { .. } => {
            "{most} inquiries of this partner wait for an answer, the most there can be"
        }
        Code::TooManyInquiries { .. } => "this partner has {most} inquiries, the most there can be",
        Code::ChoiceMadeAlready => "the choice is made already, for another reason, which stays",
        Code::ItemSetAsideAlready => "the item is set aside already, for another reason, which stays",
        Code::ItemChanged => "the item says something else by now; look at it again",
        Code::ChoiceNotTaken => "the choice could not be taken in now; nothing was changed, try again",
        Code::NoAgreement { .. } => "no agreement of {partner} starts on {starts_on}",
        Code::NoMinimum => "this agreement asks for no minimum of sales",
        Code::YearNotBegun { .. } => "year {number} of this agreement has not begun, or does not exist",
        Code::MinimumReached { .. } => "the minimum of this year is reached: {sales} sales of {minimum}",
        Code::YearNotOver { .. } => "this year is not over: it runs until {until}",
        Code::SetAsideAlready => "this year is set aside already, for another reason, which stays",
        Code::RegistrationNotTaken => "the registration could not be taken in now; nothing was changed, try again",
        Code::SalesKeepComing => "sales of this partner keep coming in; nothing was changed, try again",
        Code::ChangedMeanwhile { .. } => {
            "the partner is not, or no longer, as If-Match says: its ETag is {current}; read it again and repeat the change"
        }
        Code::FileChangedMeanwhile { .. } => {
            "the file is not, or no longer, as If-Match says: its ETag is {current}; read it again and repeat the change"
        }
        Code::FileIfMatchMissing { .. } => {
            "the file holds something else: send If-Match with the ETag that you read (it is {current} now)"
        }
        Code::RegisteredAlready => "the partner is registered already, which If-None-Match excludes",
        Code::IfMatchMissing { .. } => {
            "the partner is registered with other data: send If-Match with the ETag that you read (it is {current} now)"
        }
        Code::ReasonMissing => "is missing: amounts change, and the journal keeps why",
        Code::TooManyActs { .. } => "a file has at most {most} acts; ask for fewer days, one partner or one person",
        Code::ActsUnreadable => {
            "some acts could not be read, and a file without them would look complete: whoever is on call should run the audit"
        }
        Code::NotAMemberId => "must be the id of a member: 32 hexadecimal digits",
        Code::TooManyContracts { .. } => "this concerns more than {most} contracts; ask about one partner or one model",
        Code::NotAPreviewId => "must be the id of a preview: 32 hexadecimal digits",
        Code::NoSuchPreview => "this request has no preview with this id; ask for one without `previewed`",
        Code::PreviewNotBegun => "the preview could not be begun; try again",
        Code::TooManyEntries { .. } => "{partner} has more than {most} entries; read them page by page from /entries",
        Code::AnswerTooLarge { .. } => {
            "the answer would be larger than {most} bytes; ask for a shorter period, or read page by page"
        }
        Code::AnswerNotWritten => "the answer could not be written",
        Code::FileNotWritten => "the file could not be written; try again",
        Code::CursorNotMade => "the cursor of the next page could not be made",
        Code::LedgerCannotAnswer => "the ledger cannot answer now; nothing was changed, try again",
        Code::OfALaterRelease => "a later release wrote this, and only that one can answer; try again later",
        Code::LedgerDamaged => "the ledger holds something it cannot add up; see the log",
        // What to do about an item of the attention list.
        Code::SendAgain => "Correct it at its source and send it again; the message is in the dead-letter queue.",
        Code::AnotherCurrency => "It is in another currency than its annuity, so it changes no amount.",
        Code::CorrectedByTheVendor => "The vendor entered this itself, as a correction.",
        Code::ChooseAgain => {
            "The choice was not made, for the contract had changed meanwhile: read it again and choose again."
        }
        Code::RestoreItem => {
            "This item cannot be read: compare it with a backup (operate audit names it), and restore it."
        }
    }
}
