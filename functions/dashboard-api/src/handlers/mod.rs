//! Handlers: each reads its request, asks the ledger and the reports, and answers. No handler uses another.

pub(crate) mod attention;
pub(crate) mod choices;
pub(crate) mod contracts;
pub(crate) mod entries;
pub(crate) mod inquiries;
pub(crate) mod invitations;
pub(crate) mod journal;
pub(crate) mod members;
pub(crate) mod minimum_sales;
pub(crate) mod page;
pub(crate) mod partner_file;
pub(crate) mod partners;
pub(crate) mod perks;
pub(crate) mod programme;
pub(crate) mod registration;
pub(crate) mod simulations;
pub(crate) mod stated;
pub(crate) mod statement;
pub(crate) mod summary;
