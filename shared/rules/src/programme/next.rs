//! A later version with a fifth model, paid by bands, for tests only: the first version and its decisions must not
//! change because of it.

use super::{Earnings, Model, Party, Programme, ProgrammeVersion, Terms, page_2013_11_16};
use crate::Rate;
use crate::rates::{Band, Bands, Rates};
use crate::text::text;
use crate::{Day, Minor};

const BANDS: Rates = Rates::Bands(Bands::of_table(&[
    Band { from: Minor(0), rate: Rate::percent(20) },
    Band { from: Minor(100_000), rate: Rate::percent(30) },
]));

pub(super) static PROGRAMME: Programme = Programme {
    version: ProgrammeVersion::Next,
    in_force_from: Some(Day::MAX),
    models: &[Terms {
        model: Model::Reseller,
        name: text("Revendeur", "Reseller"),
        principle: text("Le partenaire revend.", "The partner resells."),
        conditions: &[],
        services_delivered_by: Party::Partner,
        services_invoiced_by: Party::Partner,
        recurring_contract_held_by: Party::Partner,
        support_by: Party::Partner,
        new_versions_by: Party::Vendor,
        earnings: Earnings::Recurring { rates: BANDS },
        perks: &[],
    }],
};

mod tests {
    use super::*;
    use crate::agreement::{AgreementError, Draft};
    use crate::balance::balances;
    use crate::fold::fold;
    use crate::simulation::{Change, Who, simulation};
    use crate::{
        Adjustment, AdjustmentKind, Agreements, Contract, Currency, Fact, Instance, Line, Money, PartnerId, Renewal,
        Sale, Term,
    };
    use std::collections::BTreeMap;

    fn registry() -> BTreeMap<PartnerId, Agreements> {
        let referrer = Draft { ends_on: "2099-12-30".parse().ok(), ..Draft::new(Model::Referrer, Day::MIN) };
        let reseller = Draft::new(Model::Reseller, Day::MAX);
        let agreements = [referrer, reseller].map(|draft| draft.accept().unwrap()).to_vec();
        BTreeMap::from([("P".parse().unwrap(), Agreements::new(agreements).unwrap())])
    }

    fn money(amount: &str) -> Money {
        Money::parse(amount, Currency::EUR).unwrap()
    }

    fn sale(contract: &str, signed_on: Day) -> Fact {
        Fact::Sale(Sale {
            contract_id: contract.parse().unwrap(),
            partner_id: "P".parse().unwrap(),
            customer_id: "K".parse().unwrap(),
            signed_on,
            annual_fee: money("1200.01"),
            instance: Instance::Customer,
        })
    }

    fn note(contract: &str, amount: &str) -> Fact {
        Fact::Adjustment(Adjustment {
            contract_id: contract.parse().unwrap(),
            term: Term::FIRST,
            id: AdjustmentKind::CreditNote.id("N".parse().unwrap()),
            issued_on: Day::MAX,
            amount: money(amount),
        })
    }

    fn amounts(lines: &[Line]) -> Vec<(ProgrammeVersion, i64, i64)> {
        let row = |line: &Line| (line.basis.decision.programme, line.amount().0, line.vendor_share().0);
        lines.iter().map(row).collect()
    }

    #[test]
    fn each_version_names_its_own_models() {
        let check = |model, programme, expected: Result<Model, AgreementError>| {
            let draft = Draft { programme: Some(programme), ..Draft::new(model, Day::MIN) };
            assert_eq!(draft.accept().map(|agreement| agreement.model()), expected);
        };
        let (first, next) = (ProgrammeVersion::V2013_11_16, ProgrammeVersion::Next);
        check(Model::Referrer, first, Ok(Model::Referrer));
        check(Model::Reseller, first, Err(AgreementError::NotOfThisProgramme));
        check(Model::Reseller, next, Ok(Model::Reseller));
        check(Model::Referrer, next, Err(AgreementError::NotOfThisProgramme));
        assert_eq!(page_2013_11_16::PROGRAMME.models.len(), 4);
        let eve = Day::try_from(Day::MAX.date().yesterday().unwrap()).unwrap();
        assert_eq!([Day::MIN, eve, Day::MAX].map(ProgrammeVersion::in_force_on), [first, first, next]);
    }

    #[test]
    fn a_year_is_shared_by_bands_and_a_refund_takes_them_back_from_the_top() {
        let facts = vec![sale("A", Day::MAX), note("A", "300.00")];
        let lines = fold(facts, &registry());
        // 20 % of 1000.00 and 30 % of 200.01; after the credit 900.01 are left, and 20 % of all of it is due.
        let next = ProgrammeVersion::Next;
        assert_eq!(amounts(&lines), [(next, 26_000, 94_001), (next, -8_000, -22_000)]);
        let balances = balances(&lines).unwrap();
        assert_eq!(balances.values().next().unwrap().0[&Currency::EUR].due_from_partner, Minor(72_001));
    }

    #[test]
    fn what_was_signed_under_the_first_version_is_paid_as_before() {
        let first = ProgrammeVersion::V2013_11_16;
        let renewal = Fact::Renewal(Renewal {
            contract_id: "A".parse().unwrap(),
            term: 2.try_into().unwrap(),
            starts_on: Day::MAX,
            annual_fee: money("1200.01"),
        });
        let facts = vec![sale("A", Day::MIN), renewal];
        let lines = fold(facts.clone(), &registry());
        assert_eq!(amounts(&lines), [(first, 18_000, 0), (first, 0, 0)]);
        let mut contract = Contract::default();
        for fact in facts {
            contract.add(fact);
        }
        let contracts = BTreeMap::from([("A".parse().unwrap(), contract)]);
        let change = Change { model: Some(Model::Reseller), ..Change::default() };
        let pairs = simulation(&contracts, &registry(), &Who::Model(Model::Referrer), change, None);
        assert!(pairs.values().all(|(is, would)| is == would), "the first version has no such model");
    }
}
