// The tab Colour's frame: corrections as a list that can be undone, and what the server makes of it.

const { palette, few, most, spreads, near } = props;
const figure = one(".surface");
const BRUSHED = 300; // points of what is drawn with the brush
const KEPT = "colorgan-corrections "; // and the photo's name: its corrections in this browser tab

let value = null; // of the frame: the pictures and the look
let strength = 1;
let told = null; // strength that the slider was moved to
let hints = []; // of {points, want, spread, name}
let marks = []; // what was drawn over what is missing, of {points, width, missing}
let past = []; // of {hints, marks}
let future = [];
let chosen = null; // number of the correction that the panel is about
let open = null; // points of the correction that the panel would add
let underWay = false; // a change that goes on: it is one step of undoing

const placeWords = ([x, y]) =>
  fill(words.place, { x: Math.round(x * 100), y: Math.round(y * 100) });

const plain = (list) => ({
  version: 1,
  hints: list.map(({ points, want, spread }) => ({ points, want, spread })),
});
const asked = () => ({ look: value.look, hints: plain(hints), strength });
// One picture at a time is asked for, and then the newest: answers come in order.
let wanted = false;
let asking = false;
let shownAddress = null;
const refresh = async () => {
  wanted = true;
  if (asking) return;
  asking = true;
  while (wanted && value) {
    wanted = false;
    const own = value;
    const answer = await ask("preview", asked());
    const picture = answer && (await answer.blob());
    if (!picture || value?.look !== own.look) continue;
    const before = shownAddress;
    shownAddress = URL.createObjectURL(picture);
    await canvas.showAfter(shownAddress);
    if (before) URL.revokeObjectURL(before);
    draw();
  }
  asking = false;
  if (value) askTelling();
};
let tellingAsked = 0;
const askTelling = async () => {
  const number = ++tellingAsked;
  const answer = await post("telling", asked()).catch(() => null);
  if (number !== tellingAsked || !answer?.ok || !value) return;
  canvas.setRings((await answer.json()).places);
};

// Marks and list
const nameOf = ({ name, want }) =>
  name || words.swatches[want] || words[want] || (want.ab ? words.a_likely : String(want));
const draw = () => {
  const dots = hints.map((hint, number) => ({
    places: hint.points,
    colour: canvas.colourAt(hint.points[0]),
    label: fill(words.dot, { name: nameOf(hint), place: placeWords(hint.points[0]) }),
    chosen: number === chosen,
  }));
  canvas.setMarks(dots);
  const rows = hints.map((hint, number) => {
    const row = make("li");
    const show = make("button", "name", nameOf(hint));
    show.type = "button";
    show.style.setProperty("--colour", dots[number].colour);
    show.addEventListener("click", () => choose(number));
    const remove = one(".panel .close").cloneNode(true);
    remove.className = "tool delete-one";
    remove.title = fill(words.delete_one, { name: nameOf(hint) });
    remove.setAttribute("aria-label", remove.title);
    remove.addEventListener("click", () => removeHint(number));
    row.append(show, remove);
    row.classList.toggle("chosen", number === chosen);
    return row;
  });
  one(".corrections ul").replaceChildren(...rows);
  one(".corrections .start").hidden = rows.length > 0;
  const idle = { ".undo": !past.length, ".redo": !future.length, ".clear": !(filling.isOn ? marks : hints).length };
  for (const [button, off] of Object.entries(idle)) {
    one(button).setAttribute("aria-disabled", String(off));
  }
};

// Whoever else on the page wants to know of it hears of each change.
const announce = () => {
  const detail = { photo: value.photo, hints: plain(hints) };
  document.dispatchEvent(new CustomEvent("colorgan-corrections", { detail }));
};

// Changes: each is a step that can be undone; what is under way belongs to one step.
const keep = () => {
  try {
    // An empty list too: what the file carries is not to come back.
    sessionStorage.setItem(KEPT + value.photo, JSON.stringify(hints));
  } catch {
    // kept in memory
  }
  announce();
};
const kept = (photo) => {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT + photo));
  } catch {
    return null;
  }
};
const put = (next) => {
  const recoloured = next.hints !== hints;
  if (next.marks !== marks) filling.put(next.marks);
  ({ hints, marks } = next);
  keep();
  draw();
  if (recoloured) refresh();
};
const change = (next, goesOn = false, nextMarks = marks) => {
  if (!underWay) {
    past.push({ hints, marks });
    future = [];
  }
  underWay = goesOn;
  put({ hints: next, marks: nextMarks });
};
const stepBack = (from, to, sentence) => {
  if (!from.length || !value) return;
  to.push({ hints, marks });
  const next = from.pop();
  underWay = false;
  if (next.marks !== marks) filling.turn(true); // what is to be filled is seen there
  if (chosen !== null && chosen >= next.hints.length) closePanel();
  put(next);
  say(fill(sentence, { count: filling.isOn ? marks.length : hints.length }));
};
const undo = () => stepBack(past, future, words.undone);
const redo = () => stepBack(future, past, words.redone);
const clear = () => {
  if (!(filling.isOn ? marks : hints).length) return;
  closePanel();
  change(...(filling.isOn ? [hints, false, []] : [[]]));
  say(words.cleared);
};
const patched = (number, patch) =>
  hints.map((hint, place) => (place === number ? { ...hint, ...patch } : hint));
