"use strict";
// The page says everything without this script; it adds copying, a memory for the colours, and links from the table.
const root = document.documentElement;
root.classList.add("js");
const told = document.getElementById("told");

function selectText(element) {
  element.closest("details").open = true;
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

// Works where the clipboard is not allowed, as in some viewers and on pages opened as a file.
function copyBySelection(text) {
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  area.className = "aside";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  const label = button.textContent;
  let back = 0;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const done = await copy(source.textContent);
    button.focus();
    if (!done) selectText(source);
    button.textContent = done ? "Copied" : "Press Ctrl+C";
    button.classList.toggle("done", done);
    told.textContent = done ? "Copied to the clipboard." : "The text is selected; copy it with Ctrl+C.";
    clearTimeout(back);
    back = setTimeout(() => {
      button.textContent = label;
      button.classList.remove("done");
    }, 1800);
  });
}

for (const button of document.querySelectorAll("button[data-pick]")) {
  button.disabled = false;
  button.addEventListener("click", () => {
    const dot = document.getElementById(`pick-${button.dataset.pick}`);
    dot.checked = true;
    document.getElementById("explorer").scrollIntoView({ block: "nearest" });
    dot.focus({ preventScroll: true });
  });
}

const KEY = "discovery-report-colours";
for (const choice of document.querySelectorAll("input[name=theme]")) {
  try {
    if (localStorage.getItem(KEY) === choice.value) choice.checked = true;
    choice.addEventListener("change", () => localStorage.setItem(KEY, choice.value));
  } catch {
    // A viewer without storage forgets the choice.
  }
}
