//! Files: workbooks for people, comma-separated values for machines, a page to print. All have the amounts of the JSON.

use crate::service::{Answer, Service};
use events::EventType;
use fixtures::workbook::{Found, FoundSheet, number, sheets};
use fixtures::world::event;
use rules::text::Language;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const JUNE: &str = "/partners/P-1/statement?month=2026-06";

/// A partner under two models in one month, with two credit notes of one amount on one day, and a name like a formula.
async fn two_models() -> Service {
    let service = Service::start();
    let agreements = json!([
        {"model": "referrer", "starts_on": "2020-01-01", "ends_on": "2026-06-14"},
        {"model": "independent-integrator", "starts_on": "2026-06-15", "from_sale": 1,
         "technical_qualification": {"qualified_on": "2000-01-01"}},
    ]);
    let body = json!({"name": "=A & <Fils>", "agreements": agreements}).to_string();
    assert_eq!(service.manager.put("/partners/P-1", body).await.status, 201);
    let money = |amount: &str| json!({"amount": amount, "currency": "EUR"});
    let sold = |contract: &str, day: &str| {
        let data = json!({"contract_id": contract, "partner_id": "P-1", "customer_id": "K", "signed_on": day,
                          "annual_fee": money("1000.00")});
        event(EventType::SaleSigned, contract, &data)
    };
    let credited = |id: &str| {
        let data = json!({"contract_id": "A", "term": 1, "credit_note_id": id, "issued_on": "2026-06-20", "amount": money("10.00")});
        event(EventType::CreditNote, id, &data)
    };
    service.take_in(&[sold("A", "2026-06-01"), sold("B", "2026-06-20"), credited("N-1"), credited("N-2")]).await;
    service
}

fn text(text: &str) -> Found {
    Found::Text(text.to_owned())
}

fn money(total: &Value, name: &str) -> Found {
    number(total[name]["amount"].as_str().unwrap())
}

/// The cells of a total of the JSON, in the language of these names.
fn total_cells(total: &Value, name: impl Fn(&str, &str) -> String) -> Vec<Found> {
    let named = |group: &str| text(&name(group, total[group].as_str().unwrap()));
    let currency = text(total["currency"].as_str().unwrap());
    let mut cells = vec![named("model"), named("kind"), currency, number(&total["entries"].to_string())];
    cells.extend(["amount", "vendor_share", "due_to_partner", "due_from_partner"].map(|of| money(total, of)));
    cells
}

/// The names of codes in a language.
fn names(language: &str) -> impl Fn(&str, &str) -> String {
    let language = if language == "fr" { Language::Fr } else { Language::En };
    move |group: &str, code: &str| {
        let found = texts::names::all().into_iter().find(|(of, name, _)| (*of, *name) == (group, code));
        found.unwrap().2.in_language(language).to_owned()
    }
}

/// The cells from a column on, of the rows that are no headings, no sums and no notes.
fn totals_of((_, rows): &FoundSheet, from: usize) -> Vec<Vec<Found>> {
    let is_total = |row: &&Vec<Found>| row.get(from + 1).is_some_and(|kind| *kind != Found::Empty);
    rows.iter().skip(1).filter(is_total).map(|row| row[from..].to_vec()).collect()
}

async fn workbook(service: &Service, path: &str) -> (Answer, Vec<FoundSheet>) {
    let answer = service.manager.get_as(path, WORKBOOK).await;
    assert_eq!((answer.status, &answer.headers["content-type"]), (200, &WORKBOOK.parse().unwrap()), "{}", answer.text);
    let sheets = sheets(&answer.body);
    (answer, sheets)
}

