//! Members and invitations (RULEBOOK §9), over a table in memory.

use crate::damage::at;
use fixtures::memory::MemoryStore;
use futures_util::future::join;
use jiff::{SignedDuration, Timestamp};
use ledger::Ledger;
use ledger::audit::audit;
use ledger::invitations::{Accepted, Changed, Code, LIFETIME, Status};
use ledger::journal::{Author, Occasion};
use ledger::members::{Granted, Member, MemberId, Revoked};
use rules::people::{Identity, Role};

fn identity(subject: &str) -> Identity {
    Identity { issuer: "https://issuer.example".parse().unwrap(), subject: subject.parse().unwrap() }
}

fn partner(id: &str) -> Role {
    Role::Partner(id.parse().unwrap())
}

pub(crate) fn member(subject: &str, role: Role) -> Member {
    let (identity, name) = (identity(subject), subject.parse().unwrap());
    Member { identity, role, name, since: at(0), granted_by: None, revoked_at: None }
}

/// An act of the operator.
fn by(second: i64) -> Occasion {
    Occasion::of_operator(at(second))
}

/// An act of a member.
fn done_by(member: &Member) -> Occasion {
    Occasion { by: Author::Member { id: member.id(), name: member.name.clone() }, ..by(0) }
}

pub(crate) fn code(n: u8) -> Code {
    Code::new([n; 24])
}

async fn invite(ledger: &Ledger<&MemoryStore>, n: u8, role: Role, now: Timestamp) -> Code {
    let invited = ledger
        .invite(&code(n), (role, format!("Name {n}").parse().unwrap()), &Occasion::of_operator(now))
        .await
        .unwrap();
    assert_eq!((invited.expires_at, invited.status(now)), (now + LIFETIME, Status::Open));
    code(n)
}

#[tokio::test]
async fn a_role_is_granted_once_and_kept_until_it_is_revoked() {
    let store = MemoryStore::default();
    let ledger = Ledger::new(&store);
    let anna = member("anna", partner("P-1"));
    assert_eq!(ledger.member_of(&anna.identity).await.unwrap(), None);
    assert_eq!(ledger.grant(&anna, &by(0)).await.unwrap(), Granted::Now(anna.clone()));
    assert_eq!(ledger.grant(&anna, &by(0)).await.unwrap(), Granted::Already(anna.clone()));
    let as_manager = Member { role: Role::Manager, ..anna.clone() };
    assert_eq!(ledger.grant(&as_manager, &by(0)).await.unwrap(), Granted::Other(anna.clone()));
    assert_eq!(ledger.member_of(&anna.identity).await.unwrap(), Some(anna.clone()));

    let revoked = Member { revoked_at: Some(at(9)), ..anna.clone() };
    assert_eq!(ledger.revoke_member(&anna.id(), &by(9)).await.unwrap(), Revoked::Now(revoked.clone()));
    assert_eq!(ledger.revoke_member(&anna.id(), &by(10)).await.unwrap(), Revoked::Already(revoked.clone()));
    let found = ledger.member(&anna.id()).await.unwrap().unwrap();
    assert_eq!(found.role(), None);
    assert_eq!(found, revoked);
    let as_manager = Member { since: at(11), ..as_manager };
    assert_eq!(ledger.grant(&as_manager, &by(11)).await.unwrap(), Granted::Now(as_manager));
    let nobody = MemberId::of(&identity("nobody"));
    assert_eq!(ledger.revoke_member(&nobody, &by(1)).await.unwrap(), Revoked::NoMember);
}

#[test]
fn an_id_tells_issuer_and_subject_apart() {
    let of = |issuer: &str, subject: &str| {
        MemberId::of(&Identity { issuer: issuer.parse().unwrap(), subject: subject.parse().unwrap() })
    };
    assert_eq!(of("https://a", "b"), of("https://a", "b"));
    let ids = [of("https://a", "b"), of("https://a/", "b"), of("https://ab", "b"), of("https://a", "B")];
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(id.to_string().parse::<MemberId>().unwrap(), *id);
        assert!(!ids[..n].contains(id));
    }
}