const removeHint = (number) => {
  const name = nameOf(hints[number]);
  closePanel();
  change(hints.filter((_, place) => place !== number));
  say(fill(words.deleted, { name }));
};

// The panel: for a new place, or a correction that stands
const openPanel = async (points, hint, byKeys) => {
  if (!value?.look) return toast(words.too_large);
  versions.close();
  open = points;
  chosen = hint ? hints.indexOf(hint) : null;
  underWay = false;
  if (points[0][0] * 100 < canvas.border) setBorder(0);
  draw();
  const [x, y] = points[points.length - 1];
  panel.open(canvas.pointOf([x, y]), figure.getBoundingClientRect(), {
    ...hint,
    there: Boolean(hint),
  });
  if (byKeys) one(".panel .close").focus();
  const answer = await ask("likely", { look: value.look, x: points[0][0], y: points[0][1] });
  if (answer && open === points) panel.offer(await answer.json());
};
const closePanel = () => {
  panel.close();
  canvas.pickPlace(null);
  open = chosen = null;
  underWay = false;
};
const choose = (number) => openPanel(hints[number].points, hints[number]);
let spreadWanted = near; // before the first choice

const panel = makePanel(one(".panel"), words, palette, few, spreads, near, {
  want: (want, name, goesOn) => {
    if (chosen !== null) {
      change(patched(chosen, { want, name }), goesOn);
      if (!goesOn) say(fill(words.changed, { name }));
      return;
    }
    if (hints.length >= most) return toast(words.full_up);
    chosen = hints.length;
    change([...hints, { points: open, want, spread: spreadWanted, name }], goesOn);
    panel.added();
    say(fill(words.added, { name }));
  },
  spread: (spread, goesOn) => {
    spreadWanted = spread;
    if (chosen !== null) change(patched(chosen, { spread }), goesOn);
  },
  pick: () => {
    say(words.picking);
    toast(words.picking);
    one(".panel").classList.add("aside");
    canvas.pickPlace((place) => {
      one(".panel").classList.remove("aside");
      one(".canvas-toast").hidden = true;
      const colour = canvas.colourAt(place);
      panel.wish(colour, colour);
    });
    canvas.field.focus({ preventScroll: true });
  },
  remove: () => {
    if (chosen === null) return;
    removeHint(chosen);
    canvas.field.focus({ preventScroll: true });
  },
  closed: () => {
    closePanel();
    draw();
    canvas.field.focus({ preventScroll: true });
  },
});

const canvas = makeCanvas(figure, {
  share: words.share,
  tap: (place, byKeys) => {
    if (filling.isOn) return brushed([place]);
    spreadWanted = near;
    openPanel([place], null, byKeys);
  },
  stroke: (places) => {
    if (filling.isOn) return brushed(places);
    spreadWanted = near;
    openPanel(places, null, false);
  },
  choose,
  moving: (number, place) => change(movedTo(number, place), true),
  moved: (number, place, byKeys) => {
    change(movedTo(number, place), !byKeys);
    underWay = false;
    say(fill(words.moved, { place: placeWords(place) }));
  },
  remove: (number) => {
    removeHint(number);
    canvas.field.focus({ preventScroll: true });
  },
  cursor: (place) => say(placeWords(place)),
});
// A stroke moves as a whole, by its first place.
const movedTo = (number, [x, y]) => {
  const [[x0, y0]] = hints[number].points;
  const points = hints[number].points.map(([px, py]) => [
    clamp(px + x - x0, 0, 1),
    clamp(py + y - y0, 0, 1),
  ]);
  return patched(number, { points });
};

const versions = makeVersions(one(".versions"), one(".ask-versions"), words, {
  ask: async () => {
    if (!value?.look) return toast(words.too_large);
    closePanel();
    const answer = await ask("versions", asked());
    return value && answer;
  },
  taken: (own, number) => {
    setBorder(0);
    // Hints that stand already keep their names.
    change(own.map((hint, place) => ({ spread: 1, name: hints[place]?.name ?? "", ...hint })));
    say(fill(words.version_taken, { number }));
    canvas.field.focus({ preventScroll: true });
  },
});