#[tokio::test]
async fn a_workbook_is_the_statement_in_the_readers_language() {
    let service = two_models().await;
    for (language, file, names_of_sheets, document, headings) in [
        ("fr", "releve", ["Totaux", "Écritures"], "Avoir", ["Partenaire", "Nom", "Mois", "Modèle", "Nature", "Devise"]),
        (
            "en",
            "statement",
            ["Totals", "Entries"],
            "Credit note",
            ["Partner", "Name", "Month", "Model", "Kind", "Currency"],
        ),
    ] {
        let path = format!("{JUNE}&lang={language}");
        let (statement, name) = (service.get(&path).await, names(language));
        let (answer, found) = workbook(&service, &path).await;
        let disposition = format!("attachment; filename=\"{file}-2026-06-P-1.xlsx\"");
        assert_eq!(answer.headers["content-disposition"], disposition);
        assert_eq!(answer.body, workbook(&service, &path).await.0.body, "the same bytes again");
        assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), names_of_sheets);
        assert_eq!(found[0].1[0][..6], headings.map(text));

        let of = [text("P-1"), text("=A & <Fils>"), Found::Day("2026-06-01".to_owned())];
        assert!(found.iter().all(|(_, rows)| rows.iter().skip(1).all(|row| row[..3] == of)), "{found:?}");
        let totals = statement["totals"].as_array().unwrap();
        let expected: Vec<_> = totals.iter().map(|total| total_cells(total, &name)).collect();
        assert_eq!((totals_of(&found[0], 3), expected.len()), (expected, 2));
        let sum = &found[0].1[3];
        assert_eq!((&sum[3], &sum[9]), (&text("Total"), &number("647.00")));

        let entries = statement["entries"].as_array().unwrap();
        assert_eq!(found[1].1.len(), 1 + entries.len());
        for (row, entry) in found[1].1.iter().skip(1).zip(entries) {
            let day = |name: &str| Found::Day(entry[name].as_str().unwrap()[..10].to_owned());
            let said = match entry["cause_kind"].as_str().unwrap() {
                "credit-note" => text(&format!("{document} {}", entry["cause"].as_str().unwrap())),
                _ => Found::Empty,
            };
            assert_eq!(row[3..5], [day("booked_on"), day("recorded_at")]);
            assert_eq!(row[5..8], [text(entry["contract_id"].as_str().unwrap()), number("1"), said]);
            assert_eq!(row[8..10], ["model", "kind"].map(|group| text(&name(group, entry[group].as_str().unwrap()))));
            assert_eq!(row[11..13], [money(entry, "amount"), money(entry, "vendor_share")]);
            assert_eq!(row[15], text(entry["explanation"].as_str().unwrap()));
        }
    }
}

#[tokio::test]
async fn a_workbook_has_earlier_entries_apart_and_says_as_of_when_it_is() {
    let service = two_models().await;
    let july = "/partners/P-1/statement?month=2026-07&since=2026-01-01&as_of=2099-12-31&lang=fr";
    let (answer, found) = workbook(&service, july).await;
    assert_eq!(
        answer.headers["content-disposition"],
        "attachment; filename=\"releve-2026-07-P-1-connu-le-2099-12-31.xlsx\""
    );
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Totaux", "Écritures", "Totaux antérieurs", "Écritures antérieures"]);
    assert_eq!((&found[0].1[1][0], &found[0].1[1][3]), (&text("P-1"), &text("Aucune écriture.")));
    assert_eq!(found[0].1[2][0], text("Tel que connu le 2099-12-31"));
    assert_eq!(found[1].1.len(), 1);
    let (_, june) = workbook(&service, &format!("{JUNE}&lang=fr")).await;
    let from_model_on = |(_, rows): &FoundSheet| rows.iter().map(|row| row[3..].to_vec()).collect::<Vec<_>>();
    assert_eq!([&found[2], &found[3]].map(from_model_on), [&june[0], &june[1]].map(from_model_on));
}

#[tokio::test]
async fn summaries_have_the_totals_of_the_json_in_every_format() {
    let (service, world) = Service::sample().await;
    let year = "from=2024-01&to=2024-12&lang=fr";
    let name = names("fr");
    let partners = world.partners.iter().map(|partner| Some(partner.id.to_string()));
    for partner in partners.chain([None]) {
        let path = partner.as_ref().map_or(format!("/summary?{year}"), |id| format!("/partners/{id}/summary?{year}"));
        let summary = service.get(&path).await;
        let totals = summary["totals"].as_array().unwrap();
        let expected: Vec<_> = totals.iter().map(|total| total_cells(total, &name)).collect();
        let (answer, found) = workbook(&service, &path).await;
        let file = partner
            .as_ref()
            .map_or("synthese-2024-01-2024-12".to_owned(), |id| format!("synthese-2024-01-2024-12-{id}"));
        assert_eq!(answer.headers["content-disposition"], format!("attachment; filename=\"{file}.xlsx\""));
        assert_eq!(
            found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
            ["Totaux", "Par mois", "Par partenaire"]
        );
        assert_eq!(totals_of(&found[0], 2), expected, "{path}");
        let currencies: BTreeSet<&str> = totals.iter().map(|total| total["currency"].as_str().unwrap()).collect();
        assert_eq!(found[0].1.len(), 1 + totals.len() + currencies.len());
        let of_months =
            summary["months"].as_array().unwrap().iter().map(|month| month["totals"].as_array().unwrap().len());
        let months = totals_of(&found[1], 3);
        let of_partners: Vec<_> = match summary["partners"].as_array() {
            Some(partners) => partners.iter().flat_map(|one| one["totals"].as_array().unwrap()).collect(),
            None => totals.iter().collect(),
        };
        assert!(partner.is_none() || months.len() == of_months.sum::<usize>(), "{path}");
        let of_partners: Vec<_> = of_partners.into_iter().map(|total| total_cells(total, &name)).collect();
        assert_eq!(totals_of(&found[2], 2), of_partners);
        let named = summary["partners"][0]["name"].as_str();
        assert!(named.is_none_or(|name| found[2].1[1][1] == text(name)), "{path}");
        let rows = csv_rows(&service, &path).await;
        let added: Vec<_> = rows.iter().filter(|row| row[0] == "total").map(|row| row[3..].join(",")).collect();
        assert_eq!(added, totals.iter().map(total_fields).collect::<Vec<_>>());
        assert_eq!(rows.iter().filter(|row| row[0] == "month").count(), months.len());
    }
}

