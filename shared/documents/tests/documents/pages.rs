//! The page of documents: mandatory mentions, amounts, escaping, and HTML that needs nothing from elsewhere.

use crate::samples::*;
use crate::xml::values;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use documents::{Dates, PageError, STYLE_SOURCE, cii, page, page_with_annex};
use rules::text::Language;
use rules::{Currency, Kind, Minor, Model, PostingKey};
use settlement::annex::Annex;
use settlement::complete::{Lacking, Side};
use settlement::country::Regime;
use settlement::document::Parties;
use settlement::identity::Field;
use settlement::lines::Line;
use settlement::{Booking, Document, DocumentKind};
use sha2::{Digest, Sha256};

const BOTH: [Language; 2] = [Language::Fr, Language::En];

fn html(document: &Document, language: Language) -> String {
    page(document, &dates(document), language).unwrap()
}

/// The texts of a page between its tags, in their order, without the style.
fn texts(html: &str) -> Vec<String> {
    let body = html.split_once("<body>").unwrap().1;
    let parts = body.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text);
    let unescaped = |text: &str| {
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
        text.replace(['\u{a0}', '\u{202f}'], " ")
    };
    parts.filter(|text| !text.trim().is_empty()).map(unescaped).collect()
}

/// The page says each of these, as the whole text of an element.
fn says(document: &Document, language: Language, expected: &[&str]) {
    let texts = texts(&html(document, language));
    for text in expected {
        assert!(texts.iter().any(|found| found == text), "{text} is not among {texts:#?}");
    }
}

/// All samples, those without XML too.
fn samples() -> impl Iterator<Item = Sample> {
    all().into_iter().chain(printed())
}

#[test]
fn a_self_billed_invoice_says_all_that_the_law_asks_for() {
    let document = self_billed(french(), &[("2026-08", -3_333, Regime::FrVat), ("2026-10", 126_789, Regime::FrVat)]);
    let french: Vec<&str> = "Facture |AF-P001-000007|\
        Autofacturation : facture établie par le client au nom et pour le compte du fournisseur|\
        Fournisseur|Intégration Côté Sud|SARL, RCS Montpellier 512 345 612|1 rue de Paris, 34000 Montpellier|France|SIREN 512 345 612|\
        N° de TVA FR68512345612|Client|All-in-Web|\
        SAS au capital de 10 000 €, RCS Béziers 448 765 438|12 rue de la République, 34500 Béziers|France|SIREN 448 765 438|\
        N° de TVA FR55448765438|Références|Date d’émission|3 novembre 2026|Date d’échéance|3 décembre 2026|Période|\
        du 1ᵉʳ août 2026 au 31 octobre 2026|Catégorie d’opération|Prestation de services|Référence du partenaire|P-001.a|\
        Détail|Désignation|Quantité|Prix unitaire HT|TVA|Montant HT|\
        Régularisation de commissions – août 2026 (Prescripteur)|−1|33,33 €|20 %|−33,33 €|\
        Commissions – octobre 2026 (Prescripteur)|1|1 267,89 €|20 %|1 267,89 €|\
        Totaux|Taux de TVA|Base HT|Montant de TVA|20 %|1 234,56 €|246,91 €|Total HT|1 234,56 €|Total TVA|246,91 €|\
        Total TTC|1 481,47 €|Net à payer|1 481,47 €|Mentions légales|\
        Pénalités de retard exigibles sans rappel, au taux de refinancement de la Banque centrale européenne majoré de \
        10 points de pourcentage (art. L441-10 du code de commerce)|\
        Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 euros (art. D441-5 du code de \
        commerce)|Pas d’escompte pour paiement anticipé|Facture AF-P001-000007"
        .split('|')
        .collect();
    assert_eq!(texts(&html(&document, Language::Fr)).join(""), french.join(""));
    let english = [
        "Self-billing: invoice written by the client in the supplier’s name and on its behalf",
        "3 November 2026",
        "3 December 2026",
        "1 August 2026 to 31 October 2026",
        "Supply of services",
        "Adjustment of commissions – August 2026 (Referrer)",
        "−€33.33",
        "20%",
        "€1,234.56",
        "€246.91",
        "€1,481.47",
        "No discount for early payment",
    ];
    says(&document, Language::En, &english);
}

