//! Sentences of explanations in English.

use crate::sentence::Sentence;

pub(super) fn sentence(sentence: &Sentence) -> &'static str {
    match sentence {
        Sentence::RevenueShare { .. } => {
            "The client pays {base} for the year; the partner keeps {share} and passes {vendor} on to all-in-web."
        }
        Sentence::Commission { .. } => {
            "The client signed for {base} a year; the partner earns a commission of {share}."
        }
        Sentence::InstanceDiscount { .. } => {
            "The partner’s own instance costs {base} for the year; a discount of {share} is deducted from its invoice."
        }
        Sentence::EntryFee { .. } => "The partner owes an entry fee of {share}, for a commercial potential of {base}.",
        Sentence::BeforeSale { .. } => "No commission: the programme pays from the {nth_sale} on.",
        Sentence::PaidOnce => "No commission for this year: this model pays once, for the first year.",
        Sentence::AgreementEnded => {
            "No share for this year: no agreement of this model was in force when it began, and all-in-web invoices the client."
        }
        Sentence::InstanceWithoutPerk => {
            "No discount on the partner’s own instance: no agreement that grants it was in force when the year began."
        }
        Sentence::NotTheFirstInstance => "No discount on this instance: it goes to the partner’s first instance.",
        Sentence::Nothing => "Nothing is owed for this.",
        Sentence::Supplemented { .. } => "A supplement raises the year’s fee by {amount}.",
        Sentence::Refunded { .. } => "The client was refunded {amount}.",
        Sentence::RestRefunded { .. } => "The credit note cancels what was left of the year’s fee: {amount}.",
        Sentence::NothingToRefund => {
            "This credit note has no effect: the year’s fee had been refunded in full already."
        }
        Sentence::Rises { .. } => "{what} rises from {from} to {to}: +{difference}.",
        Sentence::Falls { .. } => "{what} falls from {from} to {to}: {difference}.",
        Sentence::Stays { .. } => "{what} stays at {to}.",
        Sentence::PassedOn { .. } => "What the partner passes on to all-in-web changes by {difference}.",
        Sentence::Rounded { .. } => "{product}, rounded half away from zero",
        Sentence::RoundedLess { .. } => "{product}, less {less}, rounded half away from zero",
        Sentence::Terms { .. } => "{model} agreement of {agreement}, programme of {programme}",
        Sentence::NegotiatedTerms { .. } => {
            "{model} agreement of {agreement}, negotiated rate, programme of {programme}"
        }
        Sentence::TakenBack { .. } => "{why}: the {amount} recorded here are taken back. Original reason: {said}",
        Sentence::Corrected { .. } => {
            "Correction: the amount goes from {before} to {total}, a difference of {difference}. {said}"
        }
    }
}