fn total_fields(total: &Value) -> String {
    let texts = ["kind", "model", "currency"].map(|of| total[of].as_str().unwrap().to_owned());
    let amounts = ["amount", "vendor_share", "due_to_partner", "due_from_partner"];
    let amounts = amounts.map(|of| total[of]["amount"].as_str().unwrap().to_owned());
    [texts.to_vec(), vec![total["entries"].to_string()], amounts.to_vec()].concat().join(",")
}

/// The rows of a file without quoted fields, which ends every line as RFC 4180 does.
async fn csv_rows(service: &Service, path: &str) -> Vec<Vec<String>> {
    let answer = service.manager.get_as(path, "text/csv").await;
    assert_eq!(answer.text.matches('\n').count(), answer.text.matches("\r\n").count());
    answer.text.split("\r\n").map(|row| row.split(',').map(str::to_owned).collect()).collect()
}

#[tokio::test]
async fn a_file_for_a_machine_has_totals_and_is_in_no_language_but_its_explanations() {
    let service = two_models().await;
    let statement = service.get(JUNE).await;
    let rows = csv_rows(&service, JUNE).await;
    let totals: Vec<String> =
        rows.iter().filter(|row| row[0] == "total").map(|row| [&row[7..9], &row[11..17]].concat().join(",")).collect();
    assert_eq!(totals, statement["totals"].as_array().unwrap().iter().map(total_fields).collect::<Vec<_>>());
    assert_eq!(rows.iter().filter(|row| row[0] == "entry").count(), statement["entries"].as_array().unwrap().len());
    let without_explanations = async |language: &str| -> Vec<Vec<String>> {
        let rows = csv_rows(&service, &format!("{JUNE}&lang={language}")).await;
        rows.into_iter().map(|row| row.into_iter().take(18).collect()).collect()
    };
    assert_eq!(without_explanations("fr").await, without_explanations("en").await);
    let summary = async |language: &str| {
        service.manager.get_as(&format!("/summary?from=2026-06&lang={language}"), "text/csv").await.body
    };
    assert_eq!(summary("fr").await, summary("en").await);
}

#[tokio::test]
async fn the_page_to_print_tells_models_and_documents_apart() {
    let service = two_models().await;
    for (language, sum, models, documents) in [
        ("fr", "647,00\u{a0}EUR", ["Prescripteur", "Intégrateur indépendant"], ["Avoir N-1", "Avoir N-2"]),
        ("en", "647.00\u{a0}EUR", ["Referrer", "Independent integrator"], ["Credit note N-1", "Credit note N-2"]),
    ] {
        let page = service.manager.get_as(&format!("{JUNE}&lang={language}"), "text/html").await.text;
        let models = models.map(|model| format!("<th scope=\"row\">{model}</th>"));
        let documents = documents.map(|document| format!("<td>{document}</td>"));
        let sum = format!("<th scope=\"row\" colspan=\"3\">Total EUR</th><td class=\"amount\">{sum}</td>");
        for told in models.into_iter().chain(documents).chain([sum]) {
            assert_eq!(page.matches(&told).count(), 1, "{told} in {page}");
        }
    }
}

#[tokio::test]
async fn a_format_is_asked_for_by_name_and_given_to_those_who_may_read() {
    let service = two_models().await;
    for (name, content_type) in [
        ("json", "application/json"),
        ("csv", "text/csv; charset=utf-8"),
        ("html", "text/html; charset=utf-8"),
        ("xlsx", WORKBOOK),
    ] {
        let answer = service.manager.get_as(&format!("{JUNE}&format={name}"), "text/html").await;
        assert_eq!((answer.status, answer.headers["content-type"].to_str().unwrap()), (200, content_type));
    }
    for (path, all) in [(JUNE, "json, csv, html, xlsx"), ("/summary?from=2026-06", "json, csv, xlsx")] {
        let refused = service.manager.get(&format!("{path}&format=pdf")).await;
        assert_eq!((refused.status, &refused.json["detail"]), (400, &json!(format!("format must be {all}"))));
    }
    assert_eq!(service.manager.get("/summary?format=html").await.status, 400);
    for path in ["/partners/P-1/statement?format=xlsx&month=2026-06", "/partners/P-1/summary?format=xlsx&from=2026-06"]
    {
        assert_eq!(service.as_partner("P-1").get(path).await.status, 200);
        let foreign = service.as_partner("P-2").get(path).await;
        let unknown = service.as_partner("P-2").get(&path.replace("P-1", "P-3")).await;
        assert_eq!((foreign.status, foreign.text.replace("P-1", "P-3")), (404, unknown.text));
    }
    assert_eq!(service.as_partner("P-1").get("/summary?format=xlsx").await.status, 403);
}
