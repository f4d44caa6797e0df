// Other answers of the model, as small pictures of which one can be taken.
//
// makeVersions(box, button, words, says) gives {close}; it calls
//   says.ask()                the server's answer is wanted; nothing if there can be none
//   says.taken(hints, number) one was taken

const makeVersions = (box, button, words, says) => {
  const close = () => {
    box.hidden = true;
  };
  const choice = ({ hints, picture }, number) => {
    const made = make("button", "choice");
    made.type = "button";
    const image = make("img");
    image.src = picture;
    image.alt = fill(words.version, { number });
    made.append(image);
    made.addEventListener("click", () => {
      close();
      says.taken(hints, number);
    });
    return made;
  };
  button.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    const answer = await says.ask();
    button.removeAttribute("aria-busy");
    if (!answer) return;
    const { versions } = await answer.json();
    const choices = versions.map((version, place) => choice(version, place + 1));
    box.querySelector(".choices").replaceChildren(...choices);
    box.hidden = false;
    choices[0]?.focus({ preventScroll: true });
  });
  box.querySelector(".close").addEventListener("click", () => {
    close();
    button.focus({ preventScroll: true });
  });
  return { close };
};
