// The members of one partner.

import { inviting } from "./inviting.js";
import { invitationList } from "./invitations.js";
import { h } from "./dom.js";
import { memberList } from "./member-list.js";
import { idNode, section, viewHeading } from "./parts.js";
import { partnerTabs } from "./partner-tabs.js";
import { t } from "./text.js";

export function view(where) {
  const { partnerId, session, signal } = where;
  const members = memberList({ session, signal, partnerId });
  const invitations = invitationList({ session, signal, partnerId });
  return h(
    "div",
    {},
    partnerTabs(where),
    viewHeading(t("members.title"), { above: idNode(partnerId), below: t("members.text-partner") }),
    session.manages && inviting({ partnerId, invited: invitations.again, entered: members.again }),
    section(t("members.list"), members.place),
    section(t("invitations.title"), invitations.place),
  );
}
