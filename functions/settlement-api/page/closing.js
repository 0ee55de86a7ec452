// The views of closing, which add themselves to the page: places of its menu, tabs of a partner, views and words.

import style from "./closing.css" with { type: "css" };

document.adoptedStyleSheets.push(style);

const account = () => import("./account.js");
const document_ = () => import("./document.js");
const billing = () => import("./billing.js");
const vendor = () => import("./vendor.js");
const openContests = () => import("./open-contests.js");
const closes = () => import("./closes.js");
const close = () => import("./close.js");
const made = () => import("./made.js");

/** What loads the view of an address, or null. `rest` are the parts of the address, below a partner if it is one's. */
export function viewOf({ ofPartner, rest }, { seesAll }) {
  const [place, id, ...more] = rest;
  if (ofPartner || !seesAll) return viewOfPartner(place, id, more);
  if (place !== "closing" || more.length > 1) return null;
  if (more[0] === "close") return close;
  if (more.length > 0) return null;
  if (!id) return closes;
  if (id === "contests") return openContests;
  return id === "vendor" ? vendor : made;
}

function viewOfPartner(place, id, more) {
  if (more.length > 0) return null;
  if (place === "documents") return id ? document_ : account;
  return place === "billing" && !id ? billing : null;
}

/** `[address, text, place]` of each entry of the menu. */
export const menuOf = ({ seesAll }) =>
  seesAll
    ? [["#/closing", "nav.closing", "closing"]]
    : [
        ["#/documents", "nav.documents", "documents"],
        ["#/billing", "nav.billing", "billing"],
      ];

/** `[place, text]` of each tab of a partner. */
export const tabsOf = () => [
  ["documents", "nav.documents"],
  ["billing", "nav.billing"],
];

export const wordsIn = async (language) =>
  (await (language === "fr" ? import("./words-fr.js") : import("./words-en.js"))).default;
