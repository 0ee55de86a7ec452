//! The XML of documents: amounts to the cent, signs, mentions, names, and the documents that have none.

use crate::samples::*;
use documents::{CiiError, Dates, cii};
use rules::{Currency, Minor};
use settlement::complete::{Lacking, Side};
use settlement::country::Regime;
use settlement::document::{Amounts, Named};
use settlement::identity::Field;
use settlement::number::Number;
use settlement::{Document, DocumentKind};
use std::collections::BTreeSet;

fn xml(document: &Document) -> String {
    cii(document, &dates(document)).unwrap()
}

/// The contents of the elements of a name, in their order.
pub(crate) fn values<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (start, end) = (format!("<{name}"), format!("</{name}>"));
    let after = xml.split(&start).skip(1).filter(|rest| rest.starts_with(['>', ' ']));
    let content = after.map(|rest| rest.split_once('>').unwrap().1);
    content.map(|rest| rest.split_once(&end).unwrap().0).collect()
}

/// The contents of the elements of a name within the first of another.
fn within<'a>(xml: &'a str, outer: &str, name: &str) -> Vec<&'a str> {
    values(values(xml, outer)[0], name)
}

#[test]
fn every_kind_of_document_has_an_xml_and_always_the_same() {
    let all = all();
    let names: BTreeSet<_> = all.iter().map(|sample| sample.name).collect();
    assert_eq!((names.len(), all.len() >= 14), (all.len(), true));
    for Sample { name, document, dates } in &all {
        let first = cii(document, dates);
        assert!(first.is_ok(), "{name}: {first:?}");
        assert_eq!(first, cii(&document.clone(), dates), "{name}");
    }
}

#[test]
fn the_amounts_are_those_of_the_document_to_the_cent() {
    for Sample { name, document, dates } in all() {
        let xml = cii(&document, &dates).unwrap();
        let currency = document.account.currency;
        let printed = |amount: Minor| currency.decimal(document.printed(amount).unwrap());
        let Amounts { lines, net, vat, gross, in_eur } = &document.amounts;
        let summation = "ram:SpecifiedTradeSettlementHeaderMonetarySummation";
        let sum = |name: &str| within(&xml, summation, name);
        assert_eq!(sum("ram:LineTotalAmount"), [printed(*net)], "{name}");
        assert_eq!(sum("ram:TaxBasisTotalAmount"), [printed(*net)], "{name}");
        assert_eq!(sum("ram:GrandTotalAmount"), [printed(*gross)], "{name}");
        assert_eq!(sum("ram:DuePayableAmount"), [printed(*gross)], "{name}");
        let mut taxes = vec![printed(Minor::sum(vat.iter().map(|sum| sum.vat)).unwrap())];
        taxes.extend(in_eur.iter().map(|(_, vat)| Currency::EUR.decimal(document.printed(*vat).unwrap())));
        assert_eq!(sum("ram:TaxTotalAmount"), taxes, "{name}");
        let expected: Vec<String> = lines.iter().map(|taxed| printed(taxed.line.amount)).collect();
        let stated: Vec<&str> = values(&xml, "ram:SpecifiedTradeSettlementLineMonetarySummation");
        let stated: Vec<&str> = stated.iter().flat_map(|line| values(line, "ram:LineTotalAmount")).collect();
        assert_eq!(stated, expected, "{name}");
    }
}

#[test]
fn the_type_is_389_in_the_partners_name_380_of_the_vendor_381_for_credit_notes_and_cancellations() {
    let lines: Lines<'_> = &[("2026-10", 1_000, Regime::FrVat)];
    let check = |document: &Document, code: &str, number: &str| {
        let xml = xml(document);
        assert_eq!(within(&xml, "rsm:ExchangedDocument", "ram:TypeCode"), [code]);
        assert_eq!(within(&xml, "rsm:ExchangedDocument", "ram:ID"), [number]);
    };
    check(&self_billed(french(), lines), "389", "AF-P001-000007");
    check(&invoice(french(), lines), "380", "FP-000041");
    check(&credit_note(french(), &credited()), "381", "FP-000042");
    check(&cancellation(&invoice(french(), lines)), "381", "FP-000050");
}

