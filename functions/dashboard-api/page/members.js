// Who may come in: the members of the programme, and the invitations.

import { inviting } from "./inviting.js";
import { invitationList } from "./invitations.js";
import { h } from "./dom.js";
import { memberList } from "./member-list.js";
import { section, viewHeading } from "./parts.js";
import { t } from "./text.js";

export function view({ session, signal }) {
  const members = memberList({ session, signal });
  const invitations = invitationList({ session, signal });
  return h(
    "div",
    {},
    viewHeading(t("members.title"), { below: t(session.manages ? "members.text" : "members.text-read") }),
    session.manages && inviting({ invited: invitations.again, entered: members.again }),
    section(t("members.list"), members.place),
    section(t("invitations.title"), invitations.place),
  );
}
