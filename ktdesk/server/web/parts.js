// SPDX-License-Identifier: Apache-2.0
// What the page is made of: words in two languages, elements, calls of the server, texts of models.
"use strict";

const $ = (id) => document.getElementById(id);
let texts = {};
let language = "en";

const dark = matchMedia("(prefers-color-scheme: dark)");
const showTheme = () => {
  const chosen = localStorage.getItem("theme");
  document.documentElement.dataset.theme = chosen || (dark.matches ? "dark" : "light");
};
showTheme(); // before anything is drawn
dark.addEventListener("change", showTheme);

/* Words */

function say(name, values = {}) {
  return texts[language][name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
}

function showWords() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
  for (const node of document.querySelectorAll("[data-placeholder]"))
    node.placeholder = say(node.dataset.placeholder);
  for (const node of document.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", say(node.dataset.label));
    if (node.tagName === "BUTTON") node.title = say(node.dataset.label);
  }
}

/* Elements */

function make(tag, options = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (name === "click") node.addEventListener("click", value);
    else if (name === "label") { node.setAttribute("aria-label", value); node.title = value; }
    else if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

function toast(text, action = "", act = null) {
  const [words, button] = $("toast").children;
  words.textContent = text;
  button.hidden = !act;
  button.textContent = action;
  button.onclick = () => { $("toast").hidden = true; act(); };
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { $("toast").hidden = true; }, 8000);
}

/* The server */

async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch("/web/" + path, {
      method,
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error(say("offline"));
  }
  if (answer.status === 401 && path !== "login") { showLogin(); throw new Error(""); }
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error || String(answer.status));
  return value;
}

async function attempt(work) {
  try { return await work(); } catch (error) {
    if (error.message) toast(error.message);
    return undefined;
  }
}

/* What models write. Its HTML is the server's, which lets no script, style or picture through. */

function showPieces(node, pieces, from = 0) {
  while (node.children.length > from) node.lastChild.remove();
  for (const html of pieces) {
    const piece = make("div");
    piece.innerHTML = html;
    for (const link of piece.querySelectorAll("a")) {
      link.target = "_blank";
      link.rel = "noopener noreferrer";
    }
    for (const svg of piece.querySelectorAll("svg[data-descent]"))
      svg.style.verticalAlign = `-${svg.dataset.descent}px`;
    for (const figure of piece.querySelectorAll("figure.code")) addCodeBar(figure);
    node.append(piece);
  }
}

function addCodeBar(figure) {
  const button = make("button", { type: "button", textContent: say("copy") });
  button.addEventListener("click", () => copy(figure.querySelector("pre").textContent, button));
  figure.prepend(make("div", { className: "bar" }, figure.dataset.language || "", button));
}

async function copy(text, button) {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else { // a page of another computer without HTTPS
    const area = make("textarea", { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = say("copied");
  setTimeout(() => { button.textContent = say("copy"); }, 1500);
}

/* Where the reader is */

const isAtEnd = () => $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < 60;
const toEnd = () => { $("scroll").scrollTop = $("scroll").scrollHeight; };
