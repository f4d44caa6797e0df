// What is missing of a photo: outlined over it, and a brush for what the machine did not see.
//
// makeFilling(root, words, says) gives the object below; it calls
//   says.drawn(strokes)   the strokes are others: one was drawn
//   says.apply(strokes)   they are to be filled
//   says.turned(on)       the brush was taken or laid aside

const OUTLINE = 3; // pixels
const STRIPES = 5;
const SHARPEST = 3000; // pixels of the longer side of what is drawn
const MOST_STROKES = 200;

const makeFilling = (root, words, says) => {
  const one = (selector) => root.querySelector(selector);
  const sheet = one(".veil");
  const brush = one(".tool.brush");
  const bar = one(".filling");
  const width = bar.querySelector("input");
  const fillButton = bar.querySelector(".fill");
  let found = null; // a picture, opaque where something is missing
  let strokes = [];
  let applied = "[]"; // the strokes that are filled already
  let gone = true; // whether the brush marks what is missing, or what is not

  // A mask: what was found, and the strokes over it
  const maskOf = (size) => {
    const pen = new OffscreenCanvas(...size).getContext("2d");
    if (found) pen.drawImage(found, 0, 0, ...size);
    pen.lineCap = pen.lineJoin = "round";
    for (const { points, width: share, missing } of strokes) {
      pen.globalCompositeOperation = missing ? "source-over" : "destination-out";
      pen.lineWidth = share * Math.max(...size);
      pen.beginPath();
      const places = points.map(([x, y]) => [x * size[0], y * size[1]]);
      pen.moveTo(...places[0]);
      for (const [x, y] of places) pen.lineTo(x + 0.01, y);
      pen.stroke();
    }
    return pen.canvas;
  };
  // Stripes, white and black: seen on light and dark, and by whoever sees no colours
  const stripes = (pen, light, dark, step) => {
    const tile = new OffscreenCanvas(4 * step, 4 * step).getContext("2d");
    tile.fillStyle = dark;
    tile.fillRect(0, 0, 4 * step, 4 * step);
    tile.strokeStyle = light;
    tile.lineWidth = step * Math.SQRT2;
    for (const from of [-4, 0, 4]) {
      tile.moveTo((from - 1) * step, -step);
      tile.lineTo((from + 5) * step, 5 * step);
    }
    tile.stroke();
    return pen.createPattern(tile.canvas, "repeat");
  };
  const grown = (mask, reach) => {
    const pen = new OffscreenCanvas(mask.width, mask.height).getContext("2d");
    for (let step = 0; step < 16; step += 1) {
      const angle = (step * Math.PI) / 8;
      pen.drawImage(mask, reach * Math.cos(angle), reach * Math.sin(angle));
    }
    return pen;
  };
  const filledWith = (pen, paint) => {
    pen.globalCompositeOperation = "source-in";
    pen.fillStyle = paint;
    pen.fillRect(0, 0, pen.canvas.width, pen.canvas.height);
    return pen.canvas;
  };
  const paint = () => {
    const shape = [sheet.clientWidth, sheet.clientHeight];
    const scale = Math.min(devicePixelRatio, SHARPEST / Math.max(...shape, 1));
    const size = shape.map((side) => Math.max(Math.round(side * scale), 1));
    [sheet.width, sheet.height] = size;
    root.style.setProperty("--brush", `${width.value * Math.max(...shape)}px`);
    if (sheet.hidden || (!found && !strokes.length)) return;
    const mask = maskOf(size);
    const pen = sheet.getContext("2d");
    const edge = filledWith(grown(mask, (OUTLINE + 1) * scale), "rgb(0 0 0 / 80%)");
    const line = grown(mask, OUTLINE * scale);
    const dashes = stripes(line, "#fff", "#1c1c1c", Math.round(STRIPES * scale));
    pen.drawImage(edge, 0, 0);
    pen.drawImage(filledWith(line, dashes), 0, 0);
    pen.globalCompositeOperation = "destination-out";
    pen.drawImage(mask, 0, 0);
    if (bar.hidden) return; // what it was filled with is to be seen
    pen.globalCompositeOperation = "source-over";
    const inner = grown(mask, 0);
    const hatch = stripes(inner, "rgb(255 255 255 / 60%)", "rgb(0 0 0 / 35%)", Math.round(2 * scale));
    pen.drawImage(filledWith(inner, hatch), 0, 0);
  };
  new ResizeObserver(paint).observe(sheet);

  const isApplied = () => JSON.stringify(strokes) === applied;
  const draw = () => {
    fillButton.setAttribute("aria-disabled", String(isApplied()));
    paint();
  };
  const apply = () => {
    if (!isApplied()) says.apply(strokes);
  };
  const turn = (on) => {
    if (on === !bar.hidden) return;
    bar.hidden = !on;
    brush.setAttribute("aria-pressed", String(on));
    root.classList.toggle("brushing", on);
    draw();
    says.turned(on);
  };
  const choose = (missing) => {
    gone = missing;
    for (const kind of bar.querySelectorAll(".kind")) {
      kind.setAttribute("aria-pressed", String(kind.dataset.missing === String(missing)));
    }
  };
  brush.addEventListener("click", () => {
    if (!bar.hidden) apply(); // who lays the brush aside is done
    turn(bar.hidden);
  });
  for (const kind of bar.querySelectorAll(".kind")) {
    kind.addEventListener("click", () => choose(kind.dataset.missing === "true"));
  }
  const tellWidth = () => {
    width.setAttribute("aria-valuetext", `${Math.round(width.value * 100)} %`);
    paint();
  };
  width.addEventListener("input", tellWidth);
  fillButton.addEventListener("click", apply);
  tellWidth();

  return {
    get isOn() {
      return !bar.hidden;
    },
    isApplied,
    turn,
    // A line was drawn, or a place chosen; gives what to say of it.
    stroke: (points) => {
      if (strokes.length >= MOST_STROKES) return words.full_up;
      const places = points.map((place) => place.map((share) => Number(share.toFixed(4))));
      const stroke = { points: places, width: Number(width.value), missing: gone };
      says.drawn([...strokes, stroke]);
      return gone ? words.marked : words.unmarked;
    },
    // Shows other strokes: after a step back, say.
    put: (next) => {
      strokes = next;
      draw();
    },
    // Shows what is missing of a photo as the server tells it; null: it was not asked for.
    show: (missing) => {
      sheet.hidden = brush.hidden = !missing;
      found = null;
      applied = JSON.stringify(missing?.strokes ?? []);
      if (!missing) turn(false);
      draw();
      if (!missing) return;
      const picture = make("img");
      picture.src = missing.found.url;
      picture.decode().then(
        () => {
          if (applied !== JSON.stringify(missing.strokes)) return; // an older one came late
          found = picture;
          draw();
        },
        () => {},
      );
    },
  };
};