#[test]
fn every_issued_document_has_the_terms_of_payment() {
    for Sample { name, document, dates } in all() {
        for language in BOTH {
            let texts = texts(&page(&document, &dates, language).unwrap());
            for term in [documents::words::PENALTIES, documents::words::RECOVERY, documents::words::DISCOUNT] {
                let term = term.in_language(language).replace('\u{a0}', " ");
                assert_eq!(texts.iter().filter(|text| **text == term).count(), 1, "{name}: {term}");
            }
        }
    }
}

#[test]
fn a_line_without_vat_says_why_and_the_sum_names_the_law() {
    let check = |document: &Document, french: [&str; 2], english: [&str; 2]| {
        says(document, Language::Fr, &french);
        says(document, Language::En, &english);
    };
    let line = |regime| [("2026-10", 2_500, regime)];
    check(
        &self_billed(franchise(), &line(Regime::FrFranchise)),
        ["Franchise", "TVA non applicable, art. 293 B du CGI"],
        ["Exempt", "No VAT: article 293 B of the French tax code"],
    );
    for (partner, regime) in [(german(), Regime::Eu), (swiss(), Regime::OutsideEu)] {
        check(
            &self_billed(partner, &line(regime)),
            ["Autoliquidation", "Autoliquidation par le client, art. 283-2 du CGI"],
            ["Reverse charge", "Reverse charge to the client: article 283-2 of the French tax code"],
        );
    }
    check(
        &invoice(german(), &line(Regime::Eu)),
        ["Autoliquidation", "Autoliquidation par le client, art. 196 de la directive 2006/112/CE"],
        ["Reverse charge", "Reverse charge to the client: article 196 of directive 2006/112/EC"],
    );
    check(
        &invoice(swiss(), &line(Regime::OutsideEu)),
        ["Non applicable", "TVA non applicable, art. 259-1° du CGI"],
        ["Not applicable", "No French VAT: article 259-1° of the French tax code"],
    );
}

#[test]
fn both_sides_abroad_and_at_home_are_named_with_their_ids() {
    let (german, swiss) = (invoice(german(), &[("2026-10", 1, Regime::Eu)]), invoice(swiss(), &[]));
    let legal = "SAS au capital de 10 000 €, RCS Béziers 448 765 438";
    let vendor = [legal, "SIREN 448 765 438", "N° de TVA FR55448765438"];
    says(&german, Language::Fr, &vendor);
    says(
        &german,
        Language::Fr,
        &["Müller & Söhne GmbH", "Straße 5, 10115 Berlin", "Allemagne", "N° de TVA DE123456789"],
    );
    says(&german, Language::En, &["Germany", "VAT id DE123456789"]);
    let legal = "SAS with a share capital of 10 000 €, RCS Béziers 448 765 438";
    says(&german, Language::En, &[legal]);
    says(&swiss, Language::Fr, &["Société du Léman SA", "Suisse"]);
    let partner = self_billed(franchise(), &[("2026-10", 1, Regime::FrFranchise)]);
    says(&partner, Language::Fr, &["Élise Noël", "SIREN 512 345 612"]);
}

#[test]
fn a_credit_note_and_a_cancellation_say_what_they_credit() {
    let note = credit_note(french(), &credited());
    let named = ["2025/0815 du 1ᵉʳ septembre 2026", "FP-000012 du 1ᵉʳ octobre 2026", "FP-000023 du 2 novembre 2026"];
    says(&note, Language::Fr, &named);
    says(&note, Language::Fr, &["Avoir ", "À valoir sur les factures citées", "300,00 €", "−10,50 €", "347,40 €"]);
    says(&note, Language::En, &["Credit note ", "FP-000023 of 2 November 2026", "€347.40"]);
    let cancellation = cancellation(&invoice(french(), &two_regimes()));
    let reason = "Annulation de la facture FP-000041 : Mauvais client & mauvais montant <sic>";
    says(&cancellation, Language::Fr, &["Avoir d’annulation ", reason, "FP-000041 du 1ᵉʳ septembre 2026"]);
    let reason = "Cancellation of the invoice FP-000041: Mauvais client & mauvais montant <sic>";
    says(&cancellation, Language::En, &["Cancelling credit note ", reason]);
    for document in [note, cancellation] {
        assert!(!texts(&html(&document, Language::Fr)).iter().any(|text| text == "Date d’échéance"));
    }
}

