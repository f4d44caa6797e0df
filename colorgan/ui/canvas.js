// A picture on which places can be pointed at. It knows nothing of what is said of a place.
//
// makeCanvas(figure, says) gives an object with what can be done to the picture; it calls
//   says.tap(place, byKeys)   a place was chosen: [x, y], shares of width and height
//   says.stroke(places)       a line was drawn
//   says.choose(mark)         a mark was chosen
//   says.moving(mark, place)  a mark is under way
//   says.moved(mark, place)   a mark was moved
//   says.remove(mark)         a mark is to go
//   says.cursor(place)        the keys' cursor is somewhere else

const DRAWN = 6; // pixels from which a movement is no click
const MOST_POINTS = 60; // of a stroke
const CLOSEST = 8; // times

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const make = (tag, className = "", text = "") => {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
};
const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const pixelsOf = (image) => {
  const { naturalWidth: width, naturalHeight: height } = image;
  const pixels = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  pixels.drawImage(image, 0, 0);
  return pixels;
};
// Gives the mean colour around a place as "#rrggbb".
const meanColour = (pixels, [x, y]) => {
  const { width, height } = pixels.canvas;
  const left = clamp(Math.round(x * width) - 1, 0, Math.max(width - 3, 0));
  const top = clamp(Math.round(y * height) - 1, 0, Math.max(height - 3, 0));
  const { data } = pixels.getImageData(left, top, Math.min(3, width), Math.min(3, height));
  const sums = [0, 0, 0];
  for (let place = 0; place < data.length; place += 4) {
    for (const channel of [0, 1, 2]) sums[channel] += data[place + channel];
  }
  const hex = (sum) => Math.round((sum * 4) / data.length).toString(16).padStart(2, "0");
  return `#${sums.map(hex).join("")}`;
};

