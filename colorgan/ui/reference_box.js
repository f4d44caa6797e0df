// The box of colour photos: they are sent as they are chosen; the server gives small pictures of
// those that are of use.

const { words, most, cross } = props;
const box = element.querySelector(".liking");
const one = (selector) => box.querySelector(selector);
const list = one("ul");
const input = one("input[type=file]");
const range = one("input[type=range]");
let under = 0; // photos under way

const fill = (text, parts) => text.replace(/\{(\w+)\}/g, (whole, name) => parts[name] ?? whole);
const photos = () => props.value?.photos ?? [];
const say = (sentence) => {
  one(".news").textContent = sentence;
};
const tell = (next) => {
  props.value = { photos: photos(), strength: Number(range.value), ...next };
  trigger("input");
};

const tile = ({ path, name, thumb }) => {
  const item = document.createElement("li");
  if (!thumb?.url) {
    item.className = "coming";
    return item;
  }
  const image = document.createElement("img");
  image.src = thumb.url;
  image.alt = fill(words.photo_alt, { name });
  const remove = document.createElement("button");
  remove.type = "button";
  remove.innerHTML = cross;
  remove.title = fill(words.take_away, { name });
  remove.setAttribute("aria-label", remove.title);
  remove.addEventListener("click", () => {
    tell({ photos: photos().filter((other) => other.path !== path) });
    draw();
    input.focus({ preventScroll: true });
  });
  item.append(image, remove);
  return item;
};
const draw = () => {
  const shown = [...photos(), ...Array(under).fill({})];
  list.replaceChildren(...shown.map(tile));
  list.hidden = !shown.length;
  one(".choose").hidden = shown.length >= most;
  box.classList.toggle("filled", shown.length > 0);
  one(".hint").hidden = shown.length > 0;
  one(".how-much").hidden = !shown.length;
};

const send = async (chosen) => {
  // One too many goes too, so that the server says how many are taken.
  const files = [...chosen].slice(0, most + 1 - photos().length);
  if (!files.length || under) return;
  under = Math.min(files.length, most - photos().length);
  say(words.coming);
  draw();
  const sent = [];
  for (const file of files) {
    try {
      const { path } = await upload(file);
      sent.push({ path, name: file.name });
    } catch {
      say(fill(words.not_sent, { name: file.name }));
    }
  }
  under = 0;
  if (sent.length) tell({ photos: [...photos(), ...sent] });
  draw();
};

input.addEventListener("change", () => {
  send(input.files);
  input.value = "";
});
box.addEventListener("dragover", (event) => {
  event.preventDefault();
  box.classList.add("over");
});
box.addEventListener("dragleave", () => box.classList.remove("over"));
box.addEventListener("drop", (event) => {
  event.preventDefault(); // else it goes into the box of the photo
  box.classList.remove("over");
  send(event.dataTransfer?.files ?? []);
});

const showStrength = () => {
  const percent = Math.round(range.value * 100);
  one(".amount").textContent = fill(words.percent, { percent });
  range.setAttribute("aria-valuetext", one(".amount").textContent);
};
range.addEventListener("input", showStrength);
range.addEventListener("change", () => tell({}));

watch("value", () => {
  draw();
  if (photos().length) say(fill(words.came, { count: photos().length }));
});
showStrength();
draw();