#[test]
fn a_received_document_says_that_the_page_is_a_record_of_it() {
    let check = |sample: &Sample, notice: &str| {
        says(&sample.document, Language::Fr, &[notice, "F 2026.11 <&\">"]);
        let texts = texts(&html(&sample.document, Language::Fr));
        assert!(!texts.iter().any(|text| text.contains("Autofacturation") || text.contains("Pénalités")), "{texts:?}");
    };
    let invoice = "Enregistrement d’une facture reçue : cette page n’est pas la facture. Seul l’original établi par le \
                   fournisseur fait foi.";
    let note = "Enregistrement d’un avoir reçu : cette page n’est pas l’avoir. Seul l’original établi par le fournisseur \
                fait foi.";
    let printed = printed();
    check(&printed[0], invoice);
    check(&printed[1], note);
    check(&printed[2], note);
    let english =
        "Record of a received invoice: this page is not the invoice. Only the supplier’s own original is valid.";
    says(&printed[0].document, Language::En, &["Received invoice ", english]);
    says(&printed[2].document, Language::Fr, &["AF-P001-000003 du 1ᵉʳ septembre 2026"]);
    // It shows what is known: here neither side.
    let parties = Parties { vendor: None, partner: None };
    let unknown = Document { parties, ..printed[0].document.clone() };
    says(&unknown, Language::Fr, &[invoice, "Fournisseur", "Client"]);
}

#[test]
fn another_currency_comes_with_its_rate_and_its_vat_in_eur() {
    let document = in_currency(self_billed(french(), &[("2026-10", 1_000_000, Regime::FrVat)]), "CHF", "1.0735");
    let french = ["10 000,00 CHF", "Total TVA en euros", "Taux de change : 1 CHF = 1,0735 EUR", "2 147,00 €"];
    says(&document, Language::Fr, &french);
    says(&document, Language::En, &["10,000.00 CHF", "Rate of exchange: 1 CHF = 1.0735 EUR", "€2,147.00"]);
}

#[test]
fn what_no_xml_can_say_is_printed() {
    let dinars = in_currency(self_billed(french(), &[("2026-10", 1_234_567, Regime::FrVat)]), "TND", "0.3");
    says(&dinars, Language::Fr, &["1 234,567 TND", "246,913 TND", "74,07 €"]);
    let mixed = self_billed(swiss(), &[("2026-09", 500, Regime::FrVat), ("2026-10", 700, Regime::OutsideEu)]);
    says(&mixed, Language::Fr, &["20 %", "Autoliquidation par le client, art. 283-2 du CGI"]);
}

#[test]
fn the_lines_of_a_month_are_added_up_where_there_are_several_of_each() {
    let subtotals = |document: &Document| -> Vec<(String, String)> {
        let texts = texts(&html(document, Language::Fr));
        let found = texts.windows(2).filter(|pair| pair[0].starts_with("Sous-total"));
        found.map(|pair| (pair[0].clone(), pair[1].clone())).collect()
    };
    let long = printed().pop().unwrap().document;
    let found = subtotals(&long);
    assert_eq!((long.amounts.lines.len(), found.len()), (208, 13));
    assert_eq!(found[0], ("Sous-total octobre 2025".to_owned(), "−28 246,88 €".to_owned()));
    assert_eq!(subtotals(&self_billed(french(), &[("2026-09", 1, Regime::FrVat), ("2026-10", 1, Regime::FrVat)])), []);
    let mut one_month = long;
    one_month.amounts.lines.truncate(16);
    assert_eq!(subtotals(&one_month), []);
}

