// What the page is told before anybody is signed in: where to sign in, and whether there are a page of trials and more views. The
// document has it, so it costs no request.

const given = JSON.parse(document.querySelector("#config").textContent);

/** `{ sign_in, try_url, views }`. */
export const config = () => given;