#[tokio::test]
async fn the_last_manager_stays() {
    let store = MemoryStore::default();
    let ledger = Ledger::new(&store);
    let (marie, paul) = (member("marie", Role::Manager), member("paul", Role::Manager));
    ledger.grant(&marie, &by(0)).await.unwrap();
    assert_eq!(ledger.revoke_member(&marie.id(), &by(1)).await.unwrap(), Revoked::LastManager);
    // An accountant and a partner's member grant nothing, and so count for nothing.
    for other in [member("karl", Role::Accountant), member("anna", partner("P-1"))] {
        ledger.grant(&other, &by(0)).await.unwrap();
        assert_eq!(ledger.revoke_member(&marie.id(), &by(1)).await.unwrap(), Revoked::LastManager);
    }
    ledger.grant(&paul, &by(0)).await.unwrap();
    // Each revokes the other, at once.
    let (marie_id, paul_id) = (marie.id(), paul.id());
    let (one, other) = join(ledger.revoke_member(&marie_id, &by(2)), ledger.revoke_member(&paul_id, &by(2))).await;
    let outcomes = [one.unwrap(), other.unwrap()];
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Revoked::Now(_))).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Revoked::LastManager).count(), 1, "{outcomes:?}");
    // A revoked manager counts again with the role.
    for again in [&marie, &paul] {
        ledger.grant(&Member { since: at(3), ..again.clone() }, &by(3)).await.unwrap();
    }
    assert!(matches!(ledger.revoke_member(&marie_id, &by(4)).await.unwrap(), Revoked::Now(_)));
    assert!(audit(store.dump()).findings.is_empty());
}

#[tokio::test]
async fn a_code_is_good_once() {
    let store = MemoryStore::default();
    let ledger = Ledger::new(&store);
    let code = invite(&ledger, 1, partner("P-1"), at(0)).await;
    let accept = async |code: &Code, who: &str, now| ledger.accept_invitation(code, identity(who), now).await.unwrap();
    let other: Code = format!("{}-{}", code.id, "0".repeat(32)).parse().unwrap();
    assert_eq!(accept(&other, "anna", at(1)).await, Accepted::NoInvitation);
    assert_eq!(accept(&self::code(2), "anna", at(1)).await, Accepted::NoInvitation);
    let Accepted::Member(anna) = accept(&code, "anna", at(1)).await else { panic!("not accepted") };
    assert_eq!((anna.role(), anna.name.as_str(), anna.since), (Some(&partner("P-1")), "Name 1", at(1)));
    // The answer was lost; the request is repeated.
    assert_eq!(accept(&code, "anna", at(2)).await, Accepted::Member(anna.clone()));
    assert_eq!(accept(&code, "eve", at(2)).await, Accepted::Used);
    // A member keeps its role, and the code stays good for somebody else.
    let second = invite(&ledger, 3, Role::Manager, at(3)).await;
    assert_eq!(accept(&second, "anna", at(4)).await, Accepted::MemberAlready(anna.clone()));
    assert!(matches!(accept(&second, "marie", at(4)).await, Accepted::Member(_)));
    // Once revoked, the old code makes nobody a member again.
    ledger.revoke_member(&anna.id(), &by(5)).await.unwrap();
    assert_eq!(accept(&code, "anna", at(6)).await, Accepted::Used);
    assert!(audit(store.dump()).findings.is_empty());
}

#[tokio::test]
async fn a_code_is_good_for_seven_days() {
    let store = MemoryStore::default();
    let ledger = Ledger::new(&store);
    let last = at(0) + LIFETIME - jiff::SignedDuration::from_nanos(1);
    for (n, now, is_good) in [(1, last, true), (2, at(0) + LIFETIME, false)] {
        let code = invite(&ledger, n, partner("P-1"), at(0)).await;
        let accepted = ledger.accept_invitation(&code, identity(&format!("s{n}")), now).await.unwrap();
        assert_eq!(matches!(accepted, Accepted::Member(_)), is_good, "{accepted:?}");
        assert_eq!(accepted == Accepted::Expired, !is_good);
    }
}

