// The panel that offers colours for a place.
//
// makePanel(panel, words, palette, few, spreads, near, says) gives {open, close, offer, isOpen}; it calls
//   says.want(want, name, under way)  what a hint wants, and its name
//   says.spread(spread, under way)    how far it spreads
//   says.pick()                       a colour is to be taken from the picture
//   says.remove()                     the correction is to go
//   says.closed()                     the panel was closed by whoever looks at it

const WEAKEST = 0.1; // strength that a step leads down to
const STRONGEST = 3;

// Gives (a*, b*) of "#rrggbb", sRGB under D65.
const abOf = (code) => {
  const [red, green, blue] = [1, 3, 5].map((place) => {
    const value = parseInt(code.slice(place, place + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const bent = (t) => (t > 216 / 24389 ? Math.cbrt(t) : (841 / 108) * t + 4 / 29);
  const x = bent((0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047);
  const y = bent(0.2126729 * red + 0.7151522 * green + 0.072175 * blue);
  const z = bent((0.0193339 * red + 0.119192 * green + 0.9503041 * blue) / 1.08883);
  return [500 * (x - y), 200 * (y - z)];
};

const makePanel = (panel, words, palette, few, spreads, near, says) => {
  const find = (selector) => panel.querySelector(selector);
  const spread = find(".spread input");
  const known = {}; // by name: ["#rrggbb", [a, b]] as it looks at the place
  let current = null; // what the hint wants so far
  let currentName = "";

  // Fingers see no titles: the name of a known colour stands in the heading above them
  const tell = (name) => {
    find(".chip-name").textContent = name ? `: ${name}` : "";
  };
  const chosenName = () =>
    typeof current === "string" ? (words.swatches[current] ?? "") : "";
  const mark = () => {
    tell(chosenName());
    const own = JSON.stringify(current);
    for (const one of panel.querySelectorAll("[data-own]")) {
      one.setAttribute("aria-pressed", String(one.dataset.own === own));
    }
  };
  const wish = (want, name, underWay = false) => {
    current = want;
    currentName = name;
    mark();
    says.want(want, name, underWay);
  };
  const chip = (want, name, label, colour) => {
    const made = make("button", "chip");
    made.type = "button";
    made.dataset.own = JSON.stringify(want);
    made.style.setProperty("--colour", colour);
    made.setAttribute("aria-label", label);
    made.title = label;
    made.setAttribute("aria-pressed", "false");
    made.addEventListener("click", () => wish(want, name));
    return made;
  };

  // Known colours: few, and all in groups
  const swatch = ([name, colour]) => {
    const made = chip(name, words.swatches[name], words.swatches[name], colour);
    made.dataset.swatch = name;
    for (const event of ["pointerenter", "focus"]) {
      made.addEventListener(event, () => tell(words.swatches[name]));
    }
    for (const event of ["pointerleave", "blur"]) {
      made.addEventListener(event, () => tell(chosenName()));
    }
    known[name] = [colour, abOf(colour)];
    return made;
  };
  const codes = Object.fromEntries(palette.flatMap(([, swatches]) => swatches));
  find(".known").append(...few.map((name) => swatch([name, codes[name]])));
  for (const [group, swatches] of palette) {
    const chips = make("div", "chips");
    chips.append(...swatches.map(swatch));
    find(".all").append(make("h5", "", group), chips);
  }
  const more = find(".more");
  const showAll = (on) => {
    find(".all").hidden = !on;
    find(".known").hidden = on;
    more.setAttribute("aria-expanded", String(on));
    more.textContent = on ? words.fewer : words.more;
  };
  more.addEventListener("click", () => showAll(find(".all").hidden));

  for (const button of panel.querySelectorAll("[data-want]")) {
    const { want } = button.dataset;
    button.dataset.own = JSON.stringify(want);
    button.addEventListener("click", () => wish(want, words[want]));
  }

  // Paler or stronger: of the colour that was chosen, or of the model's own
  const colourOf = (want) => {
    if (want?.ab) return want.ab;
    if (typeof want !== "string" || want in words.swatches === false) {
      return typeof want === "string" && want.startsWith("#") ? abOf(want) : null;
    }
    return known[want][1];
  };
  for (const button of panel.querySelectorAll("[data-step]")) {
    const step = Number(button.dataset.step);
    button.addEventListener("click", () => {
      const colour = colourOf(current);
      if (colour) {
        const ab = colour.map((value) => clamp(value * (step > 0 ? 1.25 : 0.8), -128, 128));
        wish({ ab: ab.map((value) => Number(value.toFixed(2))) }, currentName);
        return;
      }
      const before = current?.strength ?? (current === "none" ? 0 : 1);
      const strength = Number(clamp(before + step * 0.3, WEAKEST, STRONGEST).toFixed(2));
      wish({ strength }, fill(words.strength, { percent: Math.round(strength * 100) }));
    });
  }

  find(".pick").addEventListener("click", () => says.pick());
  const sources = makeSources(find(".sources"), words, (colour, name) =>
    wish(colour, fill(words.from_there, { name })),
  );
  const any = find(".any input");
  any.addEventListener("input", () => wish(any.value, any.value, true));
  any.addEventListener("change", () => wish(any.value, any.value));
  const spreadOf = () => {
    const [low, high] = spreads; // the middle of the slider is 1
    const value = Number(spread.value);
    return Number((value < 0 ? low ** -value : high ** value).toFixed(3));
  };
  const sliderOf = (value) => {
    const [low, high] = spreads;
    return value < 1 ? -Math.log(value) / Math.log(low) : Math.log(value) / Math.log(high);
  };
  const tellSpread = () => {
    spread.setAttribute("aria-valuetext", `${Math.round(spreadOf() * 100)} %`);
  };
  spread.addEventListener("input", () => {
    tellSpread();
    says.spread(spreadOf(), true);
  });
  spread.addEventListener("change", () => says.spread(spreadOf(), false));
  find(".delete").addEventListener("click", () => says.remove());

  const close = () => {
    panel.hidden = true;
  };
  find(".close").addEventListener("click", () => {
    close();
    says.closed();
  });

  // Left of the picture, so that all of it is seen; where there is no room, beside the place; on a
  // phone at the lower edge, by the style sheet, and the picture above it.
  const placeAt = ([x, y], picture) => {
    if (matchMedia("(max-width: 599px)").matches) {
      panel.style.left = panel.style.top = "";
      const room = innerHeight - panel.offsetHeight;
      if (picture.height < room && picture.bottom > room) scrollBy({ top: picture.top - 8 });
      else if (y > room - 30) scrollBy({ top: y - room / 2 });
      return;
    }
    const { offsetWidth: width, offsetHeight: height } = panel;
    const parent = panel.offsetParent.getBoundingClientRect();
    const beside = x + 28 + width < innerWidth ? x + 28 : Math.max(x - 28 - width, 8);
    const left = picture.left > width + 24 ? picture.left - width - 16 : beside;
    const top = clamp(y - height / 3, 8, Math.max(innerHeight - height - 8, 8));
    panel.style.left = `${left - parent.left}px`;
    panel.style.top = `${top - parent.top}px`;
  };

  return {
    get isOpen() {
      return !panel.hidden;
    },
    close,
    // Opens beside a point of the window, on a picture that fills a box of it; a correction that is
    // there already has want and spread.
    open: (point, picture, { want = null, name = "", spread: far = near, there = false }) => {
      current = want;
      currentName = name;
      spread.value = sliderOf(far);
      tellSpread();
      const empty = [1, 2, 3, 4, 5].map(() => make("span", "chip waiting"));
      find(".likely").replaceChildren(...empty);
      find(".delete").hidden = !there;
      showAll(typeof want === "string" && want in words.swatches && !few.includes(want));
      if (typeof want === "string" && want.startsWith("#")) any.value = want;
      panel.hidden = false;
      mark();
      placeAt(point, picture);
      panel.focus({ preventScroll: true });
    },
    // Shows colours as they look at the place.
    offer: ({ likely, known: fitted }) => {
      const chips = likely.map(([colour, ab], number) =>
        chip({ ab }, words.a_likely, `${words.a_likely} ${number + 1}, ${colour}`, colour),
      );
      find(".likely").replaceChildren(...chips);
      Object.assign(known, fitted);
      for (const one of panel.querySelectorAll("[data-swatch]")) {
        one.style.setProperty("--colour", known[one.dataset.swatch][0]);
      }
      mark();
    },
    added: () => {
      find(".delete").hidden = false;
    },
    wish,
    // Offers places of colour photos too, each with a name and a small picture.
    offerPhotos: sources.show,
  };
};
