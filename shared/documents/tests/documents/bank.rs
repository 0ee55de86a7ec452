//! The bank's file of a batch: sums, characters, lengths, and each value that no batch can hold.

use crate::batches::*;
use crate::xml::values;
use documents::batch::*;
use documents::pain001;
use rules::Minor;
use settlement::iban::Iban;
use settlement::terms::PrintedText;
use std::fmt::Debug;

/// All the texts of a file, without its elements.
fn texts(xml: &str) -> Vec<&str> {
    let (_, xml) = xml.split_once("?>").unwrap();
    xml.trim_end().split('<').skip(1).map(|rest| rest.split_once('>').unwrap().1).collect()
}

fn is_for_banks(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(c))
}

/// An amount with two decimals, in cents.
fn cents(decimal: &str) -> i64 {
    let (units, cents) = decimal.split_once('.').unwrap();
    assert_eq!(cents.len(), 2, "{decimal}");
    format!("{units}{cents}").parse().unwrap()
}

#[test]
fn a_batch_of_one_transfer_is_this_file() {
    let file = pain001(&batch(vec![transfer("B-2026-11/1", 12_345)]));
    let expected = concat!(
        r#"<?xml version="1.0" encoding="UTF-8"?>"#,
        "\n",
        r#"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn><GrpHdr>"#,
        "<MsgId>B-2026-11</MsgId><CreDtTm>2026-11-27T09:30:15Z</CreDtTm><NbOfTxs>1</NbOfTxs><CtrlSum>123.45</CtrlSum>",
        "<InitgPty><Nm>Editeur + Associes SAS</Nm></InitgPty></GrpHdr>",
        "<PmtInf><PmtInfId>B-2026-11</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>",
        "<NbOfTxs>1</NbOfTxs><CtrlSum>123.45</CtrlSum><PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>",
        "<ReqdExctnDt><Dt>2026-11-30</Dt></ReqdExctnDt><Dbtr><Nm>Editeur + Associes SAS</Nm></Dbtr>",
        "<DbtrAcct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></DbtrAcct>",
        "<DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>",
        "<CdtTrfTxInf><PmtId><InstrId>B-2026-11/1</InstrId><EndToEndId>B-2026-11/1</EndToEndId></PmtId>",
        r#"<Amt><InstdAmt Ccy="EUR">123.45</InstdAmt></Amt><Cdtr><Nm>Anna Muster</Nm></Cdtr>"#,
        "<CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct>",
        "<RmtInf><Ustrd>AF-P001-000001, AF-P001-000002</Ustrd></RmtInf></CdtTrfTxInf>",
        "</PmtInf></CstmrCdtTrfInitn></Document>\n",
    );
    assert_eq!(file, expected);
}

#[test]
fn every_batch_agrees_with_its_sums_and_has_the_same_bytes_again() {
    for (name, batch) in all() {
        let file = pain001(&batch);
        assert_eq!(file, pain001(&batch.clone()), "{name}");
        let amounts = values(&file, "InstdAmt");
        let count = batch.transfers().len().to_string();
        assert_eq!(values(&file, "NbOfTxs"), [&count, &count], "{name}");
        assert_eq!(amounts.len().to_string(), count, "{name}");
        let sum: i64 = amounts.into_iter().map(cents).sum();
        assert_eq!(values(&file, "CtrlSum").into_iter().map(cents).collect::<Vec<_>>(), [sum, sum], "{name}");
        assert_eq!(values(&file, "InstrId"), values(&file, "EndToEndId"), "{name}");
        assert_eq!(values(&file, "MsgId"), values(&file, "PmtInfId"), "{name}");
    }
}

#[test]
fn whatever_the_names_the_file_has_characters_and_lengths_of_banks() {
    for (name, batch) in all() {
        let file = pain001(&batch);
        let wrong: Vec<&str> = texts(&file).into_iter().filter(|text| !is_for_banks(text)).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}");
        for (element, longest) in [("Nm", 70), ("Ustrd", 140), ("EndToEndId", 35), ("MsgId", 35)] {
            let lengths: Vec<usize> = values(&file, element).iter().map(|text| text.len()).collect();
            assert!(lengths.iter().all(|length| (1..=longest).contains(length)), "{name} {element}: {lengths:?}");
        }
    }
}

#[test]
fn a_name_is_transliterated_then_cut() {
    let transfers = names().iter().zip(1..).map(|(name, n)| to(name, n)).collect();
    let file = pain001(&batch(transfers));
    let expected = [
        "Eleonore Lefevre-Nunez + Fils",
        "L'Ouvre d'ete - Ca va . bien .",
        "THeodora PSychi A.E.",
        "SHTedrin Yordanov",
        "Lodz Slaskie .Son. .Strase.",
        "Nguyen Thi On, (x)(y)/z/--",
        "Cafe . Euro . 5. .1",
        ".... Tokyo",
        &"E".repeat(70),
        &format!("{}SH", "SHT ".repeat(17)),
    ];
    assert_eq!(values(&file, "Nm")[2..], expected);
}

