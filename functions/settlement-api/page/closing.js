/** The views of closing: they add themselves to the page. */
export const views = [];