#[test]
fn a_self_billed_invoice_is_the_partners_and_the_vendors_invoice_is_its_own() {
    let lines: Lines<'_> = &[("2026-10", 1_000, Regime::FrVat)];
    let check = |document: &Document, seller: &str, buyer: &str| {
        let xml = xml(document);
        assert_eq!(within(&xml, "ram:SellerTradeParty", "ram:Name"), [seller]);
        assert_eq!(within(&xml, "ram:BuyerTradeParty", "ram:Name"), [buyer]);
        let is_said = xml.contains("Autofacturation");
        assert_eq!(is_said, document.kind == DocumentKind::SelfBilledInvoice);
    };
    check(&self_billed(french(), lines), "Intégration Côté Sud", "All-in-Web");
    check(&invoice(french(), lines), "All-in-Web", "Intégration Côté Sud");
}

#[test]
fn a_line_below_zero_has_the_quantity_minus_one_and_a_price_above_zero() {
    let xml = xml(&self_billed(french(), &[("2026-09", -3_333, Regime::FrVat), ("2026-10", 10_000, Regime::FrVat)]));
    assert_eq!(values(&xml, "ram:BilledQuantity"), ["-1", "1"]);
    assert_eq!(values(&xml, "ram:ChargeAmount"), ["33.33", "100.00"]);
    assert_eq!(
        values(&xml, "ram:SpecifiedTradeProduct"),
        [
            "<ram:Name>Régularisation de commissions – septembre 2026 (Prescripteur)</ram:Name>",
            "<ram:Name>Commissions – octobre 2026 (Prescripteur)</ram:Name>"
        ]
    );
}

#[test]
fn a_credit_note_states_what_it_credits_without_a_sign_and_names_it_with_its_dates() {
    let document = credit_note(french(), &credited());
    assert_eq!(document.amounts.gross, Minor(-34_740));
    let xml = xml(&document);
    assert_eq!(values(&xml, "ram:GrandTotalAmount"), ["347.40"]);
    assert_eq!(values(&xml, "ram:BilledQuantity"), ["1", "-1"]);
    assert_eq!(values(&xml, "ram:CalculatedAmount"), ["57.90"]);
    let named = values(&xml, "ram:InvoiceReferencedDocument");
    let numbers: Vec<&str> = named.iter().flat_map(|named| values(named, "ram:IssuerAssignedID")).collect();
    let dates: Vec<&str> = named.iter().flat_map(|named| values(named, "qdt:DateTimeString")).collect();
    assert_eq!(numbers, ["2025/0815", "FP-000012", "FP-000023"]);
    assert_eq!(dates, ["20260901", "20261001", "20261102"]);
    // A credit note has no due day.
    assert_eq!(values(&xml, "ram:DueDateDateTime"), Vec::<&str>::new());
    assert_eq!(within(&xml, "ram:SpecifiedTradePaymentTerms", "ram:Description"), ["À valoir sur les factures citées"]);
}

#[test]
fn a_cancellation_names_its_invoice_and_says_the_managers_reason() {
    let invoice = invoice(french(), &two_regimes());
    let (cancelled, cancelling) = (xml(&invoice), xml(&cancellation(&invoice)));
    for name in ["ram:GrandTotalAmount", "ram:BilledQuantity", "ram:CalculatedAmount", "ram:BasisAmount"] {
        assert_eq!(values(&cancelling, name), values(&cancelled, name), "{name}");
    }
    assert_eq!(values(&cancelling, "ram:IssuerAssignedID"), ["FP-000041"]);
    let reason = "Annulation de la facture FP-000041\u{a0}: Mauvais client &amp; mauvais montant &lt;sic&gt;";
    assert!(values(&cancelling, "ram:Content").contains(&reason));
}