// What is missing
const filling = makeFilling(root, words.mending, {
  drawn: (strokes) => change(hints, false, strokes),
  apply: (strokes) => {
    const detail = { photo: value.photo, strokes };
    document.dispatchEvent(new CustomEvent("colorgan-marks", { detail }));
  },
  turned: (on) => {
    one(".corrections").hidden = on;
    canvas.most = on ? BRUSHED : undefined;
    closePanel();
    draw();
    if (on) say(words.mending.brush_on);
  },
});
const brushed = (places) => {
  const said = filling.stroke(places);
  say(said);
  if (said === words.mending.full_up) toast(said);
};

// Tools
const press = (name, on) => one(`.${name}`).setAttribute("aria-pressed", String(on));
const isPressed = (name) => one(`.${name}`).getAttribute("aria-pressed") === "true";
const setBorder = (share) => {
  canvas.moveBorder(share);
  press("tool.compare", share > 0);
};
const onClick = (name, work) => one(name).addEventListener("click", work);
onClick(".undo", undo);
onClick(".redo", redo);
onClick(".clear", clear);
onClick(".tool.compare", () => setBorder(canvas.border > 0 ? 0 : 50));
onClick(".tool.dots", () => {
  press("tool.dots", !isPressed("tool.dots"));
  root.classList.toggle("no-marks", !isPressed("tool.dots"));
});
onClick(".tool.hand", () => {
  press("tool.hand", !isPressed("tool.hand"));
  canvas.hand = isPressed("tool.hand");
});
onClick(".further", () => canvas.zoomBy(1 / 1.5));
onClick(".closer", () => canvas.zoomBy(1.5));
onClick(".full", () => {
  if (document.fullscreenElement) document.exitFullscreen();
  else root.requestFullscreen?.().catch(() => {});
});
onClick(".getting .download", () => {
  if (!filling.isApplied()) toast(words.mending.fill_first);
  else if (value?.look) download(asked());
  else toast(words.too_large);
});

document.addEventListener("keydown", (event) => {
  if (!value || !root.offsetParent) return;
  if (event.key === "Escape") {
    if (panel.isOpen) {
      one(".panel").classList.remove("aside");
      closePanel();
      draw();
      canvas.field.focus({ preventScroll: true });
    }
    versions.close();
    return;
  }
  if (event.key === "Delete" && chosen !== null && root.contains(event.target)) {
    if (!event.defaultPrevented) removeHint(chosen);
    return;
  }
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  if (event.target.matches?.("textarea, input:not([type=range], [type=color])")) return;
  const key = event.key.toLowerCase();
  if (key === "z" && !event.shiftKey) undo();
  else if (key === "y" || (key === "z" && event.shiftKey)) redo();
  else return;
  event.preventDefault();
});
document.addEventListener("colorgan-strength", ({ detail }) => {
  if (detail.frame !== props.frame_id) return;
  told = strength = detail.strength;
  if (value?.look) refresh();
});

// A new value: another photo, or the same one looked at in another way.
const show = (next) => {
  const samePhoto = next && value?.photo === next.photo;
  const first = next && !value;
  value = next;
  tellingAsked += 1;
  canvas.setRings([]);
  closePanel();
  versions.close();
  panel.offerPhotos(value?.references ?? []);
  filling.show(value?.missing);
  root.classList.toggle("filled", Boolean(value));
  figure.hidden = !value;
  one(".empty").hidden = Boolean(value);
  if (!value) {
    for (const image of figure.querySelectorAll("img")) image.removeAttribute("src");
    return;
  }
  strength = told ?? value.strength;
  for (const [number, side] of ["before", "after"].entries()) {
    const image = figure.querySelector(`img.${side}`);
    image.width = value.width;
    image.height = value.height;
    image.alt = value.names[number];
    image.src = value[side].url;
  }
  figure.setAttribute("aria-label", words.frame);
  figure.style.setProperty("--width", value.width);
  figure.style.setProperty("--height", value.height);
  if (!samePhoto) {
    const carried = value.carried.map((hint) => ({ spread: 1, name: "", ...hint }));
    hints = kept(value.photo) ?? carried;
    marks = value.missing?.strokes ?? [];
    filling.put(marks);
    past = [];
    future = [];
    canvas.reset();
    if (first) canvas.moveBorder(canvas.border);
    if (hints.length) say(words.back);
    announce();
  }
  draw();
  if (value.look && (hints.length || strength !== value.strength)) refresh();
  else if (value.look) canvas.showAfter(value.after.url).then(askTelling);
  if (first) element.scrollIntoView({ behavior: "smooth", block: "nearest" });
};
watch("value", () => show(props.value));
if (props.value) show(props.value);
