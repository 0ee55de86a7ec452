//! Sample batches.

use documents::batch::{Bic, Booking, Debtor, Head, Holder, Remittance, SealedBatch, SepaIban, Transfer};
use rules::Minor;
use settlement::document::Named;
use settlement::number::Number;
use settlement::terms::PrintedText;

/// Each with its name.
pub(crate) fn all() -> [(&'static str, SealedBatch); 5] {
    let each = Debtor { bic: Some("BNPAFRPPXXX".parse::<Bic>().unwrap()), booking: Booking::Each, ..debtor() };
    let many = (1..=40).map(|n| transfer(&format!("B-2026-11/{n}"), 10_000 + n)).collect();
    let largest = Transfer { id: "largest".parse().unwrap(), ..transfer("1", 99_999_999_999) };
    [
        ("one", batch(vec![transfer("B-2026-11/1", 12_345)])),
        ("many", SealedBatch::new(Head { debtor: each, ..head() }, many).unwrap()),
        ("names", batch(names().iter().zip(1..).map(|(name, n)| to(name, n)).collect())),
        ("amounts", batch(vec![transfer("smallest", 1), largest])),
        ("numbers", batch(vec![paying(&numbers(30))])),
    ]
}

/// Names with accents, of other scripts, with signs, and long ones.
pub(crate) fn names() -> Vec<String> {
    let names = [
        "Éléonore Lefèvre-Nuñez & Fils",
        "L’Œuvre d’été – Ça va « bien »",
        "Θεοδώρα Ψυχή Α.Ε.",
        "Щедрин Йорданов",
        "Łódź Śląskie <Søn> \"Straße\"",
        "Nguyễn Thị Ơn; [x]{y}|z\\_~",
        "Café 😀 €uro @ 5% #1",
        "有限会社 Tokyo",
    ];
    let long = ["É".repeat(200), "Щ ".repeat(99) + "Щ"];
    names.map(str::to_owned).into_iter().chain(long).collect()
}

/// Numbers of a partner's series.
pub(crate) fn numbers(count: u32) -> Vec<Named> {
    (1..=count).map(|place| number(&format!("AF-P001-{place:06}"))).collect()
}

/// The number of a document, given here or a partner's own.
pub(crate) fn number(text: &str) -> Named {
    Named::Document(text.parse().map_or_else(|_| Number::Own(text.parse().unwrap()), Number::Given))
}

pub(crate) fn head() -> Head {
    Head {
        id: "B-2026-11".parse().unwrap(),
        sealed_at: "2026-11-27T09:30:15.123456789Z".parse().unwrap(),
        on: "2026-11-30".parse().unwrap(),
        debtor: debtor(),
    }
}

fn debtor() -> Debtor {
    let holder = holder("Éditeur & Associés SAS");
    Debtor { holder, iban: iban("FR76 3000 6000 0112 3456 7890 189"), bic: None, booking: Booking::Together }
}

pub(crate) fn batch(transfers: Vec<Transfer>) -> SealedBatch {
    SealedBatch::new(head(), transfers).unwrap()
}

pub(crate) fn transfer(id: &str, cents: i64) -> Transfer {
    Transfer {
        id: id.parse().unwrap(),
        amount: Minor(cents).try_into().unwrap(),
        holder: holder("Anna Muster"),
        iban: iban("DE89370400440532013000"),
        remittance: remittance(&numbers(2)),
    }
}

/// A transfer to a holder of this name.
pub(crate) fn to(name: &str, n: i64) -> Transfer {
    Transfer { holder: holder(name), ..transfer(&format!("B-2026-11/{n}"), n) }
}

/// A transfer that pays these documents.
pub(crate) fn paying(numbers: &[Named]) -> Transfer {
    Transfer { remittance: remittance(numbers), ..transfer("B-2026-11/1", 500) }
}

fn remittance(numbers: &[Named]) -> Remittance {
    numbers.try_into().unwrap()
}

fn holder(name: &str) -> Holder {
    (&name.parse::<PrintedText>().unwrap()).try_into().unwrap()
}

fn iban(text: &str) -> SepaIban {
    text.parse::<settlement::iban::Iban>().unwrap().try_into().unwrap()
}