const makeCanvas = (figure, says) => {
  const find = (selector) => figure.querySelector(selector);
  const view = find(".view");
  const field = find(".field");
  const after = find("img.after");
  const marks = find(".marks");
  const handle = find("input[type=range]");
  const crosshair = find(".crosshair");

  // Zoom and place: the view is as many times as large as the figure, and moved by pixels.
  let zoom = 1;
  let shift = [0, 0];
  const show = () => {
    const { clientWidth: width, clientHeight: height } = figure;
    shift = [clamp(shift[0], 0, width * (zoom - 1)), clamp(shift[1], 0, height * (zoom - 1))];
    view.style.setProperty("--zoom", zoom);
    view.style.left = `${-shift[0]}px`;
    view.style.top = `${-shift[1]}px`;
    view.style.setProperty("--knob", `${shift[1] + height / 2}px`);
    figure.classList.toggle("zoomed", zoom > 1);
  };
  const zoomTo = (wanted, point = [figure.clientWidth / 2, figure.clientHeight / 2]) => {
    const next = clamp(wanted, 1, CLOSEST);
    shift = shift.map((own, axis) => ((own + point[axis]) * next) / zoom - point[axis]);
    zoom = next;
    show();
  };
  const pan = (dx, dy) => {
    shift = [shift[0] - dx, shift[1] - dy];
    show();
  };
  new ResizeObserver(show).observe(figure);
  figure.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && zoom === 1) return; // the page scrolls
      event.preventDefault();
      const box = figure.getBoundingClientRect();
      const point = [event.clientX - box.left, event.clientY - box.top];
      // A wheel turns by a hundred at a time, two fingers on a pad by a few.
      zoomTo(zoom * Math.exp(-clamp(event.deltaY, -30, 30) * 0.01), point);
    },
    { passive: false },
  );

  const placeOf = (event) => {
    const box = view.getBoundingClientRect();
    return [
      clamp((event.clientX - box.left) / box.width, 0, 1),
      clamp((event.clientY - box.top) / box.height, 0, 1),
    ];
  };
  const pointOf = ([x, y]) => {
    const box = view.getBoundingClientRect();
    return [box.left + x * box.width, box.top + y * box.height];
  };

  // The border between before and after
  const moveBorder = (share) => {
    handle.value = share;
    view.style.setProperty("--border", share);
    handle.setAttribute("aria-valuetext", `${100 - handle.value} % ${says.share}`);
  };
  handle.addEventListener("input", () => moveBorder(handle.value));
  find(".border").addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const knob = event.currentTarget;
    knob.setPointerCapture(event.pointerId);
    knob.onpointermove = (moved) => moveBorder(Math.round(placeOf(moved)[0] * 100));
    knob.onpointerup = knob.onpointercancel = () => {
      knob.onpointermove = null;
    };
  });

  // Pointing and drawing; two fingers zoom
  const fingers = new Map();
  let stroke = null; // {from, places, drawn, hand}
  let pinch = null;
  let hand = false;
  let picking = null;
  let most = MOST_POINTS;
  const line = find(".strokes").appendChild(
    document.createElementNS("http://www.w3.org/2000/svg", "polyline"),
  );
  line.classList.add("new");
  const drawLine = (places) => line.setAttribute("points", places.map(String).join(" "));
  const spanOf = () => {
    const [one, other] = [...fingers.values()];
    const box = figure.getBoundingClientRect();
    return {
      size: Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY),
      point: [
        (one.clientX + other.clientX) / 2 - box.left,
        (one.clientY + other.clientY) / 2 - box.top,
      ],
    };
  };
  field.addEventListener("pointerdown", (event) => {
    if (event.button > 1) return;
    if (event.button === 1) event.preventDefault();
    fingers.set(event.pointerId, event);
    field.setPointerCapture(event.pointerId);
    if (fingers.size === 2) {
      stroke = null;
      drawLine([]);
      pinch = { ...spanOf(), zoom };
    } else if (fingers.size === 1) {
      const moves = zoom > 1 && (hand || event.shiftKey || event.button === 1);
      stroke = { from: event, last: event, places: [placeOf(event)], drawn: false, moves };
    }
  });
  field.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event);
    if (pinch && fingers.size === 2) {
      const now = spanOf();
      pan(now.point[0] - pinch.point[0], now.point[1] - pinch.point[1]);
      zoomTo((pinch.zoom * now.size) / Math.max(pinch.size, 1), now.point);
      pinch.point = now.point;
      return;
    }
    if (!stroke) return;
    const { from, last } = stroke;
    const far = Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY);
    stroke.drawn ||= far > DRAWN;
    if (!stroke.drawn) return;
    if (stroke.moves) pan(event.clientX - last.clientX, event.clientY - last.clientY);
    else if (!picking) {
      stroke.places.push(placeOf(event));
      drawLine(stroke.places);
    }
    stroke.last = event;
  });
  const release = (event, given) => {
    if (!fingers.delete(event.pointerId)) return;
    if (pinch) {
      if (fingers.size === 0) pinch = null;
      return;
    }
    const done = stroke;
    stroke = null;
    drawLine([]);
    if (!done || !given || (done.drawn && done.moves)) return;
    setCursor(done.places[0], false);
    if (picking) {
      const taken = picking;
      pickPlace(null);
      taken(placeOf(event));
    } else if (done.drawn && done.places.length > 2) {
      const step = Math.max(Math.ceil(done.places.length / most), 1);
      says.stroke(done.places.filter((_, number) => number % step === 0));
    } else says.tap(placeOf(event), false);
  };
  field.addEventListener("pointerup", (event) => release(event, event.button === 0));
  field.addEventListener("pointercancel", (event) => release(event, false));

  const pickPlace = (taken) => {
    picking = taken;
    figure.classList.toggle("picking", Boolean(taken));
  };

  // Keys move a cursor
  let cursor = [0.5, 0.5];
  const setCursor = (place, seen) => {
    cursor = place;
    crosshair.style.left = `${place[0] * 100}%`;
    crosshair.style.top = `${place[1] * 100}%`;
    crosshair.hidden = !seen;
    if (!seen || zoom === 1) return;
    const box = figure.getBoundingClientRect();
    const [x, y] = pointOf(place);
    const over = (at, low, high) => Math.min(at - low - 30, 0) + Math.max(at - high + 30, 0);
    pan(-over(x, box.left, box.right), -over(y, box.top, box.bottom));
  };
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const stepped = (place, event) => {
    const step = event.shiftKey ? 0.05 : 0.01;
    return place.map((own, axis) =>
      Number(clamp(own + ARROWS[event.key][axis] * step, 0, 1).toFixed(4)),
    );
  };
  const zoomKeys = { "+": 1.5, "=": 1.5, "-": 1 / 1.5, 0: 0 };
  field.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in ARROWS) {
      setCursor(stepped(cursor, event), true);
      says.cursor(cursor);
    } else if (event.key === "Enter" || event.key === " ") {
      setCursor(cursor, true);
      if (picking) {
        const taken = picking;
        pickPlace(null);
        taken(cursor);
      } else says.tap(cursor, true);
    } else if (event.key in zoomKeys) zoomTo(zoom * zoomKeys[event.key], centreOf(cursor));
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", () => {
    crosshair.hidden = true;
  });
  const centreOf = (place) => {
    const box = figure.getBoundingClientRect();
    const [x, y] = pointOf(place);
    return [x - box.left, y - box.top];
  };

  // Marks: buttons on the picture
  const markAt = (mark, place) => {
    mark.style.left = `${place[0] * 100}%`;
    mark.style.top = `${place[1] * 100}%`;
  };
  const newMark = (number) => {
    const mark = make("button", "mark");
    mark.type = "button";
    let from = null;
    let place = null;
    mark.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      from = event;
      place = null;
      mark.setPointerCapture(event.pointerId);
    });
    mark.addEventListener("pointermove", (event) => {
      if (!from) return;
      const far = Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY);
      if (far <= DRAWN && !place) return;
      place = placeOf(event);
      markAt(mark, place);
      says.moving(number, place);
    });
    mark.addEventListener("pointerup", () => {
      if (from && place) says.moved(number, place);
      from = null;
    });
    mark.addEventListener("pointercancel", () => {
      from = null;
    });
    mark.addEventListener("click", () => {
      if (!place) says.choose(number);
      place = null;
    });
    mark.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key in ARROWS) {
        says.moved(number, stepped(JSON.parse(mark.dataset.place), event), true);
      } else if (event.key === "Delete" || event.key === "Backspace") says.remove(number);
      else return;
      event.preventDefault();
    });
    return mark;
  };

  let pixels = null; // of the picture after, drawn when it is first asked for
  return {
    find,
    field,
    pointOf,
    zoomBy: (factor) => zoomTo(zoom * factor),
    moveBorder,
    get border() {
      return Number(handle.value);
    },
    set hand(on) {
      hand = on;
      figure.classList.toggle("hand", on);
    },
    // How many points of a stroke are told
    set most(count) {
      most = count ?? MOST_POINTS;
    },
    pickPlace,
    setCursor,
    reset: () => {
      zoom = 1;
      shift = [0, 0];
      show();
      crosshair.hidden = true;
    },
    // Shows a picture under the word after; before it stays.
    showAfter: (source) => {
      after.src = source;
      return after.decode().then(
        () => {
          pixels = null;
        },
        () => {},
      );
    },
    // Gives the colour at a place as "#rrggbb", a mean over a few pixels.
    colourAt: ([x, y]) => {
      if (!after.naturalWidth) return "#808080";
      pixels ??= pixelsOf(after);
      return meanColour(pixels, [x, y]);
    },
    // Draws marks: a list of {places, colour, label, chosen}.
    setMarks: (list) => {
      while (marks.children.length > list.length) marks.lastChild.remove();
      while (marks.children.length < list.length) marks.append(newMark(marks.children.length));
      const lines = list.map(({ places, colour, chosen }, number) => {
        const mark = marks.children[number];
        markAt(mark, places[0]);
        mark.dataset.place = JSON.stringify(places[0]);
        mark.style.setProperty("--colour", colour);
        mark.setAttribute("aria-label", list[number].label);
        mark.classList.toggle("chosen", chosen);
        const drawn = line.cloneNode();
        drawn.classList.remove("new");
        drawn.setAttribute("points", places.length > 1 ? places.map(String).join(" ") : "");
        return drawn;
      });
      find(".strokes").replaceChildren(line, ...lines);
    },
    markAt: (number) => marks.children[number],
    // Draws faint rings at places.
    setRings: (places) => {
      const rings = places.map((place) => {
        const ring = make("span", "ring");
        markAt(ring, place);
        return ring;
      });
      find(".rings").replaceChildren(...rings);
    },
  };
};
