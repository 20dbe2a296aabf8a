// SPDX-License-Identifier: Apache-2.0
// The chat in a browser. The server renders what models write; this shows it, and asks.
// Begins with parts.js.
"use strict";

const state = {
  chat: 0, // the one that is shown, 0 for a new one
  shown: new Map(), // what each message looks like, by its element
  growing: 0, // the answer that is being written
  answer: {}, // what has come of it
  files: [], // that go with the next question
  events: null,
  mark: 0,
};
const MOST_FILE_BYTES = 20 * 2 ** 20;

/* Messages */

function messageNode(message, isLast) {
  const item = make("li", { className: message.role === "user" ? "user" : "answer" });
  item.dataset.id = message.id;
  if (message.role === "user") {
    if (message.files.length)
      item.append(make("ul", { className: "chips" }, ...message.files.map((name) => make("li", {}, name))));
    if (message.text) item.append(make("div", { className: "said" }, message.text));
    item.append(questionActs(message, isLast, item));
    return item;
  }
  const thinking = make("details", { className: "thinking", hidden: true }, make("summary"), make("div"));
  const said = make("div", { className: "said" });
  item.append(thinking, said);
  if (message.status === "growing") {
    item.classList.add("waits");
    return item;
  }
  showThinking(thinking, message.thinking, 0, message.thinking_ms);
  showPieces(said, message.html);
  if (message.error) item.append(make("p", { className: "error", role: "alert" }, message.error));
  item.append(answerActs(message));
  return item;
}

function showThinking(node, pieces, from, ms) {
  showPieces(node.lastChild, pieces, from);
  node.hidden = !node.lastChild.children.length;
  node.firstChild.textContent = ms === null ? say("thinks") : say("thought", { seconds: Math.round(ms / 1000) });
}

function questionActs(message, isLast, item) {
  const acts = make("div", { className: "acts" }, ...versionActs(message));
  acts.append(make("button", { textContent: say("edit"), click: () => editMessage(message, item) }));
  if (isLast) acts.append(make("button", { textContent: say("again"), click: () => again(message.id) }));
  return acts;
}

function answerActs(message) {
  const acts = make("div", { className: "acts" }, ...versionActs(message));
  const button = make("button", { textContent: say("copy") });
  button.addEventListener("click", () => copy(message.text, button));
  acts.append(button);
  acts.append(make("button", { textContent: say("again"), click: () => again(message.question) }));
  const { decode_s: seconds, generated_tokens: tokens, stop_reason: reason } = message.stats;
  const told = [];
  if (message.status === "stopped") told.push(say("stopped"));
  if (reason === "length" || reason === "context") told.push(say("cut"));
  if (tokens > 1 && seconds) told.push(say("speed", { tokens, speed: ((tokens - 1) / seconds).toFixed(1) }));
  if (message.model) told.push(message.model);
  acts.append(make("span", { className: "told" }, told.join(" · ")));
  return acts;
}

function versionActs(message) {
  const { versions } = message;
  if (versions.length < 2) return [];
  const at = versions.indexOf(message.id);
  const step = (sign, label, to) => make("button", {
    textContent: sign, label, disabled: !versions[to],
    click: () => attempt(() => call("POST", `messages/${versions[to]}/choose`)),
  });
  return [
    step("‹", say("earlier"), at - 1), make("span", {}, `${at + 1} / ${versions.length}`),
    step("›", say("later"), at + 1),
  ];
}

function editMessage(message, item) {
  const area = make("textarea", { value: message.text, "aria-label": say("edit") });
  const back = () => item.replaceWith(messageNode(message, false));
  const form = make("form", { className: "edit" }, area, make("div", { className: "row" },
    make("button", { type: "button", textContent: say("cancel"), click: back }),
    make("button", { className: "main", textContent: say("save") })));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = { text: area.value, model: $("model").value };
    attempt(() => call("POST", `messages/${message.id}/edit`, body));
  });
  area.addEventListener("keydown", (event) => { if (event.key === "Escape") back(); });
  item.replaceChildren(form);
  area.focus();
}

