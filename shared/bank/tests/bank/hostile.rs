//! Files that are wrong, large or hostile: refused with the place, never quoted.

use crate::world::*;
use bank::error::{MAX_BYTES, MAX_DEPTH, Problem};
use bank::*;
use proptest::prelude::*;

fn refused(file: &str) -> String {
    read(file.as_bytes()).unwrap_err().to_string()
}

#[test]
fn a_document_type_and_an_entity_are_refused_before_anything_else() {
    let bomb = "<?xml version=\"1.0\"?>\n<!DOCTYPE a [<!ENTITY b \"cccc\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]>\n<Document>&b;</Document>";
    assert!(
        refused(bomb).starts_with("line 2, column 1: a document type and entities are not read"),
        "{}",
        refused(bomb)
    );
    let entity = report("10", "<OrgnlPmtInfAndSts><PmtInfSts>&b;</PmtInfSts></OrgnlPmtInfAndSts>");
    assert!(refused(&entity).contains("a document type and entities are not read"), "{}", refused(&entity));
}

#[test]
fn characters_and_the_five_entities_of_xml_are_texts() {
    let why = "<StsRsnInf><Rsn><Prtry>A&amp;B &lt;&#233;&#x9;<![CDATA[&]]></Prtry></Rsn></StsRsnInf>";
    let group =
        format!("<OrgnlGrpInfAndSts><OrgnlMsgId>B-1</OrgnlMsgId><GrpSts>RJCT</GrpSts>{why}</OrgnlGrpInfAndSts>");
    assert_eq!(all_noted(&report("03", &group)), ["all of B-1: rejected A&B <é &, ?"]);
}

#[test]
fn a_file_is_bounded_in_size_number_and_depth() {
    let problem = |file: &str| read(file.as_bytes()).unwrap_err().problem;
    let large = " ".repeat(MAX_BYTES + 1);
    assert_eq!(problem(&large), Problem::TooLarge(MAX_BYTES + 1));
    assert_eq!(problem(&"<a>".repeat(MAX_DEPTH + 1)), Problem::TooDeep);
    let many = format!("<Document>{}</Document>", "<a/>".repeat(300_000));
    assert_eq!(problem(&many), Problem::TooMany);
    let wide = format!("<Document>{}</Document>", "<a/>".repeat(299_000));
    assert_eq!(problem(&wide), Problem::OtherMessage);
}

#[test]
fn what_is_not_well_formed_is_refused_with_its_place() {
    assert!(
        refused("<Document>\n<a></b>").starts_with("line 2, column 4: the file is not well-formed"),
        "{}",
        refused("<Document>\n<a></b>")
    );
    assert!(
        refused("<Document>\n <a>").starts_with("line 2, column 2: the file is not well-formed"),
        "{}",
        refused("<Document>\n <a>")
    );
    for bad in ["", "x", "<a", "<a/><b/>", "<a/>x", "<a>&#0;</a>", "<a b></a", "<Document Ccy></Document>"] {
        assert!(matches!(read(bad.as_bytes()).unwrap_err().problem, Problem::Xml(_) | Problem::OtherMessage), "{bad}");
    }
    let error = read(b"<a>\n\xff</a>").unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.problem),
        ("line 2, column 1: the file is not UTF-8: ask the bank for UTF-8", Problem::NotUtf8)
    );
}

#[test]
fn another_message_is_refused() {
    for other in ["<Document><CstmrCdtTrfInitn/></Document>", "<Invoice/>", "<Document/>"] {
        assert!(
            refused(other).starts_with("line 1, column 1: the file is neither a pain.002 nor a camt.054"),
            "{}",
            refused(other)
        );
    }
}

#[test]
fn a_value_that_is_none_is_refused_where_it_stands() {
    let entry = entry(("1.00", "DBIT", "BOOK"), &[]);
    let check = |from: &str, to: &str, expected: &str| {
        let file = notification("08", &entry.replace(from, to));
        let said = refused(&file);
        assert!(said.starts_with("line 3, ") && said.contains(expected), "{said}");
        assert!(!said.contains(to) || to.is_empty(), "{said}");
    };
    for amount in ["1.001", "-1.00", "1,00", "", "1e3", ".", "1.00.0", "99999999999999999999"] {
        check(">1.00<", &format!(">{amount}<"), "Amt is not an amount with its currency");
    }
    check(" Ccy=\"EUR\"", "", "Amt is not an amount");
    check("\"EUR\"", "\"EURO\"", "Amt is not an amount");
    check("DBIT", "DEBIT", "CdtDbtInd is neither DBIT nor CRDT");
    check("<CdtDbtInd>DBIT</CdtDbtInd>", "", "Ntry has no CdtDbtInd");
    check("2026-03-06T", "2026-02-30T", "ValDt is not a day");
    check("2026-03-06T00:00:00+01:00", "06.03.2026", "ValDt is not a day");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_fail(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read(&bytes);
    }

    #[test]
    fn no_damage_to_a_file_makes_the_reader_fail(at in any::<usize>(), byte in any::<u8>(), cut in any::<usize>()) {
        let transaction = "<Refs><EndToEndId>T-1</EndToEndId></Refs><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>";
        let mut bytes = notification("08", &entry(("1.00", "CRDT", "BOOK"), &[transaction])).into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        let _ = read(&bytes);
        bytes.truncate(cut % bytes.len());
        prop_assert!(read(&bytes).is_err());
    }
}
