// The versions of a partner's agreements; a manager can go back to one.

import { getAll, path } from "./api.js";
import { author, registeredPairs, withdrawn } from "./act-list.js";
import { h } from "./dom.js";
import { moment } from "./format.js";
import { empty, idNode, link, loaded, unreadableNote, viewHeading } from "./parts.js";
import { partnerTabs } from "./partner-tabs.js";
import { t } from "./text.js";

const LIMIT = 200;
const PAGES = 5;

export function view(where) {
  const { partnerId, base, session, signal } = where;
  const read = () => getAll(path("partners", partnerId, "history"), { limit: LIMIT }, "versions", signal, PAGES);
  return h(
    "div",
    {},
    partnerTabs(where),
    viewHeading(t("versions.title"), { above: idNode(partnerId), below: t("versions.text") }),
    loaded(read, ({ list: versions, ...rest }) => [
      unreadableNote(rest),
      versions.length === 0 && empty(t("versions.none")),
      h("ol", { class: "versions" }, versions.map((version, i) => versionItem(version, { before: versions[i + 1]?.registered ?? null, base, now: i === 0, manages: session.manages }))),
    ]),
  );
}

/** `before`: what the version before it registered; null: there is none to compare with. */
const versionItem = (version, { before, base, now, manages }) =>
  h(
    "li",
    { class: "card" },
    h("h2", {}, t("versions.nth", { n: String(version.version) }), now && ` · ${t("versions.now")}`),
    h("p", { class: "small" }, `${moment(version.at)} · ${author(version)}`, version.reason && ` · ${version.reason}`),
    registeredPairs(version.registered, before),
    before && h("ul", {}, withdrawn(version.registered, before)),
    !now && manages && h("p", {}, link(`${base}/edit?version=${version.version}`, t("versions.use"))),
  );
