//! Sample documents of every kind, regime and shape.

use documents::Dates;
use rules::{Currency, Day, Kind, Minor, Model, Month};
use settlement::complete::Side;
use settlement::country::Regime;
use settlement::document::{Amounts, Named, Parties};
use settlement::identity::{BillingInput, IdentityInput};
use settlement::lines::{Line, LineKey};
use settlement::number::Number;
use settlement::vat::{EurRate, TaxedLine, rate};
use settlement::{Account, Billing, Direction, Document, DocumentKind, Identity, Moment};

/// A document with the dates of what it names.
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) document: Document,
    pub(crate) dates: Dates,
}

/// Those that have an XML.
pub(crate) fn all() -> Vec<Sample> {
    let invoices = [
        ("self-billed", self_billed(french(), &[("2026-10", 10_001, Regime::FrVat)])),
        ("self-billed-adjusted", self_billed(french(), &adjusted())),
        ("self-billed-three-rates", self_billed(french(), &three_rates())),
        ("self-billed-franchise", self_billed(franchise(), &[("2026-10", 123_456, Regime::FrFranchise)])),
        ("self-billed-franchise-since", self_billed(franchise(), &franchise_since())),
        ("self-billed-eu", self_billed(german(), &[("2026-10", 99_999, Regime::Eu)])),
        (
            "self-billed-eu-since",
            self_billed(german(), &[("2026-09", 700, Regime::FrVat), ("2026-10", 900, Regime::Eu)]),
        ),
        ("self-billed-outside-eu", self_billed(swiss(), &[("2026-10", 50_000, Regime::OutsideEu)])),
        ("self-billed-chf", in_currency(self_billed(french(), &adjusted()), "CHF", "1.0735")),
        ("self-billed-chf-eu", in_currency(self_billed(german(), &[("2026-10", 5_555, Regime::Eu)]), "CHF", "1.0735")),
        ("self-billed-long-names", self_billed(long_names(), &[("2026-10", 1, Regime::FrVat)])),
        ("self-billed-largest", self_billed(french(), &[("2026-10", 1_000_000_000_000, Regime::FrVat)])),
        ("invoice", invoice(french(), &[("2026-10", 240_050, Regime::FrVat)])),
        ("invoice-two-regimes", invoice(french(), &two_regimes())),
        ("invoice-franchise", invoice(franchise(), &[("2026-10", 2_500, Regime::FrFranchise)])),
        ("invoice-eu", invoice(german(), &[("2026-10", 2_500, Regime::Eu)])),
        ("invoice-outside-eu", invoice(swiss(), &[("2026-10", 2_500, Regime::OutsideEu)])),
        ("invoice-jpy", in_currency(invoice(french(), &[("2026-10", 120_013, Regime::FrVat)]), "JPY", "0.0062")),
    ];
    let invoices = invoices.map(|(name, document)| Sample { name, document, dates: Dates::new() });
    let credits = [
        ("credit-note", credit_note(french(), &credited())),
        ("credit-note-eu", credit_note(german(), &[("2026-09", -2_500, Regime::Eu)])),
        ("credit-note-outside-eu", credit_note(swiss(), &[("2026-09", -2_500, Regime::OutsideEu)])),
        ("cancellation", cancellation(&invoice(french(), &two_regimes()))),
        ("cancellation-chf", cancellation(&in_currency(invoice(french(), &adjusted()), "CHF", "0.9"))),
        ("cancellation-outside-eu", cancellation(&invoice(swiss(), &[("2026-10", 2_500, Regime::OutsideEu)]))),
    ];
    let credits = credits.map(|(name, document)| Sample { name, dates: dates(&document), document });
    invoices.into_iter().chain(credits).collect()
}

/// Those that have a page alone: what is received, what no XML can say, and what is long.
pub(crate) fn printed() -> Vec<Sample> {
    let lines: Lines<'_> = &[("2026-10", 10_001, Regime::FrVat)];
    let of = given("AF-P001-000003");
    let printed = [
        ("received-invoice", received(DocumentKind::ReceivedInvoice, &adjusted())),
        ("received-credit-note", received(DocumentKind::ReceivedCreditNote, &[("2026-09", -2_500, Regime::FrVat)])),
        (
            "received-cancellation",
            received(DocumentKind::ReceivedCancellation { of }, &[("2026-09", -2_500, Regime::FrVat)]),
        ),
        ("self-billed-tnd", in_currency(self_billed(french(), lines), "TND", "0.3")),
        (
            "self-billed-mixed",
            self_billed(swiss(), &[("2026-09", 500, Regime::Eu), ("2026-10", 500, Regime::OutsideEu)]),
        ),
        ("self-billed-208-lines", long()),
    ];
    printed.map(|(name, document)| Sample { name, dates: dates(&document), document }).into()
}

/// A partner's own document, in the currency of Switzerland.
fn received(kind: DocumentKind, lines: Lines<'_>) -> Document {
    let due = kind.is_invoice().then(|| day("2026-12-03"));
    let number = Number::Own("F 2026.11 <&\">".parse().unwrap());
    in_currency(Document { kind, number, due, ..self_billed(french(), lines) }, "CHF", "1.0735")
}