#[test]
fn an_invoice_says_its_date_its_due_day_and_the_months_that_it_is_of() {
    let xml = xml(&self_billed(french(), &[("2026-08", 5, Regime::FrVat), ("2026-10", 5, Regime::FrVat)]));
    let days = |outer| within(&xml, outer, "udt:DateTimeString");
    assert_eq!(days("ram:IssueDateTime"), ["20261103"]);
    assert_eq!(days("ram:DueDateDateTime"), ["20261203"]);
    assert_eq!(days("ram:ActualDeliverySupplyChainEvent"), ["20261031"]);
    let periods = values(&xml, "ram:BillingSpecifiedPeriod");
    let periods: Vec<_> = periods.iter().map(|period| values(period, "udt:DateTimeString")).collect();
    assert_eq!(periods, [["20260801", "20260831"], ["20261001", "20261031"], ["20260801", "20261031"]]);
}

#[test]
fn vat_is_stated_once_for_each_category_and_rate() {
    let check = |document: &Document, expected: &[[&str; 4]]| {
        let xml = xml(document);
        let header = values(&xml, "ram:ApplicableHeaderTradeSettlement")[0];
        let one = |tax: &str, name: &str| values(tax, name).first().copied().unwrap_or_default().to_owned();
        let names = ["ram:CategoryCode", "ram:RateApplicablePercent", "ram:BasisAmount", "ram:CalculatedAmount"];
        let stated = values(header, "ram:ApplicableTradeTax");
        let stated: Vec<[String; 4]> = stated.into_iter().map(|tax| names.map(|name| one(tax, name))).collect();
        assert_eq!(stated, expected);
    };
    let of = |regime, partner| self_billed(partner, &[("2026-10", 10_000, regime)]);
    check(&of(Regime::FrVat, french()), &[["S", "20", "100.00", "20.00"]]);
    check(&of(Regime::FrFranchise, franchise()), &[["E", "0", "100.00", "0.00"]]);
    check(&of(Regime::Eu, german()), &[["AE", "0", "100.00", "0.00"]]);
    check(&of(Regime::OutsideEu, swiss()), &[["O", "", "100.00", "0.00"]]);
    check(&invoice(swiss(), &[("2026-10", 10_000, Regime::OutsideEu)]), &[["O", "", "100.00", "0.00"]]);
    check(
        &self_billed(
            french(),
            &[("2000-03", 250, Regime::FrVat), ("2013-12", 125, Regime::FrVat), ("2026-10", 100, Regime::FrVat)],
        ),
        &[["S", "19.6", "1.25", "0.25"], ["S", "20", "1.00", "0.20"], ["S", "20.6", "2.50", "0.52"]],
    );
    // Rounded for each regime, as the document says it: 2.01 + 2.01.
    check(&invoice(french(), &two_regimes()), &[["S", "20", "20.06", "4.02"]]);
}

#[test]
fn a_rate_of_zero_comes_with_its_mention() {
    let check = |document: &Document, code: &str, mention: &str| {
        let xml = xml(document);
        assert_eq!(values(&xml, "ram:ExemptionReasonCode"), [code]);
        assert_eq!(values(&xml, "ram:ExemptionReason"), [mention]);
    };
    let (franchise_line, eu) = (("2026-10", 1, Regime::FrFranchise), ("2026-10", 1, Regime::Eu));
    let outside = ("2026-10", 1, Regime::OutsideEu);
    let (to, from) = (self_billed, invoice);
    check(&to(franchise(), &[franchise_line]), "VATEX-FR-FRANCHISE", "TVA non applicable, art. 293 B du CGI");
    check(&to(german(), &[eu]), "VATEX-EU-AE", "Autoliquidation par le client, art. 283-2 du CGI");
    check(&to(swiss(), &[outside]), "VATEX-EU-O", "Autoliquidation par le client, art. 283-2 du CGI");
    let directive = "Autoliquidation par le client, art. 196 de la directive 2006/112/CE";
    check(&from(german(), &[eu]), "VATEX-EU-AE", directive);
    check(&from(swiss(), &[outside]), "VATEX-EU-O", "TVA non applicable, art. 259-1° du CGI");
}

