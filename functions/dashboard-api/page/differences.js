// What of an agreement differs from another version of it.

/**
 * An agreement as the API gives it.
 * @typedef {{ model: string, starts_on: string } & Record<string, unknown>} Agreement
 */

/**
 * Each agreement of a side with the names of its fields that differ on the other side; null: the other side has none like it.
 * Agreements belong together by their first days, then by their models.
 * @param {Agreement[]} side
 * @param {Agreement[]} other
 * @returns {{ agreement: Agreement, differs: Set<string> | null }[]}
 */
export function compared(side, other) {
  const pairs = paired(side, other);
  return side.map((agreement) => {
    const like = pairs.get(agreement);
    return { agreement, differs: like === undefined ? null : differing(agreement, like) };
  });
}

/** @type {((one: Agreement, two: Agreement) => boolean)[]} */
const LIKENESS = [
  (one, two) => one.starts_on === two.starts_on,
  (one, two) => one.model === two.model,
];

/** @type {(side: Agreement[], other: Agreement[]) => Map<Agreement, Agreement>} */
function paired(side, other) {
  const pairs = new Map();
  const left = new Set(other);
  for (const isLike of LIKENESS)
    for (const agreement of side.filter((one) => !pairs.has(one))) {
      const like = [...left].find((one) => isLike(agreement, one));
      if (like === undefined) continue;
      pairs.set(agreement, like);
      left.delete(like);
    }
  return pairs;
}

/** @type {(one: Agreement, two: Agreement) => Set<string>} */
function differing(one, two) {
  const names = [...new Set([...Object.keys(one), ...Object.keys(two)])];
  return new Set(names.filter((name) => JSON.stringify(one[name] ?? null) !== JSON.stringify(two[name] ?? null)));
}
