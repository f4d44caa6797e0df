// Colour photos in the panel: a place in one of them gives its colour.
//
// makeSources(box, words, chosen) gives {show}; it calls
//   chosen(colour, name)   a colour "#rrggbb" was pointed at, in the photo of that name

const STEP = 0.03; // of a photo's sides, that an arrow key goes

const makeSources = (box, words, chosen) => {
  const source = ({ name, thumb }) => {
    const button = make("button", "source");
    button.type = "button";
    button.setAttribute("aria-label", fill(words.place_in_it, { name }));
    button.title = button.getAttribute("aria-label");
    const image = make("img");
    image.alt = "";
    image.src = thumb.url;
    const cursor = make("span", "cursor");
    let place = [0.5, 0.5];
    const moveTo = (next) => {
      place = next.map((share) => clamp(share, 0, 1));
      cursor.style.left = `${place[0] * 100}%`;
      cursor.style.top = `${place[1] * 100}%`;
    };
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    button.addEventListener("keydown", (event) => {
      const move = moves[event.key];
      if (!move) return;
      event.preventDefault();
      const far = event.shiftKey ? 4 * STEP : STEP;
      moveTo(place.map((share, side) => share + move[side] * far));
    });
    button.addEventListener("click", ({ detail, clientX, clientY }) => {
      if (!image.naturalWidth) return;
      const { left, top, width, height } = image.getBoundingClientRect();
      if (detail) moveTo([(clientX - left) / width, (clientY - top) / height]); // not by a key
      chosen(meanColour(pixelsOf(image), place), name);
    });
    moveTo(place);
    button.append(image, cursor);
    return button;
  };
  return {
    // Shows photos, each with a name and a small picture.
    show: (photos) => {
      box.hidden = !photos.length;
      box.querySelector(".pictures").replaceChildren(...photos.map(source));
    },
  };
};
