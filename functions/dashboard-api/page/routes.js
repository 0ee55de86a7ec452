// Which view an address shows. Views are loaded when they are first needed.

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
  const view = (ofPartner ? partnerView(rest, session) : globalView(rest, session)) ?? "notFound";
  return {
    load: views[view],
    view,
    place: rest[0] ?? "",
    ofPartner,
    partnerId,
    base,
    rest: rest.slice(1),
    query: new URLSearchParams(query),
  };
}

function globalView([place = "", id], { admin, partnerId }) {
  if (place === "contracts" && id) return "contract";
  if (place === "programme") return "programme";
  if (!admin) return partnerId === null ? null : partnerView([place, id], { admin });
  return { "": "manager", partners: "partners", attention: "attention", register: "registration", "what-if": "whatIf" }[
    place
  ];
}

function partnerView([place = "", , more], { admin }) {
  if (more) return null;
  if (place === "edit") return admin ? "registration" : null;
  return { "": "partner", entries: "entries", contracts: "contracts", inquiries: "inquiries", statement: "statement" }[place];
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