const again = (question) =>
  attempt(() => call("POST", `messages/${question}/again`, { model: $("model").value }));

function showMessages(messages) {
  const list = $("messages");
  const wasAtEnd = isAtEnd();
  state.growing = 0;
  messages.forEach((message, at) => {
    message.question = at ? messages[at - 1].id : 0;
    if (message.status === "growing") state.growing = message.id;
    const isLast = at === messages.length - 1;
    const looks = JSON.stringify([message, isLast, language]);
    const old = list.children[at];
    if (old && state.shown.get(old) === looks) return;
    const node = messageNode(message, isLast);
    if (old) {
      if (old.dataset.id === node.dataset.id) keepFold(old, node);
      old.replaceWith(node);
    } else list.append(node);
    state.shown.set(node, looks);
  });
  while (list.children.length > messages.length) list.lastChild.remove();
  state.shown = new Map([...list.children].map((node) => [node, state.shown.get(node)]));
  $("welcome").hidden = messages.length > 0;
  showStage();
  showAnswer();
  if (wasAtEnd) toEnd();
}

// What the reader has unfolded stays so when its answer ends.
function keepFold(old, node) {
  const [before, now] = [old, node].map((each) => each.querySelector("details.thinking"));
  if (before && now) now.open = before.open;
}

function onAnswer(told) {
  if (state.answer.id !== told.id) state.answer = { id: told.id, thinking: [], html: [] };
  for (const name of ["thinking", "html"])
    state.answer[name].splice(told[name].from, Infinity, ...told[name].pieces);
  Object.assign(state.answer, { stage: told.stage, fraction: told.fraction });
  showAnswer(told.thinking.from, told.html.from);
}

// Shows the answer that is being written, if 'changed' has its place shown already.
function showAnswer(thinkingFrom = 0, htmlFrom = 0) {
  const { id, thinking, html, stage, fraction } = state.answer;
  const item = document.querySelector(`#messages > li.waits[data-id="${id}"]`);
  if (!item) return;
  const wasAtEnd = isAtEnd();
  showThinking(item.children[0], thinking.slice(thinkingFrom), thinkingFrom, null);
  showPieces(item.children[1], html.slice(htmlFrom), htmlFrom);
  showStage(say(stage, { percent: Math.round(fraction * 100) }));
  if (wasAtEnd) toEnd();
}

function showStage(words = "") {
  $("stage").textContent = state.growing ? words : "";
  $("stop").hidden = !state.growing;
  $("send").hidden = Boolean(state.growing);
}

/* Chats */

async function refresh() {
  const mark = ++state.mark; // of several at once, the last one counts
  const words = $("search").value.trim();
  const [list, chat] = await Promise.all([
    call("GET", words ? `search?words=${encodeURIComponent(words)}` : "chats"),
    state.chat ? call("GET", `chats/${state.chat}`) : null,
  ]);
  if (mark !== state.mark) return;
  showChats(list, Boolean(words));
  if (chat && chat.is_deleted) { openChat(0); return; }
  const title = chat ? chat.title || say("untitled") : "";
  $("title").textContent = title;
  document.title = title ? `${title} - KTDesk` : "KTDesk";
  showMessages(chat ? chat.messages : []);
}

function showChats(list, isSearch) {
  if ($("chats").querySelector("input")) return; // a name is being written
  const looks = JSON.stringify([list, state.chat, language]);
  if (looks === showChats.looks) return;
  showChats.looks = looks;
  if (!isSearch) list.sort((one, other) => other.is_pinned - one.is_pinned);
  const none = make("li", { className: "none" }, say(isSearch ? "nothing_found" : "no_chats"));
  $("chats").replaceChildren(...(list.length ? list.map(chatNode) : [none]));
}

