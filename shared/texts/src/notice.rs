//! Codes of refusals and problems, with their parameters.

use crate::code::codes;
use rules::agreement::{AgreementError, AgreementsError};
use rules::contact::{EmailError, TelephoneError};
use rules::contract::Bound;
use rules::day::{DayError, MonthError};
use rules::fact::TermError;
use rules::id::IdError;
use rules::inquiry::NoteError;
use rules::label::LabelError;
use rules::money::{CurrencyError, MoneyError, RateError};
use rules::people::{IssuerError, SubjectError};
use rules::programme::FromSaleError;
use rules::{AgreementId, ContractId, PartnerId};
use std::fmt;

/// A refusal or a problem, which a language says. Displayed in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// An error of the rules; it follows the name of a field.
    Rules(RulesError),
    Code(Code),
    /// A field and what is wrong with it, as a sentence.
    Field {
        field: String,
        reason: Box<Notice>,
    },
    /// The words of a crate that brings a table of its own.
    Words(Words),
}

/// A text in each language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub en: String,
    pub fr: String,
}

impl From<Words> for Notice {
    fn from(words: Words) -> Notice {
        Notice::Words(words)
    }
}

impl From<Code> for Notice {
    fn from(code: Code) -> Notice {
        Notice::Code(code)
    }
}

codes! {
    /// The code of a refusal or a problem.
    pub Code {
    // Refusals: each follows the name of a field.
    Missing,
    NotAString,
    NotAnObject,
    NotAList,
    NotAWholeNumber,
    NotABoolean,
    NotJson { line: usize, column: usize },
    NotUtf8,
    Refused { by: String },
    EventTooLarge { bytes: usize, most: usize },
    RequestTooLarge { bytes: usize, most: usize },
    NotSpecversion,
    NotOnThisQueue { expected: &'static str },
    NotATime,
    NotAnAttribute,
    NotAnInstance,
    NotATermFrom { least: u8 },
    NotInRange { least: String, most: String },
    NotTheValue { value: String },
    NotALanguage,
    NotAnAdjustment,
    NotAnItem,
    NotAnItemKind,
    NotAConcern,
    NotARole,
    OnlyForPartners,
    TooManyContacts { most: usize },
    NotAPerk,
    DayToCome,
    TooLong { most: usize },
    GivenTwice,
    NotAParameter,
    BeforeFrom,
    TooLongAgo { most: usize },
        TooManyMonths { most: usize },
    MonthMissing,
    CursorInvalid,
    NotThePathsPartner,
    NotARegisteredPartner,
    NothingToChange,
    CountedFromOne,
    ChoiceOutOfTurn { next: usize },
    NoSuchClaim { claims: usize },
    ClaimsUnseen { claims: usize },
    NotARestatement,
    NotAPass,
    NoMonths,
    // Problems: whole sentences, without a full stop.
    NothingHere,
    NoSuchFile,
    FileUnreadable,
        WrongMethod,
    RequestUnreadable,
    TokenMissing,
    NoIdentityInToken,
    NotAMember,
    NotForThisRole,
    ViewIsReadOnly,
    NoMember,
    OtherRole,
    LastManager,
    NoInvitation,
    InvitationUsed,
    InvitationExpired,
    MemberAlready,
    NoCodeMade,
    NoPartner { id: PartnerId },
    NoContract { id: ContractId },
    NothingClaimed,
    ChoiceNotTaken,
    ItemNotTaken,
    NoSuchItem,
    ItemChanged,
    ItemSetAsideAlready,
    NoSuchInquiry,
    SaidOtherwise,
    TooManyInquiries { most: usize },
    TooManyOpenInquiries { most: usize },
    NoAgreement { partner: PartnerId, starts_on: AgreementId },
    NoMinimum,
    YearNotBegun { number: String },
    MinimumReached { sales: String, minimum: String },
    YearNotOver { until: String },
    SetAsideAlready,
    RegistrationNotTaken,
    SalesKeepComing,
    ChangedMeanwhile { current: String },
    FileChangedMeanwhile { current: String },
    FileIfMatchMissing { current: String },
    RegisteredAlready,
    IfMatchMissing { current: String },
    TooManyContracts { most: usize },
    ReasonMissing,
    TooManyActs { most: usize },
    ActsUnreadable,
    NotAMemberId,
    NotAPreviewId,
    PreviewNotBegun,
    NoSuchPreview,
    ChoiceMadeAlready,
    TooManyEntries { partner: PartnerId, most: usize },
    AnswerTooLarge { most: u64 },
    AnswerNotWritten,
    FileNotWritten,
    CursorNotMade,
    LedgerCannotAnswer,
    OfALaterRelease,
    LedgerDamaged,
    // What to do about an item of the attention list.
    SendAgain,
    AnotherCurrency,
    CorrectedByTheVendor,
        ChooseAgain,
        RestoreItem,
    }
}

macro_rules! errors {
    ($($error:ident => $code:ident,)*) => {
        /// An error of the rules.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum RulesError {
            $($code($error),)*
        }

        impl fmt::Display for RulesError {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(RulesError::$code(error) => error.fmt(f),)*
                }
            }
        }

        $(impl From<$error> for Notice {
            fn from(error: $error) -> Notice {
                Notice::Rules(RulesError::$code(error))
            }
        })*
    };
}

errors! {
    AgreementError => Agreement,
    AgreementsError => Agreements,
    Bound => Bound,
    CurrencyError => Currency,
    DayError => Day,
    EmailError => Email,
    FromSaleError => FromSale,
    IdError => Id,
    IssuerError => Issuer,
    LabelError => Label,
    MoneyError => Money,
    MonthError => Month,
    NoteError => Note,
    RateError => Rate,
    SubjectError => Subject,
    TelephoneError => Telephone,
    TermError => Term,
}
