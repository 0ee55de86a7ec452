// The forms of a manager for new members: an invitation, whose link is shown once, and the entry of a machine.

import { post } from "./api.js";
import { announce, h } from "./dom.js";
import { field, input, onSend, outcomeNote, select } from "./fields.js";
import { moment } from "./format.js";
import { partnerField } from "./partner-field.js";
import { t } from "./text.js";

const ROLES = ["partner", "accountant", "manager"];

/** Of one partner if its id is given. `invited` and `entered` are called when there is something new to show. */
export const inviting = ({ partnerId = null, invited, entered }) =>
  h(
    "div",
    { class: "inviting" },
    h("details", { class: "card" }, h("summary", {}, t("invite.title")), inviteForm(partnerId, invited)),
    h("details", { class: "card" }, h("summary", {}, t("machine.title")), machineForm(partnerId, entered)),
  );

/** A role and, for a partner's member, which partner; `read` gives both as the API takes them. */
function roleFields(partnerId) {
  if (partnerId !== null) return { fields: [], read: () => ({ role: "partner", partner_id: partnerId }) };
  const role = select(ROLES.map((role) => [role, t(`role.${role}`)]), "partner", { name: "role" });
  const partner = partnerField();
  role.addEventListener("change", () => (partner.element.hidden = role.value !== "partner"));
  return {
    fields: [field(t("member.role"), role, { field: "role" }), partner.element],
    read: () => ({ role: role.value, ...(role.value === "partner" && { partner_id: partner.read() }) }),
  };
}

function inviteForm(partnerId, invited) {
  const who = roleFields(partnerId);
  const name = input({ name: "name", required: true, maxlength: "200" });
  const button = h("button", { class: "primary" }, t("invite.send"));
  const outcome = outcomeNote();
  const place = h("div", {});
  const form = h(
    "form",
    { class: "form", novalidate: true },
    who.fields,
    field(t("member.name"), name, { field: "name", help: t("invite.name-help") }),
    h("div", { class: "actions" }, button),
    outcome,
  );
  let made = null;
  const send = async () => {
    const wanted = { ...who.read(), name: name.value.trim() };
    made = { ...wanted, ...(await post("/invitations", wanted)) };
  };
  onSend(form, button, outcome, send, () => {
    const card = linkCard(made);
    place.replaceChildren(card);
    name.value = "";
    card.focus();
    invited();
  });
  return [h("p", { class: "small" }, t("invite.text")), form, place];
}

/** The link of an invitation, which is given once: to copy, or to send by e-mail. */
export function linkCard({ name, code, expires_at: expires }) {
  const link = `${location.origin}/#/join/${encodeURIComponent(code)}`;
  const until = moment(expires);
  const text = h("input", { type: "text", readonly: true, value: link, "aria-label": t("invite.link"), onfocus: () => text.select() });
  const copied = h("span", { class: "small", role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      copied.textContent = t("invite.copied");
    } catch {
      // Without leave to write there, its reader copies what is marked.
      text.select();
      copied.textContent = t("invite.copy-yourself");
    }
  };
  const mail = new URLSearchParams({ subject: t("invite.mail-subject"), body: t("invite.mail-body", { name, link, until }) });
  return h(
    "div",
    { class: "note good link-card", tabindex: "-1" },
    h("p", {}, h("strong", {}, t("invite.done", { name }))),
    h("p", { class: "small" }, t("invite.once", { until })),
    text,
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", onclick: copy }, t("invite.copy")),
      // Mail programs take a plus for a plus.
      h("a", { class: "button", href: `mailto:?${String(mail).replaceAll("+", "%20")}` }, t("invite.mail")),
      copied,
    ),
  );
}

function machineForm(partnerId, entered) {
  const who = roleFields(partnerId);
  const [issuer, subject, name] = ["issuer", "subject", "name"].map((name) => input({ name, required: true, spellcheck: "false" }));
  const button = h("button", { class: "primary" }, t("machine.send"));
  const outcome = outcomeNote();
  const form = h(
    "form",
    { class: "form", novalidate: true },
    field(t("member.issuer"), issuer, { field: "issuer", help: t("machine.issuer-help") }),
    field(t("member.subject"), subject, { field: "subject", help: t("machine.subject-help") }),
    who.fields,
    field(t("member.name"), name, { field: "name", help: t("invite.name-help") }),
    h("div", { class: "actions" }, button),
    outcome,
  );
  const send = () =>
    post("/members", { issuer: issuer.value.trim(), subject: subject.value.trim(), ...who.read(), name: name.value.trim() });
  onSend(form, button, outcome, send, () => {
    announce(t("machine.done"));
    form.reset();
    entered();
  });
  return [h("p", { class: "small" }, t("machine.text")), form];
}
