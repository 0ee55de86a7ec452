//! Refusals are in the language of the request.

use crate::service::{Answer, Service};
use events::EventType::SaleSigned;
use events::input::Event;
use serde_json::json;

/// A way for a request to name its language.
#[derive(Clone, Copy)]
struct Asked {
    query: &'static str,
    header: &'static str,
}

const IN_ENGLISH: [Asked; 3] = [
    Asked { query: "", header: "" },
    Asked { query: "", header: "de, en-GB;q=0.8, fr;q=0.5" },
    Asked { query: "lang=en", header: "fr" },
];
const IN_FRENCH: [Asked; 2] =
    [Asked { query: "", header: "fr-CH, en;q=0.5" }, Asked { query: "lang=fr", header: "en" }];

async fn answer(service: &Service, (method, path, body): (&str, &str, &str), asked: Asked) -> Answer {
    let separator = if path.contains('?') { '&' } else { '?' };
    let path = if asked.query.is_empty() { path.to_owned() } else { format!("{path}{separator}{}", asked.query) };
    let headers = [("accept-language", asked.header)];
    let headers = if asked.header.is_empty() { &[][..] } else { &headers[..] };
    service.manager.send(method, &path, headers, body.to_owned()).await
}

/// A request is refused in its language, in whichever way it names it.
async fn check(service: &Service, request: (&str, &str, &str), fr: &str, en: &str) {
    for (ways, detail) in [(&IN_FRENCH[..], fr), (&IN_ENGLISH[..], en)] {
        for asked in ways {
            let answer = answer(service, request, *asked).await;
            assert_eq!(answer.json["detail"], detail, "{request:?}");
            assert_eq!(answer.headers["content-type"], "application/problem+json");
        }
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_in_french_and_in_english() {
    let service = Service::start();
    let get = async |path: &str, fr: &str, en: &str| check(&service, ("GET", path, ""), fr, en).await;
    get("/page/nothing.js", "la page n'a pas ce fichier", "the page has no such file").await;
    get("/partners/P-1", "aucun partenaire P-1 n'est enregistré", "no partner P-1 is registered").await;
    get("/partners?limit=0", "limit doit être un entier de 1 à 500", "limit must be a whole number from 1 to 500")
        .await;
    get("/partners?a=1", "a n'est pas un paramètre de cette route", "a is not a query parameter of this route").await;
    get(
        "/partners/P-1/entries?from=2024-02-30",
        "from n'est pas un jour : AAAA-MM-JJ, du 2000-01-01 au 2099-12-31",
        "from is not a day: YYYY-MM-DD, from 2000-01-01 to 2099-12-31",
    )
    .await;

    let register = async |agreement: serde_json::Value, fr: &str, en: &str| {
        let body = json!({ "name": "A", "agreements": [agreement] }).to_string();
        let at = |reason: &str| format!("agreements[0].{reason}");
        check(&service, ("PUT", "/partners/P-1", &body), &at(fr), &at(en)).await;
    };
    let day = "2024-01-01";
    register(json!({ "model": "referrer" }), "starts_on manque", "starts_on is missing").await;
    register(
        json!({ "model": "referrer", "starts_on": day, "rate": 0.5 }),
        "rate doit être une chaîne",
        "rate must be a string",
    )
    .await;
    register(
        json!({ "model": "referrer", "starts_on": day, "from_sale": 13 }),
        "from_sale n'est pas un entier de 1 à 12",
        "from_sale is not a whole number from 1 to 12",
    )
    .await;
    register(
        json!({ "model": "affiliate", "starts_on": day, "support_structure": true }),
        "entry_fee condition non remplie : un affilié doit un droit d'entrée (segment, commercial_potential, rate)",
        "entry_fee condition not met: an affiliate needs an entry fee (segment, commercial_potential, rate)",
    )
    .await;
    check(
        &service,
        ("POST", "/simulations", r#"{"who":{"partner_id":"P-1"},"terms":{"rate":"7"}}"#),
        "terms.rate n'est pas un taux : un décimal de 0 à 1, à 6 décimales au plus, en chaîne (\"0.35\")",
        "terms.rate is not a rate: a decimal from 0 to 1 with at most 6 decimals, as a string (\"0.35\")",
    )
    .await;
    // A language that is not known is refused in the one that the header asks for.
    for (header, detail, title) in
        [("fr", "lang doit être fr ou en", "Requête incorrecte"), ("en", "lang must be fr or en", "Bad Request")]
    {
        let answer = answer(&service, ("GET", "/programme", ""), Asked { query: "lang=de", header }).await;
        assert_eq!((&answer.json["detail"], &answer.json["title"]), (&json!(detail), &json!(title)));
    }
}

#[tokio::test]
async fn why_a_message_was_refused_is_listed_in_both_languages() {
    let service = Service::start();
    service.take_in(&[Event { event_type: SaleSigned, body: "{".to_owned() }]).await;
    for (language, reason) in
        [("fr", "n'est pas du JSON, ligne 1, colonne 1"), ("en", "is not JSON at line 1, column 1")]
    {
        let listed = service.get(&format!("/attention?lang={language}")).await;
        assert_eq!(listed["items"][0]["reason"], reason);
    }
    let listed = service.get("/attention").await;
    assert_eq!(
        listed["items"][0]["function"], "sale-signed",
        "by its name in the template, whatever it is called in an account"
    );
}
