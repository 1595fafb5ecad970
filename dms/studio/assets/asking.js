// Questions to the studio. Every answer that is none is an `Answerless` with a sentence for people.

export class Answerless extends Error {
  constructor(words, status) {
    super(words);
    this.status = status;
  }
}

// The answer as an object; `body` is sent as JSON if there is one. `signal` gives the question up.
export async function ask(path, body, signal) {
  const response = await fetched(path, body === undefined ? { signal } : { method: "POST", body: JSON.stringify(body), signal });
  return { status: response.status, ...(await response.json()) };
}

export async function askList(path) {
  return (await fetched(path, {})).json();
}

async function fetched(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, credentials: "same-origin" });
  } catch {
    throw new Answerless("The studio does not answer: is it still running?", 0);
  }
  if (!response.ok) throw new Answerless(await wordsOf(response), response.status);
  return response;
}

async function wordsOf(response) {
  const text = await response.text();
  try {
    return JSON.parse(text).error ?? text;
  } catch {
    return text || `the studio answered with status ${response.status}`;
  }
}

export function notice(words) {
  const place = document.getElementById("notice");
  if (place.textContent !== (words ?? "")) place.textContent = words ?? "";
  place.hidden = !words;
}

export function state(words) {
  const place = document.getElementById("state");
  if (place.textContent !== words) place.textContent = words;
}