function chatNode(chat) {
  const title = chat.title || say("untitled");
  const name = make("button", { className: "name", title, click: () => openChat(chat.id) }, title);
  if (chat.snippet) name.append(make("small", {}, chat.snippet));
  const item = make("li", { className: chat.id === state.chat ? "open" : "" }, name,
    make("button", { className: "icon", label: say("rename"), click: () => renameChat(chat, item) }, "✎"),
    make("button", { className: "icon", label: say("delete"), click: () => deleteChat(chat.id) }, "🗑\uFE0E"));
  if (chat.id === state.chat) name.setAttribute("aria-current", "page");
  return item;
}

function renameChat(chat, item) {
  const field = make("input", { value: chat.title, maxLength: 200, "aria-label": say("rename") });
  let isDone = false;
  const end = async (isKept) => {
    if (isDone) return;
    isDone = true;
    if (isKept) await attempt(() => call("PATCH", `chats/${chat.id}`, { title: field.value }));
    field.remove();
    showChats.looks = "";
    attempt(refresh);
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) end(true);
    if (event.key === "Escape") end(false);
  });
  field.addEventListener("blur", () => end(true));
  item.replaceChildren(field);
  field.focus();
  field.select();
}

async function deleteChat(id) {
  const done = await attempt(() => call("PATCH", `chats/${id}`, { is_deleted: true }));
  if (!done) return;
  if (id === state.chat) openChat(0);
  toast(say("deleted"), say("undo"), async () => {
    await attempt(() => call("PATCH", `chats/${id}`, { is_deleted: false }));
    openChat(id);
  });
}

function openChat(id) {
  if (id !== state.chat) {
    state.chat = id;
    history.replaceState(null, "", id ? `#${id}` : "/");
    $("messages").replaceChildren();
    state.shown.clear();
    state.growing = 0;
    state.answer = {};
    follow();
  }
  document.body.classList.remove("side-open");
  if (matchMedia("(min-width: 761px)").matches) $("text").focus();
}

function follow() {
  state.events?.close();
  if (document.hidden) return; // a browser has few connections for all its tabs
  const events = new EventSource(`/web/events?chat=${state.chat}`);
  state.events = events;
  events.addEventListener("changed", async () => {
    try { await refresh(); } catch (error) {
      if (state.chat && error.message) { openChat(0); toast(error.message); }
    }
  });
  events.addEventListener("answer", (event) => onAnswer(JSON.parse(event.data)));
  events.onerror = async () => {
    if (events.readyState !== EventSource.CLOSED) return; // it tries again by itself
    await new Promise((done) => setTimeout(done, 2000));
    if (state.events === events && !$("app").hidden) attempt(async () => { await call("GET", "models"); follow(); });
  };
}

/* Models */

async function showModels() {
  const models = await call("GET", "models");
  const chosen = $("model").value || localStorage.getItem("model");
  const best = models.find((each) => each.id === chosen) || models.find((each) => each.is_loaded) || models[0];
  $("model").replaceChildren(...models.map((each) => make("option", { value: each.id },
    each.is_loaded ? `${each.name} (${say("is_loaded")})` : each.name)));
  if (best) $("model").value = best.id;
  else $("model").append(make("option", { value: "" }, say("no_models")));
}

/* Questions */

async function ask() {
  const text = $("text").value;
  if (state.growing || !(text.trim() || state.files.length)) return;
  $("send").disabled = true;
  const body = { chat: state.chat || null, model: $("model").value, text, files: state.files };
  const done = await attempt(() => call("POST", "questions", body));
  $("send").disabled = false;
  if (!done) return; // what was written stays
  $("text").value = "";
  state.files = [];
  showFiles();
  fitText();
  if (done.chat !== state.chat) openChat(done.chat);
  toEnd();
}

function fitText() {
  $("text").style.height = "auto";
  $("text").style.height = `${$("text").scrollHeight}px`;
}