#[test]
fn the_numbers_are_cut_at_a_whole_one_and_say_so() {
    let text = |count| Remittance::try_from(numbers(count).as_slice()).unwrap().as_str().to_owned();
    assert_eq!(text(1), "AF-P001-000001");
    // Eight numbers of 14 characters need 126, nine 142.
    assert_eq!(text(8).len(), 126);
    assert_eq!(text(9), text(8) + ", ...");
    assert_eq!(text(500), text(9));
    // Four of 35 characters with their commas need 146.
    let own: Vec<_> = "ABCD".chars().map(|c| number(&c.to_string().repeat(35))).collect();
    let expected = ["A", "B", "C"].map(|letter| letter.repeat(35)).join(", ") + ", ...";
    assert_eq!(Remittance::try_from(own.as_slice()).unwrap().as_str(), expected);
    // To the last character: 140 whole, 141 cut, and cut to 140.
    let lengths = |lengths: &[usize]| {
        let numbers: Vec<_> = lengths.iter().map(|length| number(&"x".repeat(*length))).collect();
        Remittance::try_from(numbers.as_slice()).unwrap().as_str().len()
    };
    assert_eq!(lengths(&[35, 35, 35, 29]), 140);
    assert_eq!(lengths(&[35, 35, 35, 30]), 35 * 3 + 4 + 5);
    assert_eq!(lengths(&[35, 35, 35, 24, 35]), 140);
    assert_eq!(lengths(&[35, 35, 35, 25, 35]), 35 * 3 + 4 + 5);
    // The widest that there is still fits whole.
    let wide = [number(&"Щ".repeat(35)), number(&"щ".repeat(35))];
    assert_eq!(Remittance::try_from(wide.as_slice()).unwrap().as_str(), "SHT".repeat(35) + ", ...");
}

#[test]
fn the_bank_is_named_if_it_wants_to_be_and_books_as_it_is_told() {
    let [_, (_, many), ..] = all();
    let file = pain001(&many);
    assert_eq!(values(&file, "FinInstnId"), ["<BICFI>BNPAFRPPXXX</BICFI>"]);
    assert_eq!(values(&file, "BtchBookg"), ["false"]);
}

/// A text is refused with this error, which says what to do.
fn refused<T: Debug, E: PartialEq + Debug + std::fmt::Display>(found: Result<T, E>, expected: &E, says: &str) {
    let error = found.unwrap_err();
    assert_eq!(&error, expected);
    assert!(error.to_string().contains(says), "{error}");
}

#[test]
fn an_id_has_1_to_35_characters_of_banks_and_its_slashes_within() {
    for good in ["B", "a/b/c", "B 1 (x):?.,'+-", &"x".repeat(35)] {
        assert_eq!(good.parse::<BankId>().map(|id| id.to_string()), Ok(good.to_owned()));
    }
    refused("".parse::<BankId>(), &BankIdError::Length(0), "1 to 35");
    refused("x".repeat(36).parse::<BankId>(), &BankIdError::Length(36), "has 36 characters");
    for bad in ["É", "a_b", "a&b", "a\nb", "<x>"] {
        refused(bad.parse::<BankId>(), &BankIdError::Character, "use a-z");
    }
    for bad in ["/a", "a/", "a//b", " a", "a ", "/"] {
        refused(bad.parse::<BankId>(), &BankIdError::Place, "leave those out");
    }
}

#[test]
fn a_bic_has_8_or_11_characters_with_a_country() {
    for good in ["BNPAFRPP", "BNPAFRPPXXX", "A1B2DE33"] {
        assert!(good.parse::<Bic>().is_ok_and(|bic| bic.as_str() == good), "{good}");
    }
    for bad in ["", "BNPAFRP", "BNPAFRPPX", "bnpafrpp", "BNPA1RPP", "BNPAF1PP", "BNPAFRPPXXXX", "BNPÉFRP"] {
        refused(bad.parse::<Bic>(), &BicError, "8 or 11");
    }
}

#[test]
fn a_holder_has_a_letter_or_digit_among_what_is_kept() {
    let holder = |name: &str| Holder::try_from(&name.parse::<PrintedText>().unwrap());
    assert!(holder("5").is_ok());
    let cut_at_a_space = holder(&("A".repeat(69) + " B"));
    assert!(cut_at_a_space.is_ok_and(|holder| holder.as_str() == "A".repeat(69)));
    for bad in ["有限会社", "😀", "-", &("😀".repeat(70) + "A")] {
        refused(holder(bad), &HolderError, "Latin letters");
    }
}

#[test]
fn an_account_is_one_that_sepa_reaches() {
    let abroad: Iban = "AE070331234567890123456".parse().unwrap();
    refused(SepaIban::try_from(abroad), &SepaIbanError, "pay by hand");
}

#[test]
fn an_amount_is_from_one_cent_to_what_a_transfer_can_carry() {
    for good in [1, 99_999_999_999] {
        assert!(TransferAmount::try_from(Minor(good)).is_ok_and(|amount| amount.minor() == Minor(good)));
    }
    for (bad, says) in [(0, "is 0.00 EUR"), (-1, "is -0.01 EUR"), (100_000_000_000, "is 1000000000.00 EUR")] {
        refused(TransferAmount::try_from(Minor(bad)), &TransferAmountError(Minor(bad)), says);
    }
}

#[test]
fn a_transfer_names_a_document() {
    refused(Remittance::try_from([].as_slice()), &RemittanceError, "at least one number");
}

#[test]
fn a_batch_has_a_transfer_and_no_id_twice() {
    refused(SealedBatch::new(head(), Vec::new()), &BatchError::Empty, "void it");
    let twice = ["a", "b", "a"].map(|id| transfer(id, 1)).to_vec();
    refused(SealedBatch::new(head(), twice), &BatchError::SameId("a".parse().unwrap()), "id a: give each its own");
}
