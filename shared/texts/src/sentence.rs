//! Codes of the sentences of an explanation. Their parameters are as the language writes them.

use crate::code::codes;

codes! {
    /// A sentence of an explanation.
    pub(crate) Sentence {
        // What was billed, and what it brings the partner.
        RevenueShare { base: String, share: String, vendor: String },
        Commission { base: String, share: String },
        InstanceDiscount { base: String, share: String },
        EntryFee { base: String, share: String },
        // Why it brings nothing.
        BeforeSale { nth_sale: String },
        PaidOnce,
        AgreementEnded,
        InstanceWithoutPerk,
        NotTheFirstInstance,
        Nothing,
        // What adjusted it.
        Supplemented { amount: String },
        Refunded { amount: String },
        /// The credit note exceeds the rest.
        RestRefunded { amount: String },
        NothingToRefund,
        // What the adjustment changes for the partner.
        Rises { what: &'static str, from: String, to: String, difference: String },
        Falls { what: &'static str, from: String, to: String, difference: String },
        Stays { what: &'static str, to: String },
        /// The vendor's part of a revenue share, which the partner passes on.
        PassedOn { difference: String },
        // The arithmetic.
        Rounded { product: String },
        RoundedLess { product: String, less: String },
        Terms { model: String, agreement: String, programme: String },
        NegotiatedTerms { model: String, agreement: String, programme: String },
        // An entry beside those before it.
        TakenBack { why: &'static str, amount: String, said: String },
        Corrected { before: String, total: String, difference: String, said: String },
    }
}