function showFiles() {
  $("files").replaceChildren(...state.files.map((file, at) => make("li", {}, file.name,
    make("button", {
      type: "button", label: say("remove"),
      click: () => { state.files.splice(at, 1); showFiles(); },
    }, "✕"))));
}

async function attach(files) {
  for (const file of files) {
    if (file.size > MOST_FILE_BYTES) { toast(say("too_large")); continue; }
    const address = await new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result);
      reader.onerror = () => done(null);
      reader.readAsDataURL(file);
    });
    if (address) state.files.push({ name: file.name, data: address.slice(address.indexOf(",") + 1) });
  }
  showFiles();
}

/* Coming in */

function showLogin() {
  state.events?.close();
  $("app").hidden = true;
  $("login").hidden = false;
  $("key").focus();
}

async function enter() {
  const session = await call("GET", "session");
  if (!session.is_open) { showLogin(); return; }
  $("login").hidden = true;
  $("app").hidden = false;
  $("logout").hidden = !session.needs_key;
  await attempt(showModels);
  state.chat = Number(location.hash.slice(1)) || 0;
  follow();
}

function listen() {
  const on = (id, event, act) => $(id).addEventListener(event, act);
  on("login", "submit", async (event) => {
    event.preventDefault();
    try {
      await call("POST", "login", { key: $("key").value });
      $("key").value = $("login-error").textContent = "";
      await enter();
    } catch (error) { $("login-error").textContent = error.message; }
  });
  on("logout", "click", () => attempt(async () => { await call("POST", "logout"); showLogin(); }));
  on("new", "click", () => openChat(0));
  on("open-side", "click", () => document.body.classList.add("side-open"));
  on("close-side", "click", () => document.body.classList.remove("side-open"));
  on("shade", "click", () => document.body.classList.remove("side-open"));
  on("search", "input", () => {
    clearTimeout(listen.timer);
    listen.timer = setTimeout(() => attempt(refresh), 200);
  });
  on("theme", "click", () => {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", next);
    showTheme();
  });
  on("language", "click", () => {
    language = language === "en" ? "zh" : "en";
    localStorage.setItem("language", language);
    showWords();
    attempt(showModels);
    attempt(refresh);
  });
  on("model", "change", () => localStorage.setItem("model", $("model").value));
  on("model", "focus", () => attempt(showModels));
  on("ask", "submit", (event) => { event.preventDefault(); ask(); });
  on("stop", "click", () => attempt(() => call("POST", `chats/${state.chat}/stop`)));
  on("text", "input", fitText);
  on("text", "keydown", (event) => {
    const isPhone = matchMedia("(pointer: coarse)").matches;
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || isPhone) return;
    event.preventDefault();
    ask();
  });
  on("attach", "click", () => $("pick").click());
  on("pick", "change", async () => { await attach([...$("pick").files]); $("pick").value = ""; });
  on("ask", "dragover", (event) => event.preventDefault());
  on("ask", "drop", (event) => { event.preventDefault(); attach([...event.dataTransfer.files]); });
  on("text", "paste", (event) => { if (event.clipboardData.files.length) attach([...event.clipboardData.files]); });
  on("scroll", "scroll", () => { $("down").hidden = isAtEnd(); });
  on("down", "click", toEnd);
  document.addEventListener("visibilitychange", () => { if (!$("app").hidden) follow(); });
  addEventListener("hashchange", () => openChat(Number(location.hash.slice(1)) || 0));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.body.classList.remove("side-open");
  });
}

addEventListener("DOMContentLoaded", async () => {
  texts = await (await fetch("/web/files/texts.json")).json();
  const own = navigator.language.startsWith("zh") ? "zh" : "en";
  language = localStorage.getItem("language") || own;
  if (!texts[language]) language = "en";
  showWords();
  listen();
  attempt(enter);
});
