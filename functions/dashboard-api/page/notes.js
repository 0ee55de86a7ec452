// What people write to each other, as the API takes it.

/**
 * A text that was typed or pasted: lines break as on every machine, tabs are spaces, what shows as nothing is left out, and
 * there are no spaces around it.
 * @param {string} text
 */
export const noteOf = (text) =>
  text
    .normalize("NFC")
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(/\t/g, " ")
    .replace(/[\p{Cc}\p{Cf}\ufe00-\ufe0f]/gu, (char) => (char === "\n" ? char : ""))
    .trim();
