// What the frame says to whoever looks at it, and asks of the server.

const { words } = props;
const root = element.querySelector(".canvas");
const one = (selector) => root.querySelector(selector);

const say = (sentence) => {
  one(".said").textContent = sentence;
};
let toastEnds = 0;
const toast = (sentence) => {
  const box = one(".canvas-toast");
  box.textContent = sentence;
  box.hidden = false;
  clearTimeout(toastEnds);
  toastEnds = setTimeout(() => {
    box.hidden = true;
  }, 9000);
};

// The server
const post = (path, body) =>
  fetch(address(path), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
// Gives the answer, or null after a sentence to whoever looks at the page.
const ask = async (path, body) => {
  try {
    const answer = await post(path, body);
    if (answer.ok) return answer;
    toast((await answer.json()).error ?? words.away);
  } catch {
    toast(words.away);
  }
  return null;
};

// The file in full size is made when it is asked for; the button tells how far it is.
const download = async (body) => {
  const button = one(".getting .download");
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  const bar = one(".getting progress");
  const shares = { reading: 0.15, painting: 0.45, writing: 0.85 };
  const answer = await ask("download", body);
  let rest = "";
  const told = (line) => {
    const { step, file, error } = JSON.parse(line);
    if (error) toast(error);
    bar.value = step ? shares[step] : 1;
    if (step) button.textContent = words[step];
    if (!file) return;
    const link = make("a");
    link.href = address(`file/${file}`);
    link.download = "";
    link.click();
    say(words.ready);
  };
  try {
    const reader = answer?.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader.read()) {
      const lines = (rest + part.value).split("\n");
      rest = lines.pop();
      lines.forEach(told);
    }
  } catch {
    toast(words.away);
  }
  button.textContent = words.download;
  button.ariaBusy = "false";
  bar.value = 0;
};