#[test]
fn lines_are_in_the_order_of_their_months() {
    let mut document = self_billed(french(), &[("2026-09", 1, Regime::FrVat), ("2026-10", 2, Regime::FrVat)]);
    let page = html(&document, Language::Fr);
    document.amounts.lines.reverse();
    assert_eq!(html(&document, Language::Fr), page);
}

#[test]
fn every_amount_of_the_xml_is_on_the_page() {
    for Sample { name, document, dates } in all() {
        let xml = cii(&document, &dates).unwrap();
        let page = page(&document, &dates, Language::Fr).unwrap();
        let texts: Vec<String> = texts(&page).iter().map(|text| text.replace(' ', "")).collect();
        let is_on_page = |amount: &str| {
            let amount = amount.replace('-', "−").replace('.', ",");
            texts.iter().any(|text| text.strip_prefix(&amount).is_some_and(|unit| ["€", "CHF", "JPY"].contains(&unit)))
        };
        let amounts = [
            "ChargeAmount",
            "LineTotalAmount",
            "CalculatedAmount",
            "BasisAmount",
            "TaxTotalAmount",
            "GrandTotalAmount",
        ];
        for amount in amounts.iter().flat_map(|element| values(&xml, &format!("ram:{element}"))) {
            assert!(is_on_page(amount), "{name}: {amount} is not among {texts:?}");
        }
    }
}

#[test]
fn names_reasons_and_numbers_are_escaped() {
    let long = html(&self_billed(long_names(), &[("2026-10", 1, Regime::FrVat)]), Language::Fr);
    assert!(long.contains("&lt;Œuvre &amp; &quot;Fils&quot;&gt; éé") && !long.contains("<Œuvre"));
    let cancelled = html(&cancellation(&invoice(french(), &two_regimes())), Language::Fr);
    assert!(cancelled.contains("mauvais montant &lt;sic&gt;") && !cancelled.contains("<sic"));
    let received = html(&printed()[0].document, Language::Fr);
    assert_eq!(values(&received, "title"), ["F 2026.11 &lt;&amp;&quot;&gt;"]);
}

