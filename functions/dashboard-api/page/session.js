// Who looks at the page: a member of the programme, as the API knows it, or the member whom a manager sees the page as.

let own = null;
let viewed = null;

/**
 * `{ name, role, partnerId, partnerName, seesAll, manages, asksWhatIf, reports, viewedBy }`, or null. The API decides what each may do;
 * this decides only what is offered.
 */
export const session = () => viewed?.session ?? own;

/** The answer of `GET /me` for whoever is signed in, or for the member whose page is seen. */
export function admit(answer) {
  if (viewed === null) own = sessionOf(answer);
  else viewed.session = sessionOf(answer);
  return session();
}

/** The id of the member whose page is seen, or null. */
export const viewedId = () => viewed?.id ?? null;
export const startViewing = (id) => (viewed = { id, session: own });
export const stopViewing = () => (viewed = null);

function sessionOf({ id, name, role, partner_id: partnerId, partner_name: partnerName, viewed_by: viewedBy }) {
  return {
    id,
    name,
    role,
    partnerId,
    partnerName,
    viewedBy,
    seesAll: role !== "partner",
    manages: role === "manager" && viewedBy === null,
    asksWhatIf: role !== "partner" && viewedBy === null,
    reports: role === "partner" && viewedBy === null,
  };
}
