//! The sample worlds of `tests/data/payments`, equal to the cent to what an independent implementation makes of them.

use crate::world::*;
use payments::*;
use serde_json::Value;

/// The numbers of the documents of a world, by the ids that it gives them: `D5` is 5.
fn number_of(id: &str) -> String {
    id.trim_start_matches('D').to_owned()
}

fn event(value: &Value, step: usize) -> Event {
    let text = |name: &str| value[name].as_str().unwrap();
    let minor = |name: &str| value[name].as_i64().unwrap();
    let names = || value["names"].as_array().unwrap().iter().map(|id| number_of(id.as_str().unwrap()));
    let new_id = format!("N{step}");
    match text("do") {
        "document" => invoice(TO, &minor("number").to_string(), minor("gross"), text("due")),
        "payment" => pays(TO, text("id"), minor("amount"), names().next().as_deref()),
        "credit-note" => {
            let names: Vec<String> = names().collect();
            credit_note(TO, text("id"), minor("gross"), &names.iter().map(String::as_str).collect::<Vec<_>>())
        }
        "take-back" => takes_back(&new_id, text("payment"), minor("amount")),
        "pay-surplus-back" => pays_back(TO, &new_id, minor("amount")),
        "contest" => {
            // A document may be contested again: each time is another contest.
            let number = u32::try_from(step).unwrap();
            let contest = Contest { number, ..contest(TO, &number_of(text("id")), 0) };
            if value["contested"] == true { Event::Contested(contest) } else { Event::Settled(contest) }
        }
        other => panic!("{other} is no event of these worlds"),
    }
}

fn answer(answer: &Result<Answer, Refusal>) -> Option<&'static str> {
    match answer {
        Ok(Answer::Taken) => None,
        Ok(Answer::NoEffect) => Some("no effect"),
        Err(Refusal::OtherPayment(_)) => Some("refused: other content under this id"),
        Err(Refusal::MoreThanLeft { .. }) => Some("refused: more than was paid"),
        Err(Refusal::MoreThanSurplus { .. }) => Some("refused: more than the surplus"),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn every_step_of_every_world_is_equal_to_the_cent() {
    let path = format!("{}/../../tests/data/payments/worlds.jsonl", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let mut steps = 0;
    for line in text.lines() {
        let world: Value = serde_json::from_str(line).unwrap();
        let mut books = Books::default();
        let mut contested = std::collections::BTreeMap::new();
        for (index, step) in world["steps"].as_array().unwrap().iter().enumerate() {
            let place = format!("world {}, step {index}", world["world"]);
            let mut event = event(&step["event"], index);
            match &mut event {
                Event::Contested(contest) => _ = contested.insert(contest.document.clone(), contest.number),
                Event::Settled(contest) => contest.number = contested[&contest.document],
                Event::Invoice(_) | Event::CreditNote(_) | Event::Payment(_) => {}
            }
            assert_eq!(answer(&books.record(&event)), step["answer"].as_str(), "{place}");
            for (id, minor) in step["open"].as_object().unwrap() {
                assert_eq!(open(&books, TO, &number_of(id)), minor.as_i64().unwrap(), "{place}: {id}");
            }
            let count = books.book(account(TO)).map_or(0, |book| book.invoices().count());
            assert_eq!(count, step["open"].as_object().unwrap().len(), "{place}");
            assert_eq!(surplus(&books, TO), step["surplus"].as_i64().unwrap(), "{place}");
            steps += 1;
        }
    }
    assert_eq!((text.lines().count(), steps), (40, 539));
}
