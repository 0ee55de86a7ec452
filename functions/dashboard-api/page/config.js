// What the page is told before anybody is signed in: where to sign in, and whether there are a page of trials and more views.

let asked = null;

/** `{ sign_in, try_url, views }`; asked once, unless that fails. */
export function config() {
  asked ??= read().catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
}

async function read() {
  const answer = await fetch("/config.json", { cache: "no-store" });
  if (!answer.ok) throw new TypeError(`/config.json: ${answer.status}`);
  return answer.json();
}
