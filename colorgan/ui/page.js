// Runs once when the page has loaded. Python puts values for the names in capitals.
() => {
  // Browsers know files by the system's list of types, which lacks HEIC or JPEG 2000 here and there;
  // Gradio's box takes only what has the type of a picture. So a photo is known by its ending too.
  const endings = READ_ENDINGS;
  const accepted = ["image/*", ...endings].join(",");
  const isTyped = (file) => file.type.startsWith("image/");
  const isPhoto = (file) =>
    isTyped(file) || endings.some((ending) => file.name.toLowerCase().endsWith(ending));
  const typed = (file) =>
    isTyped(file) || !isPhoto(file)
      ? file
      : new File([file], file.name, { type: "image/x-photo", lastModified: file.lastModified });
  const carrying = (files) => {
    const transfer = new DataTransfer();
    for (const file of files) transfer.items.add(file);
    return transfer;
  };
  const inBox = (target) => target instanceof Element && target.closest(".photo-input");
  // Files that the box would refuse, with a type; null if there are none.
  const retyped = (files) => {
    const changed = [...(files ?? [])].map(typed);
    return changed.some((file, place) => file !== files[place]) ? carrying(changed) : null;
  };
  const before = (name, work) =>
    document.addEventListener(name, (event) => inBox(event.target) && work(event), true);
  before("click", ({ target }) => {
    if (target.type === "file") target.accept = accepted;
  });
  before("change", ({ target }) => {
    const transfer = target.type === "file" && retyped(target.files);
    if (transfer) target.files = transfer.files;
  });
  before("drop", (event) => {
    const dataTransfer = retyped(event.dataTransfer?.files);
    if (!dataTransfer) return;
    event.preventDefault();
    event.stopPropagation();
    const again = { dataTransfer, bubbles: true, cancelable: true };
    event.target.dispatchEvent(new DragEvent("drop", again));
  });

  // A photo that is pasted or dropped anywhere goes into the photo box of the open tab.
  const photoFrom = (transfer) => [...(transfer?.files ?? [])].find(isPhoto);
  const handOver = (photo) => {
    const boxes = [...document.querySelectorAll(".photo-input")];
    const input = boxes
      .find((box) => box.offsetParent)
      ?.querySelector("input[type=file]");
    if (!input || !photo) return;
    input.files = carrying([photo]).files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  document.addEventListener("paste", (event) => {
    handOver(photoFrom(event.clipboardData));
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (event.defaultPrevented) return; // it fell into a box
    event.preventDefault(); // the browser would leave the page to show the file
    handOver(photoFrom(event.dataTransfer));
  });

  // Of a folder, what is hidden or the system's stays here: the server is told names without their
  // folders, and could not tell a photo from the thumbnail that a network disk has made of it.
  const system = new RegExp(SYSTEM_FILES, "is");
  const isSystem = (file) => file.webkitRelativePath.split("/").slice(1).some((n) => system.test(n));
  document.addEventListener(
    "change",
    ({ target }) => {
      if (!target.webkitdirectory) return;
      target.files = carrying([...target.files].filter((f) => !isSystem(f))).files;
    },
    true, // before Gradio looks
  );

  // Gradio says that a slider was released only when it was moved by a pointer.
  document.addEventListener("keyup", (event) => {
    if (event.target.type === "range") {
      event.target.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
    }
  });

  // Gradio shows its boxes a little earlier; who drives the page by a script waits for this.
  document.documentElement.dataset.ready = "";
}
