//! Files as banks write them.

use crate::world::*;
use bank::*;

/// Of three transfers of a file one is settled, one rejected since the account is closed, one on its way.
const PARTLY: &str = "<OrgnlGrpInfAndSts><OrgnlMsgId>B-1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>B-1</OrgnlPmtInfId>
  <TxInfAndSts><OrgnlEndToEndId>T-1</OrgnlEndToEndId><TxSts>ACSC</TxSts><AccptncDtTm>2026-03-06T10:00:00.000+01:00</AccptncDtTm>
    <OrgnlTxRef><Amt><InstdAmt Ccy=\"EUR\">1200.00</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
  <TxInfAndSts><OrgnlEndToEndId>T-2</OrgnlEndToEndId><TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn></StsRsnInf>
    <OrgnlTxRef><Amt><InstdAmt Ccy=\"EUR\">99.9</InstdAmt></Amt></OrgnlTxRef></TxInfAndSts>
  <TxInfAndSts><OrgnlInstrId>T-3</OrgnlInstrId><OrgnlEndToEndId>NOTPROVIDED</OrgnlEndToEndId><TxSts>ACSP</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts>";

#[test]
fn a_report_says_of_each_transfer_what_became_of_it() {
    for version in ["03", "10", "14"] {
        assert_eq!(
            all_noted(&report(version, PARTLY)),
            ["T-1: executed 2026-03-06, 1200.00 EUR", "T-2: rejected AC04, 99.90 EUR", "T-3: under way ACSP, ?",],
            "{version}"
        );
    }
    let file = read(report("10", PARTLY).as_bytes()).unwrap();
    assert_eq!((file.message, file.id.unwrap().as_str()), (Message::StatusReport, "ANSWER-1"));
    assert_eq!((file.movements[1].place.line, file.movements[1].place.column), (6, 3));
}

#[test]
fn a_whole_file_can_be_rejected_or_be_on_its_way() {
    let of_group = |status: &str, why: &str| {
        let group = format!(
            "<OrgnlGrpInfAndSts><OrgnlMsgId>B-1</OrgnlMsgId><GrpSts>{status}</GrpSts>{why}</OrgnlGrpInfAndSts>"
        );
        all_noted(&report("03", &group))
    };
    let why = "<StsRsnInf><Rsn><Prtry>NO FILE</Prtry></Rsn><AddtlInf>x</AddtlInf></StsRsnInf>";
    assert_eq!(of_group("RJCT", why), ["all of B-1: rejected NO FILE, ?"]);
    assert_eq!(of_group("ACTC", ""), ["all of B-1: under way ACTC, ?"]);
    // Settled as a whole says nothing of each, nor of its day.
    assert_eq!(of_group("ACSC", ""), ["all of B-1: under way ACSC, ?"]);
    let of_payment = "<OrgnlGrpInfAndSts><OrgnlMsgId>B-1</OrgnlMsgId></OrgnlGrpInfAndSts><OrgnlPmtInfAndSts>\
        <OrgnlPmtInfId>B-1</OrgnlPmtInfId><PmtInfSts>RJCT</PmtInfSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf>\
        <TxInfAndSts><OrgnlEndToEndId>T-1</OrgnlEndToEndId></TxInfAndSts></OrgnlPmtInfAndSts>";
    assert_eq!(all_noted(&report("10", of_payment)), ["T-1: rejected ?, ?", "all of B-1: rejected AM04, ?"]);
}

#[test]
fn a_notification_says_what_moved_on_the_account() {
    let sent = "<Refs><AcctSvcrRef>R-1</AcctSvcrRef><EndToEndId>T-1</EndToEndId></Refs><Amt Ccy=\"EUR\">100</Amt>";
    let second =
        "<Refs><EndToEndId>T-2</EndToEndId></Refs><AmtDtls><TxAmt><Amt Ccy=\"EUR\">200.50000</Amt></TxAmt></AmtDtls>";
    let back = "<Refs><EndToEndId>T-1</EndToEndId></Refs><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>";
    let came = "<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RmtInf><Ustrd>FP-000001</Ustrd><Ustrd>merci</Ustrd></RmtInf>";
    let entries = [
        entry(("300.50", "DBIT", "BOOK"), &[sent, second]),
        entry(("100.00", "CRDT", "BOOK"), &[back]),
        entry(("360.00", "CRDT", "BOOK"), &[came]),
        entry(("5.00", "DBIT", "PDNG"), &[sent]),
        entry(("7.00", "DBIT", "BOOK"), &[]),
    ];
    for version in ["02", "04", "08", "12"] {
        let file = notification(version, &entries.concat());
        assert_eq!(
            all_noted(&file),
            [
                "T-1: executed 2026-03-06, 100.00 EUR",
                "T-2: executed 2026-03-06, 200.50 EUR",
                "T-1: returned 2026-03-06 AC04, 100.00 EUR",
                "unnamed: received 2026-03-06, 360.00 EUR",
                "T-1: under way PDNG, 100.00 EUR",
                "unnamed: executed 2026-03-06, 7.00 EUR",
            ],
            "{version}"
        );
        let movements = movements(&file);
        assert_eq!(movements[3].remittance.as_ref().unwrap().as_str(), "FP-000001 merci");
        assert_eq!(movements[0].reference.as_ref().unwrap().as_str(), "R-1");
        assert_eq!(movements[1].reference, None);
        assert_eq!(movements[5].reference.as_ref().unwrap().as_str(), "N1");
    }
}

#[test]
fn a_reversal_and_a_code_of_the_bank_are_returns_and_an_old_status_is_a_text() {
    let transaction = ["<Refs><EndToEndId>T-1</EndToEndId></Refs>"];
    let plain = entry(("1.00", "CRDT", "BOOK"), &transaction);
    let reversed = plain.replace("<Sts>", "<RvslInd>true</RvslInd><Sts>");
    let code = "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>RRTN</SubFmlyCd></Fmly></Domn></BkTxCd>";
    let coded = plain.replace("<BookgDt>", &format!("{code}<BookgDt>"));
    let old = plain.replace("<Sts><Cd>BOOK</Cd></Sts>", "<Sts>BOOK</Sts>").replace("CRDT", "DBIT");
    let file = notification("02", &[reversed, coded, old, plain].concat());
    assert_eq!(
        all_noted(&file),
        [
            "T-1: returned 2026-03-06 ?, 1.00 EUR",
            "T-1: returned 2026-03-06 ?, 1.00 EUR",
            "T-1: executed 2026-03-06, 1.00 EUR",
            "T-1: received 2026-03-06, 1.00 EUR",
        ]
    );
}

#[test]
fn a_file_in_an_envelope_with_a_mark_is_read_too() {
    let inner = report("10", PARTLY).split_once('\n').unwrap().1.to_owned();
    let file = format!("\u{feff}<BizMsgEnvlp><AppHdr><BizMsgIdr>1</BizMsgIdr></AppHdr>{inner}</BizMsgEnvlp>");
    assert_eq!(movements(&file).len(), 3);
}

#[test]
fn a_file_without_movements_has_none() {
    assert!(all_noted(&report("10", "")).is_empty() && all_noted(&notification("08", "")).is_empty());
}
