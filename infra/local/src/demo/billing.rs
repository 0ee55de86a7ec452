//! Billing identities of the demo: the vendor's and the partners'. Most gave a mandate; some are what a manager meets now and
//! then: no mandate, no VAT, abroad, a minimum, nothing said at all.

use super::names::Profile;
use jiff::civil::Date;
use serde_json::{Value, json};
use settlement::iban::Iban;
use settlement::siren::Siren;
use settlement::vat_id::VatId;

/// A partner that gave no mandate: it sends its own invoices.
const NO_MANDATE: &str = "cci-du-tarn";
/// A partner without VAT (article 293 B).
const FRANCHISE: &str = "maitre-delmas";
/// A partner in another member of the European Union.
const GERMAN: &str = "alsace-informatique";
/// A partner outside the European Union, which is paid in its own currency.
const SWISS: &str = "leman-solutions";
/// A partner that wants no invoice of less than 1,500 euros.
const WITH_MINIMUM: &str = "reseau-des-maires";
/// A partner that has not said yet what an invoice must say of it.
const UNSAID: &str = "picardie-reseaux";
/// A partner with which set-off is agreed.
const SET_OFF: &str = "beziers-web";

/// The exchange rates that the accountant gives at each close.
pub(super) const RATES: [(&str, &str); 1] = [("CHF", "1.0650")];

/// The vendor's identity.
pub(super) fn vendor(from: Date) -> Value {
    let siren = siren(44_876_543);
    json!({
        "from": from, "legal_name": "all-in-web", "address": "8 avenue du Port, 34500 Béziers", "country": "FR",
        "vat_id": vat_id(&siren), "siren": siren, "regime": "fr-vat", "legal_form": "SAS", "share_capital": "10 000 €",
        "registration": "RCS Béziers 448 765 438",
    })
}

/// The identity of the `n`-th partner; none: it has said nothing yet.
pub(super) fn partner(n: u32, profile: &Profile, from: Date) -> Option<Value> {
    let number = n + 1;
    let siren = siren(51_230_000 + 7_919 * number);
    let mandate = json!({"signed_on": from, "days_to_contest": 30});
    let mut said = json!({
        "from": from, "legal_name": profile.name, "address": format!("{number} rue de la République, 34000 Montpellier"),
        "country": "FR", "vat_id": vat_id(&siren), "siren": siren, "regime": "fr-vat", "series": format!("P{number:03}"),
        "mandate": mandate, "iban": iban("FR", &format!("3000600001{:011}89", 12_345_678 * u64::from(number))),
        "account_holder": profile.name, "set_off": profile.id == SET_OFF,
    });
    let other = match profile.id {
        UNSAID => return None,
        NO_MANDATE => json!({"mandate": null}),
        FRANCHISE => json!({"regime": "fr-franchise", "vat_id": null}),
        GERMAN => json!({
            "country": "DE", "regime": "eu", "siren": null, "vat_id": "DE811907980", "address": "Hauptstraße 12, 77694 Kehl",
            "iban": iban("DE", "370400440532013000"),
        }),
        SWISS => json!({
            "country": "CH", "regime": "outside-eu", "siren": null, "vat_id": null, "address": "Rue du Lac 4, 1207 Genève",
            "iban": iban("CH", "00762011623852957"),
        }),
        WITH_MINIMUM => json!({"minimum_minor": {"EUR": 150_000}}),
        _ => json!({}),
    };
    if let (Value::Object(said), Value::Object(other)) = (&mut said, other) {
        said.extend(other);
    }
    Some(said)
}

/// A SIREN that begins with eight digits.
fn siren(begin: u32) -> String {
    first((0..10).map(|digit| format!("{begin}{digit}")), |text| text.parse::<Siren>().is_ok())
}

/// The French VAT id of a SIREN.
fn vat_id(siren: &str) -> String {
    first((0..97).map(|key| format!("FR{key:02}{siren}")), |text| text.parse::<VatId>().is_ok())
}

/// An IBAN of a country.
fn iban(country: &str, account: &str) -> String {
    first((2..99).map(|check| format!("{country}{check:02}{account}")), |text| text.parse::<Iban>().is_ok())
}

/// The one with fitting check digits.
fn first(mut texts: impl Iterator<Item = String>, fits: impl Fn(&str) -> bool) -> String {
    texts.find(|text| fits(text)).unwrap_or_default()
}