#[tokio::test]
async fn an_invitation_is_sent_again_with_another_code_and_revoked() {
    let store = MemoryStore::default();
    let ledger = Ledger::new(&store);
    let first = invite(&ledger, 1, Role::Accountant, at(0)).await;
    let later = at(0) + LIFETIME;
    let again = Code::again(first.id.clone(), [9; 24]);
    let Changed::Done(sent) = ledger.invite_again(&again, &Occasion::of_operator(later)).await.unwrap() else {
        panic!("not sent")
    };
    assert_eq!((sent.expires_at, sent.status(later)), (later + LIFETIME, Status::Open));
    assert_eq!(ledger.accept_invitation(&first, identity("karl"), later).await.unwrap(), Accepted::NoInvitation);
    assert!(matches!(
        ledger.revoke_invitation(&first.id, &Occasion::of_operator(later)).await.unwrap(),
        Changed::Done(_)
    ));
    assert_eq!(ledger.accept_invitation(&again, identity("karl"), later).await.unwrap(), Accepted::NoInvitation);
    // Sent again, it is good again.
    let third = Code::again(first.id.clone(), [8; 24]);
    let still_later = Occasion::of_operator(later + SignedDuration::from_secs(1));
    assert!(matches!(ledger.invite_again(&third, &still_later).await.unwrap(), Changed::Done(_)));
    assert!(matches!(ledger.accept_invitation(&third, identity("karl"), later).await.unwrap(), Accepted::Member(_)));
    assert_eq!(ledger.invite_again(&again, &Occasion::of_operator(later)).await.unwrap(), Changed::Used);
    assert_eq!(ledger.revoke_invitation(&first.id, &Occasion::of_operator(later)).await.unwrap(), Changed::Used);
    assert_eq!(
        ledger.revoke_invitation(&code(7).id, &Occasion::of_operator(later)).await.unwrap(),
        Changed::NoInvitation
    );
}

#[tokio::test]
async fn the_invitations_of_a_revoked_manager_are_good_no_longer() {
    let store = MemoryStore::default();
    let ledger = Ledger::new(&store);
    let (marie, rogue) = (member("marie", Role::Manager), member("rogue", Role::Manager));
    for manager in [&marie, &rogue] {
        ledger.grant(manager, &by(0)).await.unwrap();
    }
    let name = || "A name".parse().unwrap();
    for n in [1, 2] {
        ledger.invite(&code(n), (Role::Manager, name()), &done_by(&rogue)).await.unwrap();
    }
    let accept = async |n, who: &str| ledger.accept_invitation(&code(n), identity(who), at(1)).await.unwrap();
    assert!(matches!(accept(1, "paul").await, Accepted::Member(_)));
    ledger.revoke_member(&rogue.id(), &by(2)).await.unwrap();
    for who in ["rogue", "anna"] {
        assert_eq!(accept(2, who).await, Accepted::NoInvitation, "{who}");
    }
    // Whoever accepted before stays a member.
    assert!(matches!(accept(1, "paul").await, Accepted::Member(_)));
}

#[tokio::test]
async fn the_table_holds_no_code() {
    let store = MemoryStore::default();
    let ledger = Ledger::new(&store);
    let code = invite(&ledger, 1, Role::Manager, at(0)).await.to_string();
    let secret = code.split_once('-').unwrap().1;
    assert!(!format!("{:?}", store.dump()).contains(secret));
    assert!(!format!("{:?}", code.parse::<Code>().unwrap()).contains(secret));
}

#[tokio::test]
async fn members_are_listed_by_role_and_by_partner_and_invitations_newest_first() {
    let store = MemoryStore::default();
    let ledger = Ledger::new(&store);
    for (subject, role) in [
        ("b", partner("P-10")),
        ("c", partner("P-1")),
        ("d", partner("P-1")),
        ("m", Role::Manager),
        ("a", Role::Accountant),
    ] {
        ledger.grant(&member(subject, role), &by(0)).await.unwrap();
    }
    let role = |member: &Member| (member.role.kind().as_str(), member.role.partner().map(ToString::to_string));
    let all = ledger.members(None, 500, None).await.unwrap();
    let of = |partner: &str| ("partner", Some(partner.to_owned()));
    let expected = [("accountant", None), ("manager", None), of("P-1"), of("P-1"), of("P-10")];
    assert_eq!(all.list.iter().map(role).collect::<Vec<_>>(), expected);
    let own = ledger.members(Some(&"P-1".parse().unwrap()), 500, None).await.unwrap();
    assert_eq!(own.list.iter().map(role).collect::<Vec<_>>(), [of("P-1"), of("P-1")]);
    // Page by page, each once.
    let (mut after, mut paged) = (None, Vec::new());
    loop {
        let part = ledger.members(None, 2, after).await.unwrap();
        paged.extend(part.list);
        after = part.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(paged, all.list);
    for n in 1..=3 {
        invite(&ledger, n, Role::Accountant, at(n.into())).await;
    }
    let listed = ledger.invitations(2, None).await.unwrap();
    assert_eq!(listed.list.iter().map(|one| one.made_at).collect::<Vec<_>>(), [at(3), at(2)]);
    let rest = ledger.invitations(2, listed.next).await.unwrap();
    assert_eq!((rest.list[0].made_at, rest.next.is_none()), (at(1), true));
}
