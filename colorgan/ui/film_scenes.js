// The row of scenes: which one is looked at, and what was corrected in each.

const { corrected } = props;
const KEPT = "colorgan-corrections "; // as correcting.js keeps them
let said = new Map(); // corrections by the scene's name

const scenes = () => [...element.querySelectorAll(".scene")];
const kept = (name) => {
  try {
    const hints = JSON.parse(sessionStorage.getItem(KEPT + name)) ?? [];
    const plain = hints.map(({ points, want, spread }) => ({ points, want, spread }));
    return { version: 1, hints: plain };
  } catch {
    return { version: 1, hints: [] };
  }
};
const draw = () => {
  const hints = scenes().map((scene) => {
    const own = said.get(scene.dataset.photo);
    const count = own?.hints.length ?? 0;
    scene.querySelector(".count").textContent = count ? corrected.replace("{count}", count) : "";
    return own ?? null;
  });
  const row = element.querySelector(".scenes");
  if (row) row.dataset.hints = JSON.stringify(hints);
};
const show = () => {
  said = new Map(scenes().map(({ dataset }) => [dataset.photo, said.get(dataset.photo) ?? kept(dataset.photo)]));
  draw();
};
document.addEventListener("colorgan-corrections", ({ detail }) => {
  if (!said.has(detail.photo)) return;
  said.set(detail.photo, detail.hints);
  draw();
});
element.addEventListener("click", (event) => {
  const chosen = event.target.closest(".scene");
  if (!chosen) return;
  for (const scene of scenes()) scene.setAttribute("aria-pressed", String(scene === chosen));
  trigger("select", { index: scenes().indexOf(chosen) });
});
watch("value", show);
show();
