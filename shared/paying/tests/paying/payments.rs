//! Payments by hand: once for ever by their id, in order, and held back while a transfer is under way.

use crate::world::*;
use ::payments::set_off::SetOffError;
use ::payments::{PaymentKind, Refusal};
use paying::PayingError;
use paying::record::Outcome;
use settlement::document::Named;
use settlement::number::{Number, OwnNumber};

const ID: &str = "P-1";

fn named(number: &str) -> Named {
    Named::Document(Number::Own(number.parse::<OwnNumber>().unwrap()))
}

#[tokio::test]
async fn a_payment_is_one_for_ever_by_its_id() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    let paying = paying(&store);
    let first = out("A", 400);
    assert_eq!(paying.record(&partner(ID), &first, &now()).await.unwrap(), Outcome::Recorded);
    let before = store.dump();
    assert_eq!(paying.record(&partner(ID), &first, &by(2, time(NOW))).await.unwrap(), Outcome::Already);
    let other = paying.record(&partner(ID), &out("A", 500), &now()).await.unwrap();
    assert_eq!(other, Outcome::Other { known: Box::new(first.clone()) });
    assert!(store.dump() == before);
    paying.record(&partner(ID), &taken_back("B", "A", 400), &now()).await.unwrap();
    assert_eq!(paying.record(&partner(ID), &first, &now()).await.unwrap(), Outcome::Already);
    assert_eq!(open(&books(&store, ID).await, TO), [("1".to_owned(), 1000)]);
    is_sound(&store, &[ID]).await;
}

#[tokio::test]
async fn partial_over_named_surplus_and_write_off() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (FROM, 1), 1000, "2026-05-01").await;
    invoice(&store, ID, (FROM, 2), 1000, "2026-04-01").await;
    let paying = paying(&store);
    let steps = [
        (payment("part", PaymentKind::In { names: Some(named("1")) }, 300), [("1", 700), ("2", 1000)], 0),
        (payment("over", PaymentKind::In { names: Some(named("2")) }, 1200), [("1", 500), ("2", 0)], 0),
        (payment("off", PaymentKind::WriteOff { direction: FROM, names: None }, 100), [("1", 400), ("2", 0)], 0),
        (payment("more", PaymentKind::In { names: None }, 900), [("1", 0), ("2", 0)], 500),
        (payment("back", PaymentKind::PaysSurplusBack { direction: FROM }, 200), [("1", 0), ("2", 0)], 300),
    ];
    for (payment, expected, rest) in steps {
        assert_eq!(paying.record(&partner(ID), &payment, &now()).await.unwrap(), Outcome::Recorded);
        let of = books(&store, ID).await;
        assert_eq!(open(&of, FROM), expected.map(|(number, open)| (number.to_owned(), open)), "{payment:?}");
        assert_eq!(surplus(&of, FROM), rest, "{payment:?}");
    }
    is_sound(&store, &[ID]).await;
}

#[tokio::test]
async fn what_is_refused_writes_nothing() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    let before = store.dump();
    let paying = paying(&store);
    let refused = [
        payment("a", PaymentKind::Out { names: Some(named("7")) }, 1),
        payment("b", PaymentKind::In { names: Some(named("1")) }, 1),
        payment("c", PaymentKind::TakesBack { payment: "none".parse().unwrap() }, 1),
        payment("d", PaymentKind::PaysSurplusBack { direction: TO }, 1),
    ];
    for payment in refused {
        let refusal = paying.record(&partner(ID), &payment, &now()).await;
        assert!(matches!(refusal, Err(PayingError::Refused(_))), "{refusal:?}");
    }
    let given = paying.record(&partner(ID), &out("transfer/B-0001", 1), &now()).await;
    assert!(matches!(given, Err(PayingError::GivenId)), "{given:?}");
    assert!(store.dump() == before);
}

#[tokio::test]
async fn set_off_by_hand_is_agreed_due_and_not_contested() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    invoice(&store, ID, (FROM, 1), 600, "2026-05-01").await;
    invoice(&store, ID, (FROM, 2), 600, "2026-09-01").await;
    let paying = paying(&store);
    let set_off = |id: &str, minor| payment(id, PaymentKind::SetOff, minor);
    let more = paying.record(&partner(ID), &set_off("a", 601), &now()).await;
    assert!(matches!(more, Err(PayingError::SetOff(SetOffError::MoreThanDue { .. }))), "{more:?}");
    contest(&store, ID, (FROM, 1)).await;
    let contested = paying.record(&partner(ID), &set_off("a", 600), &now()).await;
    assert!(matches!(contested, Err(PayingError::SetOff(SetOffError::MoreThanDue { .. }))), "{contested:?}");
    answer(&store, ID, (FROM, 1)).await;
    assert_eq!(paying.record(&partner(ID), &set_off("a", 600), &now()).await.unwrap(), Outcome::Recorded);
    let of = books(&store, ID).await;
    assert_eq!(open(&of, TO), [("1".to_owned(), 400)]);
    assert_eq!(open(&of, FROM), [("1".to_owned(), 0), ("2".to_owned(), 600)]);
    identity(&store, ID, 2, &now(), |version| version["set_off"] = false.into()).await;
    let not_agreed = paying.record(&partner(ID), &set_off("b", 1), &now()).await;
    assert!(matches!(not_agreed, Err(PayingError::SetOff(SetOffError::NotAgreed))), "{not_agreed:?}");
    is_sound(&store, &[ID]).await;
}

#[tokio::test]
async fn a_document_recorded_late_does_not_change_what_was_paid() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    let paying = paying(&store);
    paying.record(&partner(ID), &out("A", 1500), &now()).await.unwrap();
    assert_eq!(surplus(&books(&store, ID).await, TO), 500);
    // Its clock is before that of the payment, and it is due before the first.
    invoice(&store, ID, (TO, 2), 800, "2026-04-01").await;
    let of = books(&store, ID).await;
    assert_eq!(open(&of, TO), [("1".to_owned(), 0), ("2".to_owned(), 300)]);
    // The surplus paid the second document: it is the last in its order of due days that gives way last.
    let more = paying.record(&partner(ID), &taken_back("B", "A", 1501), &now()).await;
    assert!(matches!(more, Err(PayingError::Refused(Refusal::MoreThanLeft { .. }))), "{more:?}");
    is_sound(&store, &[ID]).await;
}

#[tokio::test]
async fn while_a_transfer_is_under_way_neither_money_to_the_partner_nor_set_off_is_taken_by_hand() {
    let store = world(&[ID]).await;
    invoice(&store, ID, (TO, 1), 1000, "2026-05-01").await;
    invoice(&store, ID, (FROM, 1), 100, "2026-06-09").await;
    let paying = paying(&store);
    fill(&store, "B", &now()).await.unwrap();
    for payment in [out("a", 100), payment("b", PaymentKind::SetOff, 100)] {
        let held = paying.record(&partner(ID), &payment, &now()).await;
        assert!(matches!(held, Err(PayingError::UnderWay(_))), "{held:?}");
    }
    let from = payment("c", PaymentKind::In { names: None }, 50);
    assert_eq!(paying.record(&partner(ID), &from, &now()).await.unwrap(), Outcome::Recorded);
    paying.void(&batch_id("B"), &now()).await.unwrap();
    assert_eq!(paying.record(&partner(ID), &out("a", 100), &now()).await.unwrap(), Outcome::Recorded);
    is_sound(&store, &[ID]).await;
}
