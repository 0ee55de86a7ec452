//! Access: each route for each role, and what is another's is as what is not there.

use crate::service::Service;
use rules::people::Role;
use serde_json::json;
use settlement_api::routes::Route;
use web::access::Audience;
use web::routes::Described;

#[tokio::test]
async fn each_route_admits_its_audience() {
    let service = Service::complete(&["P-1", "P-2"]).await;
    service.sale("C-1", "P-1", "2026-01-10", "1000.00", "2026-01-10T09:00:00Z").await;
    service.close("2026-01", "2026-02-01T08:00:00Z", &json!({})).await;
    let (accountant, own) = (service.with_role("accountant", Role::Accountant), service.as_partner("P-1"));
    let nobody = service.as_nobody();
    for route in Route::ALL {
        let values: Vec<&str> = route
            .names()
            .map(|name| match name {
                "id" => "P-1",
                "month" => "2026-01",
                "currency" => "EUR",
                "direction" => "to-partner",
                "number" => "AF-P1-000001",
                "n" => "9",
                _ => "none",
            })
            .collect();
        let path = route.path_of(&values);
        let admitted = match route.audience() {
            Audience::Public => [true; 4],
            Audience::Members => [false, true, true, true],
            Audience::Reporters => [false, true, false, true],
            Audience::Readers => [false, true, true, false],
            Audience::Managers => [false, true, false, false],
            Audience::Identified => unreachable!(),
        };
        let callers = [(&nobody, 401), (&service.manager, 403), (&accountant, 403), (&own, 403)];
        for ((client, refusal), admitted) in callers.into_iter().zip(admitted) {
            let status = client.send(route.method().as_str(), &path, &[], String::new()).await.status;
            assert_eq!(!matches!(status, 401 | 403), admitted, "{} {path}: {status}", route.method());
            assert!(admitted || status == refusal, "{} {path}: {status}", route.method());
        }
    }
}

#[tokio::test]
async fn what_is_anothers_is_as_what_is_not_there() {
    let service = Service::complete(&["P-1", "P-2"]).await;
    service.sale("C-1", "P-1", "2026-01-10", "1000.00", "2026-01-10T09:00:00Z").await;
    service.close("2026-01", "2026-02-01T08:00:00Z", &json!({})).await;
    let foreign = service.as_partner("P-2");
    for (there, nowhere) in [
        ("/partners/P-1/billing", "/partners/P-9/billing"),
        ("/partners/P-1/account", "/partners/P-9/account"),
        ("/documents/AF-P1-000001", "/documents/AF-P9-000001"),
        ("/documents/AF-P1-000001?format=xml", "/documents/AF-P9-000001?format=xml"),
        ("/documents/AF-P1-000001/annex", "/documents/AF-P9-000001/annex"),
    ] {
        let (there, nowhere) = (foreign.get(there).await, foreign.get(nowhere).await);
        assert_eq!((there.status, there.text.replace("P-1", "P-9")), (404, nowhere.text));
    }
}
