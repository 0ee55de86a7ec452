// What the address keeps beside the place: `#/entries?q=lille&page=2`.

export const inAddress = () => new URLSearchParams(location.hash.split("?")[1] ?? "");

/** An address with other parameters; those without a value are left out. */
export function addressWith(place, parameters) {
  const given = new URLSearchParams([...parameters].filter(([, value]) => value));
  return String(given) ? `${place}?${given}` : place;
}

/** Changes parameters of the address shown. The view stays, and so does the entry of the browser's history. */
export function amend(changes) {
  const [place] = location.hash.split("?");
  const parameters = inAddress();
  for (const [name, value] of Object.entries(changes)) parameters.set(name, value ?? "");
  history.replaceState(history.state, "", addressWith(place || "#/", parameters));
}