#[test]
fn the_mandatory_notes_are_there_once_each() {
    for Sample { name, document, dates } in all() {
        let xml = cii(&document, &dates).unwrap();
        for code in ["PMT", "PMD", "AAB", "BAR"] {
            let found = values(&xml, "ram:SubjectCode").into_iter().filter(|found| *found == code).count();
            assert_eq!(found, 1, "{name}: {code}");
        }
        assert_eq!(within(&xml, "ram:BusinessProcessSpecifiedDocumentContextParameter", "ram:ID"), ["S1"], "{name}");
    }
}

#[test]
fn a_side_is_known_by_the_id_of_its_register_its_tax_id_and_its_electronic_address() {
    let check = |document: &Document, side: &str, expected: &[&str]| {
        let xml = xml(document);
        let side = values(&xml, side)[0];
        let ids = side.split("schemeID=\"").skip(1).map(|rest| rest.split_once('<').unwrap().0.replace("\">", " "));
        assert_eq!(ids.collect::<Vec<_>>(), expected);
    };
    let (seller, buyer) = ("ram:SellerTradeParty", "ram:BuyerTradeParty");
    let of = |regime, partner| self_billed(partner, &[("2026-10", 10_000, regime)]);
    let vendor = ["0002 448765438", "0225 448765438", "VA FR55448765438"];
    check(&of(Regime::FrVat, french()), seller, &["0002 512345612", "0225 512345612", "VA FR68512345612"]);
    check(&of(Regime::FrVat, french()), buyer, &vendor);
    check(&of(Regime::FrFranchise, franchise()), seller, &["0002 512345612", "0225 512345612", "FC 512345612"]);
    // Abroad the documents wait at the vendor's address.
    check(&of(Regime::Eu, german()), seller, &["0223 DE123456789", "0225 448765438_P-001.a", "VA DE123456789"]);
    check(&of(Regime::Eu, german()), buyer, &vendor);
    // What is not subject to VAT has no VAT ids but in a note.
    let outside = of(Regime::OutsideEu, swiss());
    check(&outside, seller, &["0227 CHSociété du Léman", "0225 448765438_P-001.a"]);
    check(&outside, buyer, &["0002 448765438", "0225 448765438"]);
    let note = "Numéro de TVA du client\u{a0}: FR55448765438";
    assert!(values(&xml(&outside), "ram:Content").contains(&note));
}

/// The buyer's have no place in EN 16931; the page has them.
#[test]
fn the_legal_mentions_of_the_seller_are_said() {
    let lines = &[("2026-10", 10_000, Regime::FrVat)];
    let of = |document: &Document| {
        let xml = xml(document);
        let side = |side| within(&xml, side, "ram:Description").into_iter().map(str::to_owned).collect::<Vec<String>>();
        (side("ram:SellerTradeParty"), side("ram:BuyerTradeParty"))
    };
    let partner = "SARL, RCS Montpellier 512 345 612".to_owned();
    assert_eq!(of(&self_billed(french(), lines)), (vec![partner], vec![]));
    let vendor = "SAS au capital de 10 000 €, RCS Béziers 448 765 438".to_owned();
    assert_eq!(of(&invoice(french(), lines)), (vec![vendor], vec![]));
    let none = self_billed(franchise(), &[("2026-10", 10_000, Regime::FrFranchise)]);
    assert_eq!(of(&none), (vec![], vec![]));
}

#[test]
fn another_currency_comes_with_its_rate_and_its_vat_in_eur() {
    let document = in_currency(self_billed(french(), &[("2026-10", 10_000, Regime::FrVat)]), "CHF", "1.0735");
    let xml = xml(&document);
    assert_eq!(values(&xml, "ram:InvoiceCurrencyCode"), ["CHF"]);
    assert_eq!(values(&xml, "ram:TaxCurrencyCode"), ["EUR"]);
    assert!(xml.contains("<ram:TaxTotalAmount currencyID=\"CHF\">20.00</ram:TaxTotalAmount>"));
    assert!(xml.contains("<ram:TaxTotalAmount currencyID=\"EUR\">21.47</ram:TaxTotalAmount>"));
    assert!(values(&xml, "ram:Content").contains(&"Taux de change\u{a0}: 1 CHF = 1,0735 EUR"));
}

