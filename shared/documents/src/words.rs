//! The words on a document, in French and in English. The XML of a document is in French; a printed page takes the same words,
//! in the language of its reader.

use rules::programme::ProgrammeVersion;
use rules::text::{Language, Text};
use rules::{Currency, Day, Kind, Minor, Model, Month};
use settlement::Direction;
use settlement::identity::Identity;
use settlement::siren::Siren;
use settlement::terms::LegalText;
use settlement::vat::{EurRate, Mention, TaxedLine, VatRate};
use texts::numbers;

const fn text(fr: &'static str, en: &'static str) -> Text {
    Text { fr, en }
}

/// The mention of an invoice that the client writes in the seller's name.
pub const SELF_BILLED: Text = text(
    "Autofacturation\u{a0}: facture établie par le client au nom et pour le compte du fournisseur",
    "Self-billing: invoice written by the client in the supplier’s name and on its behalf",
);

/// The rate of the penalties for late payment: the one that the law sets where nothing is agreed.
pub const PENALTIES: Text = text(
    "Pénalités de retard exigibles sans rappel, au taux de refinancement de la Banque centrale européenne majoré de \
     10 points de pourcentage (art. L441-10 du code de commerce)",
    "Penalties for late payment are due without a reminder, at the refinancing rate of the European Central Bank plus 10 \
     percentage points (article L441-10 of the French commercial code)",
);

/// The indemnity for the costs of recovery.
pub const RECOVERY: Text = text(
    "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement\u{a0}: 40 euros (art. D441-5 du code de \
     commerce)",
    "Fixed indemnity for the costs of recovery in case of late payment: 40 euros (article D441-5 of the French commercial code)",
);

/// The discount for early payment: none.
pub const DISCOUNT: Text = text("Pas d’escompte pour paiement anticipé", "No discount for early payment");

/// The terms of a credit note or a cancellation.
pub const CREDITED: Text = text("À valoir sur les factures citées", "Set against the invoices named");

/// The mention that comes with a rate of zero.
pub fn mention(mention: Mention, direction: Direction) -> Text {
    match (mention, direction) {
        (Mention::Franchise, Direction::ToPartner | Direction::FromPartner) => {
            text("TVA non applicable, art. 293 B du CGI", "No VAT: article 293 B of the French tax code")
        }
        (Mention::ReverseCharge, Direction::ToPartner) => text(
            "Autoliquidation par le client, art. 283-2 du CGI",
            "Reverse charge to the client: article 283-2 of the French tax code",
        ),
        (Mention::ReverseCharge, Direction::FromPartner) => text(
            "Autoliquidation par le client, art. 196 de la directive 2006/112/CE",
            "Reverse charge to the client: article 196 of directive 2006/112/EC",
        ),
        (Mention::OutsideFrance, Direction::ToPartner | Direction::FromPartner) => {
            text("TVA non applicable, art. 259-1° du CGI", "No French VAT: article 259-1° of the French tax code")
        }
    }
}

/// A line: its kind, its month and its model, `Commissions – juin 2026 (Prescripteur)`; one of an earlier month says that it
/// adjusts.
pub fn line(taxed: &TaxedLine, language: Language) -> String {
    let key = taxed.line.key;
    let kind = if taxed.is_adjustment { adjustment(key.kind) } else { kind(key.kind) };
    format!("{} – {} ({})", kind.in_language(language), month(key.month, language), model(key.model, language))
}

/// The nature of an entry: its kind and its model, `Commissions (Prescripteur)`.
pub fn entry(of: Kind, by: Model, language: Language) -> String {
    format!("{} ({})", kind(of).in_language(language), model(by, language))
}

fn kind(kind: Kind) -> Text {
    match kind {
        Kind::Commission => text("Commissions", "Commissions"),
        Kind::RevenueShare => text("Parts de revenu", "Revenue shares"),
        Kind::EntryFee => text("Droits d’entrée", "Entry fees"),
        Kind::InstanceDiscount => text("Remises sur instance", "Instance discounts"),
    }
}

fn adjustment(kind: Kind) -> Text {
    match kind {
        Kind::Commission => text("Régularisation de commissions", "Adjustment of commissions"),
        Kind::RevenueShare => text("Régularisation de parts de revenu", "Adjustment of revenue shares"),
        Kind::EntryFee => text("Régularisation de droits d’entrée", "Adjustment of entry fees"),
        Kind::InstanceDiscount => text("Régularisation de remises sur instance", "Adjustment of instance discounts"),
    }
}

/// A model, as the latest version of the programme that has it calls it.
fn model(model: Model, language: Language) -> &'static str {
    let name = |version: &ProgrammeVersion| Some(version.programme().terms(model)?.name);
    let name = ProgrammeVersion::ALL.iter().rev().find_map(name);
    name.map_or(model.as_str(), |name| name.in_language(language))
}

const MONTHS: [Text; 12] = [
    text("janvier", "January"),
    text("février", "February"),
    text("mars", "March"),
    text("avril", "April"),
    text("mai", "May"),
    text("juin", "June"),
    text("juillet", "July"),
    text("août", "August"),
    text("septembre", "September"),
    text("octobre", "October"),
    text("novembre", "November"),
    text("décembre", "December"),
];

