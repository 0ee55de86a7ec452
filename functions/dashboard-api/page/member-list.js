// The members, of the programme or of one partner; a row opens what a manager can do about its member.

import { getAll, path, remove } from "./api.js";
import { announce, h } from "./dom.js";
import { confirmed } from "./confirming.js";
import { day, moment } from "./format.js";
import { list } from "./list.js";
import { empty, loaded, pairs, partnerLink, unreadableNote } from "./parts.js";
import { managerNames, partnerNames } from "./names.js";
import { named, t } from "./text.js";
import { viewAs } from "./viewing.js";

const LIMIT = 500;
const ROLES = ["manager", "accountant", "partner"];

/** `{ place, again }`: the list, and how to read it anew. */
export function memberList({ session, signal, partnerId = null }) {
  const read = async () => {
    const [found, names, managers] = await Promise.all([
      getAll("/members", { partner_id: partnerId, limit: LIMIT }, "members", signal),
      partnerNames(signal),
      managerNames(signal),
    ]);
    return { ...found, names, managers };
  };
  let again = () => {};
  const place = loaded(read, ({ list: members, names, managers, ...rest }, readAgain) => {
    again = readAgain;
    return [
      unreadableNote(rest),
      members.length === 0 ? empty(t("members.none")) : tableOf(members, { session, names, managers, ofOne: partnerId !== null, again }),
    ];
  });
  return { place, again: () => again() };
}

const tableOf = (members, { session, names, managers, ofOne, again }) =>
  list({
    name: "members",
    caption: t("members.list"),
    rows: members,
    order: "role",
    dims: (member) => member.revoked_at !== null,
    detail: (member) => detail(member, { session, managers, again }),
    choices: [
      { id: "role", label: t("member.role"), of: ({ role }) => role, name: (role) => named("role", role) },
      { id: "status", label: t("status"), of: statusOf, name: (status) => t(`member.${status}`) },
    ],
    columns: [
      { id: "name", head: t("member.name"), label: true, cell: ({ name }) => name, sort: ({ name }) => name, text: ({ name, subject }) => `${name} ${subject}` },
      {
        id: "role",
        head: t("member.role"),
        cell: (member) => [named("role", member.role), member.revoked_at !== null && h("div", { class: "small" }, t("member.revoked-on", { day: day(member.revoked_at.slice(0, 10)) }))],
        sort: ({ role, name }) => [ROLES.indexOf(role), name],
        text: ({ role }) => named("role", role),
      },
      !ofOne && {
        id: "partner",
        head: t("partner"),
        cell: ({ partner_id: id }) => id && partnerLink(id, names.get(id)),
        sort: ({ partner_id: id }) => id && (names.get(id) ?? id),
        text: ({ partner_id: id }) => `${id ?? ""} ${names.get(id) ?? ""}`,
      },
      { id: "since", head: t("member.since"), wide: true, cell: ({ since }) => day(since.slice(0, 10)), sort: ({ since }) => since },
      { id: "by", head: t("member.invited-by"), wide: true, cell: (member) => granter(member, managers), sort: (member) => granter(member, managers), text: (member) => granter(member, managers) ?? "" },
    ].filter(Boolean),
  });

const statusOf = ({ revoked_at: at }) => (at === null ? "active" : "revoked");

/** Who granted the role; nobody, where it was whoever runs the programme's account. */
const granter = ({ granted_by: id }, managers) => id && (managers.get(id) ?? id);

function detail(member, { session, managers, again }) {
  const { issuer, subject, since, revoked_at: revoked } = member;
  return h(
    "div",
    { class: "explained" },
    pairs([
      [t("member.since"), moment(since)],
      [t("member.invited-by"), granter(member, managers)],
      [t("member.revoked"), revoked && moment(revoked)],
      [t("member.issuer"), issuer],
      [t("member.subject"), subject],
    ]),
    session.manages && revoked === null && actions(member, session, again),
  );
}

function actions(member, session, again) {
  const { name } = member;
  const outcome = h("p", { class: "field-error", role: "alert" });
  const see = async () => {
    outcome.textContent = "";
    await viewAs(member).catch((error) => {
      outcome.textContent = `${t("problem.other")} ${error.message}`;
    });
  };
  return h(
    "div",
    {},
    h(
      "div",
      { class: "actions" },
      member.role !== "manager" && h("button", { type: "button", onclick: see }, t("viewing.see", { name })),
      confirmed({
        text: t("member.revoke"),
        question: t(member.id === session.id ? "member.revoke-self" : "member.revoke-question", { name }),
        answer: t("member.revoke-yes"),
        work: () => remove(path("members", member.id)),
        refused: ({ status }) => status === 409 && t("member.last-manager"),
        done: () => {
          announce(t("member.revoke-done", { name }));
          again();
        },
      }),
    ),
    outcome,
  );
}