#[test]
fn names_are_escaped_and_kept_whole() {
    let xml = xml(&self_billed(long_names(), &[("2026-10", 1, Regime::FrVat)]));
    let name = format!("&lt;Œuvre &amp; &quot;Fils&quot;&gt; {}", "é".repeat(183));
    assert_eq!(within(&xml, "ram:SellerTradeParty", "ram:Name"), [name]);
    assert_eq!(within(&xml, "ram:SellerTradeParty", "ram:LineOne"), ["à".repeat(200)]);
}

fn refusal(document: &Document) -> CiiError {
    cii(document, &dates(document)).unwrap_err()
}

#[test]
fn a_received_document_has_no_xml_of_ours() {
    let lines: Lines<'_> = &[("2026-10", 1_000, Regime::FrVat)];
    let number = Number::Own("F 2026.11".parse().unwrap());
    let of = Number::Given("AF-P001-000007".parse().unwrap());
    for kind in
        [DocumentKind::ReceivedInvoice, DocumentKind::ReceivedCreditNote, DocumentKind::ReceivedCancellation { of }]
    {
        let document = Document { kind, number: number.clone(), ..self_billed(french(), lines) };
        assert_eq!(refusal(&document), CiiError::Received(number.clone()));
    }
}

#[test]
fn a_currency_of_three_decimals_has_no_xml_and_says_so() {
    let document = in_currency(self_billed(french(), &[("2026-10", 1_000, Regime::FrVat)]), "TND", "0.3");
    let refusal = refusal(&document);
    assert_eq!(refusal, CiiError::Decimals(document.has_xml().unwrap_err()));
    assert!(refusal.to_string().contains("a currency of 3 decimals"), "{refusal}");
}

#[test]
fn another_currency_without_a_rate_has_no_xml() {
    let mut document = in_currency(self_billed(french(), &[("2026-10", 1_000, Regime::FrVat)]), "CHF", "1.07");
    document.amounts.in_eur = None;
    assert_eq!(refusal(&document), CiiError::NoRate(document.number.clone()));
}

#[test]
fn an_incomplete_side_is_named_with_its_field() {
    let document = || self_billed(french(), &[("2026-10", 1_000, Regime::FrVat)]);
    let check = |document: &Document, side, field| {
        assert_eq!(refusal(document), CiiError::Lacking(Lacking { side, field }));
    };
    check(&without(document(), Side::Vendor, |input| input.siren = None), Side::Vendor, Field::Siren);
    check(&without(document(), Side::Partner, |input| input.vat_id = None), Side::Partner, Field::VatId);
    let mut nobody = document();
    nobody.parties.partner = None;
    check(&nobody, Side::Partner, Field::LegalName);
}

#[test]
fn lines_with_vat_need_a_tax_id_of_the_seller() {
    // The partner has moved to Switzerland, and the line is from before.
    let document = self_billed(swiss(), &[("2026-09", 500, Regime::FrVat)]);
    assert_eq!(refusal(&document), CiiError::Lacking(Lacking { side: Side::Partner, field: Field::VatId }));
}

#[test]
fn what_is_named_needs_a_date_and_a_number_that_xml_can_name() {
    let mut document = credit_note(french(), &credited());
    assert_eq!(cii(&document, &Dates::new()), Err(CiiError::NoDate("2025/0815".to_owned())));
    for number in ["F.2025", "F 2025", "N°1"] {
        document.kind = DocumentKind::CreditNote { names: vec![Named::OpeningItem(number.parse().unwrap())] };
        assert_eq!(refusal(&document), CiiError::Named(number.to_owned()));
    }
}

#[test]
fn lines_outside_vat_do_not_stand_beside_others() {
    let lines: Lines<'_> = &[("2026-09", 500, Regime::Eu), ("2026-10", 500, Regime::OutsideEu)];
    let document = self_billed(swiss(), lines);
    assert_eq!(refusal(&document), CiiError::Mixed(document.number.clone()));
}

#[test]
fn an_amount_that_cannot_be_turned_is_refused() {
    let mut document = credit_note(french(), &credited());
    document.amounts.gross = Minor(i64::MIN);
    assert_eq!(refusal(&document), CiiError::Overflow(rules::money::Overflow));
}
