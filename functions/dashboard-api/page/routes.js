// Which view an address shows. Views are loaded when they are first needed.

import { viewOf } from "./more-views.js";

const views = {
  manager: () => import("./manager.js"),
  partner: () => import("./partner.js"),
  entries: () => import("./entries.js"),
  contracts: () => import("./contracts.js"),
  contract: () => import("./contract.js"),
  inquiries: () => import("./inquiries.js"),
  statement: () => import("./statement.js"),
  programme: () => import("./programme.js"),
  partners: () => import("./partners.js"),
  attention: () => import("./attention.js"),
  registration: () => import("./registration.js"),
  whatIf: () => import("./what-if.js"),
  journal: () => import("./journal.js"),
  versions: () => import("./versions.js"),
  members: () => import("./members.js"),
  partnerMembers: () => import("./partner-members.js"),
  // The page of trials, which the local stack alone has.
  trials: () => import("/try/try.js"),
  notFound: () => import("./not-found.js"),
};

/** `{ load, place, partnerId, base, rest, query }`; `base` is where a partner's own views begin. */
export function route(hash, session) {
  const [path, query = ""] = hash.replace(/^#/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decoded);
  const ofPartner = parts[0] === "partners" && parts.length > 1;
  const partnerId = ofPartner ? parts[1] : session.partnerId;
  const base = ofPartner ? `#/partners/${encodeURIComponent(partnerId)}` : "#";
  const rest = ofPartner ? parts.slice(2) : parts;
  const view = ofPartner ? partnerView(rest, session) : globalView(rest, session);
  return {
    load: views[view] ?? viewOf({ ofPartner, rest }, session) ?? views.notFound,
    place: rest[0] ?? "",
    ofPartner,
    partnerId,
    base,
    rest: rest.slice(1),
    query: new URLSearchParams(query),
  };
}

const FOR_ALL = { "": "manager", partners: "partners", attention: "attention", members: "members", journal: "journal" };
const FOR_MANAGERS = { register: "registration", try: "trials" };

function globalView([place = "", id], session) {
  if (place === "contracts" && id) return "contract";
  if (place === "programme") return "programme";
  if (!session.seesAll) return partnerView([place, id], session);
  if (place === "what-if") return session.asksWhatIf ? "whatIf" : null;
  return FOR_ALL[place] ?? (session.manages ? FOR_MANAGERS[place] : null);
}

function partnerView([place = "", , more], { seesAll, manages }) {
  if (more) return null;
  if (place === "edit") return manages ? "registration" : null;
  if (place === "members") return seesAll ? "partnerMembers" : null;
  if (place === "versions") return seesAll ? "versions" : null;
  return { "": "partner", entries: "entries", contracts: "contracts", inquiries: "inquiries", statement: "statement" }[place];
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
