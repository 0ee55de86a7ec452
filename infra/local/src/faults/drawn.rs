//! Throttles and conflicts, drawn for each request, and answered as DynamoDB answers them.

use super::operation::Operation;
use super::{Faults, Share};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The message of a conflict.
const ONGOING: &str = "Transaction is ongoing for the item";
/// The message of a throttle.
const TOO_FAST: &str = "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.";

/// Draws faults.
#[derive(Debug)]
pub(super) struct Draws {
    random: fastrand::Rng,
    throttles: Share,
    conflicts: Share,
    /// Number of faults drawn so far.
    pub(super) throttled: u64,
    pub(super) conflicted: u64,
}

/// The outcome of a draw.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Drawn {
    /// No fault: the request goes on.
    Nothing,
    /// The request is refused with status 400 and this answer.
    Refused(Value),
    /// The whole answer of a batch, of which nothing is left to do.
    Answered(Value),
    /// The rest of a batch, to which the parts that were refused are added once it is answered.
    Rest(Value, Parts),
}

/// The refused parts of a batch.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Parts {
    /// Answers to statements, by their places.
    Statements(BTreeMap<usize, Value>),
    /// The keys that were left unprocessed, by their tables.
    Keys(Map<String, Value>),
}

impl Draws {
    pub(super) fn new(faults: &Faults) -> Draws {
        let random = fastrand::Rng::with_seed(faults.seed);
        Draws { random, throttles: faults.throttles, conflicts: faults.conflicts, throttled: 0, conflicted: 0 }
    }

    /// Tells shares of which one is above zero.
    pub(super) fn is_on(&self) -> bool {
        self.throttles != Share::default() || self.conflicts != Share::default()
    }

    /// Draws the faults of one request.
    pub(super) fn draw(&mut self, operation: Operation, request: &Value) -> Drawn {
        let refused = match operation {
            Operation::BatchGet => return self.keys(request),
            Operation::Statements => return self.statements(request),
            Operation::Read | Operation::OtherWrite => self.throttle(),
            Operation::Write => self.throttle().or_else(|| self.conflict()),
            Operation::Transact => self.throttle().or_else(|| self.cancel(request)),
            Operation::Scan | Operation::Define | Operation::Other => None,
        };
        refused.map_or(Drawn::Nothing, Drawn::Refused)
    }

    fn throttled(&mut self) -> bool {
        let drawn = self.random.u16(..Share::MOST) < self.throttles.0;
        self.throttled += u64::from(drawn);
        drawn
    }

    fn conflicted(&mut self) -> bool {
        let drawn = self.random.u16(..Share::MOST) < self.conflicts.0;
        self.conflicted += u64::from(drawn);
        drawn
    }

    /// The answer to a request that is refused whatever it is.
    pub(super) fn refuse(&mut self) -> Value {
        self.throttled += 1;
        self.too_fast()
    }

    fn throttle(&mut self) -> Option<Value> {
        self.throttled().then(|| self.too_fast())
    }

    /// DynamoDB has two names for the same.
    fn too_fast(&mut self) -> Value {
        let is_provisioned = self.random.bool();
        let name = if is_provisioned { "ProvisionedThroughputExceededException" } else { "ThrottlingException" };
        exception(name, TOO_FAST)
    }

    fn conflict(&mut self) -> Option<Value> {
        self.conflicted().then(|| exception("TransactionConflictException", ONGOING))
    }

    /// A transaction that meets another one at one of its items.
    fn cancel(&mut self, request: &Value) -> Option<Value> {
        if !self.conflicted() {
            return None;
        }
        let count = request.get("TransactItems").and_then(Value::as_array).map_or(1, Vec::len);
        let met = self.random.usize(..count.max(1));
        let codes: Vec<&str> = (0..count).map(|i| if i == met { "TransactionConflict" } else { "None" }).collect();
        let reasons = codes.iter().map(|code| match *code {
            "None" => json!({ "Code": code }),
            _ => json!({ "Code": code, "Message": ONGOING }),
        });
        let message = "Transaction cancelled, please refer cancellation reasons for specific reasons";
        Some(json!({
            "__type": name("TransactionCanceledException"),
            "message": format!("{message} [{}]", codes.join(", ")),
            "CancellationReasons": reasons.collect::<Vec<_>>(),
        }))
    }

    fn statements(&mut self, request: &Value) -> Drawn {
        let mut rest = request.clone();
        let Some(statements) = rest.get_mut("Statements").and_then(Value::as_array_mut) else { return Drawn::Nothing };
        let (mut refused, mut left) = (BTreeMap::new(), Vec::new());
        for (i, statement) in std::mem::take(statements).into_iter().enumerate() {
            let error = if self.throttled() {
                ("ThrottlingError", TOO_FAST)
            } else if self.conflicted() {
                ("TransactionConflict", ONGOING)
            } else {
                left.push(statement);
                continue;
            };
            refused.insert(i, json!({ "Error": { "Code": error.0, "Message": error.1 } }));
        }
        if refused.is_empty() {
            return Drawn::Nothing;
        }
        if left.is_empty() {
            return Drawn::Answered(json!({ "Responses": refused.into_values().collect::<Vec<_>>() }));
        }
        *statements = left;
        Drawn::Rest(rest, Parts::Statements(refused))
    }