#[test]
fn every_page_is_whole_html_in_its_language_and_needs_nothing_from_elsewhere() {
    for Sample { name, document, dates } in samples() {
        for (language, lang) in [(Language::Fr, "fr"), (Language::En, "en")] {
            let page = page(&document, &dates, language).unwrap();
            assert!(
                page.starts_with(&format!("<!DOCTYPE html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">")),
                "{name}"
            );
            well_formed(&page);
            for from_elsewhere in ["http:", "https:", "//", "url(", "@import", "src=", "href=", "<script", " style="] {
                assert!(!page.contains(from_elsewhere), "{name}: {from_elsewhere}");
            }
            let heads = page.matches("<th ").count();
            assert_eq!((page.matches("<th>").count(), page.matches("<th scope=").count()), (0, heads), "{name}");
        }
    }
}

/// Every element is closed where it ends, and every text is escaped.
fn well_formed(html: &str) {
    let (head, rest) = html.split_once("<style>").unwrap();
    let body = rest.split_once("</style>").unwrap().1;
    let mut open = Vec::new();
    for part in
        head.strip_prefix("<!DOCTYPE html>").unwrap().split('<').chain(body.split('<')).filter(|part| !part.is_empty())
    {
        let (tag, text) = part.split_once('>').unwrap();
        assert!(!text.contains('>') && tag.matches('"').count() % 2 == 0, "{part}");
        let name = tag.split(' ').next().unwrap();
        match name.strip_prefix('/') {
            Some(closed) => assert_eq!(open.pop(), Some(closed)),
            None if name == "meta" => {}
            None => open.push(name),
        }
    }
    assert_eq!(open, Vec::<&str>::new());
}

#[test]
fn the_policy_admits_the_style_of_the_page() {
    let page = html(&invoice(french(), &[]), Language::Fr);
    let digest = Sha256::digest(values(&page, "style")[0]);
    assert_eq!(
        STYLE_SOURCE,
        format!("'sha256-{}'", STANDARD.encode(digest)),
        "style.css is another: write this source"
    );
    assert!(page.contains(&format!("content=\"default-src 'none'; style-src {STYLE_SOURCE}\"")));
}

#[test]
fn what_a_document_lacks_is_named() {
    let lines: Lines<'_> = &[("2026-10", 1_000, Regime::FrVat)];
    let refusal = |document: &Document| page(document, &Dates::new(), Language::Fr).unwrap_err();
    let lacks = without(self_billed(french(), lines), Side::Partner, |input| input.siren = None);
    assert_eq!(refusal(&lacks), PageError::Lacking(Lacking { side: Side::Partner, field: Field::Siren }));
    let mut no_rate = in_currency(self_billed(french(), lines), "CHF", "1.07");
    no_rate.amounts.in_eur = None;
    assert_eq!(refusal(&no_rate), PageError::NoRate(no_rate.number.clone()));
    let mut note = credit_note(french(), &credited());
    assert_eq!(refusal(&note), PageError::NoDate("2025/0815".to_owned()));
    note.amounts.gross = Minor(i64::MIN);
    assert_eq!(refusal(&note), PageError::Overflow(rules::money::Overflow));
    let received = Document { kind: DocumentKind::ReceivedInvoice, ..no_rate };
    assert!(page(&received, &Dates::new(), Language::Fr).is_ok());
}

/// `UPDATE_GENERATED=1 cargo test --test documents pages` writes the files again.
#[test]
fn two_pages_are_these_files() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/generated");
    let samples = all();
    let made = |name: &str, language| {
        let Sample { document, dates, .. } = samples.iter().find(|sample| sample.name == name).unwrap();
        // An element a line, for the reader of a difference.
        page(document, dates, language).unwrap().replace("><", ">\n<") + "\n"
    };
    let files = [
        ("self-billed-chf", Language::Fr, "self-billed-chf.fr.html"),
        ("credit-note", Language::En, "credit-note.en.html"),
    ];
    for (name, language, file) in files {
        let (file, made) = (folder.join(file), made(name, language));
        if std::env::var_os("UPDATE_GENERATED").is_some() {
            std::fs::write(&file, &made).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(kept == made, "{} is not what is made: refresh it with UPDATE_GENERATED=1", file.display());
    }
}

#[test]
fn an_annex_has_the_contract_of_each_entry_and_the_signs_of_its_document() {
    let note = credit_note(french(), &[("2026-08", -30_000, Regime::FrVat)]);
    let entry = |amount: i64, contract: Option<&str>| Booking {
        posting: PostingKey {
            partner_id: note.account.partner_id.clone(),
            kind: if contract.is_some() { Kind::RevenueShare } else { Kind::EntryFee },
            model: Model::Affiliate,
            currency: Currency::EUR,
            booked_on: "2026-08-05".parse().unwrap(),
        },
        amount: Minor(amount),
        vendor_share: Minor(amount),
        recorded_at: "2026-08-05T08:00:00Z".parse().unwrap(),
        contract_id: contract.map(|id| id.parse().unwrap()),
    };
    let entries = [entry(-25_000, Some("C-1")), entry(5_000, None)];
    let due_again = vec![Line { amount: Minor(-10_000), ..*note.lines().next().unwrap() }];
    let annex = Annex { entries: entries.iter().collect(), due_again };
    let html = page_with_annex(&note, &dates(&note), &annex, Language::Fr).unwrap();
    let found = texts(&html).join("|");
    let expected = "Annexe : écritures à l’appui|Comptabilisée le|Contrat|Désignation|Montant HT|\
        5 août 2026|C-1|Parts de revenu (Affilié)|250,00 €|5 août 2026|–|Droits d’entrée (Affilié)|−50,00 €|\
        août 2026|–|Parts de revenu (Intégrateur indépendant) – De nouveau dû après une annulation|100,00 €|\
        Total HT|300,00 €|Avoir FP-000042";
    assert!(found.replace(" |", "|").contains(expected), "{found}");
}
