// The tab Survey: agree, practise, answer; resumed where it was left.

const AHEAD = 6; // questions whose pictures are fetched before they are asked
const SHORTEST = 250; // milliseconds in which nobody answers: a key that was pressed twice

let steps = []; // still to come, practice first
let trials = 0; // in all, without practice
let done = 0;
let current = null;
let shownAt = 0;
let busy = false;
let started = false;
const pictures = new Map(); // by token: a promise of the decoded picture's address

const say = (text) => {
  find(".said").textContent = text;
};
const show = (name) => {
  for (const part of ["welcome", "asking", "thanks"]) {
    find(`.${part}`).hidden = part !== name;
  }
};

const picture = (token) => {
  if (!pictures.has(token)) {
    const source = address(`picture/${token}`);
    const image = new Image();
    image.src = source;
    pictures.set(
      token,
      image.decode().then(
        () => ({ image, source }),
        () => {
          pictures.delete(token);
          return null;
        },
      ),
    );
  }
  return pictures.get(token);
};
const both = async (step) => {
  for (;;) {
    const found = await Promise.all([picture(step.left), picture(step.right)]);
    if (found.every(Boolean)) return found;
    say(words.survey_waiting);
    await pause(2);
  }
};

const place = (step) => {
  if (!step.token) {
    const number = step.trial + 1;
    return fill(words.survey_practice, { number });
  }
  return fill(words.survey_place, { number: done + 1, of: trials });
};

const next = async () => {
  const before = current;
  current = steps[0] ?? null;
  if (!current) return finish();
  if (before?.token && before.trial !== current.trial) done += 1;
  const step = current;
  const [left, right] = await both(step);
  if (step !== current) return;
  const [leftImage, rightImage] = element.querySelectorAll(".pair img");
  for (const [shown, { source }] of [
    [leftImage, left],
    [rightImage, right],
  ]) {
    shown.width = step.width;
    shown.height = step.height;
    if (shown.src !== source) shown.src = source;
  }
  find(".pair").style.setProperty("--ratio", step.width / step.height);
  find(".question").textContent = words[`survey_${step.question}`];
  find(".place").textContent = place(step);
  find("progress").max = trials;
  find("progress").value = done;
  show("asking");
  say("");
  if (!before) {
    // Off the tab's name, where arrows change tabs; and both pictures in view.
    find(".question").focus({ preventScroll: true });
    const asking = find(".asking");
    if (asking.getBoundingClientRect().bottom > innerHeight) asking.scrollIntoView();
  }
  shownAt = performance.now();
  busy = false;
  for (const { left, right } of steps.slice(1, AHEAD)) {
    picture(left);
    picture(right);
  }
};

const answer = async (choice) => {
  const milliseconds = performance.now() - shownAt;
  if (busy || !current || milliseconds < SHORTEST) return;
  busy = true;
  if (current.token) {
    const { token } = current;
    const sent = await ask("vote", { token, answer: choice, milliseconds }, () =>
      say(words.survey_waiting),
    );
    if (!sent.ok) return resume(sent.status === 410 ? "" : sent.body.error);
  }
  steps.shift();
  const practised = current.token === undefined && steps[0]?.token;
  await next();
  if (practised) say(words.survey_practised); // until the next answer
};

const begin = async () => {
  if (busy) return;
  busy = true;
  const begun = await ask("start", {}, () => say(words.survey_waiting));
  busy = false;
  if (!begun.ok) return say(begun.body.error);
  remember(begun.body.key);
  await resume();
};

const resume = async (sentence = "") => {
  busy = true;
  const found = await ask("session", { key: key() }, () => say(words.survey_waiting));
  busy = false;
  if (!found.ok) {
    // The key is kept until another is given: the server may know it again.
    show("welcome");
    return say(words.survey_expired);
  }
  ({ trials, done } = found.body);
  steps = [...found.body.practice, ...found.body.steps];
  current = null;
  await next();
  if (sentence) say(sentence);
};

const finish = async () => {
  busy = false;
  show("thanks");
  say("");
  const found = await ask("results", { key: key() });
  if (!found.ok) return say(found.body.error);
  const lists = found.body.own.map(({ question, chosen, ties }) => {
    const list = document.createElement("dl");
    list.append(part("dt", words[`survey_${question}`]));
    for (const [name, count] of chosen) {
      const shown = { original: words.survey_was_original, coloured: words.survey_was_coloured };
      list.append(part("dd", `${shown[name] ?? name}: ${count}`));
    }
    if (ties) list.append(part("dd", `${words.survey_cannot_say}: ${ties}`));
    return list;
  });
  find(".own").replaceChildren(...lists);
  find(".thanks h2").focus({ preventScroll: true });
};

find(".begin").addEventListener("click", begin);
find(".again").addEventListener("click", () => {
  remember(null);
  show("welcome");
});
for (const button of element.querySelectorAll(".choice")) {
  button.addEventListener("click", () => answer(button.dataset.answer));
}
document.addEventListener("keydown", (event) => {
  const choice = { ArrowLeft: "left", ArrowRight: "right", ArrowDown: "none" }[event.key];
  const asking = find(".asking");
  if (!choice || !asking?.offsetParent || event.repeat) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest?.("[role=tablist], input, textarea, select")) return;
  event.preventDefault(); // the arrow would scroll the page
  answer(choice);
});
whenSeen(() => {
  if (started) return;
  started = true;
  if (key()) resume();
  else show("welcome");
});
