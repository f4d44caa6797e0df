// Runs once when the page has loaded.
() => {
  const photoFrom = (transfer) =>
    [...(transfer?.files ?? [])].find((file) => file.type.startsWith("image/"));

  // A photo that is pasted or dropped anywhere goes into the photo box of the open tab.
  const handOver = (photo) => {
    const boxes = [...document.querySelectorAll(".photo-input")];
    const input = boxes
      .find((box) => box.offsetParent)
      ?.querySelector("input[type=file]");
    if (!input || !photo) return;
    const transfer = new DataTransfer();
    transfer.items.add(photo);
    input.files = transfer.files;
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
  const system = new RegExp("SYSTEM FILES", "is");
  const isSystem = (file) => file.webkitRelativePath.split("/").slice(1).some((n) => system.test(n));
  document.addEventListener(
    "change",
    ({ target }) => {
      if (!target.webkitdirectory) return;
      const transfer = new DataTransfer();
      [...target.files].filter((f) => !isSystem(f)).forEach((f) => transfer.items.add(f));
      target.files = transfer.files;
    },
    true, // before Gradio looks
  );

  // Gradio says that a slider was released only when it was moved by a pointer.
  document.addEventListener("keyup", (event) => {
    if (event.target.type === "range") {
      event.target.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }));
    }
  });
}