    fn keys(&mut self, request: &Value) -> Drawn {
        let mut rest = request.clone();
        let Some(reads) = rest.get_mut("RequestItems").and_then(Value::as_object_mut) else { return Drawn::Nothing };
        let mut unprocessed = Map::new();
        for (table, read) in reads.iter_mut() {
            let Some(read) = read.as_object_mut() else { continue };
            let Some(Value::Array(keys)) = read.remove("Keys") else { continue };
            let (refused, left): (Vec<Value>, Vec<Value>) = keys.into_iter().partition(|_| self.throttled());
            if !refused.is_empty() {
                let mut same = read.clone();
                same.insert("Keys".to_owned(), refused.into());
                unprocessed.insert(table.clone(), same.into());
            }
            read.insert("Keys".to_owned(), left.into());
        }
        reads.retain(|_, read| read.get("Keys").and_then(Value::as_array).is_none_or(|keys| !keys.is_empty()));
        if unprocessed.is_empty() {
            return Drawn::Nothing;
        }
        if reads.is_empty() {
            return Drawn::Refused(self.too_fast());
        }
        Drawn::Rest(rest, Parts::Keys(unprocessed))
    }
}

impl Parts {
    /// Adds the refused parts to the answer to the rest.
    pub(super) fn add_to(self, answer: &mut Value) {
        match self {
            Parts::Statements(refused) => {
                let Some(answers) = answer.get_mut("Responses").and_then(Value::as_array_mut) else { return };
                // In ascending order, so that each place is that in the whole.
                for (i, refused) in refused {
                    answers.insert(i.min(answers.len()), refused);
                }
            }
            Parts::Keys(refused) => {
                let Some(answer) = answer.as_object_mut() else { return };
                let left = answer.entry("UnprocessedKeys").or_insert_with(|| Map::new().into());
                let Some(left) = left.as_object_mut() else { return };
                for (table, mut read) in refused {
                    let keys = read.get_mut("Keys").and_then(Value::as_array_mut);
                    let by_table = left.get(&table).and_then(|read| read.get("Keys")).and_then(Value::as_array);
                    if let (Some(keys), Some(by_table)) = (keys, by_table) {
                        keys.extend(by_table.iter().cloned());
                    }
                    left.insert(table, read);
                }
            }
        }
    }
}

/// The name of an exception on the wire.
fn name(exception: &str) -> String {
    format!("com.amazonaws.dynamodb.v20120810#{exception}")
}

