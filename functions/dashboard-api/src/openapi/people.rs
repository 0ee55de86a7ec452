//! Operations about people: members, invitations, and the files of partners.

use crate::answers::journal::{History, Journal};
use crate::answers::members::{InvitationList, InvitationShown, InvitationWithCode, Me, MemberList, MemberShown};
use crate::answers::partner_file::PartnerFile;
use events::member::{CodeBody, InvitationBody, MemberBody};
use events::partner_file::PartnerFileBody;
use rules::{Day, PartnerId};
use web::format::Format;
use web::openapi::{Operation, Schemas, header, json, listing, query, text};

pub(super) fn me(schemas: &mut Schemas) -> Operation {
    Operation::read("getMe", "The caller: name, role, partner", schemas.content::<Me>())
}

pub(super) fn accept_invitation(schemas: &mut Schemas) -> Operation {
    let summary = "Makes whoever has the code of an invitation a member";
    let (body, answer) = (schemas.content::<CodeBody>(), schemas.content::<Me>());
    let refusals = &["400", "404", "409", "410", "503"];
    Operation { refusals, ..Operation::write("acceptInvitation", summary, body, answer) }
}

pub(super) fn members(schemas: &mut Schemas) -> Operation {
    let of = query("partner_id", schemas.of::<PartnerId>());
    Operation::read("listMembers", "Who has which role", schemas.content::<MemberList>())
        .query(listing().into_iter().chain([of]))
}

pub(super) fn grant_role(schemas: &mut Schemas) -> Operation {
    let summary = "Enters a machine, or a person whose subject is known, as a member";
    let (body, answer) = (schemas.content::<MemberBody<'_>>(), schemas.content::<MemberShown>());
    let mut operation = Operation::write("grantRole", summary, body, answer);
    operation.answers.push(("201", json("201", schemas.content::<MemberShown>())));
    operation
}

pub(super) fn revoke_member(schemas: &mut Schemas) -> Operation {
    let summary = "Takes a member's role away; the last manager keeps it";
    changed(Operation::read("revokeMember", summary, schemas.content::<MemberShown>()))
}

pub(super) fn invitations(schemas: &mut Schemas) -> Operation {
    let answer = schemas.content::<InvitationList>();
    Operation::read("listInvitations", "Invitations, newest first", answer).query(listing())
}

pub(super) fn invite(schemas: &mut Schemas) -> Operation {
    let (body, answer) = (schemas.content::<InvitationBody<'_>>(), schemas.content::<InvitationWithCode>());
    let answers = vec![("201", json("201", answer.clone()))];
    let summary = "Makes an invitation; its code is given here only";
    Operation { answers, refusals: &["400", "503"], ..Operation::write("invite", summary, body, answer) }
}

pub(super) fn invite_again(schemas: &mut Schemas) -> Operation {
    let summary = "Gives an invitation another code, for seven days anew; the old one is no longer good";
    changed(Operation::read("inviteAgain", summary, schemas.content::<InvitationWithCode>()))
}

pub(super) fn revoke_invitation(schemas: &mut Schemas) -> Operation {
    let summary = "Makes the code of an invitation useless";
    changed(Operation::read("revokeInvitation", summary, schemas.content::<InvitationShown>()))
}

pub(super) fn journal(schemas: &mut Schemas) -> Operation {
    let of = query("partner_id", schemas.of::<PartnerId>());
    let by = query("by", text().pattern(Some("^[0-9a-f]{32}$"))).description(Some("the id of the member who did it"));
    let days = ["from", "to"].map(|name| query(name, schemas.of::<Day>()));
    let summary = "What people did, newest first; a page looks through `limit` places of the list";
    Operation::read("listActs", summary, schemas.content::<Journal>())
        .query(days.into_iter().chain([of, by]).chain(listing()))
        .formats(&Format::OF_LISTS)
        .bounded()
}

pub(super) fn history(schemas: &mut Schemas) -> Operation {
    let summary = "The versions of a partner's agreements, newest first; a page looks through `limit` acts";
    Operation::read("getHistory", summary, schemas.content::<History>()).query(listing())
}

pub(super) fn partner_file(schemas: &mut Schemas) -> Operation {
    let summary = "Contacts, and a note that the partner never sees";
    Operation::read("getPartnerFile", summary, schemas.content::<PartnerFile>())
}

pub(super) fn write_partner_file(schemas: &mut Schemas) -> Operation {
    let (body, answer) = (schemas.content::<PartnerFileBody<'_>>(), schemas.content::<PartnerFile>());
    let summary = "Writes contacts and note, in place of what was there";
    let refusals = &["400", "404", "412", "428", "503"];
    let operation = Operation::write("writePartnerFile", summary, body, answer);
    Operation { refusals, query: vec![header("If-Match")], ..operation }
}

/// An operation without a body that changes something.
fn changed(operation: Operation) -> Operation {
    Operation { refusals: &["400", "404", "409", "503"], ..operation }
}
