//! Report of a run: balances, addresses, commands to try.

use crate::client::{ClientError, Http};
use crate::stack::Stack;
use crate::tokens;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use events::input::Event;
use machine::members::MANAGER;
use machine::queue_of;
use rules::PartnerId;
use serde_json::Value;

/// A partner's balance in one currency, as the API gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    pub partner_id: String,
    /// The partner's name.
    pub name: String,
    pub currency: String,
    /// The amount that the vendor owes.
    pub due_to_partner: String,
    /// The amount that the partner owes.
    pub due_from_partner: String,
}

/// Every registered partner, from the API.
pub async fn partner_ids(api: &Http) -> Result<Vec<PartnerId>, ClientError> {
    let mut ids = Vec::new();
    let mut path = "/partners?limit=500".to_owned();
    loop {
        let page = api.get(&path).await?.json;
        ids.extend(list(&page, "partners").iter().filter_map(|partner| text(partner, "partner_id").parse().ok()));
        match page.get("next_cursor").and_then(Value::as_str) {
            Some(cursor) => path = format!("/partners?limit=500&cursor={cursor}"),
            None => return Ok(ids),
        }
    }
}

/// Every partner's balances, from the API.
pub async fn balances(api: &Http) -> Result<Vec<Balance>, ClientError> {
    let mut balances = Vec::new();
    for partner_id in partner_ids(api).await? {
        let partner = api.get(&format!("/partners/{partner_id}")).await?.json;
        balances.extend(list(&partner, "balances").iter().map(|balance| Balance {
            partner_id: partner_id.to_string(),
            name: text(&partner, "name"),
            currency: text(balance, "currency"),
            due_to_partner: text(balance.get("due_to_partner").unwrap_or(&Value::Null), "amount"),
            due_from_partner: text(balance.get("due_from_partner").unwrap_or(&Value::Null), "amount"),
        }));
    }
    Ok(balances)
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The balances as a table.
pub fn table(balances: &[Balance]) -> String {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["Partner", "Name", "Currency", "Due to partner", "Due from partner"]);
    for balance in balances {
        let Balance { partner_id, name, currency, due_to_partner, due_from_partner } = balance;
        table.add_row([partner_id, name, currency, due_to_partner, due_from_partner]);
    }
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// Addresses of the services, the way into the page, and two commands to try.
pub fn hints(stack: &Stack, partner: Option<&PartnerId>, event: &Event) -> std::io::Result<String> {
    let queue_url = stack.queue_url(&queue_of(event.event_type));
    let api = &stack.api_url;
    let token = stack.tokens.mint(MANAGER.subject, tokens::LIFETIME)?;
    let path = partner.map_or_else(|| "programme".to_owned(), |id| format!("partners/{id}"));
    Ok(format!(
        "\n  HTTP API   {api}\n  DynamoDB   {dynamodb}\n  SQS        {sqs}\n  Logs       {logs}\n\n\
         Open the page\n\n  {page}\n\nTry, as the manager\n\n  \
         curl {api}/{path} -H 'Authorization: Bearer {token}'\n\n  \
         AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local aws sqs send-message --region {region} \\\n    \
         --endpoint-url {sqs} --queue-url {queue_url} \\\n    --message-body '{body}'\n",
        dynamodb = stack.dynamodb_url,
        sqs = stack.sqs_url,
        logs = stack.data.join("logs").display(),
        page = stack.sign_in_url(),
        region = crate::REGION,
        body = event.body,
    ))
}
