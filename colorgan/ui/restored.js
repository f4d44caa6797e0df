// The frame of what restoring alone did: as a whole, or at 1:1, where a pixel of the photo is one of
// the screen. There the picture lies on a ground that scrolls, so that fingers, wheels and arrow keys
// move it as they do everywhere; only a mouse that drags needs help.

const root = element.querySelector(".restored");
const one = (selector) => root.querySelector(selector);
const fitting = one(".fitting");
const closeUp = one(".close-up");
const ground = one(".ground");
const sheet = one(".sheet");
const cover = one(".cover");
const NEARBY = 1; // tiles around those in sight that are kept

let value = null;
let place = 0; // number of the place that was shown last
let tiles = new Map(); // by column and row: the pictures before and after

// The border between before and after
const moveBorder = (pair, share) => {
  pair.style.setProperty("--border", share);
  const handle = pair.querySelector("input");
  handle.value = share;
  handle.setAttribute("aria-valuetext", `${100 - handle.value} % ${props.share}`);
  if (pair === cover) cut();
};
const cut = () => {
  const from = ground.scrollLeft + (cover.querySelector("input").value / 100) * ground.clientWidth;
  sheet.style.setProperty("--cut", `${Math.max(from - sheet.offsetLeft, 0)}px`);
};
for (const pair of [fitting, cover]) {
  const handle = pair.querySelector("input");
  handle.addEventListener("input", () => moveBorder(pair, handle.value));
}
const knob = cover.querySelector(".border");
knob.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  knob.setPointerCapture(event.pointerId);
  knob.onpointermove = ({ clientX }) => {
    const { left, width } = ground.getBoundingClientRect();
    moveBorder(cover, Math.round(Math.min(Math.max((clientX - left) / width, 0), 1) * 100));
  };
  knob.onpointerup = knob.onpointercancel = () => {
    knob.onpointermove = null;
  };
});

// Tiles: those in sight, and a few around them
const side = () => props.tile / devicePixelRatio;
const makeTile = (column, row) =>
  ["before", "after"].map((when) => {
    const picture = new Image();
    picture.alt = "";
    picture.style.left = `${column * side()}px`;
    picture.style.top = `${row * side()}px`;
    picture.onload = () => {
      picture.style.width = `${picture.naturalWidth / devicePixelRatio}px`;
    };
    picture.onerror = () => {
      if (picture.isConnected) one(".told").textContent = props.lost;
    };
    picture.src = address(`full/${value.look}/${when}/${column}-${row}.png`);
    sheet.querySelector(`.${when}`).append(picture);
    return picture;
  });
const lookAround = () => {
  if (closeUp.hidden || !value) return;
  cut();
  const range = (from, length, whole) => [
    Math.max(Math.floor(from / side()) - NEARBY, 0),
    Math.min(Math.floor((from + length) / side()) + NEARBY, Math.ceil(whole / props.tile) - 1),
  ];
  const [left, right] = range(ground.scrollLeft, ground.clientWidth, value.shape[0]);
  const [top, bottom] = range(ground.scrollTop, ground.clientHeight, value.shape[1]);
  const wanted = new Map();
  for (let row = top; row <= bottom; row += 1) {
    for (let column = left; column <= right; column += 1) {
      const key = `${column}-${row}`;
      wanted.set(key, tiles.get(key) ?? makeTile(column, row));
    }
  }
  for (const [key, pictures] of tiles) {
    if (!wanted.has(key)) pictures.forEach((picture) => picture.remove());
  }
  tiles = wanted;
};
let waiting = false;
const soon = () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    lookAround();
  });
};
ground.addEventListener("scroll", soon);
new ResizeObserver(soon).observe(ground);
ground.addEventListener("pointerdown", (event) => {
  if (event.pointerType !== "mouse" || event.button) return;
  event.preventDefault();
  ground.focus({ preventScroll: true });
  ground.setPointerCapture(event.pointerId);
  ground.onpointermove = ({ movementX, movementY }) => ground.scrollBy(-movementX, -movementY);
  ground.onpointerup = ground.onpointercancel = () => {
    ground.onpointermove = null;
  };
});

// What is shown
const goTo = (number) => {
  const { places, shape } = value;
  place = places.length ? number % places.length : 0;
  const [x, y] = places[place] ?? [0.5, 0.5];
  ground.scrollLeft = (x * shape[0]) / devicePixelRatio - ground.clientWidth / 2;
  ground.scrollTop = (y * shape[1]) / devicePixelRatio - ground.clientHeight / 2;
  soon();
  const words = { number: place + 1, of: places.length };
  words.x = Math.round(x * 100);
  words.y = Math.round(y * 100);
  one(".told").textContent = props.change.replace(/\{(\w+)\}/g, (_, name) => words[name]);
};
const clear = () => {
  for (const pictures of tiles.values()) pictures.forEach((picture) => picture.remove());
  tiles.clear();
};
const view = (close) => {
  fitting.hidden = close;
  closeUp.hidden = one(".next").hidden = !close;
  one(".whole").setAttribute("aria-pressed", String(!close));
  one(".close").setAttribute("aria-pressed", String(close));
  one(".told").textContent = "";
  if (!close) return clear();
  for (const when of ["before", "after"]) {
    // Until the tiles come, the small picture stands there, blurred
    sheet.querySelector(`.${when}`).style.backgroundImage = `url("${value[when].url}")`;
  }
  sheet.style.width = `${value.shape[0] / devicePixelRatio}px`;
  sheet.style.height = `${value.shape[1] / devicePixelRatio}px`;
  one(".next").hidden = value.places.length < 2;
  goTo(0);
};
one(".whole").addEventListener("click", () => view(false));
one(".close").addEventListener("click", () => view(true));
one(".next").addEventListener("click", () => goTo(place + 1));

const show = (next) => {
  view(false);
  value = next;
  one(".views").hidden = !value?.look;
  for (const when of ["before", "after"]) {
    const picture = fitting.querySelector(`img.${when}`);
    if (!value) picture.removeAttribute("src");
    else {
      picture.width = value.width;
      picture.height = value.height;
      picture.src = value[when].url;
    }
  }
  if (!value) return;
  fitting.style.setProperty("--width", value.width);
  fitting.style.setProperty("--height", value.height);
};
for (const pair of [fitting, cover]) moveBorder(pair, 50);
watch("value", () => show(props.value));
if (props.value) show(props.value);
