//! The vendor's page of 16 November 2013 (§1), the first version of the programme.

use super::{Condition, Earnings, FromSale, Model, Party, Perk, Programme, ProgrammeVersion, Terms};
use crate::Rate;
use crate::rates::Rates;
use crate::text::text;

const PERKS: &[Perk] = &[
    Perk::TechnicalTraining,
    Perk::TechnicalTeamAccess,
    Perk::PartnerInstance { discount: Rate::percent(50) },
    Perk::Seminars { per_year: 2 },
];

pub(super) static PROGRAMME: Programme = Programme {
    version: ProgrammeVersion::V2013_11_16,
    in_force_from: None,
    models: &[
        Terms {
            model: Model::Affiliate,
            name: text("Affilié", "Affiliate"),
            principle: text(
                "Le partenaire est le contact unique du client, pour les prestations de démarrage comme pour le support, \
                 tout au long de la vie du contrat ; all-in-web lui revend des instances à 50 % du prix catalogue.",
                "The partner is the client's sole contact, for start-up and for support, for the life of the contract; \
                 all-in-web resells instances to it at 50 % of list price.",
            ),
            conditions: &[Condition::SupportStructure, Condition::MinimumSales { per_year: 15 }, Condition::EntryFee],
            services_delivered_by: Party::Partner,
            services_invoiced_by: Party::Partner,
            recurring_contract_held_by: Party::Partner,
            support_by: Party::Partner,
            new_versions_by: Party::Vendor,
            earnings: Earnings::Recurring { rates: Rates::One(Rate::percent(50)) },
            perks: PERKS,
        },
        Terms {
            model: Model::AffiliatedIntegrator,
            name: text("Intégrateur affilié", "Affiliated integrator"),
            principle: text(
                "Le partenaire fait l'avant-vente et fait signer au client une proposition commerciale ; il réalise toute \
                 l'intégration et le démarrage ; all-in-web gère ensuite le contrat récurrent.",
                "The partner does the pre-sales and has the client sign a commercial proposal; it carries out the whole \
                 integration and start-up; all-in-web then runs the recurring contract.",
            ),
            conditions: &[Condition::TechnicalQualification, Condition::VendorBrand],
            services_delivered_by: Party::PartnerAsSubcontractor,
            services_invoiced_by: Party::Vendor,
            recurring_contract_held_by: Party::Vendor,
            support_by: Party::Vendor,
            new_versions_by: Party::Vendor,
            earnings: Earnings::Once { rates: Rates::One(Rate::percent(70)), from_sale: FromSale(2) },
            perks: PERKS,
        },
        Terms {
            model: Model::IndependentIntegrator,
            name: text("Intégrateur indépendant", "Independent integrator"),
            principle: text(
                "Le partenaire fait l'avant-vente et fait signer au client une proposition commerciale ; il réalise tout \
                 ou partie de l'intégration et du démarrage ; all-in-web gère ensuite le contrat récurrent.",
                "The partner does the pre-sales and has the client sign a commercial proposal; it carries out all or part \
                 of the integration and start-up; all-in-web then runs the recurring contract.",
            ),
            conditions: &[Condition::TechnicalQualification],
            services_delivered_by: Party::Partner,
            services_invoiced_by: Party::Partner,
            recurring_contract_held_by: Party::Vendor,
            support_by: Party::Vendor,
            new_versions_by: Party::Vendor,
            earnings: Earnings::Once { rates: Rates::One(Rate::percent(50)), from_sale: FromSale(2) },
            perks: PERKS,
        },
        Terms {
            model: Model::Referrer,
            name: text("Prescripteur", "Referrer"),
            principle: text(
                "Le partenaire trouve un client intéressé et l'apporte à all-in-web.",
                "The partner finds an interested client and brings it to all-in-web.",
            ),
            conditions: &[],
            services_delivered_by: Party::Vendor,
            services_invoiced_by: Party::Vendor,
            recurring_contract_held_by: Party::Vendor,
            support_by: Party::Vendor,
            new_versions_by: Party::Vendor,
            earnings: Earnings::Once { rates: Rates::One(Rate::percent(15)), from_sale: FromSale(1) },
            perks: &[],
        },
    ],
};
