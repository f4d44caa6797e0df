// What the tabs Survey and Results share: the routes, and the participant's key in this browser.

const words = props.words;
const find = (selector) => element.querySelector(selector);

const KEY = "colorgan-survey";
let remembered = null; // where the browser keeps nothing, such as in a frame of another site

const key = () => {
  try {
    return localStorage.getItem(KEY) ?? remembered;
  } catch {
    return remembered;
  }
};
const remember = (value) => {
  remembered = value;
  try {
    if (value) localStorage.setItem(KEY, value);
    else localStorage.removeItem(KEY);
  } catch {
    // kept in memory
  }
};

const address = (path) => new URL(`survey/${path}`, document.baseURI).href;
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// Gives {ok, status, body}; asks again while the server is away or busy.
const ask = async (path, body, waiting = () => {}) => {
  for (;;) {
    let answer;
    try {
      answer = await fetch(address(path), {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      if (answer.status < 500 && answer.status !== 429) {
        return { ok: answer.ok, status: answer.status, body: await answer.json() };
      }
    } catch {
      answer = null;
    }
    waiting();
    await pause(Number(answer?.headers.get("Retry-After")) || 2);
  }
};

const fill = (sentence, values) =>
  sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const part = (tag, text, className = "") => {
  const made = document.createElement(tag);
  made.textContent = text;
  made.className = className;
  return made;
};
// Calls back whenever the element comes into view, as a tab does when it is chosen.
const whenSeen = (seen) =>
  new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) seen();
  }).observe(element);