fn exception(exception: &str, message: &str) -> Value {
    json!({ "__type": name(exception), "message": message })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(throttles: u16, conflicts: u16) -> Draws {
        let (throttles, conflicts) = (Share(throttles), Share(conflicts));
        Draws::new(&Faults { throttles, conflicts, seed: 7, ..Faults::default() })
    }

    /// The name of the exception that was drawn.
    fn refusal(drawn: &Drawn) -> String {
        let Drawn::Refused(answer) = drawn else { return format!("{drawn:?}") };
        answer["__type"].as_str().unwrap().rsplit('#').next().unwrap().to_owned()
    }

    const EVERY: [Operation; 9] = [
        Operation::Read,
        Operation::Scan,
        Operation::BatchGet,
        Operation::Write,
        Operation::Transact,
        Operation::Statements,
        Operation::OtherWrite,
        Operation::Define,
        Operation::Other,
    ];

    fn batch(operation: Operation) -> Value {
        match operation {
            Operation::BatchGet => json!({ "RequestItems": { "T": { "Keys": [1, 2, 3], "ConsistentRead": true } } }),
            Operation::Statements => json!({ "Statements": ["a", "b", "c"] }),
            Operation::Transact => json!({ "TransactItems": [1, 2, 3] }),
            Operation::Read
            | Operation::Scan
            | Operation::Write
            | Operation::OtherWrite
            | Operation::Define
            | Operation::Other => json!({}),
        }
    }

    #[test]
    fn without_a_share_nothing_is_refused_and_with_a_whole_one_everything() {
        let mut none = draws(0, 0);
        assert!(!none.is_on() && draws(1, 0).is_on() && draws(0, 1).is_on());
        for operation in EVERY {
            assert_eq!(none.draw(operation, &batch(operation)), Drawn::Nothing, "{operation:?}");
        }
        assert_eq!((none.throttled, none.conflicted), (0, 0));
        let mut all = draws(1000, 1000);
        for operation in EVERY {
            let drawn = all.draw(operation, &batch(operation));
            match operation {
                Operation::Scan | Operation::Define | Operation::Other => assert_eq!(drawn, Drawn::Nothing),
                Operation::Statements => {
                    let Drawn::Answered(answer) = &drawn else { panic!("{drawn:?}") };
                    let answers = answer["Responses"].as_array().unwrap();
                    assert_eq!(answers.len(), 3);
                    assert!(answers.iter().all(|answer| answer["Error"]["Code"] == "ThrottlingError"), "{answer}");
                }
                Operation::Read
                | Operation::BatchGet
                | Operation::Write
                | Operation::Transact
                | Operation::OtherWrite => {
                    let names = ["ProvisionedThroughputExceededException", "ThrottlingException"];
                    assert!(names.contains(&refusal(&drawn).as_str()), "{operation:?}: {drawn:?}");
                }
            }
        }
        // One for each whole request, three for each batch.
        assert_eq!((all.throttled, all.conflicted), (4 + 3 + 3, 0));
    }

    #[test]
    fn conflicts_are_those_of_each_kind_of_write() {
        let mut all = draws(0, 1000);
        assert_eq!(refusal(&all.draw(Operation::Write, &json!({}))), "TransactionConflictException");
        let cancelled = all.draw(Operation::Transact, &batch(Operation::Transact));
        assert_eq!(refusal(&cancelled), "TransactionCanceledException");
        let Drawn::Refused(answer) = cancelled else { unreachable!() };
        let codes: Vec<&str> =
            answer["CancellationReasons"].as_array().unwrap().iter().filter_map(|one| one["Code"].as_str()).collect();
        let met = codes.iter().filter(|code| **code == "TransactionConflict").count();
        assert!(codes.len() == 3 && met == 1, "{answer}");
        assert!(answer["message"].as_str().unwrap().contains(&codes.join(", ")), "{answer}");
        let Drawn::Answered(answer) = all.draw(Operation::Statements, &batch(Operation::Statements)) else { panic!() };
        assert_eq!(answer["Responses"][2]["Error"]["Code"], "TransactionConflict");
        for reads in [Operation::Read, Operation::BatchGet] {
            assert_eq!(all.draw(reads, &batch(reads)), Drawn::Nothing);
        }
        assert_eq!((all.throttled, all.conflicted), (0, 5));
    }

    #[test]
    fn a_share_is_met_and_a_seed_repeats_it() {
        let drawn = |seed| {
            let faults = Faults { throttles: Share(50), conflicts: Share(100), seed, ..Faults::default() };
            let mut draws = Draws::new(&faults);
            let names: Vec<String> = (0..10_000).map(|_| refusal(&draws.draw(Operation::Write, &json!({})))).collect();
            assert!((400..600).contains(&draws.throttled), "{}", draws.throttled);
            assert!((850..1050).contains(&draws.conflicted), "{}", draws.conflicted);
            names
        };
        assert_eq!(drawn(1), drawn(1));
        assert_ne!(drawn(1), drawn(2));
    }

    #[test]
    fn refused_statements_stand_in_their_places() {
        let statements: Vec<usize> = (0..20).collect();
        let Drawn::Rest(rest, refused) =
            draws(300, 300).draw(Operation::Statements, &json!({"Statements": statements}))
        else {
            panic!("some of twenty")
        };
        let done = rest["Statements"].as_array().unwrap().iter().map(|i| json!({ "done": i }));
        let mut answer = json!({ "Responses": done.collect::<Vec<_>>() });
        refused.add_to(&mut answer);
        let answers = answer["Responses"].as_array().unwrap();
        assert!(answers.len() == 20 && rest["Statements"].as_array().unwrap().len() < 20);
        for (i, answer) in answers.iter().enumerate() {
            assert!(answer["done"] == i || answer["Error"]["Code"].is_string(), "{i}: {answers:?}");
        }
    }

    #[test]
    fn refused_keys_are_unprocessed() {
        let keys: Vec<usize> = (0..20).collect();
        let request = json!({ "RequestItems": { "T": { "Keys": keys, "ConsistentRead": true } } });
        let Drawn::Rest(rest, refused) = draws(300, 0).draw(Operation::BatchGet, &request) else {
            panic!("some of twenty")
        };
        assert_eq!(rest["RequestItems"]["T"]["ConsistentRead"], true);
        let mut left: Vec<u64> =
            rest["RequestItems"]["T"]["Keys"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
        assert!((5..20).contains(&left.len()));
        // The table itself left one key, and another of the same request.
        let of_table = json!({ "T": { "Keys": [100], "ConsistentRead": true }, "U": { "Keys": [200] } });
        let mut answer = json!({ "Responses": {}, "UnprocessedKeys": of_table });
        refused.add_to(&mut answer);
        let unprocessed = &answer["UnprocessedKeys"];
        assert!(unprocessed["T"]["ConsistentRead"] == true && unprocessed["U"]["Keys"] == json!([200]), "{answer}");
        left.extend(unprocessed["T"]["Keys"].as_array().unwrap().iter().filter_map(Value::as_u64));
        left.sort_unstable();
        assert_eq!(left, (0..20).chain([100]).collect::<Vec<_>>());
    }
}
