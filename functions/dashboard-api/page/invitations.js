// The invitations: open, expired, accepted, revoked.

import { getAll, path, post, remove } from "./api.js";
import { announce, h } from "./dom.js";
import { confirmed } from "./confirming.js";
import { busy, outcomeNote } from "./fields.js";
import { day, moment } from "./format.js";
import { linkCard } from "./inviting.js";
import { list } from "./list.js";
import { badge, empty, loaded, pairs, partnerLink, unreadableNote } from "./parts.js";
import { managerNames, partnerNames } from "./names.js";
import { named, t } from "./text.js";

const LIMIT = 500;
/** Those that can still be accepted, or could be again. */
const SENDABLE = ["open", "expired"];

/** `{ place, again }`: the list, and how to read it anew. */
export function invitationList({ session, signal, partnerId = null }) {
  const read = async () => {
    const [found, names, managers] = await Promise.all([
      getAll("/invitations", { limit: LIMIT }, "invitations", signal),
      partnerNames(signal),
      managerNames(signal),
    ]);
    return { ...found, names, managers };
  };
  let again = () => {};
  const place = loaded(read, ({ list: all, names, managers, ...rest }, readAgain) => {
    again = readAgain;
    const own = all.filter(({ partner_id: id }) => partnerId === null || id === partnerId);
    return [
      unreadableNote(rest),
      own.length === 0 ? empty(t("invitations.none")) : tableOf(own, { session, names, managers, ofOne: partnerId !== null, again }),
    ];
  });
  return { place, again: () => again() };
}

const tableOf = (invitations, { session, names, managers, ofOne, again }) =>
  list({
    name: "invitations",
    caption: t("invitations.title"),
    rows: invitations,
    dims: ({ status }) => !SENDABLE.includes(status),
    detail: (invitation) => detail(invitation, { session, managers, again }),
    choices: [
      { id: "status", label: t("status"), of: ({ status }) => status, name: (status) => named("invitation", status) },
    ],
    columns: [
      { id: "name", head: t("member.name"), label: true, cell: ({ name }) => name, sort: ({ name }) => name, text: ({ name }) => name },
      {
        id: "role",
        head: t("member.role"),
        cell: ({ role }) => named("role", role),
        sort: ({ role }) => named("role", role),
        text: ({ role }) => named("role", role),
      },
      !ofOne && {
        id: "partner",
        head: t("partner"),
        wide: true,
        cell: ({ partner_id: id }) => id && partnerLink(id, names.get(id)),
        sort: ({ partner_id: id }) => id && (names.get(id) ?? id),
        text: ({ partner_id: id }) => `${id ?? ""} ${names.get(id) ?? ""}`,
      },
      { id: "status", head: t("status"), cell: ({ status }) => badge("invitation", status), sort: ({ status }) => status },
      { id: "expires", head: t("invitation.expires"), wide: true, cell: ({ expires_at: at }) => day(at.slice(0, 10)), sort: ({ expires_at: at }) => at },
    ].filter(Boolean),
  });

function detail(invitation, { session, managers, again }) {
  const { made_at: made, made_by: by, expires_at: expires, status } = invitation;
  return h(
    "div",
    { class: "explained" },
    pairs([
      [t("invitation.made"), moment(made)],
      [t("member.invited-by"), by && (managers.get(by) ?? by)],
      [t("invitation.expires"), moment(expires)],
    ]),
    session.manages && SENDABLE.includes(status) && actions(invitation, again),
  );
}

function actions(invitation, again) {
  const { id, name } = invitation;
  const outcome = outcomeNote();
  const place = h("div", {});
  const send = async () => {
    outcome.textContent = "";
    try {
      const sent = await busy(button, () => post(path("invitations", id, "code")));
      const card = linkCard({ ...invitation, ...sent });
      place.replaceChildren(card);
      card.focus();
    } catch (error) {
      outcome.textContent = `${t("problem.other")} ${error.message}`;
    }
  };
  const button = h("button", { type: "button", onclick: send }, t("invitation.send-again"));
  return h(
    "div",
    {},
    h("p", { class: "small" }, t("invitation.send-again-help")),
    h(
      "div",
      { class: "actions" },
      button,
      confirmed({
        text: t("invitation.revoke"),
        question: t("invitation.revoke-question", { name }),
        answer: t("invitation.revoke-yes"),
        work: () => remove(path("invitations", id)),
        done: () => {
          announce(t("invitation.revoke-done", { name }));
          again();
        },
      }),
    ),
    outcome,
    place,
  );
}
