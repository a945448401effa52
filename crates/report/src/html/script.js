
"use strict";
// Comforts only: the page is whole without them.
(() => {
  // Figures stand open for paper and for readers without scripts; on a screen a click shows them.
  const figures = [...document.querySelectorAll("details")];
  for (const details of figures) details.open = false;
  let shut = [];
  addEventListener("beforeprint", () => {
    shut = figures.filter((details) => !details.open);
    for (const details of shut) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of shut) details.open = false;
  });
  const bubble = document.createElement("div");
  bubble.className = "bubble";
  bubble.hidden = true;
  bubble.setAttribute("aria-hidden", "true");
  document.body.append(bubble);
  const tips = new WeakMap();
  for (const tip of document.querySelectorAll(".tip")) {
    const title = tip.querySelector("title");
    if (!title) continue;
    tips.set(tip, title.textContent);
    title.remove();
  }
  document.addEventListener("pointermove", (event) => {
    const tip = event.target instanceof Element ? event.target.closest(".tip") : null;
    const words = tip && tips.get(tip);
    bubble.hidden = !words;
    if (!words) return;
    bubble.textContent = words;
    const { width, height } = bubble.getBoundingClientRect();
    const left = Math.min(event.clientX + 14, document.documentElement.clientWidth - width - 8);
    const above = event.clientY + 18 + height > document.documentElement.clientHeight;
    bubble.style.left = Math.max(8, left) + "px";
    bubble.style.top = (above ? event.clientY - height - 12 : event.clientY + 18) + "px";
  });
  if (typeof HTMLDialogElement === "undefined") return;
  for (const figure of document.querySelectorAll("figure")) {
    const drawing = figure.querySelector(".wide svg");
    if (!drawing) continue;
    const button = document.createElement("button");
    button.className = "enlarge";
    button.type = "button";
    button.textContent = "Enlarge";
    button.setAttribute("aria-label", "Enlarge: " + drawing.getAttribute("aria-label"));
    button.addEventListener("click", () => {
      const dialog = document.createElement("dialog");
      dialog.setAttribute("aria-label", drawing.getAttribute("aria-label"));
      const close = document.createElement("button");
      close.type = "button";
      close.textContent = "Close";
      close.addEventListener("click", () => dialog.close());
      const scroll = document.createElement("div");
      scroll.className = "scroll";
      scroll.append(drawing.cloneNode(true));
      dialog.append(close, scroll);
      dialog.addEventListener("close", () => { dialog.remove(); button.focus(); });
      document.body.append(dialog);
      dialog.showModal();
    });
    figure.append(button);
  }
})();