/// A month: `juin 2026`, `June 2026`.
pub fn month(month: Month, language: Language) -> String {
    let first = month.first().date();
    let named = MONTHS.iter().zip(1_i8..).find(|(_, number)| *number == first.month());
    named.map_or_else(|| month.to_string(), |(name, _)| format!("{} {}", name.in_language(language), first.year()))
}

/// A day that does not break: `1ᵉʳ juin 2026`, `1 June 2026`.
pub fn day(day: Day, language: Language) -> String {
    let month = month(day.into(), language).replace(' ', "\u{a0}");
    match (day.date().day(), language) {
        (1, Language::Fr) => format!("1ᵉʳ\u{a0}{month}"),
        (number, Language::Fr | Language::En) => format!("{number}\u{a0}{month}"),
    }
}

/// A period, its last day included: `du 1ᵉʳ juin 2026 au 30 juin 2026`.
pub fn period(first: Day, last: Day, language: Language) -> String {
    let (first, last) = (day(first, language), day(last, language));
    match language {
        Language::Fr => format!("du {first} au {last}"),
        Language::En => format!("{first} to {last}"),
    }
}

/// A document that another names: `FP-000012 du 1ᵉʳ juin 2026`.
pub fn named(number: &str, date: Day, language: Language) -> String {
    let date = day(date, language);
    match language {
        Language::Fr => format!("{number} du {date}"),
        Language::En => format!("{number} of {date}"),
    }
}

/// An amount: `1 234,56 €`, `−€1,234.56`; in another currency with its code, `1 234,56 CHF`.
pub fn amount(minor: Minor, currency: Currency, language: Language) -> String {
    if currency != Currency::EUR {
        return numbers::amount(minor, currency, language);
    }
    let number = numbers::number(minor, currency, language);
    match (language, number.strip_prefix('−')) {
        (Language::Fr, Some(_) | None) => format!("{number}\u{a0}€"),
        (Language::En, None) => format!("€{number}"),
        (Language::En, Some(number)) => format!("−€{number}"),
    }
}

/// A rate of VAT: `19,6 %`, `19.6%`.
pub fn percent(rate: VatRate, language: Language) -> String {
    numbers::in_percent(&rate.in_percent(), language)
}

/// The legal form and the share capital of a company, then its registration: `SAS au capital de 10 000 €, RCS Béziers 448 765 438`.
/// None: none of them is known.
pub fn legal(identity: &Identity, language: Language) -> Option<String> {
    let form = identity.legal_form().map(LegalText::as_str);
    let capital = identity.share_capital().map(LegalText::as_str);
    let company = match (form, capital, language) {
        (Some(form), Some(capital), Language::Fr) => Some(format!("{form} au capital de {capital}")),
        (Some(form), Some(capital), Language::En) => Some(format!("{form} with a share capital of {capital}")),
        (None, Some(capital), Language::Fr) => Some(format!("Capital social\u{a0}: {capital}")),
        (None, Some(capital), Language::En) => Some(format!("Share capital: {capital}")),
        (Some(form), None, Language::Fr | Language::En) => Some(form.to_owned()),
        (None, None, Language::Fr | Language::En) => None,
    };
    let registration = identity.registration().map(LegalText::to_string);
    let mentions: Vec<String> = company.into_iter().chain(registration).collect();
    (!mentions.is_empty()).then(|| mentions.join(", "))
}

/// A SIREN in groups of three digits: `512 345 612`.
pub fn siren(siren: &Siren) -> String {
    let digits = siren.as_str().chars().zip(0_u32..);
    let grouped =
        digits.flat_map(|(digit, place)| (place > 0 && place % 3 == 0).then_some('\u{a0}').into_iter().chain([digit]));
    grouped.collect()
}

/// The rate of exchange: `1 CHF = 1,0735 EUR`.
pub fn exchange(currency: Currency, rate: &EurRate, language: Language) -> String {
    match language {
        Language::Fr => format!("Taux de change\u{a0}: 1 {currency} = {} EUR", rate.to_string().replace('.', ",")),
        Language::En => format!("Rate of exchange: 1 {currency} = {rate} EUR"),
    }
}

/// The reason for a cancellation, after the number of the invoice: the manager's own words.
pub fn cancelled(number: &str, reason: &str, language: Language) -> String {
    match language {
        Language::Fr => format!("Annulation de la facture {number}\u{a0}: {reason}"),
        Language::En => format!("Cancellation of the invoice {number}: {reason}"),
    }
}

/// The VAT id of the seller.
pub fn seller_vat_id(id: &str, language: Language) -> String {
    match language {
        Language::Fr => format!("Numéro de TVA du fournisseur\u{a0}: {id}"),
        Language::En => format!("VAT id of the supplier: {id}"),
    }
}

/// The VAT id of the buyer.
pub fn buyer_vat_id(id: &str, language: Language) -> String {
    match language {
        Language::Fr => format!("Numéro de TVA du client\u{a0}: {id}"),
        Language::En => format!("VAT id of the client: {id}"),
    }
}