/// 208 lines: thirteen months of every kind and model, with VAT and without.
fn long() -> Document {
    let document = self_billed(french(), &[]);
    let first: Month = "2025-10".parse().unwrap();
    let months = std::iter::successors(Some(first), |month| month.next()).take(13).map(|month| month.to_string());
    let lines = (1..).zip(months).flat_map(|(number, month)| {
        let regime = if number < 4 { Regime::FrFranchise } else { Regime::FrVat };
        let month_line = taxed(Direction::ToPartner, (&month, 123_457 * number - 300_000, regime));
        let keys = Kind::ALL.iter().flat_map(|kind| Model::ALL.iter().map(|model| (*kind, *model)));
        keys.map(move |(kind, model)| {
            let key = LineKey { kind, model, ..month_line.line.key };
            TaxedLine { line: Line { key, ..month_line.line }, ..month_line }
        })
    });
    let amounts = Amounts::of(&document.account, lines.collect(), None).unwrap();
    Document { amounts, ..document }
}

/// Lines: month, amount in minor units, and the partner's regime in that month.
pub(crate) type Lines<'a> = &'a [(&'a str, i64, Regime)];

fn adjusted() -> [(&'static str, i64, Regime); 3] {
    [("2026-08", -3_333, Regime::FrVat), ("2026-09", 777, Regime::FrVat), ("2026-10", 100_000, Regime::FrVat)]
}

fn three_rates() -> [(&'static str, i64, Regime); 4] {
    [
        ("2000-03", 250, Regime::FrVat),
        ("2000-04", -125, Regime::FrVat),
        ("2013-12", 9_999, Regime::FrVat),
        ("2026-10", 10_003, Regime::FrVat),
    ]
}

fn franchise_since() -> [(&'static str, i64, Regime); 2] {
    [("2025-12", 1_003, Regime::FrVat), ("2026-10", 2_000, Regime::FrFranchise)]
}

/// Each has 2.006 of VAT: 4.02 together when rounded for each regime, 4.01 when rounded once.
pub(crate) fn two_regimes() -> [(&'static str, i64, Regime); 2] {
    [("2026-09", 1_003, Regime::FrFranchise), ("2026-10", 1_003, Regime::FrVat)]
}

/// More is credited than one line adds.
pub(crate) fn credited() -> [(&'static str, i64, Regime); 2] {
    [("2026-08", -30_000, Regime::FrVat), ("2026-10", 1_050, Regime::FrVat)]
}

/// A self-billed invoice to a partner, in its series.
pub(crate) fn self_billed(partner: BillingInput, lines: Lines<'_>) -> Document {
    let number = format!("AF-{}-000007", partner.series.as_deref().unwrap_or_default());
    document(&number, (DocumentKind::SelfBilledInvoice, Direction::ToPartner), partner, lines)
}

/// The vendor's invoice to a partner.
pub(crate) fn invoice(partner: BillingInput, lines: Lines<'_>) -> Document {
    document("FP-000041", (DocumentKind::Invoice, Direction::FromPartner), partner, lines)
}

/// The vendor's credit note, which names two invoices and an opening item.
pub(crate) fn credit_note(partner: BillingInput, lines: Lines<'_>) -> Document {
    let invoices = ["FP-000012", "FP-000023"].map(|number| Named::Document(given(number)));
    let names = std::iter::once(Named::OpeningItem("2025/0815".parse().unwrap())).chain(invoices).collect();
    let mut note = document("FP-000042", (DocumentKind::CreditNote { names }, Direction::FromPartner), partner, lines);
    note.due = None;
    note
}

/// The vendor's cancellation of an invoice, a month later.
pub(crate) fn cancellation(invoice: &Document) -> Document {
    let reason = "Mauvais client & mauvais montant <sic>".parse().unwrap();
    Document {
        number: given("FP-000050"),
        kind: DocumentKind::Cancellation { of: invoice.number.clone(), reason },
        date: day("2026-12-02"),
        due: None,
        close: moment("2026-11", "2026-12-02T09:00:00Z"),
        amounts: invoice.amounts.turned().unwrap(),
        ..invoice.clone()
    }
}

/// The same in another currency, with its rate of exchange.
pub(crate) fn in_currency(document: Document, currency: &str, rate: &str) -> Document {
    let account = Account { currency: currency.parse().unwrap(), ..document.account };
    let rate: EurRate = rate.parse().unwrap();
    Document { amounts: Amounts::of(&account, document.amounts.lines, Some(&rate)).unwrap(), account, ..document }
}

/// The dates of all that a document names.
pub(crate) fn dates(document: &Document) -> Dates {
    document.kind.names().into_iter().zip([day("2026-09-01"), day("2026-10-01"), day("2026-11-02")]).collect()
}

fn document(
    number: &str,
    (kind, direction): (DocumentKind, Direction),
    partner: BillingInput,
    lines: Lines<'_>,
) -> Document {
    let account = Account { partner_id: "P-001.a".parse().unwrap(), currency: Currency::EUR, direction };
    let lines = lines.iter().map(|line| taxed(direction, *line)).collect();
    Document {
        close: moment("2026-10", "2026-11-03T09:00:00Z"),
        made_at: "2026-11-03T09:00:00Z".parse().unwrap(),
        number: given(number),
        kind,
        date: day("2026-11-03"),
        due: Some(day("2026-12-03")),
        parties: Parties { vendor: Some(vendor()), partner: Some(Billing::try_from(partner).unwrap()) },
        amounts: Amounts::of(&account, lines, None).unwrap(),
        account,
    }
}

fn taxed(direction: Direction, (month, amount, regime): (&str, i64, Regime)) -> TaxedLine {
    let month: Month = month.parse().unwrap();
    let (kind, model) = match direction {
        Direction::ToPartner => (Kind::Commission, Model::Referrer),
        Direction::FromPartner => (Kind::RevenueShare, Model::IndependentIntegrator),
    };
    TaxedLine {
        line: Line { key: LineKey { month, kind, model }, amount: Minor(amount) },
        is_adjustment: month != "2026-10".parse().unwrap(),
        regime,
        rate: rate(direction, regime, month.last()),
    }
}

fn moment(month: &str, at: &str) -> Moment {
    let at = at.parse().unwrap();
    Moment::stored(month.parse().unwrap(), at, at).unwrap()
}

fn given(number: &str) -> Number {
    Number::Given(number.parse().unwrap())
}

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn vendor() -> Identity {
    let input = IdentityInput {
        legal_name: Some("All-in-Web".to_owned()),
        address: Some("12 rue de la République, 34500 Béziers".to_owned()),
        country: Some("FR".to_owned()),
        siren: Some("448765438".to_owned()),
        vat_id: Some("FR55448765438".to_owned()),
        regime: Some(Regime::FrVat),
        legal_form: Some("SAS".to_owned()),
        share_capital: Some("10 000 €".to_owned()),
        registration: Some("RCS Béziers 448 765 438".to_owned()),
    };
    input.try_into().unwrap()
}

/// A document one of whose sides lacks a field.
pub(crate) fn without(mut document: Document, side: Side, lose: impl FnOnce(&mut IdentityInput)) -> Document {
    match side {
        Side::Vendor => {
            let mut input = IdentityInput::from(vendor());
            lose(&mut input);
            document.parties.vendor = Some(input.try_into().unwrap());
        }
        Side::Partner => {
            let mut input = BillingInput::from(document.parties.partner.unwrap());
            lose(&mut input.identity);
            document.parties.partner = Some(input.try_into().unwrap());
        }
    }
    document
}

fn partner(name: &str, address: &str, country: &str, regime: Regime) -> BillingInput {
    let identity = IdentityInput {
        legal_name: Some(name.to_owned()),
        address: Some(address.to_owned()),
        country: Some(country.to_owned()),
        regime: Some(regime),
        ..IdentityInput::default()
    };
    BillingInput { identity, series: Some("P001".to_owned()), ..BillingInput::default() }
}

/// A French partner with VAT.
pub(crate) fn french() -> BillingInput {
    let mut input = partner("Intégration Côté Sud", "1 rue de Paris, 34000 Montpellier", "FR", Regime::FrVat);
    input.identity.siren = Some("512345612".to_owned());
    input.identity.vat_id = Some("FR68512345612".to_owned());
    input.identity.legal_form = Some("SARL".to_owned());
    input.identity.registration = Some("RCS Montpellier 512 345 612".to_owned());
    input
}

/// A French partner without VAT, and without a VAT id.
pub(crate) fn franchise() -> BillingInput {
    let mut input = partner("Élise Noël", "3 place du Marché, 44000 Nantes", "FR", Regime::FrFranchise);
    input.identity.siren = Some("512345612".to_owned());
    input
}

/// A German partner.
pub(crate) fn german() -> BillingInput {
    let mut input = partner("Müller & Söhne GmbH", "Straße 5, 10115 Berlin", "DE", Regime::Eu);
    input.identity.vat_id = Some("DE123456789".to_owned());
    input
}

/// A Swiss partner.
pub(crate) fn swiss() -> BillingInput {
    partner("Société du Léman SA", "Rue du Rhône 8, 1204 Genève", "CH", Regime::OutsideEu)
}

/// A French partner whose name and address are as long as they can be, with the longest series.
pub(crate) fn long_names() -> BillingInput {
    let mut input = french();
    input.identity.legal_name = Some(format!("<Œuvre & \"Fils\"> {}", "é".repeat(183)));
    input.identity.address = Some("à".repeat(200));
    input.identity.legal_form = Some("œ".repeat(100));
    input.identity.share_capital = Some(format!("<{}>", "9".repeat(98)));
    input.identity.registration = Some("ç".repeat(100));
    input.series = Some("ABCDEFGHIJ12".to_owned());
    input
}
